//! No attempt to read more than a sum over enough honest clients succeeds, while all rules are in force.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use veragg_lab::watcher::attempts::{honest_round, random_views, ATTEMPTS};

#[test]
fn no_attempt_succeeds() {
    for attempt in ATTEMPTS {
        let learned = attempt.play();
        assert!(learned.is_empty(), "{}: {learned:?}", attempt.name);
    }
}

#[test]
fn boards_that_split_at_random_tell_no_more_than_a_sum() {
    for seed in 0..100 {
        let learned = random_views(seed);
        assert!(learned.is_empty(), "seed {seed}: {learned:?}");
    }
}

/// A watcher that computes nothing would never succeed: it does compute what everybody may know.
#[test]
fn the_sum_of_a_round_is_computed() {
    let (watcher, sum) = honest_round();
    let learned = watcher.learned();
    assert_eq!(learned.len(), 1);
    assert_eq!(learned[0].clients.len(), 9);
    let known: Vec<_> = sum.into_iter().map(Some).collect();
    assert_eq!(learned[0].sum, known);
    assert!(watcher.learned_too_much().is_empty());
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<_> = ATTEMPTS.iter().map(|attempt| attempt.name).collect();
    assert_eq!(names.len(), ATTEMPTS.len());
}
