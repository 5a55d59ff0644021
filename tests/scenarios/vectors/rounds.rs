//! Boards of version 2, each with its audits and its evidence.

use std::collections::BTreeSet;
use std::fs;

use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use veragg::protocol::wire::header::Header;
use veragg::verifier::Options;
use veragg_lab::Finished;

use super::case::{key, Case};
use super::evidence::{self, Evidence};
use super::{edits, folder, scenes};
use crate::every_fault;
use crate::reference::judge::judge;

const FOLDER: &str = "rounds";
/// How many audits there are of the round that is changed most.
const AUDITS_OF_EVERYBODY: usize = 288;

/// Where the parts of a board stand.
pub(super) struct Layout {
    /// Bytes of the header.
    pub(super) header: usize,
    pub(super) records: Vec<RecordLayout>,
    /// Bytes of a checkpoint.
    pub(super) checkpoint: usize,
}

pub(super) struct RecordLayout {
    /// Its first byte, the kind; four bytes of length and the content follow.
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) is_message: bool,
}

impl Layout {
    pub(super) fn of(board: &[u8]) -> Self {
        let header = Header::read(&mut &board[..]).unwrap();
        let start = header.encode().len();
        let clients = header.roster.len() / 32;
        let (mut at, mut records) = (start, Vec::new());
        while at < board.len() {
            let len = u32::from_be_bytes(board[at + 1..at + 5].try_into().unwrap()) as usize;
            let is_message = board[at] == 1;
            records.push(RecordLayout {
                at,
                len,
                is_message,
            });
            at += 5 + len;
        }
        Self {
            header: start,
            records,
            checkpoint: 171 + clients.div_ceil(8),
        }
    }
}

/// What the file beside a board holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Round {
    organiser: String,
    audits: Vec<Case>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence>,
}

/// A round as it is written down: its board, what the auditor has, and how the file is changed for further audits.
pub(super) struct Written {
    pub(super) board: Vec<u8>,
    pub(super) options: Options,
    pub(super) changes: Vec<Case>,
}

impl Written {
    /// A round of whose board there is one audit.
    pub(super) fn new(finished: &Finished) -> Self {
        Self {
            board: finished.local.board(&finished.records),
            options: Options::with_organiser(finished.local.organiser),
            changes: Vec::new(),
        }
    }

    fn write(self, name: &str) {
        let Self {
            board,
            options,
            changes,
        } = self;
        let organiser = options.organiser.unwrap();
        let first = Case::new("as it is", &organiser).given(&options);
        let cases = [first].into_iter().chain(changes);
        let round = Round {
            organiser: organiser.fingerprint(),
            audits: cases.map(|case| case.judged(&board)).collect(),
            evidence: evidence::of_board(&board, &options),
        };
        let name = name.replace('_', "-");
        let path = |extension: &str| folder(FOLDER).join(format!("{name}.{extension}"));
        fs::write(path("board"), &board).unwrap();
        fs::write(path("json"), lines(&round)).unwrap();
    }
}

/// The JSON text with each audit and each evidence in a line of its own.
fn lines(round: &Round) -> String {
    let list = |entries: Vec<String>| format!("[\n{}\n]", entries.join(",\n"));
    let audits = round
        .audits
        .iter()
        .map(|case| serde_json::to_string(case).unwrap());
    let evidence = round
        .evidence
        .iter()
        .map(|it| serde_json::to_string(it).unwrap());
    format!(
        "{{\n\"organiser\": \"{}\",\n\"audits\": {},\n\"evidence\": {}\n}}\n",
        round.organiser,
        list(audits.collect()),
        list(evidence.collect()),
    )
}

/// Whether a round of this name is not written yet.
fn is_new(name: &str) -> bool {
    let name = name.replace('_', "-");
    !folder(FOLDER).join(format!("{name}.board")).exists()
}

/// To have them all written anew, remove the folder before.
#[test]
#[ignore = "draws keys and writes the vectors that are not there"]
fn write() {
    fs::create_dir_all(folder(FOLDER)).unwrap();
    for (name, play) in every_fault::ALL_CASES {
        if !is_new(name) {
            continue;
        }
        let every_fault::Broken {
            finished, options, ..
        } = play();
        Written {
            options,
            ..Written::new(&finished)
        }
        .write(name);
    }
    if is_new("everybody") {
        edits::everybody().write("everybody");
    }
    for (name, play) in scenes::ALL.iter().filter(|(name, _)| is_new(name)) {
        play().write(name);
    }
}

/// Whether the reference reads the board: it is of the suite that the reference knows, every checkpoint fits, and what is no message or has another body than its
/// envelope names is not on it.
fn is_read_by_reference(report: &Value) -> bool {
    let faults = report["faults"].as_array().unwrap();
    let of_aggregator = |id: &str| {
        let faults = faults
            .iter()
            .filter(|fault| fault["culprit"] == "aggregator");
        faults.filter(|fault| fault["check"] == id).count()
    };
    // Every failure of these names the aggregator, for what does not keep the reference from reading on.
    let reads = |id: &str| match report["checks"][id]
        .as_str()
        .unwrap()
        .strip_prefix("failed ")
    {
        Some(failures) => failures.parse() == Ok(of_aggregator(id)),
        None => true,
    };
    let mut rules = faults.iter().map(|fault| fault["rule"].as_str().unwrap());
    let stops = ["V-03.1", "V-03.2", "V-03.3", "V-03.5", "V-03.7", "V-03.8"];
    report["round"]["suite"] == "ristretto255-bitplane"
        && reads("V-03")
        && reads("V-04")
        && rules.all(|rule| !stops.contains(&rule))
}

/// The clients that a report names, with the checks.
fn named_clients(report: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let faults = report["faults"].as_array().unwrap().iter();
    let named = faults.map(|fault| (text(&fault["culprit"]), text(&fault["check"])));
    named
        .filter(|(culprit, _)| culprit.starts_with("client"))
        .collect()
}

#[test]
fn audits_and_evidence_say_what_the_vectors_say() {
    let mut names: Vec<_> = fs::read_dir(folder(FOLDER))
        .unwrap()
        .filter_map(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            Some(name.strip_suffix(".board")?.to_owned())
        })
        .collect();
    names.sort();
    let played = every_fault::ALL_CASES.len() + scenes::ALL.len() + 1;
    assert_eq!(names.len(), played, "write the vectors anew: {names:?}");
    let mut by_reference = 0;
    for name in &names {
        let path = |extension: &str| folder(FOLDER).join(format!("{name}.{extension}"));
        let board = fs::read(path("board")).unwrap();
        let round: Round = serde_json::from_slice(&fs::read(path("json")).unwrap()).unwrap();
        for case in &round.audits {
            assert_eq!(case.outcome(&board), case.expected, "{name}: {}", case.what);
        }
        if name == "everybody" {
            assert_eq!(round.audits.len(), AUDITS_OF_EVERYBODY);
        }
        let organiser = key(&round.organiser);
        for evidence in &round.evidence {
            evidence.verify(&board, &organiser);
        }
        // Evidence is made from the board alone, so it is the same.
        let first = &round.audits[0];
        let options = first.options((round_clients(&board)) as u32);
        let made = evidence::of_board(&board, &options);
        assert_eq!(made, round.evidence, "{name}");
        // The reference uses no rule of the verifier.
        if is_read_by_reference(&first.expected) {
            let judgement = judge(&board);
            let contributors = json!(judgement.contributors);
            assert_eq!(contributors, first.expected["contributors"], "{name}");
            let named = judgement.named.into_iter();
            let named: BTreeSet<_> = named
                .map(|(client, check)| (format!("client {client}"), check.to_owned()))
                .collect();
            assert_eq!(named, named_clients(&first.expected), "{name}");
            by_reference += 1;
        }
    }
    assert!(by_reference > names.len() / 2, "{by_reference}");
}

fn round_clients(board: &[u8]) -> usize {
    Header::read(&mut &board[..]).unwrap().roster.len() / 32
}
