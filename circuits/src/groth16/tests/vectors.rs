//! The test vectors of `specs/proofs.md` 8.12: what the file says is what prover and verifier do, and will go on doing.

use serde_json::{json, Value};
use sha2::{Digest as _, Sha256};

use super::key::generators;
use super::*;
use crate::group::bls12381::encode_g2;
use crate::statement::Segment;

/// Proofs drawn straight from the generator, as before 4.4: they verify for ever, and nobody makes them again.
const PLAIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/vectors/groth16.json");
/// Proofs drawn as 4.4 says, which the prover still makes.
const HEDGED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/specs/vectors/groth16-hedged.json"
);
const SEED: [u8; 32] = [0x5b; 32];
/// Roster of the key, and of the round.
const MAX_CLIENTS: u32 = 20;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn point(point: impl Into<G1Projective>) -> Vec<u8> {
    Bls12381::encode_point(&point.into())
}

fn number(scalar: Fr) -> Vec<u8> {
    Bls12381::encode_scalar(&scalar)
}

/// What the bytes of a proof come to in a round of so many clients.
fn outcome(of: &Vector, clients: u32, binding: &Binding, bytes: &[u8]) -> String {
    let suite = verifying(&of.circuit, &of.key.verifying, clients);
    let Ok(proof) = suite.decode(bytes) else {
        return "decode".to_owned();
    };
    let bad = suite.verify_batch(&[(*binding, &proof)]);
    let part = bad.first().map(|(_, part)| format!("{part:?}"));
    part.unwrap_or_else(|| "holds".to_owned())
}

/// A statement, its key, and a vector.
struct Vector {
    circuit: Circuit,
    secrets: Secrets,
    key: ProvingKey,
    x: Vec<u64>,
}

/// The circuits of the other tests, each with the ends of its ranges.
fn vectors() -> Vec<Vector> {
    let long = (0..40).map(|j| [0, 999, 500, j * 7][j as usize % 4]);
    let inputs = [
        vec![1],
        long.collect(),
        vec![0, 1, 0, 0, 5, 10, 3, 1, 0, 0, 1],
    ];
    let made = circuits().into_iter().zip(inputs).zip(1..);
    made.map(|((circuit, x), seed)| {
        let secrets = Secrets::of(seed);
        Vector {
            key: secrets.key(&circuit, MAX_CLIENTS),
            circuit,
            secrets,
            x,
        }
    })
    .collect()
}

/// The name of a part of a proof, and where it stands.
type Place = (&'static str, usize);

/// Where the elements of `G1` and the scalars of a proof stand.
fn places(scalars: usize) -> [Vec<Place>; 2] {
    let names = ["Chat", "Phat", "R_P", "R_C", "A", "Q"];
    let in_1 = names.into_iter().zip((0..).step_by(48)).collect();
    let responses = 6 * 48 + 96;
    let at = |place: usize| responses + 32 * place;
    let mut in_f = vec![("z_0", at(0))];
    if scalars > 1 {
        in_f.push(("the last z_m", at(scalars - 1)));
    }
    in_f.extend([("z_sigma", at(scalars)), ("z_r", at(scalars + 1))]);
    [in_1, in_f]
}

/// Copies of a proof with other bytes in one place, by what is there then.
fn edits(scalars: usize, bytes: &[u8]) -> Vec<(String, usize, Vec<u8>)> {
    let [in_1, in_f] = places(scalars);
    let (one, two) = (G1Projective::generator(), G2Projective::generator());
    let b_at = 6 * 48;
    let mut edits = Vec::new();
    for (name, at) in in_1 {
        let old = Bls12381::decode_point(&bytes[at..at + 48], "element").unwrap();
        let affine: G1Affine = old.into_affine();
        let torsion = (affine + testing::torsion()).into_affine();
        let mut flag = bytes[at..at + 48].to_vec();
        flag[0] &= 0x7f;
        let mut infinity = vec![0; 48];
        infinity[0] = 0xc0;
        let mut large = vec![0xff; 48];
        large[0] = 0x9f;
        edits.extend([
            (format!("{name} plus g_1"), at, point(old + one)),
            (format!("-{name}"), at, point(-old)),
            (format!("{name} plus a point of order 3"), at, raw(&torsion)),
            (format!("{name} without the flag of compression"), at, flag),
            (format!("infinity as {name}"), at, infinity),
            (format!("{name} with an x that is too large"), at, large),
            (format!("{name} with an x of no point"), at, no_point()),
        ]);
    }
    let b = crate::group::bls12381::decode_g2(&bytes[b_at..b_at + 96], "B").unwrap();
    let mut infinity = vec![0; 96];
    infinity[0] = 0xc0;
    edits.extend([
        (
            "B plus g_2".to_owned(),
            b_at,
            encode_g2(&(b + two).into_affine()),
        ),
        ("infinity as B".to_owned(), b_at, infinity),
        ("B outside the subgroup".to_owned(), b_at, outside_g2()),
    ]);
    for (name, at) in in_f {
        let old = Bls12381::decode_scalar(&bytes[at..at + 32], "scalar").unwrap();
        let mut r = number(-Fr::one());
        // r - 1 ends in a 0 bit.
        r[0] += 1;
        edits.extend([
            (format!("{name} plus 1"), at, number(old + Fr::one())),
            (format!("r as {name}"), at, r),
        ]);
    }
    edits
}

/// The bytes of a point that may be outside the subgroup.
fn raw(point: &G1Affine) -> Vec<u8> {
    use ark_serialize::CanonicalSerialize;
    let mut bytes = Vec::new();
    point.serialize_compressed(&mut bytes).unwrap();
    bytes
}

/// The least `x` with no point on the curve.
fn no_point() -> Vec<u8> {
    let x = (0u8..).find(|&x| {
        let x = Fq::from(x);
        (x.square() * x + Fq::from(4u64)).sqrt().is_none()
    });
    let mut bytes = vec![0; 48];
    (bytes[0], bytes[47]) = (0x80, x.unwrap());
    bytes
}

/// A point of the curve over the quadratic extension that is not in `G2`: the one with the least `x` in the field.
fn outside_g2() -> Vec<u8> {
    use ark_bls12_381::Fq2;
    use ark_serialize::CanonicalSerialize;
    let points = (0u64..).filter_map(|x| {
        let x = Fq2::new(Fq::from(x), Fq::zero());
        G2Affine::get_point_from_x_unchecked(x, false)
    });
    let mut outside = points.filter(|point| !point.is_in_correct_subgroup_assuming_on_curve());
    let mut bytes = Vec::new();
    let point = outside.next().unwrap();
    point.serialize_compressed(&mut bytes).unwrap();
    bytes
}

/// Whole proofs in place of the honest one.
fn forgeries(of: &Vector, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let suite = proving(&of.circuit, &of.key, CLIENTS);
    let setting = Setting {
        circuit: of.circuit.clone(),
        secrets: of.secrets,
        key: of.key.clone(),
        suite,
        x: of.x.clone(),
    };
    let proof = setting.suite.decode(bytes).unwrap();
    let (elements, responses) = (&proof.elements, &proof.responses);
    let again = Fr::from(12_345u64);
    let rerandomised = Elements {
        a: (elements.a * again).into_affine(),
        b: (elements.b * again.inverse().unwrap()).into_affine(),
        ..elements.clone()
    };
    // Made with the secrets of the key, so that equation 1 holds all the same.
    let good = setting.forge(setting.circuit.layout().pack::<Fr>(&of.x).unwrap().to_vec());
    let (eta, t_0) = (setting.key.verifying.eta, setting.key.h[0]);
    let (moved, its_own) = setting.link_with(good, &mut rng(), |elements| {
        elements.packed = (elements.packed + eta * again).into_affine();
        elements.row = (elements.row - eta * again).into_affine();
        elements.q = (elements.q - t_0 * again).into_affine();
    });
    // What 8.6 says that the pairing alone lets through: no vector at all.
    let verifying = &setting.key.verifying;
    let zeros = vec![Fr::zero(); of.circuit.layout().scalars()];
    let (sigma, rhat) = (Fr::from(5u64), Fr::from(6u64));
    let no_vector = Forged {
        row: setting.over_row(&zeros, rhat),
        packed: verifying.eta * sigma - verifying.ic[0],
        p: zeros,
        sigma,
        rhat,
        a: verifying.alpha.into(),
        b: verifying.beta.into(),
        q: -(setting.key.h[0] * sigma),
    };
    let (of_nothing, its_responses) = setting.link(no_vector, &mut rng());
    // 1 added to the first slot of the first coordinate's place, with another opening that is honest.
    let too_large = setting.circuit.layout().pack::<Fr>(&of.x).unwrap();
    let too_large: Vec<Fr> = too_large.iter().map(|p| *p + Fr::from(2000u64)).collect();
    let without_witness = Forged {
        row: setting.over_row(&too_large, rhat),
        packed: setting.over_key(&too_large, sigma),
        p: too_large,
        sigma,
        rhat,
        a: elements.a.into(),
        b: elements.b.into(),
        q: elements.q.into(),
    };
    let (other, other_responses) = setting.link(without_witness, &mut rng());
    vec![
        ("A and B re-randomised", encode(&rerandomised, responses)),
        (
            "Phat plus a multiple of eta, Chat minus the same: the sum of both equations of 2 holds",
            encode(&moved, &its_own),
        ),
        (
            "equation 1 without a vector (8.6)",
            encode(&of_nothing, &its_responses),
        ),
        (
            "other packed scalars, linked well, with the old A, B, Q",
            encode(&other, &other_responses),
        ),
        ("a byte less", bytes[..bytes.len() - 1].to_vec()),
        ("a byte more", [bytes, &[0]].concat()),
    ]
}

fn changed(of: &Vector, bytes: &[u8]) -> Vec<Value> {
    let context = [4; 32];
    let under = [
        (
            "another client",
            json!({ "client": 8 }),
            Binding {
                client: 8,
                ..BINDING
            },
            CLIENTS,
        ),
        (
            "another context",
            json!({ "context": hex(&context) }),
            Binding { context, ..BINDING },
            CLIENTS,
        ),
        (
            "a larger roster",
            json!({ "clients": CLIENTS + 1 }),
            BINDING,
            CLIENTS + 1,
        ),
    ];
    let under = under.map(|(what, mut value, binding, clients)| {
        value["what"] = what.into();
        value["outcome"] = outcome(of, clients, &binding, bytes).into();
        value
    });
    let scalars = of.circuit.layout().scalars();
    let edits = edits(scalars, bytes).into_iter().map(|(what, at, new)| {
        let mut bad = bytes.to_vec();
        bad[at..at + new.len()].copy_from_slice(&new);
        assert!(bad != bytes, "{what}");
        let outcome = outcome(of, CLIENTS, &BINDING, &bad);
        json!({ "what": what, "at": at, "bytes": hex(&new), "outcome": outcome })
    });
    let whole = forgeries(of, bytes).into_iter().map(|(what, bad)| {
        let outcome = outcome(of, CLIENTS, &BINDING, &bad);
        json!({ "what": what, "proof": hex(&bad), "outcome": outcome })
    });
    under.into_iter().chain(edits).chain(whole).collect()
}

/// Copies of the verifying key that a round of the statement refuses.
fn keys(of: &Vector) -> Vec<Value> {
    let key = &of.key.verifying;
    let bytes = key.encode();
    let ic = bytes.len() - 48 * key.ic.len();
    let (eta, delta, alpha) = (ic - 4 - 48, ic - 4 - 48 - 96, ic - 4 - 48 - 3 * 96 + 48);
    let (generator, two) = (generators().0, generators().1.into_affine());
    let mut infinity = vec![0; 48];
    infinity[0] = 0xc0;
    let torsion = |point: G1Affine| raw(&(point + testing::torsion()).into_affine());
    let other = Statement::new(vec![Segment::range(2, 2)]).unwrap();
    let other = Circuit::new(&other, MAX_CLIENTS);
    let shorter = [
        &bytes[..ic - 4],
        &(key.ic.len() as u32 - 1).to_be_bytes(),
        &bytes[ic..bytes.len() - 48],
    ];
    let longer = [
        &bytes[..ic - 4],
        &(key.ic.len() as u32 + 1).to_be_bytes(),
        &bytes[ic..],
        &point(generator),
    ];
    let edits: [(&str, usize, Vec<u8>); 9] = [
        ("N_max below n", 0, (CLIENTS - 1).to_be_bytes().into()),
        ("N_max 0", 0, vec![0; 4]),
        ("twice the domain", 4, (2 * key.domain).to_be_bytes().into()),
        ("other matrices", 8, other.digest().into()),
        ("infinity as eta", eta, infinity.clone()),
        ("eta plus a point of order 3", eta, torsion(key.eta)),
        (
            "the last IC plus a point of order 3",
            bytes.len() - 48,
            torsion(*key.ic.last().unwrap()),
        ),
        ("alpha with bytes of no point", alpha, no_point()),
        ("delta = g_2", delta, encode_g2(&two)),
    ];
    let edited = edits.into_iter().map(|(what, at, new)| {
        let mut bad = bytes.clone();
        bad[at..at + new.len()].copy_from_slice(&new);
        (what, bad)
    });
    let of_other = of.secrets.key(&other, MAX_CLIENTS).verifying.encode();
    let whole = [
        ("an IC less", shorter.concat()),
        ("an IC more", longer.concat()),
        ("the key of two bits", of_other),
    ];
    let copies = edited.chain(whole);
    let refused = copies.map(|(what, bad)| {
        let taken = VerifyingKey::decode(&bad).is_ok_and(|key| {
            let columns = of.circuit.layout().columns();
            let set_up = Groth16SetUp::from(key);
            Bls12381Groth16::new(&set_up, of.circuit.statement(), CLIENTS, columns).is_ok()
        });
        assert!(bad != bytes && !taken, "{what}");
        json!({ "what": what, "clients": CLIENTS, "verifying_key": hex(&bad) })
    });
    refused.collect()
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let bytes = (0..text.len()).step_by(2);
    bytes
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Everything of one statement, as this version computes it: of an old proof, or of its own.
fn vector(of: &Vector, old: Option<&Value>) -> Value {
    let suite = proving(&of.circuit, &of.key, CLIENTS);
    let mut rng = ChaCha20Rng::from_seed(SEED);
    let proven = suite.prove(&BINDING, &of.x, &mut rng).unwrap();
    let own_blinding = hex(&number(proven.blindings[0]));
    let (bytes, blinding) = match old {
        None => (proven.bytes.clone(), own_blinding),
        Some(old) => (
            unhex(&old["proof"]),
            old["blinding"].as_str().unwrap().to_owned(),
        ),
    };
    let bytes = &bytes;
    assert_eq!(outcome(of, CLIENTS, &BINDING, bytes), "holds");
    let proof = suite.decode(bytes).unwrap();
    let export = suite.export(&BINDING, &proof).unwrap();
    let (eip2537, snarkjs) = (export.eip2537(), export.snarkjs());
    let calls = eip2537.calls.iter().map(|call| {
        json!({ "to": format!("{:02x}", call.to as u8), "input": hex(&call.input), "output": hex(&call.output), "gas": call.gas })
    });
    let mut challenge = eip2537.e;
    challenge.reverse();
    let Secrets {
        tau,
        alpha,
        beta,
        delta,
    } = of.secrets;
    let [tau, alpha, beta, delta] = [tau, alpha, beta, delta].map(|it| hex(&number(it)));
    json!({
        "statement": hex(&of.circuit.statement().encode()),
        "constraints": of.circuit.constraints(),
        "secrets": { "tau": tau, "alpha": alpha, "beta": beta, "delta": delta },
        "verifying_key": hex(&of.key.verifying.encode()),
        "proving_key_sha256": hex(&Sha256::digest(of.key.encode())),
        "x": of.x,
        "prefix": hex(&eip2537.prefix),
        "challenge": hex(&challenge),
        "proof": hex(bytes),
        "row": hex(&point(suite.rows(&proof)[0])),
        "blinding": blinding,
        "eip2537": {
            "calldata": hex(&eip2537.calldata),
            "calls": calls.collect::<Vec<_>>(),
            "gas": eip2537.gas().total(),
        },
        "snarkjs": { "ic": snarkjs.ic, "pi_a": snarkjs.a, "pi_b": snarkjs.b, "pi_c": snarkjs.c },
        "changed": changed(of, bytes),
        "keys": keys(of),
    })
}

/// A whole file, of the proofs of an old one or of new ones.
fn all(old: Option<&Value>) -> Value {
    let made = vectors();
    let made = made.iter().enumerate();
    let made = made.map(|(index, of)| vector(of, old.map(|old| &old["vectors"][index])));
    json!({
        "suite": Suite::Bls12381Groth16.name(),
        "context": hex(&BINDING.context),
        "client": BINDING.client,
        "clients": CLIENTS,
        "chacha20_seed": hex(&SEED),
        "vectors": made.collect::<Vec<_>>(),
    })
}

fn read(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn old_proofs_verify_as_they_did() {
    let file = read(PLAIN);
    assert!(
        file == all(Some(&file)),
        "a byte of the vectors has changed"
    );
    outcomes_are_refusals(&file);
    // They are not what the prover makes now.
    let new = read(HEDGED);
    let pairs = file["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .zip(new["vectors"].as_array().unwrap());
    for (old, new) in pairs {
        assert_eq!(old["x"], new["x"]);
        assert_ne!(old["row"], new["row"]);
    }
}

#[test]
fn the_file_says_what_this_version_does() {
    let file = read(HEDGED);
    assert!(file == all(None), "a byte of the vectors has changed");
    outcomes_are_refusals(&file);
}

fn outcomes_are_refusals(file: &Value) {
    let outcomes = |outcome: &str| {
        let vectors = file["vectors"].as_array().unwrap().iter();
        let changed = vectors.flat_map(|vector| vector["changed"].as_array().unwrap());
        changed.filter(|copy| copy["outcome"] == outcome).count()
    };
    // No copy holds, and each outcome occurs.
    assert_eq!(outcomes("holds"), 0);
    assert!(outcomes("Range") > 20 && outcomes("decode") > 50);
}

/// `cargo test -p veragg-circuits --lib -- --ignored write_the_groth16_vectors`, for more vectors: those that are there never
/// change.
#[test]
#[ignore = "writes specs/vectors/groth16-hedged.json"]
fn write_the_groth16_vectors() {
    std::fs::write(HEDGED, format!("{:#}\n", all(None))).unwrap();
}
