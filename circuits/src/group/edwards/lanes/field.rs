//! Eight elements of the field at a time, each in five limbs of 51 bits.

use std::arch::x86_64::*;

use archmage::rite;
use zeroize::Zeroize;

use super::LANES;
use crate::group::edwards::field::Field;

/// Eight elements that can be multiplied: each limb is below `2^52`. The top limb is worth `2^204`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Eight([__m512i; 5]);

/// Eight elements that are still to be carried: each limb is below `2^62`, and the top one, in which few products meet, below
/// `2^61 + 2^58`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wide([__m512i; 5]);

/// Bits of a limb.
const BITS: u32 = 51;

/// `2^10 p`, which is added before something below `2^61 - 2^15` is subtracted.
const MULTIPLE_OF_P: [i64; 5] = {
    let limb = (1 << 61) - (1 << 10);
    [limb - (18 << 10), limb, limb, limb, limb]
};

impl Eight {
    /// The same element in each lane.
    #[rite(v4x)]
    pub(super) fn splat(element: &Field) -> Self {
        let mut out = [_mm512_setzero_si512(); 5];
        for (out, limb) in out.iter_mut().zip(limbs(element)) {
            *out = _mm512_set1_epi64(limb);
        }
        Self(out)
    }

    #[rite(v4x)]
    pub(super) fn from_fields(elements: &[Field; LANES]) -> Self {
        let e = elements.map(|element| limbs(&element));
        Self([0, 1, 2, 3, 4].map(|i| {
            _mm512_set_epi64(
                e[7][i], e[6][i], e[5][i], e[4][i], e[3][i], e[2][i], e[1][i], e[0][i],
            )
        }))
    }

    #[rite(v4x)]
    pub(super) fn to_fields(self) -> [Field; LANES] {
        let lanes = self.0.map(|limb| {
            let (low, high) = (
                _mm512_castsi512_si256(limb),
                _mm512_extracti64x4_epi64::<1>(limb),
            );
            [
                _mm256_extract_epi64::<0>(low),
                _mm256_extract_epi64::<1>(low),
                _mm256_extract_epi64::<2>(low),
                _mm256_extract_epi64::<3>(low),
                _mm256_extract_epi64::<0>(high),
                _mm256_extract_epi64::<1>(high),
                _mm256_extract_epi64::<2>(high),
                _mm256_extract_epi64::<3>(high),
            ]
        });
        [0, 1, 2, 3, 4, 5, 6, 7].map(|lane| element(lanes.map(|limb| limb[lane] as u64)))
    }

    /// The limbs, each of eight elements.
    #[rite(v4x)]
    pub(super) fn limbs(&self) -> &[__m512i; 5] {
        &self.0
    }

    /// From limbs below `2^52`.
    #[rite(v4x)]
    pub(super) fn from_limbs(limbs: [__m512i; 5]) -> Self {
        Self(limbs)
    }

    /// In each lane `other`, where the mask has the lane's bit, and `self` elsewhere.
    #[rite(v4x)]
    pub(super) fn blend(&self, mask: __mmask8, other: &Self) -> Self {
        let mut out = self.0;
        for (out, other) in out.iter_mut().zip(other.0) {
            *out = _mm512_mask_blend_epi64(mask, *out, other);
        }
        Self(out)
    }

    /// `-self`, of an element whose limbs are below `2^51 + 2^15`, and so below those of `2 p`.
    #[rite(v4x)]
    pub(super) fn neg(&self) -> Self {
        // 2 p, whose limbs are below 2^52.
        let mut out = [_mm512_set1_epi64((1 << 52) - 2); 5];
        out[0] = _mm512_set1_epi64((1 << 52) - 38);
        for (out, limb) in out.iter_mut().zip(self.0) {
            *out = _mm512_sub_epi64(*out, limb);
        }
        Self(out)
    }

    #[rite(v4x)]
    pub(super) fn add(&self, other: &Self) -> Wide {
        self.wide().add(&other.wide())
    }

    #[rite(v4x)]
    pub(super) fn wide(&self) -> Wide {
        Wide(self.0)
    }

    /// The product, limbs below `2^61 - 2^15`: 50 multiplications of limbs.
    ///
    /// Limbs `i` and `j` give a low half, worth `2^(51 (i + j))`, and a high half, worth `2^52` times as much, which is twice the
    /// next limb. A sum of low halves is below `5 2^52`, a limb therefore below `15 2^52`; what is worth `2^255` or more comes in
    /// below, 19 times, since `2^255 = 19`: altogether below `300 2^52`.
    #[rite(v4x)]
    pub(super) fn mul(&self, other: &Self) -> Wide {
        let mut limbs = [_mm512_setzero_si512(); 10];
        for (i, a) in self.0.into_iter().enumerate() {
            for (j, b) in other.0.into_iter().enumerate() {
                limbs[i + j + 1] = _mm512_madd52hi_epu64(limbs[i + j + 1], a, b);
            }
        }
        double(&mut limbs);
        for (i, a) in self.0.into_iter().enumerate() {
            for (j, b) in other.0.into_iter().enumerate() {
                limbs[i + j] = _mm512_madd52lo_epu64(limbs[i + j], a, b);
            }
        }
        fold(limbs)
    }

    /// As [`Self::mul`] by itself, with 30 multiplications of limbs.
    #[rite(v4x)]
    pub(super) fn square(&self) -> Wide {
        let mut limbs = [_mm512_setzero_si512(); 10];
        // What different limbs give comes twice, what a limb gives by itself once; and a high half is worth twice a low one.
        for (i, a) in self.0.into_iter().enumerate() {
            for (j, b) in self.0.into_iter().enumerate().take(i) {
                limbs[i + j + 1] = _mm512_madd52hi_epu64(limbs[i + j + 1], a, b);
            }
        }
        double(&mut limbs);
        for (i, a) in self.0.into_iter().enumerate() {
            limbs[2 * i + 1] = _mm512_madd52hi_epu64(limbs[2 * i + 1], a, a);
            for (j, b) in self.0.into_iter().enumerate().take(i) {
                limbs[i + j] = _mm512_madd52lo_epu64(limbs[i + j], a, b);
            }
        }
        double(&mut limbs);
        for (i, a) in self.0.into_iter().enumerate() {
            limbs[2 * i] = _mm512_madd52lo_epu64(limbs[2 * i], a, a);
        }
        fold(limbs)
    }
}

impl Zeroize for Eight {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

#[rite(v4x)]
fn double(limbs: &mut [__m512i; 10]) {
    for limb in limbs {
        *limb = _mm512_add_epi64(*limb, *limb);
    }
}

/// Ten limbs as five: the upper five are worth 19 times the lower.
#[rite(v4x)]
fn fold(limbs: [__m512i; 10]) -> Wide {
    let nineteen = _mm512_set1_epi64(19);
    let [a, b, c, d, e, above @ ..] = limbs;
    let mut out = [a, b, c, d, e];
    for (out, above) in out.iter_mut().zip(above) {
        *out = _mm512_add_epi64(*out, _mm512_mullo_epi64(above, nineteen));
    }
    Wide(out)
}

impl Wide {
    #[rite(v4x)]
    pub(super) fn add(&self, other: &Self) -> Self {
        let mut out = self.0;
        for (out, other) in out.iter_mut().zip(other.0) {
            *out = _mm512_add_epi64(*out, other);
        }
        Self(out)
    }

    /// `self - other`, where the limbs of `other` are below `2^61 - 2^15`.
    #[rite(v4x)]
    pub(super) fn sub(&self, other: &Self) -> Self {
        let mut out = self.0;
        for ((out, other), more) in out.iter_mut().zip(other.0).zip(MULTIPLE_OF_P) {
            let more = _mm512_add_epi64(*out, _mm512_set1_epi64(more));
            *out = _mm512_sub_epi64(more, other);
        }
        Self(out)
    }

    /// The same elements with limbs below `2^51 + 2^15`: each limb's carry, below `2^11`, goes to the next one, that of the top
    /// limb, which is below `2^10 + 2^7`, 19 times to the lowest.
    #[rite(v4x)]
    pub(super) fn carry(&self) -> Eight {
        let mask = _mm512_set1_epi64((1 << BITS) - 1);
        let nineteen = _mm512_set1_epi64(19);
        let (mut carries, mut kept) = (self.0, self.0);
        for (carry, kept) in carries.iter_mut().zip(&mut kept) {
            *carry = _mm512_srli_epi64::<BITS>(*carry);
            *kept = _mm512_and_si512(*kept, mask);
        }
        Eight([
            _mm512_madd52lo_epu64(kept[0], carries[4], nineteen),
            _mm512_add_epi64(kept[1], carries[0]),
            _mm512_add_epi64(kept[2], carries[1]),
            _mm512_add_epi64(kept[3], carries[2]),
            _mm512_add_epi64(kept[4], carries[3]),
        ])
    }
}

/// The limbs of an element. It is below `2^256`, so that the top limb is below `2^52`.
fn limbs(element: &Field) -> [i64; 5] {
    let [a, b, c, d] = element.0;
    let mask = (1 << BITS) - 1;
    [
        a & mask,
        (a >> 51 | b << 13) & mask,
        (b >> 38 | c << 26) & mask,
        (c >> 25 | d << 39) & mask,
        d >> 12,
    ]
    .map(|limb| limb as i64)
}

/// The element of limbs below `2^51 + 2^15`, or of [`limbs`].
fn element(limbs: [u64; 5]) -> Field {
    let mask = (1 << BITS) - 1;
    let [mut a, mut b, mut c, mut d, mut e] = limbs;
    b += a >> BITS;
    a &= mask;
    c += b >> BITS;
    b &= mask;
    d += c >> BITS;
    c &= mask;
    e += d >> BITS;
    d &= mask;
    Field([
        a | b << 51,
        b >> 13 | c << 38,
        c >> 26 | d << 25,
        d >> 39 | e << 12,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::edwards::field::tests::element as any_element;
    use archmage::{arcane, SimdToken, X64V4xToken};
    use proptest::prelude::*;
    use std::array;

    fn elements() -> impl Strategy<Value = [Field; LANES]> {
        prop::array::uniform8(any_element())
    }

    /// What each operation gives in every lane.
    #[arcane]
    fn results(_token: X64V4xToken, a: &[Field; LANES], b: &[Field; LANES]) -> [[Field; LANES]; 7] {
        let (a, b) = (Eight::from_fields(a), Eight::from_fields(b));
        let product = a.mul(&b);
        [
            a.to_fields(),
            product.carry().to_fields(),
            a.square().carry().to_fields(),
            a.add(&b).carry().to_fields(),
            a.wide().sub(&b.wide()).carry().to_fields(),
            // The largest limbs that there are, on both sides of a subtraction.
            product.sub(&a.square()).carry().to_fields(),
            product.carry().neg().blend(0b1010_0110, &a).to_fields(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn each_lane_is_the_field(a in elements(), b in elements()) {
            let Some(token) = X64V4xToken::summon() else { return Ok(()) };
            let results = results(token, &a, &b);
            for lane in 0..LANES {
                let (a, b) = (a[lane], b[lane]);
                let product = a.mul(&b);
                let blended = if 0b1010_0110 >> lane & 1 == 1 { a } else { product.neg() };
                let want = [
                    a,
                    product,
                    a.square(),
                    a.add(&b),
                    a.sub(&b),
                    product.sub(&a.square()),
                    blended,
                ];
                for (at, want) in want.iter().enumerate() {
                    prop_assert_eq!(results[at][lane].to_bytes(), want.to_bytes(), "result {}", at);
                }
            }
        }
    }

    /// The limbs of a product are the largest where all limbs are, and of different sizes, since fewer products meet in the upper
    /// ones. They stay below what a subtraction adds.
    #[test]
    fn the_bounds_hold() {
        let limb: u128 = (1 << 52) - 1;
        let mut limbs = [0u128; 10];
        for (i, j) in (0..5).flat_map(|i| (0..5).map(move |j| (i, j))) {
            limbs[i + j] += limb;
            limbs[i + j + 1] += 2 * ((limb * limb) >> 52);
        }
        let product: [u128; 5] = array::from_fn(|k| limbs[k] + 19 * limbs[k + 5]);
        let more = MULTIPLE_OF_P.map(|limb| limb as u128);
        for k in 0..5 {
            assert!(product[k] < (1 << 61) - (1 << 15) && product[k] < more[k]);
            // What two products give when one is subtracted or added.
            let sum = product[k] + product[k].max(more[k]);
            assert!(sum < 1 << 62);
            assert!(k < 4 || sum < (1 << 61) + (1 << 58));
        }
        let carry = ((1u128 << 61) + (1 << 58)) >> BITS;
        assert!(19 * carry < 1 << 15 && (1u128 << 62) >> BITS <= 1 << 11);
    }

    /// Products of any limbs below `2^52`.
    #[arcane]
    fn products(
        _token: X64V4xToken,
        a: &[[u64; 5]; LANES],
        b: &[[u64; 5]; LANES],
    ) -> [[Field; LANES]; 3] {
        let limb = |x: &[[u64; 5]; LANES], i: usize| {
            let x = x.map(|limbs| limbs[i] as i64);
            _mm512_set_epi64(x[7], x[6], x[5], x[4], x[3], x[2], x[1], x[0])
        };
        let a = Eight(array::from_fn(|i| limb(a, i)));
        let b = Eight(array::from_fn(|i| limb(b, i)));
        let (product, square) = (a.mul(&b), a.square());
        [
            product.carry().to_fields(),
            square.carry().to_fields(),
            square.sub(&product).carry().to_fields(),
        ]
    }

    fn raw() -> impl Strategy<Value = [[u64; 5]; LANES]> {
        let most = (1u64 << 52) - 1;
        let limb = prop_oneof![Just(0), Just(most), most - 64..=most, 0..=most];
        prop::array::uniform8(prop::array::uniform5(limb))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn all_limbs_that_may_be_multiplied_are(a in raw(), b in raw()) {
            let Some(token) = X64V4xToken::summon() else { return Ok(()) };
            let value = |limbs: &[u64; 5]| {
                let shift = Field([1 << BITS, 0, 0, 0]);
                let above = |sum: Field, limb: &u64| sum.mul(&shift).add(&Field([*limb, 0, 0, 0]));
                limbs.iter().rev().fold(Field::ZERO, above)
            };
            let results = products(token, &a, &b);
            for lane in 0..LANES {
                let (a, b) = (value(&a[lane]), value(&b[lane]));
                let want = [a.mul(&b), a.square(), a.square().sub(&a.mul(&b))];
                for (got, want) in results.iter().zip(want) {
                    prop_assert_eq!(got[lane].to_bytes(), want.to_bytes());
                }
            }
        }
    }
}
