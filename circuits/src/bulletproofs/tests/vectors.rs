//! The test vectors of `specs/proofs.md` 6.9.

use serde_json::Value;

use super::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

const PLAIN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/specs/vectors/bulletproofs.json"
);
const HEDGED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/specs/vectors/bulletproofs-hedged.json"
);

fn read(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A proof drawn straight from the generator, as before 4.4: it verifies for ever, and nobody makes
/// it again.
#[test]
fn the_old_test_vector_holds() {
    let vector = read(PLAIN);
    let proven = the_vector_holds(&vector);
    assert_ne!(vector["proof"], hex(&proven.bytes));
}

/// A proof drawn as 4.4 says, which the prover still makes.
#[test]
fn the_test_vector_holds() {
    let vector = read(HEDGED);
    let proven = the_vector_holds(&vector);
    assert_eq!(vector["proof"], hex(&proven.bytes));
    assert_eq!(vector["blindings"], blindings(&proven));
}

fn blindings(proven: &Proven<Ristretto>) -> Value {
    let blindings = proven.blindings.iter();
    let encoded = blindings.map(|blinding| hex(&Ristretto::encode_scalar(blinding)));
    encoded.collect()
}

/// `cargo test -p veragg-circuits --lib -- --ignored write_the_bulletproofs_vector`: the vector of
/// 6.9 with a proof that this version makes. The changed copies change the same places.
#[test]
#[ignore = "writes specs/vectors/bulletproofs-hedged.json"]
fn write_the_bulletproofs_vector() {
    let mut vector = read(PLAIN);
    let (proven, rows) = proven_again(&vector);
    let description = vector["description"].as_str().unwrap();
    let (first, _) = description.split_once(" The prover").unwrap();
    vector["description"] = format!(
        "{first} The prover draws as specs/proofs.md 4.4 and 6.9 say; its own generator is ChaCha20 (RFC 8439 block \
         function, 64-bit counter and stream 0) under chacha20_seed."
    )
    .into();
    vector["first_commitment"] = hex(&proven.bytes[..32]).into();
    vector["rows"] = rows;
    vector["blindings"] = blindings(&proven);
    vector["proof_sha256"] = hex(&Sha256::digest(&proven.bytes)).into();
    vector["proof"] = hex(&proven.bytes).into();
    std::fs::write(HEDGED, format!("{vector:#}\n")).unwrap();
}

fn system_of(vector: &Value) -> RistrettoBulletproofs {
    let segments: Vec<_> = vector["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|segment| (number(&segment["len"]) as usize, number(&segment["bound"])))
        .collect();
    system_for(&segments, number(&vector["clients"]) as u32)
}

fn binding_of(vector: &Value, client: &Value) -> Binding {
    Binding {
        context: unhex(&vector["context"]).try_into().unwrap(),
        client: number(client) as u32,
    }
}

/// What the prover makes of the vector's input and seed, with its rows.
fn proven_again(vector: &Value) -> (Proven<Ristretto>, Value) {
    let system = system_of(vector);
    let own = binding_of(vector, &vector["client"]);
    let x: Vec<u64> = vector["x"].as_array().unwrap().iter().map(number).collect();
    let mut rng = ChaCha20Rng::from_seed(unhex(&vector["chacha20_seed"]).try_into().unwrap());
    let proven = system.prove(&own, &x, &mut rng).unwrap();
    let rows = system.rows(&system.decode(&proven.bytes).unwrap());
    let rows = rows.iter().map(|row| hex(&Ristretto::encode_point(row)));
    (proven, rows.collect())
}

/// Checks all that does not depend on how the prover draws; gives what it makes of the input.
fn the_vector_holds(vector: &Value) -> Proven<Ristretto> {
    assert_eq!(vector["suite"], RistrettoBulletproofs::SUITE.name());
    let system = system_of(vector);
    let binding = |client: &Value| binding_of(vector, client);
    let own = binding(&vector["client"]);

    // A proof goes on verifying.
    let bytes = unhex(&vector["proof"]);
    assert_eq!(vector["proof_sha256"], hex(&Sha256::digest(&bytes)));
    let proof = system.decode(&bytes).unwrap();
    assert_eq!(system.verify_batch(&[(own, &proof)]), []);
    assert_eq!(vector["first_commitment"], hex(&bytes[..32]));
    let rows: Vec<_> = system
        .rows(&proof)
        .iter()
        .map(|row| hex(&Ristretto::encode_point(row)))
        .collect();
    assert_eq!(vector["rows"], Value::from(rows));

    let negative = vector["negative"].as_array().unwrap();
    assert!(!negative.is_empty());
    for case in negative {
        let mut bytes = bytes.clone();
        let put = unhex(&case["put"]);
        bytes[number(&case["at"]) as usize..][..put.len()].copy_from_slice(&put);
        let outcome = match system.decode(&bytes) {
            Err(_) => "decode",
            Ok(proof) => match system.verify_batch(&[(binding(&case["client"]), &proof)])[..] {
                [] => "accepted",
                [(0, ProofPart::Range)] => "V-07.B",
                _ => "another part",
            },
        };
        assert_eq!(case["expected"], outcome, "{}", case["name"]);
    }
    proven_again(vector).0
}
