//! Inverses, and the power with which square roots are taken.

use archmage::{arcane, rite, X64V4xToken};

use super::field::Eight;
use super::LANES;
use crate::group::edwards::field::{chain_p58, Field};

/// How many elements [`pow_p58`] takes: two registers of them, whose squarings are interleaved, since each waits for the one
/// before it.
pub(in crate::group::edwards) const TOGETHER: usize = 2 * LANES;

/// `x^((p - 5) / 8)` of 16 elements. Cost: 251 squarings and 11 multiplications of eight, twice.
#[arcane]
pub(in crate::group::edwards) fn pow_p58(
    _token: X64V4xToken,
    x: &[Field; TOGETHER],
) -> [Field; TOGETHER] {
    let eight = |half: usize| {
        let mut fields = [Field::ZERO; LANES];
        fields.copy_from_slice(&x[half * LANES..][..LANES]);
        Eight::from_fields(&fields)
    };
    let powers = powers(&[eight(0), eight(1)]);
    let mut out = [Field::ZERO; TOGETHER];
    for (out, power) in out.chunks_exact_mut(LANES).zip(powers) {
        out.copy_from_slice(&power.to_fields());
    }
    out
}

#[rite(v4x)]
fn powers<const N: usize>(x: &[Eight; N]) -> [Eight; N] {
    let squared = |x: &[Eight; N], times| {
        let mut out = *x;
        for _ in 0..times {
            for element in &mut out {
                *element = element.square().carry();
            }
        }
        out
    };
    let times = |a: &[Eight; N], b: &[Eight; N]| {
        let mut out = *a;
        for (a, b) in out.iter_mut().zip(b) {
            *a = a.mul(b).carry();
        }
        out
    };
    chain_p58(x, squared, times)
}

/// `1 / x` in each lane, and 0 for 0.
#[rite(v4x)]
fn invert(x: &Eight) -> Eight {
    // p - 2 = 8 (2^252 - 3) + 3.
    let [mut power] = powers(&[*x]);
    for _ in 0..3 {
        power = power.square().carry();
    }
    let cube = x.square().carry().mul(x).carry();
    power.mul(&cube).carry()
}

/// Replaces every element by its inverse. None may be 0: one would make all in its lane 0. Cost: 3 multiplications for each, and
/// one inversion.
#[rite(v4x)]
pub(super) fn invert_all(elements: &mut [Eight]) {
    let mut products = Vec::with_capacity(elements.len());
    let mut product = Eight::splat(&Field::ONE);
    for element in elements.iter() {
        products.push(product);
        product = product.mul(element).carry();
    }
    let mut inverse = invert(&product);
    for (element, before) in elements.iter_mut().zip(products).rev() {
        let own = inverse.mul(&before).carry();
        inverse = inverse.mul(element).carry();
        *element = own;
    }
}
