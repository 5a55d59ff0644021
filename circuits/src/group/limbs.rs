//! Integers of four 64-bit limbs, the lowest first, in constant time: what the arithmetic modulo
//! `2^255 - 19` and the sums of products modulo the group order share.

/// `a + b c + carry`, low and high half. Never overflows.
#[inline(always)]
pub(crate) fn mac(a: u64, b: u64, c: u64, carry: u64) -> (u64, u64) {
    let wide = u128::from(a) + u128::from(b) * u128::from(c) + u128::from(carry);
    (wide as u64, (wide >> 64) as u64)
}

/// `a + b + carry`, and the carry.
#[inline(always)]
pub(crate) fn adc(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = u128::from(a) + u128::from(b) + u128::from(carry);
    (wide as u64, (wide >> 64) as u64)
}

/// `a - b - borrow`, and the borrow.
#[inline(always)]
pub(crate) fn sbb(a: u64, b: u64, borrow: u64) -> (u64, u64) {
    let (first, under) = a.overflowing_sub(b);
    let (second, again) = first.overflowing_sub(borrow);
    (second, u64::from(under | again))
}

/// Adds `value 2^bit` to an integer of any number of limbs; what is above its top limb is lost.
#[inline(always)]
pub(crate) fn add_at(limbs: &mut [u64], value: u64, bit: usize) {
    let (first, shift) = (bit / 64, bit % 64);
    let wide = u128::from(value) << shift;
    let parts = [wide as u64, (wide >> 64) as u64];
    let mut carry = 0;
    for (at, limb) in limbs.iter_mut().skip(first).enumerate() {
        let part = parts.get(at).copied().unwrap_or(0);
        (*limb, carry) = adc(*limb, part, carry);
    }
}

/// The product, low and high half.
#[inline(always)]
pub(crate) fn multiply(a: &[u64; 4], b: &[u64; 4]) -> ([u64; 4], [u64; 4]) {
    let (r0, c) = mac(0, a[0], b[0], 0);
    let (r1, c) = mac(0, a[0], b[1], c);
    let (r2, c) = mac(0, a[0], b[2], c);
    let (r3, r4) = mac(0, a[0], b[3], c);
    let (r1, c) = mac(r1, a[1], b[0], 0);
    let (r2, c) = mac(r2, a[1], b[1], c);
    let (r3, c) = mac(r3, a[1], b[2], c);
    let (r4, r5) = mac(r4, a[1], b[3], c);
    let (r2, c) = mac(r2, a[2], b[0], 0);
    let (r3, c) = mac(r3, a[2], b[1], c);
    let (r4, c) = mac(r4, a[2], b[2], c);
    let (r5, r6) = mac(r5, a[2], b[3], c);
    let (r3, c) = mac(r3, a[3], b[0], 0);
    let (r4, c) = mac(r4, a[3], b[1], c);
    let (r5, c) = mac(r5, a[3], b[2], c);
    let (r6, r7) = mac(r6, a[3], b[3], c);
    ([r0, r1, r2, r3], [r4, r5, r6, r7])
}
