//! Attempts to read more than a round tells. Each succeeds when the rule that stops it is off, and all others are in
//! force. `veragg-lab` has the attempts, and its tests show that none succeeds otherwise.

pub(crate) mod committee;

use std::collections::BTreeSet;

use veragg_lab::watcher::attempts::{random_views, Attempt, ATTEMPTS};
use veragg_protocol::rule::Rule;
use veragg_protocol::switch::without;

/// Why there is no attempt for a rule that a client keeps.
const EXCUSED: &[(Rule, &str)] = &[
    // Whoever enters the round has the configuration that the organiser signed.
    (
        Rule::NamedOrganiser,
        "the statement, the roster and the parameters are the same",
    ),
    (
        Rule::MinContributors,
        "Parameters and Neighbours leave a second honest client in the sum",
    ),
    (Rule::Deadlines, "nobody's masks depend on the time"),
    (Rule::Names, "nobody's masks depend on names"),
    // The organiser signed this roster. It could as well invent clients (specs/threat-model.md 1.3).
    (Rule::DistinctKeys, "the organiser can invent clients"),
    (
        Rule::RosterLength,
        "who is not on the roster signs nothing, so the round ends",
    ),
    (Rule::Suite, "a client cannot prove in another suite"),
    (
        Rule::NamedKey,
        "a watcher does not look for what proofs under a bad key tell",
    ),
    // The aggregator watches, and it can sign such checkpoints itself.
    (
        Rule::CheckpointContext,
        "what counts answers the client's view",
    ),
    (
        Rule::CheckpointPhase,
        "what counts is of the client's phase",
    ),
    (Rule::CheckpointSigned, "the aggregator can sign it"),
    (
        Rule::Chain,
        "SameView, and signatures over the checkpoint that is answered, keep views apart",
    ),
    (
        Rule::Grown,
        "what counts answers the client's view, wherever it stands",
    ),
    // An honest client that is not on a list stops.
    (Rule::Sublist, "only corrupt clients return to a list"),
    (
        Rule::ItemListed,
        "only corrupt clients acknowledge a list without them",
    ),
    (
        Rule::OwnMessage,
        "two devices have no secret of the round in common",
    ),
    // An honest client signs one message in answer to a checkpoint.
    (
        Rule::ItemContext,
        "SameView asks for the checkpoint, which has a context",
    ),
    (
        Rule::ItemPhase,
        "SameView asks for the checkpoint, which has a phase",
    ),
    (
        Rule::ItemStands,
        "only corrupt clients sign what is not put on the board",
    ),
    (
        Rule::Holders,
        "fewer shares than the threshold give no secret",
    ),
    (
        Rule::CommittedShare,
        "a wrong share tells nothing of the holder",
    ),
    (
        Rule::SubmittedInput,
        "a row link that does not hold is as hiding",
    ),
];

fn succeeds(attempt: &Attempt, off: Rule) -> bool {
    without(&[off.name()], || !attempt.play().is_empty())
}

#[test]
fn each_attempt_succeeds_without_its_rule() {
    let failed = ATTEMPTS.iter().filter(|it| !succeeds(it, it.rule));
    let failed: Vec<_> = failed.map(|attempt| (attempt.name, attempt.rule)).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

/// The search over boards that split at random is worth something: where a rule is missing, it finds an input.
#[test]
fn boards_that_split_at_random_find_what_a_missing_rule_allows() {
    for rule in [Rule::Neighbours, Rule::FraudShown, Rule::OnlyDisputed] {
        let finds = |seed| without(&[rule.name()], || !random_views(seed).is_empty());
        assert!((0..200).any(finds), "{rule:?}");
    }
}

#[test]
#[ignore = "takes many minutes: `.ci/long` runs it"]
fn no_attempt_succeeds_without_an_excused_rule() {
    for attempt in ATTEMPTS {
        for (rule, why) in EXCUSED {
            assert!(
                !succeeds(attempt, *rule),
                "{} without {rule:?}: {why}",
                attempt.name
            );
        }
    }
}

/// The rules that a client keeps are those about configurations, packages, phases and fraud proofs. The others are about
/// what an honest aggregator does, which watches nobody.
#[test]
fn every_rule_of_clients_has_an_attempt_or_an_excuse() {
    let of_clients = |rule: &Rule| {
        let number = rule.number();
        let mut of_clients = ["2.2.", "3.", "4.8."].into_iter();
        of_clients.any(|section| number.starts_with(section)) && !number.starts_with("3.11.")
    };
    let tried: BTreeSet<Rule> = ATTEMPTS.iter().map(|attempt| attempt.rule).collect();
    let excused: BTreeSet<Rule> = EXCUSED.iter().map(|(rule, _)| *rule).collect();
    assert!(tried.is_disjoint(&excused));
    let known: BTreeSet<Rule> = tried.union(&excused).copied().collect();
    let all: BTreeSet<Rule> = Rule::ALL.iter().copied().filter(of_clients).collect();
    assert_eq!(known, all);
}

/// The attempt of this name.
pub(crate) fn attempt(name: &str) -> &'static Attempt {
    let mut attempts = ATTEMPTS.iter();
    attempts.find(|attempt| attempt.name == name).unwrap()
}
