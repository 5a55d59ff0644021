//! Each rule objects to an outcome that breaks it.
#![allow(clippy::unwrap_used)]

use veragg_protocol::circuits::proof_system::Suite;
use veragg_verifier::{Check, Status};

use super::*;

const HONEST: &str = "title = 't'\ntries = 't'\nstopped = 's'\n[expect]\nverdict = 'unfinished'\ncontributors = []\n";

fn scenario(more: &str) -> Scenario {
    Scenario::parse(&format!("{HONEST}{more}")).unwrap()
}

fn played(scenario: &Scenario) -> Outcome {
    scenario.play_on(Suite::DEFAULT, 7).unwrap()
}

/// The oracle objects to nothing else than this.
#[track_caller]
fn objects(scenario: &Scenario, outcome: &Outcome, what: &str) {
    let said = objections(scenario, outcome);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains(what), "{said:?}");
}

/// Two false masks of one client that add up to nothing, which a simulation found (seed 88, round 2171).
const CANCELS: &str = "[[cheat]]\nclient = 3\ndoes = { false-mask = { by = 1, attested = false, edges = [{ towards = 1, by = 1 }] } }\n";

const CHEAT: &str = "[[cheat]]\nclient = 3\ndoes = { shift = { coordinate = 0, by = 1 } }\n";

#[test]
fn it_objects_to_nothing_that_is_right() {
    for scenario in [
        scenario(""),
        scenario(CHEAT),
        scenario("[[dropout]]\nclient = 2\nafter = 'share'\n"),
        scenario(CANCELS),
        scenario("[network]\norder = true\nlost = 100\nrepeated = 100\nrestarts = 30\n"),
    ] {
        let outcome = played(&scenario);
        assert_eq!(objections(&scenario, &outcome), Vec::<String>::new());
        assert!(!outcome.receipts.is_empty() && outcome.published.is_some());
    }
}

#[test]
fn it_objects_if_somebody_honest_is_named() {
    let with_cheat = scenario(CHEAT);
    let outcome = played(&with_cheat);
    let honest = Scenario {
        cheat: Vec::new(),
        ..with_cheat
    };
    let said = objections(&honest, &outcome);
    let named = "client 3 is honest, and named by V-07.B";
    assert!(said.contains(&named.to_owned()), "{said:?}");
}

#[test]
fn it_objects_if_an_honest_aggregator_fails() {
    let corrupt = scenario("[[aggregator]]\nsum = { scalar = 0, by = 1 }\n");
    let outcome = played(&corrupt);
    assert_eq!(objections(&corrupt, &outcome), Vec::<String>::new());
    let honest = Scenario {
        aggregator: Vec::new(),
        ..corrupt
    };
    let said = objections(&honest, &outcome);
    for what in [
        "the aggregator is honest, and the verdict FAILED",
        "aggregator is honest, and named",
    ] {
        assert!(said.iter().any(|it| it.contains(what)), "{said:?}");
    }
}

#[test]
fn it_objects_if_an_honest_client_is_left_out_or_refused() {
    let gone = scenario("[[dropout]]\nclient = 2\nafter = 'share'\n");
    let honest = scenario("");
    objects(
        &honest,
        &played(&gone),
        "client 2 is honest; it attests: yes; it is in the sum: no",
    );
    objects(
        &gone,
        &played(&honest),
        "client 2 is honest; it attests: no; it is in the sum: yes",
    );
    let mut outcome = played(&honest);
    outcome.refused_of.insert(4);
    objects(&honest, &outcome, "client 4 is honest, and refused");
}

#[test]
fn who_leaves_behind_attest_opens_no_edge() {
    let of = |more: &str| scenario(&format!("[round]\nclients = 10\n{more}"));
    let gone = "[[dropout]]\nclient = 2\nafter = 'attest'\n";
    let does = "{ false-mask = { towards = 2, by = 5, attested = true } }";
    let cheat = format!("[[cheat]]\nclient = 3\ndoes = {does}\n");
    let both = of(&format!("{gone}{cheat}"));
    let outcome = played(&both);
    assert_eq!(outcome.report.contributors, [1, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(objections(&both, &outcome), Vec::<String>::new());
    // Without the cheater, or without its leaving, it would be in the sum.
    let missing = "client 2 is honest; it attests: yes; it is in the sum: no";
    objects(&of(&cheat), &outcome, missing);
    let gone = of(gone);
    let said = objections(&gone, &outcome);
    assert!(said.contains(&missing.to_owned()), "{said:?}");
    assert_eq!(objections(&gone, &played(&gone)), Vec::<String>::new());
}

#[test]
fn it_objects_if_a_cheater_is_in_the_sum() {
    let outcome = played(&scenario(""));
    objects(
        &scenario(CHEAT),
        &outcome,
        "client 3 cheats, and is in the sum",
    );
    for does in [
        "{ masked = { scalar = 0, by = -1 } }",
        "{ false-mask = { towards = 1, by = 5 } }",
        "'high-degree'",
        "{ bad-share = { holder = 1 } }",
        "{ false-commitment = { holder = 1 } }",
        "{ accuse = { dealer = 1 } }",
        "{ rogue-key = { victim = 1 } }",
        "{ two-keys = { other-first = true } }",
        "{ copy = { from = 1 } }",
        "{ copy = { from = 1, made = 'negated' } }",
        "{ swap = { points = [0, 1] } }",
        "{ replay = { phase = 'share' } }",
        "{ other-claims = { values = [1, 127, 0], bound = 128 } }",
        "{ silent = { from = 'attest' } }",
        "{ late = { phase = 'confirm' } }",
        "{ bad-signature = { phase = 'share' } }",
        "{ impersonate = { phase = 'share', victim = 1 } }",
        "{ length = { phase = 'submit', by = 1 } }",
        "{ flip = { phase = 'attest', byte = 9 } }",
    ] {
        let cheating = scenario(&format!("[[cheat]]\nclient = 3\ndoes = {does}\n"));
        objects(&cheating, &outcome, "client 3 cheats");
        assert_eq!(
            objections(&cheating, &played(&cheating)),
            Vec::<String>::new()
        );
    }
    for harmless in [
        "{ repeat = { phase = 'submit' } }",
        "{ two-keys = {} }",
        "{ silent = { from = 'unmask' } }",
    ] {
        let cheating = scenario(&format!("[[cheat]]\nclient = 3\ndoes = {harmless}\n"));
        assert_eq!(objections(&cheating, &outcome), Vec::<String>::new());
    }
}

#[test]
fn it_objects_if_aggregator_and_audit_disagree() {
    let honest = scenario("");
    let mut outcome = played(&honest);
    outcome.published.as_mut().unwrap().outcomes[1] = Fate::Isolated;
    objects(&honest, &outcome, "the aggregator says");
    let mut outcome = played(&honest);
    outcome.published.as_mut().unwrap().sums.as_mut().unwrap()[0] += 1;
    objects(&honest, &outcome, "the aggregator's sum");
}

#[test]
fn it_objects_to_a_false_sum() {
    let honest = scenario("");
    let mut outcome = played(&honest);
    outcome.inputs[0][1] += 1;
    let said = objections(&honest, &outcome);
    let sum = "the sum is not that of the contributors' inputs";
    assert!(said.contains(&sum.to_owned()), "{said:?}");
}

#[test]
fn it_objects_to_another_report() {
    let honest = scenario("");
    let mut outcome = played(&honest);
    let checks = outcome.report.checks.iter_mut();
    for check in checks.filter(|check| check.id == Check::Opening) {
        check.status = Status::Passed { records: 1000 };
    }
    objects(&honest, &outcome, "the report is another on one thread");
}

#[test]
fn it_objects_if_a_receipt_does_not_hold() {
    let honest = scenario("");
    let mut outcome = played(&honest);
    // The same keys, and another board.
    outcome.receipts = played(&scenario("[network]\norder = true\n")).receipts;
    objects(&honest, &outcome, "the audit with the receipts");
}

#[test]
fn it_objects_to_what_was_noticed_and_to_what_the_network_changes() {
    let honest = scenario("");
    let quiet = played(&honest);
    let mut outcome = played(&scenario("[network]\norder = true\nrepeated = 50\n"));
    assert_ne!(outcome.board, quiet.board);
    assert_eq!(changed_by_network(&outcome, &quiet), None);
    let gone = played(&scenario("[[dropout]]\nclient = 2\nafter = 'share'\n"));
    let said = changed_by_network(&gone, &quiet).unwrap();
    assert!(
        said.contains("expected [1, 2, 3, 4], found [1, 3, 4]"),
        "{said}"
    );
    outcome.noticed.push("something".to_owned());
    objects(&honest, &outcome, "something");
}
