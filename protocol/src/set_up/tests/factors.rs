//! Factors that add no secret, and heads that do not fit together (`specs/set-up.md` 5.2, 5.4).

use veragg_circuits::ark_ff::{Field, One};
use veragg_circuits::groth16::heads::Heads;

use super::super::record::{DeltaRecord, PowersRecord};
use super::*;

#[test]
fn a_factor_of_one_is_no_contribution() {
    let stages = stages();
    for (at, head) in ["tau", "alpha", "beta"].into_iter().enumerate() {
        let mut factors = powers_factors(0);
        factors[at] = Fr::one();
        let made = stages
            .powers_1
            .with_powers(&mallory(), &factors, &mut rng());
        let (phase, record) = (Phase::Powers, 2);
        let error = SetUpError::Unchanged {
            phase,
            record,
            head,
        };
        assert_eq!(made.verify().unwrap_err(), error);
        assert_eq!(error.rule(), "5.2");
    }
    let made = stages
        .delta_1
        .with_delta(&mallory(), &[Fr::one()], &mut rng());
    let error = made.verify().unwrap_err();
    let (phase, record, head) = (Phase::Delta, 2, "delta");
    assert_eq!(
        error,
        SetUpError::Unchanged {
            phase,
            record,
            head
        }
    );
    assert_eq!(error.rule(), "5.4");
}

/// Contributors whose factors cancel out leave secrets that everybody knows.
#[test]
fn factors_do_not_cancel_out() {
    let stages = stages();
    for (at, head) in ["tau", "alpha", "beta"].into_iter().enumerate() {
        let mut factors = powers_factors(1);
        factors[at] = powers_factors(0)[at].inverse().unwrap();
        let made = stages.powers_1.with_powers(&ben(), &factors, &mut rng());
        let phase = Phase::Powers;
        let error = SetUpError::One { phase, head };
        assert_eq!(made.verify().unwrap_err(), error);
        assert_eq!(error.rule(), "5.2");
    }
    let factor = [Fr::from(DELTA[0]).inverse().unwrap()];
    let made = stages.delta_1.with_delta(&ben(), &factor, &mut rng());
    let (phase, head) = (Phase::Delta, "delta");
    let error = SetUpError::One { phase, head };
    assert_eq!(made.verify().unwrap_err(), error);
    assert_eq!(error.rule(), "5.4");
}

/// Heads in `G2` that are not those of `G1`, with a valid proof, which is about `G1` alone.
#[test]
fn heads_are_the_same_in_both_groups() {
    let stages = stages();
    let (phase, record) = (Phase::Powers, 2);
    let changes: [fn(&mut Heads); 2] = [
        |heads| heads.tau_2 = heads.beta_2,
        |heads| heads.beta_2 = heads.tau_2,
    ];
    for change in changes {
        let before = &stages.powers_1;
        let factors = powers_factors(1);
        let error = refused(&stages.powers_2, |file| {
            let mut heads = file.powers_records[1].heads;
            change(&mut heads);
            let chain = &before.powers_chain;
            let rng = &mut rng();
            file.powers_records[1] =
                PowersRecord::make(&ben(), chain, &before.heads, heads, &factors, rng);
        });
        assert_eq!(error, SetUpError::Groups { phase, record });
        assert_eq!(error.rule(), "5.2");
    }
    let before = &stages.delta_1;
    let error = refused(&stages.delta_2, |file| {
        let mut delta = file.delta_records[1].heads;
        delta.in_2 = before.delta.in_2;
        let (chain, factor) = (&before.delta_chain, [Fr::from(DELTA[1])]);
        let rng = &mut rng();
        file.delta_records[1] =
            DeltaRecord::make(&ben(), chain, &before.delta, delta, &factor, rng);
    });
    let phase = Phase::Delta;
    assert_eq!(error, SetUpError::Groups { phase, record });
    assert_eq!(error.rule(), "5.4");
}
