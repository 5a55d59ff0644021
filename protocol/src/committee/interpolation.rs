//! The polynomials of a sharing: rows at the points `0, -1, .., 1 - p`, values of trustees at `1..m`
//! (`specs/committee.md` 3.1, 3.5).

use veragg_circuits::ark_ff::PrimeField;

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
