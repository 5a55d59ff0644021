//! Sums of many rows over the same points, for secret scalars.

use ark_ff::PrimeField;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::point::{normalise, Affine, Point};
use crate::group::ristretto::Fr;

/// Points of a table, which holds the sums of all their subsets: 24 KiB.
const BLOCK: usize = 8;

/// Bits of a scalar.
const BITS: usize = 253;

/// `sum_c scalars_(r n + c) points_c` for each row `r` of `n` scalars, where `n` is the number of points. The operations are the same
/// whatever the scalars are, but the table look-ups depend on them (`specs/threat-model.md` says what that means). Cost: 32 additions a
/// scalar, 253 doublings a row, and 32 additions a point.
pub(crate) fn sums_of_rows(scalars: &[Fr], points: &[Affine]) -> Vec<Point> {
    let tables: Vec<Affine> = points
        .par_chunks(BLOCK)
        .map(subset_sums)
        .flatten_iter()
        .collect();
    let row = |scalars: &[Fr]| sum_of_row(scalars, &tables);
    scalars.par_chunks(points.len().max(1)).map(row).collect()
}

/// The sums of all subsets of [`BLOCK`] points; missing points are the identity. Bit `i` of the index is point `i`.
fn subset_sums(points: &[Affine]) -> Vec<Affine> {
    let mut sums = Vec::with_capacity(1 << BLOCK);
    sums.push(Point::IDENTITY);
    for at in 0..BLOCK {
        let point = points.get(at).unwrap_or(&Affine::IDENTITY);
        for subset in 0..sums.len() {
            let mut sum = sums[subset];
            sum += point;
            sums.push(sum);
        }
    }
    normalise(&sums)
}

fn sum_of_row(scalars: &[Fr], tables: &[Affine]) -> Point {
    let limbs = Zeroizing::new(
        scalars
            .iter()
            .map(|scalar| scalar.into_bigint().0)
            .collect::<Vec<[u64; 4]>>(),
    );
    let mut sum = Point::IDENTITY;
    for bit in (0..BITS).rev() {
        sum = sum.double();
        let (limb, shift) = (bit / 64, bit % 64);
        for (block, table) in limbs.chunks(BLOCK).zip(tables.chunks_exact(1 << BLOCK)) {
            let subset = block.iter().enumerate().fold(0, |subset, (at, limbs)| {
                subset | ((limbs[limb] >> shift & 1) << at)
            });
            // The table's identity too: who skips it tells by time how many bits are 0.
            sum += &table[subset as usize];
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::edwards::{decode, encode, msm};
    use crate::group::ristretto::Ristretto;
    use crate::group::Group;
    use ark_ff::Field;

    #[test]
    fn each_row_is_a_multiscalar_multiplication() {
        for count in [1, 7, 8, 9, 17] {
            let bytes: Vec<u8> = (0..count as u64)
                .flat_map(|i| Ristretto::encode_point(&Ristretto::hash_to_point(b"rows test", i)))
                .collect();
            let points: Vec<_> = decode(&bytes).into_iter().map(Option::unwrap).collect();
            let edge = [Fr::from(0u64), Fr::from(1u64), -Fr::from(1u64)];
            let others = (2u64..).map(|x| Fr::from(x).pow([77]));
            let scalars: Vec<Fr> = edge.into_iter().chain(others).take(4 * count).collect();
            let want: Vec<Point> = scalars.chunks(count).map(|row| msm(row, &points)).collect();
            assert_eq!(
                encode(&sums_of_rows(&scalars, &points)),
                encode(&want),
                "{count}"
            );
        }
    }
}
