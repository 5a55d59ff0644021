//! The field of exponents of ristretto255, and its canonical bytes.

use ark_ff::{BigInt, PrimeField};

use crate::codec::DecodeError;
use crate::group::limbs::sbb;

/// Bytes of an encoded scalar.
pub(super) const SCALAR_LEN: usize = 32;

/// The field of exponents, `l = 2^252 + 27742317777372353535851937790883648493`.
pub type Fr = ark_curve25519::Fr;

/// The limbs of up to 32 little-endian bytes.
pub(super) fn limbs_of(bytes: &[u8]) -> [u64; 4] {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(chunk);
        *limb = u64::from_le_bytes(bytes);
    }
    limbs
}

/// The limbs of 32 little-endian bytes, if they are below the order. Constant time but for the answer.
pub(super) fn canonical_limbs(bytes: &[u8], field: &'static str) -> Result<[u64; 4], DecodeError> {
    let limbs = limbs_of(bytes);
    let mut borrow = 0;
    for (limb, order) in limbs.into_iter().zip(Fr::MODULUS.0) {
        (_, borrow) = sbb(limb, order, borrow);
    }
    if bytes.len() != SCALAR_LEN || borrow == 0 {
        return Err(DecodeError::Scalar { field });
    }
    Ok(limbs)
}

/// The scalar that 32 little-endian bytes below the order stand for: one multiplication, where
/// arkworks' way for any bytes takes ten times as long.
pub(super) fn from_reduced(bytes: &[u8; 32]) -> Fr {
    Fr::new(BigInt::new(limbs_of(bytes)))
}
