//! The equation that a signature of Ed25519 keeps (RFC 8032, section 5.1.7).

#[cfg(target_arch = "x86_64")]
use archmage::{SimdToken, X64V4xToken};

#[cfg(target_arch = "x86_64")]
use super::lanes;
use crate::codec::DecodeError;
use crate::group::ristretto::{Fr, Ristretto};
use crate::group::Group;

/// A signature, as its equation has it: `R = s B - h A`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Equation {
    /// The encoding of `A`.
    pub(super) key: [u8; 32],
    /// The encoding of `R`.
    pub(super) commitment: [u8; 32],
    /// `s`.
    pub(super) response: Fr,
    /// `h`.
    pub(super) challenge: Fr,
}

impl Equation {
    /// Of the encoding `A` of a key, the signature `R || S`, and the hash SHA-512 of `R`, `A` and the message. Errors: `S` is not below
    /// the order of the base.
    pub fn new(key: [u8; 32], signature: &[u8; 64], hash: &[u8; 64]) -> Result<Self, DecodeError> {
        let (first, second) = signature.split_at(32);
        let mut commitment = [0; 32];
        commitment.copy_from_slice(first);
        Ok(Self {
            key,
            commitment,
            response: Ristretto::decode_scalar(second, "signature")?,
            challenge: Ristretto::from_uniform_bytes(hash),
        })
    }
}

/// For each equation, whether it holds in the strict sense: `R` is the canonical encoding of `s B - h A`, `A` decodes, and
/// neither is of small order. Each is computed by itself, and no two are added up. Nothing where the processor has not the
/// instructions with which this is faster than one after the other (AVX-512 with IFMA). Cost: about a fifth of what
/// `ed25519-dalek` takes for as many. In parallel.
pub fn hold(equations: &[Equation]) -> Option<Vec<bool>> {
    #[cfg(target_arch = "x86_64")]
    let done = X64V4xToken::summon().map(|token| lanes::hold(token, equations));
    #[cfg(not(target_arch = "x86_64"))]
    let done = Some(equations).and(None);
    done
}

/// For each string, whether it encodes a point that is not of small order (RFC 8032, 5.1.3; `y` need not be reduced). Nothing where the
/// processor has not the instructions with which this is faster than one after the other. In parallel.
pub fn are_keys(encoded: &[[u8; 32]]) -> Option<Vec<bool>> {
    #[cfg(target_arch = "x86_64")]
    let done = X64V4xToken::summon().map(|token| lanes::are_keys(token, encoded));
    #[cfg(not(target_arch = "x86_64"))]
    let done = Some(encoded).and(None);
    done
}
