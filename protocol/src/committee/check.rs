//! Check: complaints of trustees about pads that do not open what a client committed to (`specs/committee.md` 3.2, 5.3).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyPoint, KeyScalar, Ristretto};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::pads::{self, commit_public};
use super::parts::COMPLAINT_LEN;
use super::round::Round;
use super::submit::SharedWith;
use crate::crypto::dleq::{Ends, Revealed};
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientId, ClientSet, TrusteeId};
use crate::crypto::possession::Purpose;
use crate::rule::CommitteeRule;

/// That the pad of a block does not open what a client committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complaint {
    /// `i`, whom it is about.
    pub client: ClientId,
    /// `b`, from 0.
    pub block: u32,
    /// `e_j X_i`.
    pub point: KeyPoint,
    /// The challenge of the proof.
    pub challenge: KeyScalar,
    /// The response of the proof.
    pub response: KeyScalar,
}

impl Complaint {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .u32(self.client.number())
            .u32(self.block)
            .bytes(&Ristretto::encode_point(&self.point))
            .bytes(self.challenge.as_bytes())
            .bytes(self.response.as_bytes())
            .finish()
    }

    /// Decodes a complaint that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let client = ClientId::new(reader.u32("client")?);
        let complaint = Self {
            client: client.ok_or(DecodeError::Value { field: "client" })?,
            block: reader.u32("block")?,
            point: Ristretto::read_point(&mut reader, "revealed point")?,
            challenge: decode_key_scalar(reader.bytes(32, "challenge")?, "challenge")?,
            response: decode_key_scalar(reader.bytes(32, "response")?, "response")?,
        };
        reader.finish()?;
        Ok(complaint)
    }

    /// The complaint of a trustee with a point that it has revealed.
    pub fn of(client: ClientId, block: u32, revealed: &Revealed) -> Self {
        Self {
            client,
            block,
            point: revealed.point,
            challenge: revealed.challenge,
            response: revealed.response,
        }
    }

    /// Whether the point is the one that the trustee shares with the client's submission key.
    #[must_use]
    pub fn is_proven<P: ProofSystem>(
        &self,
        round: &Round<P>,
        trustee: TrusteeId,
        key: &EncodedPoint,
    ) -> bool {
        let Some(entry) = round.committee().trustee(trustee) else {
            return false;
        };
        let ends = ends(round, trustee, &entry.sealing_key, self.client, key);
        ends.hold(&Revealed {
            other: self.client,
            point: self.point,
            challenge: self.challenge,
            response: self.response,
        })
    }

    /// Whether it is upheld (3.2). Cost: two multiplications, and the pads of the client up to the block with one commitment.
    #[must_use]
    pub fn is_upheld<P: ProofSystem>(
        &self,
        round: &Round<P>,
        trustee: TrusteeId,
        shared: &SharedWith<P::Group>,
    ) -> bool {
        let parts = round.parts();
        let block = self.block as usize;
        let committed = shared.pads.get(block);
        let Some(committed) = committed.filter(|_| block < parts.blocks()) else {
            return false;
        };
        let proven = self.is_proven(round, trustee, &shared.key);
        if !CommitteeRule::ComplaintProven.holds(proven) {
            return false;
        }
        let pads =
            pads::of_point::<P::Group>(round.context(), self.client, trustee, &self.point, parts);
        let pad = pads::of_block::<P::Group>(&pads, block, parts);
        let founded = commit_public(round.proofs().key(), pad) != P::Group::element(committed);
        CommitteeRule::ComplaintFounded.holds(founded)
    }
}

/// The ends of the point that a trustee and a client share.
pub fn ends<'a, P: ProofSystem>(
    round: &'a Round<P>,
    trustee: TrusteeId,
    sealing_key: &'a KeyPoint,
    client: ClientId,
    key: &'a KeyPoint,
) -> Ends<'a> {
    Ends {
        context: round.context(),
        purpose: Purpose::Submission,
        revealer: trustee.sender_number(),
        key: sealing_key,
        other: client,
        other_key: key,
    }
}

/// The lengths of the parts of a body of check with so many bytes, over a roster of so many clients.
pub fn lengths(body_len: usize, clients: u32) -> Vec<usize> {
    vec![COMPLAINT_LEN; (body_len / COMPLAINT_LEN).min(clients as usize)]
}

/// Decodes the complaints of a body of check, which may come in pieces: they are about accepted clients, ascending.
#[derive(Debug)]
pub struct Complaints<'a> {
    accepted: &'a ClientSet,
    last: Option<ClientId>,
}

impl<'a> Complaints<'a> {
    /// Complaints about clients that were accepted. None was read yet.
    pub fn new(accepted: &'a ClientSet) -> Self {
        Self {
            accepted,
            last: None,
        }
    }

    /// The next complaints, [`COMPLAINT_LEN`] bytes each.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Vec<Complaint>, DecodeError> {
        let complaints = bytes.chunks(COMPLAINT_LEN).map(|bytes| {
            let complaint = Complaint::decode(bytes)?;
            let ascends = self.last.is_none_or(|last| last < complaint.client);
            if !ascends || !self.accepted.contains(complaint.client) {
                let field = "clients of complaints";
                return Err(DecodeError::Value { field });
            }
            self.last = Some(complaint.client);
            Ok(complaint)
        });
        complaints.collect()
    }
}

/// Decodes a whole body of check.
pub fn decode(body: &[u8], accepted: &ClientSet) -> Result<Vec<Complaint>, DecodeError> {
    Complaints::new(accepted).decode(body)
}
