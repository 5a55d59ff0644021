//! How a malicious prover hides a false claim from all equations but one.

use ark_ff::{Field, One};

use super::reference::inner;
use super::reference::prover::Prover;
use super::*;

/// By how much the true sum is below the claimed one, of a prover that has sent its commitments.
pub(super) fn lacking(prover: &Prover<'_>) -> Fr {
    let setting = prover.setting;
    let round = prover.clone().round();
    let claimed = setting.claimed(
        &prover.alpha,
        &prover.beliefs.quantities,
        Fr::one(),
        |a, b| a * b,
    );
    let masked = inner(&super::mask::sum_weights(setting.nu()), &prover.secrets.a) * prover.lambda;
    claimed + masked - round[0] - round.iter().sum::<Fr>()
}

/// Runs the sum-check for a claim that lacks `lack`: a constant that makes the first claim right
/// goes from round to round and is dropped before round `end`, from which on all is honest. Returns
/// what is left of it behind the last round, if it got there.
pub(super) fn carry(prover: &mut Prover<'_>, lack: Fr, end: usize) -> Fr {
    let half = Fr::from(2u64).inverse().unwrap();
    let mut constant = lack * half;
    for at in 0..prover.setting.nu() {
        let mut round = prover.round();
        if at < end {
            round[0] += constant;
        }
        prover.send_round(round);
        constant *= half;
    }
    constant + constant
}

/// Behind the sum-check, changes two coefficients of the masking polynomial such that its sum makes
/// up for what the first claim lacks, and its value at the point stays.
pub(super) fn hide_in_mask(prover: &mut Prover<'_>, lack: Fr) {
    let sums = super::mask::sum_weights(prover.setting.nu());
    let r = prover.cube.bound[0];
    // d_0 + d_1 r = 0 and d_0 s_0 + d_1 s_1 = -lack / lambda.
    let d1 = -lack * (prover.lambda * (sums[1] - sums[0] * r)).inverse().unwrap();
    prover.secrets.a[0] -= d1 * r;
    prover.secrets.a[1] += d1;
}
