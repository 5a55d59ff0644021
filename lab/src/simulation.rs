//! Random rounds with random attackers, and an oracle that is too simple to be wrong.
//!
//! Each round is a [`Scenario`] that a seed decides. What the oracle objects to is made as small as it can be and still be
//! objected to, and can be played again from its file.

mod draw;
mod oracle;
mod shrink;

use std::panic::{catch_unwind, AssertUnwindSafe};

use veragg_protocol::circuits::proof_system::Suite;

use crate::network::NetworkSetting;
use crate::scenario::{Outcome, Scenario, Unplayable};
use crate::workers::side_by_side;

/// Something that must not happen.
#[derive(Debug)]
pub struct Finding {
    /// The number of the round, from 0, which with the seed of the simulation decides it.
    pub round: u64,
    /// The seed that the scenario is played from.
    pub seed: u64,
    /// The smallest scenario that shows it.
    pub scenario: Scenario,
    /// What the oracle objects to.
    pub what: Vec<String>,
}

/// What a simulation came to.
#[derive(Debug, Default)]
pub struct Simulated {
    /// Rounds that were played to their end or until too many had left.
    pub played: u64,
    /// Rounds of which the statement, or an attack, did not fit: they were drawn and not played.
    pub unplayable: u64,
    /// Rounds that ended without a sum.
    pub unfinished: u64,
    /// Rounds in which somebody was named.
    pub named: u64,
    /// What must not happen, in the order of the rounds.
    pub findings: Vec<Finding>,
}

/// What one round came to.
enum Came {
    Played { finished: bool, named: bool },
    Unplayable,
    Found(Box<Finding>),
}

/// Plays so many random rounds on a suite. The seed decides all of them. Memory: a few rounds at a time.
pub fn simulate(suite: Suite, rounds: u64, seed: u64) -> Simulated {
    let came = side_by_side(rounds, |round| play(suite, round, seed));
    let mut simulated = Simulated::default();
    for came in came {
        match came {
            Came::Unplayable => simulated.unplayable += 1,
            Came::Played { finished, named } => {
                simulated.played += 1;
                simulated.unfinished += u64::from(!finished);
                simulated.named += u64::from(named);
            }
            Came::Found(finding) => {
                simulated.played += 1;
                simulated.findings.push(*finding);
            }
        }
    }
    simulated
}

fn play(suite: Suite, round: u64, seed: u64) -> Came {
    let (scenario, seed) = draw::scenario(suite, round, seed);
    match objections(&scenario, suite, seed) {
        None => Came::Unplayable,
        Some((what, Some(outcome))) if what.is_empty() => Came::Played {
            finished: outcome.stopped.is_none(),
            named: !outcome.report.faults.is_empty(),
        },
        Some((what, _)) => {
            let (scenario, what) = shrink::shrink(scenario, what, |smaller| {
                objections(smaller, suite, seed).map(|(what, _)| what)
            });
            Came::Found(Box::new(Finding {
                round,
                seed,
                scenario,
                what,
            }))
        }
    }
}

/// What the oracle objects to, with what came out; nothing if the scenario cannot be played.
fn objections(
    scenario: &Scenario,
    suite: Suite,
    seed: u64,
) -> Option<(Vec<String>, Option<Outcome>)> {
    let played = catch_unwind(AssertUnwindSafe(|| scenario.play_on(suite, seed)));
    match played {
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            let text = text.unwrap_or_default();
            Some((vec![format!("it panics: {text}")], None))
        }
        Ok(Ok(outcome)) => {
            let mut said = oracle::objections(scenario, &outcome);
            said.extend(changed_by_network(scenario, suite, seed, &outcome));
            Some((said, Some(outcome)))
        }
        Ok(Err(Unplayable::Stopped(error))) => Some((vec![format!("it stops: {error}")], None)),
        // A corrupt aggregator can also make a file that is no board, which names nobody, and so can who has the file.
        Ok(Err(Unplayable::Board(error)))
            if scenario.aggregator.is_empty() && scenario.file.is_empty() =>
        {
            Some((vec![format!("the board is none: {error}")], None))
        }
        Ok(Err(_)) => None,
    }
}

/// What the network changes, with an honest aggregator.
fn changed_by_network(
    scenario: &Scenario,
    suite: Suite,
    seed: u64,
    outcome: &Outcome,
) -> Option<String> {
    if scenario.network.is_quiet() || !oracle::is_honest(scenario) {
        return None;
    }
    let quiet = Scenario {
        network: NetworkSetting::default(),
        ..scenario.clone()
    };
    match quiet.play_on(suite, seed) {
        Ok(quiet) => oracle::changed_by_network(outcome, &quiet),
        Err(error) => Some(format!("without the network it cannot be played: {error}")),
    }
}
