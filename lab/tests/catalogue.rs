//! Every scenario of the catalogue comes out as its file says, on every suite that takes its round.
#![allow(clippy::unwrap_used)]

use rayon::prelude::*;
use veragg_lab::scenario::catalogue::{all, Entry};
use veragg_protocol::circuits::proof_system::Suite;

/// What is wrong with a scenario on a suite; nothing if it came out as it must.
fn wrong(entry: &Entry, suite: Suite) -> Option<String> {
    let scenario = entry.scenario().map_err(|error| error.to_string());
    let scenario = match scenario {
        Ok(scenario) => scenario,
        Err(error) => return Some(format!("{}: {error}", entry.name)),
    };
    let differences = match scenario.play_on(suite, 1) {
        Ok(outcome) => outcome.differences(&scenario.expect),
        Err(error) if error.is_for_suite() && suite != Suite::DEFAULT => Vec::new(),
        Err(error) => vec![error.to_string()],
    };
    let said = format!("{} on {suite}:\n  {}", entry.name, differences.join("\n  "));
    (!differences.is_empty()).then_some(said)
}

fn on(suite: Suite) {
    let wrong: Vec<String> = all()
        .par_iter()
        .filter_map(|entry| wrong(entry, suite))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        all().len(),
        wrong.join("\n")
    );
}

#[test]
fn on_the_default_suite() {
    on(Suite::DEFAULT);
}

#[test]
#[ignore = "takes minutes: `.ci/long` runs it"]
fn on_the_other_suites() {
    let others = Suite::ALL.iter().filter(|suite| **suite != Suite::DEFAULT);
    others.for_each(|suite| on(*suite));
}
