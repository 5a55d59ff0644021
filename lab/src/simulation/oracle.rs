//! What must hold in every round, whoever attacks it. Each rule is a function that says what does not hold.

mod audits;
mod cheaters;

use std::collections::BTreeSet;

use veragg_protocol::pairwise::publish::Outcome as Fate;
use veragg_protocol::round::phase::Phase;
use veragg_verifier::{Culprit, Verdict};

use crate::scenario::{Outcome, Scenario};

/// What does not hold of a scenario that expects no sum.
pub(super) fn objections(scenario: &Scenario, outcome: &Outcome) -> Vec<String> {
    let mut said = outcome.noticed.clone();
    said.extend(named(scenario, outcome));
    if is_honest(scenario) {
        said.extend(verdict(outcome));
        said.extend(honest_clients(scenario, outcome));
        said.extend(agreement(outcome));
    }
    said.extend(cheaters::objections(scenario, outcome));
    said.extend(audits::objections(outcome, is_honest(scenario)));
    said
}

/// Whether the aggregator is honest, and the file of the board is the one that it wrote.
pub(super) fn is_honest(scenario: &Scenario) -> bool {
    scenario.aggregator.is_empty() && scenario.file.is_empty()
}

fn cheats(scenario: &Scenario, client: u32) -> bool {
    scenario.cheat.iter().any(|cheat| cheat.client == client)
}

/// The last phase in which a client says something, if it leaves.
fn last_phase(scenario: &Scenario, client: u32) -> Option<Phase> {
    let its = scenario.dropout.iter().filter(|it| it.client == client);
    its.map(|dropout| dropout.after.0).min()
}

/// Nobody honest is named.
fn named(scenario: &Scenario, outcome: &Outcome) -> Vec<String> {
    let honest = |culprit| match culprit {
        Culprit::Client(client) => !cheats(scenario, client.number()),
        Culprit::Aggregator => scenario.aggregator.is_empty(),
        // The organiser of every scenario is honest.
        _ => true,
    };
    let faults = outcome.report.faults.iter();
    faults
        .filter(|fault| honest(fault.culprit))
        .map(|fault| format!("{} is honest, and named by {}", fault.culprit, fault.check))
        .collect()
}

/// With an honest aggregator no board fails.
fn verdict(outcome: &Outcome) -> Option<String> {
    let verdict = outcome.report.verdict;
    let right = match verdict {
        Verdict::Verified => outcome.stopped.is_none(),
        Verdict::Unfinished => outcome.stopped.is_some(),
        _ => false,
    };
    let stopped = outcome.stopped.as_deref().unwrap_or("to the end");
    (!right).then(|| format!("the aggregator is honest, and the verdict {verdict} ({stopped})"))
}

/// With an honest aggregator no message of an honest client is refused, and it is in the sum exactly if it attested. But if it left
/// after attest, and somebody cheats, it may be missing: it opens no edge about which its neighbour attested falsely, and so both ends
/// of that edge leave.
fn honest_clients(scenario: &Scenario, outcome: &Outcome) -> Vec<String> {
    let mut said = Vec::new();
    let all = 1..=scenario.round.clients;
    for client in all.filter(|client| !cheats(scenario, *client)) {
        if outcome.refused_of.contains(&client) {
            said.push(format!("client {client} is honest, and refused"));
        }
        let attests = last_phase(scenario, client).is_none_or(|last| last >= Phase::Attest);
        let is_in = outcome.report.contributors.contains(&client);
        let left =
            last_phase(scenario, client) == Some(Phase::Attest) && !scenario.cheat.is_empty();
        let opened_nothing = left && is_absent(outcome, client, Fate::Dropped(Phase::Dispute));
        if outcome.report.verdict == Verdict::Verified && attests != is_in && !opened_nothing {
            let (attests, is_in) = (yes(attests), yes(is_in));
            said.push(format!(
                "client {client} is honest; it attests: {attests}; it is in the sum: {is_in}"
            ));
        }
    }
    said
}

/// Whether the audit says that this happened to a client that is not in the sum.
fn is_absent(outcome: &Outcome, client: u32, fate: Fate) -> bool {
    let mut absent = outcome.report.absent.iter();
    absent.any(|it| it.client == client && it.outcome == fate.to_string())
}

fn yes(holds: bool) -> &'static str {
    if holds {
        "yes"
    } else {
        "no"
    }
}

/// An honest aggregator says of each client and of the sum what the audit says.
fn agreement(outcome: &Outcome) -> Option<String> {
    let published = outcome.published.as_ref()?;
    let report = &outcome.report;
    let mut by_audit = vec!["not decided yet".to_owned(); published.outcomes.len()];
    let mut set = |client: u32, fate: String| {
        if let Some(slot) = by_audit.get_mut((client - 1) as usize) {
            *slot = fate;
        }
    };
    for client in &report.contributors {
        set(*client, Fate::Contributed.to_string());
    }
    for absent in &report.absent {
        set(absent.client, absent.outcome.clone());
    }
    let by_aggregator: Vec<_> = published.outcomes.iter().map(Fate::to_string).collect();
    if by_aggregator != by_audit {
        return Some(format!(
            "the aggregator says {by_aggregator:?}, and the audit {by_audit:?}"
        ));
    }
    (published.sums.as_ref().ok() != Some(&sum_of_inputs(outcome)))
        .then(|| "the aggregator's sum is not that of the contributors' inputs".to_owned())
}

/// What the contributors' inputs add up to. A cheater that is among them has contributed its input, which is valid.
fn sum_of_inputs(outcome: &Outcome) -> Vec<u128> {
    let mut sum = vec![0u128; outcome.inputs.first().map_or(0, Vec::len)];
    for (input, client) in outcome.inputs.iter().zip(1u32..) {
        if outcome.report.contributors.contains(&client) {
            for (sum, x) in sum.iter_mut().zip(input) {
                *sum += u128::from(*x);
            }
        }
    }
    sum
}

/// The network changes neither the verdict, nor who is in the sum, nor who is named. `quiet` is the same round without it, and
/// the aggregator is honest. Which check names a cheater can change: what clients sign depends on the board, so that a
/// flipped bit makes now a point that does not decode, now another point.
pub(super) fn changed_by_network(outcome: &Outcome, quiet: &Outcome) -> Option<String> {
    let culprits = |outcome: &Outcome| -> BTreeSet<Culprit> {
        let faults = outcome.report.faults.iter();
        faults.map(|fault| fault.culprit).collect()
    };
    let same = outcome.report.verdict == quiet.report.verdict
        && outcome.report.contributors == quiet.report.contributors
        && culprits(outcome) == culprits(quiet);
    (!same).then(|| {
        format!(
            "the network changes what comes out; without it: {}",
            outcome.differences(&quiet.found()).join("; ")
        )
    })
}

#[cfg(test)]
mod tests;
