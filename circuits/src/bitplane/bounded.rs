//! Range proofs that a committed norm or sum is at most its bound: the bound minus the quantity
//! lies within 64 bits (`specs/proofs.md` 7.9).

use ::bulletproofs::RangeProof;
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::shape::{Claim, Shape};
use crate::codec::{DecodeError, Reader};
use crate::group::ristretto::{to_dalek, Fr, KeyPoint, KeyScalar, Ristretto};
use crate::group::Group;
use crate::proof_system::ProofPart;
use crate::range_proof::{self, encoded_len as range_len, RangeProofs, MAX_VALUES};
use crate::transcript::{Transcript, TranscriptExt};

/// Bits of a bound minus its quantity.
const BITS: usize = 64;

/// One range proof: which of the committed quantities it speaks of.
#[derive(Debug, Clone)]
struct Chunk {
    part: ProofPart,
    /// For each value the index of the commitment, and its bound.
    bounded: Vec<(usize, u64)>,
}

impl Chunk {
    /// Values of the range proof, padded to a power of two.
    fn values(&self) -> usize {
        self.bounded.len().next_power_of_two()
    }

    fn rounds(&self) -> usize {
        (BITS * self.values()).ilog2() as usize
    }
}

/// The range proofs of a shape: those of the norms, then those of the sums.
#[derive(Debug)]
pub(super) struct Bounded {
    chunks: Vec<Chunk>,
    ranges: RangeProofs,
}

/// The quantities of a statement, cut into chunks: the norms first, then the sums.
fn chunks(shape: &Shape) -> Vec<Chunk> {
    let of = |claim: Claim| match claim {
        Claim::Norm { .. } => ProofPart::Norm,
        Claim::AtMost(_) | Claim::Equal(_) => ProofPart::Sum,
    };
    let bounded: Vec<_> = shape
        .claims()
        .filter_map(|(_, claim)| Some((of(claim), claim.bound()?)))
        .enumerate()
        .map(|(index, (part, bound))| (part, (index, bound)))
        .collect();
    [ProofPart::Norm, ProofPart::Sum]
        .into_iter()
        .flat_map(|part| {
            let of_part = bounded.iter().filter(|(of, _)| *of == part);
            let all: Vec<_> = of_part.map(|(_, bounded)| *bounded).collect();
            let chunk = |bounded: &[_]| Chunk {
                part,
                bounded: bounded.to_vec(),
            };
            all.chunks(MAX_VALUES).map(chunk).collect::<Vec<_>>()
        })
        .collect()
}

/// Bytes of all range proofs of a statement.
pub(super) fn encoded_len(shape: &Shape) -> usize {
    bytes_of(&chunks(shape))
}

fn bytes_of(chunks: &[Chunk]) -> usize {
    let lengths = chunks.iter().map(|chunk| range_len(chunk.rounds()));
    lengths.sum()
}

impl Bounded {
    pub(super) fn new(shape: &Shape, value: KeyPoint, blinding: KeyPoint) -> Self {
        let chunks = chunks(shape);
        let values = chunks.iter().map(Chunk::values).max().unwrap_or(0);
        Self {
            ranges: RangeProofs::new(value, blinding, BITS, values),
            chunks,
        }
    }

    /// How many range proofs a proof holds.
    pub(super) fn count(&self) -> usize {
        self.chunks.len()
    }

    /// Proves each quantity to be at most its bound. `transcript` has absorbed the commitments to
    /// `quantities`, with these `blindings`.
    pub(super) fn prove(
        &self,
        transcript: &Transcript,
        quantities: &[u64],
        blindings: &[Fr],
        rng: &mut dyn CryptoRngCore,
    ) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes_of(&self.chunks));
        for (index, chunk) in self.chunks.iter().enumerate() {
            // Allocated at full size: a vector that grows leaves copies of a secret behind.
            let mut values = Zeroizing::new(vec![0; chunk.values()]);
            let mut hidden = Zeroizing::new(vec![KeyScalar::ZERO; chunk.values()]);
            for (place, (at, bound)) in chunk.bounded.iter().enumerate() {
                values[place] = bound.wrapping_sub(quantities[*at]);
                hidden[place] = -to_dalek(&blindings[*at]);
            }
            let mut seed = Zeroizing::new([0; 32]);
            rng.fill_bytes(seed.as_mut());
            let mut transcript = fork(transcript, index);
            let proof = self
                .ranges
                .prove(&mut transcript, &values, &hidden, BITS, *seed);
            out.extend_from_slice(&proof.to_bytes());
        }
        out
    }

    pub(super) fn decode(&self, reader: &mut Reader<'_>) -> Result<Vec<RangeProof>, DecodeError> {
        let decode = |chunk: &Chunk| {
            let bytes = reader.bytes(range_len(chunk.rounds()), "range proof")?;
            range_proof::decode(bytes, chunk.rounds())
        };
        self.chunks.iter().map(decode).collect()
    }

    /// The first part whose bounds do not hold, given the commitments to the quantities.
    pub(super) fn first_bad(
        &self,
        transcript: &Transcript,
        commitments: &[KeyPoint],
        proofs: &[RangeProof],
        digest: &[u8; 32],
    ) -> Option<ProofPart> {
        let holds = |(index, (chunk, proof)): (usize, (&Chunk, &RangeProof))| {
            let left = |(at, bound): &(usize, u64)| {
                let all = KeyScalar::from(*bound) * self.ranges.pedersen.B;
                Some(all - *commitments.get(*at)?)
            };
            let mut values: Vec<_> = chunk.bounded.iter().filter_map(left).collect();
            values.resize(chunk.values(), Ristretto::identity());
            let mut transcript = fork(transcript, index);
            self.ranges
                .holds(&mut transcript, &values, BITS, proof, digest)
        };
        let mut all = self.chunks.iter().zip(proofs).enumerate();
        let bad = all.find(|each| !holds(*each));
        bad.map(|(_, (chunk, _))| chunk.part)
    }
}

/// The transcript of one range proof.
fn fork(transcript: &Transcript, chunk: usize) -> Transcript {
    let mut fork = transcript.clone();
    fork.absorb_u64(b"bounded", chunk as u64);
    fork
}
