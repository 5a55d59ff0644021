//! Sums of many rows over the same points, for secret scalars.

#[cfg(target_arch = "x86_64")]
use archmage::{SimdToken, X64V4xToken};
use ark_curve25519::Fr;
use ark_ff::PrimeField;
use rayon::prelude::*;
use zeroize::Zeroizing;

#[cfg(target_arch = "x86_64")]
use super::lanes;
use super::point::{normalise, Affine, Point};

/// Bits of a scalar.
const BITS: usize = 253;

/// Rows that are summed up together: for each of them, a point for each bit is held.
const TOGETHER: usize = 128;

/// The most points of a table, which holds the sums of all their subsets: 96 KiB.
const MOST_POINTS: usize = 10;

/// `sum_c row_c points_c` for each row, up to a point of the 4-torsion, which ristretto255 does not see; missing scalars are 0. The
/// operations are the same whatever the scalars are. On processors with AVX-512 and IFMA the memory accesses are so too; elsewhere the
/// table look-ups depend on the scalars (`specs/threat-model.md` 6.2 says what that means). Cost: see the two ways. In parallel.
pub(crate) fn sums_of_rows(rows: &[&[Fr]], points: &[Affine]) -> Vec<Point> {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = X64V4xToken::summon() {
        return lanes::sums_of_rows(token, rows, points);
    }
    by_tables(rows, points)
}

/// One point after the other. Each table is made once for all rows and used while it is in
/// the cache. Cost, with tables of `b` points (6 for one row, 10 for 17 rows or more): `253 / b` additions a scalar, `2^b / b` additions a point,
/// and 253 additions and doublings a row. Memory: 4 MiB a thread.
fn by_tables(rows: &[&[Fr]], points: &[Affine]) -> Vec<Point> {
    let together = rows.chunks(TOGETHER);
    together
        .flat_map(|rows| sums_together(rows, points))
        .collect()
}

fn sums_together(rows: &[&[Fr]], points: &[Affine]) -> Vec<Point> {
    let size = table_size(rows.len());
    let threads = rayon::current_num_threads();
    let share = points.len().div_ceil(threads).next_multiple_of(size);
    let first = (0..points.len()).step_by(share.max(1));
    let shares: Vec<_> = first.zip(points.chunks(share.max(1))).collect();
    let sums = shares
        .into_par_iter()
        .map(|(first, points)| bit_sums(rows, first, points, size))
        .reduce_with(|mut sums, others| {
            for (sum, other) in sums.iter_mut().zip(others.iter()) {
                *sum = *sum + *other;
            }
            sums
        });
    let sums = sums.unwrap_or_else(|| Zeroizing::new(vec![Point::IDENTITY; rows.len() * BITS]));
    let of_row = |bits: &[Point]| {
        let from_the_highest = bits.iter().rev();
        from_the_highest.fold(Point::IDENTITY, |sum, bit| sum.double() + *bit)
    };
    sums.par_chunks(BITS).map(of_row).collect()
}

/// How many points share a table. A larger table saves additions of each row, and costs more by itself.
fn table_size(rows: usize) -> usize {
    let cost = |size: usize| ((1 << size) + rows * BITS) / size;
    (1..=MOST_POINTS)
        .min_by_key(|&size| cost(size))
        .unwrap_or(1)
}

/// For each row and each bit, the sum of those of these points whose scalar has the bit. The scalar of the first point is at `first`.
fn bit_sums(rows: &[&[Fr]], first: usize, points: &[Affine], size: usize) -> Zeroizing<Vec<Point>> {
    let mut sums = Zeroizing::new(vec![Point::IDENTITY; rows.len() * BITS]);
    for (points, first) in points.chunks(size).zip((first..).step_by(size)) {
        let table = subset_sums(points);
        for (row, sums) in rows.iter().zip(sums.chunks_mut(BITS)) {
            let mut limbs = Zeroizing::new([[0; 4]; MOST_POINTS]);
            for (limbs, scalar) in limbs.iter_mut().zip(row.iter().skip(first).take(size)) {
                *limbs = scalar.into_bigint().0;
            }
            for (bit, sum) in sums.iter_mut().enumerate() {
                let (limb, shift) = (bit / 64, bit % 64);
                let own = limbs.iter().take(points.len()).enumerate();
                let subset = own.fold(0, |subset, (at, limbs)| {
                    subset | ((limbs[limb] >> shift & 1) << at)
                });
                // The table's identity too: who skips it tells by time how many bits are 0.
                *sum += &table[subset as usize];
            }
        }
    }
    sums
}

/// The sums of all subsets of these points. Bit `i` of the index is point `i`.
fn subset_sums(points: &[Affine]) -> Vec<Affine> {
    let mut sums = Vec::with_capacity(1 << points.len());
    sums.push(Point::IDENTITY);
    for point in points {
        for subset in 0..sums.len() {
            let mut sum = sums[subset];
            sum += point;
            sums.push(sum);
        }
    }
    normalise(&sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::edwards::{decode, encode, msm};
    use crate::group::ristretto::Ristretto;
    use crate::group::Group;
    use ark_ff::Field;

    /// Shapes around the sizes of tables, of shares of a thread, and of rows that are summed up together.
    #[test]
    fn each_row_is_a_multiscalar_multiplication() {
        for (count, rows) in [
            (1, 4),
            (3, 7),
            (9, 4),
            (10, 1),
            (17, 40),
            (41, 3),
            (58, 9),
            (2, 129),
            (2, 257),
        ] {
            let bytes: Vec<u8> = (0..count as u64)
                .flat_map(|i| Ristretto::encode_point(&Ristretto::hash_to_point(b"rows test", i)))
                .collect();
            let points: Vec<_> = decode(&bytes).into_iter().map(Option::unwrap).collect();
            let edge = [Fr::from(0u64), Fr::from(1u64), -Fr::from(1u64)];
            let others = (2u64..).map(|x| Fr::from(x).pow([77]));
            let scalars: Vec<Fr> = edge.into_iter().chain(others).take(rows * count).collect();
            let rows: Vec<&[Fr]> = scalars.chunks(count).collect();
            let want: Vec<Point> = rows.iter().map(|row| msm(row, &points)).collect();
            for sums in [sums_of_rows, by_tables] {
                assert_eq!(
                    encode(&sums(&rows, &points)),
                    encode(&want),
                    "{count} points, {} rows",
                    rows.len()
                );
            }
        }
    }

    #[test]
    fn nothing_sums_up_to_nothing() {
        assert!(sums_of_rows(&[], &[Affine::IDENTITY]).is_empty());
        assert!(sums_of_rows(&[&[]], &[])[0].is_identity());
    }
}
