//! The aggregator: arbitrary bytes, changed messages, and messages that a client changed before it
//! signed them, in every phase. Whatever messages it accepts, the audit does not fail, and names no other party than the
//! sender. And its log, with changed records: what it goes on from, the audit does not fail, and names nobody for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::protocol::aggregator::Reply;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::roles::Aggregator;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Message, Sender};
use veragg::verifier::{audit, Culprit, Options, Report, Verdict};
use veragg_fuzz::{
    cut, edit_records, mutate, mutate_parts, sample, session, sign_again, Sample, Script, Spliced,
    CLIENTS,
};

/// The client whose message is changed, by index.
const SENDER: usize = 0;

fuzz_target!(|data: &[u8]| {
    let [kind, phase, data @ ..] = data else {
        return;
    };
    let phase = Sample::phase(*phase);
    if kind % 4 == 3 {
        return restore(phase, data);
    }
    let sample = sample();
    let valid = &sample.steps[phase][SENDER].message;
    let bytes = match kind % 4 {
        0 => data.to_vec(),
        1 => {
            let mut bytes = valid.clone();
            mutate(&mut bytes, data);
            bytes
        }
        _ => signed(phase, kind & 4 != 0, data),
    };
    let mut aggregator = sample.aggregator(phase);
    let records = aggregator.log().len();
    match aggregator
        .receive(bytes.clone(), 0)
        .expect("a log in memory")
    {
        Reply::Refusal(_) => assert_eq!(aggregator.log().len(), records),
        Reply::Receipt(receipt) => {
            let key = &sample.local.round.configuration().aggregator;
            assert!(receipt.is_for(&bytes, key));
            close(aggregator, phase);
        }
    }
});

/// A message with a changed body under the sender's own signature: changed part by part, or as bytes. Other lengths are
/// refused at admission, which the other kinds test.
fn signed(phase: usize, in_parts: bool, edits: &[u8]) -> Vec<u8> {
    let sample = sample();
    let before = sample.records[..sample.before[phase]].iter().rev();
    let mut before = before.filter(|record| record.kind == RecordKind::Checkpoint);
    let answers = before
        .next()
        .map_or(sample.local.round.context().digest, |record| {
            let checkpoint = Checkpoint::decode(&record.bytes, CLIENTS);
            checkpoint.expect("a checkpoint of the sample").digest()
        });
    let sender = Sender::Client(ClientId::from_index(SENDER));
    let valid = Message::decode(&sample.steps[phase][SENDER].message);
    let Ok(mut message) = valid else {
        // Nobody has anything to dispute: the input is what the client says.
        let (key, context) = (
            &sample.local.client_keys[SENDER],
            *sample.local.round.context(),
        );
        let parts = [edits.to_vec()];
        return Message::sign(
            key,
            context,
            Phase::PAIRWISE[phase],
            sender,
            answers,
            &parts,
        )
        .encode();
    };
    if in_parts {
        let mut parts = cut(&message);
        let other = Message::decode(&session().steps[phase][SENDER].message);
        let other = cut(&other.expect("a message of the second session"));
        let mut script = Script(edits);
        while mutate_parts(&mut parts, &other, &mut script).is_some() {}
        message.body = parts.concat();
    } else {
        let len = message.body.len();
        mutate(&mut message.body, edits);
        message.body.resize(len, 0);
    }
    sign_again(message, answers).encode()
}

/// Receives the messages of the other clients, closes the phase and audits the board.
fn close(mut aggregator: Aggregator, phase: usize) {
    let sample = sample();
    for step in sample.steps[phase]
        .iter()
        .filter(|step| !step.message.is_empty())
    {
        let reply = aggregator.receive(step.message.clone(), 0);
        reply.expect("a log in memory");
    }
    if aggregator.close().is_err() {
        return;
    }
    let report = judged(&aggregator.records().expect("a log in memory"));
    for fault in &report.faults {
        let sender = ClientId::from_index(SENDER);
        assert_eq!(fault.culprit, Culprit::Client(sender), "{report}");
    }
}

/// Goes on from a log whose records nobody signed again.
fn restore(phase: usize, data: &[u8]) {
    let sample = sample();
    // Up to the end of the phase, or of the round.
    let end = sample.before.get(phase + 1).copied();
    let mut records = sample.records[..end.unwrap_or(sample.records.len())].to_vec();
    let mut script = Script(data);
    while edit_records(&mut records, &mut Spliced::default(), &mut script).is_some() {}
    let Ok(mut aggregator) = sample.local.aggregator(records.clone()) else {
        return;
    };
    let kept = aggregator.records().expect("a log in memory");
    assert!(kept.starts_with(&records));
    // Who has not spoken yet, speaks. What does not fit is refused.
    let open = aggregator.phase().index();
    for step in sample.steps.get(open).into_iter().flatten() {
        if !step.message.is_empty() {
            aggregator
                .receive(step.message.clone(), 0)
                .expect("a log in memory");
        }
    }
    let _ = aggregator.close();
    let report = judged(&aggregator.records().expect("a log in memory"));
    assert!(report.faults.is_empty(), "{report}");
}

fn judged(records: &[Record]) -> Report {
    let local = &sample().local;
    let options = Options::with_organiser(local.organiser);
    let board = local.board(records);
    let report = audit(Cursor::new(&board), &options).expect("a board that the aggregator wrote");
    assert_ne!(report.verdict, Verdict::Failed, "{report}");
    report
}
