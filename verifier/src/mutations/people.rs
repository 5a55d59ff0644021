//! Clients that say two things, and what an aggregator does that is with them.

use std::sync::Arc;

use rand_core::OsRng;
use veragg::local::Participant;
use veragg_protocol::advertise::Advertisement;
use veragg_protocol::client::{AnyClient, Client};
use veragg_protocol::dh::KeyPair;
use veragg_protocol::members::ClientId;
use veragg_protocol::message::Sender;
use veragg_protocol::phase::Phase;
use veragg_protocol::possession::{Possession, Purpose};
use veragg_protocol::round::Round;
use veragg_protocol::signing::SigningKey;
use zeroize::Zeroizing;

use super::common::crooked::Crook;
use super::common::{id, sign_again, Scene, Suite};

/// Somebody whose words are altered, whoever it is.
struct Wrapped {
    inner: Box<dyn Participant>,
    #[allow(clippy::type_complexity)]
    act: Box<dyn FnMut(Phase, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send>,
}

impl Participant for Wrapped {
    fn id(&self) -> ClientId {
        self.inner.id()
    }

    fn speak(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>> {
        let said = self.inner.speak(phase, packet);
        (self.act)(phase, said)
    }
}

/// The client, whoever it is by now, advertises another mask key besides its own, before it or after it.
pub(super) fn with_two_keys(mut scene: Scene, number: u32, first: bool) -> Scene {
    let (key, context) = (scene.key(number), *scene.setting.round.context());
    let lengths = scene.setting.round.advertise_lengths();
    let act = move |phase, mut said: Vec<Vec<u8>>| {
        if phase == Phase::Advertise {
            let other = sign_again(&key, &said[0], &lengths, &mut |parts| {
                let mut body = Advertisement::decode(&parts[0]).unwrap();
                let pair = KeyPair::generate(&mut OsRng);
                body.keys.mask = *pair.public();
                let purpose = Purpose::Mask;
                body.mask_proof =
                    Possession::prove(&pair, &context, id(number), purpose, &mut OsRng);
                parts[0] = body.encode();
            });
            said.insert(usize::from(!first), other);
        }
        said
    };
    let place = id(number).index();
    let wrapped = Wrapped {
        inner: scene.people.remove(place),
        act: Box::new(act),
    };
    scene.people.insert(place, Box::new(wrapped));
    scene
}

/// An aggregator that shows of two words of a client in one phase the second to those whom `to` says, and
/// the first to the others.
pub(super) fn showing_second(
    when: Phase,
    number: u32,
    to: impl Fn(u32) -> bool + 'static,
) -> Crook {
    Crook::new().showing(move |reader, mut packet| {
        let mut seen = 0;
        packet.items.retain(|item| {
            let sender = Sender::Client(id(number));
            let is_it = item.envelope.phase == when && item.envelope.sender == sender;
            seen += usize::from(is_it);
            !is_it || (seen == 2) == to(reader.number())
        });
        packet
    })
}

/// A client that was restored from an old copy: in one phase it speaks, and then again as if it had not.
struct Restored {
    id: ClientId,
    round: Arc<Round<Suite>>,
    key: Arc<SigningKey>,
    client: Option<AnyClient<Suite>>,
    input: Vec<u64>,
    store: Zeroizing<Vec<u8>>,
    when: Phase,
}

impl Restored {
    fn say(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>> {
        let wanted = matches!(phase, Phase::Submit | Phase::Attest);
        let input = wanted.then_some(self.input.as_slice());
        let client = self.client.take().unwrap();
        let (client, said) = client.advance(packet, input, &mut OsRng, &mut self.store);
        self.client = Some(client);
        said.ok().flatten().into_iter().collect()
    }
}

impl Participant for Restored {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, phase: Phase, packet: &[u8]) -> Vec<Vec<u8>> {
        let saved = self.store.clone();
        let mut said = self.say(phase, packet);
        if phase == self.when {
            let (round, key) = (Arc::clone(&self.round), Arc::clone(&self.key));
            self.client = Some(AnyClient::resume(round, key, &saved).unwrap().0);
            said.extend(self.say(phase, packet));
        }
        said
    }
}

/// The client speaks twice in a phase, and goes on from the second time.
pub(super) fn twice(mut scene: Scene, number: u32, when: Phase) -> Scene {
    let (round, key) = (Arc::clone(&scene.setting.round), scene.key(number));
    let client = Client::join(Arc::clone(&round), Arc::clone(&key)).unwrap();
    let place = id(number).index();
    scene.people[place] = Box::new(Restored {
        id: id(number),
        round,
        key,
        client: Some(AnyClient::Joined(client)),
        input: scene.inputs[place].clone(),
        store: Zeroizing::new(Vec::new()),
        when,
    });
    scene
}
