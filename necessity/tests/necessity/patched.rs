//! Attacks that fail on the source as it is, and succeed under a patch. Some rules and steps are no conditions:
//! they say, for instance, in which order things are done. No switch can turn them off.
//!
//! `necessity/patches/` holds the patches, and `necessity/patches.txt` says which test fails under which.
//! `necessity/patches.sh` applies each to a copy of the workspace and expects the test to fail there.

use std::collections::BTreeSet;

use veragg_lab::{named, Finished};
use veragg_verifier::Culprit;

use crate::rules::phases;
use crate::steps::{inputs, masks, set_up};
use crate::watched::committee::attempt;

/// Rule 6.1: a client sends nothing before it has saved it.
#[test]
fn no_client_speaks_before_it_has_saved() {
    assert!(!phases::a_restart_makes_a_client_speak_twice());
}

/// Rule 6.3: a client that could not save sends nothing more.
#[test]
fn no_client_goes_on_that_could_not_save() {
    assert!(!phases::a_client_goes_on_that_could_not_save());
}

/// Step V-06.2: if the dealer's keys are not on the board, its shares cannot be tested. Only the aggregator is at
/// fault.
#[test]
fn no_dealer_is_blamed_for_keys_that_the_aggregator_withheld() {
    accuses_only_the_aggregator(&set_up::a_dealer_whose_keys_the_aggregator_withheld());
}

/// Step V-08.A.3: if the submission is not on the board, the attestation cannot be compared with it. Only the
/// aggregator is at fault.
#[test]
fn no_client_is_blamed_for_a_submission_that_the_aggregator_withheld() {
    accuses_only_the_aggregator(&masks::a_submission_that_the_aggregator_withheld());
}

/// Step V-07.4: the sum is that of the accepted submissions only.
#[test]
fn no_input_counts_whose_proof_does_not_hold() {
    assert_eq!(inputs::above_the_bound().summary(), inputs::NAMED);
}

/// Step V-08.C.1: a client whose message of dispute does not decode leaves.
#[test]
fn no_client_counts_whose_dispute_does_not_decode() {
    let (case, expected) = masks::an_undecodable_dispute_that_the_aggregator_accepts();
    assert_eq!(case.summary(), expected);
}

/// `specs/committee.md` 7: a trustee confirms once, across restarts. Otherwise it opens two lists.
#[test]
fn two_lists_that_each_trustee_confirms() {
    fails("two_lists_that_each_trustee_confirms");
}

/// The same. Otherwise the aggregator knows a sum while it can choose what it publishes.
#[test]
fn a_sum_that_is_known_before_another_list_is_confirmed() {
    fails("a_sum_that_is_known_before_another_list_is_confirmed");
}

/// `specs/committee.md` 7: a trustee checks once, across restarts. Otherwise the audit names it.
#[test]
fn two_packages_of_submit_for_one_trustee() {
    fails("two_packages_of_submit_for_one_trustee");
}

/// Step V-18.1: trustees open sums over clients with bad proofs, too, if the aggregator lists these.
#[test]
fn a_listed_client_with_a_bad_proof() {
    fails("a_listed_client_with_a_bad_proof");
}

/// Step V-16.3: a client is left out only if its record shows why.
#[test]
fn a_client_that_is_not_listed() {
    fails("a_client_that_is_not_listed");
}

/// Asserts that an attempt of the laboratory against the committee protocol fails.
#[track_caller]
fn fails(name: &str) {
    let success = attempt(name).play();
    assert!(success.is_none(), "{success:?}");
}

fn accuses_only_the_aggregator(finished: &Finished) {
    let report = finished.audit();
    let named: BTreeSet<_> = named(&report).into_iter().map(|(who, _)| who).collect();
    assert_eq!(named, [Culprit::Aggregator].into(), "{report}");
}
