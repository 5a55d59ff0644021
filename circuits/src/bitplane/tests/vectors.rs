//! The test vectors of `specs/proofs.md` 7.13: what the file says is what prover, verifier and
//! reference do, and will go on doing.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{json, Value};

use super::agreement::{statements, Both};
use super::reference::messages::Messages;
use super::reference::transcript::{Challenges, Transcript};
use super::reference::verifier::bounded_values;
use super::*;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../specs/vectors/bitplane.json"
);
const SEED: [u8; 32] = [0x5a; 32];
const COLUMNS: usize = 4;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn scalars(scalars: &[Fr]) -> Vec<String> {
    scalars
        .iter()
        .map(|s| hex(&Ristretto::encode_scalar(s)))
        .collect()
}

fn outcome(both: &Both, bytes: &[u8]) -> String {
    match both.suite.decode(bytes) {
        Err(_) => "decode".to_owned(),
        Ok(proof) => match both.suite.verify_batch(&[(binding(3), &proof)])[..] {
            [] => "holds".to_owned(),
            [(_, part), ..] => format!("{part:?}"),
        },
    }
}

/// Everything of one statement, as this version computes it.
fn vector(segments: Vec<Segment>, x: &[u64]) -> Value {
    let both = Both::new(segments.clone(), COLUMNS);
    let mut rng = ChaCha20Rng::from_seed(SEED);
    let bytes = both
        .suite
        .prove(&binding(3), x, &mut rng)
        .unwrap()
        .bytes
        .clone();
    let messages = Messages::decode(&both.setting, &bytes).unwrap();
    let values = bounded_values(&both.setting, &messages);
    let transcript = Transcript::open(&both.setting, &binding(3), None);
    let challenges = Challenges::derive(&both.setting, transcript, &messages, &values);
    let rows = both.suite.rows(&both.suite.decode(&bytes).unwrap());

    let points = 32 * both.suite.places.points();
    let ranges = bytes.len() - both.suite.bounded.encoded_len();
    let places = [
        ("first bit row", 0),
        ("Gamma", 32 * both.suite.places.bit_rows()),
        ("first coefficient of the first round", points),
        ("last of what is left of z", ranges - 32),
        ("last byte", bytes.len() - 1),
    ];
    let changed: Vec<Value> = places
        .iter()
        .flat_map(|&(what, at)| [1u8, 0x80].map(|xor| (what, at, xor)))
        .map(|(what, at, xor)| {
            let mut bad = bytes.clone();
            bad[at] ^= xor;
            json!({ "what": what, "at": at, "xor": xor, "outcome": outcome(&both, &bad) })
        })
        .collect();
    json!({
        "statement": hex(&Statement::new(segments).unwrap().encode()),
        "x": x,
        "commitments": hex(&bytes[..32 * both.suite.places.commitments()]),
        "challenges": {
            "theta": scalars(&challenges.theta),
            "lambda": scalars(&[challenges.lambda])[0],
            "claim": scalars(&challenges.alpha),
            "r": scalars(&challenges.r),
            "sigma": scalars(&[challenges.sigma])[0],
            "e": scalars(&[challenges.e])[0],
            "form": scalars(&[challenges.h])[0],
        },
        "proof": hex(&bytes),
        "rows": rows.iter().map(|row| hex(&Ristretto::encode_point(row))).collect::<Vec<_>>(),
        "changed": changed,
    })
}

fn all() -> Value {
    let vectors: Vec<Value> = statements()
        .into_iter()
        .map(|(s, x)| vector(s, &x))
        .collect();
    json!({
        "suite": Suite::RistrettoBitplane.name(),
        "context": hex(&binding(3).context),
        "client": 3,
        "clients": 20,
        "columns": COLUMNS,
        "chacha20_seed": hex(&SEED),
        "vectors": vectors,
    })
}

#[test]
fn the_file_says_what_this_version_does() {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    for ((segments, _), vector) in statements()
        .into_iter()
        .zip(file["vectors"].as_array().unwrap())
    {
        let both = Both::new(segments, COLUMNS);
        assert_eq!(outcome(&both, &unhex(&vector["proof"])), "holds");
    }
    assert!(file == all(), "a byte of the vectors has changed");
}

/// `cargo test -p veragg-circuits --lib -- --ignored write_the_vectors`, for a new version of the
/// protocol: an old one's vectors never change.
#[test]
#[ignore = "writes specs/vectors/bitplane.json"]
fn write_the_vectors() {
    std::fs::write(FILE, format!("{:#}\n", all())).unwrap();
}
