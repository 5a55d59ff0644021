//! No rule and no step is forgotten: everything with a name has an attack, and everything with a number in the
//! specifications has a name, a patch, or a reason why it needs neither.

mod audit;
mod committee;
pub(crate) mod patches;
mod protocol;

use std::collections::BTreeSet;
use std::path::Path;

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
