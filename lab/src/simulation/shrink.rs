//! Makes a scenario smaller, as long as it is objected to in the same way.

use crate::network::NetworkSetting;
use crate::scenario::Scenario;

/// The kind of an objection: its first words, without names and numbers.
fn kind(what: &[String]) -> String {
    let first = what.first().map_or("", String::as_str);
    first
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .take(40)
        .collect()
}

/// The smallest scenario that is objected to like this one, and what is said of it. `objections` gives nothing for one that
/// cannot be played.
pub(super) fn shrink(
    mut scenario: Scenario,
    mut what: Vec<String>,
    objections: impl Fn(&Scenario) -> Option<Vec<String>>,
) -> (Scenario, Vec<String>) {
    let wanted = kind(&what);
    'smaller: loop {
        for candidate in smaller(&scenario) {
            if let Some(said) = objections(&candidate).filter(|said| kind(said) == wanted) {
                (scenario, what) = (candidate, said);
                continue 'smaller;
            }
        }
        return (scenario, what);
    }
}

/// The scenarios that lack one thing.
fn smaller(scenario: &Scenario) -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut without = |change: &dyn Fn(&mut Scenario)| {
        let mut smaller = scenario.clone();
        change(&mut smaller);
        all.push(smaller);
    };
    if !scenario.network.is_quiet() {
        without(&|it| it.network = NetworkSetting::default());
    }
    let NetworkSetting {
        order,
        lost,
        repeated,
        restarts,
    } = scenario.network;
    if order {
        without(&|it| it.network.order = false);
    }
    if lost > 0 {
        without(&|it| it.network.lost = 0);
    }
    if repeated > 0 {
        without(&|it| it.network.repeated = 0);
    }
    if restarts > 0 {
        without(&|it| it.network.restarts = 0);
    }
    for at in 0..scenario.cheat.len() {
        without(&|it| {
            it.cheat.remove(at);
        });
    }
    for at in 0..scenario.aggregator.len() {
        without(&|it| {
            it.aggregator.remove(at);
        });
    }
    for at in 0..scenario.file.len() {
        without(&|it| {
            it.file.remove(at);
        });
    }
    for at in 0..scenario.auditor.receipts.len() {
        without(&|it| {
            it.auditor.receipts.remove(at);
        });
    }
    for at in 0..scenario.dropout.len() {
        without(&|it| {
            it.dropout.remove(at);
        });
    }
    if scenario.round.segment.len() > 1 {
        without(&|it| {
            it.round.segment.pop();
        });
    }
    for at in 0..scenario.round.segment.len() {
        if scenario.round.segment[at].len > 1 {
            without(&|it| it.round.segment[at].len -= 1);
        }
    }
    let named = scenario.clients_named().max().unwrap_or(0);
    if scenario.round.clients > named.max(2) {
        without(&|it| it.round.clients -= 1);
    }
    all
}
