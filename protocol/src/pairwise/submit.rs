//! Submit: commitments, proof and masked vector (`specs/protocol.md` 3.4).

use std::collections::BTreeMap;

use rayon::prelude::*;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::{ProofPart, ProofSystem};

use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::pairwise::Breach;
use crate::round::Round;
use crate::rule::Rule;

/// A decoded submission: canonical and of the right sizes, its proof not yet verified.
#[derive(Debug)]
pub struct Submission<P: ProofSystem> {
    /// Commitments and proof.
    pub proof: P::Proof,
    /// `y_i`: packed inputs and row blindings under masks, `D + R` scalars.
    pub masked: Vec<<P::Group as Group>::Scalar>,
}

impl<P: ProofSystem> Submission<P> {
    /// Decodes the two parts of a body.
    pub fn decode(round: &Round<P>, proof: &[u8], masked: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self {
            proof: round.proofs().decode(proof)?,
            masked: P::Group::decode_scalars(masked, round.masked_scalars(), "masked vector")?,
        })
    }

    /// Decodes bodies whose parts were checked against their envelopes, and gives the proof of each of which both parts
    /// decode. Cost: [`ProofSystem::decode_all`].
    pub fn proofs_of(round: &Round<P>, bodies: &[&[u8]]) -> Vec<Option<P::Proof>> {
        let halves = bodies.par_iter().map(|body| {
            let (proof, masked) = halves(round, body).ok()?;
            let scalars = round.masked_scalars();
            P::Group::decode_scalars(masked, scalars, "masked vector").ok()?;
            Some(proof)
        });
        let halves: Vec<Option<&[u8]>> = halves.collect();
        let proofs: Vec<&[u8]> = halves.iter().flatten().copied().collect();
        let mut decoded = round.proofs().decode_all(&proofs).into_iter();
        let decoded = halves.iter().map(|half| {
            half.as_ref()?;
            decoded.next()?.ok()
        });
        decoded.collect()
    }

    /// Only the masked vector of such a body.
    pub fn masked_of(
        round: &Round<P>,
        body: &[u8],
    ) -> Result<Vec<<P::Group as Group>::Scalar>, DecodeError> {
        let (_, masked) = halves(round, body)?;
        P::Group::decode_scalars(masked, round.masked_scalars(), "masked vector")
    }
}

/// What is kept of a submission that counts.
#[derive(Debug, Clone)]
pub struct Accepted<P: ProofSystem> {
    /// The entry of the submission.
    pub entry: Digest,
    /// Its row commitments.
    pub rows: Vec<<P::Group as Group>::Point>,
}

/// Judges proofs together (5.4): for each, in order, its row commitments. Cost: a batch verification.
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    batch: &[(ClientId, &P::Proof)],
) -> Vec<Result<Vec<<P::Group as Group>::Point>, Breach>> {
    let bound = batch
        .iter()
        .map(|(client, proof)| (round.binding(*client), *proof));
    let rejected = round.proofs().verify_batch(&bound.collect::<Vec<_>>());
    let rejected: BTreeMap<usize, ProofPart> = rejected.into_iter().collect();
    batch
        .par_iter()
        .enumerate()
        .map(|(index, (_, proof))| {
            let bad = rejected.get(&index);
            let part = bad.copied().unwrap_or(ProofPart::Commitments);
            Rule::InputProof.require(bad.is_none(), || Breach::Input(part))?;
            Ok(round.proofs().rows(proof))
        })
        .collect()
}

/// Proof and masked vector, encoded.
pub(crate) fn halves<'a, P: ProofSystem>(
    round: &Round<P>,
    body: &'a [u8],
) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
    let field = "submission";
    let halves = body.split_at_checked(round.proofs().proof_len());
    halves.ok_or(DecodeError::Value { field })
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the two parts of a submission: proof, masked vector.
    pub fn submit_lengths(&self) -> Vec<usize> {
        vec![
            self.proofs().proof_len(),
            self.masked_scalars() * P::Group::SCALAR_LEN,
        ]
    }
}
