//! The test vector `specs/vectors/setup.json`: a small set-up with known seeds, and files that are refused.

use serde_json::{json, Value};
use veragg_circuits::groth16::contribution::{beacon_factor, draw_factors};
use veragg_circuits::groth16::key::VerifyingKey;
use veragg_circuits::group::{Bls12381, Group};

use super::*;
use crate::crypto::hash::digest;
use crate::crypto::labels;
use crate::crypto::signing::{hex, unhex};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/vectors/setup.json");
/// Keys of contributors; each contributes to both phases, with the seed of its key plus 0x10 and 0x20.
const CONTRIBUTORS: [u8; 2] = [1, 2];

fn seeded(byte: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([byte; 32])
}

fn scalar(scalar: &Fr) -> String {
    hex(&Bls12381::encode_scalar(scalar))
}

/// The set-up as JSON, without what is refused.
fn computed() -> Value {
    let header = SetUpHeader::new(&statement(), 3, "a block", &mut seeded(0x30)).unwrap();
    let start = VerifiedSetUp::start(header.clone()).unwrap();
    let (mut file, mut files) = (start.clone(), vec![hex(&start.encode())]);
    let (mut powers, mut delta) = (Vec::new(), Vec::new());
    let mut chain = vec![hex(&file.powers_chain)];
    for byte in CONTRIBUTORS {
        let (key, seed) = (SigningKey::from_bytes(&[byte; 32]), byte + 0x10);
        file = file.contribute_powers(&key, &mut seeded(seed)).unwrap();
        files.push(hex(&file.encode()));
        chain.push(hex(&file.powers_chain));
        let factors = draw_factors::<3>(&mut seeded(seed));
        powers.push(
            json!({ "secret_key": hex(&[byte; 32]), "factors": factors.map(|x| scalar(&x)) }),
        );
    }
    chain.push(hex(&file.delta_chain));
    for byte in CONTRIBUTORS {
        let (key, seed) = (SigningKey::from_bytes(&[byte; 32]), byte + 0x20);
        file = file.contribute_delta(&key, &mut seeded(seed)).unwrap();
        files.push(hex(&file.encode()));
        chain.push(hex(&file.delta_chain));
        let factors = draw_factors::<1>(&mut seeded(seed));
        delta.push(json!({ "secret_key": hex(&[byte; 32]), "factor": scalar(&factors[0]) }));
    }
    let factor = beacon_factor(&file.delta_chain, BEACON);
    let done = file.apply_beacon(BEACON).unwrap();
    files.push(hex(&done.encode()));
    let finished = done.finish().unwrap();
    let verifying = VerifyingKey::decode(&finished.verifying_key).unwrap();
    let key_weights = |key: &[u8]| {
        let parts: [&[u8]; 2] = [&finished.transcript, key];
        hex(&digest(labels::SET_UP_KEY_WEIGHTS, &parts))
    };
    json!({
        "header": {
            "id": hex(header.id()),
            "max_clients": header.max_clients(),
            "domain": header.domain(),
            "matrices": hex(header.matrices()),
            "statement": hex(header.statement_bytes()),
            "beacon_source": header.beacon_source(),
            "encoded": hex(&header.encode()),
        },
        "powers": powers,
        "delta": delta,
        "beacon": { "value": hex(BEACON), "factor": scalar(&factor) },
        "chain": chain,
        "files": files,
        "weights_keys": files.iter().map(|file| hex(&SetUpFile::weights_key(&unhex(file).unwrap()))).collect::<Vec<_>>(),
        "transcript": hex(&finished.transcript),
        "transcript_weights_key": hex(&SetUpFile::weights_key(&finished.transcript)),
        "proving_key": hex(&finished.proving_key),
        "proving_key_weights_key": key_weights(&finished.proving_key),
        "verifying_key": hex(&finished.verifying_key),
        "verifying_key_weights_key": key_weights(&finished.verifying_key),
        "verifying_key_digest": hex(&verifying.digest()),
    })
}

/// Why bytes in the place of a part of the vector are refused.
fn verdict(vector: &Value, part: &str, bytes: &[u8]) -> Result<(), SetUpError> {
    let transcript = || Transcript::verify(&unhex(vector["transcript"].as_str().unwrap()).unwrap());
    match part {
        "verifying_key" => {
            let key = VerifyingKey::decode(bytes).map_err(|error| SetUpError::Key(error.into()))?;
            transcript()?.check_verifying_key(&key)
        }
        "proving_key" => transcript()?.check_proving_key(bytes).map(drop),
        "transcript" => Transcript::verify(bytes).map(drop),
        _ => SetUpFile::decode(bytes)?.verify().map(drop),
    }
}

/// A part of the vector: a file by its place, or by its name.
fn part<'a>(vector: &'a Value, name: &str) -> &'a Value {
    match name.strip_prefix("files/") {
        Some(place) => &vector["files"][place.parse::<usize>().unwrap()],
        None => &vector[name],
    }
}

#[test]
fn the_vector_is_what_is_made_here() {
    let vector: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let Value::Object(computed) = computed() else {
        panic!("it is an object");
    };
    for (name, value) in &computed {
        assert_eq!(vector[name], *value, "{name}");
    }
    for name in ["verifying_key", "proving_key", "transcript"] {
        let bytes = unhex(vector[name].as_str().unwrap()).unwrap();
        assert_eq!(verdict(&vector, name, &bytes), Ok(()));
    }
    for file in vector["files"].as_array().unwrap() {
        let bytes = unhex(file.as_str().unwrap()).unwrap();
        assert_eq!(verdict(&vector, "files", &bytes), Ok(()));
    }
}

#[test]
fn what_the_vector_says_is_refused() {
    let vector: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let refused = vector["refused"].as_array().unwrap();
    assert!(refused.len() > 20);
    for case in refused {
        let name = case["file"].as_str().unwrap();
        let mut bytes = unhex(part(&vector, name).as_str().unwrap()).unwrap();
        let new = unhex(case["bytes"].as_str().unwrap()).unwrap();
        let at = case["at"].as_u64().unwrap() as usize;
        bytes[at..at + new.len()].copy_from_slice(&new);
        let error = verdict(&vector, name, &bytes).expect_err("it must be refused");
        assert_eq!(error.rule(), case["rule"].as_str().unwrap(), "{case}");
    }
}

mod refused;

/// `cargo test -p veragg-protocol --lib -- --ignored write_the_set_up`. A vector of a version that was released never
/// changes.
#[test]
#[ignore = "writes specs/vectors/setup.json"]
fn write_the_set_up() {
    let mut vector = computed();
    vector["refused"] = refused::refused(&vector).into();
    let text = serde_json::to_string_pretty(&vector).unwrap();
    std::fs::write(FILE, text + "\n").unwrap();
}
