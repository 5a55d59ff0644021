//! No attempt to read more than one sum, to choose it, or to have somebody honest named succeeds, while all rules are in force.

use std::collections::BTreeSet;

use veragg_lab::committee::watcher::attempts::{honest_round, random_views, Form, ATTEMPTS};

#[test]
fn no_attempt_succeeds() {
    for attempt in ATTEMPTS {
        let success = attempt.play();
        assert!(success.is_none(), "{}: {success:?}", attempt.name);
    }
}

fn tell_no_more_than_one_sum(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let success = random_views(seed);
        assert!(success.is_none(), "seed {seed}: {success:?}");
    }
}

#[test]
fn boards_that_split_at_random_tell_no_more_than_one_sum() {
    tell_no_more_than_one_sum(0..50);
}

#[test]
#[ignore = "long"]
fn many_boards_that_split_at_random_tell_no_more_than_one_sum() {
    tell_no_more_than_one_sum(50..2_000);
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
    // The list that was opened is the only one that can be published.
    assert_eq!(watcher.choices(), 1);
}

#[test]
fn names_are_unique_and_each_form_has_an_attempt() {
    let names: BTreeSet<_> = ATTEMPTS.iter().map(|attempt| attempt.name).collect();
    assert_eq!(names.len(), ATTEMPTS.len());
    let forms: BTreeSet<_> = ATTEMPTS.iter().map(|attempt| attempt.form).collect();
    assert_eq!(forms.len(), Form::ALL.len());
}
