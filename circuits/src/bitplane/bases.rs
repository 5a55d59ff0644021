//! The generators of the suite, in the form that each multiplication takes (`specs/proofs.md` 7.3).

use crate::commitment::CommitKey;
use crate::group::edwards::{decode, Affine, FixedBase, Point};
use crate::group::ristretto::{Fr, KeyPoint, Ristretto};
use crate::group::Group;

/// A point that an equation speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// `K_i`, for a coefficient of the masking polynomial.
    Mask(usize),
    /// `U`, for single values.
    Value,
    /// `H`, for blindings.
    Blinding,
    /// A point of the proof, by its position in the encoding.
    Own(usize),
}

/// The generators: `G_c`, `K_i`, `U` and `H`.
#[derive(Debug)]
pub(super) struct Bases {
    pub(super) key: CommitKey<Ristretto>,
    pub(super) columns: Vec<Affine>,
    pub(super) masks: Vec<Affine>,
    pub(super) value: Affine,
    pub(super) blinding: Affine,
    value_table: FixedBase,
    blinding_table: FixedBase,
    /// `U` as the range proofs take it.
    pub(super) value_point: KeyPoint,
}

impl Bases {
    /// Derives everything for the suite `domain`. Cost: `columns + masks + 2` hashes to the group.
    pub(super) fn derive(domain: &str, columns: usize, masks: usize) -> Self {
        let key = CommitKey::<Ristretto>::derive(domain, columns);
        let masks: Vec<_> = (0..masks as u64)
            .map(|i| CommitKey::<Ristretto>::generator(domain, "mask", i))
            .collect();
        let value_point = CommitKey::<Ristretto>::generator(domain, "value", 0);
        let value = affine(&[value_point])[0];
        let blinding = affine(&[key.blinding()])[0];
        Self {
            columns: affine(key.columns()),
            masks: affine(&masks),
            value,
            blinding,
            value_table: FixedBase::new(&value),
            blinding_table: FixedBase::new(&blinding),
            value_point,
            key,
        }
    }

    /// `blinding H`, in constant time.
    pub(super) fn blind(&self, blinding: &Fr) -> Point {
        self.blinding_table.mul(blinding)
    }

    /// `value U + blinding H`, in constant time.
    pub(super) fn commit(&self, value: &Fr, blinding: &Fr) -> Point {
        self.value_table.mul(value) + self.blind(blinding)
    }
}

/// Points of the other library in affine coordinates; generators are never the identity.
fn affine(points: &[KeyPoint]) -> Vec<Affine> {
    let bytes: Vec<u8> = points.iter().flat_map(Ristretto::encode_point).collect();
    let decoded = decode(&bytes).into_iter();
    decoded
        .map(|point| point.unwrap_or(Affine::IDENTITY))
        .collect()
}
