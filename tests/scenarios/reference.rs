//! A reference: a second, slow audit of lists and faults. It is written from `specs/` and uses no rule of the protocol
//! crate or the verifier. Tests compare its results with theirs.
pub(crate) mod attacks;
pub(crate) mod attestation;
pub(crate) mod board;
pub(crate) mod bytes;
pub(crate) mod cases;
pub(crate) mod committee;
pub(crate) mod early;
pub(crate) mod equivocations;
pub(crate) mod equivocator;
pub(crate) mod frame;
pub(crate) mod judge;
pub(crate) mod judgement;
pub(crate) mod keys;
pub(crate) mod late;
mod mixtures;
pub(crate) mod setup;
pub(crate) mod transcript;

use std::collections::{BTreeMap, BTreeSet};

use self::judge::judge;
use self::judgement::{Judgement, Outcome};
use veragg::protocol::round::phase::Phase;
use veragg::verifier::{Check, Culprit, Report};
use veragg_lab::Finished;

const SMALL: [(usize, u64); 2] = [(3, 100), (2, 7)];

/// The id of a check that names clients.
fn check_id(check: Check) -> &'static str {
    match check {
        Check::Messages => "V-04",
        Check::SetUp => "V-06",
        Check::InputCommitments => "V-07.A",
        Check::InputRange => "V-07.B",
        Check::InputNorm => "V-07.C",
        Check::InputSum => "V-07.D",
        Check::RowLinks => "V-08.A",
        Check::Disputes => "V-08.C",
        Check::Unmasking => "V-09",
        other => panic!("{other:?} names no client"),
    }
}

/// The text of an outcome in a report.
fn text(outcome: Outcome) -> String {
    let name = |number| Phase::from_number(number).unwrap().name();
    match outcome {
        Outcome::Contributed => "contributed".to_owned(),
        Outcome::Dropped(phase) => format!("dropped ({})", name(phase)),
        Outcome::Excluded(phase) => format!("excluded for a fault ({})", name(phase)),
        Outcome::Isolated => "left out: too few neighbours confirmed".to_owned(),
    }
}

/// The byte of an outcome in a publication (`specs/wire.md` 4.11).
fn byte(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Contributed => 0,
        Outcome::Dropped(phase) => 0x10 + phase,
        Outcome::Excluded(phase) => 0x20 + phase,
        Outcome::Isolated => 0x30,
    }
}

/// Asserts that reference and verifier agree about contributors, outcomes and named clients.
#[track_caller]
fn same(finished: &Finished) -> (Judgement, Report) {
    let report = finished.audit();
    let judgement = judge(&finished.local.board(&finished.records));
    let named: BTreeSet<_> = report
        .faults
        .iter()
        .filter_map(|fault| match fault.culprit {
            Culprit::Client(client) => Some((client.number(), check_id(fault.check))),
            _ => None,
        })
        .collect();
    assert_eq!(judgement.named, named, "{report}");
    assert_eq!(judgement.contributors, report.contributors, "{report}");
    let absent: BTreeMap<_, _> = report
        .absent
        .iter()
        .map(|absent| (absent.client, absent.outcome.clone()))
        .collect();
    let outcomes = judgement.outcomes.iter();
    let outcomes: BTreeMap<_, _> = outcomes
        .filter(|(_, outcome)| **outcome != Outcome::Contributed)
        .map(|(client, outcome)| (*client, text(*outcome)))
        .collect();
    assert_eq!(outcomes, absent, "{report}");
    (judgement, report)
}

/// Asserts also that the reference and an honest aggregator agree about every list and the published outcomes.
#[track_caller]
fn agree(finished: &Finished) -> Judgement {
    let (judgement, _) = same(finished);
    for (phase, derived, listed) in &judgement.lists {
        assert_eq!(derived, listed, "phase {phase}");
    }
    if let Some(published) = &judgement.published {
        let outcomes = judgement.outcomes.values();
        let outcomes: Vec<_> = outcomes.map(|outcome| byte(*outcome)).collect();
        assert!(published.ends_with(&outcomes));
    }
    judgement
}
