//! The test vectors of `specs/audit.md` 8: whole boards and evidence, with the report of an audit, for authors of a
//! second verifier.

use std::io::Cursor;
use std::path::PathBuf;

use serde_json::{json, Value};
use veragg::circuits::group::ristretto::Fr;
use veragg::protocol::crypto::signing::{unhex, VerifyingKey};
use veragg::protocol::pairwise::share::PAIR_LEN;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::{audit, evidence, Options, Report};
use veragg_lab::books::republished;
use veragg_lab::corrupt_aggregator::CorruptAggregator;
use veragg_lab::equivocator::with_second_message;
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::{id, set, Finished, Scene};

use crate::reference::judge::judge;

const CLIENTS: u32 = 5;
const EVERYBODY: [u32; 5] = [1, 2, 3, 4, 5];
const SEGMENTS: [(usize, u64); 2] = [(3, 100), (2, 8)];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("specs/vectors/boards")
}

fn scene() -> Scene {
    Scene::new(CLIENTS, &SEGMENTS)
}

/// The scene in which a client changes the parts of its message of a phase.
fn altered(number: u32, phase: Phase, alter: fn(&mut Vec<Vec<u8>>)) -> Scene {
    let scene = scene();
    let round = &scene.local.round;
    let everybody = set(CLIENTS, &EVERYBODY);
    let lengths = match phase {
        Phase::Share => round.share_lengths(id(number), &everybody),
        Phase::Submit => round.submit_lengths(),
        Phase::Unmask(_) => round.unmask_lengths(id(number), &everybody),
        other => panic!("{other}"),
    };
    scene.altering_parts(number, phase, lengths, alter)
}

/// A round in which a client signs two submissions, and the aggregator accepts both.
fn equivocating() -> Finished {
    let scene = scene();
    let lengths = scene.local.round.submit_lengths();
    let alter = |parts: &mut Vec<Vec<u8>>| parts[1][0] ^= 1;
    let scene = with_second_message(scene, 3, Phase::Submit, lengths, alter);
    CorruptAggregator::new().play(scene)
}

/// A round in which the aggregator leaves out a client with a valid submission.
fn leaving_out() -> Finished {
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Submit {
            list.remove(id(2));
        }
        list
    });
    corrupt.play(scene())
}

fn miscounting() -> Finished {
    let mut finished = scene().play();
    finished.records = republished(&finished, |publication| {
        publication.opening[0] += Fr::from(1u64);
    });
    finished
}

fn with_false_masks(false_masks: &[False]) -> Finished {
    scene().masking_falsely(3, false_masks).play()
}

/// The rounds that are played when the vectors are written, by the names of their files.
fn cases() -> Vec<(&'static str, Finished)> {
    let towards_nobody = False {
        towards: None,
        by: 5,
        attested: false,
    };
    let flip_last = |parts: &mut Vec<Vec<u8>>| {
        let end = parts[0].len() - 1;
        parts[0][end] ^= 1;
    };
    let bad_share = |parts: &mut Vec<Vec<u8>>| parts[2][PAIR_LEN - 1] ^= 1;
    let wrong_share = |parts: &mut Vec<Vec<u8>>| parts[0][0] ^= 1;
    vec![
        ("dropout", scene().dropping(4, Phase::Confirm).play()),
        ("complaint", altered(3, Phase::Share, bad_share).play()),
        ("range", altered(2, Phase::Submit, flip_last).play()),
        ("row-link", with_false_masks(&[towards_nobody])),
        ("edge", with_false_masks(&[edge(5, 1)])),
        ("self-mask", with_false_masks(&[own(1)])),
        (
            "wrong-share",
            altered(4, Phase::Unmask(0), wrong_share).play(),
        ),
        ("two-submissions", equivocating()),
        ("left-out", leaving_out()),
        ("miscounted", miscounting()),
    ]
}

/// A report without the program that made it and without its texts for people, which are not normative.
fn normative(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    value.as_object_mut().unwrap().remove("program").unwrap();
    for check in value["checks"].as_array_mut().unwrap() {
        if let Some(failures) = check.get_mut("failures") {
            *failures = json!(failures.as_array().unwrap().len());
        }
        check.as_object_mut().unwrap().remove("reason");
    }
    for fault in value["faults"].as_array_mut().unwrap() {
        let fault = fault.as_object_mut().unwrap();
        fault.remove("what");
        fault.remove("workings");
    }
    value
}

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

#[test]
#[ignore = "draws all keys anew and writes the vectors"]
fn write() {
    std::fs::create_dir_all(folder()).unwrap();
    for (name, finished) in cases() {
        let board = finished.local.board(&finished.records);
        let options = Options::with_organiser(finished.local.organiser);
        let report = audit(Cursor::new(&board), &options).unwrap();
        let expected = json!({
            "organiser": finished.local.organiser.fingerprint(),
            "report": normative(&report),
        });
        let path = |extension: &str| folder().join(format!("{name}.{extension}"));
        std::fs::write(path("board"), &board).unwrap();
        let text = serde_json::to_string_pretty(&expected).unwrap();
        std::fs::write(path("json"), text + "\n").unwrap();
        for (number, file) in (1..).zip(exported(&board, &options, &report)) {
            std::fs::write(path(&format!("{number}.evidence")), file).unwrap();
        }
    }
}

/// The names of the vectors that there are.
fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap();
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
        let path = folder().join(format!("{name}.json"));
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
        let path = |extension: &str| folder().join(format!("{name}.{extension}"));
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
