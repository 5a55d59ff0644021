//! What somebody does to the file of a board.
#![allow(clippy::unwrap_used)]

use crate::committee::{file, Desk, Parties};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::message::{Message, ENVELOPE_LEN};
use veragg_verifier::Verdict::Failed;

use super::case::{Builds, Case};
use crate::committee::play::{
    check, confirm, finish, honest_submit, parties, submission, submit, ALL,
};

pub(crate) const CASES: Builds = &[
    ("a damaged submission", || {
        Case::played("committee-submission-damaged", &[])
    }),
    ("a damaged submission of who is not listed", || {
        Case::played("committee-damaged-accomplice", &[("aggregator", "V-11.1")])
    }),
    ("a shown row taken out", || {
        Case::played("committee-reason-taken-out", &[])
    }),
    ("a damaged opening", || {
        Case::played("committee-opening-damaged", &[])
    }),
    ("a damaged publication", || {
        Case::played("committee-publication-damaged", &[])
    }),
    ("cut behind submit", || {
        Case::played("committee-file-cut-behind-submit", &[])
    }),
    ("cut in check", || {
        Case::played("committee-file-cut-in-check", &[])
    }),
    ("cut behind open", || {
        Case::played("committee-file-cut-behind-open", &[])
    }),
    ("a message moved", || {
        Case::played("committee-submissions-swapped", &[])
    }),
    ("a submission taken out", || {
        Case::played("committee-submission-taken-away", &[])
    }),
    ("a whole submission", whole_submission),
    ("a damaged message of check", || bytes_behind(Phase::Check)),
    ("a confirmation with bytes behind it", || {
        bytes_behind(Phase::ConfirmList)
    }),
];

fn honest(parties: &Parties) -> Vec<Record> {
    let mut desk = honest_submit(parties);
    let checked = check(&mut desk, &[0, 1, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    desk.records
}

/// The whole message stands where its public parts must stand.
fn whole_submission() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    let whole = submission(&parties, 3);
    desk.take(&whole);
    desk.records[2] = Record {
        kind: RecordKind::Message,
        bytes: whole,
    };
    submit(&mut desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &ALL);
    Case::new(&parties, desk.file(), Failed, &[]).failing(&["V-04"])
}

/// Bytes stand behind the first message of this phase, which has no body.
fn bytes_behind(phase: Phase) -> Case {
    let parties = parties();
    let mut records = honest(&parties);
    let record = records.iter_mut().find(|record| {
        let message = Message::decode(&record.bytes);
        record.kind == RecordKind::Message
            && message.is_ok_and(|message| message.envelope.phase == phase)
    });
    let bytes = &mut record.unwrap().bytes;
    assert_eq!(bytes.len(), ENVELOPE_LEN);
    bytes.extend([7; 104]);
    let board = file(&parties.header, &records);
    Case::new(&parties, board, Failed, &[]).failing(&["V-04"])
}
