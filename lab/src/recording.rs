//! An honest client whose saved state an attack can read and write.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use veragg_protocol::circuits::codec::{Reader, Writer};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::roles::Client;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::{Message, Sender};
use zeroize::Zeroizing;

use crate::local::Party;

/// An honest client that keeps the state which it saved last.
pub struct RecordingClient<P: ProofSystem> {
    pub(crate) id: ClientId,
    pub(crate) round: Arc<Round<P>>,
    pub(crate) key: Arc<SigningKey>,
    /// The client in its current state.
    pub client: Client,
    pub(crate) input: Vec<u64>,
    /// The state that it saved last.
    pub store: Zeroizing<Vec<u8>>,
    /// The message that it made last, if it did.
    pub(crate) said: Option<Vec<u8>>,
    /// Whether it goes on if the board has another message of it than its own.
    pub(crate) corrupt: bool,
    /// Where its randomness comes from.
    pub(crate) rng: ChaCha20Rng,
}

/// The saved state of a client that believes that it sent the message which a package shows of it; nothing if the
/// package shows none, or the one that it sent. The honest software compares the two and stops; the software of an
/// attacker does not.
pub fn believing(
    state: &[u8],
    me: ClientId,
    package: &[u8],
    clients: u32,
) -> Option<Zeroizing<Vec<u8>>> {
    let package = Package::decode(package, clients).ok()?;
    let mut items = package.items.iter();
    let shown = items.find(|item| item.envelope.sender == Sender::Client(me))?;
    let mut reader = Reader::new(state);
    // Format, state, context and number.
    let head = reader.bytes(2 + 1 + 32 + 4, "head").ok()?;
    let checkpoint = reader.long("checkpoint").ok()?;
    let said = reader.long("message").ok()?;
    if Message::entry_of(said) == Ok(shown.envelope.entry()) {
        return None;
    }
    let rest = reader.bytes(reader.remaining(), "rest").ok()?;
    let writer = Writer::secret()
        .bytes(head)
        .long(checkpoint)
        .long(&shown.envelope.encode())
        .bytes(rest);
    Some(Zeroizing::new(writer.finish()))
}

impl<P: ProofSystem> RecordingClient<P> {
    /// Randomness for what the attacker does besides: a stream with this number, from 1, that the client never draws from.
    pub(crate) fn apart(&self, number: u64) -> ChaCha20Rng {
        let mut rng = self.rng.clone();
        rng.set_stream(u64::MAX - number);
        rng
    }

    fn believe(&mut self, package: &[u8]) {
        if let Some(state) = believing(&self.store, self.id, package, self.round.clients()) {
            let (round, key) = (Arc::clone(&self.round), Arc::clone(&self.key));
            self.client = Client::resume(round, key, &state).unwrap().0;
            self.store = state;
        }
    }
}

impl<P: ProofSystem> Party for RecordingClient<P> {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, _: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if self.corrupt {
            self.believe(package);
        }
        let input = self.client.needs_input().then_some(self.input.as_slice());
        let message = self
            .client
            .advance(package, input, &mut self.rng, &mut self.store);
        // After an error it is as it was.
        let Ok(message) = message else {
            return Vec::new();
        };
        self.said = message.clone();
        message.into_iter().collect()
    }

    fn corrupt(&mut self) {
        self.corrupt = true;
    }

    fn restart(&mut self) {
        let (round, key) = (Arc::clone(&self.round), Arc::clone(&self.key));
        if self.store.is_empty() {
            self.client = Client::join(round, key).unwrap();
            return;
        }
        let (phase, needs) = (self.client.phase(), self.client.needs_input());
        let (client, again) = Client::resume(round, key, &self.store).unwrap();
        let same = client.phase() == phase && client.needs_input() == needs;
        // What an attack has written into the state is not what was said.
        let same_message = self.corrupt || again == self.said;
        assert!(
            same && same_message,
            "client {} is another after a restart",
            self.id
        );
        self.client = client;
    }
}
