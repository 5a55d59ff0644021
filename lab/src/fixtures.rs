//! Small rounds, the same in all tests, and short names for clients.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use rand_core::{CryptoRngCore, OsRng, RngCore};
use veragg_protocol::circuits::groth16::circuit::Circuit;
use veragg_protocol::circuits::groth16::derive::{derive, multiply_delta, Powers};
use veragg_protocol::circuits::groth16::key::ProvingKey;
use veragg_protocol::circuits::groth16::Groth16SetUp;
use veragg_protocol::circuits::group::bls12381::Fr;
use veragg_protocol::circuits::proof_system::{ProofSystem, SetUp, Unsupported};
use veragg_protocol::circuits::statement::Statement;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::configuration::{
    Configuration, ConfigurationError, SegmentConfiguration, SignedConfiguration,
};
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_protocol::round::{Round, RoundError};
use veragg_protocol::wire::header::Header;
use veragg_verifier::{Culprit, Options};

use crate::local::{LocalRound, LocalRoundError};
use crate::set_up::{play_set_up, PlayedSetUp};

/// The set-up of a suite, for rounds that are played.
pub trait PlaySetUp: SetUp {
    /// The set-up of a statement and a roster.
    fn of(statement: &Statement, clients: u32) -> Self;

    /// The same with a set-up whose secrets everybody knows.
    fn known(statement: &Statement, clients: u32) -> Self;
}

impl PlaySetUp for () {
    fn of(_: &Statement, _: u32) -> Self {}
    fn known(_: &Statement, _: u32) -> Self {}
}

/// By the encoded statement and the number of clients.
type Played = HashMap<(Vec<u8>, u32), PlayedSetUp>;

/// The set-ups that were played.
static PLAYED: LazyLock<Mutex<Played>> = LazyLock::new(Mutex::default);

/// Whoever panics with them has not changed them by half: a set-up is put there when it is whole.
fn played() -> MutexGuard<'static, Played> {
    PLAYED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PlaySetUp for Groth16SetUp {
    /// The same set-up is played once.
    fn of(statement: &Statement, clients: u32) -> Self {
        let asked = (statement.encode(), clients);
        let mut played = played();
        let play = || play_set_up(statement, clients, &mut OsRng).unwrap();
        played.entry(asked).or_insert_with(play).key.set_up()
    }

    fn known(statement: &Statement, clients: u32) -> Self {
        Self::to_prove(Arc::new(known_key(statement, clients)))
    }
}

/// What an auditor of this round has who knows its organiser and, if the suite has one, the set-up, of which it trusts a
/// contributor.
pub fn auditor<P: ProofSystem>(local: &LocalRound<P>) -> Options {
    let options = Options::with_organiser(local.organiser);
    let played = played();
    let key = &local.header.key;
    let of_round = played
        .values()
        .find(|set_up| set_up.files.verifying_key == *key);
    match of_round {
        None => options,
        Some(set_up) => Options {
            set_up: Some(set_up.files.transcript.clone()),
            contributors: vec![set_up.contributors[0]],
            ..options
        },
    }
}

/// `alpha` of the keys of [`known_key`].
pub const KNOWN_ALPHA: u64 = 5;

/// A key whose secrets are known.
pub fn known_key(statement: &Statement, clients: u32) -> ProvingKey {
    let circuit = Circuit::new(statement, clients);
    let secrets = [3, KNOWN_ALPHA, 7].map(Fr::from);
    let powers = Powers::of_secrets(circuit.domain(), secrets);
    multiply_delta(&derive(&circuit, clients, &powers), &Fr::from(11u64))
}

impl<P: ProofSystem<SetUp: PlaySetUp>> LocalRound<P> {
    /// Another round of the same parties, with the same keys and the same statement.
    pub fn again(&self, rng: &mut dyn CryptoRngCore) -> Self {
        let mut configuration = self.round.configuration().clone();
        rng.fill_bytes(&mut configuration.round_id);
        let set_up = P::SetUp::of(&configuration.statement().unwrap(), self.round.clients());
        configuration.key = P::SUITE
            .has_key()
            .then(|| P::SetUp::digest(&set_up.public()));
        let header = Header {
            configuration: SignedConfiguration::sign(&configuration, &self.organiser_key),
            roster: self.header.roster.clone(),
            key: set_up.public(),
        };
        let round = Round::open_with(&set_up, &header, &self.organiser).unwrap();
        Self {
            round: Arc::new(round),
            header,
            organiser: self.organiser,
            organiser_key: Arc::clone(&self.organiser_key),
            aggregator_key: Arc::clone(&self.aggregator_key),
            client_keys: self.client_keys.clone(),
        }
    }
}

/// The bound of each number of an input.
pub(crate) fn bounds(configuration: &Configuration) -> Vec<u64> {
    let segments = configuration.segments.iter();
    let bounds =
        segments.flat_map(|segment| std::iter::repeat_n(segment.claims.bound, segment.claims.len));
    bounds.collect()
}

/// An input within the bounds, drawn at random.
pub(crate) fn random_input(configuration: &Configuration) -> Vec<u64> {
    let bounds = bounds(configuration).into_iter();
    bounds.map(|bound| OsRng.next_u64() % bound).collect()
}

/// The client with this number, which must not be 0.
pub fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

/// The client with this number, as a report names it.
pub fn client(number: u32) -> Culprit {
    Culprit::Client(id(number))
}

/// The clients of a roster with these numbers.
pub fn set(clients: u32, numbers: &[u32]) -> ClientSet {
    ClientSet::of(clients, |client| numbers.contains(&client.number()))
}

/// As many corrupt and absent clients, in millionths, as a complete graph of this size allows for in round fractions.
pub(crate) fn fractions(clients: u32) -> (u32, u32) {
    match clients {
        ..=3 => (0, 0),
        4..=9 => (0, 250_000),
        10..=256 => (100_000, 200_000),
        _ => (50_000, 50_000),
    }
}

/// Segments of these lengths and bounds, and as many corrupt and absent clients as a complete graph of this size allows for.
pub fn configuration_builder<P: ProofSystem>(
    clients: u32,
    segments: &[(usize, u64)],
) -> ConfigurationBuilder {
    let (corrupt_ppm, dropout_ppm) = fractions(clients);
    let segments = segments.iter().enumerate().map(|(index, &(len, bound))| {
        SegmentConfiguration::integers(&format!("segment {index}"), len, bound)
    });
    let builder = ConfigurationBuilder::new(segments.collect(), corrupt_ppm, dropout_ppm, [7; 32]);
    // One number in each row: the attacks on single numbers must know where each number is. Tests of the suite
    // cover other shapes. A suite with a set-up has one row.
    builder.columns((!P::SUITE.has_key()).then_some(1))
}

/// A round of this configuration, with fresh keys for everybody.
pub fn ready_in<P: ProofSystem<SetUp: PlaySetUp>>(
    clients: u32,
    builder: ConfigurationBuilder,
) -> Result<LocalRound<P>, LocalRoundError> {
    ready_with(clients, builder, &mut OsRng)
}

/// The same, with keys that are drawn from `rng`.
pub fn ready_with<P: ProofSystem<SetUp: PlaySetUp>>(
    clients: u32,
    builder: ConfigurationBuilder,
    rng: &mut dyn CryptoRngCore,
) -> Result<LocalRound<P>, LocalRoundError> {
    ready_after(P::SetUp::of, clients, builder, rng)
}

/// Whether a suite takes a statement: before a set-up is played, which is not for a statement that is too long.
pub(crate) fn takes<P: ProofSystem>(
    statement: &Statement,
    clients: u32,
) -> Result<(), Unsupported> {
    let planned = P::SetUp::default();
    let columns = P::best_columns(&planned, statement, clients);
    P::sizes(&planned, statement, clients, columns).map(drop)
}

/// The same with a set-up that `set_up` makes of statement and clients.
pub(crate) fn ready_after<P: ProofSystem>(
    set_up: impl FnOnce(&Statement, u32) -> P::SetUp,
    clients: u32,
    builder: ConfigurationBuilder,
    rng: &mut dyn CryptoRngCore,
) -> Result<LocalRound<P>, LocalRoundError> {
    let statement = builder.statement().map_err(ConfigurationError::from)?;
    takes::<P>(&statement, clients).map_err(RoundError::from)?;
    LocalRound::with_set_up(&set_up(&statement, clients), clients, builder, rng)
}

/// A round of this [`configuration_builder`], with fresh keys for everybody.
pub fn local_round<P: ProofSystem<SetUp: PlaySetUp>>(
    clients: u32,
    segments: &[(usize, u64)],
) -> LocalRound<P> {
    ready_in(clients, configuration_builder::<P>(clients, segments)).unwrap()
}

/// An input with both ends of each bound in it.
pub fn input(number: u32, segments: &[(usize, u64)]) -> Vec<u64> {
    let bounds = segments
        .iter()
        .flat_map(|&(len, bound)| std::iter::repeat_n(bound, len));
    bounds
        .zip(u64::from(number)..)
        .map(|(bound, turn)| value(number, turn, bound))
        .collect()
}

/// A number below a bound, of client `number`: at each third turn an end of the range.
pub(crate) fn value(number: u32, turn: u64, bound: u64) -> u64 {
    match turn % 3 {
        0 => 0,
        1 => bound.saturating_sub(1),
        _ => (turn * 17 + u64::from(number)) % bound.max(1),
    }
}
