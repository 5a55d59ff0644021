//! V-14: keys whose makers know a secret, and so prove anything.

use std::io::Cursor;

use rand_chacha::ChaCha20Rng;
use rand_core::{OsRng, SeedableRng};
use veragg_lab::forger::is_deceived;
use veragg_lab::local::{play, LocalRound};
use veragg_lab::set_up::{play_set_up, PlayedSetUp};
use veragg_lab::{known_key, KNOWN_ALPHA};
use veragg_protocol::circuits::groth16::contribution::draw_factors;
use veragg_protocol::circuits::groth16::key::ProvingKey;
use veragg_protocol::circuits::groth16::{Bls12381Groth16, Groth16SetUp};
use veragg_protocol::circuits::group::bls12381::Fr;
use veragg_protocol::circuits::statement::Statement;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_protocol::set_up::{Finished, SetUpHeader, VerifiedSetUp};
use veragg_protocol::switch::without;
use veragg_verifier::{audit, Options, Verdict};

use super::judged::Off;

const CLIENTS: u32 = 4;

fn builder() -> ConfigurationBuilder {
    let segments = vec![SegmentConfiguration::integers("choice", 1, 2)];
    ConfigurationBuilder::new(segments, 0, 0, [7; 32])
}

/// A round with the key of somebody who knows `alpha`. What the auditor has of the set-up does not help with the step off,
/// and helps with it on.
fn the_maker_of_the_key_deceives(off: &Off, key: ProvingKey, alpha: Fr, options: Options) {
    let set_up = Groth16SetUp::to_prove(key.clone().into());
    let local = LocalRound::with_set_up(&set_up, CLIENTS, builder(), &mut OsRng);
    let local: LocalRound<Bls12381Groth16> = local.unwrap();
    assert!(is_deceived(&local.round, &key, alpha));
    let clients = ClientId::all(CLIENTS).map(|id| local.client(id, vec![1]).unwrap());
    let mut clients: Vec<_> = clients.collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let played = play(aggregator, &mut clients, |_| ()).unwrap();
    let board = local.board(&played.aggregator.records().unwrap());
    let options = Options {
        organiser: Some(local.organiser),
        ..options
    };
    let verdict = |off: &[&'static str]| {
        without(off, || {
            audit(Cursor::new(&board), &options).unwrap().verdict
        })
    };
    assert_ne!(verdict(&[]), Verdict::Verified);
    assert_eq!(verdict(&off.0), Verdict::Verified);
}

/// The organiser makes the key alone, and shows the transcript of other, honest people.
pub(super) fn the_transcript_of_another_key(off: &Off) {
    let statement: Statement = builder().statement().unwrap();
    let PlayedSetUp {
        files,
        contributors,
        ..
    } = play_set_up(&statement, CLIENTS, &mut OsRng).unwrap();
    let options = Options {
        set_up: Some(files.transcript),
        contributors: contributors.to_vec(),
        ..Options::default()
    };
    let own = known_key(&statement, CLIENTS);
    the_maker_of_the_key_deceives(off, own, KNOWN_ALPHA.into(), options);
}

/// The organiser is both contributors of a set-up, under two names.
pub(super) fn contributors_that_one_person_made_up(off: &Off) {
    let statement: Statement = builder().statement().unwrap();
    let source = |seed: u64| ChaCha20Rng::seed_from_u64(seed);
    let header = SetUpHeader::new(&statement, CLIENTS, "tomorrow", &mut OsRng).unwrap();
    let mut set_up = VerifiedSetUp::start(header).unwrap();
    let names = [1, 2].map(|seed| SigningKey::from_bytes(&[seed; 32]));
    for (seed, name) in (0..).zip(&names) {
        set_up = set_up.contribute_powers(name, &mut source(seed)).unwrap();
    }
    for name in &names {
        set_up = set_up.contribute_delta(name, &mut OsRng).unwrap();
    }
    let done = set_up.apply_beacon(b"today").unwrap();
    let Finished {
        transcript,
        proving_key,
        ..
    } = done.finish().unwrap();
    // It knows its own factors.
    let alpha = |seed| draw_factors::<3>(&mut source(seed))[1];
    let key = ProvingKey::decode(&proving_key).unwrap();
    let options = Options {
        set_up: Some(transcript),
        ..Options::default()
    };
    the_maker_of_the_key_deceives(off, key, alpha(0) * alpha(1), options);
}
