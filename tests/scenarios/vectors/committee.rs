//! Boards of the committee protocol, each with its report (`specs/committee.md` 6).

use std::collections::BTreeSet;
use std::fs;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use veragg::protocol::crypto::signing::{hex, unhex};
use veragg::verifier::Options;
use veragg_lab::boards::BOARDS;
use veragg_lab::committee::audited;

use super::case::key;
use super::{folder, normative};

const FOLDER: &str = "committee";

/// What the file beside a board holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    /// The organiser's key, which the auditor has.
    organiser: String,
    /// The messages that the auditor was given.
    messages: Vec<String>,
    report: Value,
}

fn names() -> BTreeSet<String> {
    let boards = BOARDS.into_iter().flatten();
    boards
        .map(|(name, _)| name.replace([' ', ','], "-").replace("--", "-"))
        .collect()
}

#[test]
fn the_reports_are_those_of_the_vectors() {
    let mut seen = BTreeSet::new();
    for name in names() {
        let path = |extension: &str| folder(FOLDER).join(format!("{name}.{extension}"));
        let board = fs::read(path("board")).unwrap();
        let text = fs::read_to_string(path("json")).unwrap();
        let vector: Vector = serde_json::from_str(&text).unwrap();
        let options = Options {
            messages: vector
                .messages
                .iter()
                .map(|it| unhex(it).unwrap())
                .collect(),
            ..Options::with_organiser(key(&vector.organiser))
        };
        assert_eq!(
            normative(&audited(&board, &options)),
            vector.report,
            "{name}"
        );
        seen.insert(name);
    }
    let files = fs::read_dir(folder(FOLDER)).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let files = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    assert_eq!(files.collect::<BTreeSet<_>>(), seen);
}

#[test]
#[ignore = "it writes the vectors"]
fn write_committee() {
    let written = folder(FOLDER);
    fs::create_dir_all(&written).unwrap();
    for (name, build) in BOARDS.into_iter().flatten() {
        let case = build();
        let vector = Vector {
            organiser: case.options.organiser.unwrap().fingerprint(),
            messages: case.options.messages.iter().map(|it| hex(it)).collect(),
            report: normative(&case.report()),
        };
        let name = name.replace([' ', ','], "-").replace("--", "-");
        fs::write(written.join(format!("{name}.board")), &case.board).unwrap();
        let text = serde_json::to_string(&vector).unwrap() + "\n";
        fs::write(written.join(format!("{name}.json")), text).unwrap();
    }
}
