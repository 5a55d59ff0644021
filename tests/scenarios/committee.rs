//! Boards of the committee protocol, honest and not: what the audit finds, and that the reference finds the same.

mod aggregator;
mod case;
mod clients;
mod desk;
mod files;
mod headers;
mod honest;
mod trustees;

use std::collections::BTreeSet;
use std::io::Cursor;

use self::case::{Builds, Case};
use veragg::verifier::evidence::{bundles, check, export};
use veragg::verifier::{Check, Culprit, Report, Status};
use veragg_lab::committee::audited;

const GROUPS: [Builds; 6] = [
    honest::CASES,
    clients::CASES,
    trustees::CASES,
    aggregator::CASES,
    files::CASES,
    headers::CASES,
];

/// Every board.
fn cases() -> impl Iterator<Item = (&'static str, Case)> {
    let cases = GROUPS.into_iter().flatten();
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

/// Who has the file can take records out, put them twice, exchange bytes and cut it. Nobody is named for it who is not named
/// anyway.
#[test]
fn nobody_is_named_for_what_is_done_to_a_file() {
    for (name, case) in cases() {
        let named = culprits(&case.report());
        let judge = |board: &[u8], what: &str| {
            let audit = veragg::verifier::audit(Cursor::new(board), &case.options);
            if let Ok(report) = audit {
                let more = culprits(&report).into_iter().filter(|culprit| {
                    !named.contains(culprit) && !case.unnamed.contains(&culprit.to_string())
                });
                let more: Vec<_> = more.collect();
                assert!(more.is_empty(), "{name}, {what}: {more:?}\n{report}");
            }
        };
        let step = (case.board.len() / 60).max(1);
        for at in (0..case.board.len()).step_by(step) {
            let mut changed = case.board.clone();
            changed[at] ^= 1;
            judge(&changed, &format!("byte {at}"));
            judge(&case.board[..at], &format!("cut at {at}"));
        }
        let records = record_ends(&case);
        for (number, pair) in records.windows(2).enumerate() {
            let [from, to] = [pair[0], pair[1]];
            let without = [&case.board[..from], &case.board[to..]].concat();
            judge(&without, &format!("without record {number}"));
            let twice = [&case.board[..to], &case.board[from..]].concat();
            judge(&twice, &format!("record {number} twice"));
            judge(&case.board[..to], &format!("up to record {number}"));
        }
    }
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
        let report = case.report();
        let json = serde_json::to_string(&report).unwrap();
        let read: Report = serde_json::from_str(&json).unwrap();
        assert_eq!(read, report, "{name}");
    }
}
