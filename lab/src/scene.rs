//! A round before it is played, and what its clients do otherwise than honest ones.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::roles::Client;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use crate::local::{play, LocalClient, LocalRound, Party};
use crate::{id, input, local_round, sign_again, Finished, RecordingClient, Suite};

/// The clients of a scene, in the order of their numbers.
pub type Parties = Vec<Box<dyn Party>>;

/// A client, honest or not, that tells what it was about to say to somebody who says something else.
struct Altered {
    inner: Box<dyn Party>,
    act: Box<Act>,
}

/// What is said in a phase instead of what an honest client would say to this package.
type Act = dyn FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send;

impl Party for Altered {
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
    pub local: LocalRound<Suite>,
    /// Everybody's input, in the order of their numbers.
    pub inputs: Vec<Vec<u64>>,
    /// Who plays.
    pub parties: Parties,
}

impl Scene {
    /// All of them honest, in a small setting.
    pub fn new(clients: u32, segments: &[(usize, u64)]) -> Self {
        Self::of(local_round(clients, segments))
    }

    /// All of them honest, in this setting.
    pub fn of(local: LocalRound<Suite>) -> Self {
        let segments = local.round.configuration().segments.iter();
        let segments: Vec<_> = segments
            .map(|segment| (segment.claims.len, segment.claims.bound))
            .collect();
        let inputs: Vec<_> = (1..=local.round.clients())
            .map(|number| input(number, &segments))
            .collect();
        let parties = (1..)
            .zip(&inputs)
            .map(|(number, x)| {
                let client = local.client(id(number), x.clone()).unwrap();
                Box::new(client) as Box<dyn Party>
            })
            .collect();
        Self {
            local,
            inputs,
            parties,
        }
    }

    /// A client's key.
    pub fn key(&self, number: u32) -> Arc<SigningKey> {
        self.local.client_keys[id(number).index()].clone()
    }

    /// An honest client with its input.
    pub fn honest(&self, number: u32) -> LocalClient {
        let input = self.inputs[id(number).index()].clone();
        self.local.client(id(number), input).unwrap()
    }

    /// An honest client with its input, whose owner reads what it writes down.
    pub fn recording(&self, number: u32) -> RecordingClient {
        let client = Client::join(self.local.round.clone(), self.key(number)).unwrap();
        RecordingClient {
            id: id(number),
            client,
            input: self.inputs[id(number).index()].clone(),
            store: Zeroizing::new(Vec::new()),
        }
    }

    /// The client is never heard again after this phase.
    pub fn dropping(mut self, number: u32, after: Phase) -> Self {
        let client = self.honest(number).dropping_out_after(after);
        self.parties[id(number).index()] = Box::new(client);
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
        let inner = self.parties.remove(place);
        self.parties.insert(place, Box::new(Altered { inner, act }));
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
        let mut aggregator = self.local.aggregator(Vec::new()).unwrap();
        while aggregator.phase() != Phase::Publish {
            for person in &mut self.parties {
                let package = aggregator.package(person.id());
                for message in person.speak(aggregator.phase(), &package) {
                    aggregator.receive(message, 0).unwrap();
                }
            }
            aggregator.close().unwrap();
        }
        Finished {
            local: self.local,
            inputs: self.inputs,
            records: aggregator.records().unwrap(),
            receipts: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Plays the round with an honest aggregator.
    pub fn play(mut self) -> Finished {
        let aggregator = self.local.aggregator(Vec::new()).unwrap();
        let played = play(aggregator, &mut self.parties, |_| ()).unwrap();
        Finished {
            local: self.local,
            inputs: self.inputs,
            records: played.aggregator.records().unwrap(),
            receipts: played.receipts,
            refusals: played.refusals,
        }
    }
}
