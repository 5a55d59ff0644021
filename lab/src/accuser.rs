//! A client that sends any confirmation it likes. It knows only what an honest client knows about itself:
//! its own software tells it.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::sync::Arc;

use crate::local::Party;
use rand_chacha::ChaCha20Rng;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::dleq::Revealed;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::advertise::RoundKeys;
use veragg_protocol::pairwise::confirm::Complaint;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Message;

use crate::fixtures::id;
use crate::messages::{advertised_keys, sign_again};
use crate::recording::RecordingClient;
use crate::scene::Scene;

struct Accuser<P: ProofSystem> {
    client: RecordingClient<P>,
    context: Context,
    clients: u32,
    /// Makes the messages of confirm, from the ones that the honest client would send.
    act: Box<Act>,
    key: Arc<SigningKey>,
    keys: Vec<(ClientId, RoundKeys)>,
}

type Act = dyn Fn(&Complainant, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send;

/// A client's own keys, to make confirmations with.
pub struct Complainant {
    context: Context,
    me: ClientId,
    channel: KeyPair,
    keys: Vec<(ClientId, RoundKeys)>,
    key: Arc<SigningKey>,
    rng: RefCell<ChaCha20Rng>,
}

impl Complainant {
    /// Whether it has seen the keys of a dealer.
    pub fn knows(&self, dealer: u32) -> bool {
        self.keys.iter().any(|(client, _)| *client == id(dealer))
    }

    /// A complaint about a dealer. Its proof holds, whether or not there is a reason to complain.
    pub fn complain(&self, dealer: u32) -> Revealed {
        let keys = |client| &self.keys.iter().find(|(id, _)| *id == client).unwrap().1;
        let mine = RoundKeys {
            mask: keys(id(dealer)).mask,
            channel: *self.channel.public(),
        };
        let complaint = Complaint {
            context: &self.context,
            accuser: (self.me, &mine),
            dealer: (id(dealer), keys(id(dealer))),
        };
        let rng = &mut *self.rng.borrow_mut();
        complaint.ends().reveal(&self.channel, rng)
    }

    /// The confirmation with this body instead of its own, signed again.
    pub fn confirm(&self, messages: &[Vec<u8>], body: Vec<u8>) -> Vec<Vec<u8>> {
        let lengths = [Message::decode(&messages[0]).unwrap().body.len()];
        vec![sign_again(
            &self.key,
            &messages[0],
            &lengths,
            &mut |parts| {
                *parts = vec![body.clone()];
            },
        )]
    }
}

impl<P: ProofSystem> Party for Accuser<P> {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn restart(&mut self) {
        self.client.restart();
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if phase == Phase::Share {
            self.keys = advertised_keys(package, self.clients);
            // A corrupt aggregator also shows a client its own message.
            let me = self.id();
            self.keys.retain(|(client, _)| *client != me);
        }
        let before = self.client.client.expose_secrets();
        let messages = self.client.speak(phase, package);
        if phase != Phase::Confirm || messages.is_empty() {
            return messages;
        }
        let Some(channel) = before.channel else {
            return messages;
        };
        let complainant = Complainant {
            context: self.context,
            me: self.id(),
            channel,
            keys: self.keys.clone(),
            key: Arc::clone(&self.key),
            rng: RefCell::new(self.client.apart(1)),
        };
        (self.act)(&complainant, messages)
    }
}

impl<P: ProofSystem> Scene<P> {
    /// The client sends what `act` returns instead of its confirmation.
    pub fn confirming(
        mut self,
        number: u32,
        act: impl Fn(&Complainant, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        let client = Accuser {
            client: self.recording(number),
            context: *self.local.round.context(),
            clients: self.local.round.clients(),
            act: Box::new(act),
            key: self.key(number),
            keys: Vec::new(),
        };
        self.parties[id(number).index()] = Box::new(client);
        self
    }
}
