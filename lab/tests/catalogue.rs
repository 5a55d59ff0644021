//! Every scenario of the catalogue comes out as its file says, on every suite that takes its round.
#![allow(clippy::unwrap_used)]

use veragg_lab::scenario::catalogue::{play_all, Played};
use veragg_protocol::circuits::proof_system::Suite;

/// What is wrong with a scenario on a suite; nothing if it came out as it must.
fn wrong(played: &Played, suite: Suite) -> Option<String> {
    let differences = match &played.outcome {
        Ok(outcome) => outcome.differences(&played.scenario.expect),
        Err(error) if error.is_for_suite() && suite != Suite::DEFAULT => Vec::new(),
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
    let all = play_all(suite, seed).unwrap();
    assert!(all.len() >= 100);
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
    let boards = |seed| -> Vec<Vec<u8>> {
        let all = play_all(Suite::DEFAULT, seed).unwrap();
        all.into_iter()
            .map(|played| played.outcome.unwrap().board)
            .collect()
    };
    let (one, again, other) = (boards(1), boards(1), boards(2));
    for (played, (one, again)) in play_all(Suite::DEFAULT, 1)
        .unwrap()
        .iter()
        .zip(one.iter().zip(&again))
    {
        assert!(one == again, "{}", played.name);
    }
    assert!(one.iter().zip(&other).all(|(one, other)| one != other));
}
