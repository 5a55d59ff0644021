//! Attacks that fail on the source as it is, and succeed under a patch. Some rules and steps say in which
//! order things are done; they are no conditions, and no switch can leave them out.
//!
//! `necessity/patches/` holds the patches, and `necessity/patches.txt` says which test fails under which.
//! `necessity/patches.sh` applies each to a copy of the workspace and expects the test to fail there.

use std::collections::BTreeSet;

use veragg_lab::{named, Finished};
use veragg_verifier::Culprit;

use crate::rules::phases;
use crate::steps::{inputs, masks, set_up};

/// Rule 6.1: nothing is said that was not written down.
#[test]
fn no_client_speaks_before_it_has_saved() {
    assert!(!phases::a_restart_makes_a_client_speak_twice());
}

/// Rule 6.3: a client that could not save says nothing more.
#[test]
fn no_client_goes_on_that_could_not_save() {
    assert!(!phases::a_client_goes_on_that_could_not_save());
}

/// Step V-06.2: there is nothing to test shares against if the dealer's keys are not on the board, and nobody
/// to blame but the aggregator.
#[test]
fn no_dealer_is_blamed_for_keys_that_the_aggregator_withheld() {
    accuses_only_the_aggregator(&set_up::a_dealer_whose_keys_the_aggregator_withheld());
}

/// Step V-08.A.3: there is nothing to hold an attestation against if the submission is not on the board, and
/// nobody to blame but the aggregator.
#[test]
fn no_client_is_blamed_for_a_submission_that_the_aggregator_withheld() {
    accuses_only_the_aggregator(&masks::a_submission_that_the_aggregator_withheld());
}

/// Step V-07.4: only the rows of who is accepted add up to what was published.
#[test]
fn no_input_counts_whose_proof_does_not_hold() {
    let told = inputs::above_the_bound().told();
    assert_eq!(told, inputs::NAMED);
}

/// Step V-08.C.1: who says in dispute what does not decode leaves.
#[test]
fn no_client_counts_whose_dispute_does_not_decode() {
    let (case, expected) = masks::a_spoilt_dispute_that_is_counted_on();
    assert_eq!(case.told(), expected);
}

fn accuses_only_the_aggregator(finished: &Finished) {
    let report = finished.audit();
    let named: BTreeSet<_> = named(&report).into_iter().map(|(who, _)| who).collect();
    assert_eq!(named, [Culprit::Aggregator].into(), "{report}");
}
