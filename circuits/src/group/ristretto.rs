//! ristretto255 (RFC 9496): the only module that names `curve25519-dalek`.
//!
//! Vectors are computed in `ark_curve25519::Fr`, the same field with a six times faster
//! multiplication; they cross to dalek's scalars at the group operations, here. Long-lived secrets
//! (keys, shares, nonces) never leave dalek's constant-time, zeroizing [`KeyScalar`].

mod field;
pub(crate) mod products;

use std::fmt;

use ark_ff::{BigInt, PrimeField};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable};
use curve25519_dalek::traits::{Identity, IsIdentity, MultiscalarMul, VartimeMultiscalarMul};
use rand_core::CryptoRngCore;
use rayon::prelude::*;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::{edwards, Group};
use crate::codec::DecodeError;
use field::{canonical_limbs, from_reduced, limbs_of};
use products::Products;

pub use curve25519_dalek::constants::{
    RISTRETTO_BASEPOINT_POINT as KEY_BASE, RISTRETTO_BASEPOINT_TABLE as KEY_TABLE,
};
/// An element of the group in which keys, shares and Diffie-Hellman live, whatever the suite.
pub use curve25519_dalek::RistrettoPoint as KeyPoint;
/// A secret or share: constant-time arithmetic, zeroizable.
pub use curve25519_dalek::Scalar as KeyScalar;

pub use field::Fr;

/// Points of a multi-scalar multiplication that one thread computes by itself.
const SHORTEST_PART: usize = 128;

/// The group ristretto255 (RFC 9496), of prime order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ristretto;

/// Multiples of an element, 30 KiB.
#[derive(Clone)]
pub struct Table(Box<RistrettoBasepointTable>);

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}

/// An element for sums, in the arithmetic of our own that adds faster.
#[derive(Debug, Clone, Copy)]
pub struct Term(edwards::Affine);

/// A vector scalar as dalek's: the one crossing between the two libraries.
pub fn to_dalek(scalar: &Fr) -> KeyScalar {
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.chunks_exact_mut(8).zip(scalar.into_bigint().0) {
        chunk.copy_from_slice(&limb.to_le_bytes());
    }
    KeyScalar::from_bytes_mod_order(bytes)
}

/// The inverse of [`to_dalek`].
pub fn from_dalek(scalar: &KeyScalar) -> Fr {
    from_reduced(scalar.as_bytes())
}

/// A uniform scalar: 64 bytes of the generator, little-endian, reduced.
pub(crate) fn uniform(rng: &mut dyn CryptoRngCore) -> Fr {
    let mut bytes = Zeroizing::new([0; 64]);
    rng.fill_bytes(bytes.as_mut());
    Ristretto::from_uniform_bytes(&bytes)
}

/// Points of our own arithmetic as dalek's: they cross between the two as bytes.
pub(crate) fn across(points: &[edwards::Point]) -> Vec<KeyPoint> {
    let encoded = edwards::encode(points).into_par_iter();
    encoded
        .map(|bytes| {
            CompressedRistretto(bytes)
                .decompress()
                .expect("what was encoded is an element")
        })
        .collect()
}

impl Group for Ristretto {
    type Scalar = Fr;
    type Point = KeyPoint;
    type Table = Table;
    type Term = Term;

    const POINT_LEN: usize = 32;
    const SCALAR_LEN: usize = field::SCALAR_LEN;
    const MASK_LEN: usize = 32;

    fn identity() -> KeyPoint {
        KeyPoint::identity()
    }

    fn hash_to_point(domain: &[u8], index: u64) -> KeyPoint {
        let digest = Sha512::new()
            .chain_update(domain)
            .chain_update(index.to_be_bytes())
            .finalize();
        KeyPoint::from_uniform_bytes(&digest.into())
    }

    fn msm_constant_time(scalars: &[Fr], points: &[KeyPoint]) -> KeyPoint {
        KeyPoint::multiscalar_mul(scalars.iter().map(to_dalek), points)
    }

    fn msm(scalars: &[Fr], points: &[KeyPoint]) -> KeyPoint {
        assert_eq!(scalars.len(), points.len(), "a scalar for each point");
        // A part for each thread, but none so short that it would take longer than the whole.
        let count = scalars.len().div_ceil(rayon::current_num_threads());
        let parts = scalars.par_chunks(count.max(SHORTEST_PART));
        parts
            .zip(points.par_chunks(count.max(SHORTEST_PART)))
            .map(|(scalars, points)| {
                KeyPoint::vartime_multiscalar_mul(scalars.iter().map(to_dalek), points)
            })
            .sum()
    }

    fn encoded_sums_of_rows(rows: &[&[Fr]], points: &[KeyPoint]) -> Vec<u8> {
        let encoded: Vec<u8> = points.iter().flat_map(Self::encode_point).collect();
        // What was encoded decodes, but for the identity.
        let decoded = edwards::decode(&encoded).into_iter();
        let points: Vec<_> = decoded
            .map(|point| point.unwrap_or(edwards::Affine::IDENTITY))
            .collect();
        edwards::encode(&edwards::sums_of_rows(rows, &points)).concat()
    }

    fn table(point: &KeyPoint) -> Self::Table {
        Table(Box::new(RistrettoBasepointTable::create(point)))
    }

    fn multiply(table: &Self::Table, scalar: &Fr) -> KeyPoint {
        &to_dalek(scalar) * &*table.0
    }

    fn encode_point(point: &KeyPoint) -> Vec<u8> {
        point.compress().as_bytes().to_vec()
    }

    fn decode_point(bytes: &[u8], field: &'static str) -> Result<KeyPoint, DecodeError> {
        let point = CompressedRistretto::from_slice(bytes)
            .ok()
            .and_then(|compressed| compressed.decompress())
            .ok_or(DecodeError::Point { field })?;
        if point.is_identity() {
            return Err(DecodeError::Identity { field });
        }
        Ok(point)
    }

    fn decode_terms(bytes: &[u8]) -> Vec<Option<Term>> {
        let decoded = edwards::decode(bytes).into_iter();
        decoded.map(|point| point.map(Term)).collect()
    }

    fn sum_of_terms(scalars: &[Fr], terms: &[Term]) -> KeyPoint {
        let points: Vec<_> = terms.iter().map(|term| term.0).collect();
        across(&[edwards::msm(scalars, &points)])[0]
    }

    fn sums_by_place(rows: &[&[Term]]) -> Vec<KeyPoint> {
        let places = rows.first().map_or(0, |row| row.len());
        let mut sums = vec![edwards::Point::IDENTITY; places];
        for row in rows {
            for (sum, term) in sums.iter_mut().zip(*row) {
                *sum += &term.0;
            }
        }
        across(&sums)
    }

    fn decode_scalar(bytes: &[u8], field: &'static str) -> Result<Fr, DecodeError> {
        // A third of the time that dalek's scalar would take.
        canonical_limbs(bytes, field).map(|limbs| Fr::new(BigInt::new(limbs)))
    }

    fn check_scalar(bytes: &[u8], field: &'static str) -> Result<(), DecodeError> {
        canonical_limbs(bytes, field).map(drop)
    }

    /// The products are summed up as integers and reduced once, as those with masks are: no scalar
    /// is converted by itself.
    fn inner_product(
        weights: &[Fr],
        encoded: &[u8],
        field: &'static str,
    ) -> Result<Fr, DecodeError> {
        if encoded.len() != weights.len() * Self::SCALAR_LEN {
            return Err(DecodeError::Scalar { field });
        }
        let mut sum = Products::default();
        for (weight, scalar) in weights.iter().zip(encoded.chunks_exact(Self::SCALAR_LEN)) {
            sum.add_plain(weight, canonical_limbs(scalar, field)?);
        }
        Ok(sum.reduce_plain())
    }

    fn from_uniform_bytes(bytes: &[u8; 64]) -> Fr {
        from_dalek(&KeyScalar::from_bytes_mod_order_wide(bytes))
    }

    /// 252 bits, little-endian: the order is `2^252 + 2^124.6`, so this is within `2^-127` of
    /// uniform and never needs a reduction.
    fn mask(bytes: &[u8]) -> Fr {
        let mut kept = [0; 32];
        for (to, from) in kept.iter_mut().zip(bytes) {
            *to = *from;
        }
        kept[31] &= 0x0f;
        from_reduced(&kept)
    }

    /// The products are summed up as integers and reduced once: a third of the time of a field
    /// multiplication each. Constant time: there is no branch that depends on them.
    fn inner_product_with_masks(weights: &[Fr], bytes: &[u8]) -> Fr {
        let mut sum = Products::default();
        for (weight, mask) in weights.iter().zip(bytes.chunks_exact(Self::MASK_LEN)) {
            let mut mask = limbs_of(mask);
            mask[3] &= u64::MAX >> 4;
            sum.add_plain(weight, mask);
        }
        sum.reduce_plain()
    }
}

/// The secret that `bytes` canonically encodes.
pub fn decode_key_scalar(bytes: &[u8], field: &'static str) -> Result<KeyScalar, DecodeError> {
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|_| DecodeError::Scalar { field })?;
    Option::from(KeyScalar::from_canonical_bytes(bytes)).ok_or(DecodeError::Scalar { field })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scalar() -> impl Strategy<Value = Fr> {
        prop::array::uniform32(any::<u8>()).prop_map(|half| {
            Ristretto::from_uniform_bytes(&[half, half].concat().try_into().unwrap())
        })
    }

    proptest! {
        #[test]
        fn products_with_masks_are_those_of_the_field(
            weights in prop::collection::vec(scalar(), 0..40),
            bytes in prop::collection::vec(any::<[u8; 32]>(), 40),
            top: bool,
        ) {
            let bytes: Vec<u8> = bytes.concat();
            // All bits set, too: the greatest sums there are.
            let bytes = if top { vec![0xff; bytes.len()] } else { bytes };
            let masks = bytes.chunks_exact(32).map(Ristretto::mask);
            let sum: Fr = weights.iter().zip(masks).map(|(weight, mask)| *weight * mask).sum();
            prop_assert_eq!(Ristretto::inner_product_with_masks(&weights, &bytes), sum);
        }

        #[test]
        fn products_with_encoded_scalars_are_those_of_the_field(
            pairs in prop::collection::vec((scalar(), scalar()), 0..40),
            greatest: bool,
            bad in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let (weights, mut scalars): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            if greatest {
                scalars.fill(-Fr::from(1u64));
            }
            let mut encoded = Ristretto::encode_scalars(&scalars);
            let products = weights.iter().zip(&scalars);
            let mut sum = Ok(products.map(|(weight, scalar)| *weight * scalar).sum::<Fr>());
            if let Some(bad) = bad.filter(|_| !encoded.is_empty()) {
                encoded[32 * bad.index(scalars.len()) + 31] |= 0x20;
                sum = Err(DecodeError::Scalar { field: "s" });
            }
            prop_assert_eq!(Ristretto::inner_product(&weights, &encoded, "s"), sum);
        }

        #[test]
        fn scalars_are_canonical_for_both_libraries_or_for_none(mut bytes: [u8; 32], high in 0u8..32) {
            bytes[31] = high;
            let ours = Ristretto::decode_scalar(&bytes, "s");
            let theirs = decode_key_scalar(&bytes, "s").map(|scalar| from_dalek(&scalar));
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn the_two_fields_are_one(a in scalar(), b in scalar()) {
            prop_assert_eq!(to_dalek(&(a * b)), to_dalek(&a) * to_dalek(&b));
            prop_assert_eq!(to_dalek(&(a + b)), to_dalek(&a) + to_dalek(&b));
            prop_assert_eq!(from_dalek(&to_dalek(&a)), a);
        }

        #[test]
        fn sums_of_terms_are_those_of_points(
            scalars in prop::collection::vec(scalar(), 0..40),
            cancels: bool,
        ) {
            let points: Vec<_> =
                (0..scalars.len() as u64).map(|i| Ristretto::hash_to_point(b"term", i / 2)).collect();
            let mut scalars = scalars;
            if cancels {
                for i in (1..scalars.len()).step_by(2) {
                    scalars[i] = -scalars[i - 1];
                }
            }
            let bytes: Vec<u8> = points.iter().flat_map(Ristretto::encode_point).collect();
            let terms: Option<Vec<_>> = Ristretto::decode_terms(&bytes).into_iter().collect();
            let sum = Ristretto::sum_of_terms(&scalars, &terms.unwrap());
            prop_assert_eq!(sum, Ristretto::msm(&scalars, &points));
        }

        #[test]
        fn scalars_and_points_round_trip(a in scalar()) {
            prop_assert_eq!(Ristretto::decode_scalar(&Ristretto::encode_scalar(&a), "a"), Ok(a));
            let point = Ristretto::msm(&[a], &[KEY_BASE]);
            prop_assert_eq!(Ristretto::msm_constant_time(&[a], &[KEY_BASE]), point);
            prop_assert_eq!(Ristretto::multiply(&Ristretto::table(&KEY_BASE), &a), point);
            prop_assert_eq!(Ristretto::decode_point(&Ristretto::encode_point(&point), "a"), Ok(point));
        }
    }

    #[test]
    fn the_capacity_is_that_of_the_specification() {
        assert_eq!(Ristretto::CAPACITY, 252);
    }

    #[test]
    fn other_encodings_are_refused() {
        // l itself, and l + 1, encode what 0 and 1 already encode.
        let mut order = Ristretto::encode_scalar(&-Fr::from(1u64));
        order[0] += 1;
        assert_eq!(
            Ristretto::decode_scalar(&order, "s"),
            Err(DecodeError::Scalar { field: "s" })
        );
        assert_eq!(
            Ristretto::decode_point(&[0; 32], "p"),
            Err(DecodeError::Identity { field: "p" })
        );
        let bytes = [[0; 32], [0xff; 32], KEY_BASE.compress().to_bytes()].concat();
        let terms = Ristretto::decode_terms(&bytes);
        assert_eq!(
            terms.iter().map(Option::is_some).collect::<Vec<_>>(),
            [false, false, true]
        );
        assert_eq!(
            Ristretto::decode_point(&[0xff; 32], "p"),
            Err(DecodeError::Point { field: "p" })
        );
        assert_eq!(
            Ristretto::decode_point(&[0; 31], "p"),
            Err(DecodeError::Point { field: "p" })
        );
    }
}
