//! What malicious trustees say.
#![allow(clippy::unwrap_used)]

use crate::committee::{Desk, Liar};
use veragg_protocol::round::phase::Phase;
use veragg_verifier::Verdict::Failed;

use super::case::{Builds, Case};
use crate::committee::play::{check, confirm, finish, parties, submit, ALL};

pub(crate) const CASES: Builds = &[
    ("a false complaint", || {
        Case::played(
            "committee-complaint-about-an-honest-client",
            &[("trustee 1", "V-17.3")],
        )
    }),
    ("a complaint with a false proof", || {
        Case::played(
            "committee-complaint-without-a-proof",
            &[("trustee 1", "V-17.3")],
        )
    }),
    ("a complaint about a block beyond", || {
        Case::played(
            "committee-complaint-about-a-block-beyond",
            &[("trustee 1", "V-17.3")],
        )
    }),
    ("complaints out of order", || {
        Case::played(
            "committee-complaints-out-of-order",
            &[("trustee 1", "V-17.2")],
        )
    }),
    ("a false complaint, and nothing follows", || {
        Case::played(
            "committee-complaint-on-a-board-that-ends",
            &[("trustee 1", "V-17.3")],
        )
    }),
    ("a false complaint hides a true one", || {
        Case::played(
            "committee-false-complaint-before-a-true-one",
            &[("trustee 4", "V-17.3")],
        )
        .unnamed(&["client 3"])
    }),
    ("complaints about one client", || {
        Case::played(
            "committee-true-complaint-before-a-false-one",
            &[("client 3", "V-17.3")],
        )
        .unnamed(&["trustee 4"])
    }),
    ("a false opening", || {
        Case::played("committee-false-opening", &[("trustee 1", "V-18.1")])
    }),
    ("a false blinding", || {
        Case::played("committee-false-blinding", &[("trustee 1", "V-18.1")])
    }),
    ("an opening that nothing follows", || {
        Case::played(
            "committee-false-opening-on-a-board-that-ends",
            &[("trustee 1", "V-18.1")],
        )
    }),
    ("an opening in the wrong parts", || {
        Case::played(
            "committee-opening-that-is-too-short",
            &[("trustee 1", "V-04.6"), ("aggregator", "V-04.6")],
        )
    }),
    ("a confirmation with a body", || {
        Case::played(
            "committee-confirmation-with-a-body",
            &[("trustee 1", "V-04.10"), ("aggregator", "V-04.10")],
        )
    }),
    ("two messages of check", || {
        Case::played(
            "committee-two-checks-both-taken",
            &[
                ("trustee 1", "V-04.7"),
                ("aggregator", "V-04.7"),
                ("trustee 1", "V-17.3"),
            ],
        )
    }),
    ("a confirmation of the accused", || {
        Case::played(
            "committee-accused-and-confirmed",
            &[
                ("client 3", "V-17.3"),
                ("trustee 4", "V-17.4"),
                ("aggregator", "V-03.4"),
                ("aggregator", "V-11.1"),
            ],
        )
    }),
    ("two confirmations, one given", || {
        Case::played("committee-two-confirmations", &[("trustee 2", "V-04.11")])
    }),
    ("given messages of another round", given_of_another_round),
];

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
