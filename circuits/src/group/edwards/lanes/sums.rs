//! Sums of many rows over the same points, for secret scalars, eight rows at a time.

use std::array;

use archmage::{arcane, X64V4xToken};
use ark_curve25519::Fr;
use ark_ff::{AdditiveGroup, PrimeField};
use rayon::prelude::*;
use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroizing;

use super::point::Points;
use super::table::{Table, POINTS};
use super::LANES;
use crate::group::edwards::point::{Affine, Point};

/// Signs of a scalar.
const SIGNS: usize = 254;

/// Rows that are summed up together. For each eight of them, eight sums for each sign are held: 318 KiB.
const ROWS: usize = 256;

/// Tables that are used together: 23 KiB, which fit into the fastest cache.
const TABLES: usize = 3;

/// The signs of a scalar for eight rows: bit `r` of the byte at `i` is 1 where row `r` has plus at `2^i`.
type Signs = [u8; 256];

/// `sum_c row_c points_c` for each row, up to a point of the 4-torsion, which ristretto255 does not see; missing scalars are 0. In
/// constant time: all operations and all memory accesses are the same whatever the scalars are. Cost: for each eight rows, `254 / 7`
/// additions a point, and 254 doublings and additions. Memory: 10 MiB a thread. In parallel.
pub(in crate::group::edwards) fn sums_of_rows(
    token: X64V4xToken,
    rows: &[&[Fr]],
    points: &[Affine],
) -> Vec<Point> {
    let together = rows.chunks(ROWS);
    together
        .flat_map(|rows| sums_together(token, rows, points))
        .collect()
}

fn sums_together(token: X64V4xToken, rows: &[&[Fr]], points: &[Affine]) -> Vec<Point> {
    let threads = rayon::current_num_threads();
    let share = points
        .len()
        .div_ceil(threads)
        .next_multiple_of(POINTS)
        .max(POINTS);
    let first = (0..points.len()).step_by(share);
    let shares: Vec<_> = first.zip(points.chunks(share)).collect();
    let sums = shares
        .into_par_iter()
        .map(|(first, points)| sign_sums(token, rows, first, points))
        .reduce_with(|mut sums, others| {
            add_all(token, &mut sums, &others);
            sums
        });
    let Some(sums) = sums else {
        return vec![Point::IDENTITY; rows.len()];
    };
    let mut points: Vec<Point> = sums
        .par_chunks(SIGNS)
        .flat_map_iter(|sums| weighed(token, sums))
        .collect();
    points.truncate(rows.len());
    points
}

/// For each eight rows and each sign, the sums of these points with this sign. The scalar of the first point is at `first`.
#[arcane]
fn sign_sums(
    _token: X64V4xToken,
    rows: &[&[Fr]],
    first: usize,
    points: &[Affine],
) -> Zeroizing<Vec<Points>> {
    let mut sums = Zeroizing::new(vec![Points::identity(); rows.len().div_ceil(LANES) * SIGNS]);
    let together = POINTS * TABLES;
    let mut signs = Zeroizing::new([[[0; 256]; POINTS]; TABLES]);
    for (points, first) in points.chunks(together).zip((first..).step_by(together)) {
        let tables = Table::of_all(points);
        for (rows, sums) in rows.chunks(LANES).zip(sums.chunks_exact_mut(SIGNS)) {
            for (at, signs) in signs.as_flattened_mut().iter_mut().enumerate() {
                write_signs(rows, first + at, signs);
            }
            for (i, sum) in sums.iter_mut().enumerate() {
                let mut total = *sum;
                for (table, signs) in tables.iter().zip(signs.iter()) {
                    let plus = array::from_fn(|point| signs[point][i]);
                    total = total.add_affine(&table.select(&plus));
                }
                *sum = total;
            }
        }
    }
    sums
}

#[arcane]
fn add_all(_token: X64V4xToken, sums: &mut [Points], others: &[Points]) {
    for (sum, other) in sums.iter_mut().zip(others) {
        *sum = sum.add(other);
    }
}

/// `sum_i 2^i sums_i` in each lane.
#[arcane]
fn weighed(_token: X64V4xToken, sums: &[Points]) -> [Point; LANES] {
    let mut total = Points::identity();
    for sum in sums.iter().rev() {
        total = total.double().add(sum);
    }
    total.to_points()
}

/// The signs of the scalars of up to eight rows at one place.
fn write_signs(rows: &[&[Fr]], place: usize, signs: &mut Signs) {
    let mut limbs = Zeroizing::new([[0; 4]; LANES]);
    for (limbs, row) in limbs.iter_mut().zip(rows) {
        *limbs = with_signs(row.get(place).unwrap_or(&Fr::ZERO));
    }
    for (byte, signs) in signs.chunks_exact_mut(8).enumerate() {
        let of_row = |row: usize| limbs[row][byte / 8].to_le_bytes()[byte % 8];
        let rows = u64::from_le_bytes(array::from_fn(of_row));
        signs.copy_from_slice(&transposed(rows).to_le_bytes());
    }
}

/// A number `c` of 254 bits, of which bit `i` stands for a sign: the sum of all `2^i` with their signs, which is `2 c - (2^254 - 1)`,
/// is the scalar or, where the scalar is even, the scalar and the group's order.
fn with_signs(scalar: &Fr) -> [u64; 4] {
    let mut limbs = scalar.into_bigint().0;
    let odd = Choice::from((limbs[0] & 1) as u8);
    let mut carry = 0;
    for (limb, order) in limbs.iter_mut().zip(Fr::MODULUS.0) {
        let sum = u128::from(*limb) + u128::from(u64::conditional_select(&order, &0, odd)) + carry;
        (*limb, carry) = (sum as u64, sum >> 64);
    }
    // It is odd and below 2^254. Half of it, rounded down, and 2^253.
    let [a, b, c, d] = limbs;
    [
        a >> 1 | b << 63,
        b >> 1 | c << 63,
        c >> 1 | d << 63,
        d >> 1 | 1 << 61,
    ]
}

/// Bit `j` of byte `i` at bit `i` of byte `j`.
fn transposed(mut x: u64) -> u64 {
    for (shift, mask) in [
        (7, 0x00aa_00aa_00aa_00aa),
        (14, 0x0000_cccc_0000_cccc),
        (28, 0xf0f0_f0f0),
    ] {
        let differs = (x ^ x >> shift) & mask;
        x ^= differs ^ differs << shift;
    }
    x
}
