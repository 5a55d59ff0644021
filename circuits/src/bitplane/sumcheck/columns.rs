//! The rounds of the column variables: a bit block at a time, in pairs of neighbouring columns,
//! until one value of the block is left. The first round reads the codes, so that no full vector of
//! field elements is ever held.

use ark_ff::{Field, One, Zero};
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::digit::Tables;
use super::{between, BatchedClaims, BitBlock, Rounds};
use crate::bitplane::bytes::ByteTables;
use crate::bitplane::commit::Codes;
use crate::bitplane::multilinear::eq_table;
use crate::bitplane::shape::Shape;
use crate::group::ristretto::products::Products;
use crate::group::ristretto::Fr;

type Values = Zeroizing<Vec<Fr>>;

/// What the column rounds leave: one value of each bit block, and of each row's padding and
/// coordinates.
pub(super) struct Bound {
    pub(super) bits: Vec<Fr>,
    pub(super) padding: Vec<Fr>,
    pub(super) values: Vec<Fr>,
}

/// A quadratic's value at 0 and its leading coefficient.
type Ends = (Fr, Fr);

fn add(a: Ends, b: Ends) -> Ends {
    (a.0 + b.0, a.1 + b.1)
}

/// Binds the columns. Each round works on half as many values as the one before.
pub(super) fn bind(
    shape: &Shape,
    codes: &Codes,
    tables: &Tables,
    blocks: &[BitBlock],
    claims: &[BatchedClaims],
    rounds: &mut Rounds<'_>,
) -> Bound {
    let code_bits = |block: &BitBlock| {
        let block = *block;
        codes
            .row(block.row)
            .iter()
            .map(move |code| tables.at(block.bytes_of(*code)))
    };
    let segments = shape.segments.iter();
    let value_tables: Vec<ByteTables> = segments
        .map(|segment| {
            let weights: Vec<Fr> = (0..segment.bits)
                .map(|t| segment.weight(t).into())
                .collect();
            ByteTables::new(&weights)
        })
        .collect();
    let code_values = |row: usize| {
        let table = &value_tables[shape.rows[row].segment];
        codes.row(row).iter().map(|code| table.at(*code))
    };
    // Rows that end in padding; 1 where a column is padding.
    let mut padding: Vec<Option<Vec<Fr>>> = shape
        .rows
        .iter()
        .map(|row| {
            let one_from = |c| if c < row.len { Fr::zero() } else { Fr::one() };
            (row.len < shape.columns).then(|| (0..shape.columns).map(one_from).collect())
        })
        .collect();
    let of_row = |row: usize| claims[shape.rows[row].segment];
    // All rows as soon as one has a claim: the rounds of the rows combine it with the others.
    let claimed_rows = if shape.has_claims() {
        0..shape.rows.len()
    } else {
        0..0
    };

    let mut bits: Option<Vec<Values>> = None;
    let mut values: Option<Vec<Values>> = None;
    for left in (0..shape.column_variables).rev() {
        let eq = eq_table(&rounds.unbound_theta()[1..=left]);
        let block_ends = |(index, block): (usize, &BitBlock)| {
            let padding = padding[block.row].as_deref();
            let ends = match &bits {
                None => zero_check(code_bits(block), padding, &eq),
                Some(bits) => zero_check(bits[index].iter().copied(), padding, &eq),
            };
            (ends.0 * block.weight, ends.1 * block.weight)
        };
        let zero = || (Fr::zero(), Fr::zero());
        let ends = blocks
            .par_iter()
            .enumerate()
            .map(block_ends)
            .reduce(zero, add);
        let row_ends = |(index, row): (usize, usize)| match &values {
            None => batched_ends(code_values(row), of_row(row)),
            Some(values) => batched_ends(values[index].iter().copied(), of_row(row)),
        };
        let batched = claimed_rows
            .clone()
            .into_par_iter()
            .enumerate()
            .map(row_ends)
            .reduce(zero, add);
        // A row stands for eq(0, .) of the plane variables that are not bound yet: they sum to 1.
        let scale = rounds.bound_planes(shape);
        let h = rounds.quadratic(ends.0, ends.1);
        let batched = rounds.claims_quadratic(batched.0 * scale, batched.1 * scale);
        let r = rounds.send(h, batched);

        bits = Some(match bits {
            None => blocks
                .par_iter()
                .map(|block| fold(code_bits(block), shape.columns, r))
                .collect(),
            Some(bits) => fold_all(bits, r),
        });
        values = Some(match values {
            None => claimed_rows
                .clone()
                .into_par_iter()
                .map(|row| fold(code_values(row), shape.columns, r))
                .collect(),
            Some(values) => fold_all(values, r),
        });
        for padding in padding.iter_mut().flatten() {
            *padding = fold(padding.iter().copied(), padding.len(), r).to_vec();
        }
    }

    let one = |values: &Values| values.first().copied().unwrap_or_default();
    let bits = match &bits {
        Some(bits) => bits.iter().map(one).collect(),
        None => blocks
            .iter()
            .filter_map(|block| code_bits(block).next())
            .collect(),
    };
    let mut row_values = vec![Fr::zero(); shape.rows.len()];
    for (index, row) in claimed_rows.enumerate() {
        row_values[row] = match &values {
            Some(values) => one(&values[index]),
            None => code_values(row).next().unwrap_or_default(),
        };
    }
    let first = |padding: &Option<Vec<Fr>>| padding.iter().flatten().next().copied();
    Bound {
        bits,
        padding: padding
            .iter()
            .map(|p| first(p).unwrap_or_default())
            .collect(),
        values: row_values,
    }
}

/// The values in pairs of neighbours: those that differ in the variable that is bound next.
fn pairs(values: impl Iterator<Item = Fr>) -> impl Iterator<Item = (Fr, Fr)> {
    let mut values = values;
    std::iter::from_fn(move || Some((values.next()?, values.next()?)))
}

/// `sum eq B (1 - padding - B)` over the pairs, in the variable that tells them apart.
fn zero_check(bits: impl Iterator<Item = Fr>, padding: Option<&[Fr]>, eq: &[Fr]) -> Ends {
    let (mut constant, mut leading) = (Products::default(), Products::default());
    if let Some(padding) = padding {
        let padding = padding
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1] - pair[0]));
        for (((low, high), (pad, slope)), eq) in pairs(bits).zip(padding).zip(eq) {
            let step = high - low;
            constant.add(&(low * (Fr::one() - pad - low)), eq);
            leading.add(&(step * (slope + step)), eq);
        }
    } else {
        for ((low, high), eq) in pairs(bits).zip(eq) {
            constant.add(&(low - low.square()), eq);
            leading.add(&(high - low).square(), eq);
        }
    }
    // Not `-`, which asks whether it is 0.
    (constant.reduce(), Fr::zero() - leading.reduce())
}

/// `sum square xt^2 + linear xt` over the pairs, in the variable that tells them apart.
fn batched_ends(values: impl Iterator<Item = Fr>, claims: BatchedClaims) -> Ends {
    let mut sum = Fr::zero();
    let (mut constant, mut leading) = (Products::default(), Products::default());
    for (low, high) in pairs(values) {
        let step = high - low;
        sum += low;
        constant.add(&low, &low);
        leading.add(&step, &step);
    }
    let constant = claims.square * constant.reduce() + claims.linear * sum;
    (constant, claims.square * leading.reduce())
}

fn fold(values: impl Iterator<Item = Fr>, count: usize, r: Fr) -> Values {
    let mut out = Zeroizing::new(Vec::with_capacity(count / 2));
    out.extend(pairs(values).map(|(low, high)| between(low, high, r)));
    out
}

/// Folds in place, so that no copy of a secret stays behind.
fn fold_all(mut all: Vec<Values>, r: Fr) -> Vec<Values> {
    all.par_iter_mut().for_each(|values| {
        let half = values.len() / 2;
        for j in 0..half {
            values[j] = between(values[2 * j], values[2 * j + 1], r);
        }
        // The values that are cut off stay in the allocation, which is wiped as a whole.
        values.truncate(half);
    });
    all
}
