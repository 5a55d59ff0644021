//! `eq`, the multilinear extension of equality, and univariate polynomials (`specs/proofs.md` 7.1).

use ark_ff::PrimeField;

/// `eq(point, u)` for all `u` of the cube; bit `i` of the index goes with coordinate `i`. Cost: one
/// multiplication an entry.
pub(super) fn eq_table<F: PrimeField>(point: &[F]) -> Vec<F> {
    let mut table = Vec::with_capacity(1 << point.len());
    table.push(F::one());
    for r in point {
        for at in 0..table.len() {
            let low = table[at];
            let high = low * r;
            table[at] = low - high;
            table.push(high);
        }
    }
    table
}

/// `eq(a, b)` at two points; the shorter decides.
pub(super) fn eq<F: PrimeField>(a: &[F], b: &[F]) -> F {
    let one = |(a, b): (&F, &F)| {
        let both = *a * b;
        both + both + F::one() - a - b
    };
    a.iter().zip(b).map(one).product()
}

/// `eq(0, point)`, at the corner 0 of the cube.
pub(super) fn eq_zero<F: PrimeField>(point: &[F]) -> F {
    point.iter().map(|r| F::one() - r).product()
}

/// The value of `sum_j coefficients_j X^j`.
pub(super) fn evaluate<F: PrimeField>(coefficients: &[F], x: F) -> F {
    let horner = |value: F, coefficient: &F| value * x + coefficient;
    coefficients.iter().rev().fold(F::zero(), horner)
}

/// `p(0) + p(1)`, what a round of a sum-check is held to.
pub(super) fn sum_of_ends<F: PrimeField>(coefficients: &[F; 4]) -> F {
    coefficients[0] + coefficients.iter().sum::<F>()
}

/// The coefficients of the polynomial of degree 3 with these values at 0, 1, 2, 3.
pub(super) fn interpolate<F: PrimeField>(values: [F; 4]) -> [F; 4] {
    // Newton's differences: p = v0 + d1 X + d2 X(X-1)/2 + d3 X(X-1)(X-2)/6.
    let [v0, v1, v2, v3] = values;
    let (d1, e1, f1) = (v1 - v0, v2 - v1, v3 - v2);
    let (d2, e2) = (e1 - d1, f1 - e1);
    let half = F::from(2u64).inverse().unwrap_or_default();
    let sixth = F::from(6u64).inverse().unwrap_or_default();
    let (d2, d3) = (d2 * half, (e2 - d2) * sixth);
    [v0, d1 - d2 + d3 + d3, d2 - d3 - d3 - d3, d3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::Fr;
    use ark_ff::{One, Zero};
    use proptest::prelude::*;

    fn point(len: usize) -> impl Strategy<Value = Vec<Fr>> {
        prop::collection::vec(any::<u64>().prop_map(Fr::from), len)
    }

    proptest! {
        #[test]
        fn the_table_is_eq_at_the_corners(r in point(5)) {
            let table = eq_table(&r);
            for (index, entry) in table.iter().enumerate() {
                let corner: Vec<Fr> = (0..5).map(|i| Fr::from((index >> i & 1) as u64)).collect();
                prop_assert_eq!(*entry, eq(&r, &corner));
            }
            prop_assert_eq!(table[0], eq_zero(&r));
            prop_assert_eq!(table.iter().sum::<Fr>(), Fr::one());
            prop_assert_eq!(eq::<Fr>(&[], &[]), Fr::one());
        }

        #[test]
        fn polynomials_are_found_again(c in point(4), x in any::<u64>()) {
            let at = |x: u64| evaluate(&c, Fr::from(x));
            let found = interpolate([at(0), at(1), at(2), at(3)]);
            prop_assert_eq!(found.to_vec(), c.clone());
            prop_assert_eq!(sum_of_ends(&found), at(0) + at(1));
            prop_assert_eq!(evaluate(&c, Fr::from(x)), at(x));
            prop_assert_eq!(evaluate::<Fr>(&[], Fr::from(x)), Fr::zero());
        }
    }
}
