//! A round before it is played, and how its clients differ from honest ones.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRngCore, OsRng, SeedableRng};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::roles::Client;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use zeroize::Zeroizing;

use crate::finished::Finished;
use crate::fixtures::{id, input, local_round, PlaySetUp};
use crate::local::{play, LocalClient, LocalRound, Party};
use crate::messages::sign_again;
use crate::recording::RecordingClient;

/// The clients of a scene, in the order of their numbers.
pub type Parties = Vec<Box<dyn Party>>;

/// A client whose messages `act` replaces.
struct Altered {
    inner: Box<dyn Party>,
    act: Box<Act>,
}

/// Makes the messages to send: from the phase, the package, and the messages that the client would send.
type Act = dyn FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send;

impl Party for Altered {
    fn id(&self) -> ClientId {
        self.inner.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let messages = self.inner.speak(phase, package);
        (self.act)(phase, package, messages)
    }

    fn corrupt(&mut self) {
        self.inner.corrupt();
    }

    fn restart(&mut self) {
        self.inner.restart();
    }
}

fn recording<P: ProofSystem>(
    local: &LocalRound<P>,
    number: u32,
    input: &[u64],
    corrupt: bool,
    rng: ChaCha20Rng,
) -> RecordingClient<P> {
    let (round, key) = (
        Arc::clone(&local.round),
        Arc::clone(&local.client_keys[id(number).index()]),
    );
    RecordingClient {
        id: id(number),
        client: Client::join(Arc::clone(&round), Arc::clone(&key)).unwrap(),
        round,
        key,
        input: input.to_vec(),
        store: Zeroizing::new(Vec::new()),
        said: None,
        corrupt,
        rng,
    }
}

/// A round before it is played.
pub struct Scene<P: ProofSystem> {
    /// Keys and configuration of the round.
    pub local: LocalRound<P>,
    /// Everybody's input, in the order of their numbers.
    pub inputs: Vec<Vec<u64>>,
    /// The clients, in the order of their numbers.
    pub parties: Parties,
    /// Seeds of those who are put in the place of honest clients.
    seeds: ChaCha20Rng,
}

fn seed(rng: &mut dyn CryptoRngCore) -> [u8; 32] {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    seed
}

impl<P: ProofSystem<SetUp: PlaySetUp>> Scene<P> {
    /// The records of an earlier round of the same parties, in which everybody was honest. Their long-term keys are the
    /// same, and so are the inputs as far as the scene has them; all else is drawn anew.
    pub fn earlier(&self) -> Vec<Record> {
        // A stream that no client draws from.
        let mut rng = self.seeds.clone();
        rng.set_stream(u64::MAX);
        let round = self.local.again(&mut rng);
        let known = |input: &&Vec<u64>| !input.is_empty();
        let any = self.inputs.iter().find(known).cloned().unwrap_or_default();
        let of_client = |input: &Vec<u64>| Some(input).filter(known).unwrap_or(&any).clone();
        let inputs = self.inputs.iter().map(of_client).collect();
        Scene::with_inputs(round, inputs, &mut rng)
            .play_in_turn()
            .records
    }

    /// A small round in which all clients are honest.
    pub fn new(clients: u32, segments: &[(usize, u64)]) -> Self {
        Self::of(local_round(clients, segments))
    }
}

impl<P: ProofSystem> Scene<P> {
    /// This round, with honest clients.
    pub fn of(local: LocalRound<P>) -> Self {
        let segments = local.round.configuration().segments.iter();
        let segments: Vec<_> = segments
            .map(|segment| (segment.claims.len, segment.claims.bound))
            .collect();
        let inputs = (1..=local.round.clients())
            .map(|number| input(number, &segments))
            .collect();
        Self::with_inputs(local, inputs, &mut OsRng)
    }

    /// This round, with honest clients who have these inputs. They draw their randomness from seeds of `rng`.
    pub fn with_inputs(
        local: LocalRound<P>,
        inputs: Vec<Vec<u64>>,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let mut seeds = ChaCha20Rng::from_seed(seed(rng));
        let parties = (1..)
            .zip(&inputs)
            .map(|(number, x)| {
                let rng = ChaCha20Rng::from_seed(seed(&mut seeds));
                Box::new(recording(&local, number, x, false, rng)) as Box<dyn Party>
            })
            .collect();
        Self {
            local,
            inputs,
            parties,
            seeds,
        }
    }

    /// This round with these parties, some of whom are to attack. Of a client that is replaced `inputs` must have the input.
    pub fn around(
        local: LocalRound<P>,
        inputs: Vec<Vec<u64>>,
        parties: Parties,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        Self {
            local,
            inputs,
            parties,
            seeds: ChaCha20Rng::from_seed(seed(rng)),
        }
    }

    /// An attacker has taken this client over: its software, with its own keys and input.
    pub fn taken_over(self, number: u32) -> Self {
        let client = self.recording(number);
        self.with(number, client)
    }

    /// A client's long-term key.
    pub fn key(&self, number: u32) -> Arc<SigningKey> {
        self.local.client_keys[id(number).index()].clone()
    }

    /// An honest client with its input.
    pub fn honest(&self, number: u32) -> LocalClient {
        let input = self.inputs[id(number).index()].clone();
        self.local.client(id(number), input).unwrap()
    }

    /// The software of an honest client with its input, for an attack: its saved state can be read, and it does not
    /// care whether the board has its own message.
    pub fn recording(&self, number: u32) -> RecordingClient<P> {
        // Each client has a stream of its own, whatever was drawn for others.
        let mut rng = self.seeds.clone();
        rng.set_stream(u64::from(number));
        let input = &self.inputs[id(number).index()];
        recording(&self.local, number, input, true, rng)
    }

    /// The client drops out after this phase.
    pub fn dropping(mut self, number: u32, after: Phase) -> Self {
        let client = self.honest(number).dropping_out_after(after);
        self.parties[id(number).index()] = Box::new(client);
        self
    }

    /// This client in the place of the one with this number.
    pub(crate) fn with(mut self, number: u32, client: impl Party + 'static) -> Self {
        self.parties[id(number).index()] = Box::new(client);
        self
    }

    /// The client leaves after this phase, honest or not.
    pub fn leaving(self, number: u32, after: Phase) -> Self {
        self.wrapping(
            number,
            move |phase, _, messages| {
                if phase > after {
                    Vec::new()
                } else {
                    messages
                }
            },
        )
    }

    /// `watch` sees what the client sends.
    pub(crate) fn watching(
        self,
        number: u32,
        mut watch: impl FnMut(Phase, &[Vec<u8>]) + Send + 'static,
    ) -> Self {
        self.wrapping(number, move |phase, _, messages| {
            watch(phase, &messages);
            messages
        })
    }

    /// The client never sends anything.
    pub fn silent(self, number: u32) -> Self {
        self.altering(number, |_, _, _| Vec::new())
    }

    /// The client sends what `act` makes of the phase, the package and the messages that it would send. The
    /// client may already be another than the honest one.
    pub fn altering(
        mut self,
        number: u32,
        act: impl FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        self.parties[id(number).index()].corrupt();
        self.wrapping(number, act)
    }

    fn wrapping(
        mut self,
        number: u32,
        act: impl FnMut(Phase, &[u8], Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        let (position, act) = (id(number).index(), Box::new(act));
        let inner = self.parties.remove(position);
        self.parties
            .insert(position, Box::new(Altered { inner, act }));
        self
    }

    /// In one phase, `alter` changes the parts of the client's message, and the client signs it again.
    pub fn altering_parts(
        self,
        number: u32,
        when: Phase,
        lengths: Vec<usize>,
        mut alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static,
    ) -> Self {
        let key = self.key(number);
        self.altering(number, move |phase, _, messages| {
            if phase != when {
                return messages;
            }
            messages
                .iter()
                .map(|bytes| sign_again(&key, bytes, &lengths, &mut alter))
                .collect()
        })
    }

    /// Plays the round with an honest aggregator.
    pub fn play(mut self) -> Finished<P> {
        let aggregator = self.local.aggregator(Vec::new()).unwrap();
        let played = play(aggregator, &mut self.parties, |_| ()).unwrap();
        Finished {
            local: self.local,
            inputs: self.inputs,
            records: played.aggregator.records().unwrap(),
            receipts: played.receipts,
            refusals: played.refusals,
            shown: Vec::new(),
        }
    }
}
