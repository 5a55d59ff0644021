//! Sums of products that are reduced once: half of a field multiplication is its reduction.

use ark_curve25519::FrConfig;
use ark_ff::{BigInt, MontConfig};
use subtle::{Choice, ConditionallySelectable};
use zeroize::DefaultIsZeroes;

use super::field::Fr;
use crate::group::limbs::{adc, mac, multiply, sbb};
use crate::work::{self, Kind};

const ORDER: [u64; 4] = <FrConfig as MontConfig<4>>::MODULUS.0;
/// `2^512` modulo the order.
const R2: [u64; 4] = <FrConfig as MontConfig<4>>::R2.0;

/// `sum a_i b_i` over the integers, of the Montgomery forms of the factors. Each product is below
/// `2^506`, so nothing that is ever summed here overflows 576 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Products([u64; 9]);

/// So that sums over secrets can be wiped.
impl DefaultIsZeroes for Products {}

impl Products {
    /// Adds `a b`, not reduced. Cost: half of a field multiplication.
    #[inline(always)]
    pub(crate) fn add(&mut self, a: &Fr, b: &Fr) {
        work::count(Kind::Product);
        let (low, high) = multiply(&a.0 .0, &b.0 .0);
        let [sums @ .., last] = &mut self.0;
        let mut carry = 0;
        for (sum, limb) in sums.iter_mut().zip(low.into_iter().chain(high)) {
            (*sum, carry) = adc(*sum, limb, carry);
        }
        *last = last.wrapping_add(carry);
    }

    /// Adds `a b` for an integer `b` below `2^253`; all factors of such sums must be of this kind.
    #[inline(always)]
    pub(crate) fn add_plain(&mut self, a: &Fr, b: [u64; 4]) {
        self.add(a, &Fr::new_unchecked(BigInt::new(b)));
    }

    /// The sum as a field element, of products with plain integers. Cost: three multiplications.
    pub(crate) fn reduce_plain(self) -> Fr {
        // A plain integer taken for a Montgomery form stands for itself divided by the radix.
        element(times(self.reduced(), R2))
    }

    /// The sum as a field element, without a branch that depends on it. Cost: two multiplications.
    pub(crate) fn reduce(self) -> Fr {
        element(self.reduced())
    }

    /// The Montgomery form of the sum.
    fn reduced(self) -> [u64; 4] {
        work::count(Kind::Reduction);
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8] = self.0;
        // With R = 2^256, a sum s = low + R middle + R^2 high of Montgomery forms stands for the
        // element of form s / R. A product of forms is divided by R.
        let low = times(below_order([r0, r1, r2, r3]), [1, 0, 0, 0]);
        let middle = below_order([r4, r5, r6, r7]);
        let high = times([r8, 0, 0, 0], R2);
        plus(plus(low, middle), high)
    }
}

/// The element of a Montgomery form below the order.
fn element(form: [u64; 4]) -> Fr {
    Fr::new_unchecked(BigInt::new(form))
}

/// `limbs - multiple`, if that is not below 0. Selects by a mask: the arithmetic of arkworks
/// branches here, and these sums are over secrets.
#[inline(always)]
fn subtract_if_possible(limbs: [u64; 4], multiple: &[u64; 4]) -> [u64; 4] {
    let mut less = [0; 4];
    let mut borrow = 0;
    for ((out, a), b) in less.iter_mut().zip(limbs).zip(multiple) {
        (*out, borrow) = sbb(a, *b, borrow);
    }
    let possible = Choice::from(1 ^ borrow as u8);
    std::array::from_fn(|i| u64::conditional_select(&limbs[i], &less[i], possible))
}

/// `limbs` modulo the order: `2^256` is below 16 times the order, so four conditional subtractions
/// do.
#[inline(always)]
fn below_order(mut limbs: [u64; 4]) -> [u64; 4] {
    for shift in (0..4).rev() {
        let mut multiple = ORDER;
        for _ in 0..shift {
            let mut carry = 0;
            for limb in &mut multiple {
                (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
            }
        }
        limbs = subtract_if_possible(limbs, &multiple);
    }
    limbs
}

/// The sum of two integers below the order, modulo the order, which is below `2^253`.
#[inline(always)]
fn plus(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
    let mut sum = [0; 4];
    let mut carry = 0;
    for ((out, a), b) in sum.iter_mut().zip(a).zip(b) {
        (*out, carry) = adc(a, b, carry);
    }
    subtract_if_possible(sum, &ORDER)
}

/// `a b / 2^256` modulo the order, for `a` below `2^256` and `b` below the order (Montgomery,
/// *Modular Multiplication Without Trial Division*, 1985).
#[inline(always)]
fn times(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
    let (low, high) = multiply(&a, &b);
    let mut limbs = [0; 9];
    limbs[..4].copy_from_slice(&low);
    limbs[4..8].copy_from_slice(&high);
    for at in 0..4 {
        // Adds the multiple of the order that clears the lowest limb.
        let factor = limbs[at].wrapping_mul(<FrConfig as MontConfig<4>>::INV);
        let mut carry = 0;
        for (limb, order) in limbs[at..].iter_mut().zip(ORDER) {
            (*limb, carry) = mac(*limb, factor, order, carry);
        }
        for limb in &mut limbs[at + 4..] {
            (*limb, carry) = adc(*limb, 0, carry);
        }
    }
    // Below twice the order.
    subtract_if_possible([limbs[4], limbs[5], limbs[6], limbs[7]], &ORDER)
}

/// `<a, b>`; the shorter decides.
pub(crate) fn inner(a: &[Fr], b: &[Fr]) -> Fr {
    let mut products = Products::default();
    for (a, b) in a.iter().zip(b) {
        products.add(a, b);
    }
    products.reduce()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{Field, PrimeField, Zero};
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{RngCore, SeedableRng};

    proptest! {
        #[test]
        fn sums_of_products_are_those_of_the_field(seed: u64, count in 0usize..200) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let mut vector = || -> Vec<Fr> {
                (0..count)
                    .map(|i| match i % 5 {
                        0 => -Fr::ONE,
                        1 => Fr::zero(),
                        _ => {
                            let mut bytes = [0; 64];
                            rng.fill_bytes(&mut bytes);
                            Fr::from_le_bytes_mod_order(&bytes)
                        }
                    })
                    .collect()
            };
            let (a, b) = (vector(), vector());
            let want: Fr = a.iter().zip(&b).map(|(a, b)| *a * b).sum();
            prop_assert_eq!(inner(&a, &b), want);
        }

        #[test]
        fn every_sum_is_reduced(limbs in prop::array::uniform9(prop_oneof![Just(u64::MAX), Just(0), any::<u64>()])) {
            // Limb by limb: each counts 2^(64 i) / R, a Montgomery form.
            let base = Fr::from(1u128 << 64);
            let value = limbs.iter().rev().fold(Fr::zero(), |v, limb| v * base + Fr::from(*limb));
            let r = base.square().square();
            let element = value / r;
            prop_assert_eq!(Products(limbs).reduce(), element / r);
        }
    }
}
