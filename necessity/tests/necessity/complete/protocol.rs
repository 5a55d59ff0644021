//! `specs/protocol.md`: the rules, and parts of rules, without a case, each with the reason; and a test that no
//! rule is forgotten.

use std::collections::BTreeSet;

use veragg_protocol::rule::Rule;

use super::Why::{self, Covered, NoCondition, Type};
use super::{has_one_case_each, patches, read, require_covering};
use crate::rules::CASES;

/// The number of the rule, the part of it, and the reason why it has no case.
const EXCUSED: &[(&str, &str, Why)] = &[
    (
        "2.2.2",
        "bytes that do not decode are no configuration",
        Type,
    ),
    ("2.2.3", "there is no statement of another shape", Type),
    // A client that unmasks has t neighbours that acknowledged, and by 2 t > k + c one of them is honest.
    (
        "2.2.5",
        "the lower bound: a second honest client",
        Covered(&["2.2.4", "3.8.1"]),
    ),
    ("2.2.8", "bytes that do not decode are no roster", Type),
    // Labels and senders keep the signatures of two roles apart; and one party can have two keys as easily.
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
    // The rule only saves the work of a round that would end without a sum.
    (
        "3.2.1",
        "the number of clients in all",
        Covered(&["3.2.1", "3.8.1", "3.8.2"]),
    ),
    ("3.2.3", "how secrets are shared", NoCondition),
    ("3.2.4", "what is sent", NoCondition),
    ("3.3", "the list", Covered(&["5.3"])),
    // Lists only shrink: a client with t neighbours that acknowledged has as many dealers and participants.
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
    // A client keeps neither key nor share of a dealer about which it complained, so there is no mask to add.
    ("3.4.1", "nobody whom the client complained about", Type),
    // This is a check of the prover, in another crate; the verifier would refuse the proof.
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
    ("3.8", "the secrets that are reconstructed", Covered(&["5.8"])),
    ("3.8.3", "which share is revealed", NoCondition),
    // A client that has revealed is in a state that reveals only against fraud proofs.
    ("3.8.4", "never both", Type),
    // If no client has left there is no fraud proof; and both secrets of a culprit may be revealed.
    (
        "3.8.5",
        "a proper subset, and no round too many",
        Covered(&["3.8.6", "3.10.3"]),
    ),
    ("3.8.7", "who sends nothing", NoCondition),
    ("3.9.1", "what is published", NoCondition),
    ("3.9.2", "what is signed", NoCondition),
    ("3.9.3", "what the sum is", NoCondition),
    // No message of it would be accepted, and the others reveal its secrets in any case.
    (
        "3.10.3",
        "the client itself is on the list",
        Covered(&["3.8.2", "3.11.8"]),
    ),
    // A message that answers a checkpoint was signed after it.
    (
        "3.10.4",
        "the entry stands behind the view",
        Covered(&["3.10.2", "3.10.4"]),
    ),
    ("3.10.4", "the sender is a client of the roster", Type),
    ("3.10.7", "what comes after the checks", NoCondition),
    ("3.11.1", "bytes that do not decode are no envelope", Type),
    ("3.11.3", "nobody else has a key to look up", Type),
    // Its shares are compared with the same commitments.
    (
        "3.11.8",
        "who speaks in a further round has acknowledged",
        Covered(&["5.8"]),
    ),
    ("3.11.11", "what is written", NoCondition),
    // If an honest client signed a message in answer to a checkpoint, the message is of the same round and of the next phase.
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
    // A client with a false complaint opens only its own channel, which harms no other client.
    (
        "5.3",
        "a client with a false complaint leaves",
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
    // The table holds steps of the audit too.
    let patched = patched.filter(|number| written.contains(number));
    let named = Rule::ALL.iter().map(|rule| rule.number().to_owned());
    let cases: BTreeSet<_> = named.chain(patched).collect();
    let excused = EXCUSED.iter().map(|(number, ..)| (*number).to_owned());
    let known: BTreeSet<_> = cases.iter().cloned().chain(excused).collect();
    assert_eq!(known, written);
    require_covering(EXCUSED, &cases);
}
