//! The vector that opens all bit rows at once, weighed (`specs/proofs.md` 7.7).

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::commit::Codes;
use super::shape::Shape;
use crate::group::ristretto::Fr;

/// Columns that one thread adds up at a time.
const RUN: usize = 64;

/// `V_c = sum of weights_(q,t) bit_t(q, c)` for every column. A row's weight factors into `rows_q`
/// and one of its segment's bits, so a coordinate costs a look-up for each byte of it and one
/// multiplication.
pub(super) fn opened(
    shape: &Shape,
    codes: &Codes,
    rows: &[Fr],
    bits: impl Fn(usize, usize) -> Fr,
) -> Zeroizing<Vec<Fr>> {
    let tables: Vec<Vec<[Fr; 256]>> = shape
        .segments
        .iter()
        .enumerate()
        .map(|(index, segment)| {
            let weights: Vec<Fr> = (0..segment.bits).map(|t| bits(index, t)).collect();
            weights.chunks(8).map(subset_sums).collect()
        })
        .collect();
    let mut vector = Zeroizing::new(vec![Fr::default(); shape.columns]);
    vector
        .par_chunks_mut(RUN)
        .enumerate()
        .for_each(|(run, sums)| {
            let first = run * RUN;
            for (index, (row, weight)) in shape.rows.iter().zip(rows).enumerate() {
                let tables = &tables[row.segment];
                for (sum, code) in sums.iter_mut().zip(&codes.row(index)[first..]) {
                    let byte = |at: usize| (code >> (8 * at) & 255) as usize;
                    let weighed = tables.iter().enumerate().map(|(at, table)| table[byte(at)]);
                    *sum += weighed.sum::<Fr>() * weight;
                }
            }
        });
    vector
}

/// The sums of all subsets of up to 8 weights; bit `t` of the index is weight `t`.
fn subset_sums(weights: &[Fr]) -> [Fr; 256] {
    let mut sums = [Fr::default(); 256];
    for (t, weight) in weights.iter().enumerate() {
        for value in 0..1 << t {
            sums[value | 1 << t] = sums[value] + weight;
        }
    }
    sums
}
