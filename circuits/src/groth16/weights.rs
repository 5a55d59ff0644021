//! Weights under which many equations are checked as one (`specs/set-up.md` 5.6).

use std::fmt;

use ark_ff::PrimeField;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

use crate::group::bls12381::Fr;
use crate::hash::Digest;

/// Bytes of a weight: a wrong element passes with a probability of `2^-128` for each hash that is tried.
const WEIGHT_LEN: usize = 16;

/// A stream of weights, of which none is given twice.
pub struct Weights(ChaCha20Rng);

impl Weights {
    /// The stream under a digest of everything that is weighted. *Why a digest of it:* under weights that are known before,
    /// two wrong elements cancel each other out.
    pub fn new(key: Digest) -> Self {
        Self(ChaCha20Rng::from_seed(key))
    }

    /// The next weights.
    pub(super) fn take(&mut self, count: usize) -> Vec<Fr> {
        let weight = |_| {
            let mut bytes = [0; WEIGHT_LEN];
            self.0.fill_bytes(&mut bytes);
            Fr::from_le_bytes_mod_order(&bytes)
        };
        (0..count).map(weight).collect()
    }
}

impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Weights")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first block of RFC 8439, A.1, test vector 1: key, nonce and counter are zeros.
    #[test]
    fn weights_are_the_stream_of_rfc_8439() {
        let block: [u8; 32] = [
            0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86,
            0xbd, 0x28, 0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc,
            0x8b, 0x77, 0x0d, 0xc7,
        ];
        let mut weights = Weights::new([0; 32]);
        let expected = block.chunks(16).map(Fr::from_le_bytes_mod_order);
        assert_eq!(weights.take(2), expected.collect::<Vec<_>>());
        // They go on where they stopped.
        let mut again = Weights::new([0; 32]);
        assert_eq!(again.take(5)[2..], weights.take(3));
    }
}
