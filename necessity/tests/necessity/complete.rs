//! No rule and no step is forgotten: everything with a name has an attack, and everything with a number in the
//! specifications has a name, a patch, or a reason why it needs neither.

mod audit;
mod committee;
pub(crate) mod patches;
mod protocol;

use std::collections::BTreeSet;
use std::path::Path;

/// Why there is no attack for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The rule says what to do, not what must hold.
    NoCondition,
    /// A value that breaks the rule cannot be made: the types prevent it.
    Type,
    /// These other rules stop every attack that this rule stops.
    Covered(&'static [&'static str]),
    /// It saves work, or a sum that would not come out. Nobody learns more without it, and nobody is named.
    Delivery,
    /// A duty of whoever runs the role, since it reaches beyond one round: docs/library.md says so.
    Duty,
    /// A client may ask for more than the promises need.
    Wish,
}

/// Asserts that every rule that covers an excused one has a case. An excuse is the number of a rule, the part of it, and the reason.
#[track_caller]
fn require_covering(excused: &[(&str, &str, Why)], cases: &BTreeSet<String>) {
    for (number, what, why) in excused {
        if let Why::Covered(by) = why {
            let has_case = |rule: &&str| cases.contains(*rule);
            assert!(by.iter().all(has_case), "{number}: {what}");
        }
    }
}

/// The text of a file, by its path in the repository.
fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Asserts that a table has exactly one case for each of `all`.
#[track_caller]
fn has_one_case_each<T: Copy + Ord + std::fmt::Debug>(cases: &[T], all: &[T]) {
    let once: BTreeSet<T> = cases.iter().copied().collect();
    assert_eq!(once.len(), cases.len(), "something has two cases");
    let all: BTreeSet<T> = all.iter().copied().collect();
    let missing: Vec<_> = all.difference(&once).collect();
    assert!(missing.is_empty(), "without an attack: {missing:?}");
}
