//! An honest aggregator with its clients, of which some are malicious.

use std::sync::Arc;

use super::clients::{sender, Clients, Parties};
use super::{id, Suite};
use veragg_protocol::aggregator::Reply;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::publish::{Outcome, Published};
use veragg_protocol::roles::Aggregator;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::Message;

pub(super) struct Table {
    pub(super) clients: Clients,
    pub(super) key: Arc<SigningKey>,
    pub(super) aggregator: Option<Aggregator>,
    /// The time at which messages arrive.
    pub(super) now: u64,
    /// The clients' inputs, in the order of their numbers.
    pub(super) inputs: Vec<[u64; 3]>,
}

impl Table {
    pub(super) fn new() -> Self {
        let parties = Parties::new();
        let round = parties.open(&parties.configuration()).unwrap();
        Self::in_round(&parties, round)
    }

    pub(super) fn in_round(parties: &Parties, round: Round<Suite>) -> Self {
        let clients = Clients::new(round, &parties.clients);
        let (round, key) = (Arc::clone(&clients.round), Arc::clone(&parties.aggregator));
        let aggregator = Aggregator::resume(round, Arc::clone(&key), Vec::new());
        Self {
            inputs: vec![[1, 2, 3]; clients.keys.len()],
            clients,
            key,
            aggregator: Some(aggregator.unwrap()),
            now: 0,
        }
    }

    fn aggregator(&self) -> &Aggregator {
        self.aggregator.as_ref().unwrap()
    }

    pub(super) fn phase(&self) -> Phase {
        self.aggregator().phase()
    }

    /// The digest that the messages of the open phase answer.
    pub(super) fn chain(&self) -> Digest {
        let checkpoint = self.aggregator().checkpoint();
        checkpoint.map_or(self.clients.round.context().digest, Checkpoint::digest)
    }

    /// The messages that all clients send in the open phase.
    pub(super) fn ask_all(&mut self) -> Vec<Message> {
        let aggregator = self.aggregator.as_ref().unwrap();
        let clients = (1..).zip(&self.inputs);
        let messages = clients.filter_map(|(number, input)| {
            let package = aggregator.package(id(number));
            self.clients.ask(number, &package, input)
        });
        messages.collect()
    }

    /// Whether the aggregator accepts a message.
    pub(super) fn takes(&mut self, message: &Message) -> bool {
        let aggregator = self.aggregator.as_mut().unwrap();
        let reply = aggregator.receive(message.encode(), self.now).unwrap();
        matches!(reply, Reply::Receipt(_))
    }

    pub(super) fn take_all(&mut self, messages: &[Message]) {
        for message in messages {
            self.takes(message);
        }
    }

    /// Closes the open phase. False if the aggregator refuses to.
    pub(super) fn close(&mut self) -> bool {
        self.aggregator.as_mut().unwrap().close().is_ok()
    }

    /// Plays with honest clients until this phase is open.
    pub(super) fn honest_until(mut self, phase: Phase) -> Self {
        while self.phase() < phase {
            let messages = self.ask_all();
            self.take_all(&messages);
            assert!(self.close());
        }
        self
    }

    /// Plays to the end. `attack` changes the messages of each phase before the aggregator gets them.
    pub(super) fn finish(
        &mut self,
        mut attack: impl FnMut(&mut Self, Phase, &mut Vec<Message>),
    ) -> Option<Published> {
        while self.phase() != Phase::Publish {
            let phase = self.phase();
            let mut messages = self.ask_all();
            attack(self, phase, &mut messages);
            self.take_all(&messages);
            if !self.close() {
                return None;
            }
        }
        self.aggregator().published()
    }

    /// Whether the published sum is that of exactly the contributors, and these are enough.
    pub(super) fn is_right(&self, published: &Published) -> bool {
        let round = &self.clients.round;
        let outcomes = self.inputs.iter().zip(&published.outcomes);
        let counted = outcomes.filter(|(_, outcome)| **outcome == Outcome::Contributed);
        let (mut sum, mut count) = ([0; 3], 0);
        for (input, _) in counted {
            count += 1;
            for (sum, x) in sum.iter_mut().zip(input) {
                *sum += u128::from(*x);
            }
        }
        let found = published.sums.as_ref();
        count >= round.configuration().min_contributors && found.is_ok_and(|found| *found == sum)
    }

    /// Whether the round ends with the right sum in spite of the attack.
    pub(super) fn delivers(
        mut self,
        attack: impl FnMut(&mut Self, Phase, &mut Vec<Message>),
    ) -> bool {
        let published = self.finish(attack);
        published.is_some_and(|published| self.is_right(&published))
    }

    /// The lengths of a message's parts if all clients are on all lists.
    pub(super) fn lengths(&self, message: &Message) -> Vec<usize> {
        let (round, everybody) = (&self.clients.round, super::everybody());
        let (client, body) = (sender(message), message.body.len());
        match message.envelope.phase {
            Phase::Advertise => round.advertise_lengths(),
            Phase::Share => round.share_lengths(client, &everybody),
            Phase::Submit => round.submit_lengths(),
            Phase::Attest => round.attest_lengths(client, &everybody),
            Phase::Confirm | Phase::Dispute | Phase::Unmask(_) => vec![body],
            _ => Vec::new(),
        }
    }

    pub(super) fn alter(&self, message: &mut Message, alter: impl FnOnce(&mut Vec<Vec<u8>>)) {
        *message = self.clients.altered(message, &self.lengths(message), alter);
    }
}

/// The message of a client among the messages of a phase.
pub(super) fn of(messages: &mut [Message], number: u32) -> &mut Message {
    let mut messages = messages.iter_mut();
    messages
        .find(|message| sender(message) == id(number))
        .unwrap()
}

/// Removes the messages of these clients, as if they had dropped out.
pub(super) fn silence(messages: &mut Vec<Message>, numbers: &[u32]) {
    messages.retain(|message| !numbers.contains(&sender(message).number()));
}
