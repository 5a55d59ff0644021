//! The suite a second time, straight from `specs/proofs.md` 7: slow, dense, and sharing nothing
//! with the suite but the group, Merlin and, to prove ranges, the crate `bulletproofs`.
//!
//! [`verifier`] checks every equation of 7.11 by itself and names those that fail; [`prover`] goes
//! step by step, proves whatever it is told to believe, and lets a test change its messages between
//! any two steps.

pub(crate) mod cube;
pub(crate) mod folding;
pub(crate) mod hedged;
pub(crate) mod messages;
pub(crate) mod prover;
pub(crate) mod range;
pub(crate) mod relations;
pub(crate) mod setting;
pub(crate) mod transcript;
pub(crate) mod verifier;

use crate::group::ristretto::Ristretto;
pub(crate) use crate::group::ristretto::{Fr as F, KeyPoint as P};
use crate::group::Group;

/// `scalar * point`.
pub(crate) fn mul(scalar: F, point: P) -> P {
    Ristretto::msm(&[scalar], &[point])
}

/// `<scalars, points>`.
pub(crate) fn combine(scalars: &[F], points: &[P]) -> P {
    assert_eq!(scalars.len(), points.len());
    Ristretto::msm(scalars, points)
}

/// `<a, b>`.
pub(crate) fn inner(a: &[F], b: &[F]) -> F {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| *a * b).sum()
}
