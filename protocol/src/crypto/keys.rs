//! Operations on secrets and points that the rest of the crate does not call directly: challenges, announcements and
//! weights.

use merlin::Transcript;
use veragg_circuits::group::ristretto::{KeyPoint, KeyScalar};

/// The challenge scalar `challenge` of a transcript (`specs/proofs.md` 4.1).
pub(super) fn challenge(mut transcript: Transcript) -> KeyScalar {
    let mut bytes = [0; 64];
    transcript.challenge_bytes(b"challenge", &mut bytes);
    KeyScalar::from_bytes_mod_order_wide(&bytes)
}

/// `z G - c P`, the announcement that a response `z` to a challenge `c` fits. Not constant time: everything
/// here is public.
pub(super) fn announcement(
    key: &KeyPoint,
    challenge: &KeyScalar,
    response: &KeyScalar,
) -> KeyPoint {
    KeyPoint::vartime_double_scalar_mul_basepoint(&-challenge, key, response)
}

/// The next weight of a batch, of 128 bits, little-endian.
pub(crate) fn short_weight(transcript: &mut Transcript) -> u128 {
    let mut bytes = [0; 16];
    transcript.challenge_bytes(b"weight", &mut bytes);
    u128::from_le_bytes(bytes)
}
