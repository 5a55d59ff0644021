//! The parties of a round, and its clients. The clients run honest software; an attack changes their messages or
//! their saved states.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_lab::believing;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto};
use veragg_protocol::circuits::group::Group;
use zeroize::Zeroizing;

use super::{id, Suite, CLIENTS};
use veragg_protocol::client::ExposedSecrets;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::roles::Client;
use veragg_protocol::round::configuration::{
    Configuration, SegmentConfiguration, SignedConfiguration,
};
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_protocol::round::parameters::MaskingParameters;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::round::{Round, RoundError};
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::{Message, Sender};

/// The long-term keys of all parties.
pub(super) struct Parties {
    pub(super) organiser: SigningKey,
    pub(super) aggregator: Arc<SigningKey>,
    pub(super) clients: Vec<Arc<SigningKey>>,
}

impl Parties {
    pub(super) fn new() -> Self {
        let key = || SigningKey::generate(&mut OsRng);
        Self {
            organiser: key(),
            aggregator: Arc::new(key()),
            clients: (0..CLIENTS).map(|_| Arc::new(key())).collect(),
        }
    }

    pub(super) fn roster(&self) -> Roster {
        let keys = self.clients.iter().map(|key| key.verifying_key());
        Roster::new(keys.collect()).unwrap()
    }

    /// A configuration as a competent organiser would sign it.
    pub(super) fn configuration(&self) -> Configuration {
        let segments = vec![SegmentConfiguration::integers("numbers", 3, 100)];
        let builder = ConfigurationBuilder::new(segments, 100_000, 200_000, [7; 32]);
        let key = self.aggregator.verifying_key();
        let configuration = builder.build_for::<Suite>(&self.roster(), key, &mut OsRng);
        configuration.unwrap()
    }

    pub(super) fn sign(&self, configuration: &Configuration) -> SignedConfiguration {
        SignedConfiguration::sign(configuration, &self.organiser)
    }

    /// Opens the round of a configuration that the organiser signed, with all checks that a party makes.
    pub(super) fn open(&self, configuration: &Configuration) -> Result<Round<Suite>, RoundError> {
        let organiser = self.organiser.verifying_key();
        let header = header(self.sign(configuration), self.roster().encode());
        Round::open(&header, &organiser)
    }

    /// A round with a sparse graph. A party would refuse it because it is too small, but it is large enough for
    /// attacks on neighbours.
    pub(super) fn sparse(&self, degree: u32, threshold: u32) -> Round<Suite> {
        let mut configuration = self.configuration();
        configuration.pairwise_mut().unwrap().masking = MaskingParameters { degree, threshold };
        let context = self.sign(&configuration).context();
        Round::assemble(None, configuration, context, self.roster(), &[]).unwrap()
    }
}

/// What a board of a suite without a set-up begins with.
pub(super) fn header(configuration: SignedConfiguration, roster: Vec<u8>) -> Header {
    Header {
        configuration,
        roster,
        key: Vec::new(),
    }
}

/// The clients of a round, each with the state that it saved last.
pub(super) struct Clients {
    pub(super) round: Arc<Round<Suite>>,
    pub(super) keys: Vec<Arc<SigningKey>>,
    clients: Vec<Client>,
    stores: Vec<Zeroizing<Vec<u8>>>,
}

impl Clients {
    pub(super) fn new(round: Round<Suite>, keys: &[Arc<SigningKey>]) -> Self {
        let round = Arc::new(round);
        let join =
            |key: &Arc<SigningKey>| Client::join(Arc::clone(&round), Arc::clone(key)).unwrap();
        Self {
            clients: keys.iter().map(join).collect(),
            stores: vec![Zeroizing::default(); keys.len()],
            keys: keys.to_vec(),
            round,
        }
    }

    /// The message that a client sends in answer to a package; nothing if it refuses it.
    pub(super) fn ask(&mut self, number: u32, package: &[u8], x: &[u64]) -> Option<Message> {
        let at = id(number).index();
        // A client of which the board has another message is one that an attack uses.
        if let Some(state) = believing(&self.stores[at], id(number), package, CLIENTS) {
            self.stores[at] = state;
            self.restart(number);
        }
        let sent = self.clients[at].advance(package, Some(x), &mut OsRng, &mut self.stores[at]);
        let message = sent.ok().flatten();
        message.map(|bytes| Message::decode(&bytes).unwrap())
    }

    /// A second process of the same client, from the state that it saved last.
    pub(super) fn restarted(&self, number: u32) -> Client {
        let at = id(number).index();
        let (round, key) = (Arc::clone(&self.round), Arc::clone(&self.keys[at]));
        Client::resume(round, key, &self.stores[at]).unwrap().0
    }

    /// A second device of a client, which has joined and made an advertisement of its own.
    pub(super) fn second_device(&self, number: u32) -> Client {
        let key = Arc::clone(&self.keys[id(number).index()]);
        let mut device = Client::join(Arc::clone(&self.round), key).unwrap();
        let mut store = Zeroizing::new(Vec::new());
        let sent = device.advance(&[], None, &mut OsRng, &mut store);
        assert!(sent.unwrap().is_some());
        device
    }

    /// Takes a client back to the state that it saved last.
    pub(super) fn restart(&mut self, number: u32) {
        self.clients[id(number).index()] = self.restarted(number);
    }

    /// The state that a client saved last.
    pub(super) fn saved(&self, number: u32) -> Zeroizing<Vec<u8>> {
        self.stores[id(number).index()].clone()
    }

    /// Takes a client back to a state that it saved earlier.
    pub(super) fn restore(&mut self, number: u32, saved: Zeroizing<Vec<u8>>) {
        self.stores[id(number).index()] = saved;
        self.restart(number);
    }

    /// Lets a client go on in another round.
    pub(super) fn mislead(&mut self, number: u32, round: Round<Suite>) {
        let at = id(number).index();
        let client = Client::join(Arc::new(round), Arc::clone(&self.keys[at])).unwrap();
        self.clients[at] = client;
    }

    /// The offset of the state's own fields in a saved state: behind version, tag, context, number, the checkpoint
    /// that it answered last, and its last message.
    fn state_at(&self, number: u32) -> usize {
        let saved = &self.stores[id(number).index()];
        let behind = |at: usize| {
            let length = saved[at..at + 4].try_into().unwrap();
            at + 4 + u32::from_be_bytes(length) as usize
        };
        behind(behind(3 + 32 + 4))
    }

    /// The secrets that a client holds.
    pub(super) fn secrets(&self, number: u32) -> ExposedSecrets {
        self.clients[id(number).index()].expose_secrets()
    }

    /// Replaces these bytes in the saved state of a client, wherever they are, and restarts the client with it.
    pub(super) fn patch(&mut self, number: u32, from: &[u8], to: &[u8]) {
        let from_state = self.state_at(number);
        let store = &mut self.stores[id(number).index()];
        let found =
            (from_state..store.len() - from.len()).find(|&at| store[at..].starts_with(from));
        let at = found.unwrap();
        store[at..at + to.len()].copy_from_slice(to);
        self.restart(number);
    }

    /// From now on this client computes a pairwise mask with a random key instead of `key`.
    pub(super) fn falsify_pairwise_mask(&mut self, culprit: u32, key: &[u8]) {
        let other = KeyPair::generate(&mut OsRng);
        self.patch(culprit, key, &Ristretto::encode_point(other.public()));
    }

    /// From now on this client masks with a seed that it did not share.
    pub(super) fn falsify_self_mask(&mut self, culprit: u32) {
        let seed = self.secrets(culprit).seed.unwrap();
        self.patch(
            culprit,
            seed.as_bytes(),
            KeyScalar::random(&mut OsRng).as_bytes(),
        );
    }

    /// A message in a client's name, with its signature.
    pub(super) fn sign(
        &self,
        number: u32,
        phase: Phase,
        answers: Digest,
        parts: &[Vec<u8>],
    ) -> Message {
        let key = &self.keys[id(number).index()];
        let sender = Sender::Client(id(number));
        Message::sign(key, *self.round.context(), phase, sender, answers, parts)
    }

    /// The message with other parts, signed by its sender.
    pub(super) fn altered(
        &self,
        message: &Message,
        lengths: &[usize],
        alter: impl FnOnce(&mut Vec<Vec<u8>>),
    ) -> Message {
        let parts = message.parts(lengths).unwrap();
        let mut parts: Vec<_> = parts.iter().map(|part| part.to_vec()).collect();
        alter(&mut parts);
        let envelope = &message.envelope;
        let number = sender(message).number();
        self.sign(number, envelope.phase, envelope.answers, &parts)
    }
}

/// The client that sent a message.
pub(super) fn sender(message: &Message) -> ClientId {
    let Sender::Client(client) = message.envelope.sender else {
        panic!("a client's");
    };
    client
}
