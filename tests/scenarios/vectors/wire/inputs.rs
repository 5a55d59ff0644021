//! The inputs of the sections.

use curve25519_dalek::constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use rand_core::OsRng;
use serde_json::{json, Value};
use sha2::{Digest as _, Sha512};
use veragg::circuits::group::ristretto::{KeyScalar, Ristretto};
use veragg::circuits::group::Group;
use veragg::protocol::crypto::context::{Context, Version};
use veragg::protocol::crypto::dh::KeyPair;
use veragg::protocol::crypto::sealing::{Channel, SharePair};
use veragg::protocol::crypto::signing::{hex, SigningKey};
use veragg::protocol::crypto::tree::Tree;
use veragg::protocol::round::configuration::SegmentConfiguration;
use veragg::protocol::round::names::ClientNames;
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg_lab::{id, Scene};

use super::LABEL;

pub(super) fn digests() -> Vec<Value> {
    let entry = |label: &str, parts: &[&[u8]]| {
        let parts: Vec<_> = parts.iter().map(|part| hex(part)).collect();
        json!({ "label": label, "parts": parts })
    };
    vec![
        entry("veragg/1 entry", &[]),
        entry("veragg/1 entry", &[b""]),
        entry("veragg/1 entry", &[b"ab", b"c"]),
        entry("veragg/1 entry", &[b"a", b"bc"]),
        entry("veragg/1 context", &[&[7; 300]]),
    ]
}

fn leaves(count: u8) -> Vec<Vec<u8>> {
    (0..count)
        .map(|leaf| vec![leaf; usize::from(leaf)])
        .collect()
}

pub(super) fn trees() -> Vec<Value> {
    let entry = |count| {
        let leaves: Vec<_> = leaves(count).iter().map(|leaf| hex(leaf)).collect();
        json!({ "leaves": leaves })
    };
    [0, 1, 2, 3, 5, 8, 11].map(entry).to_vec()
}

fn head(tree: &Tree<Vec<u8>>) -> Value {
    json!({ "size": tree.size(), "hash": hex(&tree.root().hash) })
}

/// Changes of a proof: as it is, too short, too long, and another.
fn proofs(proof: &[u8]) -> Vec<Vec<u8>> {
    let mut changed = vec![
        proof.to_vec(),
        [proof, &[0; 32]].concat(),
        [proof, &[0]].concat(),
    ];
    if !proof.is_empty() {
        changed.push(proof[32..].to_vec());
        let mut other = proof.to_vec();
        other[0] ^= 1;
        changed.push(other);
    }
    changed
}

pub(super) fn inclusion() -> Vec<Value> {
    let mut entries = Vec::new();
    for (size, index) in [(1, 0), (5, 4), (5, 2), (8, 7), (11, 9)] {
        let tree: Tree<_> = leaves(size).into_iter().collect();
        let proof = tree.inclusion(index).unwrap();
        let leaf = hex(tree.leaf(index).unwrap());
        let entry = |index: u64, proof: &[u8]| json!({ "root": head(&tree), "index": index, "leaf": leaf, "proof": hex(proof) });
        entries.extend(proofs(&proof).iter().map(|proof| entry(index, proof)));
        entries.extend([index + 1, index + 16, 1 << 62].map(|index| entry(index, &proof)));
    }
    entries
}

pub(super) fn consistency() -> Vec<Value> {
    let mut entries = Vec::new();
    for (old, new) in [(0, 0), (0, 3), (3, 3), (2, 5), (4, 8), (6, 11), (5, 2)] {
        let (before, tree): (Tree<_>, Tree<_>) = (
            leaves(old).into_iter().collect(),
            leaves(new).into_iter().collect(),
        );
        let proof = tree.consistency(old.into()).unwrap_or_default();
        entries.extend(proofs(&proof).iter().map(
            |proof| json!({ "old": head(&before), "root": head(&tree), "proof": hex(proof) }),
        ));
    }
    let tree: Tree<_> = leaves(3).into_iter().collect();
    let huge = json!({ "size": (1u64 << 62) + 1, "hash": hex(&tree.root().hash) });
    entries.push(json!({ "old": head(&tree), "root": huge, "proof": "" }));
    entries
}

/// A signature made by hand: with these points added to the key and to `R`, and `S` increased.
fn crafted(key: EdwardsPoint, nonce: EdwardsPoint, plus_order: bool) -> Value {
    let (secret, message) = (Scalar::from(7777u64), b"a message");
    let public = (&secret * ED25519_BASEPOINT_TABLE + key)
        .compress()
        .to_bytes();
    // With a key that is not in the subgroup the equation without the cofactor holds for one challenge in eight.
    for nonces in 1u64.. {
        let r = Scalar::from(nonces);
        let announced = (&r * ED25519_BASEPOINT_TABLE + nonce).compress().to_bytes();
        let signed = [&[LABEL.len() as u8][..], LABEL.as_bytes(), message].concat();
        let hash = Sha512::new()
            .chain_update(announced)
            .chain_update(public)
            .chain_update(signed);
        let challenge = Scalar::from_hash(hash);
        if key != EIGHT_TORSION[0] && !challenge.as_bytes()[0].is_multiple_of(8) {
            continue;
        }
        let mut response = (r + challenge * secret).to_bytes();
        if plus_order {
            // The order of the group, 2^252 + 27742317777372353535851937790883648493.
            let order = (-Scalar::ONE).to_bytes();
            let mut carry = 1u16;
            for (byte, of_order) in response.iter_mut().zip(order) {
                let sum = u16::from(*byte) + u16::from(of_order) + carry;
                *byte = sum as u8;
                carry = sum >> 8;
            }
        }
        let signature = [announced, response].concat();
        return json!({ "key": hex(&public), "message": hex(message), "signature": hex(&signature) });
    }
    unreachable!("the loop ends when a signature fits")
}

pub(super) fn signatures() -> Vec<Value> {
    let (none, torsion) = (EIGHT_TORSION[0], EIGHT_TORSION[1]);
    let named = |what: &str, mut entry: Value| {
        entry["what"] = json!(what);
        entry
    };
    let honest = SigningKey::from_bytes(&[5; 32]);
    let (key, message) = (honest.verifying_key(), b"a message");
    let with_key = |what: &str, key: [u8; 32], signature: &[u8]| json!({ "what": what, "key": hex(&key), "message": hex(message), "signature": hex(signature) });
    let good = honest.sign(LABEL, message);
    let mut other = good;
    other[0] ^= 1;
    let mut zero_r = good;
    zero_r[..32].copy_from_slice(&none.compress().to_bytes());
    let mut not_reduced = [0xff; 32];
    not_reduced[0] = 0xee;
    not_reduced[31] = 0x7f;
    let mut sign_of_zero = none.compress().to_bytes();
    sign_of_zero[31] = 0x80;
    vec![
        with_key("a signature", *key.as_bytes(), &good),
        with_key("another R", *key.as_bytes(), &other),
        with_key("R of small order", *key.as_bytes(), &zero_r),
        with_key(
            "under another label",
            *key.as_bytes(),
            &honest.sign("veragg/1 sign receipt", message),
        ),
        named("made by hand", crafted(none, none, false)),
        named("S is not reduced", crafted(none, none, true)),
        named(
            "R with a point of order 8 added",
            crafted(none, torsion, false),
        ),
        named(
            "a key with a point of order 8 added, and a challenge that 8 divides",
            crafted(torsion, none, false),
        ),
        with_key("the key 1", none.compress().to_bytes(), &good),
        with_key("a key of order 8", torsion.compress().to_bytes(), &good),
        with_key("a key whose y is not reduced", not_reduced, &good),
        with_key("the key 1 with the other sign", sign_of_zero, &good),
        with_key("a key that is no point", [2; 32], &good),
    ]
}

pub(super) fn sets() -> Vec<Value> {
    let entry = |clients: u32, bytes: &[u8]| json!({ "clients": clients, "bytes": hex(bytes) });
    vec![
        entry(5, &[0b1_0001]),
        entry(5, &[0b10_0001]),
        entry(5, &[]),
        entry(5, &[1, 0]),
        entry(8, &[0xff]),
        entry(9, &[0xff, 1]),
        entry(9, &[0xff, 2]),
        entry(300, &[&[1][..], &[0; 36], &[0b1000]].concat()),
        entry(300, &[&[1][..], &[0; 36], &[0b1_0000]].concat()),
    ]
}

pub(super) fn structures() -> Vec<Value> {
    let finished = Scene::new(9, &[(3, 100)]).play();
    let envelope = finished.records[0].bytes[..167].to_vec();
    let checkpoints = finished.records.iter();
    let mut checkpoints = checkpoints.filter(|record| Checkpoint::decode(&record.bytes, 9).is_ok());
    let checkpoint = checkpoints.next().unwrap().bytes.clone();
    let receipt = finished.receipts[0].2.encode();
    let key = &finished.local.aggregator_key;
    let refusals = (1..=8u8).map(|reason| {
        let mut refusal = vec![0, 2];
        refusal.extend(finished.local.round.context().digest);
        refusal.extend([7; 32]);
        refusal.push(reason);
        refusal.extend(key.sign("veragg/1 sign refusal", &refusal));
        refusal
    });
    let mut entries = Vec::new();
    let mut add = |kind: &str, what: String, bytes: &[u8]| {
        entries.push(json!({ "kind": kind, "what": what, "clients": 9, "bytes": hex(bytes) }));
    };
    let kinds = [
        ("envelope", &envelope),
        ("checkpoint", &checkpoint),
        ("receipt", &receipt),
    ];
    for (kind, bytes) in kinds {
        add(kind, "as it is".to_owned(), bytes);
        add(kind, "a byte less".to_owned(), &bytes[1..]);
        add(kind, "a byte more".to_owned(), &[&bytes[..], &[0]].concat());
        for version in [0, 1, 3] {
            let other = [&[0, version], &bytes[2..]].concat();
            add(kind, format!("version {version}"), &other);
        }
    }
    for phase in [0, 9, 10, 64, 65, 128, 129, 255] {
        let with_phase = |bytes: &[u8]| {
            let mut other = bytes.to_vec();
            other[34] = phase;
            other
        };
        add("envelope", format!("phase {phase}"), &with_phase(&envelope));
        add(
            "checkpoint",
            format!("phase {phase}"),
            &with_phase(&checkpoint),
        );
    }
    for (reason, refusal) in (1..).zip(refusals) {
        add("refusal", format!("reason {reason}"), &refusal);
    }
    let order = {
        let mut order = (-Scalar::ONE).to_bytes();
        order[0] += 1;
        order
    };
    let mut below = order;
    below[0] -= 1;
    add("scalar", "0".to_owned(), &[0; 32]);
    add("scalar", "the order less 1".to_owned(), &below);
    add("scalar", "the order".to_owned(), &order);
    add("point", "the identity".to_owned(), &[0; 32]);
    add("point", "a negative encoding".to_owned(), &[1; 32]);
    let base = Ristretto::encode_point(KeyPair::from_secret(KeyScalar::ONE).public());
    add("point", "the generator".to_owned(), &base);
    entries
}

pub(super) fn parameters_of_rounds() -> Vec<Value> {
    let choices = [
        (2, 0, 0),
        (3, 0, 0),
        (3, 333_333, 0),
        (5, 200_000, 0),
        (5, 0, 250_000),
        (5, 200_000, 200_000),
        (256, 50_000, 50_000),
        (257, 50_000, 50_000),
        (300, 4_000, 10_000),
        (1000, 50_000, 50_000),
        (1000, 333_000, 0),
        (1000, 1_000_001, 0),
    ];
    let mut entries: Vec<_> = choices
        .map(|(clients, corrupt, dropout)| json!({ "clients": clients, "corrupt_ppm": corrupt, "dropout_ppm": dropout }))
        .to_vec();
    let given = [
        (5, 0, 250_000, 4, 3),
        (5, 0, 250_000, 4, 2),
        (5, 0, 250_000, 4, 4),
        (5, 0, 250_000, 2, 2),
        (257, 50_000, 50_000, 80, 50),
        (300, 4_000, 10_000, 14, 12),
        (300, 4_000, 10_000, 13, 11),
        (1000, 50_000, 50_000, 104, 66),
        (1000, 50_000, 50_000, 103, 66),
        (1000, 50_000, 50_000, 104, 65),
        (1000, 50_000, 50_000, 104, 67),
        (1001, 50_000, 50_000, 105, 66),
        (1000, 50_000, 50_000, 1026, 600),
    ];
    entries.extend(given.map(|(clients, corrupt, dropout, degree, threshold)| {
        json!({ "clients": clients, "corrupt_ppm": corrupt, "dropout_ppm": dropout, "degree": degree, "threshold": threshold })
    }));
    entries
}

pub(super) fn masks_of_clients() -> Vec<Value> {
    let other = KeyPair::from_secret(KeyScalar::from(12345u64));
    let secret = hex(KeyScalar::from(678u64).as_bytes());
    let mut entries = Vec::new();
    for version in [1, 2] {
        let own = json!({ "version": version, "context": "07".repeat(32), "client": 5, "secret": secret });
        entries.push(own.clone());
        for number in [3, 300] {
            let mut edge = own.clone();
            edge["other"] = json!(number);
            edge["other_key"] = json!(hex(&Ristretto::encode_point(other.public())));
            entries.push(edge);
        }
    }
    entries
}

pub(super) fn sealing() -> Vec<Value> {
    let (one, two) = (KeyPair::generate(&mut OsRng), KeyPair::generate(&mut OsRng));
    let context = Context {
        version: Version::V2,
        digest: [7; 32],
    };
    let pair = SharePair {
        mask: KeyScalar::from(11u64),
        seed: KeyScalar::from(22u64),
    };
    let key = |pair: &KeyPair| hex(&Ristretto::encode_point(pair.public()));
    let mut entries = Vec::new();
    for (dealer, recipient) in [(2, 9), (9, 2)] {
        let channel = Channel {
            context: &context,
            dealer: id(dealer),
            recipient: id(recipient),
        };
        let sealed = channel.seal(&one.shared_point(two.public()), &pair);
        let entry = |dealer: u32, recipient: u32, sealed: &[u8]| {
            json!({
                "version": 2, "context": hex(&context.digest), "dealer": dealer, "recipient": recipient,
                "secret": hex(two.secret().as_bytes()), "other_key": key(&one), "sealed": hex(sealed),
            })
        };
        entries.push(entry(dealer, recipient, &sealed));
        entries.push(entry(recipient, dealer, &sealed));
        entries.push(entry(dealer, recipient, &sealed[..79]));
    }
    entries
}

/// Rounds with one challenge pair and with two, whose rows have one column and four.
pub(super) fn challenges() -> Vec<Value> {
    let entry = |clients: u32, corrupt: u32, columns: u32| {
        let segments = vec![SegmentConfiguration::integers("answers", 9, 100)];
        let builder = ConfigurationBuilder::new(segments, corrupt, 0, [7; 32]).columns(columns);
        let local = veragg_lab::ready(clients, builder).unwrap();
        json!({
            "header": hex(&local.header.encode()), "submit": "09".repeat(32), "client": 3,
            "secret": hex(KeyScalar::from(31u64).as_bytes()),
        })
    };
    vec![entry(5, 0, 1), entry(5, 0, 4), entry(600, 250_000, 4)]
}

pub(super) fn names() -> Vec<Value> {
    let key = SigningKey::from_bytes(&[6; 32]);
    let (context, other) = ([7; 32], [8; 32]);
    let text = ClientNames::sign(context, [(1, "Anna"), (3, "Łódź 3")], &key)
        .unwrap()
        .to_string();
    let entry = |text: &str, context: [u8; 32]| json!({ "text": text, "context": hex(&context), "organiser": key.verifying_key().fingerprint() });
    let upper = |text: &str| {
        text.lines()
            .map(|line| match line.split_once(' ') {
                Some((word @ ("context" | "signature"), digits)) => {
                    format!("{word} {}\r\n", digits.to_uppercase())
                }
                _ => format!("{line}\r\n"),
            })
            .collect::<String>()
    };
    vec![
        entry(&text, context),
        entry(&upper(&text), context),
        entry(&text, other),
        entry(&text.replace("Anna", "Anne"), context),
        entry(&text.replace("1 Anna\n", ""), context),
        entry(&text.replace("1 Anna", "1  Anna"), context),
        entry(&text.replace("1 Anna", "+1 Anna"), context),
        entry(&text.replace("1 Anna", "01 Anna"), context),
    ]
}
