//! Bytes and arithmetic of `specs/wire.md` and `specs/protocol.md`, piece by piece: what each must come to.

mod inputs;

use std::fs;

use serde_json::{json, Map, Value};
use veragg::circuits::group::ristretto::{decode_key_scalar, Fr, KeyPoint, KeyScalar, Ristretto};
use veragg::circuits::group::Group;
use veragg::protocol::crypto::context::{Context, Version};
use veragg::protocol::crypto::dh::KeyPair;
use veragg::protocol::crypto::hash::digest;
use veragg::protocol::crypto::ids::ClientSet;
use veragg::protocol::crypto::masks::{self, Mask};
use veragg::protocol::crypto::sealing::Channel;
use veragg::protocol::crypto::signing::{hex, unhex, VerifyingKey};
use veragg::protocol::crypto::tree::{Root, Tree};
use veragg::protocol::pairwise::attest::Challenges;
use veragg::protocol::round::names::ClientNames;
use veragg::protocol::round::parameters::{self, Assumptions, MaskingParameters};
use veragg::protocol::round::Round;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::header::Header;
use veragg::protocol::wire::message::Envelope;
use veragg::protocol::wire::receipt::{Receipt, Refusal};
use veragg_lab::{id, Suite};

use super::folder;

const FILE: &str = "wire.json";
const LABEL: &str = "veragg/1 sign message";

/// What an entry of a section comes to.
type Outcome = fn(&Value) -> Value;

/// The sections of the file.
const SECTIONS: &[(&str, Outcome)] = &[
    ("digests", of_digest),
    ("trees", of_tree),
    ("inclusion", of_inclusion),
    ("consistency", of_consistency),
    ("signatures", of_signature),
    ("sets", of_set),
    ("structures", of_structure),
    ("parameters", of_parameters),
    ("masks", of_mask),
    ("sealing", of_sealing),
    ("challenges", of_challenges),
    ("names", of_names),
];

fn bytes(value: &Value) -> Vec<u8> {
    unhex(value.as_str().unwrap()).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn all_bytes(value: &Value) -> Vec<Vec<u8>> {
    value.as_array().unwrap().iter().map(bytes).collect()
}

fn of_digest(entry: &Value) -> Value {
    let parts = all_bytes(&entry["parts"]);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    json!(hex(&digest(entry["label"].as_str().unwrap(), &parts)))
}

fn of_tree(entry: &Value) -> Value {
    let tree: Tree<_> = all_bytes(&entry["leaves"]).into_iter().collect();
    let size = tree.size();
    let hexadecimal = |proof: Option<Vec<u8>>| hex(&proof.unwrap());
    json!({
        "root": hex(&tree.root().hash),
        "inclusion": (0..size).map(|leaf| hexadecimal(tree.inclusion(leaf))).collect::<Vec<_>>(),
        "consistency": (0..=size).map(|old| hexadecimal(tree.consistency(old))).collect::<Vec<_>>(),
    })
}

fn root(value: &Value) -> Root {
    Root {
        size: number(&value["size"]),
        hash: array(&value["hash"]),
    }
}

fn of_inclusion(entry: &Value) -> Value {
    let (leaf, proof) = (bytes(&entry["leaf"]), bytes(&entry["proof"]));
    json!(root(&entry["root"]).includes(&leaf, number(&entry["index"]), &proof))
}

fn of_consistency(entry: &Value) -> Value {
    json!(root(&entry["root"]).continues(&root(&entry["old"]), &bytes(&entry["proof"])))
}

fn of_signature(entry: &Value) -> Value {
    let Ok(key) = VerifyingKey::from_bytes(&array(&entry["key"]), "key") else {
        return json!("key refused");
    };
    let message = bytes(&entry["message"]);
    let holds = key.verify(LABEL, &message, &array(&entry["signature"]));
    json!(if holds { "holds" } else { "does not hold" })
}

fn of_set(entry: &Value) -> Value {
    let (clients, bytes) = (number(&entry["clients"]) as u32, bytes(&entry["bytes"]));
    let mut reader = veragg::circuits::codec::Reader::new(&bytes);
    let set = ClientSet::read(&mut reader, clients, "set");
    match set.and_then(|set| reader.finish().map(|()| set)) {
        Ok(set) => json!(set.iter().map(|client| client.number()).collect::<Vec<_>>()),
        Err(_) => json!("refused"),
    }
}

/// Whether the bytes are a structure of this kind, of any version.
fn of_structure(entry: &Value) -> Value {
    let bytes = bytes(&entry["bytes"]);
    let clients = entry["clients"].as_u64().unwrap_or(0) as u32;
    let decodes = match entry["kind"].as_str().unwrap() {
        "envelope" => Envelope::decode_pairwise(&bytes).is_ok(),
        "checkpoint" => Checkpoint::decode_pairwise(&bytes, clients).is_ok(),
        "receipt" => Receipt::decode(&bytes).is_ok(),
        "refusal" => Refusal::decode(&bytes).is_ok(),
        "point" => Ristretto::decode_point(&bytes, "point").is_ok(),
        "scalar" => Ristretto::decode_scalar(&bytes, "scalar").is_ok(),
        kind => panic!("{kind}"),
    };
    json!(if decodes { "decodes" } else { "refused" })
}

/// The choice for these assumptions, and whether the given degree and threshold are refused.
fn of_parameters(entry: &Value) -> Value {
    let of = |name: &str| number(&entry[name]) as u32;
    let assumptions = Assumptions {
        clients: of("clients"),
        corrupt_ppm: of("corrupt_ppm"),
        dropout_ppm: of("dropout_ppm"),
    };
    if let Some(degree) = entry.get("degree") {
        let masking = MaskingParameters {
            degree: number(degree) as u32,
            threshold: of("threshold"),
        };
        let checked = parameters::check(&assumptions, masking, 40.0);
        return json!(if checked.is_ok() { "holds" } else { "refused" });
    }
    match MaskingParameters::for_assumptions(&assumptions, 40.0) {
        Ok(MaskingParameters { degree, threshold }) => json!([degree, threshold]),
        Err(_) => json!("refused"),
    }
}

fn context(entry: &Value) -> Context {
    Context {
        version: Version::from_number(number(&entry["version"]) as u16).unwrap(),
        digest: array(&entry["context"]),
    }
}

fn scalar(value: &Value) -> KeyScalar {
    decode_key_scalar(&bytes(value), "scalar").unwrap()
}

/// The first three scalars of a mask, as the client adds them.
fn of_mask(entry: &Value) -> Value {
    let (context, client) = (context(entry), id(number(&entry["client"]) as u32));
    let mask = match entry.get("other") {
        None => Mask::of_seed(&context, client, &scalar(&entry["secret"])),
        Some(other) => {
            let pair = KeyPair::from_secret(scalar(&entry["secret"]));
            let other = id(number(other) as u32);
            let theirs = point(&entry["other_key"]);
            Mask::of_edge(&context, client, &pair, other, &theirs)
        }
    };
    let mut vector = [Fr::from(0u64); 3];
    masks::apply::<Ristretto>(&mut vector, &[mask]);
    json!(vector.map(|scalar| hex(&Ristretto::encode_scalar(&scalar))))
}

fn point(value: &Value) -> KeyPoint {
    Ristretto::decode_point(&bytes(value), "key").unwrap()
}

/// What a dealer seals for a recipient: the shares, or nothing.
fn of_sealing(entry: &Value) -> Value {
    let channel = Channel {
        context: &context(entry),
        dealer: id(number(&entry["dealer"]) as u32),
        recipient: id(number(&entry["recipient"]) as u32),
    };
    let pair = KeyPair::from_secret(scalar(&entry["secret"]));
    let shared = pair.shared_point(&point(&entry["other_key"]));
    match channel.open(&shared, &bytes(&entry["sealed"])) {
        Some(pair) => json!([hex(pair.mask.as_bytes()), hex(pair.seed.as_bytes())]),
        None => json!("does not open"),
    }
}

/// For each challenge pair the commitment to the self-mask of a client.
fn of_challenges(entry: &Value) -> Value {
    let header = Header::read(&mut &bytes(&entry["header"])[..]).unwrap();
    let round: Round<Suite> = Round::open(&header, &header.configuration.organiser).unwrap();
    let challenges = Challenges::new(&round, &array(&entry["submit"]));
    let client = id(number(&entry["client"]) as u32);
    let mask = Mask::of_seed(round.context(), client, &scalar(&entry["secret"]));
    let committed = challenges.commit(&round, &mask);
    let points = committed
        .points
        .iter()
        .map(|point| hex(&Ristretto::encode_point(point)));
    json!(points.collect::<Vec<_>>())
}

fn of_names(entry: &Value) -> Value {
    let (context, organiser) = (array(&entry["context"]), array(&entry["organiser"]));
    let organiser = VerifyingKey::from_bytes(&organiser, "organiser").unwrap();
    let names = ClientNames::parse(entry["text"].as_str().unwrap()).ok();
    let Some(names) = names.filter(|names| names.verify(&context, &organiser).is_ok()) else {
        return json!("refused");
    };
    let names = names
        .iter()
        .map(|(client, name)| json!([client.number(), name]));
    json!(names.collect::<Vec<_>>())
}

#[test]
#[ignore = "draws keys anew and writes the vectors"]
fn write() {
    let inputs = [
        inputs::digests(),
        inputs::trees(),
        inputs::inclusion(),
        inputs::consistency(),
        inputs::signatures(),
        inputs::sets(),
        inputs::structures(),
        inputs::parameters_of_rounds(),
        inputs::masks_of_clients(),
        inputs::sealing(),
        inputs::challenges(),
        inputs::names(),
    ];
    let sections = SECTIONS
        .iter()
        .zip(inputs)
        .map(|((name, outcome), entries)| {
            let lines = entries.into_iter().map(|mut entry| {
                entry["outcome"] = outcome(&entry);
                entry.to_string()
            });
            let lines: Vec<_> = lines.collect();
            format!("\"{name}\": [\n{}\n]", lines.join(",\n"))
        });
    let sections: Vec<_> = sections.collect();
    fs::write(folder(FILE), format!("{{\n{}\n}}\n", sections.join(",\n"))).unwrap();
}

#[test]
fn bytes_and_arithmetic_come_to_what_the_vectors_say() {
    let file: Map<String, Value> =
        serde_json::from_slice(&fs::read(folder(FILE)).unwrap()).unwrap();
    assert_eq!(file.len(), SECTIONS.len());
    let entries = [5, 7, 38, 28, 13, 9, 48, 25, 6, 6, 3, 8];
    for ((name, outcome), count) in SECTIONS.iter().zip(entries) {
        assert_eq!(file[*name].as_array().unwrap().len(), count, "{name}");
        for entry in file[*name].as_array().unwrap() {
            assert_eq!(outcome(entry), entry["outcome"], "{name}: {entry}");
        }
    }
    // What must come out of crafted signatures, whatever the library says.
    let signatures = file["signatures"].as_array().unwrap().iter();
    let signatures: Vec<_> = signatures
        .map(|entry| entry["outcome"].as_str().unwrap())
        .collect();
    let (good, bad, refused) = ("holds", "does not hold", "key refused");
    let expected = [
        good, bad, bad, bad, good, bad, bad, good, refused, refused, refused, refused, refused,
    ];
    assert_eq!(signatures, expected);
}
