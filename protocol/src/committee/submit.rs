//! Submit: the public parts of a client's one message (`specs/committee.md` 3.1, 5.2).

use rayon::prelude::*;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::{ProofPart, ProofSystem};

use super::parts::Parts;
use super::round::Round;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::possession::{self, Claim, Possession, Purpose};

/// The key from which the pads of a submission follow, with the proof that its sender knows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionKey {
    /// `X_i`.
    pub key: EncodedPoint,
    /// The proof of possession.
    pub possession: Possession,
}

impl SubmissionKey {
    /// Bytes of part 1.
    pub const LEN: usize = 32 + Possession::LEN;

    /// Part 1.
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new().bytes(self.key.as_bytes());
        self.possession.write(writer).finish()
    }

    /// Decodes a key that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let key = Self {
            key: EncodedPoint::read(&mut reader, "submission key")?,
            possession: Possession::read(&mut reader)?,
        };
        reader.finish()?;
        Ok(key)
    }

    /// What the proof of possession claims.
    pub fn claim(&self, client: ClientId) -> Claim<'_> {
        Claim {
            client,
            purpose: Purpose::Submission,
            key: &self.key,
            proof: &self.possession,
        }
    }
}

/// The commitments to the pads of one trustee, block by block.
pub fn decode_pads<G: Group>(bytes: &[u8], parts: &Parts) -> Result<Vec<G::Point>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let pads = (0..parts.blocks())
        .map(|_| G::read_point(&mut reader, "commitment to a pad"))
        .collect::<Result<_, _>>()?;
    reader.finish()?;
    Ok(pads)
}

/// The public parts of a submission, cut.
#[derive(Debug, Clone, Copy)]
pub struct PublicParts<'a> {
    /// Commitments and proof.
    pub proof: &'a [u8],
    /// The submission key.
    pub key: &'a [u8],
    /// The pads of all trustees, one behind the other.
    pub pads: &'a [u8],
}

impl<'a> PublicParts<'a> {
    /// Cuts the first bytes of a body; nothing if there are too few.
    pub fn cut(body: &'a [u8], parts: &Parts) -> Option<Self> {
        let public = body.get(..parts.public_len())?;
        let [proof, key] = *parts.public_lengths().first_chunk()?;
        let (proof, rest) = public.split_at_checked(proof)?;
        let (key, pads) = rest.split_at_checked(key)?;
        Some(Self { proof, key, pads })
    }

    /// The pads of one trustee.
    pub fn pads_of(&self, trustee: TrusteeId, parts: &Parts) -> &'a [u8] {
        let start = trustee.index() * parts.pads_len();
        self.pads
            .get(start..start + parts.pads_len())
            .unwrap_or_default()
    }

    /// Each part, in order.
    pub fn each(&self, parts: &Parts) -> impl Iterator<Item = &'a [u8]> {
        [self.proof, self.key]
            .into_iter()
            .chain(self.pads.chunks(parts.pads_len()))
    }
}

/// A submission whose public parts keep all rules.
#[derive(Debug, Clone)]
pub struct Shared<G: Group> {
    /// `X_i`.
    pub key: EncodedPoint,
    /// `Chat`, the row commitments.
    pub rows: Vec<G::Point>,
    /// `P_(j,b)`, trustee by trustee and block by block.
    pub pads: Vec<G::Point>,
}

impl<G: Group> Shared<G> {
    /// `P_(j,b)` of one trustee, for each block.
    pub fn pads_of(&self, trustee: TrusteeId, parts: &Parts) -> &[G::Point] {
        let start = trustee.index() * parts.blocks();
        self.pads
            .get(start..start + parts.blocks())
            .unwrap_or_default()
    }
}

/// Why a submission is not accepted; of several reasons the first in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionFault {
    /// The proof does not decode (V-07.1).
    Proof(DecodeError),
    /// Submission key or pads do not decode (V-16.1).
    Sharing(DecodeError),
    /// The proof of possession does not hold (V-16.1).
    Possession,
    /// This part of the proof does not hold (V-07.3).
    Input(ProofPart),
}

/// A proof that decodes, and what is shared with it.
type Sound<P> = (<P as ProofSystem>::Proof, Shared<<P as ProofSystem>::Group>);

/// Judges the public parts of submissions together: for each, in order, what it shares, or the first rule that it breaks.
/// Cost: a batch verification, and the decoding of all pads.
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    batch: &[(ClientId, PublicParts<'_>)],
) -> Vec<Result<Shared<P::Group>, SubmissionFault>> {
    let proofs: Vec<&[u8]> = batch.iter().map(|(_, parts)| parts.proof).collect();
    let mut judged: Vec<Result<Sound<P>, SubmissionFault>> = round
        .proofs()
        .decode_all(&proofs)
        .into_par_iter()
        .zip(batch)
        .map(|(proof, (_, parts))| {
            let proof = proof.map_err(SubmissionFault::Proof)?;
            let shared = sharing(round, &proof, parts).map_err(SubmissionFault::Sharing)?;
            Ok((proof, shared))
        })
        .collect();
    // Possessions of those whose parts decode.
    let keys: Vec<(usize, ClientId, SubmissionKey)> = judged
        .iter()
        .zip(batch)
        .enumerate()
        .filter(|(_, (judged, _))| judged.is_ok())
        .filter_map(|(at, (_, (client, parts)))| {
            Some((at, *client, SubmissionKey::decode(parts.key).ok()?))
        })
        .collect();
    let claims: Vec<Claim<'_>> = keys
        .iter()
        .map(|(_, client, key)| key.claim(*client))
        .collect();
    for failing in possession::failing(round.context(), &claims) {
        judged[keys[failing].0] = Err(SubmissionFault::Possession);
    }
    // Proofs of those who possess their keys.
    let (places, bound): (Vec<usize>, Vec<_>) = judged
        .iter()
        .zip(batch)
        .enumerate()
        .filter_map(|(at, (judged, (client, _)))| {
            let (proof, _) = judged.as_ref().ok()?;
            Some((at, (round.binding(*client), proof)))
        })
        .unzip();
    let rejected = round.proofs().verify_batch(&bound);
    for (index, part) in rejected {
        judged[places[index]] = Err(SubmissionFault::Input(part));
    }
    judged
        .into_iter()
        .map(|judged| judged.map(|(_, shared)| shared))
        .collect()
}

fn sharing<P: ProofSystem>(
    round: &Round<P>,
    proof: &P::Proof,
    parts: &PublicParts<'_>,
) -> Result<Shared<P::Group>, DecodeError> {
    let key = SubmissionKey::decode(parts.key)?;
    let layout = round.parts();
    let pads = parts
        .pads
        .chunks(layout.pads_len())
        .map(|pads| decode_pads::<P::Group>(pads, layout))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Shared {
        key: key.key,
        rows: round.proofs().rows(proof),
        pads: pads.concat(),
    })
}
