//! `specs/audit.md`, section 6 of `specs/committee.md`, and the code have the same checks and the same numbered steps.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use veragg::verifier::{Check, Step};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn specification() -> String {
    fs::read_to_string(root().join("specs/audit.md")).unwrap()
}

/// What differs for boards of the committee protocol.
fn of_committee() -> String {
    let specification = fs::read_to_string(root().join("specs/committee.md")).unwrap();
    let section = specification.split("\n## 6 ").nth(1).unwrap();
    section.split("\n## ").next().unwrap().to_owned()
}

/// Appends the sources of a folder, without the table of steps: a step that only the table names is not used.
fn sources(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("step.rs") {
            continue;
        }
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// The step at the beginning of a text: `V-`, two digits, a part (`.A`) or none, and `.` with a number.
fn step(text: &str) -> Option<String> {
    let rest = text.strip_prefix("V-")?;
    let (check, rest) = rest.split_at_checked(2)?;
    check.parse::<u8>().ok()?;
    let mut chars = rest.strip_prefix('.')?.chars();
    let part = match chars.clone().next()? {
        part @ 'A'..='D' => {
            chars.next();
            chars.next().filter(|&c| c == '.')?;
            format!(".{part}")
        }
        _ => String::new(),
    };
    let number: String = chars.take_while(char::is_ascii_digit).collect();
    (!number.is_empty()).then(|| format!("V-{check}{part}.{number}"))
}

fn steps_in(text: &str) -> BTreeSet<String> {
    text.match_indices("V-")
        .filter_map(|(at, _)| step(&text[at..]))
        .collect()
}

#[test]
fn the_table_of_checks_is_the_one_of_the_code() {
    let specification = specification();
    let table = specification.split("\n### 2.1 ").next().unwrap();
    let written: Vec<(String, String)> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| V-"))
        .map(|row| {
            let mut cells = row.split('|').map(str::trim);
            (
                format!("V-{}", cells.next().unwrap()),
                cells.next().unwrap().to_owned(),
            )
        })
        .collect();
    let coded: Vec<_> = Check::ALL
        .iter()
        .map(|check| (check.id().to_owned(), check.title().to_owned()))
        .collect();
    assert_eq!(written, coded);
}

#[test]
fn every_step_is_in_specification_and_code() {
    let specification = [specification(), of_committee()].concat();
    // Those of the committee protocol stand in lists.
    let lines = specification.lines();
    let lines = lines.map(|line| line.strip_prefix("- ").unwrap_or(line));
    let defined: BTreeSet<_> = lines.filter_map(step).collect();
    let mut code = String::new();
    sources(&root().join("verifier/src"), &mut code);
    let (used, unused): (Vec<&Step>, Vec<&Step>) = Step::ALL
        .iter()
        .partition(|step| code.contains(step.name()));
    assert!(unused.is_empty(), "in step.rs only: {unused:?}");
    let of_names = used.iter().filter_map(|used| step(used.number()));
    let coded: BTreeSet<_> = steps_in(&code).into_iter().chain(of_names).collect();
    assert_eq!(coded, defined);
    // Every step that the text mentions is defined there.
    let undefined: Vec<_> = steps_in(&specification)
        .difference(&defined)
        .cloned()
        .collect();
    assert_eq!(undefined, [""; 0]);
}

#[test]
fn steps_are_read_as_they_are_written() {
    assert_eq!(step("V-04.1: x").as_deref(), Some("V-04.1"));
    assert_eq!(step("V-08.D.12.").as_deref(), Some("V-08.D.12"));
    for text in ["V-07.A (", "V-08", "V-4.1", "W-04.1"] {
        assert_eq!(step(text), None);
    }
}
