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

/// Numbers modulo 3, not all 0, that solve these equations: each row has as many coefficients as there are numbers, and
/// there are more numbers than rows.
fn solve(mut rows: Vec<Vec<u8>>) -> Vec<u8> {
    let count = rows[0].len();
    let mut pivots = Vec::new();
    for column in 0..count {
        let at = pivots.len();
        let Some(found) = (at..rows.len()).find(|row| rows[*row][column] != 0) else {
            continue;
        };
        rows.swap(at, found);
        // 1 and 2 are their own inverses.
        let scale = rows[at][column];
        rows[at].iter_mut().for_each(|it| *it = *it * scale % 3);
        let pivot = rows[at].clone();
        for (row, others) in rows.iter_mut().enumerate() {
            let times = 3 - others[column];
            if row != at {
                let both = others.iter_mut().zip(&pivot);
                both.for_each(|(it, pivot)| *it = (*it + times * pivot) % 3);
            }
        }
        pivots.push(column);
    }
    let free = (0..count).find(|column| !pivots.contains(column)).unwrap();
    let mut solution = vec![0; count];
    solution[free] = 1;
    for (row, column) in pivots.into_iter().enumerate() {
        solution[column] = (3 - rows[row][free]) % 3;
    }
    solution
}

/// Somebody who knows the digits beforehand chooses parts of order 3 that cancel in all sums, or in all but one: so each
/// sum is needed, and the digits must depend on the points.
#[test]
fn each_sum_is_needed_and_digits_that_are_known_deceive() {
    let (points, digests) = (points_inside(FEWEST), [[9; 32]]);
    let bytes = stream(&digests, points.len());
    let digit = |sum: usize, byte: u8| (usize::from(byte) / 3usize.pow(sum as u32 % 5) % 3) as u8;
    let row = |sum: usize| -> Vec<u8> {
        let of_points = bytes.iter();
        of_points.map(|it| digit(sum, it[sum / DIGITS])).collect()
    };
    let with_parts = |parts: &[u8]| -> Vec<G1Affine> {
        let parts = points.iter().zip(parts);
        let added = parts.map(|(point, part)| {
            (0..*part).fold((*point).into(), |sum: G1Projective, _| sum + torsion())
        });
        G1Projective::normalize_batch(&added.collect::<Vec<_>>())
    };
    let all = DIGITS * WINDOWS;
    let cancelled = with_parts(&solve((0..all).map(row).collect()));
    assert!(all_inside(&cancelled, &digests));
    assert!(!all_inside(&cancelled, &[[8; 32]]));
    for left_out in 0..all {
        let others: Vec<_> = (0..all).filter(|sum| *sum != left_out).map(row).collect();
        let parts = solve(others);
        let product: u32 = row(left_out)
            .iter()
            .zip(&parts)
            .map(|(a, b)| u32::from(a * b))
            .sum();
        // Some of these solutions cancel in the sum that is left out, too.
        assert_eq!(
            all_inside(&with_parts(&parts), &digests),
            product.is_multiple_of(3)
        );
    }
}
