//! `veragg explain`: the story of a client, from everything that the auditor gives.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use veragg::protocol::crypto::context::Context;
use veragg::protocol::crypto::dleq;
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::RecordKind;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::receipt::Receipt;
use veragg_lab::books::checkpoint_signed_by;
use veragg_lab::CorruptAggregator;
use veragg_lab::{id, position, Finished, Scene};

use crate::cli::{put, text, veragg, Ended, Round};

const SMALL: [(usize, u64); 1] = [(3, 100)];

/// A board in a file, with its organiser's key.
struct Board {
    folder: TempDir,
    path: PathBuf,
    key: String,
}

impl Board {
    fn of(finished: &Finished) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("round.board");
        fs::write(&path, finished.local.board(&finished.records)).unwrap();
        Self {
            folder,
            path,
            key: finished.local.organiser.fingerprint(),
        }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        text(&path).to_owned()
    }

    fn run(&self, command: &str, more: &[&str]) -> Ended {
        let given = [command, text(&self.path), "--organiser", &self.key];
        veragg(&[&given, more].concat())
    }

    /// The story of a client is told with these words, in this order.
    #[track_caller]
    fn tells(&self, client: u32, more: &[&str], words: &[&str]) -> String {
        let client = client.to_string();
        let ended = self.run("explain", &[&["--client", &client], more].concat());
        assert_eq!(ended.err, "");
        let mut rest = &ended.out[..];
        for words in words {
            let Some(at) = rest.find(words) else {
                panic!("{words}:\n{}", ended.out)
            };
            rest = &rest[at + words.len()..];
        }
        ended.out
    }
}

/// The board of the test vectors with this name.
fn vector(name: &str) -> (String, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/vectors/boards");
    let path = |extension: &str| folder.join(format!("{name}.{extension}"));
    let expected: Value = serde_json::from_slice(&fs::read(path("json")).unwrap()).unwrap();
    let key = expected["organiser"].as_str().unwrap().to_owned();
    (text(&path("board")).to_owned(), key)
}

#[test]
fn a_client_that_was_left_out_reads_who_did_it() {
    let (board, key) = vector("left-out");
    let ended = veragg(&["explain", &board, "--organiser", &key, "--client", "2"]);
    assert_eq!(ended.code, 1);
    assert!(ended.out.starts_with("client 2 of 5\n\nThe aggregator left client 2 out, without reason: faults 1 and 2. Client 2 did in the phase `submit` what the rules ask for"), "{}", ended.out);
    assert!(ended.out.contains("\n  1. aggregator, V-03: the list of submit is not the one that follows from the board: it leaves out client 2, without reason (leaf 19)\n"), "{}", ended.out);
    let other = veragg(&["explain", &board, "--organiser", &key, "--client", "1"]);
    assert!(
        other.out.contains("Nobody should use the published sum."),
        "{}",
        other.out
    );
    assert!(!other.out.contains("left client"), "{}", other.out);
    let json = [
        "explain",
        &board,
        "--organiser",
        &key,
        "--client",
        "2",
        "--format",
        "json",
    ];
    let json: Value = serde_json::from_str(&veragg(&json).out).unwrap();
    let concerns = json["timeline"]["faults"].as_array().unwrap();
    let concerns: Vec<_> = concerns.iter().map(|fault| &fault["concern"]).collect();
    assert_eq!(concerns, ["left-out", "outcome"]);
    assert_eq!(json["faults"][1]["number"], 2);
    assert_eq!(json["faults"][1]["rule"], "V-10.1");
}

#[test]
fn every_client_of_every_vector_has_a_story() {
    for (name, client, words) in [
        ("complaint", 2, "Client 3 gave client 2 a wrong share. Client 2 complained, and was right: fault 1. Client 2 did nothing wrong in this."),
        ("complaint", 3, "in the phase `confirm` it broke the rules, so it is excluded: fault 1."),
        ("dropout", 4, "If client 4 has a receipt for the missing message, give it with --receipt FILE"),
        ("edge", 5, "Client 3 attested something false about its edge to client 5: fault 1."),
        ("range", 2, "in the phase `submit` it broke the rules, so it is excluded: fault 1."),
        ("row-link", 3, "in the phase `attest` it broke the rules"),
        ("self-mask", 3, "in the phase `unmask` it broke the rules"),
        ("two-submissions", 3, "Client 3 broke a rule in the phase `submit`: it signed two different messages for one phase (fault 1)."),
        ("two-submissions", 3, "the aggregator put a message in the name of client 3 on the board that must not stand there: fault 2."),
        ("wrong-share", 1, "Client 4 revealed a wrong share of a secret of client 1: fault 1."),
        ("wrong-share", 4, "The input of client 4 is in the sum."),
        ("miscounted", 1, "By the messages on the board the input of client 1 belongs in the sum. But the audit of the board failed, so the published sum may be another."),
    ] {
        let (board, key) = vector(name);
        let client = client.to_string();
        let ended = veragg(&["explain", &board, "--organiser", &key, "--client", &client]);
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
}

#[test]
fn a_neighbour_that_complains_falsely_is_told() {
    let scene = Scene::new(4, &SMALL).confirming(3, |complainant, messages| {
        complainant.confirm(&messages, dleq::encode(&[complainant.complain(1)]))
    });
    let board = Board::of(&scene.play());
    let words = "Client 3 complained about client 1 falsely: fault 1. Client 1 did nothing wrong";
    board.tells(1, &[], &["The input of client 1 is in the sum.", words]);
}

#[test]
fn a_receipt_shows_that_a_message_was_not_kept() {
    let finished = Scene::new(4, &SMALL).dropping(2, Phase::Confirm).play();
    let board = Board::of(&finished);
    let real = &finished.receipts[1].2;
    let key = &finished.local.aggregator_key;
    let promised = Receipt::sign(key, real.context, 13, real.entry);
    let lost = board.put("lost.receipt", &promised.encode());
    let kept = board.put("kept.receipt", &real.encode());
    let given = ["--receipt", &lost, "--receipt", &kept];
    board.tells(
        2,
        &given,
        &[
            "The input of client 2 is not in the sum: in the phase `submit` the board holds no message of it.",
            "The aggregator signed a receipt for a message at leaf 13, but this message is not there: fault 1.",
            "If client 2 was given it, the aggregator left client 2 out.",
            "The aggregator kept the receipt for leaf 1: the message of client 2 stands there.",
            "\n  1. aggregator, V-13:",
        ],
    );
    board.tells(
        3,
        &given,
        &["The receipt for leaf 1 is for a message of another client than client 3."],
    );
    // Faults have the numbers that the audit with these arguments gives them.
    let audited = board.run("audit", &given);
    assert!(
        audited.out.contains("\n  1. aggregator, V-13:"),
        "{}",
        audited.out
    );
    let explained = board.run("explain", &[&["--fault", "1"], &given[..]].concat());
    assert!(
        explained
            .out
            .starts_with("fault 1: aggregator\ncheck    V-13 "),
        "{}",
        explained.out
    );
    let without = board.run("explain", &["--fault", "1"]);
    assert_eq!(without.code, 2);
    assert!(
        without
            .err
            .contains("an audit with these arguments finds none"),
        "{}",
        without.err
    );
}

#[test]
fn a_receipt_that_an_unfinished_board_contradicts_waits_for_the_end() {
    let finished = Scene::new(4, &SMALL).dropping(2, Phase::Confirm).play();
    // No checkpoint covers the last leaf, which the receipt is for.
    let last = position(&finished.records, 1, Phase::Attest);
    let unfinished = &finished.records[..=last];
    let messages = unfinished.iter();
    let messages = messages.filter(|record| record.kind == RecordKind::Message);
    let leaf = messages.count() as u64 - 1;
    let mut board = Board::of(&finished);
    board.path = board
        .put("unfinished.board", &finished.local.board(unfinished))
        .into();
    let real = &finished.receipts[1].2;
    let key = &finished.local.aggregator_key;
    let promised = Receipt::sign(key, real.context, leaf, real.entry);
    let promised = board.put("promised.receipt", &promised.encode());
    let given = ["--receipt", &promised[..]];
    let shows = format!("What the receipts show: the aggregator signed a receipt for a message at leaf {leaf}, but this message is not at this leaf of the board. A receipt contradicts the board. The aggregator can be named for it once the round is finished");
    let told = board.tells(
        2,
        &given,
        &[
            &shows,
            "If client 2 was shown a checkpoint, give it with --checkpoint FILE",
            "The audit of the whole board failed (V-13) only because of the receipts or the aggregate that were given",
        ],
    );
    for words in ["show nothing", "--receipt FILE", "may be damaged"] {
        assert!(!told.contains(words), "{words}: {told}");
    }
    // Without the receipt, it is asked for.
    board.tells(2, &[], &["give it with --receipt FILE"]);
    // A receipt of another round shows nothing.
    let foreign = Receipt::sign(
        key,
        Context {
            digest: [9; 32],
            ..real.context
        },
        real.index,
        real.entry,
    );
    let foreign = board.put("foreign.receipt", &foreign.encode());
    let shows = ["The receipts show nothing: the receipt for leaf 1 is of another round"];
    board.tells(2, &["--receipt", &foreign], &shows);
}

#[test]
fn the_key_of_another_organiser_is_the_cause_that_is_told() {
    let (board, key) = vector("edge");
    let other = vector("left-out").1;
    let other = match other == key {
        true => SigningKey::from_bytes(&[9; 32])
            .verifying_key()
            .fingerprint(),
        false => other,
    };
    let says = format!(
        "the board names another organiser: its key is {key}, and the given key is {other}."
    );
    let explain = |asked: [&str; 2]| {
        veragg(&[&["explain", &board, "--organiser", &other], &asked[..]].concat())
    };
    let client = explain(["--client", "3"]);
    assert_eq!(client.code, 1);
    let begins = "client 3 of 5\n\nNothing is known about the client, since the configuration or the roster of the board is refused: ";
    assert!(client.out.starts_with(begins), "{}", client.out);
    assert!(client.out.contains(&says), "{}", client.out);
    let fault = explain(["--fault", "1"]);
    assert_eq!(fault.code, 2);
    let says = format!("error: --fault 1: no such fault; the round is refused: {says}");
    assert!(fault.err.starts_with(&says), "{}", fault.err);
}

#[test]
fn what_is_asked_about_must_be_said_and_must_be_there() {
    let (board, key) = vector("edge");
    let explain =
        |asked: &[&str]| veragg(&[&["explain", &board, "--organiser", &key], asked].concat());
    let nothing = explain(&[]);
    assert_eq!(nothing.code, 2);
    assert!(
        nothing
            .err
            .contains("<--client <ID>|--trustee <ID>|--fault <N>>"),
        "{}",
        nothing.err
    );
    assert_eq!(explain(&["--client", "1", "--fault", "1"]).code, 2);
    let far = explain(&["--client", "99999999999"]);
    assert_eq!(
        far.err,
        "error: --client 99999999999: this board has no such client; give a number from 1 to 5\n"
    );
    let none = explain(&["--fault", "2"]);
    assert!(
        none.err.contains("needs the same arguments here"),
        "{}",
        none.err
    );
}

#[test]
fn a_message_that_does_not_count_passes_no_check() {
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let scene = scene.altering_parts(3, Phase::Submit, lengths, |parts| {
        parts[1][..32].fill(0xff);
    });
    let board = Board::of(&scene.play());
    board.tells(
        3,
        &[],
        &[
            "\n  V-04    each message is signed by it, and was sent in its phase: A FAULT, see below\n",
            "is within its bound: not checked: the message does not count\n",
        ],
    );
    // The parts of a proof are checked up to the first that does not hold.
    let (board, key) = vector("range");
    let told = veragg(&["explain", &board, "--organiser", &key, "--client", "2"]).out;
    let before = "its proof and its commitments have the right form: nothing wrong\n";
    assert!(told.contains(before), "{told}");
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let scene = scene.altering_parts(3, Phase::Submit, lengths, |parts| {
        parts[0][..32].fill(0);
    });
    Board::of(&scene.play()).tells(
        3,
        &[],
        &[
            "\n  V-07.A  its proof and its commitments have the right form: A FAULT, see below\n",
            "  V-07.B  each number of its input is within its bound: not checked, since an earlier part of the proof does not hold\n",
        ],
    );
}

#[test]
fn the_story_in_json_has_whole_sentences_and_a_fault_has_the_verdict() {
    let (board, key) = vector("two-submissions");
    let explain =
        |asked: &[&str]| veragg(&[&["explain", &board, "--organiser", &key], asked].concat()).out;
    let story = explain(&["--client", "3", "--format", "json"]);
    let story: Value = serde_json::from_str(&story).unwrap();
    for paragraph in story["in_words"].as_array().unwrap() {
        let paragraph = paragraph.as_str().unwrap();
        assert!(paragraph.starts_with(char::is_uppercase), "{paragraph}");
    }
    let verdict = "\nverdict on the whole board: FAILED\n";
    assert!(explain(&["--fault", "1"]).ends_with(verdict));
    let fault = explain(&["--fault", "1", "--format", "json"]);
    let fault: Value = serde_json::from_str(&fault).unwrap();
    assert_eq!(fault["verdict"], "failed");
    let (board, key) = vector("self-mask");
    let two = veragg(&["explain", &board, "--organiser", &key, "--fault", "1"]).out;
    assert!(
        two.contains("  The two values must be equal, and are not.\n"),
        "{two}"
    );
}

#[test]
fn another_aggregate_is_no_damage_of_the_board() {
    let round = Round::get();
    let folder = tempfile::tempdir().unwrap();
    let sums = fs::read_to_string(round.file("aggregate.json")).unwrap();
    let sums = put(
        &folder,
        "sums.json",
        sums.replacen("\"190\"", "\"191\"", 1).as_bytes(),
    );
    let (board, key) = (round.file("round.board"), round.file("organiser.pub"));
    let given = ["explain", &board, "--organiser", &key, "--client", "1"];
    let told = veragg(&[&given[..], &["--aggregate", &sums]].concat());
    assert_eq!(told.code, 1, "{}{}", told.out, told.err);
    let says = "The audit of the whole board failed (V-12) only because of the receipts or the aggregate that were given";
    assert!(told.out.contains(says), "{}", told.out);
    assert!(!told.out.contains("may be damaged"), "{}", told.out);
}

#[test]
fn two_boards_are_told() {
    let finished = Scene::new(4, &SMALL).play();
    let board = Board::of(&finished);
    let last = &finished.records.last().unwrap().bytes;
    let mut other = Checkpoint::decode(last, 4).unwrap();
    other.root.hash[0] ^= 1;
    let key = &finished.local.aggregator_key;
    let other = checkpoint_signed_by(key, other);
    let shown = board.put("shown.checkpoint", &other.encode());
    board.tells(
        2,
        &["--checkpoint", &shown],
        &[
            "The aggregator signed two different checkpoints of one phase: fault 1.",
            "What client 2 sent may stand on another board than this one.",
            "\n  1. aggregator, V-03:",
        ],
    );
}

#[test]
fn a_client_that_is_listed_without_a_message_is_told() {
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Acknowledge {
            list.insert(id(4));
        }
        list
    });
    let finished = corrupt.play(Scene::new(4, &SMALL).dropping(4, Phase::Dispute));
    Board::of(&finished).tells(
        4,
        &[],
        &["The aggregator put client 4 on the list of the phase `acknowledge`, although it does not belong there: fault 1."],
    );
}

#[test]
fn a_client_whose_neighbours_are_gone_is_told() {
    let scene = Scene::new(4, &SMALL).dropping(3, Phase::Share);
    let finished = CorruptAggregator::new().play(scene.dropping(4, Phase::Share));
    let board = Board::of(&finished);
    let alone = "too few of its neighbours confirmed their shares, so its secrets could not be reconstructed later. Client 1 did nothing wrong.";
    board.tells(1, &[], &["The input of client 1 is not in the sum:", alone]);
    board.tells(
        3,
        &[],
        &["in the phase `confirm` the board holds no message of it."],
    );
}

#[test]
fn a_damaged_copy_accuses_nobody() {
    let finished = Scene::new(4, &SMALL).play();
    let board = Board::of(&finished);
    let mut bytes = fs::read(&board.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&board.path, bytes).unwrap();
    board.tells(1, &[], &["and nobody can be named for it. This file may be damaged: get another copy of the board"]);
}
