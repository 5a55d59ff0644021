use ark_bls12_381::Fq;
use ark_ec::{AffineRepr, PrimeGroup};
use ark_ff::{BigInt, BitIteratorBE, Field, PrimeField};

use super::*;
use crate::groth16::testing::torsion;
use crate::group::bls12381::Fr;

/// As many points of `G1`.
fn points_inside(count: usize) -> Vec<G1Affine> {
    let generator = G1Projective::generator();
    let points: Vec<_> = (1..=count as u64)
        .map(|number| generator * Fr::from(number).pow([77]))
        .collect();
    G1Projective::normalize_batch(&points)
}

/// A multiple of a point of the curve. (The multiplication of arkworks is right in the subgroup only.)
fn multiple(point: G1Projective, by: &[u64]) -> G1Projective {
    BitIteratorBE::new(by).fold(G1Projective::zero(), |sum, bit| {
        let sum = sum.double();
        if bit {
            sum + point
        } else {
            sum
        }
    })
}

/// Points whose parts outside `G1` have the orders 3 and 11, and one whose part has the whole order that it can have.
fn outside() -> Vec<G1Affine> {
    let point = (0u64..)
        .filter_map(|x| G1Affine::get_point_from_x_unchecked(Fq::from(x), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve() && *point != torsion());
    let point = point.unwrap();
    // The exponent of the factor group is 3 * 11 * 10177 * 859267 * 52437899.
    let others = [3u64 * 10177, 859_267, 52_437_899];
    let of_11 = others
        .iter()
        .fold(point.into(), |point, factor| multiple(point, &[*factor]));
    let of_11 = multiple(of_11, &Fr::MODULUS.0).into_affine();
    assert!(!of_11.is_zero() && multiple(of_11.into(), &[11]).is_zero());
    vec![torsion(), of_11, point]
}

#[test]
fn points_inside_are_found_to_be_inside() {
    for count in [0, 1, FEWEST - 1, FEWEST, 1000] {
        assert!(all_inside(&points_inside(count), &[[7; 32]]));
    }
}

#[test]
fn one_outside_among_many_is_found_wherever_it_is() {
    let points = points_inside(FEWEST + 3);
    for wrong in outside() {
        for at in [0, 1, FEWEST / 2, points.len() - 1] {
            let mut points = points.clone();
            points[at] = (points[at] + wrong).into_affine();
            assert!(!all_inside(&points, &[[7; 32]]));
            assert!(!all_inside(&points[at..=at], &[[7; 32]]));
        }
    }
}

/// Two parts that cancel in a sum with the same digits do not cancel in all.
#[test]
fn parts_that_cancel_each_other_are_found() {
    let mut points = points_inside(FEWEST);
    for wrong in outside() {
        points[3] = (points[3] + wrong).into_affine();
        points[4] = (points[4] - wrong).into_affine();
        assert!(!all_inside(&points, &[[7; 32]]));
    }
}

/// What the digits of a point say, one by one.
#[test]
fn sums_have_the_digits_of_the_stream() {
    let (points, digests) = (points_inside(FEWEST), [[1; 32], [2; 32]]);
    let bytes = stream(&digests, points.len());
    for window in [0, WINDOWS - 1] {
        let mut buckets = vec![G1Projective::zero(); BUCKETS];
        for (point, bytes) in points.iter().zip(&bytes) {
            buckets[usize::from(bytes[window])] += point;
        }
        let highest_first = sums(buckets);
        for (digit, sum) in highest_first.iter().rev().enumerate() {
            let of_digit = |byte: u8| (usize::from(byte) / 3usize.pow(digit as u32) % 3) as u64;
            let expected: G1Projective = points
                .iter()
                .zip(&bytes)
                .map(|(point, bytes)| point.mul_bigint(BigInt::<1>::from(of_digit(bytes[window]))))
                .sum();
            assert_eq!(*sum, expected);
        }
    }
}

/// The stream of another list of proofs is another, and each byte below 243 occurs.
#[test]
fn digits_depend_on_all_proofs() {
    let of = |digests: &[[u8; 32]]| stream(digests, 500);
    let bytes = of(&[[1; 32], [2; 32]]);
    assert_ne!(bytes, of(&[[1; 32], [3; 32]]));
    assert_ne!(bytes, of(&[[2; 32], [1; 32]]));
    let mut seen = [false; BUCKETS];
    bytes
        .iter()
        .flatten()
        .for_each(|byte| seen[usize::from(*byte)] = true);
    assert!(seen.iter().all(|seen| *seen));
}
