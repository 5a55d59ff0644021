//! A trustee that says whatever it is told.
#![allow(clippy::unwrap_used)]

use rand_core::CryptoRngCore;
use veragg_protocol::circuits::ark_ff::Zero;
use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::committee::check::{ends, Complaint};
use veragg_protocol::committee::pads;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};

use super::desk::Desk;
use super::Suite;
use veragg_protocol::committee::round::Round;

/// A corrupt trustee.
#[derive(Clone, Copy)]
pub struct Liar<'a> {
    desk: &'a Desk<'a>,
    index: usize,
}

impl<'a> Liar<'a> {
    /// The trustee at this position, from 0, which sees everything at a desk.
    pub fn at(desk: &'a Desk<'a>, index: usize) -> Self {
        Self { desk, index }
    }

    /// Its number.
    pub fn id(&self) -> TrusteeId {
        TrusteeId::from_index(self.index)
    }

    fn round(&self) -> &Round<Suite> {
        &self.desk.round
    }

    /// A message of this phase, in answer to the last checkpoint.
    pub fn say(&self, phase: Phase, parts: &[Vec<u8>]) -> Vec<u8> {
        self.answer(phase, self.desk.last(), parts)
    }

    /// A message of this phase, in answer to anything.
    pub fn answer(&self, phase: Phase, answers: Digest, parts: &[Vec<u8>]) -> Vec<u8> {
        let (identity, _) = &self.desk.parties.trustees[self.index];
        let (context, sender) = (*self.round().context(), Sender::Trustee(self.id()));
        Message::sign(identity, context, phase, sender, answers, parts).encode()
    }

    /// A complaint about a client, with the true point and a proof that holds.
    pub fn complaint(&self, client: u32, block: u32) -> Complaint {
        let client = ClientId::new(client).unwrap();
        self.complains(client, block, &mut rand_core::OsRng)
            .unwrap()
    }

    /// The same; nothing if the client has no submission with a key that decodes.
    pub(crate) fn complains(
        &self,
        client: ClientId,
        block: u32,
        rng: &mut dyn CryptoRngCore,
    ) -> Option<Complaint> {
        let (_, pair) = &self.desk.parties.trustees[self.index];
        let key = self.desk.find_key(client)?.key;
        let ends = ends(self.round(), self.id(), pair.public(), client, &key);
        Some(Complaint::of(client, block, &ends.reveal(pair, rng)))
    }

    /// A message of check with these complaints.
    pub fn check(&self, complaints: &[Complaint]) -> Vec<u8> {
        let parts: Vec<_> = complaints.iter().map(Complaint::encode).collect();
        self.say(Phase::Check, &parts)
    }

    /// A confirmation.
    pub fn confirm(&self) -> Vec<u8> {
        self.say(Phase::ConfirmList, &[])
    }

    /// The sums of its pads for these clients.
    pub fn sums(&self, clients: &[u32]) -> Vec<Fr> {
        let clients = clients.iter().map(|number| ClientId::new(*number).unwrap());
        self.sums_of(clients).unwrap()
    }

    /// The same; nothing if one of them has no submission with a key that decodes.
    pub(crate) fn sums_of(&self, clients: impl Iterator<Item = ClientId>) -> Option<Vec<Fr>> {
        let (_, pair) = &self.desk.parties.trustees[self.index];
        let round = self.round();
        let parts = round.parts();
        let mut sums = vec![Fr::zero(); parts.blocks() * parts.row_scalars()];
        for client in clients {
            let point = pair.shared_point(&self.desk.find_key(client)?.key);
            let pads =
                pads::of_point::<Ristretto>(round.context(), client, self.id(), &point, parts);
            sums.iter_mut()
                .zip(pads.iter())
                .for_each(|(sum, pad)| *sum += pad);
        }
        Some(sums)
    }

    /// An opening of these sums.
    pub fn open(&self, sums: &[Fr]) -> Vec<u8> {
        self.say(Phase::Open, &[Ristretto::encode_scalars(sums)])
    }
}
