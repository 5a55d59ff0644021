//! Files that are not what they should be: the commands say what they are, and read no further than they must.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use tempfile::TempDir;

use crate::cli::{command, put, text, veragg, Ended, Round};

/// The round that is played for all tests, and a folder for files that are wrong.
struct Inputs {
    round: &'static Round,
    folder: TempDir,
}

impl Inputs {
    fn new() -> Self {
        Self {
            round: Round::get(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        put(&self.folder, name, bytes)
    }

    fn key(&self) -> String {
        self.round.file("organiser.pub")
    }

    /// A command that takes a board in place of the round's.
    fn with_board(&self, command: &str, board: &str) -> Ended {
        match command {
            "explain" => veragg(&["explain", board, "--client", "1", "--any-organiser"]),
            "board" => veragg(&["board", board]),
            _ => veragg(&[command, board, "--organiser", &self.key()]),
        }
    }
}

#[track_caller]
fn refused(ended: &Ended, code: i32, says: &str) {
    assert_eq!(ended.code, code, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains(says), "{says}: {}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
}

#[test]
fn whatever_is_given_as_a_board_is_called_by_its_name() {
    let inputs = Inputs::new();
    let round = inputs.round;
    let receipt = round.file("receipts/client-03-submit.receipt");
    let checkpoint = inputs.put("a.checkpoint", &round.checkpoints()[2]);
    let other_version = [b"veragg\x00\x09", &round.board()[8..]].concat();
    for (board, says) in [
        (inputs.put("empty", b""), "the file is empty"),
        (
            inputs.put("a.gz", b"\x1f\x8b\x08rest"),
            "compressed with gzip; unpack it first, with `gunzip`",
        ),
        (
            inputs.put("a.zip", b"PK\x03\x04rest"),
            "a zip archive; unpack it first",
        ),
        (
            inputs.put("a.evidence", b"veragge\x01rest"),
            "this is a file of evidence; `veragg evidence FILE --organiser KEY` takes it",
        ),
        (
            receipt,
            "this is a receipt; `veragg audit BOARD --receipt FILE` takes it",
        ),
        (
            checkpoint,
            "this is a checkpoint; `veragg audit BOARD --checkpoint FILE` takes it",
        ),
        (
            inputs.key(),
            "this is a key; `veragg audit BOARD --organiser FILE` takes it",
        ),
        (round.file("aggregate.json"), "this is JSON; "),
        (
            inputs.put("a.board", &other_version),
            "it is of another version of the format",
        ),
        (
            inputs.put("text", b"hello"),
            "its first bytes are others; check that it is the right file",
        ),
        (
            text(&inputs.folder.path().join("..")).to_owned(),
            "this is a folder, not a board; give the file with a board",
        ),
        (
            round.file(""),
            "this is a folder, not a board; give the file round.board in it",
        ),
    ] {
        for command in ["audit", "explain", "board"] {
            refused(&inputs.with_board(command, &board), 3, says);
        }
    }
    let board = round.file("round.board");
    let says = "this is a board; `veragg audit FILE` takes it";
    refused(&inputs.with_board("evidence", &board), 3, says);
}

#[test]
fn a_board_is_a_file() {
    let inputs = Inputs::new();
    let says = "a board must be a file, not a pipe or a device, since parts of it are read twice; write it to a file first, and give that";
    refused(&inputs.with_board("audit", "-"), 3, says);
    #[cfg(unix)]
    refused(&inputs.with_board("audit", "/dev/zero"), 3, says);
    #[cfg(target_os = "linux")]
    {
        let mut child = command(&["audit", "/dev/stdin", "--any-organiser"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The command may have ended before it is written to.
        let _ = child.stdin.take().unwrap().write_all(&inputs.round.board());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(3));
        assert!(String::from_utf8_lossy(&ended.stderr).contains(says));
    }
    #[cfg(unix)]
    {
        // Nobody writes to this pipe: whoever opened it would wait for ever.
        let pipe = inputs.folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if made.is_ok_and(|status| status.success()) {
            refused(&inputs.with_board("audit", text(&pipe)), 3, says);
            let evidence = inputs.with_board("evidence", text(&pipe));
            refused(&evidence, 3, "a file of evidence must be a file");
        }
    }
}

#[test]
fn what_the_auditor_was_given_is_read_no_further_than_it_can_be_long() {
    let inputs = Inputs::new();
    let round = inputs.round;
    let folder = text(inputs.folder.path()).to_owned();
    let empty = inputs.put("empty", b"");
    let board = round.file("round.board");
    let checkpoint = inputs.put("a.checkpoint", &round.checkpoints()[2]);
    let receipt = round.file("receipts/client-03-submit.receipt");
    let long = inputs.put("long", &vec![9; 1 << 20]);
    let cut = inputs.put("cut", &fs::read(&receipt).unwrap()[..100]);
    for (option, file, says) in [
        ("--receipt", &empty, "this is not a receipt: the file is empty"),
        ("--receipt", &folder, "this is a folder, not a receipt"),
        ("--receipt", &long, "the file is longer than 138 bytes, the length of a receipt"),
        ("--receipt", &cut, "the file has 100 bytes, and a receipt has 138: it is cut short, or another file; get another copy of it"),
        ("--receipt", &board, "this is not a receipt: this is a board"),
        ("--receipt", &checkpoint, "this is not a receipt: this is a checkpoint; `veragg audit BOARD --checkpoint FILE` takes it"),
        ("--checkpoint", &empty, "this is not a checkpoint of a round of 6 clients: the file is empty"),
        ("--checkpoint", &folder, "this is a folder, not a checkpoint"),
        ("--checkpoint", &long, "the file is longer than 172 bytes, the length of a checkpoint of a round of 6 clients"),
        ("--checkpoint", &receipt, "this is not a checkpoint of a round of 6 clients: this is a receipt; `veragg audit BOARD --receipt FILE` takes it"),
        ("--aggregate", &empty, "the file is empty"),
        ("--aggregate", &folder, "is a folder"),
        ("--aggregate", &long, "the most that an aggregate of this round can have"),
        ("--aggregate", &board, "this is not an aggregate.json: this is a board"),
        ("--aggregate", &receipt, "this is not an aggregate.json: this is a receipt"),
    ] {
        refused(&round.audit(&[option, file]), 3, says);
    }
    #[cfg(unix)]
    for (option, says) in [
        ("--receipt", "the file is longer than 138 bytes"),
        ("--checkpoint", "the file is longer than 172 bytes"),
        (
            "--aggregate",
            "the most that an aggregate of this round can have",
        ),
    ] {
        refused(&round.audit(&[option, "/dev/zero"]), 3, says);
    }
    #[cfg(unix)]
    for (key, says) in [
        ("/dev/zero", "is longer than 1024 bytes"),
        (&folder[..], "is a folder"),
        (&empty, "is empty"),
        (&board, "a key is 64 hexadecimal digits and nothing else"),
    ] {
        refused(&veragg(&["audit", &board, "--organiser", key]), 3, says);
    }
}

#[test]
fn a_receipt_or_checkpoint_of_another_length_is_refused_with_both_lengths() {
    let inputs = Inputs::new();
    let round = inputs.round;
    let checkpoint = &round.checkpoints()[2][..];
    let receipt = &fs::read(round.file("receipts/client-03-submit.receipt")).unwrap()[..];
    let other = {
        use veragg::protocol::crypto::context::{Context, Version};
        use veragg::protocol::crypto::ids::ClientSet;
        use veragg::protocol::crypto::signing::SigningKey;
        use veragg::protocol::crypto::tree::Root;
        use veragg::protocol::round::phase::Phase;
        use veragg::protocol::wire::checkpoint::Checkpoint;
        let key = SigningKey::from_bytes(&[1; 32]);
        let list = |clients| ClientSet::of(clients, |_| true);
        let context = Context {
            version: Version::CURRENT,
            digest: [7; 32],
        };
        let sign =
            |list| Checkpoint::sign(&key, context, Phase::Submit, [8; 32], Root::empty(), list);
        [8, 9].map(|clients| sign(list(clients)).encode())
    };
    let of_round =
        "get another copy of it, and that the checkpoint is of a round with this number of clients";
    let short = format!("the file has 171 bytes, and a checkpoint of a round of 6 clients has 172: it is cut short, or another file; {of_round}");
    let long = "the file is longer than 172 bytes, the length of a checkpoint of a round of 6 clients; it has 173; check that it is the right file, and that the checkpoint is of a round with this number of clients";
    let two = "the file has 344 bytes, two times the length of a checkpoint of a round of 6 clients (172 bytes); if it holds two, write each to a file of its own";
    let list = "this is not a checkpoint of a round of 6 clients, though it has the right length (list holds a value that is not allowed there)";
    for (option, bytes, says) in [
        ("--checkpoint", checkpoint[..171].to_vec(), &short[..]),
        ("--checkpoint", [checkpoint, b"x"].concat(), long),
        ("--checkpoint", [checkpoint, checkpoint].concat(), two),
        ("--checkpoint", other[0].clone(), list),
        ("--checkpoint", other[1].clone(), long),
        (
            "--receipt",
            receipt[..137].to_vec(),
            "the file has 137 bytes, and a receipt has 138: it is cut short",
        ),
        (
            "--receipt",
            [receipt, b"x"].concat(),
            "the file is longer than 138 bytes, the length of a receipt; it has 139; check that it is the right file",
        ),
        (
            "--receipt",
            [receipt, receipt].concat(),
            "the file has 276 bytes, two times the length of a receipt",
        ),
    ] {
        let path = inputs.put("given", &bytes);
        refused(&round.audit(&[option, &path]), 3, says);
    }
}

#[test]
fn a_cut_or_damaged_file_is_to_be_copied_again() {
    let inputs = Inputs::new();
    let board = inputs.round.board();
    let mut record = board.clone();
    let header = veragg::protocol::wire::header::Header::read(&mut &board[..]).unwrap();
    record[header.encode().len()] = 0xff;
    for (bytes, says) in [
        (&board[..100], "The file is cut short; get another copy"),
        (
            &board[..board.len() - 1],
            "the file is cut short; get another copy",
        ),
        (&record[..], "the file is damaged; get another copy of it"),
    ] {
        let path = inputs.put("a.board", bytes);
        let ended = inputs.with_board("audit", &path);
        refused(&ended, 3, says);
        assert!(!ended.err.contains("whole message"), "{}", ended.err);
    }
    let evidence = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/specs/vectors/boards/edge.1.evidence"
    );
    let evidence = fs::read(evidence).unwrap();
    let at = evidence.windows(7).position(|bytes| bytes == b"veragg\0");
    let inner = at.unwrap();
    let mut magic = evidence.clone();
    magic[inner] ^= 1;
    for (bytes, says) in [
        (&evidence[..10], "the claim at the beginning of the evidence ends too early: culprit needs 4 bytes, and 2 are left. The file is cut short; get another copy of it"),
        (&evidence[..inner + 100], "The file is cut short; get another copy of it"),
        (&evidence[..inner], "no board follows the claim"),
        (&magic[..], "no board follows the claim at the beginning of the evidence: the file is damaged or cut short; get another copy of it"),
    ] {
        let path = inputs.put("a.evidence", bytes);
        refused(&inputs.with_board("evidence", &path), 3, says);
    }
    let folder = text(inputs.folder.path()).to_owned();
    let says = "this is a folder, not a file of evidence; give one of the files in it";
    refused(&inputs.with_board("evidence", &folder), 3, says);
}

#[test]
fn an_aggregate_is_read_from_any_editor_and_refused_with_its_line() {
    let inputs = Inputs::new();
    let round = inputs.round;
    let good = fs::read_to_string(round.file("aggregate.json")).unwrap();
    let utf16: Vec<u8> = format!("\u{feff}{good}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [
        format!("\u{feff}{good}").into_bytes(),
        good.replace('\n', "\r\n").into_bytes(),
        utf16,
    ] {
        let path = inputs.put("aggregate.json", &bytes);
        let ended = round.audit(&["--aggregate", &path]);
        assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    }
    let line = 1 + good
        .lines()
        .position(|line| line.contains("\"190\""))
        .unwrap();
    let deep = "[".repeat(100_000);
    for (from, to, says) in [
        (
            "\"190\"",
            "190",
            format!("line {line}: the sum 190 is a number; write it in quotation marks"),
        ),
        (
            "\"190\"",
            "1.5",
            format!("line {line}: the sum 1.5 is a number"),
        ),
        (
            "\"190\"",
            "\"1.5\"",
            format!("line {line}: the sum \"1.5\" is not a whole number from 0 to 2^128 - 1"),
        ),
        (
            "\"190\"",
            "\"+5\"",
            format!("line {line}: the sum \"+5\" is not a whole number"),
        ),
        (
            "\"190\"",
            "\"\\u001b[2J\"",
            "the sum \"\\u{1b}[2J\" is not".to_owned(),
        ),
        (
            "\"190\"",
            "null",
            format!("line {line}: invalid type: null, expected a sum in quotation marks"),
        ),
        (
            "\"protocol\": 2,",
            "\"protocol\": 2,\n\"protocol\": 1,",
            "line 3: duplicate field `protocol`".to_owned(),
        ),
        (
            "\"protocol\": 2,",
            "\"protocol\": 3,",
            "the aggregate is of protocol version 3".to_owned(),
        ),
        (
            "\"protocol\": 2,",
            "",
            "missing field `protocol`".to_owned(),
        ),
        (
            "{",
            "",
            "line 2: invalid type: string \"protocol\", expected an object with `protocol`"
                .to_owned(),
        ),
        ("[", &deep[..1000], "line ".to_owned()),
        (
            "\"protocol\": 2,",
            "\"protocol\": 2,\n\"mean\\u001b\": 5,",
            "line 3: unknown field `mean\\u{1b}`, expected one of `protocol`, ".to_owned(),
        ),
        (
            "\"offset\": 0,",
            "\"offset\": 0, \"unit\": 5,",
            "unknown field `unit`, expected one of `name`, ".to_owned(),
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let path = inputs.put("aggregate.json", good.replacen(from, to, 1).as_bytes());
        let ended = round.audit(&["--aggregate", &path]);
        refused(&ended, 3, &says);
    }
    let mut windows = good.clone().into_bytes();
    let at = good.find("age").unwrap();
    windows[at] = 0xe4;
    let path = inputs.put("aggregate.json", &windows);
    let line = 1 + good[..at].matches('\n').count();
    let says = format!("line {line}: the byte 0xe4 is not UTF-8 text");
    refused(&round.audit(&["--aggregate", &path]), 3, &says);
}
