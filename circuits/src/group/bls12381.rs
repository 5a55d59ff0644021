//! `G1` of BLS12-381 (`specs/proofs.md` 8.1): the only module that names `bls12_381`, whose arithmetic is in constant
//! time. Public points are multiplied by arkworks, which is faster.

use std::fmt;

use ark_bls12_381::{g1, Fq};
use ark_ec::hashing::curve_maps::wb::WBMap;
use ark_ec::hashing::map_to_curve_hasher::MapToCurveBasedHasher;
use ark_ec::hashing::HashToCurve;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::field_hashers::DefaultFieldHasher;
use ark_ff::{BigInteger, PrimeField, Zero};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroizing;

use super::Group;
use crate::apart::apart;
use crate::codec::DecodeError;

mod public;

pub(crate) use public::{public_sum, OddMultiples};

pub use ark_bls12_381::{Bls12_381 as Pairing, Fr, G1Affine, G1Projective, G2Affine, G2Projective};

/// `G1` of BLS12-381, of prime order `r`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bls12381;

/// Bytes of an encoded element of `G2`.
pub const G2_LEN: usize = 96;

/// A scalar is cut into digits of so many bits, and a table holds the multiples by all values of each digit.
const DIGIT: usize = 4;
/// Digits of a scalar of 255 bits.
const DIGITS: usize = 64;

/// Multiples of an element: for each digit the multiples by 0 to 15 and the digit's weight. 150 KiB.
#[derive(Clone)]
pub struct Table(Vec<[bls12_381::G1Projective; 1 << DIGIT]>);

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}

impl Table {
    /// Cost: about four multiplications.
    fn new(point: &G1Projective) -> Self {
        let mut base = to_constant_time(point);
        let mut rows = Vec::with_capacity(DIGITS);
        for _ in 0..DIGITS {
            let mut row = [bls12_381::G1Projective::identity(); 1 << DIGIT];
            for multiple in 1..row.len() {
                row[multiple] = row[multiple - 1] + base;
            }
            base += row[row.len() - 1];
            rows.push(row);
        }
        Self(rows)
    }

    /// `scalar` times the element: looks at every entry of every row, whatever the scalar is.
    fn multiply(&self, scalar: &Fr) -> bls12_381::G1Projective {
        let bytes = Zeroizing::new(scalar.into_bigint().to_bytes_le());
        let mut sum = bls12_381::G1Projective::identity();
        for (digit, row) in self.0.iter().enumerate() {
            let byte = bytes[digit / 2];
            let value = byte >> (4 * (digit % 2)) & 0xf;
            let mut entry = row[0];
            for (multiple, candidate) in row.iter().enumerate() {
                let is_it = equal(multiple as u8, value);
                entry.conditional_assign(candidate, is_it);
            }
            sum += entry;
        }
        sum
    }
}

/// Bits of a signed digit: it is from `-2^(WINDOW - 1)` to `2^(WINDOW - 1) - 1`.
const WINDOW: usize = 5;
/// Signed digits of a scalar of 255 bits; the last takes the carry.
const PLACES: usize = 52;

/// The multiples of an element by 1 to 16. 1.7 KB: the sum of many multiples shares its doublings, so that a table of all
/// digits, as [`Table`] is, would save little and not stay in the cache.
#[derive(Clone)]
pub(crate) struct Multiples([bls12_381::G1Affine; 1 << (WINDOW - 1)]);

impl fmt::Debug for Multiples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Multiples")
    }
}

impl Multiples {
    /// Cost: a fifth of a multiplication.
    pub(crate) fn new(point: &G1Projective) -> Self {
        let base = to_constant_time(point);
        let mut sum = base;
        let mut multiples = [base; 1 << (WINDOW - 1)];
        for multiple in &mut multiples[1..] {
            sum += base;
            *multiple = sum;
        }
        let mut affine = [bls12_381::G1Affine::identity(); 1 << (WINDOW - 1)];
        bls12_381::G1Projective::batch_normalize(&multiples, &mut affine);
        Self(affine)
    }

    /// The multiple by a digit: looks at every entry, whatever the digit is.
    fn times(&self, digit: i8) -> bls12_381::G1Affine {
        // All ones below zero.
        let sign = digit >> 7;
        let value = ((digit ^ sign) - sign) as u8;
        let mut entry = bls12_381::G1Affine::identity();
        for (candidate, multiple) in self.0.iter().zip(1..) {
            entry.conditional_assign(candidate, equal(multiple, value));
        }
        let negative = -entry;
        entry.conditional_assign(&negative, Choice::from(sign as u8 & 1));
        entry
    }
}

/// The signed digits of a scalar, from the lowest up, without a branch.
fn signed_digits(scalar: &Fr) -> Zeroizing<[i8; PLACES]> {
    let scalar = Zeroizing::new(scalar.into_bigint().to_bytes_le());
    // The last digit looks at one byte more.
    let mut bytes = Zeroizing::new([0; 33]);
    bytes[..scalar.len()].copy_from_slice(&scalar);
    let mut digits = Zeroizing::new([0; PLACES]);
    let mut carry = 0;
    for (place, digit) in digits.iter_mut().enumerate() {
        let (byte, bit) = (place * WINDOW / 8, place * WINDOW % 8);
        let two = u16::from_le_bytes([bytes[byte], bytes[byte + 1]]);
        let value = (two >> bit) as i8 & ((1 << WINDOW) - 1);
        let value = value + carry;
        carry = (value + (1 << (WINDOW - 1))) >> WINDOW;
        *digit = value - (carry << WINDOW);
    }
    digits
}

/// `sum scalars[i] * points[i]` over as many points as scalars, in constant time.
fn sum_of_multiples(points: &[Multiples], scalars: &[Fr]) -> bls12_381::G1Projective {
    let digits: Vec<_> = scalars.iter().map(signed_digits).collect();
    let mut sum = bls12_381::G1Projective::identity();
    for place in (0..PLACES).rev() {
        for _ in 0..WINDOW {
            sum = sum.double();
        }
        for (multiples, digits) in points.iter().zip(&digits) {
            sum += multiples.times(digits[place]);
        }
    }
    sum
}

/// Several sums of multiples of points, in constant time. Cost of each: a multiplication, and a fifth of one for each point;
/// and one inversion for all.
pub(crate) fn sums_of_multiples(sums: &[(&[Multiples], &[Fr])]) -> Vec<G1Affine> {
    let sums = sums.par_iter();
    let sums = sums.map(|(points, scalars)| sum_of_multiples(points, scalars));
    let sums: Vec<_> = sums.collect();
    let mut affine = vec![bls12_381::G1Affine::identity(); sums.len()];
    bls12_381::G1Projective::batch_normalize(&sums, &mut affine);
    affine.iter().map(from_constant_time).collect()
}

/// Whether two numbers below 128 are equal, without a branch.
fn equal(a: u8, b: u8) -> Choice {
    let differ = a ^ b;
    Choice::from((differ.wrapping_sub(1) >> 7) & 1)
}

fn to_constant_time(point: &G1Projective) -> bls12_381::G1Projective {
    let point = point.into_affine();
    let mut bytes = [0; 96];
    match point.xy() {
        None => bytes[0] = 0x40,
        Some((x, y)) => {
            bytes[..48].copy_from_slice(&x.into_bigint().to_bytes_be());
            bytes[48..].copy_from_slice(&y.into_bigint().to_bytes_be());
        }
    }
    // The point is on the curve, since arkworks has it.
    let point = bls12_381::G1Affine::from_uncompressed_unchecked(&bytes);
    point.unwrap_or(bls12_381::G1Affine::identity()).into()
}

fn from_constant_time(point: &bls12_381::G1Affine) -> G1Affine {
    if bool::from(point.is_identity()) {
        return G1Affine::identity();
    }
    let bytes = point.to_uncompressed();
    let coordinate = |bytes: &[u8]| Fq::from_be_bytes_mod_order(bytes);
    let (x, y) = bytes.split_at(48);
    G1Affine::new_unchecked(coordinate(x), coordinate(y))
}

/// The canonical encoding of an element of `G2`, [`G2_LEN`] bytes.
pub fn encode_g2(point: &G2Affine) -> Vec<u8> {
    compressed(point)
}

/// The element of `G2` that `bytes` canonically encodes. Refused: the identity, and a point outside the subgroup.
pub fn decode_g2(bytes: &[u8], field: &'static str) -> Result<G2Affine, DecodeError> {
    decompressed(bytes, G2_LEN, field)
}

/// `hash_to_field` of RFC 9380, 5.2, to one scalar: `expand_message_xmd` with SHA-256, `L = 48`. The tag has at most 255
/// bytes. *Why not that of arkworks:* it pads with `L` zeros in place of a block of the hash, which is the same for
/// coordinates of this curve but not for scalars.
pub fn hash_to_scalar(tag: &[u8], message: &[u8]) -> Fr {
    Fr::from_be_bytes_mod_order(&expand_48(tag, message))
}

/// `expand_message_xmd` of RFC 9380, 5.3.1, with SHA-256, to 48 bytes.
fn expand_48(tag: &[u8], message: &[u8]) -> [u8; 48] {
    debug_assert!(tag.len() < 256);
    let with_tag = |hash: Sha256| -> [u8; 32] {
        let hash = hash.chain_update(tag).chain_update([tag.len() as u8]);
        hash.finalize().into()
    };
    let padded = Sha256::new().chain_update([0; 64]).chain_update(message);
    let zeroth = with_tag(padded.chain_update([0, 48, 0]));
    let first = with_tag(Sha256::new().chain_update(zeroth).chain_update([1]));
    let both: [u8; 32] = std::array::from_fn(|at| zeroth[at] ^ first[at]);
    let second = with_tag(Sha256::new().chain_update(both).chain_update([2]));
    let mut out = [0; 48];
    out[..32].copy_from_slice(&first);
    out[32..].copy_from_slice(&second[..16]);
    out
}

/// The canonical encoding, compressed.
pub(crate) fn compressed<P: CanonicalSerialize>(point: &P) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(point.compressed_size());
    let written = point.serialize_compressed(&mut bytes);
    debug_assert!(written.is_ok(), "a vector takes all bytes");
    bytes
}

/// The element that `bytes` encode in `len` bytes. Refused: the identity, and a point outside the subgroup.
pub(crate) fn decompressed<P: AffineRepr>(
    bytes: &[u8],
    len: usize,
    field: &'static str,
) -> Result<P, DecodeError> {
    let point: P = decompressed_or_identity(bytes, len, field)?;
    if point.is_zero() {
        return Err(DecodeError::Identity { field });
    }
    Ok(point)
}

/// As [`decompressed`], but the identity is taken too.
pub(crate) fn decompressed_or_identity<P: AffineRepr>(
    bytes: &[u8],
    len: usize,
    field: &'static str,
) -> Result<P, DecodeError> {
    let exact = Some(bytes).filter(|bytes| bytes.len() == len);
    // It refuses a point outside the subgroup, and bytes that it would not write.
    let point = exact.and_then(|bytes| P::deserialize_compressed(bytes).ok());
    point.ok_or(DecodeError::Point { field })
}

/// The point of the curve that `bytes` canonically encodes, which may lie outside the subgroup. The identity is refused.
pub(crate) fn on_curve(bytes: &[u8], field: &'static str) -> Result<G1Affine, DecodeError> {
    let exact = Some(bytes).filter(|bytes| bytes.len() == Bls12381::POINT_LEN);
    let point = exact.and_then(|bytes| G1Affine::deserialize_compressed_unchecked(bytes).ok());
    let point = point.ok_or(DecodeError::Point { field })?;
    if point.is_zero() {
        return Err(DecodeError::Identity { field });
    }
    Ok(point)
}

impl Group for Bls12381 {
    type Scalar = Fr;
    type Point = G1Projective;
    type Table = Table;
    type Term = Self::Point;

    const POINT_LEN: usize = 48;
    const SCALAR_LEN: usize = 32;
    const MASK_LEN: usize = 48;

    fn identity() -> G1Projective {
        G1Projective::zero()
    }

    fn hash_to_point(domain: &[u8], index: u64) -> G1Projective {
        type Hasher =
            MapToCurveBasedHasher<G1Projective, DefaultFieldHasher<Sha256, 128>, WBMap<g1::Config>>;
        let hasher = Hasher::new(domain).expect("the parameters of the curve are right");
        let hashed = hasher.hash(&index.to_be_bytes());
        hashed.expect("every message is hashed to a point").into()
    }

    fn msm_constant_time(scalars: &[Fr], points: &[G1Projective]) -> G1Projective {
        let points: Vec<_> = points.iter().map(Multiples::new).collect();
        let sum = sum_of_multiples(&points, scalars);
        from_constant_time(&sum.into()).into()
    }

    fn encoded_sums_of_rows(rows: &[&[Fr]], points: &[G1Projective]) -> Vec<u8> {
        let multiples: Vec<_> = points.par_iter().map(Multiples::new).collect();
        let encoded = rows.par_iter().map(|row| {
            let sum = sum_of_multiples(&multiples, row);
            Self::encode_point(&from_constant_time(&sum.into()).into())
        });
        encoded.collect::<Vec<_>>().concat()
    }

    fn msm(scalars: &[Fr], points: &[G1Projective]) -> G1Projective {
        let len = scalars.len().min(points.len());
        let bases = G1Projective::normalize_batch(&points[..len]);
        apart(|| G1Projective::msm_unchecked(&bases, &scalars[..len]))
    }

    fn table(point: &G1Projective) -> Table {
        Table::new(point)
    }

    fn multiply(table: &Table, scalar: &Fr) -> G1Projective {
        from_constant_time(&table.multiply(scalar).into()).into()
    }

    fn encode_point(point: &G1Projective) -> Vec<u8> {
        compressed(&point.into_affine())
    }

    fn decode_point(bytes: &[u8], field: &'static str) -> Result<G1Projective, DecodeError> {
        decompressed::<G1Affine>(bytes, Self::POINT_LEN, field).map(Into::into)
    }

    fn decode_terms(bytes: &[u8]) -> Vec<Option<Self::Point>> {
        let encoded = bytes.par_chunks_exact(Self::POINT_LEN);
        encoded
            .map(|bytes| Self::decode_point(bytes, "term").ok())
            .collect()
    }

    fn sum_of_terms(scalars: &[Fr], terms: &[Self::Point]) -> Self::Point {
        Self::msm(scalars, terms)
    }

    fn sums_by_place(rows: &[&[Self::Point]]) -> Vec<Self::Point> {
        let places = rows.first().map_or(0, |row| row.len());
        let sum = |place: usize| rows.iter().map(|row| row[place]).sum();
        (0..places).map(sum).collect()
    }

    fn decode_scalar(bytes: &[u8], field: &'static str) -> Result<Fr, DecodeError> {
        let exact = Some(bytes).filter(|bytes| bytes.len() == Self::SCALAR_LEN);
        let scalar = exact.and_then(|bytes| Fr::deserialize_compressed(bytes).ok());
        scalar.ok_or(DecodeError::Scalar { field })
    }

    fn from_uniform_bytes(bytes: &[u8; 64]) -> Fr {
        Fr::from_le_bytes_mod_order(bytes)
    }

    fn mask(bytes: &[u8]) -> Fr {
        Fr::from_le_bytes_mod_order(bytes)
    }
}

#[cfg(test)]
mod tests;
