//! Commitments to secrets in constant time: sums of multiples of points that do not change.

use rayon::prelude::*;

use crate::group::bls12381::{sums_of_multiples, Fr, G1Affine, G1Projective, Multiples};

/// Generators with the multiples from which those by secrets are made.
#[derive(Debug)]
pub(super) struct Committer(Vec<Multiples>);

impl Committer {
    /// Cost: a fifth of a multiplication and 1.7 KB a generator.
    pub(super) fn new(generators: &[G1Projective]) -> Self {
        Self(generators.par_iter().map(Multiples::new).collect())
    }
}

/// `sum scalar_m generator_m` for each of these, in constant time; as many scalars as generators.
pub(super) fn commit<const N: usize>(commitments: [(&Committer, &[Fr]); N]) -> [G1Affine; N] {
    let sums = commitments.map(|(generators, scalars)| {
        debug_assert_eq!(generators.0.len(), scalars.len());
        (generators.0.as_slice(), scalars)
    });
    let sums = sums_of_multiples(&sums);
    sums.try_into().expect("a sum for each commitment")
}
