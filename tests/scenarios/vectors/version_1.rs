//! Whole boards and evidence of version 1, which goes on verifying.

use std::io::Cursor;

use serde_json::{json, Value};
use veragg::protocol::crypto::signing::{unhex, VerifyingKey};
use veragg::verifier::{audit, evidence, Options, Report};

use super::{folder, normative};
use crate::reference::judge::judge;

const FOLDER: &str = "boards";

/// A report of the vectors, with a program, and with a text wherever one was left out.
fn with_texts(report: &Value) -> Value {
    let mut value = report.clone();
    value["program"] = json!({ "version": "0.0.0", "commit": "unknown" });
    for check in value["checks"].as_array_mut().unwrap() {
        if let Some(failures) = check.get_mut("failures") {
            *failures = json!(vec!["text"; failures.as_u64().unwrap() as usize]);
        }
        if check["status"] == "not-applicable" {
            check["reason"] = json!("text");
        }
    }
    for fault in value["faults"].as_array_mut().unwrap() {
        fault["what"] = json!("text");
        fault["workings"] = json!([]);
    }
    value
}

/// Evidence for each fault of a report. In the vectors no culprit has two faults under one check.
fn exported(board: &[u8], options: &Options, report: &Report) -> Vec<Vec<u8>> {
    let bundles = evidence::bundles(report).into_iter();
    let mut files: Vec<_> = bundles.map(|bundle| (bundle, Vec::new())).collect();
    evidence::export(Cursor::new(board), options, report, &mut files).unwrap();
    assert_eq!(files.len(), report.faults.len());
    files.into_iter().map(|(_, file)| file).collect()
}

/// The names of the vectors that there are.
fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder(FOLDER)).unwrap();
    let names = files.filter_map(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        Some(name.strip_suffix(".board")?.to_owned())
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn the_reports_of_the_vectors_are_read_back() {
    for name in names() {
        let path = folder(FOLDER).join(format!("{name}.json"));
        let stored: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let text = with_texts(&stored["report"]).to_string();
        let report: Report = serde_json::from_str(&text).unwrap();
        let written = serde_json::to_value(&report).unwrap();
        assert_eq!(written, with_texts(&stored["report"]), "{name}");
        assert_eq!(normative(&report), stored["report"], "{name}");
    }
}

#[test]
fn audits_say_what_the_vectors_say() {
    let names = names();
    assert_eq!(names.len(), 10, "{names:?}");
    for name in names {
        let path = |extension: &str| folder(FOLDER).join(format!("{name}.{extension}"));
        let board = std::fs::read(path("board")).unwrap();
        let expected: Value =
            serde_json::from_slice(&std::fs::read(path("json")).unwrap()).unwrap();
        let organiser = unhex(expected["organiser"].as_str().unwrap()).unwrap();
        let organiser = VerifyingKey::from_bytes(&organiser.try_into().unwrap(), "organiser");
        let organiser = organiser.unwrap();
        let options = Options::with_organiser(organiser);
        let report = audit(Cursor::new(&board), &options).unwrap();
        assert_eq!(normative(&report), expected["report"], "{name}");
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        // The reference uses no rule of the verifier.
        let judgement = judge(&board);
        assert_eq!(judgement.contributors, report.contributors, "{name}");
        // Evidence is made from the board alone, so it is the same.
        let files = exported(&board, &options, &report);
        for ((number, file), fault) in (1..).zip(&files).zip(&report.faults) {
            let stored = std::fs::read(path(&format!("{number}.evidence"))).unwrap();
            assert!(*file == stored, "{name} {number}");
            let confirmed = evidence::check(Cursor::new(&stored), &organiser).unwrap();
            let shows = |found: &veragg::verifier::Fault| {
                (found.culprit, found.check) == (fault.culprit, fault.check)
            };
            assert!(confirmed.faults.iter().any(shows), "{name} {number}");
        }
        assert!(!path(&format!("{}.evidence", files.len() + 1)).exists());
    }
}
