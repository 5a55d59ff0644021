//! V-04: messages that an aggregator must not take, and boards that were altered in the file.

use std::sync::{Arc, Mutex};

use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Message, Sender, ENVELOPE_LEN};

use super::judged::Off;
use super::told::Case;
use super::{ALL, SMALL};
use veragg_lab::books::{signed_anew, Books};
use veragg_lab::corrupt_aggregator::CorruptAggregator;
use veragg_lab::two_faced::twice;
use veragg_lab::{id, place, set, Scene};

pub(super) fn bytes_that_are_no_message(off: &Off) {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    let noise = Record {
        kind: RecordKind::Message,
        bytes: vec![0xff; 200],
    };
    records.insert(10, noise);
    Case::with(&finished, &records).tells(off, "failed V-04", "verified");
}

/// All attestations agree, and the aggregator puts a message of dispute on the board all the same, about
/// nothing: as if client 4 had said it, but for what `alter` does, signed with the key that `by` gives.
fn disputing(
    scene: Scene,
    by: impl FnOnce(&Scene) -> Arc<SigningKey>,
    alter: impl Fn(&mut Envelope) + 'static,
) -> Case {
    let key = by(&scene);
    let latest = Arc::new(Mutex::new([0; 32]));
    let seen = Arc::clone(&latest);
    let context = *scene.local.round.context();
    let crook = CorruptAggregator::new().showing(move |_, package| {
        *seen.lock().unwrap() = package.checkpoint.digest();
        package
    });
    let crook = crook.admitting(move |phase, mut said| {
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
            said.push(Message::sign(&key, context, phase, sender, answers, &empty).encode());
        }
        said
    });
    Case::of(&crook.play(scene))
}

fn by_client(scene: &Scene) -> Arc<SigningKey> {
    scene.key(4)
}

fn by_aggregator(scene: &Scene) -> Arc<SigningKey> {
    Arc::clone(&scene.local.aggregator_key)
}

const TAKEN: &str = "failed V-04, naming aggregator V-04";

pub(super) fn a_word_of_another_round(off: &Off) {
    let case = disputing(Scene::new(4, &SMALL), by_client, |said| {
        said.context[0] ^= 1
    });
    case.tells(off, TAKEN, "verified");
}

pub(super) fn a_word_out_of_place(off: &Off) {
    // About other attestations; in another phase.
    let alterations: [fn(&mut Envelope); 2] = [
        |said| said.answers[0] ^= 1,
        |said| said.phase = Phase::Confirm,
    ];
    for alter in alterations {
        let case = disputing(Scene::new(4, &SMALL), by_client, alter);
        case.tells(off, TAKEN, "verified");
    }
}

pub(super) fn a_word_of_somebody_who_may_not_speak(off: &Off) {
    let gone = Scene::new(4, &SMALL).dropping(4, Phase::Confirm);
    disputing(gone, by_client, |_| ()).tells(off, TAKEN, "verified");
    // The aggregator, while the clients speak.
    let scene = Scene::new(4, &SMALL);
    let key = scene.local.aggregator_key.clone();
    let lengths = scene.local.round.publish_lengths();
    let crook = CorruptAggregator::new().admitting(move |phase, mut said| {
        if phase == Phase::Acknowledge {
            let Envelope {
                context, answers, ..
            } = Message::decode(&said[0]).unwrap().envelope;
            let parts: Vec<_> = lengths.iter().map(|&length| vec![0; length]).collect();
            let sender = Sender::Aggregator;
            said.push(Message::sign(&key, context, phase, sender, answers, &parts).encode());
        }
        said
    });
    Case::of(&crook.play(scene)).tells(off, TAKEN, "verified");
}

pub(super) fn a_word_that_the_aggregator_made_up(off: &Off) {
    let case = disputing(Scene::new(4, &SMALL), by_aggregator, |_| ());
    case.tells(off, TAKEN, "verified");
}

/// A round in the file of which somebody exchanged a share that client 4 revealed.
fn exchanged() -> Case {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    let at = place(&records, 4, Phase::Unmask(0));
    records[at].bytes[ENVELOPE_LEN] ^= 1;
    Case::with(&finished, &records)
}

pub(super) fn a_body_that_was_exchanged_in_the_file(off: &Off) {
    // Client 4 is honest.
    let framed = "verified, naming client 4 V-09";
    exchanged().tells(off, "failed V-04", framed);
}

pub(super) fn a_body_that_was_exchanged_in_the_file_and_the_aggregator(off: &Off) {
    // So is the aggregator.
    exchanged().tells(off, "failed V-04", TAKEN);
}

/// The aggregator puts the acknowledgement of client 2 on the board twice.
fn doubled() -> Case {
    let crook = CorruptAggregator::new().admitting(|phase, mut said| {
        if phase == Phase::Acknowledge {
            said.push(said[1].clone());
        }
        said
    });
    Case::of(&crook.play(Scene::new(4, &SMALL)))
}

pub(super) fn two_words_in_one_phase(off: &Off) {
    let finished = CorruptAggregator::new().play(twice(Scene::new(4, &SMALL), 3, Phase::Attest));
    let both = "failed V-04, naming client 3 V-04, aggregator V-04";
    Case::of(&finished).tells(off, both, "verified");
    doubled().tells(off, TAKEN, "verified");
}

pub(super) fn one_word_twice(off: &Off) {
    let framed = "failed V-04, naming client 2 V-04, aggregator V-04";
    doubled().tells(off, TAKEN, framed);
}

pub(super) fn two_publications(off: &Off) {
    let finished = Scene::new(4, &SMALL).play();
    let mut records = finished.records.clone();
    let at = records.len() - 2;
    records.insert(at, records[at].clone());
    let records = signed_anew(&finished.local, &records);
    let case = Case::with(&finished, &records);
    case.tells(off, TAKEN, "verified");
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
    // Whatever anybody says it is.
    let case = Case::with(&finished, &books.records).and_sums(vec![1, 2, 3]);
    case.tells(off, TAKEN, "verified");
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
        Scene::new(4, &SMALL).confirming(3, |tongue, said| tongue.say(&said, vec![0xff; 100])),
        altered(
            Phase::Unmask(0),
            |scene| scene.local.round.unmask_lengths(id(3), &set(4, &ALL)),
            0,
        ),
    ];
    for scene in scenes {
        // Its author stays unnamed.
        let named = "verified, naming client 3 V-04";
        Case::of(&scene.play()).tells(off, named, "verified");
    }
}
