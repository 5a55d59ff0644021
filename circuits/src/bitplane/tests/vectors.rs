//! The test vectors of `specs/proofs.md` 7.13: what the file says is what prover, verifier and
//! reference do, and will go on doing.

use ark_ff::{One, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{json, Value};

use super::agreement::{statements, Both};
use super::reference::messages::Messages;
use super::reference::verifier::{part, replay, verify};
use super::*;

/// Proofs drawn straight from the generator, as before 4.4: they verify for ever, and nobody makes them again.
const PLAIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/vectors/bitplane.json");
/// Proofs drawn as 4.4 says, which the prover still makes.
const HEDGED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/specs/vectors/bitplane-hedged.json"
);
const SEED: [u8; 32] = [0x5a; 32];

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

/// What a proof's bytes must come to under a binding, on which suite and reference agree.
fn outcome(both: &Both, binding: &Binding, bytes: &[u8]) -> String {
    let reference = verify(&both.setting, binding, None, bytes).ok();
    let reference = reference.map(|failing| part(&both.setting, &failing));
    let decoded = both.suite.decode(bytes).ok();
    let named = decoded.map(|proof| both.suite.verify_batch(&[(*binding, &proof)]));
    let named = named.map(|bad| bad.first().map(|(_, part)| *part));
    assert_eq!(named, reference);
    match named {
        None => "decode".to_owned(),
        Some(None) => "holds".to_owned(),
        Some(Some(part)) => format!("{part:?}"),
    }
}

/// What a vector proves, and how.
struct Kind {
    segments: Vec<Segment>,
    x: Vec<u64>,
    columns: usize,
    prove: fn(&Both, &[u64]) -> Vec<u8>,
}

/// The statements of the file: those of `agreement`; one whose opening is folded, of as few bits as can be; one without plane
/// variables but with claims; one with quantities for two range proofs; and a value that is committed by other bits than
/// the suite takes.
fn kinds() -> Vec<Kind> {
    let kind = |segments, x, columns| Kind {
        segments,
        x,
        columns,
        prove: by_suite,
    };
    let small = statements().into_iter().map(|(s, x)| kind(s, x, 4));
    let folded = kind(vec![Segment::range(5, 2)], vec![0, 1, 0, 1, 1], 1024);
    let with_sum = |sum, segment| Segment {
        sum: Some(sum),
        ..segment
    };
    let one_hot = with_sum(SumRule::Equal(1), Segment::range(5, 2));
    let one_hot = kind(vec![one_hot], vec![0, 0, 1, 0, 0], 4);
    let at_most = with_sum(SumRule::AtMost(1), Segment::range(1, 2));
    let quantities = kind(vec![at_most; 65], [[1, 0]; 33].concat()[..65].to_vec(), 1);
    let other_bits = Kind {
        prove: with_other_bits,
        ..kind(vec![Segment::range(5, 11)], vec![0, 10, 3, 7, 5], 4)
    };
    small
        .chain([folded, one_hot, quantities, other_bits])
        .collect()
}

fn by_suite(both: &Both, x: &[u64]) -> Vec<u8> {
    let mut rng = ChaCha20Rng::from_seed(SEED);
    let proven = both.suite.prove(&binding(3), x, &mut rng).unwrap();
    proven.bytes.clone()
}

/// A proof of the same vector, with the 3 in its third column as its highest bit alone, which counts 3 too.
fn with_other_bits(both: &Both, x: &[u64]) -> Vec<u8> {
    let mut prover = both.prover(x);
    for (t, bit) in [(0, Fr::zero()), (1, Fr::zero()), (3, Fr::one())] {
        let corner = both.setting.corner(t, 0, 2);
        prover.beliefs.table[corner] = bit;
    }
    prover.prove()
}

/// A position of each sort in a proof: its name, where it starts, and whether an element stands
/// there.
fn positions(both: &Both, sent: &Messages) -> Vec<(String, usize, bool)> {
    let (evaluations, folds) = (sent.evaluations().len(), 2 * sent.folds.len());
    let points = [
        ("bit row", sent.bit_rows.len()),
        ("Gamma", 1),
        ("quantity", sent.quantities.len()),
        ("evaluation", evaluations),
        ("announcement", sent.announcements.len()),
        ("fold", folds),
    ];
    let scalars = [
        ("coefficient", 4 * sent.rounds.len()),
        ("form", 1),
        ("response", sent.responses.list().len()),
        ("scalar left of z", sent.rest.len()),
    ];
    let ranges = sent.ranges.iter().flat_map(|range| {
        let folds = 2 * range.folds.len();
        [
            ("element of a range proof", 4, true),
            ("scalar of a range proof", 3, false),
            ("fold of a range proof", folds, true),
            ("end of a range proof", 2, false),
        ]
    });
    let points = points.map(|(what, count)| (what, count, true));
    let scalars = scalars.map(|(what, count)| (what, count, false));
    let mut at = 0;
    let mut out = Vec::new();
    for (what, count, element) in points.into_iter().chain(scalars).chain(ranges) {
        let (first, last) = (at, at + 32 * count.saturating_sub(1));
        match count {
            0 => {}
            1 => out.push((what.to_owned(), first, element)),
            _ => {
                out.push((format!("first {what}"), first, element));
                out.push((format!("last {what}"), last, element));
            }
        }
        at += 32 * count;
    }
    assert_eq!(at, both.suite.proof_len());
    out
}

/// Copies of a proof: under other bindings, with bytes that are no encoding, and at a position of
/// each sort with an element more by `U`, or a scalar by 1.
fn changed(both: &Both, sent: &Messages, bytes: &[u8]) -> Vec<Value> {
    let own = binding(3);
    let context = [8; 32];
    let other = [
        json!({ "what": "another client", "client": 4, "outcome": outcome(both, &binding(4), bytes) }),
        json!({
            "what": "another context",
            "context": hex(&context),
            "outcome": outcome(both, &Binding { context, ..own }, bytes),
        }),
    ];
    let with = |what: &str, at: usize, new: Vec<u8>| {
        let mut bad = bytes.to_vec();
        bad[at..at + new.len()].copy_from_slice(&new);
        assert!(bad != bytes);
        json!({ "what": what, "at": at, "bytes": hex(&new), "outcome": outcome(both, &own, &bad) })
    };
    let identity = with("identity as the first bit row", 0, vec![0; 32]);
    let large = with("last scalar not reduced", bytes.len() - 32, vec![0xff; 32]);
    let wrong = positions(both, sent)
        .into_iter()
        .map(|(what, at, element)| {
            let old = &bytes[at..at + 32];
            let new = if element {
                let old = Ristretto::decode_point(old, "element").unwrap();
                Ristretto::encode_point(&(old + both.setting.u))
            } else {
                let old = Ristretto::decode_scalar(old, "scalar").unwrap();
                Ristretto::encode_scalar(&(old + Fr::one()))
            };
            with(&what, at, new)
        });
    other
        .into_iter()
        .chain([identity, large])
        .chain(wrong)
        .collect()
}

/// Everything of one statement, as this version computes it: of an old proof, or of its own.
fn vector(kind: Kind, old: Option<&Value>) -> Value {
    let Kind {
        segments,
        x,
        columns,
        prove,
    } = kind;
    let both = Both::new(segments.clone(), columns);
    let bytes = old.map_or_else(|| prove(&both, &x), |old| unhex(&old["proof"]));
    assert_eq!(outcome(&both, &binding(3), &bytes), "holds");
    let (sent, challenges) = replay(&both.setting, &binding(3), None, &bytes).unwrap();
    let rows = both.suite.rows(&both.suite.decode(&bytes).unwrap());
    json!({
        "statement": hex(&Statement::new(segments).unwrap().encode()),
        "columns": columns,
        "x": x,
        "commitments": hex(&bytes[..32 * both.suite.proof_layout.commitments()]),
        "challenges": {
            "theta": scalars(&challenges.theta),
            "lambda": scalars(&[challenges.lambda])[0],
            "claim": scalars(&challenges.alpha),
            "r": scalars(&challenges.r),
            "sigma": scalars(&[challenges.sigma])[0],
            "e": scalars(&[challenges.e])[0],
            "form": scalars(&[challenges.h])[0],
            "u": scalars(&challenges.u),
        },
        "proof": hex(&bytes),
        "rows": rows.iter().map(|row| hex(&Ristretto::encode_point(row))).collect::<Vec<_>>(),
        "changed": changed(&both, &sent, &bytes),
    })
}

/// A whole file, of the proofs of an old one or of new ones.
fn all(old: Option<&Value>) -> Value {
    let kinds = kinds().into_iter().enumerate();
    let vectors: Vec<Value> = kinds
        .map(|(index, kind)| vector(kind, old.map(|old| &old["vectors"][index])))
        .collect();
    json!({
        "suite": Suite::RistrettoBitplane.name(),
        "context": hex(&binding(3).context),
        "client": 3,
        "clients": 20,
        "chacha20_seed": hex(&SEED),
        "vectors": vectors,
    })
}

fn read(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn holds(file: &Value) {
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), kinds().len());
    for (kind, vector) in kinds().into_iter().zip(vectors) {
        let both = Both::new(kind.segments, kind.columns);
        let bytes = unhex(&vector["proof"]);
        assert_eq!(outcome(&both, &binding(3), &bytes), "holds");
    }
}

#[test]
fn old_proofs_verify_as_they_did() {
    let file = read(PLAIN);
    holds(&file);
    assert!(
        file == all(Some(&file)),
        "a byte of the vectors has changed"
    );
    // They are not what the prover makes now.
    let new = read(HEDGED);
    let pairs = file["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .zip(new["vectors"].as_array().unwrap());
    for (old, new) in pairs {
        assert_eq!(old["x"], new["x"]);
        assert_ne!(old["commitments"], new["commitments"]);
    }
}

#[test]
fn the_file_says_what_this_version_does() {
    let file = read(HEDGED);
    holds(&file);
    assert!(file == all(None), "a byte of the vectors has changed");
}

/// `cargo test -p veragg-circuits --lib -- --ignored write_the_vectors`, for more vectors: those that are there never
/// change.
#[test]
#[ignore = "writes specs/vectors/bitplane-hedged.json"]
fn write_the_vectors() {
    std::fs::write(HEDGED, format!("{:#}\n", all(None))).unwrap();
}
