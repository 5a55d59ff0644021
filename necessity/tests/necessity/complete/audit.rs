//! `specs/audit.md`, and section 6 of `specs/committee.md`: the steps without a case, each with the reason; and a test that no step is forgotten.

use std::collections::BTreeSet;

use veragg_verifier::step::Step;

use super::{has_one_case_each, patches, read};
use crate::steps::{committee, CASES, UNNAMED};

/// Steps that are no condition, with the reason in the words of the specification.
const EXCUSED: [(&str, &str); 2] = [
    ("V-05.1", "so there is nothing to compare"),
    ("V-08.D.1", "and it says nothing else"),
];

/// Paragraphs of section 6 of the text on the committee that are no condition of their own, with what they say.
const OF_COMMITTEE: [(&str, &str); 13] = [
    ("6.1", "what holds of the other text"),
    ("6.2", "what words mean; V-04.4 asks who has spoken"),
    ("6.3", "the steps of V-15"),
    ("6.4", "the steps of V-16"),
    ("6.6", "the steps of V-17"),
    ("6.7", "the steps of V-18"),
    ("6.9", "how the lists are derived that V-03.4 compares"),
    ("6.10", "what may be given"),
    ("6.11", "who is named by which step"),
    ("6.12", "what a report says"),
    ("6.13", "how a file is written"),
    ("6.14", "how much is held"),
    ("6.15", "which vectors there are"),
];

/// Paragraphs of sections 3 and 7 that are no condition of their own, with what they say.
const PARAGRAPHS: [(&str, &str); 10] = [
    ("3.1", "where the pass begins; V-04.3 asks for it"),
    ("3.2", "the order of the steps of section 2"),
    ("3.4", "which lists the steps of section 2 take"),
    ("3.5", "how the lists are derived that V-03.4 compares"),
    ("3.6", "how the outcomes are derived that V-10.1 compares"),
    ("3.8", "what does not wait, which 3.7 says of the rest"),
    ("7.1", "how a file is written"),
    ("7.2", "what a word means"),
    ("7.3", "it refers to 3.10"),
    ("7.5", "what whoever makes evidence should include"),
];

/// The number of the step or paragraph that begins with this line.
fn number(line: &str) -> Option<&str> {
    let number = line.split(' ').next()?.trim_end_matches('.');
    let parts = number.strip_prefix("V-").unwrap_or(number).split('.');
    let is_part = |part: &str| part.parse::<u32>().is_ok() || matches!(part, "A" | "B" | "C" | "D");
    let parts: Vec<_> = parts.collect();
    let is_number = parts.len() > 1 && parts.iter().all(|part| is_part(part));
    let last = parts.last()?.parse::<u32>();
    (is_number && last.is_ok()).then_some(number)
}

/// The numbers of the steps or paragraphs of a section.
fn numbered(specification: &str, section: u32) -> BTreeSet<&str> {
    let heading = format!("\n## {section} ");
    let text = specification.split(&heading).nth(1).unwrap();
    let text = text.split("\n## ").next().unwrap();
    // A numbered line follows an empty line or the heading of a subsection.
    let begins = |line: &str| line.is_empty() || line.starts_with('#');
    let before = std::iter::once("").chain(text.lines());
    let lines = before.zip(text.lines());
    // The steps of the committee protocol stand in lists.
    let numbered = lines.filter_map(|(before, line)| match line.strip_prefix("- ") {
        Some(step) => Some(step).filter(|step| step.starts_with("V-")),
        None => begins(before).then_some(line),
    });
    numbered.filter_map(number).collect()
}

#[test]
fn every_named_step_has_its_attack() {
    has_one_case_each(&[CASES, committee::CASES].concat(), Step::ALL);
}

#[test]
fn every_numbered_step_has_a_name_a_patch_or_an_excuse() {
    let specification = read("specs/audit.md");
    let of_committee = read("specs/committee.md");
    let of_committee = numbered(&of_committee, 6);
    let steps = numbered(&specification, 2);
    let paragraphs: BTreeSet<_> = [3, 7]
        .into_iter()
        .flat_map(|section| numbered(&specification, section))
        .collect();
    assert!(steps.len() > 50, "only {} steps were found", steps.len());
    let steps: BTreeSet<_> = steps.union(&of_committee).copied().collect();
    let written: BTreeSet<_> = steps.union(&paragraphs).copied().collect();
    let table = patches::table();
    let patched = table.iter().map(|line| &*line.number);
    // The table holds rules of the protocol too.
    let patched = patched.filter(|number| number.starts_with("V-"));
    let named = Step::ALL.iter().map(|step| step.number());
    let cases = named.chain(patched).chain(UNNAMED.iter().copied());
    let cases: BTreeSet<_> = cases.collect();
    let excused: BTreeSet<_> = EXCUSED
        .iter()
        .chain(&PARAGRAPHS)
        .chain(&OF_COMMITTEE)
        .map(|(number, _)| *number)
        .collect();
    assert!(cases.is_disjoint(&excused), "a case needs no excuse");
    let known: BTreeSet<_> = cases.union(&excused).copied().collect();
    assert_eq!(known, written);
}

#[test]
fn excuses_are_the_specification_s() {
    let specification = read("specs/audit.md");
    for (number, reason) in EXCUSED {
        let from = specification.find(&format!("\n{number}")).unwrap();
        let step = specification[from + 1..].split("\n\n").next().unwrap();
        let step = step.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(step.contains(reason), "{number}: {step}");
    }
}
