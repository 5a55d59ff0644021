//! The field of integers modulo `p = 2^255 - 19`, in four saturated limbs.
//!
//! An element is any integer below `2^256`; it is reduced only where its bytes or its equality are
//! asked for. Everything runs in constant time.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::group::limbs::{adc, mac, multiply, sbb};
use crate::work::{self, Kind};

/// An element; little-endian limbs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field(pub(super) [u64; 4]);

/// `d = -121665/121666`, the curve's constant.
pub(super) const D: Field = Field([
    0x75eb4dca135978a3,
    0x00700a4d4141d8ab,
    0x8cc740797779e898,
    0x52036cee2b6ffe73,
]);
/// `2 d`, of the coefficient `d` of the curve.
pub(super) const D2: Field = Field([
    0xebd69b9426b2f159,
    0x00e0149a8283b156,
    0x198e80f2eef3d130,
    0x2406d9dc56dffce7,
]);
/// The square root of -1 that is even.
pub(super) const SQRT_M1: Field = Field([
    0xc4ee1b274a0ea0b0,
    0x2f431806ad2fe478,
    0x2b4d00993dfbd7a7,
    0x2b8324804fc1df0b,
]);
/// `1 / sqrt(-1 - d)` (RFC 9496, 4.1).
pub(super) const INVSQRT_A_MINUS_D: Field = Field([
    0x99c8fdaa805d40ea,
    0x9d2f16175a4172be,
    0x16c27b91fe01d840,
    0x786c8905cfaffca2,
]);

/// `limbs + extra`, where `2^256 = 38`: the carry out of the top comes in again below. After the
/// first pass what is left is small if anything was carried, so the second cannot carry.
#[inline(always)]
fn fold(limbs: [u64; 4], extra: u64) -> Field {
    let (r0, c) = adc(limbs[0], extra, 0);
    let (r1, c) = adc(limbs[1], 0, c);
    let (r2, c) = adc(limbs[2], 0, c);
    let (r3, c) = adc(limbs[3], 0, c);
    Field([r0.wrapping_add(c * 38), r1, r2, r3])
}

/// The product of eight limbs modulo `p`, up to a multiple of it.
#[inline(always)]
fn reduce(low: [u64; 4], high: [u64; 4]) -> Field {
    let (r0, c) = mac(low[0], high[0], 38, 0);
    let (r1, c) = mac(low[1], high[1], 38, c);
    let (r2, c) = mac(low[2], high[2], 38, c);
    let (r3, c) = mac(low[3], high[3], 38, c);
    fold([r0, r1, r2, r3], c * 38)
}

impl Field {
    pub(super) const ZERO: Self = Self([0; 4]);
    pub(super) const ONE: Self = Self([1, 0, 0, 0]);

    #[inline(always)]
    pub(super) fn add(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let (r0, c) = adc(a[0], b[0], 0);
        let (r1, c) = adc(a[1], b[1], c);
        let (r2, c) = adc(a[2], b[2], c);
        let (r3, c) = adc(a[3], b[3], c);
        fold([r0, r1, r2, r3], c * 38)
    }

    #[inline(always)]
    pub(super) fn sub(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let (r0, c) = sbb(a[0], b[0], 0);
        let (r1, c) = sbb(a[1], b[1], c);
        let (r2, c) = sbb(a[2], b[2], c);
        let (r3, c) = sbb(a[3], b[3], c);
        // A borrow stands for 2^256 too much, which is 38. As in `fold`, the second ends it.
        let (r0, c) = sbb(r0, c * 38, 0);
        let (r1, c) = sbb(r1, 0, c);
        let (r2, c) = sbb(r2, 0, c);
        let (r3, c) = sbb(r3, 0, c);
        Self([r0.wrapping_sub(c * 38), r1, r2, r3])
    }

    /// Every limb under a mask.
    #[inline(always)]
    pub(super) fn masked(&self, mask: u64) -> Self {
        Self(self.0.map(|limb| limb & mask))
    }

    /// The bits of both.
    #[inline(always)]
    pub(super) fn join(&mut self, other: &Self) {
        for (limb, other) in self.0.iter_mut().zip(other.0) {
            *limb |= other;
        }
    }

    #[inline(always)]
    pub(super) fn neg(&self) -> Self {
        Self::ZERO.sub(self)
    }

    #[inline(always)]
    pub(super) fn mul(&self, other: &Self) -> Self {
        work::count(Kind::Coordinate);
        let (low, high) = multiply(&self.0, &other.0);
        reduce(low, high)
    }

    #[inline(always)]
    pub(super) fn square(&self) -> Self {
        work::count(Kind::Coordinate);
        let a = &self.0;
        // The products of different limbs, doubled, and the squares.
        let (r1, c) = mac(0, a[0], a[1], 0);
        let (r2, c) = mac(0, a[0], a[2], c);
        let (r3, r4) = mac(0, a[0], a[3], c);
        let (r3, c) = mac(r3, a[1], a[2], 0);
        let (r4, r5) = mac(r4, a[1], a[3], c);
        let (r5, r6) = mac(r5, a[2], a[3], 0);
        let r7 = r6 >> 63;
        let r6 = r6 << 1 | r5 >> 63;
        let r5 = r5 << 1 | r4 >> 63;
        let r4 = r4 << 1 | r3 >> 63;
        let r3 = r3 << 1 | r2 >> 63;
        let r2 = r2 << 1 | r1 >> 63;
        let r1 = r1 << 1;
        let (r0, c) = mac(0, a[0], a[0], 0);
        let (r1, c) = adc(r1, 0, c);
        let (r2, c) = mac(r2, a[1], a[1], c);
        let (r3, c) = adc(r3, 0, c);
        let (r4, c) = mac(r4, a[2], a[2], c);
        let (r5, c) = adc(r5, 0, c);
        let (r6, c) = mac(r6, a[3], a[3], c);
        let (r7, _) = adc(r7, 0, c);
        reduce([r0, r1, r2, r3], [r4, r5, r6, r7])
    }

    /// The canonical 32 bytes, little-endian.
    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, limb) in bytes.chunks_exact_mut(8).zip(self.reduced()) {
            bytes.copy_from_slice(&limb.to_le_bytes());
        }
        bytes
    }

    /// The limbs of the integer below `p`.
    #[inline(always)]
    fn reduced(self) -> [u64; 4] {
        // Below 2^255 + 19, then below p: adding 19 shows in bit 255 whether p still fits.
        let top = self.0[3] >> 63;
        let Field(r) = fold(
            [self.0[0], self.0[1], self.0[2], self.0[3] & (u64::MAX >> 1)],
            top * 19,
        );
        let (_, c) = adc(r[0], 19, 0);
        let (_, c) = adc(r[1], 0, c);
        let (_, c) = adc(r[2], 0, c);
        let (high, _) = adc(r[3], 0, c);
        let mut limbs = fold(r, (high >> 63) * 19).0;
        limbs[3] &= u64::MAX >> 1;
        limbs
    }

    /// The element of the low 255 bits; any bytes are taken.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut limbs = [0; 4];
        for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(chunk);
            *limb = u64::from_le_bytes(bytes);
        }
        limbs[3] &= u64::MAX >> 1;
        Self(limbs)
    }

    /// Whether the canonical integer is odd, RFC 9496's negative.
    pub(super) fn is_negative(&self) -> Choice {
        Choice::from((self.reduced()[0] & 1) as u8)
    }

    /// The one of `self` and `-self` that is not negative.
    pub(super) fn abs(&self) -> Self {
        Self::conditional_select(self, &self.neg(), self.is_negative())
    }

    /// `1 / self`, and 0 for 0. Cost: 254 squarings.
    pub(super) fn invert(&self) -> Self {
        // p - 2 = 2^255 - 21, which is 8 (2^252 - 3) + 3.
        let [root] = pow_p58([*self]);
        let cube = self.square().mul(self);
        root.square().square().square().mul(&cube)
    }
}

/// `x^((p - 5) / 8) = x^(2^252 - 3)` of several elements. Their squarings are independent, which a
/// processor makes use of: four take about 2.5 times as long as one.
pub(super) fn pow_p58<const N: usize>(x: [Field; N]) -> [Field; N] {
    let squared = |x: &[Field; N], times| {
        let mut out = *x;
        for _ in 0..times {
            for element in &mut out {
                *element = element.square();
            }
        }
        out
    };
    let times = |a: &[Field; N], b: &[Field; N]| std::array::from_fn(|i| a[i].mul(&b[i]));
    chain_p58(&x, squared, times)
}

/// The multiplications of `x^(2^252 - 3)`, for whatever is multiplied: `squared` squares so many times. Cost: 251 squarings and 11
/// multiplications.
#[inline(always)]
pub(super) fn chain_p58<T>(
    x: &T,
    squared: impl Fn(&T, u32) -> T,
    times: impl Fn(&T, &T) -> T,
) -> T {
    // x^(2^k - 1) for k = 1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 250.
    let ones_2 = times(&squared(x, 1), x);
    let ones_4 = times(&squared(&ones_2, 2), &ones_2);
    let ones_5 = times(&squared(&ones_4, 1), x);
    let ones_10 = times(&squared(&ones_5, 5), &ones_5);
    let ones_20 = times(&squared(&ones_10, 10), &ones_10);
    let ones_40 = times(&squared(&ones_20, 20), &ones_20);
    let ones_50 = times(&squared(&ones_40, 10), &ones_10);
    let ones_100 = times(&squared(&ones_50, 50), &ones_50);
    let ones_200 = times(&squared(&ones_100, 100), &ones_100);
    let ones_250 = times(&squared(&ones_200, 50), &ones_50);
    // 2^252 - 3 = 4 (2^250 - 1) + 1.
    times(&squared(&ones_250, 2), x)
}

/// SQRT_RATIO_M1(1, v) of RFC 9496, 4.2, for several `v`: whether `v` is a non-zero square, and the
/// non-negative `sqrt(1/v)`, or `sqrt(sqrt(-1)/v)` if it is not (0 for 0). The power is that of [`pow_p58`].
pub(super) fn inverse_sqrt<const N: usize>(
    v: [Field; N],
    power: impl Fn([Field; N]) -> [Field; N],
) -> [(Choice, Field); N] {
    // r = v^3 (v^7)^((p - 5) / 8)
    let cubes = v.map(|v| v.square().mul(&v));
    let powers = power(std::array::from_fn(|i| cubes[i].square().mul(&v[i])));
    std::array::from_fn(|i| {
        let root = cubes[i].mul(&powers[i]);
        let check = v[i].mul(&root.square());
        let correct = check.ct_eq(&Field::ONE);
        let flipped = check.ct_eq(&Field::ONE.neg());
        let flipped_i = check.ct_eq(&SQRT_M1.neg());
        let turned = root.mul(&SQRT_M1);
        let root = Field::conditional_select(&root, &turned, flipped | flipped_i);
        (correct | flipped, root.abs())
    })
}

/// Replaces every element by its inverse. None may be 0: one would make all of them 0. Cost: 3
/// multiplications an element.
pub(super) fn invert_all(elements: &mut [Field]) {
    let mut products = Vec::with_capacity(elements.len());
    let mut product = Field::ONE;
    for element in elements.iter() {
        products.push(product);
        product = product.mul(element);
    }
    let mut inverse = product.invert();
    for (element, before) in elements.iter_mut().zip(products).rev() {
        let own = inverse.mul(&before);
        inverse = inverse.mul(element);
        *element = own;
    }
}

impl ConstantTimeEq for Field {
    fn ct_eq(&self, other: &Self) -> Choice {
        let [a, b, c, d] = self.sub(other).reduced();
        (a | b | c | d).ct_eq(&0)
    }
}

impl ConditionallySelectable for Field {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self([0, 1, 2, 3].map(|i| u64::conditional_select(&a.0[i], &b.0[i], choice)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ark_curve25519::Fq;
    use ark_ff::{BigInteger, Field as _, PrimeField};
    use proptest::prelude::*;

    fn reference(x: &Field) -> Fq {
        Fq::from_le_bytes_mod_order(&x.0.iter().flat_map(|l| l.to_le_bytes()).collect::<Vec<_>>())
    }

    fn bytes(x: Fq) -> Vec<u8> {
        x.into_bigint().to_bytes_le()
    }

    /// Any four limbs, those at the edges among them.
    pub(in crate::group::edwards) fn element() -> impl Strategy<Value = Field> {
        let limb = prop_oneof![
            Just(0u64),
            Just(1),
            Just(u64::MAX),
            Just(u64::MAX >> 1),
            (0u64..80).prop_map(|x| u64::MAX - x),
            any::<u64>()
        ];
        prop::array::uniform4(limb).prop_map(Field)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn it_is_the_field(a in element(), b in element()) {
            let (x, y) = (reference(&a), reference(&b));
            prop_assert_eq!(a.add(&b).to_bytes().to_vec(), bytes(x + y));
            prop_assert_eq!(a.sub(&b).to_bytes().to_vec(), bytes(x - y));
            prop_assert_eq!(a.mul(&b).to_bytes().to_vec(), bytes(x * y));
            prop_assert_eq!(a.square().to_bytes().to_vec(), bytes(x * x));
            prop_assert_eq!(a.neg().to_bytes().to_vec(), bytes(-x));
            prop_assert_eq!(bool::from(a.is_negative()), bytes(x)[0] & 1 == 1);
            prop_assert_eq!(a.abs().to_bytes()[0] & 1, 0);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn inverses_and_roots(a in element(), b in element(), c in element()) {
            let inverse = |x: &Field| reference(x).inverse().unwrap_or_default();
            prop_assert_eq!(reference(&a.invert()), inverse(&a));
            let or_one = |x: Field| if reference(&x) == Fq::from(0u64) { Field::ONE } else { x };
            let mut all = [a, b, c].map(or_one);
            let want = all.map(|x| inverse(&x));
            invert_all(&mut all);
            prop_assert_eq!(all.map(|x| reference(&x)), want);
            for ((square, root), v) in inverse_sqrt([a, b, c], pow_p58).into_iter().zip([a, b, c]) {
                let (v, root) = (reference(&v), reference(&root));
                let legendre = v.legendre().is_qr();
                prop_assert_eq!(bool::from(square), legendre);
                let one = if legendre { Fq::from(1u64) } else { reference(&SQRT_M1) };
                prop_assert_eq!(root.square() * v, if v == Fq::from(0u64) { v } else { one });
                prop_assert_eq!(bytes(root)[0] & 1, 0);
            }
        }
    }

    #[test]
    fn the_constants_are_what_they_are_called() {
        let d = -Fq::from(121665u64) / Fq::from(121666u64);
        assert_eq!(reference(&D), d);
        assert_eq!(reference(&D2), d + d);
        assert_eq!(reference(&SQRT_M1).square(), -Fq::from(1u64));
        assert_eq!(
            reference(&INVSQRT_A_MINUS_D).square() * (-Fq::from(1u64) - d),
            Fq::from(1u64)
        );
    }
}
