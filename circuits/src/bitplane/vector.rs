//! The opened vector: the weighted sum of all bit rows (`specs/proofs.md` 7.7).

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::bytes::ByteTables;
use super::commit::Codes;
use super::shape::Shape;
use crate::group::ristretto::products::Products;
use crate::group::ristretto::Fr;

/// Columns that one thread adds up at a time.
const RUN: usize = 64;

/// `V_c`, the sum over all bit rows of `rows_q bits(segment, t)` times the bit in column `c`. A
/// coordinate costs a look-up for each byte of it and one multiplication.
pub(super) fn opened(
    shape: &Shape,
    codes: &Codes,
    rows: &[Fr],
    bits: impl Fn(usize, usize) -> Fr,
) -> Zeroizing<Vec<Fr>> {
    let segments = shape.segments.iter().enumerate();
    let tables: Vec<ByteTables> = segments
        .map(|(index, segment)| {
            let weights: Vec<Fr> = (0..segment.bits).map(|t| bits(index, t)).collect();
            ByteTables::new(&weights)
        })
        .collect();
    let mut vector = Zeroizing::new(vec![Fr::default(); shape.columns]);
    vector
        .par_chunks_mut(RUN)
        .enumerate()
        .for_each(|(run, out)| {
            let first = run * RUN;
            let mut sums = Zeroizing::new([Products::default(); RUN]);
            for (index, (row, weight)) in shape.rows.iter().zip(rows).enumerate() {
                let table = &tables[row.segment];
                for (sum, code) in sums.iter_mut().zip(&codes.row(index)[first..]) {
                    sum.add(&table.at(*code), weight);
                }
            }
            for (out, sum) in out.iter_mut().zip(sums.iter()) {
                *out = sum.reduce();
            }
        });
    vector
}
