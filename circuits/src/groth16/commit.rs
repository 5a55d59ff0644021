//! Commitments to secrets in constant time: sums of multiples of points that do not change.

use rayon::prelude::*;

use crate::group::bls12381::{multiply_all, Bls12381, Fr, G1Projective, Table};
use crate::group::Group;

/// Generators with the tables by which secrets are multiplied.
#[derive(Debug)]
pub(super) struct Committer(Vec<Table>);

impl Committer {
    /// Cost: about four multiplications and 150 KiB a generator.
    pub(super) fn new(generators: &[G1Projective]) -> Self {
        Self(generators.par_iter().map(Bls12381::table).collect())
    }

    /// `sum scalar_m generator_m`, in constant time; as many scalars as generators.
    pub(super) fn commit(&self, scalars: &[Fr]) -> G1Projective {
        debug_assert_eq!(self.0.len(), scalars.len());
        multiply_all(&self.0, scalars)
    }
}
