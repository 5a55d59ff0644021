//! What a malicious aggregator signs and publishes.
#![allow(clippy::unwrap_used)]

use crate::committee::{Desk, Liar};
use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_verifier::Verdict::Failed;

use super::case::{Builds, Case};
use super::play::{
    another_pad, another_row, changed, check, confirm, finish, go_on, go_on_corrupt,
    go_on_from_check, honest_submit, last_place, parties, submission, submit, submitted, ALL,
    BUT_3, WITHOUT_3,
};

pub(crate) const CASES: Builds = &[
    ("leaves out a client", || leaves_out(false)),
    ("leaves out a client that hands its message over", || {
        leaves_out(true)
    }),
    ("lists a false proof", lists_a_false_proof),
    ("lists a bad row", lists_a_bad_row),
    ("lists a bad row, and shows it", shows_what_it_lists),
    ("shows a good row", shows_a_good_row),
    ("closes confirm early", closes_confirm_early),
    ("closes open early", closes_open_early),
    ("publishes another sum", another_sum),
    ("publishes another outcome", another_outcome),
    ("passes over a complaint", passes_over_a_complaint),
    ("excludes without a complaint", excludes_without_a_complaint),
    (
        "takes a confirmation of who did not check",
        takes_who_did_not_check,
    ),
    ("publishes nothing", publishes_nothing),
    ("lists too few", lists_too_few),
    ("lists who is not accepted", lists_who_is_not_accepted),
];

fn leaves_out(given: bool) -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    let third = submission(&parties, 3);
    desk.take(&third);
    submit(&mut desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &BUT_3);
    go_on(&mut desk, &BUT_3, WITHOUT_3);
    let named: &[_] = match given {
        true => &[("aggregator", "V-16.5")],
        false => &[],
    };
    let case = Case::new(&parties, desk.file(), Failed, named).failing(&["V-16"]);
    case.given(match given {
        true => vec![third],
        false => Vec::new(),
    })
}

/// Trustees do not check proofs. Their openings are not false.
fn lists_a_false_proof() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, |parts, _| *parts[0].last_mut().unwrap() ^= 1);
    go_on(&mut desk, &ALL, &[]);
    let named = [
        ("client 3", "V-07.3"),
        ("aggregator", "V-03.4"),
        ("aggregator", "V-10.1"),
        ("aggregator", "V-11.1"),
    ];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-03", "V-10", "V-11"])
}

fn lists_a_bad_row() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_row);
    // The openings of all four trustees do not lie on one polynomial.
    let checked = check(&mut desk, &[0, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    let named = [("aggregator", "V-11.1")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-11"])
}

fn shows_what_it_lists() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    let message = changed(&desk, 3, another_row);
    let place = last_place(&desk);
    desk.take_showing(&message, Some(place));
    submit(&mut desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &ALL);
    let named = [("client 3", "V-16.2"), ("aggregator", "V-03.4")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-03", "V-16"])
}

/// Nobody is named: whoever has the row can put it into the file.
fn shows_a_good_row() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    let (message, place) = (submission(&parties, 3), last_place(&desk));
    desk.take_showing(&message, Some(place));
    submit(&mut desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &ALL);
    go_on(&mut desk, &ALL, &[]);
    Case::new(&parties, desk.file(), Failed, &[]).failing(&["V-16"])
}

fn closes_confirm_early() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let checked = check(&mut desk, &[0, 1, 2, 3]);
    let two = checked.into_iter().take(2).collect();
    desk.confirm(two);
    desk.close(Phase::ConfirmList, &ALL);
    let named = [("aggregator", "V-17.5")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-17"])
}

fn closes_open_early() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let checked = check(&mut desk, &[0, 1, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    desk.open(confirmed.into_iter().take(2).collect());
    desk.close(Phase::Open, &ALL);
    let named = [("aggregator", "V-18.2")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-18"])
}

/// A round up to the publication.
fn opened(desk: &mut Desk<'_>) {
    let checked = check(desk, &[0, 1, 2, 3]);
    let confirmed = confirm(desk, checked);
    desk.open(confirmed);
    desk.close(Phase::Open, &ALL);
}

fn another_sum() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    opened(&mut desk);
    let mut sum = desk.sum(&ALL);
    sum[0] += Fr::from(1u64);
    desk.publish(sum, &[]);
    desk.close(Phase::Publish, &ALL);
    let named = [("aggregator", "V-11.1")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-11"])
}

fn another_outcome() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    opened(&mut desk);
    let sum = desk.sum(&ALL);
    desk.publish(sum, &[(2, Outcome::Dropped(Phase::Submit))]);
    desk.close(Phase::Publish, &ALL);
    let named = [("aggregator", "V-10.1")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-10"])
}

fn passes_over_a_complaint() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_pad);
    let mut checked = desk.check(&[0, 1, 2, 3]);
    desk.close(Phase::Check, &ALL);
    // Trustee 4, which complained, confirms nothing.
    checked.pop();
    go_on_from_check(&mut desk, checked, &ALL, &[]);
    let named = [
        ("client 3", "V-17.3"),
        ("aggregator", "V-03.4"),
        ("aggregator", "V-10.1"),
        ("aggregator", "V-11.1"),
    ];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-03", "V-10", "V-11"])
}

fn excludes_without_a_complaint() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let checked = desk.check(&[0, 1, 2, 3]);
    desk.close(Phase::Check, &BUT_3);
    let outcomes = [(3, Outcome::Faulty(Phase::Check))];
    go_on_from_check(&mut desk, checked, &BUT_3, &outcomes);
    let named = [
        ("aggregator", "V-03.4"),
        ("aggregator", "V-10.1"),
        ("aggregator", "V-11.1"),
    ];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-03", "V-10", "V-11"])
}

fn takes_who_did_not_check() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let checked = check(&mut desk, &[0, 1, 2]);
    let message = Liar::at(&desk, 3).confirm();
    desk.take(&message);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    let named = [("aggregator", "V-04.4")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-04"])
}

fn publishes_nothing() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    opened(&mut desk);
    desk.close(Phase::Publish, &ALL);
    let named = [("aggregator", "V-03.7")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-03"])
}

fn lists_too_few() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    desk.close(Phase::Submit, &[1, 2]);
    let dropped = [3, 4, 5, 6].map(|client| (client, Outcome::Dropped(Phase::Submit)));
    go_on_corrupt(&mut desk, &[1, 2], &dropped);
    let named = [
        ("aggregator", "V-10.2"),
        ("trustee 1", "V-17.4"),
        ("trustee 2", "V-17.4"),
        ("trustee 3", "V-17.4"),
        ("trustee 4", "V-17.4"),
    ];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-10"])
}

fn lists_who_is_not_accepted() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &ALL);
    desk.close(Phase::Submit, &BUT_3);
    let checked = desk.check(&[0]);
    drop(checked);
    desk.close(Phase::Check, &ALL);
    let message = Liar::at(&desk, 0).confirm();
    desk.take(&message);
    let named = [("trustee 1", "V-17.4"), ("aggregator", "V-03.4")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-03", "V-16"])
}
