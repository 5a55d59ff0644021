//! Who made a report of which board, and that no name on a board reaches a terminal as it is.

use serde_json::Value;
use veragg::protocol::wire::board::RECORD_HEAD_LEN;

use crate::cli::{put, veragg, Round};

#[test]
fn the_version_names_protocol_and_commit() {
    let ended = veragg(&["--version"]);
    let version = env!("CARGO_PKG_VERSION");
    let commit = veragg::verifier::Program::COMMIT;
    assert!(commit == "unknown" || commit.len() >= 7, "{commit}");
    assert_eq!(
        ended.out,
        format!("veragg {version} (protocol 2, commit {commit})\n")
    );
}

#[test]
fn every_report_names_program_and_board() {
    let round = Round::get();
    let (board, key) = (round.file("round.board"), round.file("organiser.pub"));
    let json = |args: &[&str]| -> Value {
        let ended = veragg(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&ended.out).unwrap()
    };
    let report = json(&["audit", &board, "--organiser", &key]);
    let explained = json(&["explain", &board, "--organiser", &key, "--client", "2"]);
    assert_eq!(report["program"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["program"], explained["program"]);
    assert_eq!(report["board"], explained["board"]);
    let digest = report["board"].as_str().unwrap();
    assert_eq!(digest.len(), 64);
    for args in [
        &["audit", &board, "--organiser", &key][..],
        &["explain", &board, "--organiser", &key, "--client", "2"],
    ] {
        let ended = veragg(args);
        let commit = veragg::verifier::Program::COMMIT;
        for line in [
            format!("board      {digest}"),
            format!(
                "audited by veragg {}, commit {commit}",
                env!("CARGO_PKG_VERSION")
            ),
        ] {
            assert!(ended.out.lines().any(|l| l == line), "{}", ended.out);
        }
    }
    // An auditor with another key sees the same board.
    let listed = json(&["board", &board]);
    let other = listed["header"]["aggregator"].as_str().unwrap();
    let refused = json(&["audit", &board, "--organiser", other]);
    assert_eq!(refused["round"], Value::Null);
    assert_eq!(refused["board"], digest);
    // What follows the last checkpoint does not count.
    let bytes = round.board();
    let last = RECORD_HEAD_LEN + round.checkpoints().last().unwrap().len();
    let folder = tempfile::tempdir().unwrap();
    let cut = put(&folder, "cut.board", &bytes[..bytes.len() - last]);
    let cut = json(&["audit", &cut, "--organiser", &key]);
    assert_ne!(cut["board"], digest);
    let before = bytes.len() - last;
    let publication = listed["records"].as_array().unwrap();
    let publication = publication[publication.len() - 2]["bytes"]
        .as_u64()
        .unwrap() as usize;
    let shorter = before - RECORD_HEAD_LEN - publication;
    let shorter = put(&folder, "shorter.board", &bytes[..shorter]);
    let shorter = json(&["audit", &shorter, "--organiser", &key]);
    assert_eq!(shorter["board"], cut["board"]);
}

#[test]
fn names_of_segments_reach_no_terminal_as_they_are() {
    use veragg::protocol::round::configuration::{Configuration, SignedConfiguration};
    let mut local = veragg_lab::local_round(4, &[(3, 100)]);
    let signed = &local.header.configuration;
    let mut configuration = Configuration::decode(&signed.bytes).unwrap();
    configuration.segments[0].name = "a\u{1b}[2J\u{9b}\u{202e}b".to_owned();
    let key = veragg::protocol::crypto::signing::SigningKey::from_bytes(&[3; 32]);
    local.header.configuration = SignedConfiguration::sign(&configuration, &key);
    let folder = tempfile::tempdir().unwrap();
    let board = put(&folder, "round.board", &local.board(&[]));
    let listed = veragg(&["board", &board]);
    assert!(
        listed
            .out
            .contains("\n  a\\u{1b}[2J\\u{9b}\\u{202e}b: 3 values"),
        "{}",
        listed.out
    );
    let json = veragg(&["board", &board, "--format", "json"]).out;
    assert!(!json.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{json}");
    let json: Value = serde_json::from_str(&json).unwrap();
    let name = json["header"]["segments"][0]["name"].as_str().unwrap();
    assert_eq!(name, configuration.segments[0].name);
}
