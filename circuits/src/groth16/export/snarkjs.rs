//! The pairing equation alone, as `snarkjs groth16 verify` reads it (`specs/proofs.md` 8.11).
//!
//! By itself it shows nothing about a client: see [`Snarkjs`].

use ark_bls12_381::{Fq, Fq2};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Field, PrimeField};

use super::Export;
use crate::group::bls12381::{G1Affine, G2Affine};

/// An element of `G1`: `x`, `y`, `1` in decimal digits.
pub type InG1 = [String; 3];
/// An element of `G2`: `x`, `y`, `1`, each with its two coefficients.
pub type InG2 = [[String; 2]; 3];

/// Key and proof of the pairing equation.
///
/// *Why they prove nothing alone:* the commitment `Phat` is a part of `ic`, and so of what the verifier is asked to trust.
/// Whoever chooses it freely passes without a vector (`specs/proofs.md` 8.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snarkjs {
    /// `vk_alpha_1`: `[alpha]_1`.
    pub alpha: InG1,
    /// `vk_beta_2`: `[beta]_2`.
    pub beta: InG2,
    /// `vk_gamma_2`: `g_2`.
    pub gamma: InG2,
    /// `vk_delta_2`: `[delta]_2`.
    pub delta: InG2,
    /// The only element of `IC`: `IC_0 + Phat`.
    pub ic: InG1,
    /// The two parts of it: `IC_0` of the key, and `Phat` of the proof.
    pub parts: [InG1; 2],
    /// `pi_a`: `A`.
    pub a: InG1,
    /// `pi_b`: `B`.
    pub b: InG2,
    /// `pi_c`: `Q`.
    pub c: InG1,
}

impl Export<'_> {
    /// Key and proof of the pairing equation, as snarkjs reads them.
    pub fn snarkjs(&self) -> Snarkjs {
        let Self { key, elements, .. } = self;
        Snarkjs {
            alpha: in_1(&key.alpha),
            beta: in_2(&key.beta),
            gamma: in_2(&G2Affine::generator()),
            delta: in_2(&key.delta),
            ic: in_1(&self.inputs()),
            parts: [in_1(&key.ic[0]), in_1(&elements.packed)],
            a: in_1(&elements.a),
            b: in_2(&elements.b),
            c: in_1(&elements.q),
        }
    }
}

/// The form of snarkjs, which has projective coordinates: those of the identity are 0, 1, 0.
pub(super) fn in_1(point: &G1Affine) -> InG1 {
    let (x, y, z) = match point.xy() {
        Some((x, y)) => (x, y, Fq::ONE),
        None => (Fq::ZERO, Fq::ONE, Fq::ZERO),
    };
    [x, y, z].map(decimal)
}

pub(super) fn in_2(point: &G2Affine) -> InG2 {
    let (x, y, z) = match point.xy() {
        Some((x, y)) => (x, y, Fq2::ONE),
        None => (Fq2::ZERO, Fq2::ONE, Fq2::ZERO),
    };
    [x, y, z].map(|coordinate| [coordinate.c0, coordinate.c1].map(decimal))
}

fn decimal(number: Fq) -> String {
    number.into_bigint().to_string()
}
