//! A party plays a round twice, with the same draws. The first time its secrets are noted, the second time memory is searched for
//! them when it is freed.
#![allow(clippy::unwrap_used)]

#[path = "wiping/allocator.rs"]
mod allocator;
#[path = "wiping/committee.rs"]
mod committee;
#[path = "wiping/secrets.rs"]
mod secrets;

use std::sync::{Arc, Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use veragg_lab::fixtures::ready_with;
use veragg_lab::local::LocalRound;
use veragg_lab::PlaySetUp;
use veragg_protocol::aggregator::Reply;
use veragg_protocol::circuits::bitplane::RistrettoBitplane;
use veragg_protocol::circuits::bulletproofs::RistrettoBulletproofs;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::circuits::statement::{Norm, SumRule};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::roles::{Aggregator, Client};
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use allocator::{left_behind, Searching};
use secrets::Secrets;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// More than the nodes of a map hold, so that they are split.
const CLIENTS: u32 = 16;
/// Numbers of 62 bits: no other value in memory is one by chance.
const INPUT: [u64; 5] = [
    0x2f3c_91d7_58aa_0b1d,
    0x17e4_a2c9_3d5f_8e61,
    0x3b90_5c1e_f7a2_46d3,
    0x0d6f_e814_92b7_5ac5,
    0x2ab1_7d30_c4e9_1f87,
];

/// Numbers near to each other, with a norm and a sum.
const NEAR: [u64; 3] = [
    0x1e55_43a9_eb3b_1980,
    0x1e55_43a9_d849_5fe2,
    0x1e55_43a9_e3da_ddd4,
];
const OFFSET: u64 = 0x1e55_43a9_cc01_7d2f;

/// What client 1 is sent, step by step, and what it answers.
type Steps = Vec<(Vec<u8>, Option<Vec<u8>>)>;

fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

fn generator(client: u32) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(u64::from(client))
}

/// Plays a round, and notes what client 1 is sent, and its secrets.
fn record<P: ProofSystem<SetUp: PlaySetUp>>(
    local: &LocalRound<P>,
    input: &[u64],
) -> (Steps, Secrets) {
    let join = |number: u32| {
        let key = Arc::clone(&local.client_keys[id(number).index()]);
        Client::join(local.any_round(), key).unwrap()
    };
    let mut clients: Vec<_> = (1..=CLIENTS)
        .map(|number| (join(number), generator(number), Zeroizing::new(Vec::new())))
        .collect();
    let mut aggregator: Aggregator = local.aggregator(Vec::new()).unwrap();
    let (mut steps, mut secrets) = (Steps::new(), noted::<P>(local, input));
    while aggregator.phase() != Phase::Publish {
        for (client, rng, store) in &mut clients {
            let package = aggregator.package(client.id());
            let message = client.advance(&package, Some(input), rng, store).unwrap();
            secrets.note(client);
            if client.id() == id(1) {
                steps.push((package, message.clone()));
            }
            if let Some(message) = message {
                let reply = aggregator.receive(message, 0).unwrap();
                assert!(matches!(reply, Reply::Receipt(_)), "{reply:?}");
            }
        }
        aggregator.close().unwrap();
    }
    (steps, secrets)
}

fn noted<P: ProofSystem<SetUp: PlaySetUp>>(local: &LocalRound<P>, input: &[u64]) -> Secrets {
    let round = &local.round;
    Secrets::of_input::<P>(round.layout(), round.configuration(), input)
}

/// One search at a time: a test must not find what another frees.
static ONE: Mutex<()> = Mutex::new(());

/// The names of the secrets of client 1 that are left in memory which it has freed.
fn left<P: ProofSystem<SetUp: PlaySetUp>>(
    segments: Vec<SegmentConfiguration>,
    input: &[u64],
) -> Vec<String> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let builder = ConfigurationBuilder::new(segments, 0, 0, [7; 32]);
    let local = ready_with::<P>(CLIENTS, builder, &mut generator(0)).unwrap();
    let (steps, secrets) = record(&local, input);
    let key = &local.client_keys[0];
    let found = left_behind(&secrets.bytes(), || {
        let mut rng = generator(1);
        let mut store = Zeroizing::new(Vec::new());
        let mut client = Client::join(local.any_round(), Arc::clone(key)).unwrap();
        for (package, message) in &steps {
            let again = client.advance(package, Some(input), &mut rng, &mut store);
            assert_eq!(again.unwrap(), *message);
        }
    });
    found.into_iter().map(|index| secrets.name(index)).collect()
}

#[test]
fn a_block_that_is_freed_with_a_secret_is_found() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let secret: Vec<u8> = (100..132).collect();
    let of = |wipes: bool| {
        left_behind(std::slice::from_ref(&secret), || {
            let mut copy = secret.clone();
            if wipes {
                zeroize::Zeroize::zeroize(&mut copy);
            }
        })
    };
    assert_eq!(of(false).len(), 1);
    assert!(of(true).is_empty());
    // A vector that grows leaves what it was behind.
    let grown = left_behind(std::slice::from_ref(&secret), || {
        let mut grows = Zeroizing::new(Vec::with_capacity(32));
        grows.extend_from_slice(&secret);
        grows.extend_from_slice(&[0; 4096]);
    });
    assert_eq!(grown.len(), 1);
}

/// What to do when the crate leaves nothing any more.
const LESS: &str = "the crate `bulletproofs` wipes: take it out of specs/threat-model.md 6.2, and out of this test";

fn numbers(name: &str, len: usize) -> SegmentConfiguration {
    SegmentConfiguration::integers(name, len, 1 << 62)
}

#[test]
fn the_default_suite_leaves_what_the_crate_of_its_range_proofs_leaves() {
    let mut near = numbers("near", NEAR.len());
    near.claims.norm = Some(Norm {
        offset: OFFSET,
        max_square: 1 << 62,
    });
    near.claims.sum = Some(SumRule::AtMost(1 << 63));
    let input = [&INPUT[..], &NEAR].concat();
    let left = left::<RistrettoBitplane>(vec![numbers("numbers", INPUT.len()), near], &input);
    // The crate of the range proofs is given the norm and its slack.
    let is_of_crate = |name: &String| name.contains("norm");
    let ours: Vec<_> = left.iter().filter(|name| !is_of_crate(name)).collect();
    assert_eq!(ours, Vec::<&String>::new());
    assert!(!left.is_empty(), "{LESS}");
}

#[test]
fn the_suite_of_bulletproofs_leaves_what_its_crate_leaves() {
    let segments = vec![numbers("numbers", INPUT.len())];
    let left = left::<RistrettoBulletproofs>(segments, &INPUT);
    let (of_crate, ours): (Vec<_>, Vec<_>) = left
        .into_iter()
        .partition(|name| name.starts_with("number ") || name.starts_with("packed scalar "));
    assert_eq!(ours, Vec::<String>::new());
    assert!(!of_crate.is_empty(), "{LESS}");
}
