//! A finished board whose bytes were changed by a party without any key. The audit must notice it, must not panic,
//! and must name nobody, since all parties of the round were honest.

use rayon::prelude::*;
use std::io::Cursor;
use veragg::protocol::wire::board::Record;
use veragg::verifier::{audit, AuditError, Options, Status, Verdict};
use veragg_lab::{local_round, Finished, Scene};

const SEGMENTS: [(usize, u64); 1] = [(1, 256)];

/// What is wrong with the audit of a changed board; nothing if the audit noticed the change and named nobody.
fn objection(bytes: &[u8], options: &Options) -> Option<String> {
    let report = match audit(Cursor::new(bytes), options) {
        Ok(report) => report,
        Err(AuditError::Board(_)) => return None,
        Err(error) => return Some(error.to_string()),
    };
    let explained = report.verdict == Verdict::Unfinished
        || report.checks.iter().any(
            |check| matches!(&check.status, Status::Failed { failures } if !failures.is_empty()),
        );
    match report.verdict {
        Verdict::Failed | Verdict::Unfinished if explained && report.faults.is_empty() => None,
        _ => Some(report.to_string()),
    }
}

fn finished() -> (Finished, Vec<u8>, Options) {
    let finished = Scene::new(4, &SEGMENTS).play();
    finished.is_verified(&[1, 2, 3, 4], &[]);
    let board = finished.local.board(&finished.records);
    let options = veragg_lab::auditor(&finished.local);
    (finished, board, options)
}

#[test]
fn no_byte_can_be_changed() {
    // Nine and eight have no common factor, so every bit of a byte is changed somewhere.
    change_one_in(9);
}

#[test]
#[ignore = "audits some ten thousand boards: `.ci/long` runs it"]
fn no_byte_at_all_can_be_changed() {
    change_one_in(1);
}

/// Changes every `step`-th byte of a board, one at a time.
fn change_one_in(step: usize) {
    let (_, board, options) = finished();
    let objections: Vec<_> = (0..board.len())
        .into_par_iter()
        .step_by(step)
        .flat_map_iter(|at| {
            let flipped = board[at] ^ 1 << (at % 8);
            // At every fifth byte also all ones; everywhere would take too long.
            let bytes = std::iter::once(flipped).chain((at % 5 == 0).then_some(0xff));
            bytes.map(move |byte| (at, byte))
        })
        .filter(|&(at, byte)| board[at] != byte)
        .filter_map(|(at, byte)| {
            let mut altered = board.clone();
            altered[at] = byte;
            Some((at, byte, objection(&altered, &options)?))
        })
        .collect();
    for (at, byte, objection) in objections.iter().take(3) {
        println!("byte {at} set to {byte:#x}:\n{objection}");
    }
    assert_eq!(objections.len(), 0);
}

#[test]
fn a_board_that_ends_early_is_never_verified() {
    let (finished, board, options) = finished();
    let header = finished.local.header.encode().len();
    let mut end = header;
    let mut ends = vec![header - 1, header / 2, 7, 0];
    for record in &finished.records {
        ends.extend([end, end + 3, end + record.encode().len() / 2]);
        end += record.encode().len();
    }
    assert_eq!(end, board.len());
    ends.push(end - 1);
    for end in ends {
        assert_eq!(objection(&board[..end], &options), None, "cut off at {end}");
    }
    // Whole records are missing at the end: the rest of the board is valid.
    let report = finished.audit_of(&finished.records[..10], &options);
    assert_eq!(report.verdict, Verdict::Unfinished, "{report}");
}

#[test]
fn records_cannot_be_taken_away_doubled_or_moved() {
    let (finished, board, options) = finished();
    let altered = |alter: &dyn Fn(&mut Vec<Record>)| {
        let mut records = finished.records.clone();
        alter(&mut records);
        finished.local.board(&records)
    };
    for at in 0..finished.records.len() {
        let mut cases = vec![
            ("taken away", altered(&|records| drop(records.remove(at)))),
            (
                "doubled",
                altered(&|records| records.insert(at, records[at].clone())),
            ),
            (
                "doubled at the end",
                altered(&|records| records.push(records[at].clone())),
            ),
        ];
        if at + 1 < finished.records.len() {
            cases.push((
                "swapped with the next",
                altered(&|records| records.swap(at, at + 1)),
            ));
        }
        for (what, bytes) in cases {
            assert_ne!(bytes, board);
            let objection = objection(&bytes, &options);
            assert_eq!(objection, None, "record {at} {what}");
        }
    }
    for tail in [&[0][..], &[1, 0, 0, 0, 0], &[2, 0, 0, 0, 0], &[1; 300]] {
        let bytes = [&board[..], tail].concat();
        assert_eq!(objection(&bytes, &options), None, "tail {tail:?}");
    }
}

#[test]
fn a_board_of_another_organiser_is_not_taken_for_this_one() {
    let forged = Scene::new(4, &SEGMENTS).play();
    let board = forged.local.board(&forged.records);
    let true_organiser = Options::with_organiser(local_round(4, &SEGMENTS).organiser);
    let report = audit(Cursor::new(&board), &true_organiser).unwrap();
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    let failed = veragg_lab::failed_checks(&report);
    assert_eq!(failed, [veragg::verifier::Check::Configuration], "{report}");
    assert!(report.faults.is_empty() && report.organiser.given);
    // Without the organiser's key the board is valid, and the report says what that does not prove.
    let without = Options {
        organiser: None,
        ..veragg_lab::auditor(&forged.local)
    };
    let report = audit(Cursor::new(&board), &without).unwrap();
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    assert!(!report.organiser.given);
    let any = Options {
        any_organiser: true,
        ..without
    };
    let any = audit(Cursor::new(&board), &any).unwrap();
    assert_eq!(any.verdict, Verdict::Verified, "{any}");
    assert_eq!(any.checks, report.checks);
    assert!(report
        .to_string()
        .starts_with("WARNING: no organiser's key"));
    let fingerprint = forged.local.organiser.fingerprint();
    assert!(report.to_string().contains(&fingerprint));
}
