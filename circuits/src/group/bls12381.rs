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
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroizing;

use super::Group;
use crate::codec::DecodeError;

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

/// `sum scalars[i] * points[i]` over the points of tables, in constant time. Cost: a quarter of a multiplication each, and
/// one inversion.
pub(crate) fn multiply_all(tables: &[Table], scalars: &[Fr]) -> G1Projective {
    let products = tables.par_iter().zip(scalars);
    let products = products.map(|(table, scalar)| table.multiply(scalar));
    let sum = products.reduce(bls12_381::G1Projective::identity, |a, b| a + b);
    from_constant_time(&sum)
}

/// Whether two numbers below 16 are equal, without a branch.
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

fn from_constant_time(point: &bls12_381::G1Projective) -> G1Projective {
    let affine = bls12_381::G1Affine::from(point);
    if bool::from(affine.is_identity()) {
        return G1Projective::zero();
    }
    let bytes = affine.to_uncompressed();
    let coordinate = |bytes: &[u8]| Fq::from_be_bytes_mod_order(bytes);
    let (x, y) = bytes.split_at(48);
    G1Affine::new_unchecked(coordinate(x), coordinate(y)).into()
}

/// The canonical encoding of an element of `G2`, [`G2_LEN`] bytes.
pub fn encode_g2(point: &G2Affine) -> Vec<u8> {
    compressed(point)
}

/// The element of `G2` that `bytes` canonically encodes. Refused: the identity, and a point outside the subgroup.
pub fn decode_g2(bytes: &[u8], field: &'static str) -> Result<G2Affine, DecodeError> {
    decompressed(bytes, G2_LEN, field)
}

fn compressed<P: CanonicalSerialize>(point: &P) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(point.compressed_size());
    let written = point.serialize_compressed(&mut bytes);
    debug_assert!(written.is_ok(), "a vector takes all bytes");
    bytes
}

fn decompressed<P: AffineRepr>(
    bytes: &[u8],
    len: usize,
    field: &'static str,
) -> Result<P, DecodeError> {
    let exact = Some(bytes).filter(|bytes| bytes.len() == len);
    // It refuses a point outside the subgroup, and bytes that it would not write.
    let point = exact.and_then(|bytes| P::deserialize_compressed(bytes).ok());
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
        let products = scalars
            .iter()
            .zip(points)
            .map(|(scalar, point)| Table::new(point).multiply(scalar));
        from_constant_time(&products.sum())
    }

    fn msm(scalars: &[Fr], points: &[G1Projective]) -> G1Projective {
        let len = scalars.len().min(points.len());
        let bases = G1Projective::normalize_batch(&points[..len]);
        G1Projective::msm_unchecked(&bases, &scalars[..len])
    }

    fn table(point: &G1Projective) -> Table {
        Table::new(point)
    }

    fn multiply(table: &Table, scalar: &Fr) -> G1Projective {
        from_constant_time(&table.multiply(scalar))
    }

    fn encode_point(point: &G1Projective) -> Vec<u8> {
        compressed(&point.into_affine())
    }

    fn decode_point(bytes: &[u8], field: &'static str) -> Result<G1Projective, DecodeError> {
        decompressed::<G1Affine>(bytes, Self::POINT_LEN, field).map(Into::into)
    }

    fn encode_scalar(scalar: &Fr) -> Vec<u8> {
        scalar.into_bigint().to_bytes_le()
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
