//! Attempts with different lists of contributors, which are shown to different clients.

use std::collections::BTreeMap;

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::phase::Phase;

use super::{ten, Played, COLLUDER, SMALL, VICTIM};
use crate::default_suite::{configuration_builder, local_round, ready, Suite};
use crate::watcher::coalition::{in_round, Coalition};

/// A round of which the contributors are next.
fn until_contributors(coalition: Coalition<Suite>) -> Coalition<Suite> {
    let mut coalition = coalition.honest_until(Phase::Dispute);
    // Mostly nobody has anything to say.
    let messages = coalition.ask_all();
    coalition.take(messages);
    coalition
}

/// Five shares are enough, too few for two colluders. One half of the honest clients are told that the victim
/// contributes, the other half that it does not. With the shares of the colluders, each half gives one of the victim's
/// secrets.
pub(super) fn two_lists_under_a_low_threshold() -> Played {
    let local = local_round(10, &SMALL);
    let mut configuration = local.round.configuration().clone();
    let assumptions = &mut configuration.assumptions;
    (assumptions.corrupt_ppm, assumptions.dropout_ppm) = (200_000, 100_000);
    configuration.min_contributors = assumptions.min_contributors();
    configuration.pairwise_mut()?.masking.threshold = 5;
    let local = in_round(&local, &configuration, local.round.roster())?;
    let corrupt = [9, COLLUDER];
    let mut coalition = until_contributors(Coalition::new(local, &corrupt));
    let board = coalition.books.clone();
    for (half, contributes) in [([1, 2, 3, VICTIM], true), ([5, 6, 7, 8], false)] {
        coalition.books = board.clone();
        coalition.close(coalition.those(|number| contributes || number != VICTIM));
        let mut messages = coalition.ask(half);
        messages.extend(corrupt.map(|number| coalition.acknowledgement(number)));
        coalition.take(messages);
        coalition.close_honestly();
        let messages = coalition.ask(half);
        coalition.take(messages);
    }
    Some(coalition)
}

/// Pairs of honest clients are told that only they, the victim and the colluder contribute. So of everybody but the
/// victim the mask secret comes out, and of the victim the seed. No mask is left on its input.
pub(super) fn a_client_with_nobody_beside_it() -> Played {
    let mut coalition = until_contributors(ten());
    let board = coalition.books.clone();
    let honest: Vec<u32> = (1..10).filter(|&number| number != VICTIM).collect();
    for pair in honest.chunks(2) {
        coalition.books = board.clone();
        let counts = |number| pair.contains(&number) || [VICTIM, COLLUDER].contains(&number);
        coalition.close(coalition.those(counts));
        let mut messages = coalition.ask(pair.iter().copied());
        messages.push(coalition.acknowledgement(COLLUDER));
        coalition.take(messages);
        coalition.close_honestly();
        let messages = coalition.ask(pair.iter().copied());
        coalition.take(messages);
    }
    Some(coalition)
}

/// The honest clients of thirteen in four groups, each with the clients that it is told not to contribute. Of ten honest
/// clients two groups reveal shares of the mask secret, which is enough with the shares of client 13. Of clients 1 and 4 the
/// seeds come out. So their sum becomes known, where the round promises a sum over three honest clients.
const GROUPS: [([u32; 3], [u32; 5]); 4] = [
    ([1, 2, 3], [5, 7, 8, 10, 11]),
    ([4, 5, 6], [2, 7, 9, 10, 12]),
    ([7, 8, 9], [2, 3, 6, 11, 12]),
    ([10, 11, 12], [3, 5, 6, 8, 9]),
];

/// Which acknowledgements a group is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Acknowledged {
    /// Those of the group itself and of client 13. The list has no more.
    Listed,
    /// The same. The list has all contributors.
    NotShown,
    /// Those of all contributors, most of which the aggregator made up.
    Forged,
}

fn a_list_for_each(acknowledged: Acknowledged) -> Played {
    let builder = configuration_builder(13, &SMALL).min_contributors(4);
    let mut coalition = until_contributors(Coalition::new(ready(13, builder).ok()?, &[13]));
    let board = coalition.books.clone();
    for (group, left_out) in GROUPS {
        coalition.books = board.clone();
        let contributors = coalition.those(|number| !left_out.contains(&number));
        coalition.close(contributors.clone());
        let mut messages = coalition.ask(group);
        messages.push(coalition.acknowledgement(13));
        coalition.take(messages);
        match acknowledged {
            Acknowledged::Listed => coalition.close_honestly(),
            _ => coalition.close(contributors.clone()),
        }
        let forge = |_, package: &mut Package| {
            if acknowledged == Acknowledged::Forged {
                let true_ones = std::mem::take(&mut package.acknowledgements);
                let forged = contributors
                    .iter()
                    .map(|client: ClientId| (client, [0; 64]));
                let all: BTreeMap<_, _> = forged.chain(true_ones).collect();
                package.acknowledgements = all.into_iter().collect();
            }
        };
        let messages = coalition.ask_with(group, forge);
        coalition.take(messages);
    }
    Some(coalition)
}

/// Each group has enough acknowledgements in all, but not of enough neighbours.
pub(super) fn a_list_for_each_group() -> Played {
    a_list_for_each(Acknowledged::Listed)
}

/// The lists say that enough neighbours acknowledged, but their acknowledgements are not shown.
pub(super) fn a_list_for_each_group_with_acknowledgements_that_are_not_shown() -> Played {
    a_list_for_each(Acknowledged::NotShown)
}

/// The aggregator makes up the acknowledgements that are missing.
pub(super) fn a_list_for_each_group_with_forged_acknowledgements() -> Played {
    a_list_for_each(Acknowledged::Forged)
}
