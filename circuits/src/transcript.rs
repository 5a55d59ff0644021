//! Fiat-Shamir transcripts: the one vocabulary of all proofs (`specs/proofs.md` 4).

pub use merlin::Transcript;

use crate::group::Group;

/// What proofs say to a [`Transcript`] (merlin 1.0, STROBE-128).
pub trait TranscriptExt {
    /// Absorbs a big-endian integer.
    fn absorb_u64(&mut self, label: &'static [u8], value: u64);
    /// Absorbs an encoded group element.
    fn absorb_point<G: Group>(&mut self, label: &'static [u8], point: &G::Point);
    /// Absorbs an encoded scalar.
    fn absorb_scalar<G: Group>(&mut self, label: &'static [u8], scalar: &G::Scalar);
    /// Squeezes a scalar, reduced from 64 bytes.
    fn challenge_scalar<G: Group>(&mut self, label: &'static [u8]) -> G::Scalar;
    /// Squeezes `count` scalars under one label.
    fn challenge_scalars<G: Group>(
        &mut self,
        label: &'static [u8],
        count: usize,
    ) -> Vec<G::Scalar> {
        (0..count)
            .map(|_| self.challenge_scalar::<G>(label))
            .collect()
    }
}

impl TranscriptExt for Transcript {
    fn absorb_u64(&mut self, label: &'static [u8], value: u64) {
        self.append_message(label, &value.to_be_bytes());
    }

    fn absorb_point<G: Group>(&mut self, label: &'static [u8], point: &G::Point) {
        self.append_message(label, &G::encode_point(point));
    }

    fn absorb_scalar<G: Group>(&mut self, label: &'static [u8], scalar: &G::Scalar) {
        self.append_message(label, &G::encode_scalar(scalar));
    }

    fn challenge_scalar<G: Group>(&mut self, label: &'static [u8]) -> G::Scalar {
        let mut bytes = [0; 64];
        self.challenge_bytes(label, &mut bytes);
        G::from_uniform_bytes(&bytes)
    }
}
