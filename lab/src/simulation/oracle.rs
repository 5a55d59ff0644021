//! What must hold in every round, whoever attacks it.

use std::io::Cursor;

use rayon::ThreadPoolBuilder;
use veragg_verifier::{audit, Culprit, Options, Report, Verdict};

use crate::attack::ClientAttack;
use crate::scenario::{Outcome, Scenario};

/// What does not hold.
pub(super) fn objections(scenario: &Scenario, outcome: &Outcome) -> Vec<String> {
    let mut said = Vec::new();
    let report = &outcome.report;
    let cheats = |number| scenario.cheat.iter().any(|cheat| cheat.client == number);
    let is_honest = scenario.aggregator.is_empty();
    let is_whole = scenario.file.is_empty();
    // Nobody honest is named.
    for fault in &report.faults {
        let honest = match fault.culprit {
            Culprit::Client(client) => !cheats(client.number()),
            Culprit::Aggregator => is_honest,
            _ => true,
        };
        if honest {
            said.push(format!(
                "{} is honest, and named by {}",
                fault.culprit, fault.check
            ));
        }
    }
    // With an honest aggregator no board fails.
    let right = match report.verdict {
        Verdict::Verified => outcome.stopped.is_none(),
        Verdict::Unfinished => outcome.stopped.is_some(),
        _ => false,
    };
    if is_honest && is_whole && !right {
        let stopped = outcome.stopped.as_deref().unwrap_or("to the end");
        said.push(format!(
            "the aggregator is honest, and the verdict {} ({stopped})",
            report.verdict
        ));
    }
    // Who changed its input, or its masked vector, is not in a sum that is verified.
    if report.verdict == Verdict::Verified {
        for cheat in &scenario.cheat {
            let changes = match cheat.does {
                ClientAttack::Shift { by, .. } | ClientAttack::Masked { by, .. } => by != 0,
                _ => false,
            };
            if changes && report.contributors.contains(&cheat.client) {
                said.push(format!("client {} cheats, and is in the sum", cheat.client));
            }
        }
    }
    said.extend(sum(outcome));
    said
}

/// Whether a verified sum is that of the contributors' inputs, and the report the same on one thread.
fn sum(outcome: &Outcome) -> Option<String> {
    let report = &outcome.report;
    let inputs = outcome.inputs.iter().zip(1u32..);
    let listed = inputs.filter(|(_, number)| report.contributors.contains(number));
    let len = outcome.inputs.first().map_or(0, Vec::len);
    let mut expected = vec![0u128; len];
    for (input, _) in listed {
        for (sum, x) in expected.iter_mut().zip(input) {
            *sum += u128::from(*x);
        }
    }
    let options = Options {
        aggregate: (report.verdict == Verdict::Verified).then_some(expected),
        ..outcome.options.clone()
    };
    let again = || audit(Cursor::new(&outcome.board), &options).map_err(|error| error.to_string());
    let pool = ThreadPoolBuilder::new().num_threads(1).build();
    let again = match pool {
        Ok(pool) => pool.install(again),
        Err(_) => again(),
    };
    let again: Report = match again {
        Ok(report) => report,
        Err(error) => return Some(format!("the second audit: {error}")),
    };
    if again.verdict != report.verdict {
        return Some(format!(
            "the sum is not that of the contributors' inputs: {}",
            again.verdict
        ));
    }
    let same = again.contributors == report.contributors && again.faults == report.faults;
    (!same).then(|| "the report is another on one thread".to_owned())
}
