//! What malicious clients submit.
#![allow(clippy::unwrap_used)]

use crate::committee::Desk;
use veragg_protocol::committee::parts::SALT_LEN;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_verifier::Verdict::{Failed, Verified};

use super::case::{Builds, Case};
use super::play::{
    another_pad, another_row, changed, go_on, go_on_corrupt, last_place, parties, submit,
    submitted, Change, ALL, BUT_3, WITHOUT_3,
};

pub(crate) const CASES: Builds = &[
    ("another pad", another_pad_for_a_trustee),
    ("another row", another_row_for_a_trustee),
    ("no scalar", no_scalar),
    ("no proof", || {
        broken(|parts, _| parts[0][..32].fill(0xff), "V-07.1")
    }),
    ("a false proof", || {
        broken(|parts, _| *parts[0].last_mut().unwrap() ^= 1, "V-07.3")
    }),
    ("no submission key", || {
        broken(|parts, _| parts[1][..32].fill(0), "V-16.1")
    }),
    ("another possession", || {
        broken(|parts, _| parts[1][64] ^= 1, "V-16.1")
    }),
    ("no pad", || broken(|parts, _| parts[5].fill(0), "V-16.1")),
    ("two submissions", two_submissions),
    ("two submissions, and the trustees go on", two_and_on),
];

fn another_pad_for_a_trustee() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submitted(&mut desk, another_pad);
    let outcomes = [(3, Outcome::Faulty(Phase::Check))];
    go_on(&mut desk, &BUT_3, &outcomes);
    Case::new(&parties, desk.file(), Verified, &[("client 3", "V-17.3")])
}

/// The third client submits what a change makes of its message, and is not listed.
fn broken(change: Change, rule: &str) -> Case {
    excluded(change, false, rule)
}

fn excluded(change: Change, shows: bool, rule: &str) -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    submit(&mut desk, &[1, 2]);
    let message = changed(&desk, 3, change);
    let place = shows.then(|| last_place(&desk));
    desk.take_showing(&message, place);
    submit(&mut desk, &[4, 5, 6]);
    desk.close(Phase::Submit, &BUT_3);
    go_on(&mut desk, &BUT_3, WITHOUT_3);
    Case::new(&parties, desk.file(), Verified, &[("client 3", rule)])
}

fn another_row_for_a_trustee() -> Case {
    excluded(another_row, true, "V-16.2")
}

fn no_scalar() -> Case {
    let change: Change = |parts, _| parts.last_mut().unwrap()[SALT_LEN..].fill(0xff);
    excluded(change, true, "V-16.2")
}

fn with_two(desk: &mut Desk<'_>) {
    submit(desk, &ALL);
    submit(desk, &[3]);
    desk.close(Phase::Submit, &ALL);
}

/// No honest trustee answers, and the round ends.
fn two_submissions() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    with_two(&mut desk);
    let named = [("client 3", "V-04.7"), ("aggregator", "V-04.7")];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-04"])
}

/// The trustees answer all the same.
fn two_and_on() -> Case {
    let parties = parties();
    let mut desk = Desk::new(&parties);
    with_two(&mut desk);
    go_on_corrupt(&mut desk, &ALL, &[]);
    let named = [
        ("client 3", "V-04.7"),
        ("aggregator", "V-04.7"),
        ("trustee 1", "V-17.1"),
        ("trustee 2", "V-17.1"),
        ("trustee 3", "V-17.1"),
        ("trustee 4", "V-17.1"),
    ];
    Case::new(&parties, desk.file(), Failed, &named).failing(&["V-04"])
}
