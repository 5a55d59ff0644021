//! What somebody does to the file of a board.
#![allow(clippy::unwrap_used)]

use crate::committee::{file, Desk, Parties};
use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::message::{Message, ENVELOPE_LEN};
use veragg_verifier::Verdict::{Failed, Unfinished};

use super::case::{Builds, Case};
use super::play::{
    another_row, changed, check, confirm, finish, go_on, honest_submit, last_place, parties,
    submission, submit, ALL, BUT_3, WITHOUT_3,
};

pub(crate) const CASES: Builds = &[
    ("a damaged submission", damaged_submission),
    (
        "a damaged submission of who is not listed",
        damaged_and_another_sum,
    ),
    ("a whole submission", whole_submission),
    ("a shown row taken out", row_taken_out),
    ("a damaged opening", || damaged_in(Phase::Open)),
    ("a damaged message of check", || damaged_in(Phase::Check)),
    ("a confirmation with bytes behind it", || {
        damaged_in(Phase::ConfirmList)
    }),
    ("a damaged publication", || damaged_in(Phase::Publish)),
    ("cut behind submit", || cut(7)),
    ("cut in check", || cut(9)),
    ("cut behind open", || cut(22)),
    ("a message moved", moved),
    ("a submission taken out", taken_out),
];

fn honest(parties: &Parties) -> Vec<Record> {
    let mut desk = honest_submit(parties);
    let checked = check(&mut desk, &[0, 1, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    desk.records
}

fn damaged_submission() -> Case {
    let parties = parties();
    let mut records = honest(&parties);
    records[2].bytes[ENVELOPE_LEN + 9] ^= 1;
    let board = file(&parties.header, &records);
    Case::new(&parties, board, Failed, &[]).failing(&["V-04"])
}

/// The aggregator damages the submission of a client of its own, and publishes another sum. It is named all the same.
fn damaged_and_another_sum() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    let message = changed(&desk, 3, |parts, _| *parts[0].last_mut().unwrap() ^= 1);
    desk.take(&message);
    submit(&mut desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &BUT_3);
    let checked = desk.check(&[0, 1, 2, 3]);
    desk.close(Phase::Check, &BUT_3);
    let confirmed = desk.confirm(checked);
    desk.close(Phase::ConfirmList, &BUT_3);
    desk.open(confirmed);
    desk.close(Phase::Open, &BUT_3);
    let mut sum = desk.sum(&BUT_3);
    sum[0] += Fr::from(1u64);
    desk.publish(sum, WITHOUT_3);
    desk.close(Phase::Publish, &BUT_3);
    desk.records[2].bytes[ENVELOPE_LEN + 9] ^= 1;
    let named = [("aggregator", "V-11.1")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-04", "V-11"])
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

/// Nobody is named: whoever has the file can take the row out.
fn row_taken_out() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    let message = changed(&desk, 3, another_row);
    let place = last_place(&desk);
    desk.take_showing(&message, Some(place));
    let shown = desk.records[2].bytes.len();
    submit(&mut desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &BUT_3);
    go_on(&mut desk, &BUT_3, WITHOUT_3);
    let without = desk.records[0].bytes.len();
    assert!(without < shown);
    desk.records[2].bytes.truncate(without);
    Case::new(&parties, desk.file(), Failed, &[]).failing(&["V-16"])
}

/// A message of this phase gets another body, or bytes behind it.
fn damaged_in(phase: Phase) -> Case {
    let parties = parties();
    let mut records = honest(&parties);
    let record = records.iter_mut().find(|record| {
        let message = Message::decode(&record.bytes);
        record.kind == RecordKind::Message
            && message.is_ok_and(|message| message.envelope.phase == phase)
    });
    let bytes = &mut record.unwrap().bytes;
    match bytes.len() {
        ENVELOPE_LEN => bytes.extend([7; 104]),
        _ => bytes[ENVELOPE_LEN] ^= 1,
    }
    let board = file(&parties.header, &records);
    Case::new(&parties, board, Failed, &[]).failing(&["V-04"])
}

fn cut(records: usize) -> Case {
    let parties = parties();
    let mut all = honest(&parties);
    all.truncate(records);
    let board = file(&parties.header, &all);
    Case::new(&parties, board, Unfinished, &[])
}

fn moved() -> Case {
    let parties = parties();
    let mut records = honest(&parties);
    records.swap(1, 2);
    let board = file(&parties.header, &records);
    Case::new(&parties, board, Failed, &[]).failing(&["V-03"])
}

fn taken_out() -> Case {
    let parties = parties();
    let mut records = honest(&parties);
    records.remove(2);
    let board = file(&parties.header, &records);
    let case = Case::new(&parties, board, Failed, &[]);
    case.failing(&["V-03", "V-10", "V-11", "V-17"])
}
