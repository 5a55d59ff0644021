//! Small rounds, with all of their messages.

use std::sync::{Arc, OnceLock};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::local::LocalRound;
use veragg::protocol::aggregator::Reply;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::roles::{Aggregator, Client};
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::receipt::Receipt;
use zeroize::Zeroizing;

/// The suite of the round.
pub type Suite = RistrettoBitplane;

/// Clients of the round. They are so many that the round does not end if one is excluded.
pub const CLIENTS: u32 = 6;

/// One client's part in one phase.
pub struct Step {
    /// The state that the client saved before the phase.
    pub saved: Vec<u8>,
    /// The package that the aggregator sent it.
    pub package: Vec<u8>,
    /// The message that it sent; empty in dispute, where no edge is disputed.
    pub message: Vec<u8>,
}

/// A finished round. Everything in it comes from one seed, so that an input that crashes a target
/// does so again in another process.
pub struct Sample {
    /// Keys and configuration of the round.
    pub local: LocalRound<Suite>,
    /// For each of the clients' phases, the number of records before it.
    pub before: Vec<usize>,
    /// For each of the clients' phases, each client's step.
    pub steps: Vec<Vec<Step>>,
    /// The aggregator's receipts for the clients' messages.
    pub receipts: Vec<Receipt>,
    /// All records of the board, in order.
    pub records: Vec<Record>,
    /// The bytes of the board.
    pub board: Vec<u8>,
}

/// A fresh generator with a fixed seed.
pub fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

/// The input of a client.
pub fn input(client: ClientId) -> [u64; 2] {
    [u64::from(client.number()), 99]
}

/// The sample round, played once.
pub fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let mut rng = rng();
        let local = local([7; 32], &mut rng);
        Sample::play(local, &mut rng)
    })
}

/// The sample round, played a second time with the same keys and other randomness. Whoever has a message in both has
/// signed two.
pub fn session() -> &'static Sample {
    static SESSION: OnceLock<Sample> = OnceLock::new();
    SESSION.get_or_init(|| {
        let local = local([7; 32], &mut rng());
        Sample::play(local, &mut ChaCha20Rng::from_seed([8; 32]))
    })
}

/// Another round with the same keys and another beacon.
pub fn other_round() -> &'static Sample {
    static OTHER: OnceLock<Sample> = OnceLock::new();
    OTHER.get_or_init(|| {
        let mut rng = rng();
        let local = local([8; 32], &mut rng);
        Sample::play(local, &mut rng)
    })
}

/// The round with this beacon. The generator gives the keys.
fn local(beacon: [u8; 32], rng: &mut ChaCha20Rng) -> LocalRound<Suite> {
    let segments = vec![SegmentConfiguration::integers("numbers", 2, 100)];
    let builder = ConfigurationBuilder::new(segments, 0, 200_000, beacon);
    LocalRound::new(CLIENTS, builder, rng).expect("a good configuration")
}

impl Sample {
    fn play(local: LocalRound<Suite>, rng: &mut ChaCha20Rng) -> Self {
        let mut clients: Vec<_> = local
            .client_keys
            .iter()
            .map(|key| Client::join(Arc::clone(&local.round), Arc::clone(key)))
            .map(|client| client.expect("on the roster"))
            .collect();
        let mut stores = vec![Zeroizing::new(Vec::new()); clients.len()];
        let mut aggregator = local.aggregator(Vec::new()).expect("an empty log");
        let (mut before, mut steps, mut receipts) = (Vec::new(), Vec::new(), Vec::new());
        while aggregator.phase() != Phase::Publish {
            before.push(aggregator.log().len() as usize);
            let mut of_phase = Vec::new();
            for ((id, client), store) in ClientId::all(CLIENTS).zip(&mut clients).zip(&mut stores) {
                let (saved, package) = (store.to_vec(), aggregator.package(id));
                let message = client.advance(&package, Some(&input(id)), rng, store);
                let message = message.expect("all parties are honest").unwrap_or_default();
                if !message.is_empty() {
                    match aggregator
                        .receive(message.clone(), 0)
                        .expect("a log in memory")
                    {
                        Reply::Receipt(receipt) => receipts.push(receipt),
                        Reply::Refusal(refusal) => panic!("all parties are honest: {refusal:?}"),
                    }
                }
                of_phase.push(Step {
                    saved,
                    package,
                    message,
                });
            }
            steps.push(of_phase);
            aggregator
                .close()
                .expect("all clients have sent their messages");
        }
        let records = aggregator.records().expect("a log in memory");
        Self {
            board: local.board(&records),
            local,
            before,
            steps,
            receipts,
            records,
        }
    }

    /// The index of a phase of the clients, from any number.
    pub fn phase(number: u8) -> usize {
        usize::from(number) % Phase::OF_CLIENTS
    }

    /// The bytes of the checkpoint that closes this phase.
    pub fn checkpoint(&self, phase: usize) -> &[u8] {
        let behind = self.records[self.before[phase]..].iter();
        let mut checkpoints = behind.filter(|record| record.kind == RecordKind::Checkpoint);
        &checkpoints.next().expect("each phase has one").bytes
    }

    /// The aggregator as it was when this phase was open and had no message.
    pub fn aggregator(&self, phase: usize) -> Aggregator {
        let log = self.records[..self.before[phase]].to_vec();
        self.local.aggregator(log).expect("its own log")
    }

    /// A client, from any number, as it was before this phase; with its index.
    pub fn client(&self, phase: usize, number: u8) -> (usize, Client) {
        let index = usize::from(number) % CLIENTS as usize;
        let round = Arc::clone(&self.local.round);
        let key = Arc::clone(&self.local.client_keys[index]);
        let saved = &self.steps[phase][index].saved;
        let client = if saved.is_empty() {
            Client::join(round, key).expect("on the roster")
        } else {
            Client::resume(round, key, saved).expect("its own state").0
        };
        (index, client)
    }

    /// The same round, not yet played.
    pub fn fresh(&self) -> LocalRound<Suite> {
        let local = &self.local;
        LocalRound {
            round: Arc::clone(&local.round),
            header: local.header.clone(),
            organiser: local.organiser,
            organiser_key: Arc::clone(&local.organiser_key),
            aggregator_key: Arc::clone(&local.aggregator_key),
            client_keys: local.client_keys.clone(),
        }
    }
}
