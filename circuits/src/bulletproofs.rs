//! The suite `ristretto255-bulletproofs`: one Pedersen commitment a coordinate, and aggregated
//! range proofs over them (`specs/proofs.md` 6).
//!
//! The range proofs are those of the `bulletproofs` crate (Bünz, Bootle, Boneh, Poelstra, Wuille,
//! Maxwell: Bulletproofs, IEEE S&P 2018, sections 4.1 to 4.4), used as they are: logarithmic in
//! size, without a set-up, with a prover that multiplies a point for every bit. The suite is for
//! short vectors. It proves ranges of any bound, and neither norms nor sums.

mod plan;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Add;

use ::bulletproofs::RangeProof;
use ark_ff::Zero;
use rand_core::{CryptoRngCore, RngCore};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::codec::{DecodeError, Reader};
use crate::commitment::CommitKey;
use crate::group::ristretto::{from_dalek, Fr, KeyPoint, KeyScalar, Ristretto};
use crate::group::Group;
use crate::hedged::Hedge;
use crate::packing::Layout;
use crate::proof_system::{Binding, ProofPart, ProofSystem, Proven, Sizes, Suite, Unsupported};
use crate::range_proof::{self, RangeProofs};
use crate::statement::{InputError, Statement};
use crate::transcript::{Transcript, TranscriptExt};

use plan::{chunks, Chunk};

/// Longest vector of the suite, in coordinates: half a minute of proving on one core with 16-bit
/// values, and minutes with longer ones.
pub const MAX_LEN: usize = 1 << 14;

/// Proofs that are verified side by side.
const BATCH: usize = 64;
/// The only number of columns: a row is one packed scalar.
const COLUMNS: usize = 1;

/// The suite for one statement and roster size.
///
/// Cost of a value (a coordinate, or two values a coordinate if its bound is not `2^8`, `2^16` or
/// `2^32`): see `specs/proofs.md` 6.8.
pub struct RistrettoBulletproofs {
    statement: Statement,
    clients: u32,
    sizes: Sizes,
    key: CommitKey<Ristretto>,
    ranges: RangeProofs,
    chunks: Vec<Chunk>,
}

impl fmt::Debug for RistrettoBulletproofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RistrettoBulletproofs")
            .field("statement", &self.statement)
            .field("clients", &self.clients)
            .field("range_proofs", &self.chunks.len())
            .finish_non_exhaustive()
    }
}

/// Commitments and range proofs of one client: canonical, not yet verified.
#[derive(Debug, Clone)]
pub struct BulletproofsInput {
    /// The encodings of `V_j`, a commitment to each coordinate. They were found canonical, and are
    /// kept so, since a decoded one takes five times the memory.
    encoded: Vec<u8>,
    /// One range proof a chunk.
    ranges: Vec<RangeProof>,
    /// SHA-256 of the whole encoding.
    digest: [u8; 32],
}

impl BulletproofsInput {
    fn len(&self) -> usize {
        self.encoded.len() / Ristretto::POINT_LEN
    }

    /// `V_j`; the identity where there is none.
    fn commitment(&self, j: usize) -> KeyPoint {
        self.encoded
            .chunks_exact(Ristretto::POINT_LEN)
            .nth(j)
            .and_then(|point| Ristretto::decode_point(point, "commitment").ok())
            .unwrap_or(Ristretto::identity())
    }
}

impl RistrettoBulletproofs {
    /// The transcript with what a proof is about (`specs/proofs.md` 6.4, steps 1 to 5).
    fn opened_transcript(&self, binding: &Binding) -> Transcript {
        let mut transcript = Transcript::new(b"veragg/1 bulletproofs");
        transcript.append_message(b"context", &binding.context);
        transcript.absorb_u64(b"client", u64::from(binding.client));
        transcript.append_message(b"statement", &self.statement.encode());
        transcript.absorb_u64(b"clients", u64::from(self.clients));
        transcript
    }

    /// The transcript up to what all chunks of a client share (`specs/proofs.md` 6.4, steps 1 to
    /// 6). `encoded` are the encodings of all `V_j`.
    fn transcript(&self, binding: &Binding, encoded: &[u8]) -> Transcript {
        let mut transcript = self.opened_transcript(binding);
        transcript.append_message(b"commitments", encoded);
        transcript
    }

    /// `sum_s 2^(w s) item(s D + m)` for each packed scalar `m`: the same combination for
    /// commitments and for their blindings. Cost: at most 252 doublings a packed scalar.
    fn combine<T: Copy + Send + Sync + Add<Output = T>>(
        &self,
        item: impl Fn(usize) -> T + Sync,
        zero: T,
    ) -> Vec<T> {
        let mut out = vec![zero; self.sizes.layout.scalars()];
        for segment in self.sizes.layout.segments() {
            let sums = &mut out[segment.first_scalar..][..segment.scalars];
            // Horner's rule from the last slot down; the last slot may lack coordinates.
            sums.par_iter_mut().enumerate().for_each(|(m, sum)| {
                let coordinates = (m..segment.len).step_by(segment.scalars);
                for j in coordinates.rev() {
                    for _ in 0..segment.width {
                        *sum = *sum + *sum;
                    }
                    *sum = *sum + item(segment.start + j);
                }
            });
        }
        out
    }

    /// Commits and proves. The vector satisfies the statement.
    fn prove_checked(
        &self,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Proven<Ristretto> {
        let hedge = Hedge::new(&self.opened_transcript(binding), "bulletproofs");
        let rng = &mut hedge.input(&self.statement, x).stream(rng);
        let mut blindings = Zeroizing::new(vec![KeyScalar::ZERO; x.len()]);
        for blinding in blindings.iter_mut() {
            *blinding = KeyScalar::random(rng);
        }
        let mut seeds = Zeroizing::new(vec![[0; 32]; self.chunks.len()]);
        for seed in seeds.iter_mut() {
            rng.fill_bytes(seed);
        }

        let commitments: Vec<_> = x
            .par_iter()
            .zip(blindings.par_iter())
            .map(|(&x, &r)| Ristretto::encode_point(&self.ranges.pedersen.commit(x.into(), r)))
            .collect();
        let mut bytes = commitments.concat();
        let transcript = self.transcript(binding, &bytes);
        let ranges: Vec<_> = self
            .chunks
            .par_iter()
            .zip(seeds.par_iter())
            .map(|(chunk, &seed)| self.prove_chunk(chunk, &transcript, x, &blindings, seed))
            .collect();
        for range in &ranges {
            bytes.extend_from_slice(&range.to_bytes());
        }

        let blindings = Zeroizing::new(blindings.iter().map(from_dalek).collect::<Vec<_>>());
        Proven {
            bytes,
            blindings: self.combine(|j| blindings[j], Fr::zero()),
        }
    }

    fn prove_chunk(
        &self,
        chunk: &Chunk,
        transcript: &Transcript,
        x: &[u64],
        blindings: &[KeyScalar],
        seed: [u8; 32],
    ) -> RangeProof {
        let values =
            Zeroizing::new(chunk.values(&x[chunk.coordinates.clone()], |x| chunk.bound - 1 - x, 0));
        let blindings = Zeroizing::new(chunk.values(
            &blindings[chunk.coordinates.clone()],
            |r| -r,
            KeyScalar::ZERO,
        ));
        let transcript = &mut chunk_transcript(transcript, chunk);
        self.ranges
            .prove(transcript, &values, &blindings, chunk.bits, seed)
    }

    /// Whether all chunks of a client hold (`specs/proofs.md` 6.6).
    fn holds(&self, binding: &Binding, proof: &BulletproofsInput) -> bool {
        // A proof that was parsed for another statement.
        if proof.len() != self.statement.len() || proof.ranges.len() != self.chunks.len() {
            return false;
        }
        let transcript = self.transcript(binding, &proof.encoded);
        self.chunks
            .par_iter()
            .zip(&proof.ranges)
            .all(|(chunk, range)| self.chunk_holds(chunk, &transcript, proof, range))
    }

    fn chunk_holds(
        &self,
        chunk: &Chunk,
        transcript: &Transcript,
        proof: &BulletproofsInput,
        range: &RangeProof,
    ) -> bool {
        let most = KeyScalar::from(chunk.bound - 1) * self.ranges.pedersen.B;
        let coordinates = chunk.coordinates.clone();
        let commitments: Vec<_> = coordinates.map(|j| proof.commitment(j)).collect();
        let values = chunk.values(&commitments, |v| most - v, Ristretto::identity());
        let transcript = &mut chunk_transcript(transcript, chunk);
        self.ranges
            .holds(transcript, &values, chunk.bits, range, &proof.digest)
    }
}

/// The transcript that a chunk's range proof goes on with (`specs/proofs.md` 6.4, step 7).
fn chunk_transcript(client: &Transcript, chunk: &Chunk) -> Transcript {
    let mut transcript = client.clone();
    transcript.absorb_u64(b"segment", chunk.segment as u64);
    transcript.absorb_u64(b"chunk", chunk.index as u64);
    transcript
}

impl ProofSystem for RistrettoBulletproofs {
    type Group = Ristretto;
    type Proof = BulletproofsInput;
    type SetUp = ();

    const SUITE: Suite = Suite::RistrettoBulletproofs;

    /// Cost: `2 N m` hashes to the group for the largest range proof, `N m <= 4096`.
    fn sizes(
        _set_up: &(),
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Sizes, Unsupported> {
        let suite = Self::SUITE.name();
        if columns != COLUMNS {
            return Err(Unsupported::Columns {
                suite,
                want: "1".to_owned(),
                got: columns,
            });
        }
        if statement.len() > MAX_LEN {
            return Err(Unsupported::Length {
                suite,
                max: MAX_LEN,
                got: statement.len(),
            });
        }
        for (segment, claims) in statement.segments().iter().enumerate() {
            let claim = match (claims.norm, claims.sum) {
                (None, None) => continue,
                (Some(_), _) => "a norm",
                (None, Some(_)) => "a sum",
            };
            return Err(Unsupported::Claim {
                suite,
                claim,
                segment,
            });
        }
        let ranges: usize = chunks(statement).iter().map(Chunk::proof_len).sum();
        Ok(Sizes {
            layout: Layout::new::<Ristretto>(statement, clients, columns),
            proof_len: statement.len() * Ristretto::POINT_LEN + ranges,
        })
    }

    fn new(
        set_up: &(),
        statement: &Statement,
        clients: u32,
        columns: usize,
    ) -> Result<Self, Unsupported> {
        let sizes = Self::sizes(set_up, statement, clients, columns)?;
        let key = CommitKey::derive(Self::SUITE.name(), COLUMNS);
        let chunks = chunks(statement);
        let bits = chunks.iter().map(|chunk| chunk.bits).max();
        let parties = chunks.iter().map(Chunk::parties).max();
        Ok(Self {
            statement: statement.clone(),
            clients,
            sizes,
            ranges: RangeProofs::new(
                key.columns()[0],
                key.blinding(),
                bits.unwrap_or(0),
                parties.unwrap_or(0),
            ),
            key,
            chunks,
        })
    }

    fn best_columns(_set_up: &(), _statement: &Statement, _clients: u32) -> usize {
        COLUMNS
    }

    fn layout(&self) -> &Layout {
        &self.sizes.layout
    }

    fn key(&self) -> &CommitKey<Ristretto> {
        &self.key
    }

    fn proof_len(&self) -> usize {
        self.sizes.proof_len
    }

    fn prove(
        &self,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Proven<Ristretto>, InputError> {
        self.statement.check(x)?;
        Ok(self.prove_checked(binding, x, rng))
    }

    fn decode(&self, bytes: &[u8]) -> Result<BulletproofsInput, DecodeError> {
        let mut reader = Reader::new(bytes);
        let body = reader.bytes(self.proof_len(), "input proof")?;
        reader.finish()?;

        let mut reader = Reader::new(body);
        let encoded = reader.bytes(self.statement.len() * Ristretto::POINT_LEN, "commitments")?;
        for point in encoded.chunks_exact(Ristretto::POINT_LEN) {
            Ristretto::decode_point(point, "commitment")?;
        }
        let ranges = self
            .chunks
            .iter()
            .map(|chunk| {
                let range = reader.bytes(chunk.proof_len(), "range proof")?;
                range_proof::decode(range, chunk.rounds())
            })
            .collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(BulletproofsInput {
            encoded: encoded.to_vec(),
            ranges,
            digest: Sha256::digest(body).into(),
        })
    }

    fn rows(&self, proof: &BulletproofsInput) -> Vec<KeyPoint> {
        self.combine(|j| proof.commitment(j), Ristretto::identity())
    }

    /// Each proof is verified by itself: as many as keep every thread busy.
    fn best_batch(&self) -> usize {
        BATCH
    }

    fn verify_batch(&self, batch: &[(Binding, &BulletproofsInput)]) -> Vec<(usize, ProofPart)> {
        let held: Vec<bool> = batch
            .par_iter()
            .map(|(binding, proof)| self.holds(binding, proof))
            .collect();
        let bad = held.iter().enumerate().filter(|(_, &held)| !held);
        bad.map(|(index, _)| (index, ProofPart::Range)).collect()
    }
}
