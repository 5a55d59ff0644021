//! `specs/protocol.md`: the rules, and parts of rules, that have no case, each with the reason; and that no
//! rule is forgotten.

use std::collections::BTreeSet;

use veragg_protocol::rule::Rule;

use super::{has_one_case_each, patches, read};
use crate::rules::CASES;

/// Why there is no attack for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It says what to do, not what must hold.
    NoCondition,
    /// What does not meet it is no value to go on with: the types see to it.
    Type,
    /// Whatever it stops, other rules stop too.
    Covered(&'static [&'static str]),
}

use Why::{Covered, NoCondition, Type};

/// Number, what of it, and why.
const EXCUSED: &[(&str, &str, Why)] = &[
    (
        "2.2.2",
        "bytes that do not decode are no configuration",
        Type,
    ),
    ("2.2.3", "there is no statement of another shape", Type),
    // Who unmasks has t neighbours that acknowledged, and by 2 t > k + c one of them is honest.
    (
        "2.2.5",
        "the lower bound: a second honest client",
        Covered(&["2.2.4", "3.8.1"]),
    ),
    ("2.2.8", "bytes that do not decode are no roster", Type),
    // Labels and senders keep the signatures of two parts apart; one person has two keys as easily.
    (
        "2.2.8",
        "a client with the organiser's or the aggregator's key",
        Covered(&["3.10.1", "3.11.9"]),
    ),
    (
        "2.2.9",
        "a suite that cannot prove the statement is not made, and a message that is too long not written",
        Type,
    ),
    ("2.2.10", "there is no graph to go on with", Type),
    ("3.1", "clients refuse the list", Covered(&["3.2.1"])),
    ("3.1.1", "how keys are drawn", NoCondition),
    ("3.1.2", "what is sent", NoCondition),
    ("3.2", "the list", Covered(&["5.2"])),
    // It spares clients a round that is not expected to deliver.
    (
        "3.2.1",
        "the number of clients in all",
        Covered(&["3.2.1", "3.8.1", "3.8.2"]),
    ),
    ("3.2.3", "how secrets are shared", NoCondition),
    ("3.2.4", "what is sent", NoCondition),
    ("3.3", "the list", Covered(&["5.3"])),
    // Lists only shrink: who has t neighbours that acknowledged has as many dealers and participants.
    (
        "3.3.1",
        "t neighbours that dealt",
        Covered(&["3.8.1", "3.10.3"]),
    ),
    ("3.3.3", "what is sent", NoCondition),
    ("3.4", "clients refuse the list", Covered(&["3.8.2"])),
    (
        "3.4.1",
        "t neighbours that participate",
        Covered(&["3.8.1", "3.10.3"]),
    ),
    // A client keeps neither key nor share of whom it complained about: there is no mask to add.
    ("3.4.1", "nobody whom the client complained about", Type),
    // Of the prover, in another crate; a proof of it would be refused.
    (
        "3.4.2",
        "an input that breaks the statement",
        Covered(&["5.4"]),
    ),
    ("3.4.3", "what is masked", NoCondition),
    ("3.4.4", "how it is masked", NoCondition),
    ("3.4.5", "what is sent", NoCondition),
    ("3.5", "clients refuse the list", Covered(&["3.8.2"])),
    (
        "3.5.1",
        "the number on the list",
        Covered(&["3.8.2", "3.10.3"]),
    ),
    ("3.5.2", "what is committed", NoCondition),
    ("3.5.4", "what is sent", NoCondition),
    ("3.6", "clients refuse the list", Covered(&["3.8.2"])),
    ("3.6.1", "what is checked is 3.10", NoCondition),
    ("3.6.3", "what is sent", NoCondition),
    ("3.7", "clients refuse the list", Covered(&["3.8.2"])),
    (
        "3.7.1",
        "the number on the list",
        Covered(&["3.8.2", "3.10.3"]),
    ),
    ("3.7.2", "what is sent", NoCondition),
    // `Rule::EnoughShares` stands under 5.8.
    ("3.8", "the secrets that are rebuilt", Covered(&["5.8"])),
    ("3.8.3", "which share is revealed", NoCondition),
    // A client that has revealed is in a state that reveals only against fraud proofs.
    ("3.8.4", "never both", Type),
    // If nobody has left there is no fraud proof; and of a culprit both secrets may come.
    (
        "3.8.5",
        "a proper subset, and no round too many",
        Covered(&["3.8.6", "3.10.3"]),
    ),
    ("3.8.7", "who has nothing to say", NoCondition),
    ("3.9.1", "what is published", NoCondition),
    ("3.9.2", "what is signed", NoCondition),
    ("3.9.3", "what the sum is", NoCondition),
    // Nothing that it would say is taken, and its secrets are asked of the others in any case.
    (
        "3.10.3",
        "the client itself is on the list",
        Covered(&["3.8.2", "3.11.8"]),
    ),
    // What answers a checkpoint was signed after it.
    (
        "3.10.4",
        "the entry stands behind the view",
        Covered(&["3.10.2", "3.10.4"]),
    ),
    ("3.10.4", "the sender is a client of the roster", Type),
    ("3.10.6", "what comes after the checks", NoCondition),
    ("3.11.1", "bytes that do not decode are no envelope", Type),
    ("3.11.3", "nobody else has a key to look up", Type),
    // Its shares are held against the same commitments.
    (
        "3.11.8",
        "who speaks in a further round has acknowledged",
        Covered(&["5.8"]),
    ),
    ("3.11.11", "what is written", NoCondition),
    // What an honest client signed in answer to a checkpoint is of its round and of the phase after it.
    (
        "4.8.1",
        "context and phase beside what is answered",
        Covered(&["4.8.1"]),
    ),
    (
        "4.8.2",
        "context and phase beside what is answered",
        Covered(&["4.8.2"]),
    ),
    (
        "4.8.3",
        "the neighbour is one, and has one key among as many",
        Type,
    ),
    (
        "5.2",
        "fewer than t holders: there is nothing to test with",
        Type,
    ),
    // Whoever complains falsely opens its own channel, and loses nobody else anything.
    (
        "5.3",
        "who complained falsely leaves",
        Covered(&["5.3", "5.8"]),
    ),
    ("5.4", "a vector that does not decode is none", Type),
    ("5.6", "points of edges that are not disputed", NoCondition),
    ("5.7", "who spoke", Covered(&["3.11.8"])),
    ("5.9", "what outcomes are called", NoCondition),
    ("6.2", "what is kept", NoCondition),
    ("6.5", "signatures and lists are functions", NoCondition),
];

/// The numbers of the rules: what is refused, each phase and its closing, packages and the admission,
/// fraud proofs, lists and restarts.
fn numbers() -> BTreeSet<String> {
    let text = read("specs/protocol.md");
    let (mut section, mut numbers) = (String::new(), BTreeSet::new());
    for line in text.lines() {
        if line.starts_with('#') {
            let number = line.trim_start_matches('#').split_whitespace().next();
            section = number.unwrap_or_default().to_owned();
        }
        let is_of_rules =
            section.starts_with("3.") || ["2.2", "4.8", "5", "6"].contains(&&*section);
        if !is_of_rules {
            continue;
        }
        let first = line.split_whitespace().next().unwrap_or_default();
        let item = first
            .strip_suffix('.')
            .filter(|item| item.parse::<u32>().is_ok());
        if let Some(item) = item.filter(|_| line.starts_with(first)) {
            numbers.insert(format!("{section}.{item}"));
        } else if line.starts_with("Closing:") {
            numbers.insert(section.clone());
        } else if let Some(number) = line.strip_prefix("- **") {
            let is_digit = |c: char| !c.is_ascii_digit() && c != '.';
            let number = number.split(is_digit).next().unwrap_or_default();
            numbers.insert(number.trim_end_matches('.').to_owned());
        }
    }
    numbers
}

#[test]
fn every_named_rule_has_its_attack() {
    has_one_case_each(CASES, Rule::ALL);
}

#[test]
fn every_numbered_rule_has_a_name_a_patch_or_an_excuse() {
    let written = numbers();
    assert!(
        written.len() > 80,
        "only {} rules were found",
        written.len()
    );
    let patched = patches::table().into_iter().map(|line| line.number);
    // Steps of the audit stand in the same table.
    let patched = patched.filter(|number| written.contains(number));
    let named = Rule::ALL.iter().map(|rule| rule.number().to_owned());
    let cases: BTreeSet<_> = named.chain(patched).collect();
    let excused = EXCUSED.iter().map(|(number, ..)| (*number).to_owned());
    let known: BTreeSet<_> = cases.iter().cloned().chain(excused).collect();
    assert_eq!(known, written);
    for (number, what, why) in EXCUSED {
        if let Covered(by) = why {
            let has_case = |rule: &&str| cases.contains(*rule);
            assert!(by.iter().all(has_case), "{number}: {what}");
        }
    }
}
