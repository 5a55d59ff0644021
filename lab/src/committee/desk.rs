//! An aggregator that does whatever it is told: it takes any message, and signs any list.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::committee::masked;
use veragg_protocol::committee::open::{decode, reconstruct};
use veragg_protocol::committee::package::{ShownParts, Submitted, TrusteePackage};
use veragg_protocol::committee::parts::MaskedPlace;
use veragg_protocol::committee::record::abridge;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::submit::{PublicParts, SubmissionKey};
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::crypto::tree::{Root, Tree};
use veragg_protocol::pairwise::publish::{Outcome, Publication};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Message, Sender, ENVELOPE_LEN};

use super::parties::{store, Parties};
use super::table::Table;
use super::{CheckedTrustee, ConfirmedTrustee, Suite};

/// The desk of a corrupt aggregator.
#[derive(Clone)]
pub struct Desk<'a> {
    /// The parties of the round.
    pub parties: &'a Parties,
    /// The round.
    pub round: Arc<Round<Suite>>,
    /// Its clients.
    pub roster: Arc<Roster>,
    /// What stands on the board.
    pub records: Vec<Record>,
    /// What was signed over it.
    pub checkpoints: Vec<Checkpoint>,
    /// Whole messages, as they came.
    messages: Vec<Message>,
    entries: Vec<Digest>,
}

impl<'a> Desk<'a> {
    /// A desk at which nobody has spoken.
    pub fn new(parties: &'a Parties) -> Self {
        let (round, roster) = parties.round();
        Self {
            parties,
            round,
            roster,
            records: Vec::new(),
            checkpoints: Vec::new(),
            messages: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// A desk on which everything lies that an honest aggregator has taken.
    pub fn like(table: &Table<'a>) -> Self {
        let mut desk = Self::new(table.parties);
        for record in table.aggregator.log() {
            match record.kind {
                RecordKind::Checkpoint => {
                    let clients = desk.round.clients();
                    let checkpoint = Checkpoint::decode(&record.bytes, clients);
                    desk.checkpoints.push(checkpoint.unwrap());
                    desk.records.push(record.clone());
                }
                _ => desk.take(&record.bytes),
            }
        }
        desk
    }

    /// What the next messages answer.
    pub fn last(&self) -> Digest {
        let context = self.round.context().digest;
        let last = self.checkpoints.last();
        last.map_or(context, Checkpoint::digest)
    }

    /// Puts a message on the board, whatever it is. A submission stands there without masked rows.
    pub fn take(&mut self, message: &[u8]) {
        self.take_showing(message, None);
    }

    /// The same; of a submission this masked row is shown.
    pub fn take_showing(&mut self, message: &[u8], shown: Option<MaskedPlace>) {
        let decoded = Message::decode(message).unwrap();
        let of_submit = decoded.envelope.phase == Phase::Submit;
        let abridged = abridge(&decoded.body, shown, self.round.parts());
        let record = match abridged.filter(|_| of_submit) {
            Some(body) => Record {
                kind: RecordKind::Submission,
                bytes: [&message[..ENVELOPE_LEN], &body].concat(),
            },
            None => Record {
                kind: RecordKind::Message,
                bytes: message.to_vec(),
            },
        };
        self.entries.push(decoded.envelope.entry());
        self.messages.push(decoded);
        self.records.push(record);
    }

    /// Signs a checkpoint over what stands on the board.
    pub fn close(&mut self, phase: Phase, list: &[u32]) {
        let root = self.root();
        self.close_over(phase, list, self.last(), root);
    }

    /// Signs a checkpoint over any tree, behind any other.
    pub fn close_over(&mut self, phase: Phase, list: &[u32], previous: Digest, root: Root) {
        let list = ClientSet::of(self.round.clients(), |it| list.contains(&it.number()));
        let (context, key) = (*self.round.context(), &self.parties.aggregator);
        let checkpoint = Checkpoint::sign(key, context, phase, previous, root, list);
        self.records.push(Record {
            kind: RecordKind::Checkpoint,
            bytes: checkpoint.encode(),
        });
        self.checkpoints.push(checkpoint);
    }

    /// The tree over what stands on the board.
    pub fn root(&self) -> Root {
        self.tree(self.entries.len()).root()
    }

    fn tree(&self, size: usize) -> Tree<Digest> {
        self.entries[..size].iter().copied().collect()
    }

    /// Clients submit these inputs.
    pub fn submissions(&mut self, inputs: &[(u32, [u64; 2])]) {
        for (number, input) in inputs {
            let client = self.parties.client(*number);
            let mut rng = rand_core::OsRng;
            let message = client.submit(input, &mut rng, &mut store());
            self.take(&message.unwrap());
        }
    }

    /// All messages that were taken, in order, each as a whole.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The first message of a sender in a phase.
    pub fn message_of(&self, sender: Sender, phase: Phase) -> Option<&Message> {
        let of = |envelope: &Envelope| envelope.sender == sender && envelope.phase == phase;
        self.messages.iter().find(|message| of(&message.envelope))
    }

    /// The submission key of a client.
    pub fn key_of(&self, client: u32) -> SubmissionKey {
        let sender = Sender::Client(ClientId::new(client).unwrap());
        let message = self.message_of(sender, Phase::Submit).unwrap();
        let cut = PublicParts::cut(&message.body, self.round.parts()).unwrap();
        SubmissionKey::decode(cut.key).unwrap()
    }

    /// The package of submit for a trustee.
    pub fn submit_package(&self, trustee: TrusteeId) -> Vec<u8> {
        let checkpoint = &self.checkpoints[0];
        let encoded = checkpoint.encode();
        let mut package = (encoded.len() as u32).to_be_bytes().to_vec();
        package.extend(encoded);
        for message in &self.messages[..checkpoint.root.size as usize] {
            let envelope = message.envelope.clone();
            let listed = match envelope.sender {
                Sender::Client(client) => checkpoint.list.contains(client),
                _ => false,
            };
            let shown = listed.then(|| self.shown(message, trustee));
            package.extend(Submitted { envelope, shown }.encode());
        }
        package
    }

    fn shown(&self, message: &Message, trustee: TrusteeId) -> ShownParts {
        let parts = self.round.parts();
        // Whether they are the parts that the envelope names does not matter here.
        let mut body = &message.body[..];
        let cut = parts.lengths().into_iter().map(|length| {
            let (part, rest) = body.split_at(length);
            body = rest;
            part
        });
        let cut: Vec<&[u8]> = cut.collect();
        let tree: Tree<&[u8]> = cut.iter().copied().collect();
        let at = parts.pads_at(trustee);
        let path = |at: usize| tree.inclusion(at as u64).unwrap();
        ShownParts {
            key: cut[1].to_vec(),
            key_path: path(1),
            pads: cut[at].to_vec(),
            pads_path: path(at),
        }
    }

    /// The package that goes with the last checkpoint, of check or of confirm.
    pub fn package(&self) -> Vec<u8> {
        let [.., before, checkpoint] = &self.checkpoints[..] else {
            panic!("there are too few checkpoints");
        };
        let confirmed = TrusteeId::all(self.round.shape().trustees()).filter_map(|trustee| {
            let message = self.message_of(Sender::Trustee(trustee), Phase::ConfirmList)?;
            Some((trustee, message.envelope.signature))
        });
        let size = checkpoint.root.size as usize;
        let tree = self.tree(size.min(self.entries.len()));
        let is_confirm = checkpoint.phase == Phase::ConfirmList;
        TrusteePackage {
            checkpoint: checkpoint.clone(),
            consistency: tree.consistency(before.root.size).unwrap_or_default(),
            confirmed: confirmed.filter(|_| is_confirm).collect(),
        }
        .encode()
    }

    /// These honest trustees check.
    pub fn check(&mut self, indices: &[usize]) -> Vec<CheckedTrustee> {
        let check = |&index: &usize| {
            let trustee = self.parties.trustee(index);
            let package = std::io::Cursor::new(self.submit_package(trustee.id()));
            let pending = trustee.check(package, &mut rand_core::OsRng).unwrap();
            pending.save(&mut store()).unwrap()
        };
        let checked: Vec<_> = indices.iter().map(check).collect();
        self.all(checked)
    }

    /// These honest trustees confirm.
    pub fn confirm(&mut self, trustees: Vec<CheckedTrustee>) -> Vec<ConfirmedTrustee> {
        let package = self.package();
        let confirm = |trustee: CheckedTrustee| {
            let pending = trustee.confirm(&package).unwrap();
            pending.save(&mut store()).unwrap()
        };
        let confirmed = trustees.into_iter().map(confirm).collect();
        self.all(confirmed)
    }

    /// These honest trustees open.
    pub fn open(&mut self, trustees: Vec<ConfirmedTrustee>) {
        let package = self.package();
        let open = |trustee: ConfirmedTrustee| {
            let pending = trustee.open(&package).unwrap();
            pending.save(&mut store()).unwrap()
        };
        let opened = trustees.into_iter().map(open).collect();
        let _ = self.all(opened);
    }

    fn all<T>(&mut self, said: Vec<(T, Vec<u8>)>) -> Vec<T> {
        let (trustees, messages): (Vec<_>, Vec<_>) = said.into_iter().unzip();
        messages.iter().for_each(|message| self.take(message));
        trustees
    }

    /// The sums of rows and blindings that openings and masked rows of these clients give.
    pub fn sum(&self, clients: &[u32]) -> Vec<Fr> {
        let parts = self.round.parts();
        let mut values = Vec::new();
        for trustee in TrusteeId::all(parts.shape().trustees()) {
            let Some(opening) = self.message_of(Sender::Trustee(trustee), Phase::Open) else {
                continue;
            };
            let mut value = decode::<Ristretto>(&opening.body, parts).unwrap();
            for client in clients {
                self.add_masked(*client, trustee, &mut value);
            }
            values.push((trustee, value));
        }
        let rows = reconstruct::<Ristretto>(&values, parts).unwrap();
        let packed = rows.iter().flat_map(|row| &row[..row.len() - 1]);
        let blindings = rows.iter().map(|row| &row[row.len() - 1]);
        packed.chain(blindings).copied().collect()
    }

    fn add_masked(&self, client: u32, trustee: TrusteeId, value: &mut [Fr]) {
        let parts = self.round.parts();
        let sender = Sender::Client(ClientId::new(client).unwrap());
        let message = self.message_of(sender, Phase::Submit).unwrap();
        let masked = message.body[parts.public_len()..].chunks(parts.masked_len());
        for (place, part) in parts.places().zip(masked) {
            if place.trustee == trustee {
                let row = masked::decode::<Ristretto>(part, parts).unwrap();
                let first = place.block * parts.row_scalars();
                let sums = value[first..].iter_mut();
                sums.zip(row).for_each(|(sum, scalar)| *sum += scalar);
            }
        }
    }

    /// Publishes these sums and outcomes. Clients without an outcome have contributed.
    pub fn publish(&mut self, opening: Vec<Fr>, outcomes: &[(u32, Outcome)]) {
        let outcome = |client: ClientId| {
            let of = outcomes.iter().find(|(of, _)| *of == client.number());
            of.map_or(Outcome::Contributed, |(_, outcome)| *outcome)
        };
        let outcomes = ClientId::all(self.round.clients()).map(outcome).collect();
        let body = Publication::<Ristretto> { opening, outcomes }.encode();
        let (context, key) = (*self.round.context(), &self.parties.aggregator);
        let (phase, sender) = (Phase::Publish, Sender::Aggregator);
        let message = Message::sign(key, context, phase, sender, self.last(), &[body]);
        self.take(&message.encode());
    }

    /// The board as a file.
    pub fn file(&self) -> Vec<u8> {
        super::file(&self.parties.header, &self.records)
    }
}
