//! Attempts to get a sum over fewer contributors than the configuration asks for.

use std::collections::BTreeSet;

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::graph::Graph;
use veragg_protocol::round::phase::Phase;

use super::Played;
use crate::default_suite::{configuration_builder, ready};
use crate::fixtures::id;
use crate::watcher::coalition::{in_round, Coalition};

/// In a round that is too large for a complete graph.
const CLIENTS: u32 = 300;

/// The client with whose neighbours no other client has many neighbours in common.
fn most_apart(graph: &Graph) -> ClientId {
    let all = || ClientId::all(CLIENTS);
    let common = |one: ClientId, other: ClientId| {
        let neighbours = graph.neighbours(one).iter();
        let common = neighbours.filter(|&&client| graph.are_neighbours(client, other));
        common.count()
    };
    let most = |one: &ClientId| {
        all()
            .filter(|other| other != one)
            .map(|other| common(*one, other))
            .max()
    };
    all().min_by_key(most).unwrap_or(id(1))
}

/// A client leaves before it submits, and the aggregator lists it as a contributor. Its neighbours would miss its
/// messages, so the aggregator leaves them out. All others see nothing amiss. The organiser asks for as many
/// contributors as are on the list, so one acknowledgement is missing.
fn listing_the_absent(show: impl Fn(u32, &mut Package)) -> Played {
    let builder = configuration_builder(CLIENTS, &[(1, 100)]);
    let builder = builder.corrupt_ppm(0).dropout_ppm(30_000);
    let local = ready(CLIENTS, builder).ok()?;
    let absent = most_apart(local.round.graph());
    let deceived = local.round.graph().neighbours(absent);
    let deceived: BTreeSet<u32> = deceived.iter().map(|client| client.number()).collect();
    let mut configuration = local.round.configuration().clone();
    configuration.min_contributors = CLIENTS - deceived.len() as u32;
    let local = in_round(&local, &configuration, local.round.roster())?;
    let mut coalition = Coalition::new(local, &[]).honest_until(Phase::Submit);
    let present: Vec<u32> = (1..=CLIENTS)
        .filter(|&number| id(number) != absent)
        .collect();
    let everybody = coalition.those(|_| true);
    let listed = coalition.those(|number| !deceived.contains(&number));
    for list in [&everybody, &listed, &listed] {
        let messages = coalition.ask(present.iter().copied());
        coalition.take(messages);
        coalition.close(list.clone());
    }
    for _ in [Phase::Acknowledge, Phase::Unmask(0)] {
        let messages = coalition.ask_with(present.iter().copied(), &show);
        coalition.take(messages);
        coalition.close_honestly();
    }
    Some(coalition)
}

/// Nobody is shown its own acknowledgement.
pub(super) fn contributors_that_never_submitted() -> Played {
    listing_the_absent(|reader, package| {
        let acknowledgements = &mut package.acknowledgements;
        acknowledgements.retain(|(client, _)| *client != id(reader));
    })
}

/// Everybody is shown its own acknowledgement too.
pub(super) fn an_acknowledgement_that_counts_twice() -> Played {
    listing_the_absent(|_, _| ())
}
