//! The commitments to the bit rows (`specs/proofs.md` 7.3), without a scalar multiplication for a
//! bit: a table holds the sums of all subsets of a block of generators, so the bits of a bit plane
//! in that block are one addition.

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::bases::Bases;
use super::shape::Shape;
use crate::group::edwards::{encode, normalise, Affine, Point};
use crate::group::ristretto::Fr;

/// Columns of a table. A byte of a transposed block is an index into it. The table has 24 KiB, so
/// the first cache of a processor holds it while it is added to one sum after the other.
const BLOCK: usize = 8;

/// The bits of every coordinate, row by row, padding as zero: `sum_t bit_t w_t` is the coordinate.
#[derive(Debug)]
pub(super) struct Codes {
    columns: usize,
    codes: Zeroizing<Vec<u64>>,
}

impl Codes {
    /// The codes of a vector that satisfies the statement.
    pub(super) fn new(shape: &Shape, x: &[u64]) -> Self {
        let mut codes = Zeroizing::new(vec![0; shape.rows.len() * shape.columns]);
        for (row, codes) in shape.rows.iter().zip(codes.chunks_exact_mut(shape.columns)) {
            let segment = &shape.segments[row.segment];
            for (code, value) in codes.iter_mut().zip(&x[row.start..][..row.len]) {
                *code = segment.code(*value);
            }
        }
        Self {
            columns: shape.columns,
            codes,
        }
    }

    /// The codes of a slot row.
    pub(super) fn row(&self, row: usize) -> &[u64] {
        &self.codes[row * self.columns..][..self.columns]
    }
}

/// The encoded commitments `sum_c bit_t G_c + beta H` to all bit rows, row by row and bit by bit.
/// Cost: an addition for every [`BLOCK`] bits, whatever they are, and for each bit row a
/// multiplication of `H` in constant time and an encoding. The table look-ups depend on the bits
/// (`specs/threat-model.md` says what that means).
pub(super) fn bit_rows(
    shape: &Shape,
    bases: &Bases,
    codes: &Codes,
    blindings: &[Fr],
) -> Vec<[u8; 32]> {
    let blocks: Vec<_> = (0..shape.columns).step_by(BLOCK).collect();
    let share = blocks.len().div_ceil(rayon::current_num_threads()).max(1);
    let zero = || Zeroizing::new(vec![Point::IDENTITY; shape.bit_rows()]);
    let sums = blocks
        .par_chunks(share)
        .map(|blocks| {
            let mut sums = zero();
            for &first in blocks {
                let end = (first + BLOCK).min(shape.columns);
                let table = subset_sums(&bases.columns[first..end]);
                add_block(shape, codes, first, end, &table, &mut sums);
            }
            sums
        })
        .reduce_with(|mut a, b| {
            for (a, b) in a.iter_mut().zip(b.iter()) {
                *a = *a + *b;
            }
            a
        });
    let mut sums = sums.unwrap_or_else(zero);
    sums.par_iter_mut()
        .zip(blindings)
        .for_each(|(sum, blinding)| *sum = *sum + bases.blind(blinding));
    encode(&sums)
}

/// The sums of all subsets of up to [`BLOCK`] points; bit `i` of the index is point `i`.
fn subset_sums(points: &[Affine]) -> Vec<Affine> {
    let mut sums = vec![Point::IDENTITY];
    for point in points {
        for at in 0..sums.len() {
            let mut sum = sums[at];
            sum += point;
            sums.push(sum);
        }
    }
    normalise(&sums)
}

fn add_block(
    shape: &Shape,
    codes: &Codes,
    first: usize,
    end: usize,
    table: &[Affine],
    sums: &mut [Point],
) {
    for (index, row) in shape.rows.iter().enumerate() {
        if row.len <= first {
            continue;
        }
        let bits = shape.segments[row.segment].bits;
        let block = &codes.row(index)[first..end];
        let sums = &mut sums[row.bit_row..][..bits];
        for (byte, sums) in sums.chunks_mut(8).enumerate() {
            let bytes =
                std::array::from_fn(|c| block.get(c).map_or(0, |code| (code >> (8 * byte)) as u8));
            for (sum, subset) in sums.iter_mut().zip(transpose(bytes)) {
                // The table's identity too: who skips it tells by time how many bits are 0.
                *sum += &table[usize::from(subset)];
            }
        }
    }
}

/// The transpose of a matrix of 8 x 8 bits: bit `i` of byte `j` becomes bit `j` of byte `i`.
fn transpose(bytes: [u8; 8]) -> [u8; 8] {
    let mut x = u64::from_le_bytes(bytes);
    for (shift, mask) in [
        (7, 0x00aa_00aa_00aa_00aa),
        (14, 0x0000_cccc_0000_cccc),
        (28, 0x0000_0000_f0f0_f0f0),
    ] {
        let swap = (x ^ (x >> shift)) & mask;
        x ^= swap ^ (swap << shift);
    }
    x.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::Ristretto;
    use crate::group::Group;
    use crate::statement::{Segment, Statement};
    use ark_ff::{One, Zero};
    use proptest::prelude::*;

    #[test]
    fn the_first_entry_of_a_table_is_the_identity() {
        let points = Bases::derive("test", BLOCK, 0).columns;
        let table = subset_sums(&points);
        assert_eq!(table.len(), 1 << BLOCK);
        let mut sum = points[3].extended();
        sum += &table[0];
        assert_eq!(encode(&[sum]), encode(&[points[3].extended()]));
        let mut nothing = Point::IDENTITY;
        nothing += &table[0];
        assert!(nothing.is_identity());
    }

    proptest! {
        #[test]
        fn a_transpose_swaps_rows_and_columns(bytes: [u8; 8]) {
            let turned = transpose(bytes);
            for (i, row) in turned.into_iter().enumerate() {
                for (j, column) in bytes.into_iter().enumerate() {
                    prop_assert_eq!(column >> i & 1, row >> j & 1);
                }
            }
        }

        #[test]
        fn commitments_are_those_of_the_formula(
            columns in prop::sample::select(vec![1usize, 2, 4, 16, 32]),
            len in 1usize..40,
            bound in prop::sample::select(vec![2u64, 3, 1000, 1 << 16, (1 << 20) + 7]),
            seed: u64,
        ) {
            let statement = Statement::new(vec![Segment::range(len, bound), Segment::range(3, 5)]).unwrap();
            let shape = Shape::new(&statement, columns);
            let bases = Bases::derive("test", columns, 0);
            let x: Vec<u64> = (0..len as u64).map(|j| seed.wrapping_mul(j + 1) % bound).chain([0, 4, 3]).collect();
            let blindings: Vec<Fr> = (0..shape.bit_rows()).map(|i| Fr::from(seed) + Fr::from(i as u64)).collect();
            let codes = Codes::new(&shape, &x);
            let got = bit_rows(&shape, &bases, &codes, &blindings);
            prop_assert_eq!(got.len(), shape.bit_rows());
            for row in &shape.rows {
                let segment = &shape.segments[row.segment];
                for t in 0..segment.bits {
                    let bits: Vec<Fr> = x[row.start..][..row.len]
                        .iter()
                        .map(|&x| if segment.code(x) >> t & 1 == 1 { Fr::one() } else { Fr::zero() })
                        .collect();
                    let want = bases.key.commit_row_vartime(&bits, blindings[row.bit_row + t]);
                    prop_assert_eq!(got[row.bit_row + t].to_vec(), Ristretto::encode_point(&want));
                }
            }
        }
    }
}
