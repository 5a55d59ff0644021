//! The table of patches is whole: `necessity/patches.sh` does what it says.

use std::collections::BTreeSet;
use std::path::Path;

use super::read;

/// Where the table stands.
const TABLE: &str = "necessity/patches.txt";

/// A line of the table.
pub(super) struct Line {
    /// The number of the rule or step.
    pub(super) number: String,
    /// The patch, without `.patch`.
    patch: String,
    /// The test that fails under it.
    test: String,
}

/// The table.
pub(super) fn table() -> Vec<Line> {
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
    // And each has its patch.
    assert_eq!(tests.matches("#[test]").count(), of_table.len());
}
