//! Attempts with lists of contributors that differ, or that are none.

use veragg_protocol::committee::package::TrusteePackage;
use veragg_protocol::round::phase::Phase;

use super::setting::{
    packing_parties, parties, submitted, ALL, BUT_COLLUDER, BUT_CORRUPT, BUT_VICTIM, COLLUDER,
    CORRUPT, VICTIM,
};
use crate::committee::watcher::coalition::Coalition;
use crate::committee::watcher::success::Success;

/// A list, and the honest trustees that are shown it.
type Shown<'a> = (&'a [u32], &'a [u32]);

/// Trustees check, and then each group is shown its own list on a desk of its own, up to its openings. Corrupt trustees confirm
/// every list.
fn a_list_for_each(coalition: &mut Coalition<'_>, shown: &[Shown<'_>]) {
    for (_, trustees) in shown {
        coalition.ask(trustees);
    }
    let board = coalition.desk.clone();
    for (list, trustees) in shown {
        coalition.desk = board.clone();
        confirm_and_open(coalition, list, trustees);
    }
}

/// What follows behind check on a desk.
fn confirm_and_open(coalition: &mut Coalition<'_>, list: &[u32], trustees: &[u32]) {
    coalition.close(Phase::Check, list);
    coalition.ask(trustees);
    coalition.confirm_corruptly();
    coalition.close(Phase::ConfirmList, list);
    coalition.ask(trustees);
}

/// Every trustee is shown one list, and confirms and opens it. Then each is stopped, and goes on from what it wrote down last; and
/// is shown another list.
fn a_list_behind_each_restart(coalition: &mut Coalition<'_>, honest: &[u32], lists: &[&[u32]]) {
    let board = coalition.desk.clone();
    for list in lists {
        coalition.desk = board.clone();
        coalition.ask(honest);
        confirm_and_open(coalition, list, honest);
        honest
            .iter()
            .for_each(|trustee| coalition.restart(*trustee));
    }
}

/// Two lists differ in the victim, and no trustee is corrupt.
pub(super) fn two_lists_that_each_trustee_confirms() -> Option<Success> {
    let parties = parties();
    let mut coalition = submitted(&parties, &[], &[]);
    a_list_behind_each_restart(&mut coalition, &[1, 2, 3, 4], &[&ALL, &BUT_VICTIM]);
    coalition.reads()
}

/// Two trustees open one list, and two another. No trustee is corrupt. A sharing packs two rows, so two openings give a part of each
/// sum.
pub(super) fn a_list_for_two_trustees_and_one_for_the_others() -> Option<Success> {
    let parties = packing_parties();
    let mut coalition = submitted(&parties, &[], &[]);
    a_list_for_each(&mut coalition, &[(&ALL, &[1, 2]), (&BUT_VICTIM, &[3, 4])]);
    coalition.reads()
}

/// Trustees 1 and 2 open one list, and trustee 3 another, without the victim. With the pads of the corrupt trustee the first sum is
/// known, and a part of the second. The difference is a weighted sum of the two rows of the victim.
pub(super) fn a_list_for_one_trustee_beside_a_corrupt_one() -> Option<Success> {
    let parties = packing_parties();
    let mut coalition = submitted(&parties, &[CORRUPT], &[]);
    a_list_for_each(&mut coalition, &[(&ALL, &[1, 2]), (&BUT_VICTIM, &[3])]);
    coalition.reads()
}

/// The same. Trustee 3 is shown the confirmation of the corrupt trustee twice.
pub(super) fn a_confirmation_that_counts_twice() -> Option<Success> {
    let parties = packing_parties();
    let mut coalition = submitted(&parties, &[CORRUPT], &[]);
    coalition.ask(&BUT_CORRUPT);
    let board = coalition.desk.clone();
    confirm_and_open(&mut coalition, &ALL, &[1, 2]);
    coalition.desk = board;
    coalition.close(Phase::Check, &BUT_VICTIM);
    coalition.ask(&[3]);
    coalition.confirm_corruptly();
    coalition.close(Phase::ConfirmList, &BUT_VICTIM);
    let clients = coalition.desk.round.clients();
    coalition.ask_with(&[3], |package| {
        let Ok(mut package) = TrusteePackage::decode(&package, clients) else {
            return package;
        };
        let corrupt = package.confirmed.iter();
        let corrupt = corrupt.filter(|(trustee, _)| trustee.number() == CORRUPT);
        let again: Vec<_> = corrupt.copied().collect();
        package.confirmed.extend(again);
        package.encode()
    });
    coalition.reads()
}

/// Only the victim is accepted. The list of contributors has everybody, which is enough; but nobody else's pads are in the sums.
pub(super) fn contributors_that_were_not_accepted() -> Option<Success> {
    let parties = parties();
    let mut coalition = Coalition::new(&parties, &[], &[]);
    coalition.submit(ALL);
    coalition.close(Phase::Submit, &[VICTIM]);
    coalition.ask(&[1, 2, 3, 4]);
    confirm_and_open(&mut coalition, &ALL, &[1, 2, 3, 4]);
    coalition.reads()
}

/// The list of contributors has the victim only.
pub(super) fn a_list_of_one_client() -> Option<Success> {
    let parties = parties();
    let mut coalition = submitted(&parties, &[], &[]);
    coalition.ask(&[1, 2, 3, 4]);
    confirm_and_open(&mut coalition, &[VICTIM], &[1, 2, 3, 4]);
    coalition.reads()
}

/// The colluder is corrupt. Trustees 1 and 2 are shown lists that differ in this client only, and open their sums. With the pads of
/// the colluder and of the corrupt trustee the aggregator knows the sum of the others. With trustee 3, which has confirmed nothing, both
/// lists can still be published.
pub(super) fn a_sum_that_is_known_before_a_list_is_confirmed() -> Option<Success> {
    let parties = parties();
    let mut coalition = submitted(&parties, &[CORRUPT], &[COLLUDER]);
    a_list_for_each(&mut coalition, &[(&ALL, &[1]), (&BUT_COLLUDER, &[2])]);
    coalition.chooses()
}

/// The colluder is corrupt. All trustees confirm and open a list with it, and then one without it. The sum of the others is known when
/// the aggregator chooses which list it publishes.
pub(super) fn a_sum_that_is_known_before_another_list_is_confirmed() -> Option<Success> {
    let parties = parties();
    let mut coalition = submitted(&parties, &[CORRUPT], &[COLLUDER]);
    a_list_behind_each_restart(&mut coalition, &BUT_CORRUPT, &[&ALL, &BUT_COLLUDER]);
    coalition.chooses()
}
