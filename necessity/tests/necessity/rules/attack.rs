//! Honest clients, and a corrupt aggregator that signs anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clients::{sender, Clients, Parties};
use super::{all_but, everybody, id, Suite, CLIENTS};
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::crypto::tree::{Root, Tree};
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::package::{Item, Package};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::Message;
use veragg_protocol::wire::part::Part;

/// The state of the aggregator. A copy of it is a second board.
#[derive(Clone)]
pub(super) struct Board {
    pub(super) tree: Tree<Digest>,
    pub(super) chain: Digest,
    pub(super) before: Root,
    pub(super) package: Vec<u8>,
    /// The messages of each closed phase, by its index.
    pub(super) messages: Vec<Vec<Message>>,
    lists: Vec<ClientSet>,
}

pub(super) struct Attack {
    pub(super) round: Arc<Round<Suite>>,
    pub(super) key: Arc<SigningKey>,
    pub(super) clients: Clients,
    pub(super) board: Board,
}

impl Attack {
    pub(super) fn new() -> Self {
        Self::with_min(None)
    }

    /// A round with this minimum of contributors instead of the one that the fractions give.
    pub(super) fn with_min(min_contributors: Option<u32>) -> Self {
        let parties = Parties::new();
        let mut configuration = parties.configuration();
        if let Some(least) = min_contributors {
            configuration.min_contributors = least;
        }
        let round = parties.open(&configuration).unwrap();
        Self::in_round(&parties, round)
    }

    pub(super) fn in_round(parties: &Parties, round: Round<Suite>) -> Self {
        let clients = Clients::new(round, &parties.clients);
        let board = Board {
            tree: Tree::new(),
            chain: clients.round.context().digest,
            before: Root::empty(),
            package: Vec::new(),
            messages: Vec::new(),
            lists: Vec::new(),
        };
        Self {
            round: Arc::clone(&clients.round),
            key: Arc::clone(&parties.aggregator),
            clients,
            board,
        }
    }

    /// The message that a client with this input sends in answer to the current package; nothing if it refuses it.
    pub(super) fn ask_with(&mut self, number: u32, input: &[u64]) -> Option<Message> {
        self.clients.ask(number, &self.board.package, input)
    }

    pub(super) fn ask(&mut self, number: u32) -> Option<Message> {
        self.ask_with(number, &[1, 2, 3])
    }

    pub(super) fn ask_those(&mut self, numbers: impl IntoIterator<Item = u32>) -> Vec<Message> {
        let numbers = numbers.into_iter();
        numbers.filter_map(|number| self.ask(number)).collect()
    }

    pub(super) fn ask_all(&mut self) -> Vec<Message> {
        self.ask_those(1..=CLIENTS)
    }

    fn list(&self, phase: Phase) -> ClientSet {
        let list = self.board.lists.get(phase.index());
        list.cloned().unwrap_or_else(everybody)
    }

    pub(super) fn lengths(&self, message: &Message) -> Vec<usize> {
        let (client, body) = (sender(message), message.body.len());
        let (round, list) = (&self.round, |phase| self.list(phase));
        match message.envelope.phase {
            Phase::Advertise => round.advertise_lengths(),
            Phase::Share => round.share_lengths(client, &list(Phase::Advertise)),
            Phase::Confirm => round.confirm_lengths(client, &list(Phase::Share), body),
            Phase::Submit => round.submit_lengths(),
            Phase::Attest => round.attest_lengths(client, &list(Phase::Confirm)),
            Phase::Dispute => round.dispute_lengths(client, &list(Phase::Attest), body),
            Phase::Unmask(_) => vec![body],
            _ => Vec::new(),
        }
    }

    pub(super) fn parts(&self, message: &Message) -> Tree<Vec<u8>> {
        let parts = message.parts(&self.lengths(message)).unwrap();
        parts.iter().map(|part| part.to_vec()).collect()
    }

    /// A part of a message with its path to the root of the body.
    pub(super) fn part(&self, message: &Message, position: usize) -> Part {
        let tree = self.parts(message);
        Part {
            position: position as u32,
            bytes: tree.leaf(position as u64).unwrap().clone(),
            proof: tree.inclusion(position as u64).unwrap(),
        }
    }

    pub(super) fn altered(
        &self,
        message: &Message,
        alter: impl FnOnce(&mut Vec<Vec<u8>>),
    ) -> Message {
        self.clients.altered(message, &self.lengths(message), alter)
    }

    /// Puts messages on the board, closes the phase with a list, and shows all of these messages.
    pub(super) fn close(&mut self, phase: Phase, messages: Vec<Message>, list: ClientSet) {
        self.write(messages.clone());
        self.show(phase, &messages, list);
    }

    /// Puts messages on the board.
    pub(super) fn write(&mut self, messages: Vec<Message>) {
        for message in &messages {
            self.board.tree.push(message.envelope.entry());
        }
        self.board.messages.push(messages);
    }

    /// Closes the phase with a list, and shows these messages as if they were on the board.
    pub(super) fn show(&mut self, phase: Phase, shown: &[Message], list: ClientSet) {
        let (context, previous) = (*self.round.context(), self.board.chain);
        let root = self.board.tree.root();
        let checkpoint = Checkpoint::sign(&self.key, context, phase, previous, root, list);
        self.show_under(checkpoint, shown);
    }

    /// Like [`show`](Self::show), with any checkpoint.
    pub(super) fn show_under(&mut self, checkpoint: Checkpoint, shown: &[Message]) {
        let tree = &self.board.tree;
        let leaf_of = |message: &Message| {
            let entry = message.envelope.entry();
            (0..tree.size()).find(|&index| tree.leaf(index) == Some(&entry))
        };
        let (acknowledgements, shown): (Vec<_>, Vec<_>) = shown
            .iter()
            .partition(|message| message.envelope.phase == Phase::Acknowledge);
        let acknowledgements: BTreeMap<_, _> = acknowledgements
            .into_iter()
            .map(|message| (sender(message), message.envelope.signature))
            .collect();
        let items = shown.into_iter().map(|message| {
            // A message that is not on the board is shown as if it were the last one there.
            let index = leaf_of(message).unwrap_or(tree.size() - 1);
            let count = self.parts(message).size() as usize;
            Item {
                index,
                envelope: message.envelope.clone(),
                inclusion: tree.inclusion(index).unwrap(),
                parts: (0..count).map(|at| self.part(message, at)).collect(),
            }
        });
        let package = Package {
            items: items.collect(),
            acknowledgements: acknowledgements.into_iter().collect(),
            consistency: tree.consistency(self.board.before.size).unwrap(),
            fraud_proofs: Vec::new(),
            checkpoint: checkpoint.clone(),
        };
        self.board.package = package.encode();
        self.board.chain = checkpoint.digest();
        self.board.before = checkpoint.root;
        self.board.lists.push(checkpoint.list);
    }

    /// Changes the current package.
    pub(super) fn alter_package(&mut self, alter: impl FnOnce(&mut Package)) {
        let mut package = Package::decode(&self.board.package, CLIENTS).unwrap();
        alter(&mut package);
        self.board.package = package.encode();
    }

    /// Plays up to this phase, and closes it. All parties are honest so far.
    pub(super) fn honest_through(mut self, last: Phase) -> Self {
        for phase in Phase::PAIRWISE.into_iter().skip(self.board.messages.len()) {
            if phase > last {
                break;
            }
            let messages = self.ask_all();
            self.close(phase, messages, everybody());
        }
        self
    }

    pub(super) fn of(&self, phase: Phase, number: u32) -> &Message {
        let mut messages = self.board.messages[phase.index()].iter();
        messages
            .find(|message| sender(message) == id(number))
            .unwrap()
    }

    pub(super) fn keys_of(&self, number: u32) -> RoundKeys {
        let message = self.of(Phase::Advertise, number);
        Advertisement::decode(&message.body).unwrap().keys
    }

    /// Plays up to attest, with two boards. Client 2 answers a board without a submission of client 9; all others
    /// answer a board with one. Also gives the attestation of client 2.
    pub(super) fn two_views(self) -> (Self, Message) {
        let mut attack = self.honest_through(Phase::Confirm);
        let messages = attack.ask_all();
        let board = attack.board.clone();
        attack.close(Phase::Submit, messages.clone(), all_but(9));
        let of_two = attack.ask(2).unwrap();
        attack.board = board;
        attack.close(Phase::Submit, messages, everybody());
        let mut messages = attack.ask_those((1..=CLIENTS).filter(|&number| number != 2));
        messages.push(of_two.clone());
        attack.close(Phase::Attest, messages, everybody());
        (attack, of_two)
    }
}
