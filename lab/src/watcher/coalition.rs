//! A round of honest clients, some corrupt ones, and a corrupt aggregator. A watcher sees what the last two see.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rand_core::OsRng;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::crypto::tree::Tree;
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::round::Round;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::{Message, Sender};
use veragg_protocol::wire::part::Part;

use super::Watcher;
use crate::books::Books;
use crate::fixtures::{id, random_input, PlaySetUp};
use crate::local::{LocalRound, Party};
use crate::messages::sign_again;
use crate::recording::RecordingClient;
use crate::scene::Scene;

/// A round that a corrupt aggregator plays step by step.
pub(super) struct Coalition<P: ProofSystem> {
    pub(super) local: LocalRound<P>,
    pub(super) inputs: Vec<Vec<u64>>,
    /// The clients, in the order of their numbers. Each runs honest software.
    pub(super) clients: Vec<RecordingClient<P>>,
    pub(super) corrupt: Vec<u32>,
    /// The board that is shown. A clone of it is a second board.
    pub(super) books: Books<P>,
    pub(super) watcher: Watcher<P>,
}

impl<P: ProofSystem> Coalition<P> {
    /// A round in which these clients are corrupt. The inputs are random.
    pub(super) fn new(local: LocalRound<P>, corrupt: &[u32]) -> Self {
        let input = |_| random_input(local.round.configuration());
        let inputs: Vec<Vec<u64>> = (0..local.round.clients()).map(input).collect();
        let books = Books::new(&local);
        let watcher = Watcher::new(Arc::clone(&local.round), corrupt.iter().copied().map(id));
        let scene = Scene::with_inputs(local, inputs, &mut OsRng);
        let clients = (1..=scene.local.round.clients()).map(|number| RecordingClient {
            // The honest software stops if the board has another message of it than its own.
            corrupt: corrupt.contains(&number),
            ..scene.recording(number)
        });
        Self {
            clients: clients.collect(),
            corrupt: corrupt.to_vec(),
            books,
            watcher,
            local: scene.local,
            inputs: scene.inputs,
        }
    }

    pub(super) fn round(&self) -> &Arc<Round<P>> {
        &self.local.round
    }

    fn everybody(&self) -> impl Iterator<Item = u32> {
        1..=self.local.round.clients()
    }

    /// The clients of the roster for which this holds.
    pub(super) fn those(&self, holds: impl Fn(u32) -> bool) -> ClientSet {
        ClientSet::of(self.local.round.clients(), |client| holds(client.number()))
    }

    pub(super) fn key(&self, number: u32) -> &SigningKey {
        &self.local.client_keys[id(number).index()]
    }

    /// The same, to hold on to.
    pub(super) fn shared_key(&self, number: u32) -> Arc<SigningKey> {
        Arc::clone(&self.local.client_keys[id(number).index()])
    }

    /// The keys that a client advertised.
    pub(super) fn keys_of(&self, number: u32) -> RoundKeys {
        let message = self.of(Phase::Advertise, number).unwrap();
        Advertisement::decode(&message.body).unwrap().keys
    }

    /// What these clients send in answer to the package of the board that is shown. `alter` changes it for each reader.
    pub(super) fn ask_with(
        &mut self,
        numbers: impl IntoIterator<Item = u32>,
        alter: impl Fn(u32, &mut Package),
    ) -> Vec<Vec<u8>> {
        let package = self.books.package();
        let mut sent = Vec::new();
        for number in numbers {
            let shown = package.clone().map_or(Vec::new(), |mut package| {
                // Nobody reads the items of others.
                let graph = self.local.round.graph();
                package.items.retain(|item| match item.envelope.sender {
                    Sender::Client(client) => {
                        client == id(number) || graph.are_neighbours(client, id(number))
                    }
                    Sender::Aggregator | Sender::Trustee(_) => false,
                });
                alter(number, &mut package);
                package.encode()
            });
            sent.extend(self.speak(number, &shown));
        }
        sent
    }

    /// What these clients send in answer to the package of the board that is shown.
    pub(super) fn ask(&mut self, numbers: impl IntoIterator<Item = u32>) -> Vec<Vec<u8>> {
        self.ask_with(numbers, |_, _| ())
    }

    pub(super) fn ask_all(&mut self) -> Vec<Vec<u8>> {
        let everybody = self.everybody();
        self.ask(everybody)
    }

    /// What a client sends in answer to a package.
    fn speak(&mut self, number: u32, package: &[u8]) -> Vec<Vec<u8>> {
        let client = &mut self.clients[id(number).index()];
        let messages = client.speak(self.books.phase, package);
        if self.corrupt.contains(&number) {
            // What it sends it may still change.
            self.watcher.is_told(client.client.expose_secrets());
        } else {
            messages
                .iter()
                .for_each(|message| self.watcher.sees(message));
        }
        messages
    }

    /// Puts messages on the board.
    pub(super) fn take(&mut self, messages: Vec<Vec<u8>>) {
        for bytes in messages {
            let sender = Message::decode(&bytes).unwrap().envelope.sender;
            if self
                .corrupt
                .iter()
                .any(|number| sender == Sender::Client(id(*number)))
            {
                self.watcher.sees(&bytes);
            }
            self.books.take(bytes);
        }
    }

    /// Closes the phase with a list.
    pub(super) fn close(&mut self, list: ClientSet) {
        self.books.close(list);
        let shown = self.books.package();
        self.watcher.signs(shown.unwrap().checkpoint);
    }

    /// Closes the phase with the list that follows from its messages.
    pub(super) fn close_honestly(&mut self) {
        self.close(self.books.list());
    }

    /// Plays as an honest aggregator would until this phase is open.
    pub(super) fn honest_until(mut self, phase: Phase) -> Self {
        while self.books.phase < phase {
            let messages = self.ask_all();
            self.take(messages);
            self.close_honestly();
        }
        self
    }

    /// The message of a client in a phase.
    pub(super) fn of(&self, phase: Phase, number: u32) -> Option<Message> {
        let mut messages = self.watcher.of_phase(phase);
        let found = messages.find(|(client, _)| *client == id(number));
        found.map(|(_, message)| message.clone())
    }

    /// Changes the message of a corrupt client among the messages of a phase.
    pub(super) fn altering(
        &self,
        messages: &mut [Vec<u8>],
        number: u32,
        lengths: &[usize],
        alter: &mut dyn FnMut(&mut Vec<Vec<u8>>),
    ) {
        assert!(self.corrupt.contains(&number));
        for bytes in messages {
            let message = Message::decode(bytes).unwrap();
            if message.envelope.sender == Sender::Client(id(number)) {
                *bytes = sign_again(self.key(number), bytes, lengths, alter);
            }
        }
    }

    /// The acknowledgement of a corrupt client for whatever the board holds.
    pub(super) fn acknowledgement(&self, number: u32) -> Vec<u8> {
        assert!(self.corrupt.contains(&number));
        let (context, sender) = (*self.round().context(), Sender::Client(id(number)));
        let (key, phase) = (self.key(number), Phase::Acknowledge);
        Message::sign(key, context, phase, sender, self.books.chain, &[]).encode()
    }

    /// The sums that the watcher must not know. Panics if one of them is none: then it is the watcher that is wrong.
    pub(super) fn learned_too_much(&self) -> Vec<super::Learned> {
        let learned = self.watcher.learned_too_much();
        for one in &learned {
            let sum = self.sum(one.clients.iter().copied());
            let mut known = one.sum.iter().zip(&sum);
            let is_true = known.all(|(known, sum)| known.is_none_or(|known| known == *sum));
            assert!(is_true, "{one:?} is not {sum:?}");
        }
        learned
    }

    /// What the inputs of these clients add up to.
    pub(super) fn sum(&self, clients: impl IntoIterator<Item = ClientId>) -> Vec<u128> {
        let mut sum = vec![0; self.inputs[0].len()];
        for client in clients {
            let input = sum.iter_mut().zip(&self.inputs[client.index()]);
            input.for_each(|(sum, x)| *sum += u128::from(*x));
        }
        sum
    }
}

/// A part of a message with its path.
pub(super) fn part(message: &Message, lengths: &[usize], position: usize) -> Part {
    let parts = message.parts(lengths).unwrap();
    let tree: Tree<_> = parts.iter().collect();
    Part {
        position: position as u32,
        bytes: parts[position].to_vec(),
        proof: tree.inclusion(position as u64).unwrap(),
    }
}

/// The round of a configuration, for the same parties. Nothing, if a client refuses it.
pub(super) fn in_round<P: ProofSystem<SetUp: PlaySetUp>>(
    local: &LocalRound<P>,
    configuration: &Configuration,
    roster: &Roster,
) -> Option<LocalRound<P>> {
    let (key, organiser) = (local.header.key.clone(), &local.organiser_key);
    let header = Header::sign_with_key(configuration, roster, key, organiser).unwrap();
    Some(LocalRound {
        round: enter(&header, local)?,
        header,
        organiser: local.organiser,
        organiser_key: Arc::clone(&local.organiser_key),
        aggregator_key: Arc::clone(&local.aggregator_key),
        client_keys: local.client_keys.clone(),
    })
}

/// The round of a header, as a client enters it that knows the organiser of another round with the same statement.
pub(super) fn enter<P: ProofSystem<SetUp: PlaySetUp>>(
    header: &Header,
    local: &LocalRound<P>,
) -> Option<Arc<Round<P>>> {
    let statement = local.round.configuration().statement().unwrap();
    let set_up = P::SetUp::of(&statement, local.round.clients());
    let round = Round::open_with(&set_up, header, &local.organiser);
    round.ok().map(Arc::new)
}
