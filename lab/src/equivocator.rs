//! Clients that equivocate: they sign two messages in one phase.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use crate::local::Party;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::possession::{Possession, Purpose};
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::advertise::Advertisement;
use veragg_protocol::roles::Client;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::message::Message;

use crate::fixtures::id;
use crate::messages::sign_again;
use crate::recording::RecordingClient;
use crate::scene::Scene;

/// The client advertises twice: also another mask key, before its own if `first`, else after it.
pub fn with_two_keys<P: ProofSystem>(scene: Scene<P>, number: u32, first: bool) -> Scene<P> {
    let (key, context) = (scene.key(number), *scene.local.round.context());
    let lengths = scene.local.round.advertise_lengths();
    let mut rng = scene.recording(number).apart(1);
    scene.altering(number, move |phase, _, mut messages| {
        // Another attack of the client can have made something else of its advertisement.
        let is_sound = |bytes: &Vec<u8>| {
            let message = Message::decode(bytes);
            message.is_ok_and(|it| {
                it.parts(&lengths).is_ok() && Advertisement::decode(&it.body).is_ok()
            })
        };
        if phase == Phase::Advertise && messages.first().is_some_and(is_sound) {
            let other = sign_again(&key, &messages[0], &lengths, &mut |parts| {
                let mut body = Advertisement::decode(&parts[0]).unwrap();
                let pair = KeyPair::generate(&mut rng);
                body.keys.mask = *pair.public();
                let purpose = Purpose::Mask;
                body.mask_proof = Possession::prove(&pair, &context, id(number), purpose, &mut rng);
                parts[0] = body.encode();
            });
            messages.insert(usize::from(!first), other);
        }
        messages
    })
}

/// The client sends two messages in a phase: after its own, the same with the parts that `alter` changes.
pub fn with_second_message<P: ProofSystem>(
    scene: Scene<P>,
    number: u32,
    when: Phase,
    lengths: Vec<usize>,
    mut alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static,
) -> Scene<P> {
    let key = scene.key(number);
    scene.altering(number, move |phase, _, mut messages| {
        // Who has nothing to say in the phase says no second thing either.
        if let Some(first) = messages.first().filter(|_| phase == when) {
            messages.push(sign_again(&key, first, &lengths, &mut alter));
        }
        messages
    })
}

/// A client that is restored from an old copy in one phase, and so makes a second message there.
struct Restored<P: ProofSystem> {
    client: RecordingClient<P>,
    round: Arc<Round<P>>,
    key: Arc<SigningKey>,
    when: Phase,
}

impl<P: ProofSystem> Party for Restored<P> {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn restart(&mut self) {
        self.client.restart();
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let saved = self.client.store.clone();
        let mut messages = self.client.speak(phase, package);
        // Before its first message there is no old copy.
        if phase == self.when && !saved.is_empty() {
            let (round, key) = (Arc::clone(&self.round), Arc::clone(&self.key));
            self.client.client = Client::resume(round, key, &saved).unwrap().0;
            self.client.store = saved;
            messages.extend(self.client.speak(phase, package));
        }
        messages
    }
}

/// The client sends two messages in a phase, and goes on from the second.
pub fn twice<P: ProofSystem>(mut scene: Scene<P>, number: u32, when: Phase) -> Scene<P> {
    let restored = Restored {
        client: scene.recording(number),
        round: Arc::clone(&scene.local.round),
        key: scene.key(number),
        when,
    };
    scene.parties[id(number).index()] = Box::new(restored);
    scene
}
