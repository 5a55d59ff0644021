//! The tail, which is the last rounds: the plane variables above a digit, then the rows. By then
//! one value a bit block is left, so these rounds compute the formula as it stands.

use ark_ff::{One, Zero};

use super::columns::Bound;
use super::{between, BatchedClaims, BitBlock, Rounds};
use crate::bitplane::multilinear::{eq_table, interpolate};
use crate::bitplane::shape::Shape;
use crate::group::ristretto::Fr;

/// Binds the last variables; gives `B` and `xt` at the point.
pub(super) fn bind(
    shape: &Shape,
    blocks: &[BitBlock],
    bound: Bound,
    claims: &[BatchedClaims],
    rounds: &mut Rounds<'_>,
) -> (Fr, Fr) {
    let digits = 1 << (shape.plane_variables - shape.digit_variables());
    let padded = 1 << shape.row_variables;
    // The low bits of an index are the digit, the high ones the row.
    let mut bits = vec![Fr::zero(); digits * padded];
    for (block, bit) in blocks.iter().zip(bound.bits) {
        bits[block.row * digits + block.digit] = bit;
    }
    let pad = |mut values: Vec<Fr>| {
        values.resize(padded, Fr::zero());
        values
    };
    let of_rows = |of: fn(&BatchedClaims) -> Fr| {
        pad(shape
            .rows
            .iter()
            .map(|row| of(&claims[row.segment]))
            .collect())
    };
    let mut padding = pad(bound.padding);
    let mut values = pad(bound.values);
    let mut squares = of_rows(|claims| claims.square);
    let mut linears = of_rows(|claims| claims.linear);

    while bits.len() > padded {
        let per_row = bits.len() / padded;
        let h = zero_check(
            &bits,
            |pair| (padding[2 * pair / per_row], Fr::zero()),
            rounds,
        );
        let r = rounds.send(h, rounds.claims_on_planes());
        fold(&mut bits, r);
    }
    for _ in 0..shape.row_variables {
        let slope = |pair: usize| padding[2 * pair + 1] - padding[2 * pair];
        let h = zero_check(&bits, |pair| (padding[2 * pair], slope(pair)), rounds);
        let scale = rounds.bound_planes(shape);
        let at = |x: u64| {
            let x = Fr::from(x);
            let on = |all: &[Fr], pair: usize| between(all[2 * pair], all[2 * pair + 1], x);
            let of_pair = |pair: usize| {
                let value = on(&values, pair);
                (on(&squares, pair) * value + on(&linears, pair)) * value
            };
            (0..values.len() / 2).map(of_pair).sum::<Fr>() * scale
        };
        let batched = interpolate([at(0), at(1), at(2), at(3)]);
        let r = rounds.send(h, batched);
        for all in [
            &mut bits,
            &mut padding,
            &mut values,
            &mut squares,
            &mut linears,
        ] {
            fold(all, r);
        }
    }
    (bits[0], values[0])
}

/// The quadratic of `sum eq B (1 - padding - B)` over the pairs of `bits`; `padding` gives value
/// and slope of a pair's padding.
fn zero_check(bits: &[Fr], padding: impl Fn(usize) -> (Fr, Fr), rounds: &Rounds<'_>) -> [Fr; 3] {
    let eq = eq_table(&rounds.unbound_theta()[1..]);
    let (mut constant, mut leading) = (Fr::zero(), Fr::zero());
    for (index, (pair, eq)) in bits.chunks_exact(2).zip(&eq).enumerate() {
        let (pad, slope) = padding(index);
        let step = pair[1] - pair[0];
        constant += pair[0] * (Fr::one() - pad - pair[0]) * eq;
        leading -= step * (slope + step) * eq;
    }
    rounds.quadratic(constant, leading)
}

fn fold(values: &mut Vec<Fr>, r: Fr) {
    let half = values.len() / 2;
    for j in 0..half {
        values[j] = between(values[2 * j], values[2 * j + 1], r);
    }
    values.truncate(half);
}
