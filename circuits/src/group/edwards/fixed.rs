//! Multiples of one point, in constant time, and what constant-time multiplications share.

use std::fmt;

use ark_curve25519::Fr;
use ark_ff::PrimeField;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::point::{normalise, Affine, Point};

/// Digits of a scalar in base 16.
pub(super) const DIGITS: usize = 64;

/// `k 16^i B` for `k` from 1 to 8 and every place `i`: 48 KiB.
#[derive(Clone)]
pub(crate) struct FixedBase {
    tables: Vec<Affine>,
}

impl FixedBase {
    /// Cost: 512 additions and 252 doublings.
    pub(crate) fn new(base: &Affine) -> Self {
        let mut multiples = Vec::with_capacity(8 * DIGITS);
        let mut place = base.extended();
        for _ in 0..DIGITS {
            let mut multiple = Point::IDENTITY;
            for _ in 0..8 {
                multiple = multiple + place;
                multiples.push(multiple);
            }
            place = multiple.double();
        }
        Self {
            tables: normalise(&multiples),
        }
    }

    /// `scalar B`, in constant time. Cost: 64 additions and 512 selections.
    pub(crate) fn mul(&self, scalar: &Fr) -> Point {
        let mut product = Point::IDENTITY;
        for (table, digit) in self.tables.chunks_exact(8).zip(radix_16(scalar)) {
            product += &select(table, digit);
        }
        product
    }
}

impl fmt::Debug for FixedBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedBase").finish_non_exhaustive()
    }
}

/// The digits of a scalar in base 16, each from -8 to 7, the lowest first.
pub(super) fn radix_16(scalar: &Fr) -> [i8; DIGITS] {
    let mut digits = [0; DIGITS];
    let limbs = scalar.into_bigint().0;
    let mut carry = 0;
    for (place, digit) in digits.iter_mut().enumerate() {
        let nibble = (limbs[place / 16] >> (4 * (place % 16)) & 15) as i8 + carry;
        // 1 from 8 on. The last nibble of a scalar is at most 1.
        carry = (nibble + 8) >> 4;
        *digit = nibble - (carry << 4);
    }
    digits
}

/// All ones for yes.
#[inline(always)]
fn mask(choice: Choice) -> u64 {
    u64::from(choice.unwrap_u8()).wrapping_neg()
}

/// `digit B` out of the table of `B, 2 B, .., 8 B`.
#[inline(always)]
pub(super) fn select(table: &[Affine], digit: i8) -> Affine {
    let sign = digit >> 7;
    let size = ((digit + sign) ^ sign) as u8;
    let mut out = Affine::IDENTITY.masked(mask(size.ct_eq(&0)));
    for (multiple, k) in table.iter().zip(1u8..) {
        out.join(&multiple.masked(mask(size.ct_eq(&k))));
    }
    let negated = -out;
    out.conditional_assign(&negated, Choice::from((sign & 1) as u8));
    out
}
