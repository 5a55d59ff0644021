//! No rule and no step is forgotten: whatever has a name has an attack, and whatever has a number in the
//! specifications has a name, a patch, or an excuse.

mod audit;
mod patches;
mod protocol;

use std::collections::BTreeSet;
use std::path::Path;

/// A file of the repository.
fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Asserts that a table has a case for each of these, and two for none.
#[track_caller]
fn has_one_case_each<T: Copy + Ord + std::fmt::Debug>(cases: &[T], all: &[T]) {
    let once: BTreeSet<T> = cases.iter().copied().collect();
    assert_eq!(once.len(), cases.len(), "something has two cases");
    let all: BTreeSet<T> = all.iter().copied().collect();
    let missing: Vec<_> = all.difference(&once).collect();
    assert!(missing.is_empty(), "without an attack: {missing:?}");
}
