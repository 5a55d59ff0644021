//! A round before it is played, and what its clients do otherwise than honest ones.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use veragg_protocol::client::{AnyClient, Client};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use crate::local::{play, Member, Participant, Setting};
use crate::{id, input, setting, sign_again, Finished, Suite, Writing};

/// The clients of a scene, in the order of their numbers.
pub type People = Vec<Box<dyn Participant>>;

/// A client, honest or not, that tells what it was about to say to somebody who says something else.
struct Altered {
    inner: Box<dyn Participant>,
    act: Box<Act>,
}

/// What is said in a phase instead of what an honest client would say to this package.
type Act = dyn FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send;

impl Participant for Altered {
    fn id(&self) -> ClientId {
        self.inner.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let said = self.inner.speak(phase, package);
        (self.act)(phase, package, said)
    }
}

/// A round before it is played.
pub struct Scene {
    /// Keys and configuration.
    pub setting: Setting<Suite>,
    /// Everybody's input, in the order of their numbers.
    pub inputs: Vec<Vec<u64>>,
    /// Who plays.
    pub people: People,
}

impl Scene {
    /// All of them honest, in a small setting.
    pub fn new(clients: u32, segments: &[(usize, u64)]) -> Self {
        Self::of(setting(clients, segments))
    }

    /// All of them honest, in this setting.
    pub fn of(setting: Setting<Suite>) -> Self {
        let segments = setting.round.configuration().segments.iter();
        let segments: Vec<_> = segments
            .map(|segment| (segment.claims.len, segment.claims.bound))
            .collect();
        let inputs: Vec<_> = (1..=setting.round.clients())
            .map(|number| input(number, &segments))
            .collect();
        let people = (1..)
            .zip(&inputs)
            .map(|(number, x)| {
                let member = setting.member(id(number), x.clone()).unwrap();
                Box::new(member) as Box<dyn Participant>
            })
            .collect();
        Self {
            setting,
            inputs,
            people,
        }
    }

    /// A client's key.
    pub fn key(&self, number: u32) -> Arc<SigningKey> {
        self.setting.clients[id(number).index()].clone()
    }

    /// An honest client with its input.
    pub fn member(&self, number: u32) -> Member<Suite> {
        let input = self.inputs[id(number).index()].clone();
        self.setting.member(id(number), input).unwrap()
    }

    /// An honest client with its input, whose owner reads what it writes down.
    pub fn writing(&self, number: u32) -> Writing {
        let client = Client::join(self.setting.round.clone(), self.key(number)).unwrap();
        Writing {
            id: id(number),
            client: Some(AnyClient::Joined(client)),
            input: self.inputs[id(number).index()].clone(),
            store: Zeroizing::new(Vec::new()),
        }
    }

    /// The client is never heard again after this phase.
    pub fn dropping(mut self, number: u32, after: Phase) -> Self {
        let member = self.member(number).dropping_out_after(after);
        self.people[id(number).index()] = Box::new(member);
        self
    }

    /// The client never speaks.
    pub fn silent(self, number: u32) -> Self {
        self.altering(number, |_, _, _| Vec::new())
    }

    /// The client, whoever it is by now, says what `act` makes of its phase, package and messages.
    pub fn altering(
        mut self,
        number: u32,
        act: impl FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        let (place, act) = (id(number).index(), Box::new(act));
        let inner = self.people.remove(place);
        self.people.insert(place, Box::new(Altered { inner, act }));
        self
    }

    /// The client says in one phase what `alter` makes of the parts of its message, signed again.
    pub fn altering_parts(
        self,
        number: u32,
        when: Phase,
        lengths: Vec<usize>,
        mut alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static,
    ) -> Self {
        let key = self.key(number);
        self.altering(number, move |phase, _, said| {
            if phase != when {
                return said;
            }
            said.iter()
                .map(|bytes| sign_again(&key, bytes, &lengths, &mut alter))
                .collect()
        })
    }

    /// Plays the round with one client after the other, so that later ones can know what earlier
    /// ones have said.
    pub fn play_in_turn(mut self) -> Finished {
        let mut aggregator = self.setting.aggregator(Vec::new()).unwrap();
        while aggregator.phase() != Phase::Publish {
            for person in &mut self.people {
                let package = aggregator.package(person.id());
                for message in person.speak(aggregator.phase(), &package) {
                    aggregator.receive(&message, 0).unwrap();
                }
            }
            aggregator = aggregator.close().unwrap();
        }
        Finished {
            setting: self.setting,
            inputs: self.inputs,
            records: aggregator.into_log(),
            receipts: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Plays the round with an honest aggregator.
    pub fn play(mut self) -> Finished {
        let aggregator = self.setting.aggregator(Vec::new()).unwrap();
        let played = play(aggregator, &mut self.people, |_| ()).unwrap();
        Finished {
            setting: self.setting,
            inputs: self.inputs,
            records: played.aggregator.into_log(),
            receipts: played.receipts,
            refusals: played.refusals,
        }
    }
}
