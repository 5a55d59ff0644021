//! The rounds of the lowest plane variables. What a coordinate contributes to them depends on two
//! bytes of its code alone. So its weight is added to a bucket for the value of each byte, and the
//! rounds run over 256 values instead of all coordinates. If a digit has two bytes, one more round
//! joins them.

use ark_ff::{Field, One, Zero};
use rayon::prelude::*;

use super::{between, BitBlock, Rounds};
use crate::bitplane::commit::Codes;
use crate::bitplane::multilinear::eq_table;
use crate::bitplane::shape::Shape;
use crate::group::ristretto::products::Products;
use crate::group::ristretto::Fr;

const VALUES: usize = 256;
/// Plane variables of a byte.
const BYTE_VARIABLES: usize = 3;

/// `B` at the bound variables, as a sum over the bytes of a digit.
pub(super) struct Tables {
    low: Vec<Fr>,
    high: Vec<Fr>,
}

impl Tables {
    #[inline(always)]
    pub(super) fn at(&self, (low, high): (usize, usize)) -> Fr {
        self.low[low] + self.high[high]
    }
}

/// Binds the plane variables of a digit.
pub(super) fn bind(
    shape: &Shape,
    codes: &Codes,
    blocks: &[BitBlock],
    rounds: &mut Rounds<'_>,
) -> Tables {
    let planes = shape.digit_variables();
    let columns = eq_table(&rounds.challenges.theta[planes..][..shape.column_variables]);
    let buckets = buckets(codes, blocks, &columns);
    let joined = planes > BYTE_VARIABLES;
    let weights: Vec<Fr> = if joined {
        let theta = rounds.challenges.theta[BYTE_VARIABLES];
        buckets
            .iter()
            .map(|[low, high]| between(*low, *high, theta))
            .collect()
    } else {
        buckets.iter().map(|[low, _]| *low).collect()
    };
    let byte = bind_byte(planes.min(BYTE_VARIABLES), &weights, rounds);
    if !joined {
        let high = vec![Fr::zero(); VALUES];
        return Tables { low: byte, high };
    }
    // The byte at X: low + X (high - low).
    let constant = buckets
        .iter()
        .zip(&byte)
        .map(|([low, _], b)| *low * (*b - b.square()))
        .sum();
    let leading = Fr::zero() - spread(codes, blocks, &columns, &byte);
    let h = rounds.quadratic(constant, leading);
    let r = rounds.send(h, rounds.claims_on_planes());
    Tables {
        low: byte.iter().map(|b| *b - r * b).collect(),
        high: byte.iter().map(|b| r * b).collect(),
    }
}

/// For each value of a byte the summed weights of the coordinates whose low byte it is, and of
/// those whose high byte it is.
fn buckets(codes: &Codes, blocks: &[BitBlock], columns: &[Fr]) -> Vec<[Fr; 2]> {
    let empty = || vec![[Fr::zero(); 2]; VALUES];
    let share = blocks.len().div_ceil(rayon::current_num_threads()).max(1);
    let sums = blocks.par_chunks(share).map(|blocks| {
        let mut sums = empty();
        let mut row = empty();
        for block in blocks {
            row.fill([Fr::zero(); 2]);
            for (code, weight) in codes.row(block.row).iter().zip(columns) {
                let (low, high) = block.bytes_of(*code);
                row[low][0] += weight;
                row[high][1] += weight;
            }
            for (sum, row) in sums.iter_mut().zip(&row) {
                sum[0] += block.weight * row[0];
                sum[1] += block.weight * row[1];
            }
        }
        sums
    });
    sums.reduce(empty, |mut a, b| {
        for (a, b) in a.iter_mut().zip(b) {
            a[0] += b[0];
            a[1] += b[1];
        }
        a
    })
}

/// Binds the variables of a byte, and gives `B` there for each value.
fn bind_byte(variables: usize, weights: &[Fr], rounds: &mut Rounds<'_>) -> Vec<Fr> {
    let bit = |value: usize, t: usize| Fr::from((value >> t & 1) as u64);
    let mut values: Vec<Vec<Fr>> = (0..VALUES)
        .map(|value| (0..1 << variables).map(|t| bit(value, t)).collect())
        .collect();
    for left in (0..variables).rev() {
        let eq = eq_table(&rounds.unbound_theta()[1..=left]);
        let (mut constant, mut leading) = (Products::default(), Products::default());
        // The values that no coordinate has, too: how many there are is for nobody to know.
        for (weight, bits) in weights.iter().zip(&values) {
            let (mut own_constant, mut own_leading) = (Fr::zero(), Fr::zero());
            for (pair, eq) in bits.chunks_exact(2).zip(&eq) {
                own_constant += *eq * (pair[0] - pair[0].square());
                own_leading += *eq * (pair[1] - pair[0]).square();
            }
            constant.add(weight, &own_constant);
            leading.add(weight, &own_leading);
        }
        let h = rounds.quadratic(constant.reduce(), Fr::zero() - leading.reduce());
        let r = rounds.send(h, rounds.claims_on_planes());
        for bits in &mut values {
            *bits = bits
                .chunks_exact(2)
                .map(|pair| between(pair[0], pair[1], r))
                .collect();
        }
    }
    values
        .into_iter()
        .map(|bits| bits.first().copied().unwrap_or(Fr::one()))
        .collect()
}

/// The weighted sum of the squared differences between a digit's bytes.
fn spread(codes: &Codes, blocks: &[BitBlock], columns: &[Fr], byte: &[Fr]) -> Fr {
    let of_block = |block: &BitBlock| {
        let mut row = Products::default();
        for (code, weight) in codes.row(block.row).iter().zip(columns) {
            let (low, high) = block.bytes_of(*code);
            row.add(&(byte[high] - byte[low]).square(), weight);
        }
        row.reduce() * block.weight
    };
    blocks.par_iter().map(of_block).sum()
}
