//! What a trustee refuses to confirm, and to open. The aggregator is corrupt, with one trustee or none.

use veragg_lab::committee::play::{
    another_pad, honest_submit, input, parties, submit, submitted, ALL, BUT_3,
};
use veragg_lab::committee::{store, CheckedTrustee, ConfirmedTrustee, Desk};
use veragg_protocol::crypto::tree::Root;
use veragg_protocol::round::phase::Phase;
use veragg_verifier::{Culprit, Verdict};

use super::auditing::{named, sum_of, trustee, verdict};

/// Trustees confirm what the desk shows them, if they do. Their messages are put on the board.
fn confirm(desk: &mut Desk<'_>, trustees: Vec<CheckedTrustee>) -> Option<Vec<ConfirmedTrustee>> {
    let package = desk.package();
    let confirmed = trustees.into_iter().map(|trustee| {
        let pending = trustee.confirm(&package).ok()?;
        let (trustee, message) = pending.save(&mut store()).unwrap();
        desk.take(&message);
        Some(trustee)
    });
    confirmed.collect()
}

fn frames(desk: &Desk<'_>, number: u32) -> bool {
    named(desk).contains(&Culprit::Trustee(trustee(number)))
}

/// The sum over everybody.
fn everybody() -> Vec<u128> {
    let first = ALL.iter().map(|&number| u128::from(input(number)[0]));
    vec![first.sum(), ALL.len() as u128]
}

/// Whether a sum comes out behind a checkpoint of check that is signed by `close`.
fn sum_comes_out(desk: &mut Desk<'_>, close: impl FnOnce(&mut Desk<'_>)) -> bool {
    let checked = desk.check(&[0, 1, 2, 3]);
    close(desk);
    let Some(confirmed) = confirm(desk, checked) else {
        return false;
    };
    desk.close(Phase::ConfirmList, &ALL);
    desk.open(confirmed);
    sum_of(desk, &ALL) == Some(everybody())
}

/// The checkpoint of check continues another one than the trustees answered. The sum comes out, and no board with it can be verified.
pub(super) fn a_list_of_another_chain_gives_a_sum_without_a_board() -> bool {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    sum_comes_out(&mut desk, |desk| {
        let root = desk.root();
        desk.close_over(Phase::Check, &ALL, [5; 32], root);
    }) && verdict(&desk) == Verdict::Failed
}

/// The checkpoint of check is over a tree that nobody can show. The sum comes out, and nobody is named, whatever the aggregator
/// has done.
pub(super) fn a_tree_that_is_no_board_s_gives_a_sum_and_names_nobody() -> bool {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    sum_comes_out(&mut desk, |desk| {
        let root = Root {
            size: desk.root().size,
            hash: [5; 32],
        };
        desk.close_over(Phase::Check, &ALL, desk.last(), root);
    }) && named(&desk).is_empty()
}

/// Client 3 is not accepted, and stands on the list of check. Who confirms it is named.
pub(super) fn a_list_with_somebody_else_frames_a_trustee() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &ALL);
    desk.close(Phase::Submit, &BUT_3);
    let checked = desk.check(&[0]);
    desk.close(Phase::Check, &ALL);
    confirm(&mut desk, checked).is_some() && frames(&desk, 1)
}

/// Trustee 4 has complained about client 3, which stays on the list. If it confirms the list it is named.
pub(super) fn a_list_with_the_accused_frames_a_trustee() -> bool {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_pad);
    let checked = desk.check(&[3]);
    desk.close(Phase::Check, &ALL);
    confirm(&mut desk, checked).is_some() && frames(&desk, 4)
}
