//! What a client keeps of what it received, from confirm to the end.

use std::collections::BTreeMap;

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::proof_system::ProofSystem;

use super::codec::{read_held, read_map, read_point, write_held, write_points};
use super::error::ClientError;
use super::session::Session;
use crate::crypto::dh::KeyPair;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::Mask;
use crate::crypto::sealing::SharePair;
use crate::pairwise::unmask::{self, Secret};
use crate::round::phase::Phase;

/// What a client keeps of the set-up to the end.
#[derive(Clone)]
pub(super) struct Received {
    /// The digest of the checkpoint of advertise, and its list.
    pub(super) advertise: Digest,
    pub(super) advertised: ClientSet,
    /// The mask keys of neighbours whose shares it holds.
    pub(super) peers: BTreeMap<ClientId, EncodedPoint>,
    /// The shares. They stay where they are, in boxes: a map that moves what it holds leaves copies behind.
    pub(super) held: BTreeMap<ClientId, Box<SharePair>>,
}

/// State kept after the client's own secrets are wiped. The shares in it zeroize themselves.
#[derive(Clone)]
pub(super) struct Kept {
    /// The digest of the checkpoint of submit.
    pub(super) submit: Digest,
    pub(super) participants: ClientSet,
    pub(super) received: Received,
}

impl Kept {
    pub(super) fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(&self.submit)
            .bytes(self.participants.as_bytes());
        self.received.write(writer)
    }

    pub(super) fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            submit: reader.array("checkpoint of submit")?,
            participants: ClientSet::read(reader, clients, "participants")?,
            received: Received::read(reader, clients)?,
        })
    }

    /// The shares of one secret of each of these neighbours.
    pub(super) fn shares<P: ProofSystem>(
        &self,
        session: &Session<P>,
        subjects: &ClientSet,
        secret: impl Fn(ClientId) -> Secret,
    ) -> Result<Vec<u8>, ClientError> {
        let phase = Phase::Confirm;
        let reveal = |client: ClientId| {
            let pair = self.received.held.get(&client);
            let pair = pair.ok_or(ClientError::NotShown { phase, client })?;
            let SharePair { mask, seed } = &**pair;
            Ok(match secret(client) {
                Secret::Seed => *seed,
                Secret::Mask => *mask,
            })
        };
        let subjects = session.neighbours(subjects).into_iter();
        let shares = subjects
            .map(reveal)
            .collect::<Result<Vec<_>, ClientError>>()?;
        Ok(unmask::encode(&shares))
    }
}

impl Received {
    /// A participant's masks: its own, and those towards each neighbour that participates, in order. `seed` and `mask` are its seed and
    /// its mask key.
    pub(super) fn masks<P: ProofSystem>(
        &self,
        session: &Session<P>,
        (seed, mask): (&KeyScalar, &KeyPair),
        participants: &ClientSet,
    ) -> Result<Vec<Mask>, ClientError> {
        let (context, me) = (session.round.context(), session.me());
        let neighbours = session.neighbours(participants);
        // At full size, since a vector that grows leaves keys behind.
        let mut masks = Vec::with_capacity(1 + neighbours.len());
        masks.push(Mask::of_seed(context, me, seed));
        for client in neighbours {
            let phase = Phase::Confirm;
            let public = self.peers.get(&client);
            let public = public.ok_or(ClientError::NotShown { phase, client })?;
            masks.push(Mask::of_edge(context, me, mask, client, public));
        }
        Ok(masks)
    }

    pub(super) fn write(&self, writer: Writer) -> Writer {
        let writer = writer
            .bytes(&self.advertise)
            .bytes(self.advertised.as_bytes());
        let peers = self.peers.iter().map(|(client, mask)| (client, [*mask]));
        write_held(write_points(writer, peers), &self.held)
    }

    pub(super) fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            advertise: reader.array("checkpoint of advertise")?,
            advertised: ClientSet::read(reader, clients, "advertised")?,
            peers: read_map(reader, read_point)?,
            held: read_held(reader)?,
        })
    }
}
