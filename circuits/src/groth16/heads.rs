//! The heads of a set-up: what stands in the records of its contributions (`specs/set-up.md` 4.1), and equations of pairings
//! about them.

use ark_ec::pairing::{Pairing as _, PairingOutput};
use ark_ec::AffineRepr;
use ark_ff::Zero;
use thiserror::Error;

use crate::group::bls12381::{G1Affine, G2Affine, Pairing};

/// The elements of powers that fix all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// `[tau]_1`.
    pub tau: G1Affine,
    /// `[alpha]_1`.
    pub alpha: G1Affine,
    /// `[beta]_1`.
    pub beta: G1Affine,
    /// `[tau]_2`.
    pub tau_2: G2Affine,
    /// `[beta]_2`.
    pub beta_2: G2Affine,
}

/// `delta` in both groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta {
    /// `[delta]_1`.
    pub in_1: G1Affine,
    /// `[delta]_2`.
    pub in_2: G2Affine,
}

/// A part of powers or of a key that is not what follows from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} does not have the form that it must have")]
pub struct NotOfForm(pub &'static str);

impl NotOfForm {
    pub(super) fn unless(holds: bool, what: &'static str) -> Result<(), Self> {
        holds.then_some(()).ok_or(Self(what))
    }
}

impl Heads {
    /// Those before the first contribution: the generators.
    pub fn first() -> Self {
        let (one, two) = (G1Affine::generator(), G2Affine::generator());
        Self {
            tau: one,
            alpha: one,
            beta: one,
            tau_2: two,
            beta_2: two,
        }
    }

    /// `tau`, `alpha` and `beta` in `G1`, of which contributors prove that they know their factors.
    pub fn in_1(&self) -> [G1Affine; 3] {
        [self.tau, self.alpha, self.beta]
    }

    /// Whether `tau` and `beta` are the same in both groups. Cost: four pairings.
    pub fn agree(&self) -> bool {
        let first = Self::first();
        paired(self.tau, first.tau_2, first.tau, self.tau_2)
            && paired(self.beta, first.tau_2, first.tau, self.beta_2)
    }
}

impl Delta {
    /// That before the first contribution.
    pub fn first() -> Self {
        Self {
            in_1: G1Affine::generator(),
            in_2: G2Affine::generator(),
        }
    }

    /// This times a factor.
    pub fn multiply(&self, factor: &crate::group::bls12381::Fr) -> Self {
        Self {
            in_1: (self.in_1 * factor).into(),
            in_2: (self.in_2 * factor).into(),
        }
    }

    /// Whether it is the same in both groups. Cost: two pairings.
    pub fn agrees(&self) -> bool {
        let first = Self::first();
        paired(self.in_1, first.in_2, first.in_1, self.in_2)
    }
}

/// Whether `pair(a, b) = pair(c, d)`.
pub(super) fn paired(a: G1Affine, b: G2Affine, c: G1Affine, d: G2Affine) -> bool {
    Pairing::multi_pairing([a, -c], [b, d]) == PairingOutput::zero()
}
