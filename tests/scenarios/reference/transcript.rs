//! Transcripts (`specs/proofs.md` 4.1).

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

pub(crate) struct Transcript(merlin::Transcript);

impl Transcript {
    pub(crate) fn open(label: &'static str) -> Self {
        Self(merlin::Transcript::new(label.as_bytes()))
    }

    pub(crate) fn bytes(&mut self, label: &'static str, bytes: &[u8]) -> &mut Self {
        self.0.append_message(label.as_bytes(), bytes);
        self
    }

    pub(crate) fn integer(&mut self, label: &'static str, value: impl Into<u64>) -> &mut Self {
        self.bytes(label, &value.into().to_be_bytes())
    }

    pub(crate) fn element(&mut self, label: &'static str, point: &RistrettoPoint) -> &mut Self {
        self.bytes(label, point.compress().as_bytes())
    }

    pub(crate) fn challenge(&mut self, label: &'static str) -> Scalar {
        let mut bytes = [0; 64];
        self.0.challenge_bytes(label.as_bytes(), &mut bytes);
        Scalar::from_bytes_mod_order_wide(&bytes)
    }
}
