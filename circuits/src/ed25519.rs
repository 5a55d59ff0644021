//! Keys and signatures of Ed25519, many at a time: what an audit of many short messages spends much of its time on. There is nothing to
//! sign with. Whoever verifies with it keeps a library for signatures, whose answers these are.

#[cfg(target_arch = "x86_64")]
use archmage::{SimdToken, X64V4xToken};

use crate::codec::DecodeError;
#[cfg(target_arch = "x86_64")]
use crate::group::edwards;
use crate::group::ristretto::Ristretto;
use crate::group::Group;

pub use crate::group::edwards::Equation;

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
/// neither is of small order. Each is computed by itself, and no two are added up. `None` on a processor without
/// AVX-512 and IFMA: there this would not be faster than one after the other. Cost: about a fifth of what
/// `ed25519-dalek` takes for as many. In parallel.
pub fn hold(equations: &[Equation]) -> Option<Vec<bool>> {
    #[cfg(target_arch = "x86_64")]
    let done = X64V4xToken::summon().map(|token| edwards::hold(token, equations));
    #[cfg(not(target_arch = "x86_64"))]
    let done = {
        let _ = equations;
        None
    };
    done
}

/// For each string, whether it encodes a point that is not of small order (RFC 8032, 5.1.3; `y` need not be reduced). `None` on a
/// processor without AVX-512 and IFMA. In parallel.
pub fn are_keys(encoded: &[[u8; 32]]) -> Option<Vec<bool>> {
    #[cfg(target_arch = "x86_64")]
    let done = X64V4xToken::summon().map(|token| edwards::are_keys(token, encoded));
    #[cfg(not(target_arch = "x86_64"))]
    let done = {
        let _ = encoded;
        None
    };
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::{to_dalek, KeyScalar};

    #[test]
    fn a_response_has_one_encoding() {
        let mut signature = [0; 64];
        let below = (-KeyScalar::ONE).to_bytes();
        signature[32..].copy_from_slice(&below);
        let equation = Equation::new([1; 32], &signature, &[0xff; 64]).unwrap();
        assert_eq!(to_dalek(&equation.response), -KeyScalar::ONE);
        let hash = KeyScalar::from_bytes_mod_order_wide(&[0xff; 64]);
        assert_eq!(to_dalek(&equation.challenge), hash);
        signature[32] += 1;
        assert!(Equation::new([1; 32], &signature, &[0xff; 64]).is_err());
    }
}
