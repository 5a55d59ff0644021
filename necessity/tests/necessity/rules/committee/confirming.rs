//! What a trustee refuses to confirm, and to open. The aggregator is corrupt, with one trustee or none.

use veragg_lab::committee::boards::play::{
    another_pad, honest_submit, input, parties, submit, submitted, ALL, BUT_3,
};
use veragg_lab::committee::{store, CheckedTrustee, ConfirmedTrustee, Desk, Liar};
use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::committee::open::decode;
use veragg_protocol::crypto::tree::Root;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Message;
use veragg_verifier::{Culprit, Verdict};

use super::coalition::{named, sum_of, trustee, verdict};

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

pub(super) fn a_list_of_one_client_shows_its_input() -> bool {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let checked = desk.check(&[0, 1, 2, 3]);
    desk.close(Phase::Check, &[1]);
    let Some(confirmed) = confirm(&mut desk, checked) else {
        return false;
    };
    desk.close(Phase::ConfirmList, &[1]);
    desk.open(confirmed);
    sum_of(&desk, &[1]) == Some(input(1).map(u128::from).to_vec())
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

/// Client 6 is corrupt, and so is trustee 4. Trustees 1 and 2 are shown lists that differ in this client only, and open their sums.
/// With the pads of client 6 and those of trustee 4 the aggregator knows the sum of the others, and it is still open which list is
/// confirmed by enough trustees and published.
pub(super) fn the_sum_is_known_before_a_list_is_confirmed() -> bool {
    let parties = parties();
    let but_6 = &ALL[..5];
    let mut with = honest_submit(&parties);
    let mut checked = with.check(&[0, 1]);
    let mut without = with.clone();
    let second = opened(&mut without, checked.remove(1), but_6);
    let first = opened(&mut with, checked.remove(0), &ALL);
    let (Some(first), Some(second)) = (first, second) else {
        return false;
    };
    // What client 6 knows of its pads for trustee 1 is what that trustee knows.
    let of_6 = Liar::at(&with, 0).sums(&[6]);
    let sums = first.into_iter().zip(of_6).map(|(sum, pad)| sum - pad);
    let sums: Vec<Fr> = sums.collect();
    let values = [
        (0, sums),
        (1, second),
        (3, Liar::at(&without, 3).sums(but_6)),
    ];
    for (index, sums) in values {
        let message = Liar::at(&without, index).open(&sums);
        without.take(&message);
    }
    let sum = sum_of(&without, but_6);
    sum == Some(vec![everybody()[0] - u128::from(input(6)[0]), 5])
}

/// What a trustee opens that has confirmed this list, besides trustee 4.
fn opened(desk: &mut Desk<'_>, trustee: CheckedTrustee, list: &[u32]) -> Option<Vec<Fr>> {
    desk.close(Phase::Check, list);
    let confirmed = confirm(desk, vec![trustee])?;
    let message = Liar::at(desk, 3).confirm();
    desk.take(&message);
    desk.close(Phase::ConfirmList, list);
    let package = desk.package();
    let trustee = confirmed.into_iter().next()?;
    let (_, message) = trustee.open(&package).ok()?.save(&mut store()).unwrap();
    let body = Message::decode(&message).unwrap().body;
    decode::<Ristretto>(&body, desk.round.parts()).ok()
}
