//! Submit: the public parts of a client's one message (`specs/committee.md` 3.1, 5.2).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::{ProofPart, ProofSystem};

use super::parts::{Parts, PublicParts};
use super::round::Round;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::possession::{self, Claim, Claimed, Possession, Purpose};

/// The key from which the pads of a submission follow, with the proof that its sender knows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionKey {
    /// `X_i`.
    pub key: EncodedPoint,
    /// The proof of possession.
    pub possession: Possession,
}

impl SubmissionKey {
    /// Part 1.
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new().bytes(self.key.as_bytes());
        self.possession.write(writer).finish()
    }

    /// Decodes a key that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let key = Self {
            key: EncodedPoint::read(&mut reader, KEY)?,
            possession: Possession::read(&mut reader)?,
        };
        reader.finish()?;
        Ok(key)
    }
}

/// What errors call a submission key.
const KEY: &str = "submission key";

/// For each client, `count` commitments to pads: of one trustee, block by block, or of all, one trustee behind the other. In parallel.
fn decode_pads<G: Group>(
    clients: &[&[u8]],
    count: usize,
) -> Vec<Result<Vec<G::Term>, DecodeError>> {
    let field = "commitment to a pad";
    let cut = |bytes: &&'_ [u8]| {
        let mut reader = Reader::new(bytes);
        reader.bytes(count * G::POINT_LEN, field)?;
        reader.finish()
    };
    let lengths: Vec<Result<(), DecodeError>> = clients.iter().map(cut).collect();
    let of_length = clients.iter().zip(&lengths);
    let encoded: Vec<&[u8]> = of_length
        .filter(|(_, it)| it.is_ok())
        .map(|(bytes, _)| *bytes)
        .collect();
    let mut decoded = G::decode_terms(&encoded.concat()).into_iter();
    let both = clients.iter().zip(lengths);
    both.map(|(bytes, length)| {
        length?;
        let pads: Vec<_> = decoded.by_ref().take(count).collect();
        let pads = pads
            .into_iter()
            .zip(bytes.chunks(G::POINT_LEN))
            .map(|(pad, bytes)| match pad {
                Some(pad) => Ok(pad),
                // It says what is wrong with the bytes.
                None => Err(G::decode_point(bytes, field)
                    .err()
                    .unwrap_or(DecodeError::Point { field })),
            });
        pads.collect()
    })
    .collect()
}

/// The commitments to the pads of one trustee, block by block.
pub fn pads_of_trustee<G: Group>(bytes: &[u8], parts: &Parts) -> Result<Vec<G::Term>, DecodeError> {
    decode_pads::<G>(&[bytes], parts.blocks()).swap_remove(0)
}

/// A submission whose public parts keep all rules.
#[derive(Debug)]
pub struct Shared<P: ProofSystem> {
    /// The commitments, with the proof.
    pub proof: P::Proof,
    /// `P_(j,b)`, trustee by trustee and block by block.
    pub pads: Vec<<P::Group as Group>::Term>,
}

impl<P: ProofSystem> Shared<P> {
    /// `P_(j,b)` of one trustee, for each block.
    pub fn pads_of(&self, trustee: TrusteeId, parts: &Parts) -> &[<P::Group as Group>::Term] {
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

/// Keys and pads that decode.
#[derive(Debug, Clone)]
pub struct Sharing<G: Group> {
    /// The submission key, with the proof of possession.
    pub key: Claimed,
    /// `P_(j,b)`, trustee by trustee and block by block.
    pub pads: Vec<G::Term>,
}

impl<G: Group> Sharing<G> {
    /// Decodes part 1 and the pads of all trustees.
    pub fn decode(parts: &PublicParts<'_>, layout: &Parts) -> Result<Self, DecodeError> {
        let mut all = Self::decode_all(&[*parts], layout);
        all.swap_remove(0)
    }

    /// Those of several clients, together: points are decoded many at a time.
    pub fn decode_all(batch: &[PublicParts<'_>], layout: &Parts) -> Vec<Result<Self, DecodeError>> {
        let count = layout.shape().trustees() as usize * layout.blocks();
        let keys: Vec<&[u8]> = batch.iter().map(|parts| parts.key).collect();
        let pads: Vec<&[u8]> = batch.iter().map(|parts| parts.pads).collect();
        let both = Claimed::decode_all(&keys)
            .into_iter()
            .zip(decode_pads::<G>(&pads, count));
        both.zip(keys)
            .map(|((key, pads), bytes)| {
                // It says what is wrong with the bytes.
                let error = || SubmissionKey::decode(bytes).err();
                let key =
                    key.ok_or_else(|| error().unwrap_or(DecodeError::Point { field: KEY }))?;
                Ok(Self { key, pads: pads? })
            })
            .collect()
    }
}

/// What a client shares with one trustee.
#[derive(Debug, Clone)]
pub struct SharedWith<G: Group> {
    /// `X_i`.
    pub key: EncodedPoint,
    /// `P_(j,b)` for each block.
    pub pads: Vec<G::Term>,
}

impl<G: Group> SharedWith<G> {
    /// Decodes what concerns one trustee.
    pub fn decode(
        parts: &PublicParts<'_>,
        trustee: TrusteeId,
        layout: &Parts,
    ) -> Result<Self, DecodeError> {
        let key = SubmissionKey::decode(parts.key)?.key;
        let pads = pads_of_trustee::<G>(parts.pads_of(trustee, layout), layout)?;
        Ok(Self { key, pads })
    }
}

/// A submission whose proof decodes.
#[derive(Debug)]
pub struct Decoded<P: ProofSystem> {
    /// The proof.
    pub proof: P::Proof,
    /// What is shared, if it decodes too.
    pub sharing: Result<Sharing<P::Group>, DecodeError>,
}

/// Decodes the public parts of submissions together. Errors: the proof does not decode.
pub fn decode<P: ProofSystem>(
    round: &Round<P>,
    batch: &[PublicParts<'_>],
) -> Vec<Result<Decoded<P>, DecodeError>> {
    let proofs: Vec<&[u8]> = batch.iter().map(|parts| parts.proof).collect();
    let proofs = round.proofs().decode_all(&proofs);
    let both = proofs
        .into_iter()
        .zip(Sharing::decode_all(batch, round.parts()));
    both.map(|(proof, sharing)| {
        Ok(Decoded {
            proof: proof?,
            sharing,
        })
    })
    .collect()
}

/// What the proof of possession of a submission key claims.
pub fn claim(client: ClientId, claimed: &Claimed) -> Claim<'_> {
    Claim {
        client,
        purpose: Purpose::Submission,
        claimed,
    }
}

/// Verifies submissions that decode: for each, in order, what it shares, or the first rule that it breaks. Cost: two batch
/// verifications.
pub fn verify<P: ProofSystem>(
    round: &Round<P>,
    batch: Vec<(ClientId, P::Proof, Sharing<P::Group>)>,
) -> Vec<Result<Shared<P>, SubmissionFault>> {
    let claims: Vec<Claim<'_>> = batch
        .iter()
        .map(|(client, _, sharing)| claim(*client, &sharing.key))
        .collect();
    let mut faults = vec![None; batch.len()];
    for failing in possession::failing(round.context(), &claims) {
        faults[failing] = Some(SubmissionFault::Possession);
    }
    // Proofs of those who possess their keys.
    let possessed = (0..batch.len()).filter(|&at| faults[at].is_none());
    let possessed: Vec<usize> = possessed.collect();
    let bound = possessed.iter().map(|&at| {
        let (client, proof, _) = &batch[at];
        (round.binding(*client), proof)
    });
    for (index, part) in round.proofs().verify_batch(&bound.collect::<Vec<_>>()) {
        faults[possessed[index]] = Some(SubmissionFault::Input(part));
    }
    batch
        .into_iter()
        .zip(faults)
        .map(|((_, proof, sharing), fault)| match fault {
            Some(fault) => Err(fault),
            None => Ok(Shared {
                proof,
                pads: sharing.pads,
            }),
        })
        .collect()
}

/// Judges the public parts of submissions together: for each, in order, what it shares, or the first rule that it breaks.
/// Cost: a batch verification, and the decoding of all pads.
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    batch: &[(ClientId, PublicParts<'_>)],
) -> Vec<Result<Shared<P>, SubmissionFault>> {
    let parts: Vec<PublicParts<'_>> = batch.iter().map(|(_, parts)| *parts).collect();
    let mut sound = Vec::with_capacity(batch.len());
    let mut faults = Vec::with_capacity(batch.len());
    for ((client, _), decoded) in batch.iter().zip(decode(round, &parts)) {
        let decoded = decoded.map_err(SubmissionFault::Proof);
        let decoded = decoded.and_then(|Decoded { proof, sharing }| {
            let sharing = sharing.map_err(SubmissionFault::Sharing)?;
            Ok((*client, proof, sharing))
        });
        match decoded {
            Ok(decoded) => {
                faults.push(None);
                sound.push(decoded);
            }
            Err(fault) => faults.push(Some(fault)),
        }
    }
    let mut verified = verify(round, sound).into_iter();
    let in_order = faults.into_iter().map(|fault| match fault {
        Some(fault) => Some(Err(fault)),
        None => verified.next(),
    });
    in_order.flatten().collect()
}
