//! The table of patches is complete: it names every patch, and tests that exist.

use std::collections::BTreeSet;
use std::path::Path;

use super::read;

/// The path of the table in the repository.
const TABLE: &str = "necessity/patches.txt";

/// One line of the table: a patch, and the test that must fail under it.
pub(crate) struct Line {
    /// The number of the rule or step.
    pub(crate) number: String,
    /// The name of the patch's file, without `.patch`.
    pub(crate) patch: String,
    /// The path of the test that fails under the patch.
    pub(crate) test: String,
}

/// The lines of the table that are no comments.
pub(crate) fn table() -> Vec<Line> {
    let text = read(TABLE);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            let [number, patch, test] = words.try_into().unwrap();
            Line {
                number,
                patch,
                test,
            }
        })
        .collect()
}

#[test]
fn every_patch_stands_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patches");
    let files = std::fs::read_dir(folder).unwrap();
    let files: BTreeSet<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let named = table().into_iter().map(|line| line.patch + ".patch");
    assert_eq!(named.collect::<BTreeSet<_>>(), files);
}

#[test]
fn every_test_of_a_patch_exists() {
    let tests = read("necessity/tests/necessity/patched.rs");
    let of_table: Vec<_> = table().into_iter().map(|line| line.test).collect();
    for test in &of_table {
        let name = test.strip_prefix("patched::").unwrap();
        assert!(tests.contains(&format!("#[test]\nfn {name}()")), "{test}");
    }
    // Each test of `patched.rs` has a patch.
    assert_eq!(tests.matches("#[test]").count(), of_table.len());
}
