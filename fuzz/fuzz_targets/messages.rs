//! Decoders of messages, and of what is fixed before a round. What decodes re-encodes to the
//! same bytes. The first byte picks the structure, the second whether the rest is the input itself
//! or a change of a valid one.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use veragg::circuits::codec::{Reader, Writer};
use veragg::circuits::group::ristretto::Ristretto;
use veragg::protocol::aggregator::Reply;
use veragg::protocol::crypto::dh::KeyPair;
use veragg::protocol::crypto::dleq::{self, Ends};
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::crypto::possession::Purpose;
use veragg::protocol::pairwise::advertise::Advertisement;
use veragg::protocol::pairwise::attest::{Attestation, EdgePoints};
use veragg::protocol::pairwise::fraud_proof::{FalseAttestation, FraudProof};
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::pairwise::publish::Publication;
use veragg::protocol::pairwise::share::{self, DealtPair};
use veragg::protocol::pairwise::submit::Submission;
use veragg::protocol::pairwise::unmask;
use veragg::protocol::round::configuration::{Configuration, SignedConfiguration};
use veragg::protocol::round::roster::Roster;
use veragg::protocol::wire::board::RecordKind;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Envelope, Message, ENVELOPE_LEN};
use veragg::protocol::wire::part::Part;
use veragg::protocol::wire::receipt::{Receipt, Refusal};
use veragg_fuzz::{mutate, rng, sample, Sample, CLIENTS};

/// Decodes bytes and encodes them again; nothing if they do not decode.
type Recode = fn(&[u8]) -> Option<Vec<u8>>;

/// Each decoder, and valid bytes for it.
fn structures() -> &'static [(Recode, Vec<u8>)] {
    static ALL: OnceLock<Vec<(Recode, Vec<u8>)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let sample = sample();
        let (local, steps) = (&sample.local, &sample.steps);
        let body = |phase: usize| steps[phase][0].message[ENVELOPE_LEN..].to_vec();
        let pair = body(1)[share::HEAD_LEN..][..share::PAIR_LEN].to_vec();
        let last_of = |kind| {
            let mut records = sample.records.iter().rev();
            let record = records.find(|record| record.kind == kind);
            record.expect("one of each kind").bytes.clone()
        };
        let publication = last_of(RecordKind::Message)[ENVELOPE_LEN..].to_vec();
        let mut aggregator = sample.aggregator(0);
        let mut reply = |message: &[u8]| match aggregator.receive(message.to_vec(), 0) {
            Ok(Reply::Receipt(receipt)) => receipt.encode(),
            Ok(Reply::Refusal(refusal)) => refusal.encode(),
            Err(error) => panic!("a log in memory: {error}"),
        };
        let receipt = reply(&steps[0][0].message);
        let refusal = reply(&[]);
        let signed = local.header.configuration.write(Writer::new()).finish();
        vec![
            (configuration, local.header.configuration.bytes.clone()),
            (signed_configuration, signed),
            (roster, local.header.roster.clone()),
            (message, steps[0][0].message.clone()),
            (envelope, steps[0][0].message[..ENVELOPE_LEN].to_vec()),
            (checkpoint, last_of(RecordKind::Checkpoint)),
            (receipt_bytes, receipt),
            (refusal_bytes, refusal),
            (package, steps[1][0].package.clone()),
            (advertisement, body(0)),
            (head, body(1)[..share::HEAD_LEN].to_vec()),
            (dealt_pair, pair),
            (submission, body(3)),
            (attestation, body(4)),
            (points, points_of(sample)),
            (fraud_proof, fraud_proof_of(sample)),
            (shares, body(7)),
            (publication_bytes, publication),
        ]
    })
}

fuzz_target!(|data: &[u8]| {
    let [kind, source, data @ ..] = data else {
        return;
    };
    let (recode, valid) = &structures()[usize::from(*kind) % structures().len()];
    let bytes = if source % 2 == 0 {
        data.to_vec()
    } else {
        let mut bytes = valid.clone();
        assert_eq!(recode(&bytes).as_ref(), Some(&bytes));
        mutate(&mut bytes, data);
        bytes
    };
    if let Some(again) = recode(&bytes) {
        assert_eq!(again, bytes);
    }
});

fn configuration(bytes: &[u8]) -> Option<Vec<u8>> {
    let configuration = Configuration::decode(bytes).ok()?;
    // Only for few clients: the parameters of millions would take a minute.
    if configuration.clients() <= 1000 {
        let _ = configuration.check();
    }
    Some(configuration.encode())
}

fn signed_configuration(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(bytes);
    let signed = SignedConfiguration::read(&mut reader).ok()?;
    reader.finish().ok()?;
    Some(signed.write(Writer::new()).finish())
}

fn roster(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(Roster::decode(bytes).ok()?.encode())
}

fn message(bytes: &[u8]) -> Option<Vec<u8>> {
    let message = Message::decode(bytes).ok()?;
    let len = message.body.len();
    let _ = message.parts(&[len / 2, len - len / 2]);
    Some(message.encode())
}

fn envelope(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(Envelope::decode(bytes).ok()?.encode())
}

fn checkpoint(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(Checkpoint::decode(bytes, CLIENTS).ok()?.encode())
}

fn receipt_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(Receipt::decode(bytes).ok()?.encode())
}

fn refusal_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(Refusal::decode(bytes).ok()?.encode())
}

fn package(bytes: &[u8]) -> Option<Vec<u8>> {
    let package = Package::decode(bytes, CLIENTS).ok()?;
    for item in &package.items {
        let root = &package.checkpoint.root;
        let _ = root.includes(&item.envelope.entry(), item.index, &item.inclusion);
        let _ = item.part(0, item.parts.len());
    }
    Some(package.encode())
}

fn advertisement(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(Advertisement::decode(bytes).ok()?.encode())
}

fn head(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(share::decode_head(bytes).ok()?.as_bytes().to_vec())
}

fn dealt_pair(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(DealtPair::decode(bytes).ok()?.encode())
}

/// A submission keeps no encoding of its proof; its canonicality is the target `circuits`'.
fn submission(bytes: &[u8]) -> Option<Vec<u8>> {
    use veragg::circuits::group::Group;
    use veragg::circuits::proof_system::ProofSystem;
    let round = &sample().local.round;
    let (proof, masked) = bytes.split_at_checked(round.proofs().proof_len())?;
    let submission = Submission::decode(round, proof, masked).ok()?;
    Some([proof, &Ristretto::encode_scalars(&submission.masked)].concat())
}

fn shares(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(unmask::encode(&unmask::decode(bytes).ok()?))
}

/// The neighbours of client 1: all other clients.
fn others() -> Vec<ClientId> {
    ClientId::all(CLIENTS).skip(1).collect()
}

fn attestation(bytes: &[u8]) -> Option<Vec<u8>> {
    let round = &sample().local.round;
    let everybody = ClientSet::of(CLIENTS, |_| true);
    let lengths = round.attest_lengths(ClientId::from_index(0), &everybody);
    let mut parts = Vec::new();
    let mut rest = bytes;
    for length in lengths {
        let (part, behind) = rest.split_at_checked(length)?;
        parts.push(part);
        rest = behind;
    }
    let decoded = Attestation::decode(round, &parts)
        .ok()
        .filter(|_| rest.is_empty())?;
    let (_, errors) = EdgePoints::<Ristretto>::decode(&[Some(&decoded.edges)]);
    errors.is_empty().then(|| decoded.parts().concat())
}

fn points_of(sample: &Sample) -> Vec<u8> {
    let (pair, other) = (KeyPair::generate(&mut rng()), others()[2]);
    let ends = Ends {
        context: sample.local.round.context(),
        purpose: Purpose::Mask,
        revealer: 1,
        key: pair.public(),
        other,
        other_key: pair.public(),
    };
    dleq::encode(&[ends.reveal(&pair, &mut rng())])
}

fn points(bytes: &[u8]) -> Option<Vec<u8>> {
    Some(dleq::encode(&dleq::decode(bytes, &others()).ok()?))
}

fn fraud_proof_of(sample: &Sample) -> Vec<u8> {
    let message = Message::decode(&sample.steps[4][0].message).expect("a message of the sample");
    let pair = KeyPair::generate(&mut rng());
    let part = || Part {
        position: 1,
        bytes: message.body[..64].to_vec(),
        proof: vec![7; 64],
    };
    let fraud_proof = FraudProof {
        attestation: message.envelope.clone(),
        head: part(),
        shows: FalseAttestation::Edge {
            secret: *pair.secret(),
            neighbour: others()[1],
            keys: vec![*pair.public(); 2],
            edges: part(),
        },
    };
    fraud_proof.write(Writer::new()).finish()
}

fn fraud_proof(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(bytes);
    let fraud_proof = FraudProof::read(&mut reader).ok()?;
    reader.finish().ok()?;
    Some(fraud_proof.write(Writer::new()).finish())
}

fn publication_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let scalars = sample().local.round.masked_scalars();
    let publication = Publication::<Ristretto>::decode(bytes, scalars, CLIENTS).ok()?;
    Some(publication.encode())
}
