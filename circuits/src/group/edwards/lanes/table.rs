//! Tables of sums, of which each lane reads an entry of its own in constant time.

use std::arch::x86_64::*;

use archmage::rite;

use super::field::Eight;
use super::point::{Affines, Points};
use super::power::invert_all;
use crate::group::edwards::point::Affine;

/// Points of a table.
pub(super) const POINTS: usize = 7;

/// Bits of the index of an entry.
const INDEX: usize = POINTS - 1;

/// Entries of a table.
pub(super) const ENTRIES: usize = 1 << INDEX;

/// Registers that hold one limb of all entries.
const REGISTERS: usize = ENTRIES / super::LANES;

/// The sums `P_6 + sum_i e_i P_i` for all `e` of six signs, 7.5 KiB. Bit `i` of the index of an entry is 1 where `e_i` is plus.
/// With its negative this is every sum of the seven points with signs.
///
/// A limb of the 64 entries fills eight registers; [`Self::select`] reads all of them.
#[derive(Debug)]
pub(super) struct Table {
    sum: [[__m512i; REGISTERS]; 5],
    difference: [[__m512i; REGISTERS]; 5],
    product: [[__m512i; REGISTERS]; 5],
}

impl Table {
    /// The tables of each seven points; what is missing in the last one is the identity. Cost: 18 additions and 7 multiplications
    /// for 64 entries of eight, and one inversion in all.
    #[rite(v4x)]
    pub(super) fn of_all(points: &[Affine]) -> Vec<Self> {
        let groups: Vec<[Points; REGISTERS]> =
            points.chunks(POINTS).map(|it| signed_sums(it)).collect();
        let mut inverses: Vec<Eight> = groups.iter().flatten().map(|group| group.z()).collect();
        invert_all(&mut inverses);
        let tables = groups.iter().zip(inverses.chunks_exact(REGISTERS));
        tables
            .map(|(groups, inverses)| Self::of(groups, inverses))
            .collect()
    }

    #[rite(v4x)]
    fn of(groups: &[Points; REGISTERS], inverses: &[Eight]) -> Self {
        let empty = [[_mm512_setzero_si512(); REGISTERS]; 5];
        let mut table = Self {
            sum: empty,
            difference: empty,
            product: empty,
        };
        for (at, (group, inverse)) in groups.iter().zip(inverses).enumerate() {
            table.set(at, &group.affine(inverse));
        }
        table
    }

    /// In each lane the sum `sum_i e_i P_i` of all seven points, where bit `lane` of `plus[i]` says that `e_i` is plus.
    #[rite(v4x)]
    pub(super) fn select(&self, plus: &[__mmask8; POINTS]) -> Affines {
        // The negative of a sum has all signs turned: turn them so that the last one is plus.
        let last = plus[POINTS - 1];
        let mut index = _mm512_setzero_si512();
        for (bit, &plus) in plus[..INDEX].iter().enumerate() {
            index = _mm512_mask_or_epi64(index, !(plus ^ last), index, _mm512_set1_epi64(1 << bit));
        }
        let entry = self.entry(index);
        entry.negated_where(!last)
    }

    /// The entries in this order. Cost: some moves.
    #[rite(v4x)]
    pub(super) fn of_entries(entries: &[Affine; ENTRIES]) -> Self {
        let empty = [[_mm512_setzero_si512(); REGISTERS]; 5];
        let mut table = Self {
            sum: empty,
            difference: empty,
            product: empty,
        };
        for (at, entries) in entries.as_chunks().0.iter().enumerate() {
            table.set(at, &Affines::from_points(entries));
        }
        table
    }

    #[rite(v4x)]
    fn set(&mut self, at: usize, entries: &Affines) {
        for limb in 0..5 {
            self.sum[limb][at] = entries.sum.limbs()[limb];
            self.difference[limb][at] = entries.difference.limbs()[limb];
            self.product[limb][at] = entries.product.limbs()[limb];
        }
    }

    /// In each lane the entry with the lane's index.
    #[rite(v4x)]
    pub(super) fn entry(&self, index: __m512i) -> Affines {
        let high = (
            _mm512_test_epi64_mask(index, _mm512_set1_epi64(1 << 4)),
            _mm512_test_epi64_mask(index, _mm512_set1_epi64(1 << 5)),
        );
        Affines {
            sum: coordinate(&self.sum, index, high),
            difference: coordinate(&self.difference, index, high),
            product: coordinate(&self.product, index, high),
        }
    }
}

/// In each lane a coordinate of the entry with the lane's index, whose bits 4 and 5 are also in the masks.
#[rite(v4x)]
fn coordinate(
    limbs: &[[__m512i; REGISTERS]; 5],
    index: __m512i,
    high: (__mmask8, __mmask8),
) -> Eight {
    let mut out = [index; 5];
    for (out, registers) in out.iter_mut().zip(limbs) {
        let [a, b, c, d, e, f, g, h] = *registers;
        // Of two registers by the low four bits, then by the others.
        let ab = _mm512_permutex2var_epi64(a, index, b);
        let cd = _mm512_permutex2var_epi64(c, index, d);
        let ef = _mm512_permutex2var_epi64(e, index, f);
        let gh = _mm512_permutex2var_epi64(g, index, h);
        let low = _mm512_mask_blend_epi64(high.0, ab, cd);
        let up = _mm512_mask_blend_epi64(high.0, ef, gh);
        *out = _mm512_mask_blend_epi64(high.1, low, up);
    }
    Eight::from_limbs(out)
}

/// All sums with signs in which the last point has plus, in the order of the entries.
#[rite(v4x)]
fn signed_sums(points: &[Affine]) -> [Points; REGISTERS] {
    let point = |i: usize| Affines::splat(points.get(i).unwrap_or(&Affine::IDENTITY));
    // Lane k has bit i of k in the masks.
    let mut first = Points::identity().add_affine(&point(POINTS - 1));
    for (i, plus) in [0b1010_1010, 0b1100_1100, 0b1111_0000]
        .into_iter()
        .enumerate()
    {
        first = first.add_affine(&point(i).negated_where(!plus));
    }
    let mut sums = [first; REGISTERS];
    for i in 3..INDEX {
        let (point, known) = (point(i), 1 << (i - 3));
        for at in 0..known {
            sums[at + known] = sums[at].add_affine(&point);
            sums[at] = sums[at].add_affine(&point.negated_where(0xff));
        }
    }
    sums
}
