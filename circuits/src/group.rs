//! Prime-order groups: everything the rest of the system knows about a curve.
//!
//! A suite is generic over [`Group`]; scalars are arkworks prime fields in every suite, points are
//! whatever the group's own library has. The types of `curve25519-dalek` are named in
//! [`ristretto`] and nowhere else, so that a new release of it is one commit.

pub mod bls12381;
pub(crate) mod edwards;
pub(crate) mod limbs;
pub mod ristretto;

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use ark_ff::PrimeField;
use zeroize::{Zeroize, Zeroizing};

use crate::codec::{DecodeError, Reader};
use crate::work::{self, Kind};

pub use bls12381::Bls12381;
pub use ristretto::Ristretto;

/// The scalar of a secret integer. *Why not `F::from`:* arkworks does not multiply a 0, so its time
/// tells how many integers are 0. Cost: a multiplication.
pub fn of_integer<F: PrimeField>(value: u64) -> F {
    work::count(Kind::Scalar);
    let never_zero = 1 << u64::BITS;
    F::from(never_zero | u128::from(value)) - F::from(never_zero)
}

/// Limbs of the widest integer that becomes a scalar: a scalar and 64 bits above it.
pub(crate) const WIDE_LIMBS: usize = 5;

/// The scalar of a secret integer of several limbs, the lowest first. It is below `2^CAPACITY`, or that of a malicious client. As
/// with [`of_integer`], what is multiplied is never 0. Cost: a multiplication.
pub(crate) fn of_wide_integer<F: PrimeField>(limbs: &[u64; WIDE_LIMBS]) -> F {
    work::count(Kind::Scalar);
    let mut never_zero = Zeroizing::new(*limbs);
    limbs::add_at(never_zero.as_mut(), 1, 0);
    let mut low = F::BigInt::default();
    let taken = low.as_ref().len();
    low.as_mut().copy_from_slice(&never_zero[..taken]);
    let fits = never_zero[taken..].iter().all(|&limb| limb == 0);
    let scalar = F::from_bigint(low).filter(|_| fits).unwrap_or_else(|| {
        let bytes = never_zero.iter().flat_map(|limb| limb.to_le_bytes());
        F::from_le_bytes_mod_order(&bytes.collect::<Vec<_>>())
    });
    low.zeroize();
    scalar - F::one()
}

/// A group of prime order with canonical encodings and hashing to elements of unknown logarithm.
///
/// Costs are given in scalar multiplications (about 50 us each on ristretto255).
pub trait Group: Copy + Clone + Debug + PartialEq + Eq + Send + Sync + 'static {
    /// The field of exponents, of prime order `l`.
    type Scalar: PrimeField;
    /// An element of the group.
    type Point: Copy
        + Debug
        + PartialEq
        + Eq
        + Send
        + Sync
        + Add<Output = Self::Point>
        + Sub<Output = Self::Point>
        + Neg<Output = Self::Point>
        + Sum;

    /// A table of multiples of one element, with which a multiplication of it is faster.
    type Table: Clone + Debug + Send + Sync;

    /// A public element in the form in which sums of many are computed fastest.
    type Term: Copy + Debug + Send + Sync;

    /// Bytes of an encoded element.
    const POINT_LEN: usize;
    /// Bytes of an encoded scalar.
    const SCALAR_LEN: usize;
    /// Bytes of a uniform stream that one mask scalar consumes (`specs/protocol.md` 4.4).
    const MASK_LEN: usize;
    /// `floor(log2 l)`, bits of a scalar that packed slots may fill: every integer of so many bits
    /// is below the order. 252 on ristretto255. A slot can need 96 of them (`specs/proofs.md` 2).
    const CAPACITY: u32 = Self::Scalar::MODULUS_BIT_SIZE - 1;

    /// The neutral element, which no message may hold.
    fn identity() -> Self::Point;

    /// An element whose logarithm nobody knows, from public bytes.
    fn hash_to_point(domain: &[u8], index: u64) -> Self::Point;

    /// `sum scalars[i] * points[i]`, in constant time. For secrets.
    fn msm_constant_time(scalars: &[Self::Scalar], points: &[Self::Point]) -> Self::Point;

    /// `sum scalars[i] * points[i]`, in variable time, of as many scalars as points. For public values only. In parallel. Cost:
    /// about `n / log n` multiplications.
    fn msm(scalars: &[Self::Scalar], points: &[Self::Point]) -> Self::Point;

    /// The encodings of `sum_c row_c points_c` for each row of as many scalars as there are points, one behind the other. For secrets:
    /// what is computed is the same whatever the scalars are; on ristretto255, on processors without AVX-512, table look-ups
    /// depend on them (`specs/threat-model.md` 6.2). In parallel. Cheaper for all rows at once, since they share the tables of the points.
    fn encoded_sums_of_rows(rows: &[&[Self::Scalar]], points: &[Self::Point]) -> Vec<u8>;

    /// The table of an element. Cost: about two multiplications.
    fn table(point: &Self::Point) -> Self::Table;

    /// `scalar` times the element of a table, in constant time. For secrets. Cost: a quarter of a
    /// multiplication.
    fn multiply(table: &Self::Table, scalar: &Self::Scalar) -> Self::Point;

    /// The canonical encoding, [`POINT_LEN`](Self::POINT_LEN) bytes.
    fn encode_point(point: &Self::Point) -> Vec<u8>;

    /// The element that `bytes` canonically encodes; the identity is refused.
    fn decode_point(bytes: &[u8], field: &'static str) -> Result<Self::Point, DecodeError>;

    /// The elements that consecutive strings of [`POINT_LEN`](Self::POINT_LEN) bytes canonically encode, for sums; nothing for what
    /// [`decode_point`](Self::decode_point) refuses. In parallel.
    fn decode_terms(bytes: &[u8]) -> Vec<Option<Self::Term>>;

    /// `sum scalars[i] * terms[i]`, in variable time. For public values only. In parallel.
    fn sum_of_terms(scalars: &[Self::Scalar], terms: &[Self::Term]) -> Self::Point;

    /// For each place the sum of the terms that stand there in all rows, which are of one length. In variable time. Cost: an
    /// addition for each term, and an encoding and a decoding for each place.
    fn sums_by_place(rows: &[&[Self::Term]]) -> Vec<Self::Point>;

    /// The element of a term. Cost: an encoding and a decoding.
    fn element(term: &Self::Term) -> Self::Point {
        Self::sums_by_place(&[std::slice::from_ref(term)])[0]
    }

    /// The canonical encoding, [`SCALAR_LEN`](Self::SCALAR_LEN) bytes.
    fn encode_scalar(scalar: &Self::Scalar) -> Vec<u8> {
        Self::encode_scalars(std::slice::from_ref(scalar))
    }

    /// The scalar that `bytes` canonically encodes.
    fn decode_scalar(bytes: &[u8], field: &'static str) -> Result<Self::Scalar, DecodeError>;

    /// Whether `bytes` canonically encode a scalar, which is not needed itself.
    fn check_scalar(bytes: &[u8], field: &'static str) -> Result<(), DecodeError> {
        Self::decode_scalar(bytes, field).map(drop)
    }

    /// `sum_m weights_m scalar_m` over canonically encoded scalars, as many as there are weights.
    /// Cost: at most a decoding and a multiplication of the field for each.
    fn inner_product(
        weights: &[Self::Scalar],
        encoded: &[u8],
        field: &'static str,
    ) -> Result<Self::Scalar, DecodeError> {
        let scalars = Self::decode_scalars(encoded, weights.len(), field)?;
        let products = weights.iter().zip(scalars);
        Ok(products.map(|(weight, scalar)| *weight * scalar).sum())
    }

    /// A scalar from 64 uniform bytes, statistically uniform (512 bits, modulo the order).
    fn from_uniform_bytes(bytes: &[u8; 64]) -> Self::Scalar;

    /// A mask scalar from [`MASK_LEN`](Self::MASK_LEN) uniform bytes (`specs/protocol.md` 4.4).
    fn mask(bytes: &[u8]) -> Self::Scalar;

    /// `sum_m weights_m mask_m` over masks from [`MASK_LEN`](Self::MASK_LEN) bytes each. The
    /// shorter of the two decides. Masks are secret.
    fn inner_product_with_masks(weights: &[Self::Scalar], bytes: &[u8]) -> Self::Scalar {
        let masks = bytes.chunks_exact(Self::MASK_LEN).map(Self::mask);
        weights
            .iter()
            .zip(masks)
            .map(|(weight, mask)| *weight * mask)
            .sum()
    }

    /// Reads the next encoded element.
    fn read_point(
        reader: &mut Reader<'_>,
        field: &'static str,
    ) -> Result<Self::Point, DecodeError> {
        Self::decode_point(reader.bytes(Self::POINT_LEN, field)?, field)
    }

    /// Reads the next encoded scalar.
    fn read_scalar(
        reader: &mut Reader<'_>,
        field: &'static str,
    ) -> Result<Self::Scalar, DecodeError> {
        Self::decode_scalar(reader.bytes(Self::SCALAR_LEN, field)?, field)
    }

    /// Reads `count` encoded scalars that fill the rest of `bytes` exactly.
    fn decode_scalars(
        bytes: &[u8],
        count: usize,
        field: &'static str,
    ) -> Result<Vec<Self::Scalar>, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut out = Vec::with_capacity(count.min(bytes.len() / Self::SCALAR_LEN));
        for _ in 0..count {
            out.push(Self::read_scalar(&mut reader, field)?);
        }
        reader.finish()?;
        Ok(out)
    }

    /// The concatenated encodings of `scalars`: little-endian. They may be secret, so nothing else on the heap holds them.
    fn encode_scalars(scalars: &[Self::Scalar]) -> Vec<u8> {
        let mut out = vec![0; scalars.len() * Self::SCALAR_LEN];
        for (to, scalar) in out.chunks_exact_mut(Self::SCALAR_LEN).zip(scalars) {
            let limbs = scalar.into_bigint();
            for (to, limb) in to.chunks_exact_mut(8).zip(limbs.as_ref()) {
                to.copy_from_slice(&limb.to_le_bytes());
            }
        }
        out
    }
}
