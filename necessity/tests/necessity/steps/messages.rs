//! V-04: messages that an aggregator must not accept, and boards that were changed in the file.

use std::sync::{Arc, Mutex};

use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Message, Sender, ENVELOPE_LEN};

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::books::signed_anew;
use veragg_lab::equivocator::twice;
use veragg_lab::Books;
use veragg_lab::CorruptAggregator;
use veragg_lab::{id, position, set, Scene};

pub(super) fn bytes_that_are_no_message(off: &Off) {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    let noise = Record {
        kind: RecordKind::Message,
        bytes: vec![0xff; 200],
    };
    records.insert(10, noise);
    Case::with(&finished, &records).assert_summaries(off, "failed V-04", "verified");
}

/// The aggregator puts an empty message of dispute of client 4 on the board, although all attestations agree.
/// `alter` changes its envelope, and the key of `by` signs it.
fn disputing(
    scene: Scene,
    by: impl FnOnce(&Scene) -> Arc<SigningKey>,
    alter: impl Fn(&mut Envelope) + 'static,
) -> Case {
    let key = by(&scene);
    let latest = Arc::new(Mutex::new([0; 32]));
    let seen = Arc::clone(&latest);
    let context = *scene.local.round.context();
    let corrupt = CorruptAggregator::new().showing(move |_, package| {
        *seen.lock().unwrap() = package.checkpoint.digest();
        package
    });
    let corrupt = corrupt.admitting(move |phase, mut messages| {
        if phase == Phase::Dispute {
            let (sender, answers) = (Sender::Client(id(4)), *latest.lock().unwrap());
            let empty = [Vec::new()];
            let mut envelope =
                Message::sign(&key, context, phase, sender, answers, &empty).envelope;
            alter(&mut envelope);
            let Envelope {
                context,
                phase,
                sender,
                answers,
                ..
            } = envelope;
            messages.push(Message::sign(&key, context, phase, sender, answers, &empty).encode());
        }
        messages
    });
    Case::of(&corrupt.play(scene))
}

fn by_client(scene: &Scene) -> Arc<SigningKey> {
    scene.key(4)
}

fn by_aggregator(scene: &Scene) -> Arc<SigningKey> {
    Arc::clone(&scene.local.aggregator_key)
}

const TAKEN: &str = "failed V-04, naming aggregator V-04";

/// The client and the aggregator are named by the envelope alone. Without the rule a body of two parts makes the file count as
/// damaged, and nobody is named any more.
pub(super) fn an_acknowledgement_with_a_body(off: &Off) {
    let scene = Scene::new(4, &SMALL);
    let key = scene.key(4);
    let scene = scene.altering(4, move |phase, _, mut messages| {
        if phase == Phase::Acknowledge {
            let Envelope {
                context,
                sender,
                answers,
                ..
            } = Message::decode(&messages[0]).unwrap().envelope;
            let parts = [vec![7], vec![8]];
            messages = vec![Message::sign(&key, context, phase, sender, answers, &parts).encode()];
        }
        messages
    });
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Acknowledge {
            list.remove(id(4));
        }
        list
    });
    let both = "failed V-04, naming client 4 V-04, aggregator V-04";
    Case::of(&corrupt.play(scene)).assert_summaries(off, both, "failed V-04");
}

pub(super) fn a_message_of_another_round(off: &Off) {
    let case = disputing(Scene::new(4, &SMALL), by_client, |envelope| {
        envelope.context.digest[0] ^= 1
    });
    case.assert_summaries(off, TAKEN, "verified");
}

pub(super) fn a_message_with_another_answer_or_phase(off: &Off) {
    // A message that answers another checkpoint; and one of another phase.
    let alterations: [fn(&mut Envelope); 2] = [
        |envelope| envelope.answers[0] ^= 1,
        |envelope| envelope.phase = Phase::Confirm,
    ];
    for alter in alterations {
        let case = disputing(Scene::new(4, &SMALL), by_client, alter);
        case.assert_summaries(off, TAKEN, "verified");
    }
}

pub(super) fn a_message_of_a_sender_that_is_not_eligible(off: &Off) {
    let gone = Scene::new(4, &SMALL).dropping(4, Phase::Confirm);
    disputing(gone, by_client, |_| ()).assert_summaries(off, TAKEN, "verified");
    // A message of the aggregator in a phase of the clients.
    let scene = Scene::new(4, &SMALL);
    let key = scene.local.aggregator_key.clone();
    let lengths = scene.local.round.publish_lengths();
    let corrupt = CorruptAggregator::new().admitting(move |phase, mut messages| {
        if phase == Phase::Acknowledge {
            let Envelope {
                context, answers, ..
            } = Message::decode(&messages[0]).unwrap().envelope;
            let parts: Vec<_> = lengths.iter().map(|&length| vec![0; length]).collect();
            let sender = Sender::Aggregator;
            messages.push(Message::sign(&key, context, phase, sender, answers, &parts).encode());
        }
        messages
    });
    Case::of(&corrupt.play(scene)).assert_summaries(off, TAKEN, "verified");
}

pub(super) fn a_message_that_the_aggregator_forged(off: &Off) {
    let case = disputing(Scene::new(4, &SMALL), by_aggregator, |_| ());
    case.assert_summaries(off, TAKEN, "verified");
}

/// An honest round. Then somebody changed, in the file, a share that client 4 revealed.
fn exchanged() -> Case {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    let at = position(&records, 4, Phase::Unmask(0));
    records[at].bytes[ENVELOPE_LEN] ^= 1;
    Case::with(&finished, &records)
}

pub(super) fn a_body_that_was_exchanged_in_the_file(off: &Off) {
    // Without the step, honest client 4 is named.
    let framed = "verified, naming client 4 V-09";
    exchanged().assert_summaries(off, "failed V-04", framed);
}

pub(super) fn an_exchanged_body_does_not_name_the_aggregator(off: &Off) {
    // Without the step, the honest client and the honest aggregator are named.
    let framed = "failed V-04, naming client 4 V-04, aggregator V-04";
    exchanged().assert_summaries(off, "failed V-04", framed);
}

/// The aggregator puts the acknowledgement of client 2 on the board twice.
fn doubled() -> Case {
    let corrupt = CorruptAggregator::new().admitting(|phase, mut messages| {
        if phase == Phase::Acknowledge {
            messages.push(messages[1].clone());
        }
        messages
    });
    Case::of(&corrupt.play(Scene::new(4, &SMALL)))
}

pub(super) fn two_messages_in_one_phase(off: &Off) {
    let finished = CorruptAggregator::new().play(twice(Scene::new(4, &SMALL), 3, Phase::Attest));
    let both = "failed V-04, naming client 3 V-04, aggregator V-04";
    Case::of(&finished).assert_summaries(off, both, "verified");
    doubled().assert_summaries(off, TAKEN, "verified");
}

pub(super) fn the_same_message_twice(off: &Off) {
    let framed = "failed V-04, naming client 2 V-04, aggregator V-04";
    doubled().assert_summaries(off, TAKEN, framed);
}

pub(super) fn two_publications(off: &Off) {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    let at = records.len() - 2;
    records.insert(at, records[at].clone());
    let records = signed_anew(&finished.local, &records);
    let case = Case::with(&finished, &records);
    case.assert_summaries(off, TAKEN, "verified");
}

pub(super) fn a_publication_that_is_none(off: &Off) {
    let finished = Scene::new(4, &SMALL).play();
    let mut books = Books::new(&finished.local);
    for record in &finished.records {
        let mut bytes = record.bytes.clone();
        if record.kind == RecordKind::Checkpoint {
            books.close(Checkpoint::decode(&bytes, 4).unwrap().list);
            continue;
        }
        if books.phase == Phase::Publish {
            let Message { envelope, mut body } = Message::decode(&bytes).unwrap();
            body[..32].fill(0xff);
            let Envelope {
                context,
                phase,
                sender,
                answers,
                ..
            } = envelope;
            let key = &finished.local.aggregator_key;
            bytes = Message::sign(key, context, phase, sender, answers, &[body]).encode();
        }
        books.take(bytes);
    }
    // The auditor compares with any sum.
    let case = Case::with(&finished, &books.records).and_sums(vec![1, 2, 3]);
    case.assert_summaries(off, TAKEN, "verified");
}

pub(super) fn bodies_that_do_not_decode(off: &Off) {
    let altered = |phase, lengths: fn(&Scene) -> Vec<usize>, part: usize| {
        let scene = Scene::new(4, &SMALL);
        let lengths = lengths(&scene);
        scene.altering_parts(3, phase, lengths, move |parts| parts[part][..32].fill(0xff))
    };
    let scenes = [
        altered(
            Phase::Advertise,
            |scene| scene.local.round.advertise_lengths(),
            0,
        ),
        altered(
            Phase::Share,
            |scene| scene.local.round.share_lengths(id(3), &set(4, &ALL)),
            1,
        ),
        Scene::new(4, &SMALL).confirming(3, |complainant, messages| {
            complainant.confirm(&messages, vec![0xff; 100])
        }),
        altered(
            Phase::Unmask(0),
            |scene| scene.local.round.unmask_lengths(id(3), &set(4, &ALL)),
            0,
        ),
    ];
    for scene in scenes {
        // Without the step, client 3 is not named.
        let named = "verified, naming client 3 V-04";
        Case::of(&scene.play()).assert_summaries(off, named, "verified");
    }
}
