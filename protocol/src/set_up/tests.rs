//! A small set-up, and every hole of `specs/set-up.md` played on it.

mod bytes;
mod ceremony;
mod delta;
mod factors;
mod hand_on;
mod keys;
mod powers;
mod records;
mod vectors;
mod vouch;

use std::sync::OnceLock;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use veragg_circuits::group::bls12381::{Fr, G1Affine};
use veragg_circuits::statement::{Segment, Statement};

use super::*;
use crate::crypto::signing::SigningKey;

/// The factors of contributors to powers, to delta, and the beacon.
const POWERS: [[u64; 3]; 2] = [[1009, 1013, 1019], [1021, 1031, 1033]];
const DELTA: [u64; 2] = [1039, 1049];
const BEACON: &[u8] = b"a block";

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

fn anna() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn ben() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

fn mallory() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

/// One bit of up to three clients: four points.
fn statement() -> Statement {
    Statement::new(vec![Segment::range(1, 2)]).unwrap()
}

fn header() -> SetUpHeader {
    SetUpHeader::new(&statement(), 3, "a block", &mut rng()).unwrap()
}

/// The files of an honest set-up, one after the other.
struct Stages {
    start: VerifiedSetUp,
    powers_1: VerifiedSetUp,
    powers_2: VerifiedSetUp,
    delta_1: VerifiedSetUp,
    delta_2: VerifiedSetUp,
    done: VerifiedSetUp,
    finished: Finished,
    transcript: Transcript,
}

fn powers_factors(at: usize) -> [Fr; 3] {
    POWERS[at].map(Fr::from)
}

/// Anna and Ben contribute to both phases.
fn of_header(header: SetUpHeader) -> Stages {
    let rng = &mut rng();
    let start = VerifiedSetUp::start(header).unwrap();
    let with_powers = |file: &VerifiedSetUp, key: &SigningKey, at| {
        let made = file.with_powers(key, &powers_factors(at), &mut self::rng());
        made.verify().unwrap()
    };
    let powers_1 = with_powers(&start, &anna(), 0);
    let powers_2 = with_powers(&powers_1, &ben(), 1);
    let mut with_delta = |file: &VerifiedSetUp, key: &SigningKey, at: usize| {
        let made = file.with_delta(key, &[Fr::from(DELTA[at])], rng);
        made.verify().unwrap()
    };
    let delta_1 = with_delta(&powers_2, &anna(), 0);
    let delta_2 = with_delta(&delta_1, &ben(), 1);
    let done = delta_2.apply_beacon(BEACON).unwrap();
    let finished = done.finish().unwrap();
    Stages {
        transcript: Transcript::verify(&finished.transcript).unwrap(),
        start,
        powers_1,
        powers_2,
        delta_1,
        delta_2,
        done,
        finished,
    }
}

fn stages() -> &'static Stages {
    static STAGES: OnceLock<Stages> = OnceLock::new();
    STAGES.get_or_init(|| of_header(header()))
}

/// A changed copy of a file, read from its bytes and verified.
fn changed(
    file: &VerifiedSetUp,
    change: impl FnOnce(&mut SetUpFile),
) -> Result<VerifiedSetUp, SetUpError> {
    let mut file = file.file.clone();
    change(&mut file);
    SetUpFile::decode(&file.encode())?.verify()
}

/// Why a changed copy of a file is refused.
#[track_caller]
fn refused(file: &VerifiedSetUp, change: impl FnOnce(&mut SetUpFile)) -> SetUpError {
    changed(file, change).expect_err("it must not hold")
}

/// What is divided by delta, to change it.
fn divided(file: &mut SetUpFile) -> &mut veragg_circuits::groth16::derive::Divided {
    match &mut file.rest {
        file::Rest::Delta(divided) | file::Rest::Done(_, divided) => divided,
        _ => panic!("there must be something"),
    }
}

/// Another element than this one.
fn other(point: &mut G1Affine) {
    *point = (*point + G1Affine::from(*point * Fr::from(5u64))).into();
}
