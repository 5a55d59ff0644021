//! Every scenario of the catalogue comes out as its file says, on every suite that takes its round.
#![allow(clippy::unwrap_used)]

use veragg_lab::protocol_name::ProtocolName;
use veragg_lab::scenario::catalogue::{self, play_all, Played};
use veragg_protocol::circuits::proof_system::Suite;

/// What is wrong with a scenario on a suite; nothing if it came out as it must.
fn wrong(played: &Played, suite: Suite) -> Option<String> {
    let differences = match &played.outcome {
        Ok(outcome) => outcome.differences(played.scenario.expect()),
        // On the default suite every scenario is played that is not for others.
        Err(error)
            if error.is_for_suite()
                && (suite != Suite::DEFAULT || played.scenario.is_for_some_suites()) =>
        {
            Vec::new()
        }
        Err(error) => vec![error.to_string()],
    };
    let said = format!(
        "{} on {suite}:\n  {}",
        played.name,
        differences.join("\n  ")
    );
    (!differences.is_empty()).then_some(said)
}

fn on(suite: Suite, seed: u64) {
    let all = play_all(suite, seed, None).unwrap();
    assert!(all.len() >= 290);
    let wrong: Vec<String> = all
        .iter()
        .filter_map(|played| wrong(played, suite))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        all.len(),
        wrong.join("\n")
    );
}

#[test]
fn on_the_default_suite() {
    on(Suite::DEFAULT, 1);
}

#[test]
fn on_one_more_suite_from_another_seed() {
    on(Suite::RistrettoBulletproofs, 20);
}

#[test]
#[ignore = "takes minutes: `.ci/long` runs it"]
fn on_the_other_suites() {
    let others = Suite::ALL.iter().filter(|suite| **suite != Suite::DEFAULT);
    others.for_each(|suite| on(*suite, 2));
}

#[test]
fn the_same_seed_gives_the_same_board() {
    // Every fifth of those that do not take long.
    let small = catalogue::all().iter().filter(|entry| {
        let scenario = entry.scenario().unwrap();
        let round = scenario.round();
        let of_committee = round.protocol == ProtocolName::Committee;
        round.clients <= 12 && (of_committee || !scenario.is_for_some_suites())
    });
    for entry in small.step_by(5) {
        let scenario = entry.scenario().unwrap();
        let board = |seed| scenario.play_on(Suite::DEFAULT, seed).unwrap().board;
        let one = board(1);
        assert!(one == board(1), "{}", entry.name);
        assert!(one != board(2), "{}", entry.name);
    }
}
