//! Sums of multiples of public points by public scalars, most of the points known in advance: it takes less time than the
//! `msm` of arkworks up to some hundred points, and no threads of its own.

use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, BigInteger, PrimeField, Zero};

use super::{Fr, G1Affine, G1Projective};

/// Digits are odd, or 0, and of so many bits with their sign; of so many in a row only one is not 0.
const WINDOW: usize = 6;
/// The odd multiples that digits ask for.
const MULTIPLES: usize = 1 << (WINDOW - 2);

/// The multiples of a point by 1, 3, .., 31. 1.6 KB.
#[derive(Debug, Clone)]
pub(crate) struct OddMultiples([G1Affine; MULTIPLES]);

impl OddMultiples {
    /// Cost: a sixth of a multiplication.
    pub(crate) fn new(point: &G1Affine) -> Self {
        let mut sum = G1Projective::from(*point);
        let twice = sum.double();
        let multiples = [(); MULTIPLES].map(|()| {
            let multiple = sum;
            sum += twice;
            multiple
        });
        let affine = G1Projective::normalize_batch(&multiples);
        Self(affine.try_into().expect("one for each multiple"))
    }
}

/// `sum scalar * point`, in variable time. Cost: half a multiplication, and a fifth of one for each point.
pub(crate) fn public_sum<'a>(
    terms: impl IntoIterator<Item = (&'a OddMultiples, Fr)>,
) -> G1Projective {
    let terms: Vec<_> = terms
        .into_iter()
        .map(|(multiples, scalar)| {
            let digits = scalar.into_bigint().find_wnaf(WINDOW);
            (&multiples.0, digits.expect("windows have 2 to 63 bits"))
        })
        .collect();
    let places = terms.iter().map(|(_, digits)| digits.len()).max();
    let mut sum = G1Projective::zero();
    for place in (0..places.unwrap_or(0)).rev() {
        sum.double_in_place();
        for (multiples, digits) in &terms {
            let digit = digits.get(place).copied().unwrap_or(0);
            let multiple = multiples[(digit.unsigned_abs() / 2) as usize];
            match digit.signum() {
                1 => sum += multiple,
                -1 => sum -= multiple,
                _ => {}
            }
        }
    }
    sum
}
