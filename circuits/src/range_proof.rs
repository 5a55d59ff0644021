//! Aggregated range proofs of the `bulletproofs` crate (Bünz, Bootle, Boneh, Poelstra, Wuille,
//! Maxwell: Bulletproofs, IEEE S&P 2018, 4.1 to 4.4), with canonical bytes and verdicts that are the
//! same for everybody.

use std::fmt;

use ::bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::codec::{DecodeError, Reader};
use crate::group::ristretto::{KeyPoint, KeyScalar, Ristretto};
use crate::group::Group;
use crate::transcript::Transcript;

/// Most values of one range proof (`specs/proofs.md` 6.8 says why 64).
pub(crate) const MAX_VALUES: usize = 64;

/// The generators of range proofs over commitments `value base + blinding H`.
pub(crate) struct RangeProofs {
    pub(crate) pedersen: PedersenGens,
    pub(crate) generators: BulletproofGens,
}

/// Bytes of a range proof of `rounds` rounds, `log2` of bits times values: four elements, two for
/// each round, and five scalars.
pub(crate) fn encoded_len(rounds: usize) -> usize {
    (4 + 2 * rounds) * Ristretto::POINT_LEN + 5 * Ristretto::SCALAR_LEN
}

impl RangeProofs {
    /// For proofs of up to `bits` bits and `values` values. Cost: two hashes to the group for each
    /// bit of each value.
    pub(crate) fn new(base: KeyPoint, blinding: KeyPoint, bits: usize, values: usize) -> Self {
        Self {
            pedersen: PedersenGens {
                B: base,
                B_blinding: blinding,
            },
            generators: BulletproofGens::new(bits, values),
        }
    }

    /// Proves that values lie in `0..2^bits`; their number is a power of two.
    pub(crate) fn prove(
        &self,
        transcript: &mut Transcript,
        values: &[u64],
        blindings: &[KeyScalar],
        bits: usize,
        seed: [u8; 32],
    ) -> RangeProof {
        RangeProof::prove_multiple_with_rng(
            &self.generators,
            &self.pedersen,
            transcript,
            values,
            blindings,
            bits,
            &mut ChaCha20Rng::from_seed(seed),
        )
        .map(|(proof, _)| proof)
        .expect("the sizes are ones that the crate takes, and no challenge is zero")
    }

    /// Whether a proof holds for these commitments. The crate joins its two equations under a
    /// random weight. Here the weight is hashed from everything that is checked, so it is the same
    /// for everybody, and no prover knows it beforehand. `digest` is a hash of all that the client
    /// sent.
    pub(crate) fn holds(
        &self,
        transcript: &mut Transcript,
        commitments: &[KeyPoint],
        bits: usize,
        proof: &RangeProof,
        digest: &[u8; 32],
    ) -> bool {
        let encoded: Vec<_> = commitments.iter().map(|value| value.compress()).collect();
        let mut seed = [0; 32];
        let mut weight = transcript.clone();
        weight.append_message(b"proof", digest);
        weight.challenge_bytes(b"weight", &mut seed);
        let rng = &mut ChaCha20Rng::from_seed(seed);
        let (generators, pedersen) = (&self.generators, &self.pedersen);
        proof
            .verify_multiple_with_rng(generators, pedersen, transcript, &encoded, bits, rng)
            .is_ok()
    }
}

impl fmt::Debug for RangeProofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeProofs").finish_non_exhaustive()
    }
}

/// Parses a range proof of `rounds` rounds that fills `bytes` (`specs/proofs.md` 6.5). The crate
/// leaves points unread until it verifies, so they are read here.
pub(crate) fn decode(bytes: &[u8], rounds: usize) -> Result<RangeProof, DecodeError> {
    const POINT: &str = "point of a range proof";
    const SCALAR: &str = "scalar of a range proof";
    let mut reader = Reader::new(bytes);
    for _ in 0..4 {
        Ristretto::read_point(&mut reader, POINT)?;
    }
    for _ in 0..3 {
        Ristretto::read_scalar(&mut reader, SCALAR)?;
    }
    for _ in 0..2 * rounds {
        Ristretto::read_point(&mut reader, POINT)?;
    }
    for _ in 0..2 {
        Ristretto::read_scalar(&mut reader, SCALAR)?;
    }
    reader.finish()?;
    RangeProof::from_bytes(bytes).map_err(|_| DecodeError::Value {
        field: "range proof",
    })
}
