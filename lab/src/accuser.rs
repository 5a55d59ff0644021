//! A client that says in confirm what it likes. It knows what an honest client knows of itself, from what
//! that writes down, and nothing else.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use crate::local::Party;
use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::decode_key_scalar;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::dleq::Revealed;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::advertise::RoundKeys;
use veragg_protocol::pairwise::confirm::Complaint;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Message;

use crate::{advertised_keys, id, sign_again, RecordingClient, Scene};

struct Accuser {
    client: RecordingClient,
    context: [u8; 32],
    clients: u32,
    /// What it says of its own in confirm, with the means to say it.
    act: Box<Act>,
    key: Arc<SigningKey>,
    keys: Vec<(ClientId, RoundKeys)>,
}

type Act = dyn Fn(&Tongue, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send;

/// What a client can say with its own key.
pub struct Tongue {
    context: [u8; 32],
    me: ClientId,
    channel: KeyPair,
    keys: Vec<(ClientId, RoundKeys)>,
    key: Arc<SigningKey>,
}

impl Tongue {
    /// A complaint about a dealer, with a proof that holds, whether or not there is reason to complain.
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
        complaint.ends().reveal(&self.channel, &mut OsRng)
    }

    /// The confirmation with this body in place of its own.
    pub fn say(&self, said: &[Vec<u8>], body: Vec<u8>) -> Vec<Vec<u8>> {
        let lengths = [Message::decode(&said[0]).unwrap().body.len()];
        vec![sign_again(&self.key, &said[0], &lengths, &mut |parts| {
            *parts = vec![body.clone()];
        })]
    }
}

impl Party for Accuser {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        if phase == Phase::Share {
            self.keys = advertised_keys(package, self.clients);
            // A crooked aggregator shows it its own too.
            let me = self.id();
            self.keys.retain(|(client, _)| *client != me);
        }
        let before = self.client.store.to_vec();
        let said = self.client.speak(phase, package);
        if phase != Phase::Confirm || said.is_empty() {
            return said;
        }
        // The saved state ends with the channel's secret, the seed and the keys of its peers.
        let end = before.len() - (4 + self.keys.len() * (4 + 64)) - 32;
        let channel = decode_key_scalar(&before[end - 32..end], "channel").unwrap();
        let tongue = Tongue {
            context: self.context,
            me: self.id(),
            channel: KeyPair::from_secret(channel),
            keys: self.keys.clone(),
            key: Arc::clone(&self.key),
        };
        (self.act)(&tongue, said)
    }
}

impl Scene {
    /// The client says what `act` likes instead of its confirmation.
    pub fn confirming(
        mut self,
        number: u32,
        act: impl Fn(&Tongue, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
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
