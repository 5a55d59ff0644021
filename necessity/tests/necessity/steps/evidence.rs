//! Section 7: what a part of a board can prove, and what it cannot.

use std::io::Cursor;

use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::message::{Message, Sender, ENVELOPE_LEN};

use super::case::Case;
use super::judged::Off;
use super::SMALL;
use veragg_lab::false_attester::own;
use veragg_lab::{Finished, Scene};
use veragg_protocol::switch::without;
use veragg_verifier::evidence::{bundles, check, export, Format};

/// The records without some of the bodies.
fn pruned(finished: &Finished, keep: impl Fn(&Message) -> bool) -> Vec<Record> {
    let mut records = finished.records.clone();
    for record in &mut records {
        if record.kind == RecordKind::Message && !keep(&Message::decode(&record.bytes).unwrap()) {
            record.bytes.truncate(ENVELOPE_LEN);
        }
    }
    records
}

/// Asserts whether evidence proves its claim: with all steps in force, and without those of `off`.
#[track_caller]
fn shows(off: &Off, finished: &Finished, evidence: &[u8], expected: [bool; 2]) {
    let shown = [&[][..], &off.0].map(|off| {
        let organiser = &finished.local.organiser;
        let confirmed = without(off, || check(Cursor::new(evidence), organiser));
        !confirmed.unwrap().faults.is_empty()
    });
    assert_eq!(shown, expected, "{off:?}");
}

/// The evidence for the only fault of a round.
fn evidence_of(finished: &Finished) -> Vec<u8> {
    let case = Case::of(finished);
    let board = || Cursor::new(&case.board);
    without(&[], || {
        let report = veragg_verifier::audit(board(), &case.options).unwrap();
        assert_eq!(report.faults.len(), 1);
        let bundle = bundles(&report).remove(0);
        let mut files = [(bundle, Vec::new())];
        export(board(), &case.options, &report, &mut files).unwrap();
        let [(_, file)] = files;
        file
    })
}

fn with_a_false_mask() -> Finished {
    Scene::new(4, &SMALL).masking_falsely(3, &[own(5)]).play()
}

pub(super) fn a_claim_about_somebody_else(off: &Off) {
    let finished = with_a_false_mask();
    let mut evidence = evidence_of(&finished);
    let culprit = 8..12;
    evidence[culprit].copy_from_slice(&1u32.to_be_bytes());
    shows(off, &finished, &evidence, [false, true]);
}

/// A file that claims a fault of the aggregator, with these records of its board.
fn claim(check: &str, finished: &Finished, records: &[Record]) -> Vec<u8> {
    let mut file = Format::Pairwise.magic().to_vec();
    // The aggregator; the check; no receipts and no checkpoint.
    file.extend(0u32.to_be_bytes());
    file.extend((check.len() as u16).to_be_bytes());
    file.extend(check.as_bytes());
    file.extend([0; 8]);
    file.extend(finished.local.board(records));
    file
}

pub(super) fn a_list_without_what_it_rests_on(off: &Off) {
    let finished = Scene::new(4, &SMALL).play();
    let file = claim("V-03", &finished, &pruned(&finished, |_| false));
    shows(off, &finished, &file, [false, true]);
}

pub(super) fn unmasking_without_the_shares(off: &Off) {
    // Whoever has the board leaves out what the clients revealed, and claims that the aggregator closed unmask too early.
    let finished = Scene::new(4, &SMALL).play();
    let revealed = |message: &Message| matches!(message.envelope.phase, Phase::Unmask(_));
    let records = pruned(&finished, |message| !revealed(message));
    shows(
        off,
        &finished,
        &claim("V-09", &finished, &records),
        [false, true],
    );
}

pub(super) fn outcomes_without_what_they_rest_on(off: &Off) {
    let finished = Scene::new(4, &SMALL).dropping(4, Phase::Confirm).play();
    let published = |message: &Message| message.envelope.sender == Sender::Aggregator;
    let file = claim("V-10", &finished, &pruned(&finished, published));
    shows(off, &finished, &file, [false, true]);
}
