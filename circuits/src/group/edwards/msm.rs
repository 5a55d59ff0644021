//! Multiscalar multiplication: Pippenger's for public scalars, Straus's in constant time for
//! secret ones.

use ark_curve25519::Fr;
use ark_ff::PrimeField;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::fixed::{radix_16, select, DIGITS};
use super::point::{normalise, Affine, Point};
use crate::work;

/// Bits of a scalar and of the carry of its signed digits.
const SCALAR_BITS: u32 = 254;

/// Points whose tables of multiples stay in the cache together.
const TABLES: usize = 32;

/// `sum scalars_i points_i`, in variable time (Pippenger, with signed digits). The shorter of the
/// two decides. Cost: about `254 / log2 n` additions of 7 multiplications a point.
pub(crate) fn msm(scalars: &[Fr], points: &[Affine]) -> Point {
    work::of_public(|| pippenger(scalars, points))
}

fn pippenger(scalars: &[Fr], points: &[Affine]) -> Point {
    let count = scalars.len().min(points.len());
    let width = best_width(count);
    let digits = signed_digits(&scalars[..count], width);
    let windows: Vec<Point> = digits
        .par_chunks(count.max(1))
        .map(|digits| window(digits, points, width))
        .collect();
    // From the highest window down.
    windows
        .into_iter()
        .rev()
        .fold(Point::IDENTITY, |sum, window| {
            sum.double_times(width) + window
        })
}

/// The width of windows with the fewest multiplications: an addition to a bucket costs 7, emptying
/// a bucket two additions of 9.
fn best_width(count: usize) -> u32 {
    let cost = |width: u32| (7 * count + (18 << (width - 1))) * windows(width);
    (2..=15).min_by_key(|&width| cost(width)).unwrap_or(2)
}

fn windows(width: u32) -> usize {
    SCALAR_BITS.div_ceil(width) as usize
}

/// The digits of all scalars, window by window from the lowest, each from `-2^(width - 1)` to
/// `2^(width - 1) - 1`.
pub(super) fn signed_digits(scalars: &[Fr], width: u32) -> Vec<i16> {
    let count = scalars.len();
    let mut out = vec![0; count * windows(width)];
    for (i, scalar) in scalars.iter().enumerate() {
        let limbs = scalar.into_bigint().0;
        let mut carry = 0;
        for (w, at) in (i..out.len()).step_by(count).enumerate() {
            let bit = w as u32 * width;
            let (limb, shift) = ((bit / 64) as usize, bit % 64);
            let low = limbs.get(limb).map_or(0, |limb| limb >> shift);
            let high = limbs
                .get(limb + 1)
                .map_or(0, |limb| limb << 1 << (63 - shift));
            let digit = ((low | high) & ((1 << width) - 1)) as i32 + carry;
            carry = i32::from(digit >= 1 << (width - 1));
            out[at] = (digit - (carry << width)) as i16;
        }
    }
    out
}

/// `sum digits_i points_i`, of the digits of one window.
fn window(digits: &[i16], points: &[Affine], width: u32) -> Point {
    let mut buckets = vec![Point::IDENTITY; 1 << (width - 1)];
    for (&digit, point) in digits.iter().zip(points) {
        if digit > 0 {
            buckets[digit as usize - 1] += point;
        } else if digit < 0 {
            let bucket = &mut buckets[-i32::from(digit) as usize - 1];
            *bucket = bucket.sub_affine(point);
        }
    }
    // sum_k k bucket_k, as the sum of all sums of the higher buckets.
    let (mut higher, mut sum) = (Point::IDENTITY, Point::IDENTITY);
    for bucket in buckets.into_iter().rev() {
        higher = higher + bucket;
        sum = sum + higher;
    }
    sum
}

/// `sum scalars_i points_i`, in constant time (Straus). The shorter of the two decides. Cost: 64
/// additions and 512 selections a point.
pub(crate) fn msm_constant_time(scalars: &[Fr], points: &[Affine]) -> Point {
    let count = scalars.len().min(points.len());
    scalars[..count]
        .par_chunks(TABLES)
        .zip(points[..count].par_chunks(TABLES))
        .map(|(scalars, points)| straus(scalars, points))
        .reduce(|| Point::IDENTITY, |a, b| a + b)
}

fn straus(scalars: &[Fr], points: &[Affine]) -> Point {
    let mut multiples = Vec::with_capacity(8 * points.len());
    for point in points {
        let mut multiple = Point::IDENTITY;
        for _ in 0..8 {
            multiple += point;
            multiples.push(multiple);
        }
    }
    let tables = normalise(&multiples);
    let digits = Zeroizing::new(scalars.iter().map(radix_16).collect::<Vec<_>>());
    let mut sum = Point::IDENTITY;
    for place in (0..DIGITS).rev() {
        sum = sum.double_times(4);
        for (digits, table) in digits.iter().zip(tables.chunks_exact(8)) {
            sum += &select(table, digits[place]);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::edwards::{decode, encode, FixedBase};
    use crate::group::ristretto::{Ristretto, KEY_BASE};
    use crate::group::Group;
    use ark_ff::Field;
    use proptest::prelude::*;

    fn scalar() -> impl Strategy<Value = Fr> {
        prop_oneof![
            Just(Fr::from(0u64)),
            Just(Fr::from(1u64)),
            Just(-Fr::from(1u64)),
            (0u64..1 << 20).prop_map(Fr::from),
            any::<u64>().prop_map(|x| Fr::from(x).pow([9]))
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn sums_are_those_of_dalek(scalars in prop::collection::vec(scalar(), 0..200)) {
            let points: Vec<_> = (0..scalars.len() as u64)
                .map(|i| Ristretto::hash_to_point(b"msm test", i))
                .collect();
            let want = Ristretto::encode_point(&Ristretto::msm(&scalars, &points));
            let bytes: Vec<u8> = points.iter().flat_map(Ristretto::encode_point).collect();
            let affine: Vec<_> = decode(&bytes).into_iter().map(Option::unwrap).collect();
            prop_assert_eq!(encode(&[msm(&scalars, &affine)])[0].to_vec(), want.clone());
            prop_assert_eq!(encode(&[msm_constant_time(&scalars, &affine)])[0].to_vec(), want);
        }

        #[test]
        fn every_width_has_the_same_digits(scalar in scalar(), width in 2u32..=15) {
            let digits = signed_digits(&[scalar], width);
            let base = Fr::from(2u64).pow([u64::from(width)]);
            let value = digits.iter().rev().fold(Fr::from(0u64), |value, &digit| {
                let size = Fr::from(u64::from(digit.unsigned_abs()));
                value * base + if digit < 0 { -size } else { size }
            });
            prop_assert_eq!(value, scalar);
        }

        #[test]
        fn a_fixed_base_multiplies(scalar in scalar()) {
            let base = decode(&Ristretto::encode_point(&KEY_BASE))[0].unwrap();
            let product = FixedBase::new(&base).mul(&scalar);
            let want = Ristretto::encode_point(&Ristretto::msm(&[scalar], &[KEY_BASE]));
            prop_assert_eq!(encode(&[product])[0].to_vec(), want);
        }
    }
}
