//! The aggregator: arbitrary bytes, changed messages, and messages that a client changed before it
//! signed them, in every phase. Whatever messages it accepts, the audit does not fail, and names no other party than the
//! sender.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use veragg::protocol::aggregator::Reply;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::roles::Aggregator;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::RecordKind;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Message, Sender, ENVELOPE_LEN};
use veragg::verifier::{audit, Culprit, Options, Verdict};
use veragg_fuzz::{mutate, sample, Sample};

/// The client whose message is changed, by index.
const SENDER: usize = 0;

fuzz_target!(|data: &[u8]| {
    let [kind, phase, data @ ..] = data else {
        return;
    };
    let (sample, phase) = (sample(), Sample::phase(*phase));
    let valid = &sample.steps[phase][SENDER].message;
    let bytes = match kind % 3 {
        0 => data.to_vec(),
        1 => {
            let mut bytes = valid.clone();
            mutate(&mut bytes, data);
            bytes
        }
        _ => signed(phase, valid.get(ENVELOPE_LEN..).unwrap_or_default(), data),
    };
    let mut aggregator = sample.aggregator(phase);
    let records = aggregator.log().len();
    match aggregator
        .receive(bytes.clone(), 0)
        .expect("a log in memory")
    {
        Reply::Refusal(_) => assert_eq!(aggregator.log().len(), records),
        Reply::Receipt(_) => close(aggregator, phase),
    }
});

/// A message with a changed body under the sender's own signature. The edits keep to the lengths
/// of the parts: others are refused at admission, which the other kinds test.
fn signed(phase: usize, body: &[u8], edits: &[u8]) -> Vec<u8> {
    let local = &sample().local;
    let round = &local.round;
    let sample = sample();
    let before = sample.records[..sample.before[phase]].iter().rev();
    let mut before = before.filter(|record| record.kind == RecordKind::Checkpoint);
    let answers = before.next().map_or(round.context().digest, |record| {
        let checkpoint = Checkpoint::decode(&record.bytes, round.clients());
        checkpoint.expect("a checkpoint of the sample").digest()
    });
    let phase = Phase::ALL[phase];
    let mut body = body.to_vec();
    mutate(&mut body, edits);
    let everybody = veragg::protocol::crypto::ids::ClientSet::of(round.clients(), |_| true);
    let sender = ClientId::from_index(SENDER);
    let lengths = match phase {
        Phase::Advertise => round.advertise_lengths(),
        Phase::Share => round.share_lengths(sender, &everybody),
        Phase::Submit => round.submit_lengths(),
        Phase::Confirm => round.confirm_lengths(sender, &everybody, body.len()),
        Phase::Attest => round.attest_lengths(sender, &everybody),
        Phase::Dispute => round.dispute_lengths(sender, &everybody, body.len()),
        Phase::Unmask(_) => round.unmask_lengths(sender, &everybody),
        Phase::Acknowledge | Phase::Publish => Vec::new(),
    };
    body.resize(lengths.iter().sum(), 0);
    let mut rest = &body[..];
    let parts: Vec<_> = lengths
        .iter()
        .map(|&length| {
            let (part, tail) = rest.split_at(length);
            rest = tail;
            part.to_vec()
        })
        .collect();
    let key = &local.client_keys[SENDER];
    let context = *round.context();
    let sender = Sender::Client(sender);
    Message::sign(key, context, phase, sender, answers, &parts).encode()
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
    let options = Options::with_organiser(sample.local.organiser);
    let board = sample
        .local
        .board(&aggregator.records().expect("a log in memory"));
    let report = audit(Cursor::new(&board), &options).expect("a board that the aggregator wrote");
    assert_ne!(report.verdict, Verdict::Failed, "{report}");
    for fault in &report.faults {
        let sender = ClientId::from_index(SENDER);
        assert_eq!(fault.culprit, Culprit::Client(sender), "{report}");
    }
}
