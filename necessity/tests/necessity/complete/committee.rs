//! `specs/committee.md` 2 to 4 and 7: the rules, and parts of rules, without a case, each with the reason; and tests that no rule is
//! forgotten. Its section 6 is that of the audit.

use std::collections::BTreeSet;

use veragg_protocol::rule::CommitteeRule;

use super::Why::{self, Covered, Delivery, Duty, NoCondition, Type, Wish};
use super::{has_one_case_each, patches, read, require_covering};
use crate::rules::committee::CASES;

/// Rules that stop no attack by themselves. A trustee that does not know the secret of its sealing key, since it made it of an honest
/// trustee's key, does not know its own pads; and points that honest trustees reveal open no pad of an honest client, since they are
/// shared with submission keys whose secrets corrupt clients know (3.2.3). The argument of 8.2.1 asks for the rule, since it extracts
/// the secrets of sealing keys.
const ARGUED: &[CommitteeRule] = &[CommitteeRule::EntryPossessed];

/// The number of the rule, the part of it, and the reason why it has no case.
const EXCUSED: &[(&str, &str, Why)] = &[
    (
        "2.2",
        "the limits of n, m, t, p and q, and rows that p divides",
        Type,
    ),
    (
        "2.2",
        "a deadline of open, and deadlines that ascend",
        Delivery,
    ),
    (
        "2.2",
        "one configuration for an organiser and a round id",
        Duty,
    ),
    ("2.3", "what an entry is", NoCondition),
    ("2.3.1", "how sealing keys are drawn", NoCondition),
    ("2.3.2", "the proof of possession", Covered(&["2.2"])),
    ("2.3.3", "the signature", Covered(&["2.2"])),
    ("2.3.4", "one entry for an organiser and a round id", Duty),
    (
        "2.4",
        "a least corrupt_ppm and a least min_contributors",
        Wish,
    ),
    ("3.1", "when submit is closed", Covered(&["3.2.7"])),
    ("3.1.1", "what is committed and proven", NoCondition),
    (
        "3.1.2",
        "the submission key, with its possession",
        Covered(&["3.2.3"]),
    ),
    ("3.1.3", "what pads are", Covered(&["3.2.5"])),
    ("3.1.4", "what the polynomials are", Covered(&["3.1"])),
    ("3.1.6", "how secrets are drawn", NoCondition),
    ("3.1.7", "what is sent and wiped", NoCondition),
    // The list that follows is compared by the audit, which names an aggregator that judges otherwise.
    (
        "3.2",
        "in which order complaints are judged, and which are passed over",
        Delivery,
    ),
    ("3.2", "when check is closed", Delivery),
    ("3.2.4", "what is said if a check fails", NoCondition),
    ("3.2.6", "what is sent", NoCondition),
    // That it confirms once also across restarts is the patch of 7.
    (
        "3.3",
        "a trustee that has confirmed is in a state that confirms no more",
        Type,
    ),
    ("3.3", "when confirm is closed", Delivery),
    (
        "3.4",
        "a trustee that has opened is in a state that opens no more",
        Type,
    ),
    (
        "3.4.1",
        "the checkpoint of confirm",
        Covered(&["3.2.1", "3.3.1"]),
    ),
    ("3.5", "what the sum is", NoCondition),
    // A message of somebody else is signed by nobody who may speak, or its list is not confirmed.
    ("3.6", "who may speak", Covered(&["3.2.2", "3.4.2"])),
    ("3.7", "what outcomes are called", NoCondition),
    (
        "4.1",
        "how the weights of masked rows are drawn",
        NoCondition,
    ),
    ("4.2", "how the weights of openings are drawn", NoCondition),
    ("4.3", "how the weights of pads are drawn", NoCondition),
    ("4.4", "which numbers trustees have", NoCondition),
];

/// The numbers of the rules: paragraphs and phases, and what is numbered in them.
fn numbers() -> BTreeSet<String> {
    let text = read("specs/committee.md");
    let is_rule = |number: &str| {
        let of_rules = ["2.2", "2.3", "2.4", "7"].contains(&number);
        of_rules || number.starts_with("3.") || number.starts_with("4.")
    };
    let is_number = |word: &str| {
        let mut digits = word.split('.');
        digits.all(|digits| digits.parse::<u32>().is_ok())
    };
    let (mut section, mut numbers) = (String::new(), BTreeSet::new());
    for line in text.lines() {
        let heading = line.trim_start_matches('#').trim_start();
        let first = heading.split_whitespace().next().unwrap_or_default();
        // A paragraph has a number, and a name in italics.
        let of_paragraph = line.starts_with(first) && line.contains(" *");
        let begins = line.starts_with('#') || first.contains('.') && of_paragraph;
        if begins && is_number(first) {
            section = first.to_owned();
            numbers.extend(is_rule(first).then(|| section.clone()));
        } else if let Some(item) = first.strip_suffix('.').filter(|item| is_number(item)) {
            let of_rules = is_rule(&section) && line.starts_with(first);
            numbers.extend(of_rules.then(|| format!("{section}.{item}")));
        }
    }
    numbers
}

#[test]
fn every_named_rule_has_its_attack() {
    has_one_case_each(&[CASES, ARGUED].concat(), CommitteeRule::ALL);
}

#[test]
fn every_numbered_rule_has_a_name_a_patch_or_an_excuse() {
    let written = numbers();
    assert!(
        written.len() > 35,
        "only {} rules were found",
        written.len()
    );
    let patched = patches::table().into_iter();
    let patched =
        patched.filter_map(|line| Some(line.number.strip_prefix("committee-")?.to_owned()));
    let named = CASES.iter().map(|rule| rule.number().to_owned());
    let cases: BTreeSet<_> = named.chain(patched).collect();
    let excused = EXCUSED.iter().map(|(number, ..)| (*number).to_owned());
    let known: BTreeSet<_> = cases.iter().cloned().chain(excused).collect();
    assert_eq!(known, written);
    require_covering(EXCUSED, &cases);
}
