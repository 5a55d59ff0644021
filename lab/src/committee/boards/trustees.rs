//! What malicious trustees say.
#![allow(clippy::unwrap_used)]

use crate::committee::{CheckedTrustee, Desk, Liar, Parties};
use veragg_protocol::circuits::group::ristretto::{Fr, KeyScalar};
use veragg_protocol::committee::check::Complaint;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_verifier::Verdict::{Failed, Unfinished, Verified};

use super::case::{Builds, Case};
use super::play::{
    another_pad, check, confirm, finish, go_on_from_check, honest_submit, parties, submit,
    submitted, ALL, BUT_3,
};

pub(crate) const CASES: Builds = &[
    ("a false complaint", || {
        complains(|liar| vec![liar.complaint(2, 0)], "V-17.3")
    }),
    ("a complaint with a false proof", || {
        complains(unproven, "V-17.3")
    }),
    ("a complaint about a block beyond", || {
        complains(|liar| vec![liar.complaint(2, 1)], "V-17.3")
    }),
    ("complaints out of order", || {
        complains(out_of_order, "V-17.2")
    }),
    ("a false complaint, and nothing follows", nothing_follows),
    ("a false complaint hides a true one", hides_a_true_one),
    ("complaints about one client", about_one_client),
    ("a false opening", || {
        opens(|sums| sums[0] += Fr::from(1u64), "V-18.1")
    }),
    ("a false blinding", || {
        opens(|sums| *sums.last_mut().unwrap() += Fr::from(1u64), "V-18.1")
    }),
    ("an opening that nothing follows", opening_and_no_more),
    ("an opening in the wrong parts", wrong_parts),
    ("a confirmation with a body", confirmation_with_a_body),
    ("two messages of check", two_checks),
    ("a confirmation of the accused", confirms_the_accused),
    ("two confirmations, one given", given_confirmation),
    ("given messages of another round", given_of_another_round),
];

/// Trustee 1 says something else in check; the others go on.
fn instead(say: impl FnOnce(Liar<'_>) -> Vec<u8>) -> (Parties, Vec<u8>) {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let message = say(Liar::at(&desk, 0));
    desk.take(&message);
    let checked = check(&mut desk, &[1, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    let file = desk.file();
    drop(desk);
    (parties, file)
}

fn complains(complaints: fn(Liar<'_>) -> Vec<Complaint>, rule: &str) -> Case {
    let (parties, file) = instead(|liar| liar.check(&complaints(liar)));
    Case::new(&parties, file, Verified, &[("trustee 1", rule)])
}

fn unproven(liar: Liar<'_>) -> Vec<Complaint> {
    let mut complaint = liar.complaint(2, 0);
    complaint.challenge += KeyScalar::ONE;
    vec![complaint]
}

fn out_of_order(liar: Liar<'_>) -> Vec<Complaint> {
    vec![liar.complaint(4, 0), liar.complaint(2, 0)]
}

fn nothing_follows() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let liar = Liar::at(&desk, 0);
    let message = liar.check(&[liar.complaint(2, 0)]);
    desk.take(&message);
    Case::new(
        &parties,
        desk.file(),
        Unfinished,
        &[("trustee 1", "V-17.3")],
    )
}

/// The complaint of trustee 4 about client 3 stands behind its false one about client 2, and does not count.
fn hides_a_true_one() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_pad);
    let liar = Liar::at(&desk, 3);
    let message = liar.check(&[liar.complaint(2, 0), liar.complaint(3, 0)]);
    desk.take(&message);
    let checked = check(&mut desk, &[0, 1, 2]);
    go_on_from_check(&mut desk, checked, &ALL, &[]);
    let case = Case::new(&parties, desk.file(), Verified, &[("trustee 4", "V-17.3")]);
    case.unnamed(&["client 3"])
}

/// Trustee 4 complains rightly, and behind it trustee 1 falsely about the same client: that is passed over.
fn about_one_client() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_pad);
    let mut checked: Vec<CheckedTrustee> = desk.check(&[3]);
    let liar = Liar::at(&desk, 0);
    let message = liar.check(&[liar.complaint(3, 0)]);
    desk.take(&message);
    checked.extend(desk.check(&[1, 2]));
    desk.close(Phase::Check, &BUT_3);
    let outcomes = [(3, Outcome::Faulty(Phase::Check))];
    go_on_from_check(&mut desk, checked, &BUT_3, &outcomes);
    let case = Case::new(&parties, desk.file(), Verified, &[("client 3", "V-17.3")]);
    case.unnamed(&["trustee 1"])
}

/// A round up to open, with four trustees that confirmed; the first is corrupt.
fn up_to_open(desk: &mut Desk<'_>) -> Vec<crate::committee::ConfirmedTrustee> {
    let checked = check(desk, &[0, 1, 2, 3]);
    let mut confirmed = confirm(desk, checked);
    confirmed.remove(0);
    confirmed
}

fn opens(change: fn(&mut Vec<Fr>), rule: &str) -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let confirmed = up_to_open(&mut desk);
    let liar = Liar::at(&desk, 0);
    let mut sums = liar.sums(&ALL);
    change(&mut sums);
    let message = liar.open(&sums);
    desk.open(confirmed);
    let honest = desk.sum(&ALL);
    desk.take(&message);
    desk.close(Phase::Open, &ALL);
    desk.publish(honest, &[]);
    desk.close(Phase::Publish, &ALL);
    Case::new(&parties, desk.file(), Verified, &[("trustee 1", rule)])
}

fn opening_and_no_more() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    up_to_open(&mut desk);
    let liar = Liar::at(&desk, 0);
    let sums = liar.sums(&BUT_3);
    let message = liar.open(&sums);
    desk.take(&message);
    Case::new(
        &parties,
        desk.file(),
        Unfinished,
        &[("trustee 1", "V-18.1")],
    )
}

/// The signed body is not as long as an opening: the aggregator must refuse it.
fn wrong_parts() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let confirmed = up_to_open(&mut desk);
    let message = Liar::at(&desk, 0).say(Phase::Open, &[vec![0; 31]]);
    desk.open(confirmed);
    let honest = desk.sum(&ALL);
    desk.take(&message);
    desk.close(Phase::Open, &ALL);
    desk.publish(honest, &[]);
    desk.close(Phase::Publish, &ALL);
    let named = [("trustee 1", "V-04.6"), ("aggregator", "V-04.6")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-04"])
}

fn confirmation_with_a_body() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let mut checked = check(&mut desk, &[0, 1, 2, 3]);
    checked.remove(0);
    let message = Liar::at(&desk, 0).say(Phase::ConfirmList, &[vec![7]]);
    desk.take(&message);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    let named = [("trustee 1", "V-04.10"), ("aggregator", "V-04.10")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-04"])
}

/// The first counts.
fn two_checks() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let liar = Liar::at(&desk, 0);
    let messages = [liar.check(&[liar.complaint(2, 0)]), liar.check(&[])];
    messages.iter().for_each(|message| desk.take(message));
    let checked = check(&mut desk, &[1, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    let named = [
        ("trustee 1", "V-04.7"),
        ("aggregator", "V-04.7"),
        ("trustee 1", "V-17.3"),
    ];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-04"])
}

/// Trustee 4 complains rightly about client 3. The aggregator lists the client all the same, and trustee 4 confirms the list.
fn confirms_the_accused() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_pad);
    let mut checked = desk.check(&[0, 1, 2, 3]);
    desk.close(Phase::Check, &ALL);
    checked.pop();
    let message = Liar::at(&desk, 3).confirm();
    let confirmed = desk.confirm(checked);
    desk.take(&message);
    desk.close(Phase::ConfirmList, &ALL);
    desk.open(confirmed);
    desk.close(Phase::Open, &ALL);
    let sum = desk.sum(&ALL);
    let outcomes = [(3, Outcome::Faulty(Phase::Check))];
    desk.publish(sum, &outcomes);
    desk.close(Phase::Publish, &ALL);
    let named = [
        ("client 3", "V-17.3"),
        ("trustee 4", "V-17.4"),
        ("aggregator", "V-03.4"),
        ("aggregator", "V-11.1"),
    ];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-03", "V-11"])
}

/// Trustee 2 has confirmed another checkpoint elsewhere.
fn given_confirmation() -> Case {
    let parties = parties();
    let mut desk = honest_submit(&parties);
    let checked = check(&mut desk, &[0, 1, 2, 3]);
    let other = Liar::at(&desk, 1).answer(Phase::ConfirmList, [5; 32], &[]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    let case = Case::new(&parties, desk.file(), Verified, &[("trustee 2", "V-04.11")]);
    case.given(vec![other])
}

/// A message that nobody of this round signed names nobody, and fails.
fn given_of_another_round() -> Case {
    let (one, another) = (parties(), parties());
    let mut desk = Desk::new(&one);
    submit(&mut desk, &ALL);
    desk.close(Phase::Submit, &ALL);
    let checked = check(&mut desk, &[0, 1, 2, 3]);
    let confirmed = confirm(&mut desk, checked);
    finish(&mut desk, confirmed);
    let mut other = Desk::new(&another);
    submit(&mut other, &[1]);
    let given = Liar::at(&other, 1).say(Phase::Check, &[]);
    let case = Case::new(&one, desk.file(), Failed, &[]).failing(&["V-04"]);
    case.given(vec![given])
}
