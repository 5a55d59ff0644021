//! The masking polynomial of the sum-check (`specs/proofs.md` 7.6): `g(u) = sum_i g_i(u_i)` with
//! uniform `g_i` of degree 3 (Libra, Xie et al., CRYPTO 2019, section 4.1, with a higher degree).

use ark_ff::{AdditiveGroup, Field};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::multilinear::{evaluate, sum_of_ends};
use crate::group::ristretto::{uniform, Fr};

/// The coefficients of `g_i`, from the constant up, for each variable.
#[derive(Debug)]
pub(super) struct Mask {
    pub(super) coefficients: Zeroizing<Vec<[Fr; 4]>>,
}

impl Mask {
    pub(super) fn random(variables: usize, rng: &mut dyn CryptoRngCore) -> Self {
        let mut four = || [(); 4].map(|()| uniform(rng));
        let coefficients = (0..variables).map(|_| four()).collect();
        Self {
            coefficients: Zeroizing::new(coefficients),
        }
    }

    /// The round polynomial of `g` in the variable after `point`.
    pub(super) fn round(&self, point: &[Fr]) -> [Fr; 4] {
        let at = point.len();
        let after = self.coefficients.len() - 1 - at;
        let known: Fr = self
            .coefficients
            .iter()
            .zip(point)
            .map(|(g, r)| evaluate(g, *r))
            .sum();
        let open: Fr = self.coefficients[at + 1..].iter().map(sum_of_ends).sum();
        let mut round = self.coefficients[at];
        round[0] += known;
        for coefficient in &mut round {
            *coefficient *= power_of_two(after);
        }
        if after > 0 {
            round[0] += open * power_of_two(after - 1);
        }
        round
    }
}

/// The weight of each coefficient of `g` in `sum_u g(u)`.
pub(super) fn sum_weights(variables: usize) -> Vec<Fr> {
    let once = power_of_two(variables - 1);
    std::iter::repeat_n([once.double(), once, once, once], variables)
        .flatten()
        .collect()
}

/// The weight of each coefficient of `g` in `g(point)`.
pub(super) fn evaluation_weights(point: &[Fr]) -> Vec<Fr> {
    let powers = |r: &Fr| [Fr::ONE, *r, r.square(), r.square() * r];
    point.iter().flat_map(powers).collect()
}

fn power_of_two(exponent: usize) -> Fr {
    (0..exponent).fold(Fr::ONE, |power, _| power.double())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::products::inner;
    use ark_ff::Zero;
    use rand_core::OsRng;

    #[test]
    fn the_rounds_are_those_of_a_sum_check() {
        let mask = Mask::random(4, &mut OsRng);
        let flat = mask.coefficients.concat();
        let g = |u: &[Fr]| inner(&evaluation_weights(u), &flat);
        let bit = |index: usize, i: usize| Fr::from((index >> i & 1) as u64);
        let total: Fr = (0..16).map(|u| g(&[0, 1, 2, 3].map(|i| bit(u, i)))).sum();
        assert_eq!(total, inner(&sum_weights(4), &flat));
        let (mut claim, mut point) = (total, Vec::new());
        for r in [3u64, 5, 7, 11].map(Fr::from) {
            let round = mask.round(&point);
            assert_eq!(sum_of_ends(&round), claim);
            // The polynomial itself, at a point that is no corner.
            let rest = 3 - point.len();
            let direct: Fr = (0..1 << rest)
                .map(|u| {
                    let tail = (0..rest).map(|i| bit(u, i));
                    g(&point
                        .iter()
                        .copied()
                        .chain([r])
                        .chain(tail)
                        .collect::<Vec<_>>())
                })
                .sum();
            claim = evaluate(&round, r);
            assert_eq!(claim, direct);
            point.push(r);
        }
        assert_eq!(claim, g(&point));
        assert!(!total.is_zero());
    }
}
