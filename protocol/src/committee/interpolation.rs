//! The polynomials of a sharing: rows at the points `0, -1, .., 1 - p`, values of trustees at `1..m`
//! (`specs/committee.md` 3.1, 3.5).

use veragg_circuits::ark_ff::PrimeField;
use veragg_circuits::group::Group;

use super::parts::Parts;
use crate::crypto::ids::TrusteeId;

/// The point at which a polynomial has the value of packed row `k`, from 0.
pub fn of_row<F: PrimeField>(k: u32) -> F {
    -F::from(k)
}

/// The point of trustee `j`, from 1.
pub fn of_trustee<F: PrimeField>(j: u32) -> F {
    F::from(j)
}

/// The Lagrange coefficients of different points at `at`: `sum_s c_s f(points_s) = f(at)` for every polynomial `f` of a degree below
/// their number. All points are public. Cost: the square of their number in multiplications of the field, and one inversion.
pub fn coefficients<F: PrimeField>(points: &[F], at: F) -> Vec<F> {
    let others = |s: usize| {
        let before = points.iter().take(s);
        before.chain(points.iter().skip(s + 1))
    };
    let mut denominators: Vec<F> = points
        .iter()
        .enumerate()
        .map(|(s, point)| others(s).map(|other| *point - other).product())
        .collect();
    veragg_circuits::ark_ff::batch_inversion(&mut denominators);
    let numerators = (0..points.len()).map(|s| others(s).map(|other| at - other).product::<F>());
    numerators
        .zip(denominators)
        .map(|(numerator, inverse)| numerator * inverse)
        .collect()
}

/// The Lagrange coefficients of each trustee above `T`, at its point: those of the rows of a block, then those of the first `T`
/// trustees.
#[derive(Debug)]
pub struct Coefficients<G: Group>(Vec<Vec<G::Scalar>>);

impl<G: Group> Coefficients<G> {
    /// Those of a committee. Cost: a few multiplications of the field for each trustee and each of `q` values.
    pub fn of(parts: &Parts) -> Self {
        let shape = parts.shape();
        let rows = (0..shape.packed()).map(of_row::<G::Scalar>);
        let points: Vec<_> = rows.chain((1..=shape.drawn()).map(of_trustee)).collect();
        let masked = shape.drawn() + 1..=shape.trustees();
        Self(
            masked
                .map(|j| coefficients(&points, of_trustee(j)))
                .collect(),
        )
    }

    /// Of a trustee above `T`: those of the rows, and those of the first trustees.
    pub fn at(&self, trustee: TrusteeId, parts: &Parts) -> (&[G::Scalar], &[G::Scalar]) {
        let shape = parts.shape();
        let index = trustee.index().checked_sub(shape.drawn() as usize);
        let of = index.and_then(|index| self.0.get(index));
        of.map_or((&[], &[]), |of| of.split_at(shape.packed() as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use veragg_circuits::group::ristretto::Fr;

    proptest! {
        #[test]
        fn coefficients_evaluate_every_polynomial_of_their_degree(
            values in prop::collection::vec(any::<u64>(), 1..12),
            rows in 1u32..6,
            at in any::<u64>(),
        ) {
            let eval = |x: Fr| values.iter().rev().fold(Fr::from(0u64), |sum, value| sum * x + Fr::from(*value));
            let count = values.len() as u32;
            let rows = rows.min(count);
            let points: Vec<Fr> = (0..rows).map(of_row).chain((1..=count - rows).map(of_trustee)).collect();
            let at = Fr::from(at);
            let sum: Fr = coefficients(&points, at).into_iter().zip(&points).map(|(c, point)| c * eval(*point)).sum();
            prop_assert_eq!(sum, eval(at));
        }
    }
}
