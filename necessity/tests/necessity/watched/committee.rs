//! Attempts to read more of a round of the committee protocol than one sum, to choose it, or to have somebody honest named. Each
//! succeeds when what stops it is left out. For those that a patch of the source stops, `patched.rs` shows it.

use std::collections::BTreeSet;

use veragg_lab::committee::watcher::attempts::{random_views, Attempt, Barrier, ATTEMPTS};
use veragg_protocol::rule::CommitteeRule;
use veragg_protocol::switch::without;

use crate::complete::patches;

/// Why there is no attempt for a rule.
const EXCUSED: &[(CommitteeRule, &str)] = &[
    (
        CommitteeRule::EntryPossessed,
        "who does not know the secret of its sealing key does not know its pads",
    ),
    (
        CommitteeRule::Listed,
        "what a client says under the number of another counts for nobody",
    ),
    // The aggregator watches, and it can sign such checkpoints itself.
    (
        CommitteeRule::TrusteeCheckpoint,
        "the aggregator can sign it",
    ),
    (
        CommitteeRule::TrusteeChain,
        "trustees that checked different submissions have added up the same message of each honest client",
    ),
    (
        CommitteeRule::TrusteeTree,
        "pads and lists do not depend on the tree",
    ),
    (
        CommitteeRule::OfClients,
        "an accepted client has signed an answer to the configuration",
    ),
    (
        CommitteeRule::SameTree,
        "every accepted client is shown once, with what it signed",
    ),
    (
        CommitteeRule::PadsOpen,
        "what a trustee opens are its own pads, whatever was committed",
    ),
    (
        CommitteeRule::ClientsHeard,
        "nobody's pads depend on the time",
    ),
    (
        CommitteeRule::NotAccused,
        "what a trustee opens are its own pads, whatever was committed",
    ),
    // An honest aggregator watches nobody.
    (
        CommitteeRule::MaskedRows,
        "the aggregator decides about it",
    ),
    (
        CommitteeRule::OpeningHolds,
        "the aggregator decides about it",
    ),
];

/// The attempt of this name.
pub(crate) fn attempt(name: &str) -> &'static Attempt {
    let mut attempts = ATTEMPTS.iter();
    attempts.find(|attempt| attempt.name == name).unwrap()
}

fn succeeds(attempt: &Attempt, off: CommitteeRule) -> bool {
    without(&[off.name()], || attempt.play().is_some())
}

#[test]
fn each_attempt_succeeds_without_its_rule() {
    let fails = |attempt: &&Attempt| match attempt.barrier {
        Barrier::Rule(rule) => !succeeds(attempt, rule),
        Barrier::Patch(_) => false,
    };
    let failed = ATTEMPTS.iter().filter(fails);
    let failed: Vec<_> = failed
        .map(|attempt| (attempt.name, attempt.barrier))
        .collect();
    assert!(failed.is_empty(), "{failed:?}");
}

/// The table of patches names the test of each other attempt, which is called like the attempt.
#[test]
fn each_other_attempt_has_its_patch() {
    for attempt in ATTEMPTS {
        if let Barrier::Patch(patch) = attempt.barrier {
            let test = format!("patched::{}", attempt.name);
            let mut table = patches::table().into_iter();
            let stands = table.any(|line| line.patch == patch && line.test == test);
            assert!(stands, "{test}");
        }
    }
}

#[test]
fn no_attempt_succeeds_without_an_excused_rule() {
    for attempt in ATTEMPTS {
        for (rule, why) in EXCUSED {
            let name = attempt.name;
            assert!(!succeeds(attempt, *rule), "{name} without {rule:?}: {why}");
        }
    }
}

#[test]
fn every_rule_has_an_attempt_or_an_excuse() {
    let tried = ATTEMPTS.iter().filter_map(|attempt| match attempt.barrier {
        Barrier::Rule(rule) => Some(rule),
        Barrier::Patch(_) => None,
    });
    let tried: BTreeSet<CommitteeRule> = tried.collect();
    let excused: BTreeSet<_> = EXCUSED.iter().map(|(rule, _)| *rule).collect();
    assert!(tried.is_disjoint(&excused));
    let known: BTreeSet<_> = tried.union(&excused).copied().collect();
    assert_eq!(known, CommitteeRule::ALL.iter().copied().collect());
}

/// The search over boards that split at random is worth something: where a rule is missing, it finds something.
#[test]
fn boards_that_split_at_random_find_what_a_missing_rule_allows() {
    let rule = CommitteeRule::Confirmations;
    let finds = |seed| without(&[rule.name()], || random_views(seed).is_some());
    assert!((0..50).any(finds));
}
