//! A second, slow audit of lists and blame, written from `specs/` and sharing no rule with the protocol
//! crate or the verifier: whatever happens in a round, it comes to what they come to.
#![allow(clippy::unwrap_used)]

mod common;
mod reference {
    pub(crate) mod attestation;
    pub(crate) mod board;
    pub(crate) mod bytes;
    pub(crate) mod cheats;
    pub(crate) mod early;
    pub(crate) mod frame;
    pub(crate) mod judge;
    pub(crate) mod keys;
    pub(crate) mod late;
    pub(crate) mod setup;
    pub(crate) mod transcript;
}

use std::collections::{BTreeMap, BTreeSet};

use common::liar::{edge, own, False};
use common::{Finished, Scene};
use reference::cheats::Cheat;
use reference::judge::{judge, Judgement, Outcome};
use veragg::protocol::phase::Phase;
use veragg::verifier::{Check, Culprit, Report};

const SMALL: [(usize, u64); 2] = [(3, 100), (2, 7)];

/// Of the checks that name clients.
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

/// As reports call it.
fn text(outcome: Outcome) -> String {
    let name = |number| Phase::from_number(number).unwrap().name();
    match outcome {
        Outcome::Contributed => "contributed".to_owned(),
        Outcome::Dropped(phase) => format!("dropped ({})", name(phase)),
        Outcome::Excluded(phase) => format!("excluded for a fault ({})", name(phase)),
        Outcome::Isolated => "left out: too few neighbours confirmed".to_owned(),
    }
}

/// As publications do (`specs/wire.md` 4.11).
fn byte(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Contributed => 0,
        Outcome::Dropped(phase) => 0x10 + phase,
        Outcome::Excluded(phase) => 0x20 + phase,
        Outcome::Isolated => 0x30,
    }
}

/// Reference and verifier agree about contributors, outcomes and named clients.
#[track_caller]
fn same(finished: &Finished) -> (Judgement, Report) {
    let report = finished.audit();
    let judgement = judge(&finished.setting.board(&finished.records));
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

/// And so do the reference and an honest aggregator about every list and what was published.
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

/// A round of ten in which these clients cheat.
fn round(cheats: &[(u32, Cheat)]) -> Finished {
    let scene = Scene::new(10, &SMALL);
    let enter = |scene, (number, cheat): &(u32, Cheat)| cheat.clone().enter(scene, *number);
    cheats.iter().fold(scene, enter).play()
}

/// All agree about such a round, that exactly these are named and those contribute who are neither
/// `absent` nor said to be so by being named for more than a share.
#[track_caller]
fn case(cheats: &[(u32, Cheat)], named: &[(u32, &'static str)], absent: &[u32]) -> Judgement {
    let judgement = agree(&round(cheats));
    assert_eq!(judgement.named, named.iter().copied().collect());
    let rest: Vec<_> = (1..=10).filter(|client| !absent.contains(client)).collect();
    assert_eq!(judgement.contributors, rest);
    judgement
}

const CLIENT_PHASES: [Phase; 7] = [
    Phase::Advertise,
    Phase::Share,
    Phase::Confirm,
    Phase::Submit,
    Phase::Attest,
    Phase::Dispute,
    Phase::Acknowledge,
];

#[test]
fn everybody_honest() {
    for clients in [4, 10] {
        let judgement = agree(&Scene::new(clients, &SMALL).play());
        assert_eq!(judgement.contributors.len(), clients as usize);
        assert!(judgement.named.is_empty());
    }
}

#[test]
fn dropouts_after_each_phase() {
    for (index, phase) in CLIENT_PHASES.into_iter().enumerate() {
        let absent: &[u32] = if index < 4 { &[3] } else { &[] };
        case(&[(3, Cheat::Drops(phase))], &[], absent);
    }
    case(&[(3, Cheat::Silent), (9, Cheat::Silent)], &[], &[3, 9]);
}

#[test]
fn set_up() {
    case(&[(3, Cheat::NoPossession)], &[(3, "V-06")], &[3]);
    for secret in 0..2 {
        case(&[(3, Cheat::WrongDegree(secret))], &[(3, "V-06")], &[3]);
    }
    for holders in [1, 5, 9] {
        case(&[(3, Cheat::BadSeal(holders))], &[(3, "V-06")], &[3]);
    }
    case(&[(5, Cheat::AccusesFalsely(3))], &[(5, "V-06")], &[5]);
    case(&[(5, Cheat::AccusesWithout(3, 4))], &[(5, "V-06")], &[5]);
    // A true accusation, by whoever accuses somebody else falsely too.
    let both = [(3, Cheat::BadSeal(9)), (5, Cheat::AccusesFalsely(4))];
    case(&both, &[(3, "V-06"), (5, "V-06")], &[3, 5]);
}

#[test]
fn submissions() {
    case(&[(3, Cheat::BadRange)], &[(3, "V-07.B")], &[3]);
    case(&[(3, Cheat::BadProof(false))], &[(3, "V-07.A")], &[3]);
    case(&[(3, Cheat::BadVector(false))], &[(3, "V-04")], &[3]);
    for place in 0..3 {
        case(&[(3, Cheat::Masks(place))], &[(3, "V-08.A")], &[3]);
    }
}

#[test]
fn attestations() {
    // The digest of the keys, a response, and the commitment towards a neighbour.
    case(&[(3, Cheat::BadAttestation(0, 0))], &[(3, "V-08.A")], &[3]);
    case(
        &[(3, Cheat::BadAttestation(0, 128))],
        &[(3, "V-08.A")],
        &[3],
    );
    case(&[(3, Cheat::BadAttestation(4, 0))], &[(3, "V-08.A")], &[3]);
    // The self commitment is no point.
    case(&[(3, Cheat::BadAttestation(0, 32))], &[(3, "V-04")], &[3]);
    let unattested = False {
        attested: false,
        ..edge(5, 1)
    };
    case(
        &[(3, Cheat::Lies(vec![unattested]))],
        &[(3, "V-08.A")],
        &[3],
    );
}

#[test]
fn edges() {
    for liar in [3, 7] {
        case(
            &[(liar, Cheat::Lies(vec![edge(5, 9)]))],
            &[(liar, "V-08.C")],
            &[liar],
        );
    }
    let lies = |one: u64, other: u64| {
        let first = (3, Cheat::Lies(vec![edge(7, one)]));
        [first, (7, Cheat::Lies(vec![edge(3, other)]))]
    };
    case(&lies(1, 2), &[], &[3, 7]);
    case(&lies(5, 5), &[], &[]);
    case(&[(3, Cheat::Disputes(Some(100)))], &[(3, "V-04")], &[3]);
    case(&[(3, Cheat::Disputes(None))], &[(3, "V-08.C")], &[3]);
}

#[test]
fn secrets_that_come_out() {
    case(&[(3, Cheat::Lies(vec![own(4)]))], &[(3, "V-09")], &[3]);
    for after in [Phase::Confirm, Phase::Submit] {
        let lie = (3, Cheat::Lies(vec![edge(5, 4)]));
        case(&[(5, Cheat::Drops(after)), lie], &[(3, "V-09")], &[3, 5]);
    }
    let silent = Cheat::LiesAndDrops(vec![own(4)], Phase::Acknowledge);
    case(&[(3, silent)], &[(3, "V-09")], &[3]);
    for place in [0, 8] {
        case(&[(3, Cheat::WrongShare(place, true))], &[(3, "V-09")], &[]);
        case(&[(3, Cheat::WrongShare(place, false))], &[(3, "V-04")], &[]);
    }
}
