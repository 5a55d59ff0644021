//! Boards of the committee protocol, honest and not: what the audit finds, and that the reference finds the same.

use std::collections::BTreeSet;
use std::io::Cursor;

use crate::reference::committee as reference;
use veragg::protocol::crypto::ids::ClientId;
use veragg::verifier::evidence::{bundles, check, export};
use veragg::verifier::{Check, Culprit, Options, Report, Status, Verdict};
use veragg_lab::boards::{Case, BOARDS};
use veragg_lab::committee::audited;

/// Every board.
fn cases() -> impl Iterator<Item = (&'static str, Case)> {
    let cases = BOARDS.into_iter().flatten();
    cases.map(|(name, build)| {
        println!("{name}");
        (*name, build())
    })
}

fn culprits(report: &Report) -> BTreeSet<Culprit> {
    report.faults.iter().map(|fault| fault.culprit).collect()
}

#[test]
fn every_board_is_judged_as_expected() {
    let wrong: Vec<_> = cases()
        .filter_map(|(name, case)| Some((name, case.wrong()?)))
        .map(|(name, what)| format!("{name}: {what}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Each fault can be shown without the board, and only to whoever has the organiser's key.
#[test]
fn evidence_shows_every_fault() {
    for (name, case) in cases() {
        let report = case.report();
        let organiser = case.options.organiser.unwrap();
        let mut files: Vec<_> = bundles(&report)
            .into_iter()
            .map(|bundle| (bundle, Vec::new()))
            .collect();
        export(Cursor::new(&case.board), &case.options, &report, &mut files).unwrap();
        for (bundle, file) in files {
            let confirmed = check(Cursor::new(&file), &organiser).unwrap();
            let shown: Vec<_> = confirmed.faults.iter().map(|fault| fault.rule).collect();
            let claimed = bundle
                .faults
                .iter()
                .map(|&number| &report.faults[number - 1]);
            let claimed: Vec<_> = claimed.map(|fault| fault.rule).collect();
            assert_eq!(
                shown, claimed,
                "{name}: {} {}",
                bundle.culprit, bundle.check
            );
            let other = veragg_lab::committee::key().verifying_key();
            let unknown = check(Cursor::new(&file), &other).unwrap();
            assert!(unknown.faults.is_empty(), "{name}");
        }
    }
}

/// What somebody can do to the file of a board without any key.
fn alterations(case: &Case) -> Vec<(String, Vec<u8>)> {
    let (board, ends) = (&case.board, record_ends(case));
    let mut altered = Vec::new();
    for at in (0..board.len()).step_by((board.len() / 60).max(1)) {
        let mut changed = board.clone();
        changed[at] ^= 1;
        altered.push((format!("byte {at}"), changed));
        altered.push((format!("cut at {at}"), board[..at].to_vec()));
    }
    for (number, pair) in ends.windows(2).enumerate() {
        let [from, to] = [pair[0], pair[1]];
        let without = [&board[..from], &board[to..]].concat();
        altered.push((format!("without record {number}"), without));
        let twice = [&board[..to], &board[from..]].concat();
        altered.push((format!("record {number} twice"), twice));
        let mut changed = board.clone();
        // Behind the envelope, if there is anything; else in it.
        changed[(from + 5 + 170).min(to - 1)] ^= 1;
        altered.push((format!("a byte of record {number}"), changed));
        let mut kind = board.clone();
        kind[from] = 1 + (kind[from] + 1) % 3;
        altered.push((format!("another kind of record {number}"), kind));
        altered.push((format!("up to record {number}"), board[..to].to_vec()));
        if let Some(next) = ends.get(number + 2) {
            let (record, next) = (&board[from..to], &board[to..*next]);
            let behind = &board[from + record.len() + next.len()..];
            let swapped = [&board[..from], next, record, behind].concat();
            altered.push((format!("record {number} behind the next"), swapped));
        }
    }
    altered
}

/// Nobody is named for what is done to a file who is not named anyway; and the reference finds the same. One alteration of `step` of
/// each board is tried.
fn judge_alterations(step: usize) {
    for (place, (name, case)) in cases().enumerate() {
        let named = culprits(&case.report());
        let organiser = case.options.organiser.map(|key| *key.as_bytes());
        let altered = alterations(&case).into_iter();
        for (what, board) in altered.skip(place % step).step_by(step) {
            let what = format!("{name}, {what}");
            assert_same(&what, &board, &case.options, organiser);
            let audit = veragg::verifier::audit(Cursor::new(&board), &case.options);
            if let Ok(report) = audit {
                let more = culprits(&report).into_iter().filter(|culprit| {
                    !named.contains(culprit) && !case.unnamed.contains(&culprit.to_string())
                });
                let more: Vec<_> = more.collect();
                assert!(more.is_empty(), "{what}: {more:?}\n{report}");
            }
        }
    }
}

#[test]
fn nobody_is_named_for_what_is_done_to_a_file() {
    judge_alterations(29);
}

#[test]
#[ignore = "long"]
fn nobody_is_named_for_whatever_is_done_to_a_file() {
    judge_alterations(1);
}

/// Where the records of a board begin, and where the last one ends.
fn record_ends(case: &Case) -> Vec<usize> {
    let mut source = &case.board[..];
    let header = veragg::protocol::wire::header::Header::read(&mut source).unwrap();
    let mut at = header.encode().len();
    let mut ends = vec![at];
    while at < case.board.len() {
        let length: [u8; 4] = case.board[at + 1..at + 5].try_into().unwrap();
        at += 5 + u32::from_be_bytes(length) as usize;
        ends.push(at);
    }
    ends
}

/// What is skipped is not computed, counts as skipped, and names nobody whom the whole audit does not name.
#[test]
fn checks_can_be_skipped() {
    for (name, case) in cases() {
        let named = culprits(&case.report());
        for &skipped in Check::COMMITTEE {
            if !skipped.can_be_skipped() {
                continue;
            }
            let mut options = case.options.clone();
            options.skip.insert(skipped);
            let report = audited(&case.board, &options);
            let status = report.status(skipped).unwrap();
            let computed = matches!(
                status,
                Status::Passed { .. }
                    | Status::PassedWithFaults { .. }
                    | Status::PassedInPart { .. }
            );
            assert!(!computed, "{name}: {skipped} {status:?}");
            let more: Vec<_> = culprits(&report).difference(&named).copied().collect();
            assert!(
                more.is_empty(),
                "{name}, without {skipped}: {more:?}\n{report}"
            );
        }
    }
}

#[test]
fn reports_are_read_back_as_they_were_written() {
    for (name, case) in cases() {
        for follow in [None, ClientId::new(1), ClientId::new(3)] {
            let options = Options {
                follow,
                ..case.options.clone()
            };
            let report = audited(&case.board, &options);
            let json = serde_json::to_string(&report).unwrap();
            let read: Report = serde_json::from_str(&json).unwrap();
            assert_eq!(read, report, "{name}");
        }
    }
}

/// The slow reference, which was written from the specification alone, finds the same.
#[test]
fn the_reference_finds_the_same() {
    for (name, case) in cases() {
        let organiser = case.options.organiser.map(|key| *key.as_bytes());
        assert_same(name, &case.board, &case.options, organiser);
        // What is skipped is skipped by both.
        for skipped in [
            Check::InputRange,
            Check::Trustees,
            Check::Openings,
            Check::Opening,
        ] {
            let mut options = case.options.clone();
            options.skip.insert(skipped);
            assert_same(
                &format!("{name}, without {skipped}"),
                &case.board,
                &options,
                organiser,
            );
        }
        assert_same(
            &format!("{name}, without a key"),
            &case.board,
            &Options {
                organiser: None,
                ..case.options.clone()
            },
            None,
        );
    }
}

#[track_caller]
fn assert_same(what: &str, board: &[u8], options: &Options, organiser: Option<[u8; 32]>) {
    let given = reference::Given {
        organiser,
        messages: options.messages.clone(),
        skip: options.skip.iter().map(|check| check.id()).collect(),
    };
    let judged = reference::judge(board, &given);
    let report = veragg::verifier::audit(Cursor::new(board), options).ok();
    let found = report.as_ref().map(|report| found(report, judged.as_ref()));
    assert_eq!(
        found,
        judged,
        "{what}\n{}",
        report.map_or_else(String::new, |report| report.to_string())
    );
}

/// A report in the form of the reference, which counts nothing in a round that cannot be entered.
fn found(report: &Report, judged: Option<&reference::Judged>) -> reference::Judged {
    let ids = |is: fn(&Status) -> bool| {
        let checks = report.checks.iter().filter(move |check| is(&check.status));
        checks.map(|check| check.id.id().to_owned())
    };
    let counted = report.checks.iter().filter_map(|check| {
        let count = match check.status {
            Status::Passed { records } | Status::PassedInPart { records, .. } => (records, 0),
            Status::PassedWithFaults { records, bad } => (records, bad),
            _ => return None,
        };
        Some((check.id.id().to_owned(), count))
    });
    let entered = report.round.is_some();
    let faults = report.faults.iter().map(|fault| {
        (
            fault.culprit.to_string(),
            fault.rule.to_string(),
            fault.check.id().to_owned(),
            fault.evidence.clone(),
            fault.involved.clone(),
            fault.checkpoints,
        )
    });
    let absent = report.absent.iter();
    let trustees = report.trustees.iter();
    reference::Judged {
        faults: faults.collect(),
        failed: ids(|status| matches!(status, Status::Failed { .. })).collect(),
        counted: counted.filter(|_| entered).collect(),
        // A report does not say it if a check fails.
        finished: match report.verdict {
            Verdict::Unfinished => false,
            Verdict::Verified | Verdict::Incomplete => true,
            Verdict::Failed => judged.is_some_and(|judged| judged.finished),
        },
        contributors: report.contributors.clone(),
        absent: absent
            .map(|absent| (absent.client, absent.outcome.clone()))
            .collect(),
        trustees: trustees
            .map(|trustee| (trustee.checked, trustee.confirmed, trustee.opened))
            .collect(),
    }
}
