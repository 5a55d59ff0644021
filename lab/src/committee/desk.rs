//! An aggregator that does whatever it is told: it takes any message, and signs any list.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::committee::masked;
use veragg_protocol::committee::open::{decode, reconstruct};
use veragg_protocol::committee::package::{ShownParts, Submitted, TrusteePackage};
use veragg_protocol::committee::parts::{MaskedPlace, PublicParts};
use veragg_protocol::committee::record::abridge;
use veragg_protocol::committee::round::Round;
use veragg_protocol::committee::submit::SubmissionKey;
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
        let record = self.record_of(&decoded, shown);
        self.entries.push(decoded.envelope.entry());
        self.messages.push(decoded);
        self.records.push(record);
    }

    /// Whether a board of this round can hold a message: no record is longer than the longest that the round allows.
    pub(crate) fn can_hold(&self, message: &Message) -> bool {
        self.record_of(message, None).bytes.len() <= self.round.longest_record()
    }

    fn record_of(&self, message: &Message, shown: Option<MaskedPlace>) -> Record {
        let of_submit = message.envelope.phase == Phase::Submit;
        let abridged = abridge(&message.body, shown, self.round.parts());
        let bytes = message.encode();
        match abridged.filter(|_| of_submit) {
            Some(body) => Record {
                kind: RecordKind::Submission,
                bytes: [&bytes[..ENVELOPE_LEN], &body].concat(),
            },
            None => Record {
                kind: RecordKind::Message,
                bytes,
            },
        }
    }

    /// Shows a masked row of the first submission of a client, which must stand before any checkpoint.
    pub(crate) fn show(&mut self, client: ClientId, place: MaskedPlace) {
        let sender = Sender::Client(client);
        let first = self.messages.iter().position(|message| {
            message.envelope.sender == sender && message.envelope.phase == Phase::Submit
        });
        if let Some(leaf) = first {
            self.records[leaf] = self.record_of(&self.messages[leaf], Some(place));
        }
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
        self.put(Checkpoint::sign(key, context, phase, previous, root, list));
    }

    /// A checkpoint over what stands on the board.
    pub(crate) fn checkpoint(&self, phase: Phase, list: ClientSet) -> Checkpoint {
        let (context, key) = (*self.round.context(), &self.parties.aggregator);
        Checkpoint::sign(key, context, phase, self.last(), self.root(), list)
    }

    /// Puts a checkpoint on the board.
    pub(crate) fn put(&mut self, checkpoint: Checkpoint) {
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
            let sent = client.submit(input, &mut rng, &mut store());
            self.take(sent.unwrap().message());
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

    /// The checkpoint of a phase that was closed.
    pub(crate) fn closed(&self, phase: Phase) -> Option<&Checkpoint> {
        let mut checkpoints = self.checkpoints.iter();
        checkpoints.find(|checkpoint| checkpoint.phase == phase)
    }

    /// The submission key of a client.
    pub fn key_of(&self, client: u32) -> SubmissionKey {
        self.find_key(ClientId::new(client).unwrap()).unwrap()
    }

    /// The same; nothing if there is no submission with a key that decodes.
    pub(crate) fn find_key(&self, client: ClientId) -> Option<SubmissionKey> {
        let message = self.message_of(Sender::Client(client), Phase::Submit)?;
        let cut = PublicParts::cut(&message.body, self.round.parts())?;
        SubmissionKey::decode(cut.key).ok()
    }

    /// The package of submit for a trustee.
    pub fn submit_package(&self, trustee: TrusteeId) -> Vec<u8> {
        let checkpoint = &self.checkpoints[0];
        let encoded = checkpoint.encode();
        let mut package = (encoded.len() as u32).to_be_bytes().to_vec();
        package.extend(encoded);
        let size = (checkpoint.root.size as usize).min(self.messages.len());
        for message in &self.messages[..size] {
            let envelope = message.envelope.clone();
            let listed = match envelope.sender {
                Sender::Client(client) => checkpoint.list.contains(client),
                _ => false,
            };
            let shown = match listed {
                true => self.shown(message, trustee),
                false => None,
            };
            package.extend(Submitted { envelope, shown }.encode());
        }
        package
    }

    /// Nothing if the body is too short.
    fn shown(&self, message: &Message, trustee: TrusteeId) -> Option<ShownParts> {
        let parts = self.round.parts();
        // Whether they are the parts that the envelope names does not matter here.
        let mut body = &message.body[..];
        let cut = parts.lengths().into_iter().map(|length| {
            let (part, rest) = body.split_at_checked(length)?;
            body = rest;
            Some(part)
        });
        let cut: Vec<&[u8]> = cut.collect::<Option<_>>()?;
        let tree: Tree<&[u8]> = cut.iter().copied().collect();
        let at = parts.pads_at(trustee);
        let path = |at: usize| tree.inclusion(at as u64).unwrap();
        Some(ShownParts {
            key: cut[1].to_vec(),
            key_path: path(1),
            pads: cut[at].to_vec(),
            pads_path: path(at),
        })
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
            let pending = trustee
                .check(package, u64::MAX, &mut rand_core::OsRng)
                .unwrap();
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
        let trustees = TrusteeId::all(self.round.shape().trustees());
        let spoke = |trustee: &TrusteeId| {
            let sender = Sender::Trustee(*trustee);
            self.message_of(sender, Phase::Open).is_some()
        };
        let opened: Vec<_> = trustees.filter(spoke).collect();
        let clients = clients.iter().map(|number| ClientId::new(*number).unwrap());
        self.sum_of(&clients.collect::<Vec<_>>(), &opened).unwrap()
    }

    /// The same from the openings of these trustees. Nothing if they are too few, or if an opening or a masked row that is needed does not
    /// decode.
    pub(crate) fn sum_of(&self, clients: &[ClientId], opened: &[TrusteeId]) -> Option<Vec<Fr>> {
        let parts = self.round.parts();
        let values = opened.iter().map(|trustee| {
            let opening = self.message_of(Sender::Trustee(*trustee), Phase::Open)?;
            let mut value = decode::<Ristretto>(&opening.body, parts).ok()?;
            for client in clients {
                self.add_masked(*client, *trustee, &mut value)?;
            }
            Some((*trustee, value))
        });
        let values = values.collect::<Option<Vec<_>>>()?;
        let rows = reconstruct::<Ristretto>(&values, parts)?;
        let packed = rows.iter().flat_map(|row| &row[..row.len() - 1]);
        let blindings = rows.iter().map(|row| &row[row.len() - 1]);
        Some(packed.chain(blindings).copied().collect())
    }

    fn add_masked(&self, client: ClientId, trustee: TrusteeId, value: &mut [Fr]) -> Option<()> {
        let parts = self.round.parts();
        let message = self.message_of(Sender::Client(client), Phase::Submit)?;
        let masked = message.body.get(parts.public_len()..)?;
        for (place, part) in parts.places().zip(masked.chunks(parts.masked_len())) {
            if place.trustee == trustee {
                let row = masked::decode::<Ristretto>(part, parts).ok()?;
                let first = place.block * parts.row_scalars();
                let sums = value[first..].iter_mut();
                sums.zip(row).for_each(|(sum, scalar)| *sum += scalar);
            }
        }
        Some(())
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
