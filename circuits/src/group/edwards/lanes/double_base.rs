//! `s B - h A` for many `s`, `h` and `A`, eight at a time: what verifies a signature of Ed25519.
//!
//! Everything here is public; time may depend on it, although it does not.

use std::arch::x86_64::*;
use std::array;

use archmage::{arcane, rite, X64V4xToken};
use ark_curve25519::Fr;

use super::field::Eight;
use super::point::{Affines, Cached, Points};
use super::power::invert_all;
use super::table::{Table, ENTRIES};
use super::LANES;
use crate::group::edwards::field::Field;
use crate::group::edwards::fixed::{radix_16, DIGITS};
use crate::group::edwards::msm::signed_digits;
use crate::group::edwards::point::{normalise, Affine, Point};

/// Bits of a digit of `s`: a table of the base has an entry for each size of a digit but 0.
const WIDTH: u32 = 7;

/// Bits of the digits of `h`.
const NARROW: usize = 4;

/// Eight sums that are computed together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Eights {
    /// `-A`.
    pub(super) negative: [Affine; LANES],
    /// `h`, as a number below the order of the base.
    pub(super) h: [Fr; LANES],
    /// `s`.
    pub(super) s: [Fr; LANES],
}

/// The affine coordinates `x` and `y` of `s B - h A`. Scalars are taken as numbers below the order of `B`, whatever the order of `A`
/// is. Cost for eight: 254 doublings, 64 additions of 8 multiplications and 37 of 7; and one inversion in all.
#[arcane]
pub(super) fn double_base(
    _token: X64V4xToken,
    base: &Affine,
    all: &[Eights],
) -> Vec<[(Field, Field); LANES]> {
    let base = multiples(base);
    let mut sums = Vec::with_capacity(all.len());
    for eights in all {
        sums.push(sum(&base, eights));
    }
    let mut inverses: Vec<Eight> = Vec::with_capacity(all.len());
    for sum in &sums {
        inverses.push(sum.z());
    }
    invert_all(&mut inverses);
    let mut out = Vec::with_capacity(all.len());
    for (sum, inverse) in sums.iter().zip(&inverses) {
        let (x, y) = sum.coordinates(inverse);
        out.push(array::from_fn(|lane| (x[lane], y[lane])));
    }
    out
}

/// `k B` for `k` from 1 to 64.
#[rite(v4x)]
fn multiples(base: &Affine) -> Table {
    let mut multiple = Point::IDENTITY;
    let mut multiples = Vec::with_capacity(ENTRIES);
    for _ in 0..ENTRIES {
        multiple += base;
        multiples.push(multiple);
    }
    let affine = normalise(&multiples);
    Table::of_entries(&array::from_fn(|k| affine[k]))
}

#[rite(v4x)]
fn sum(base: &Table, eights: &Eights) -> Points {
    let own = own_multiples(&eights.negative);
    let of_own = eights.h.map(|h| radix_16(&h));
    let of_base = eights.s.map(|s| signed_digits(&[s], WIDTH));
    let mut sum = Points::identity();
    for bit in (0..NARROW * DIGITS).rev() {
        sum = sum.double();
        if bit % NARROW == 0 {
            let digits = array::from_fn(|lane| i64::from(of_own[lane][bit / NARROW]));
            sum = sum.add_cached(&multiple(&own, &digits));
        }
        let place = bit / WIDTH as usize;
        if bit % WIDTH as usize == 0 && place < of_base[0].len() {
            let digits = array::from_fn(|lane| i64::from(of_base[lane][place]));
            sum = sum.add_affine(&multiple_of_base(base, &digits));
        }
    }
    sum
}

/// The sizes of digits, and masks of those that are 0 and of those that are negative.
#[rite(v4x)]
fn split(digits: &[i64; LANES]) -> (__m512i, __mmask8, __mmask8) {
    let d = digits;
    let digits = _mm512_set_epi64(d[7], d[6], d[5], d[4], d[3], d[2], d[1], d[0]);
    let zero = _mm512_setzero_si512();
    (
        _mm512_abs_epi64(digits),
        _mm512_cmpeq_epi64_mask(digits, zero),
        _mm512_cmplt_epi64_mask(digits, zero),
    )
}

/// In each lane the multiple of the base by a digit.
#[rite(v4x)]
fn multiple_of_base(base: &Table, digits: &[i64; LANES]) -> Affines {
    let (size, zero, negative) = split(digits);
    let entry = base.entry(_mm512_sub_epi64(size, _mm512_set1_epi64(1)));
    let entry = entry.blend(zero, &Affines::splat(&Affine::IDENTITY));
    entry.negated_where(negative)
}

/// The multiples by 1 to 8 of a point of its own in each lane.
#[rite(v4x)]
fn own_multiples(points: &[Affine; LANES]) -> [Cached; 8] {
    let affine = Affines::from_points(points);
    let mut multiple = Points::identity().add_affine(&affine);
    let mut multiples = [multiple.cached(); 8];
    for entry in multiples.iter_mut().skip(1) {
        multiple = multiple.add_affine(&affine);
        *entry = multiple.cached();
    }
    multiples
}

/// In each lane the multiple by a digit of the lane's own point.
#[rite(v4x)]
fn multiple(own: &[Cached; 8], digits: &[i64; LANES]) -> Cached {
    let (size, zero, negative) = split(digits);
    let index = _mm512_sub_epi64(size, _mm512_set1_epi64(1));
    let bit = [1, 2, 4].map(|bit| _mm512_test_epi64_mask(index, _mm512_set1_epi64(bit)));
    let low = own[0]
        .blend(bit[0], &own[1])
        .blend(bit[1], &own[2].blend(bit[0], &own[3]));
    let up = own[4]
        .blend(bit[0], &own[5])
        .blend(bit[1], &own[6].blend(bit[0], &own[7]));
    let entry = low.blend(bit[2], &up).blend(zero, &Cached::identity());
    entry.negated_where(negative)
}
