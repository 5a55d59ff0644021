//! The command line from outside: what it prints, and its exit code.
use crate::cli;

use std::fs;
use std::process::{Command, Stdio};

use cli::{command, put, survey, text, veragg, Round};
use serde_json::Value;
use veragg::protocol::wire::board::RECORD_HEAD_LEN;
use veragg::BoardFile;

/// A task with numbers from a seed instead of a table.
const SYNTHETIC: &str = "[round]\ntitle = \"Synthetic\"\n\
    columns = 8\ncorrupt = 0\ndropout = 0.2\n\
    [synthetic]\nclients = 5\nlen = 40\nbound = 256\nseed = 1\n\
    [[dropout]]\nclient = 2\nafter = \"confirm\"\n";

#[test]
fn a_round_gives_the_statistics_of_those_who_contributed() {
    let round = Round::get();
    for line in [
        "Ages",
        "in the sum: 5 of 6 clients",
        "  not client 2 (b): dropped (confirm)",
        // The statistics of 10, 30, 40, 50 and 60.
        "age              5  190  38.00               19.24",
        "verdict: VERIFIED",
    ] {
        assert!(
            round.out.lines().any(|l| l == line),
            "{line}:\n{}",
            round.out
        );
    }
    let aggregate = fs::read(round.file("aggregate.json")).unwrap();
    let aggregate: Value = serde_json::from_slice(&aggregate).unwrap();
    assert_eq!(
        aggregate["contributors"],
        serde_json::json!([1, 3, 4, 5, 6])
    );
    let sums: Vec<_> = (0..3)
        .map(|at| &aggregate["segments"][at]["sums"][0])
        .collect();
    assert_eq!(sums, ["5", "190", "8700"]);
    assert_eq!(aggregate["statistics"]["rows"][0]["mean"], "38.00");
}

#[test]
fn everything_that_a_run_writes_is_accepted_by_the_audit() {
    let round = Round::get();
    let mut receipts: Vec<String> = fs::read_dir(round.file("receipts"))
        .unwrap()
        .map(|entry| text(&entry.unwrap().path()).to_owned())
        .collect();
    receipts.sort();
    assert!(
        receipts[0].ends_with("client-01-acknowledge.receipt"),
        "{receipts:?}"
    );
    // Client 2 has two messages, client 5 has five, and the others have seven each.
    assert_eq!(receipts.len(), 2 + 5 + 4 * 7);
    let aggregate = round.file("aggregate.json");
    let mut more = vec!["--aggregate", &aggregate];
    for receipt in &receipts {
        more.extend(["--receipt", receipt]);
    }
    let ended = round.audit(&more);
    assert_eq!(ended.code, 0, "{}", ended.out);
    assert!(ended
        .out
        .contains("V-13    receipts: each message stands where the receipt says: passed (35)"));
    assert!(ended.out.contains("verdict: VERIFIED"));
    assert_eq!(ended.err, "");
}

#[test]
fn no_flipped_byte_is_verified() {
    let round = Round::get();
    let board = round.board();
    for at in (0..board.len())
        .step_by(board.len() / 12)
        .chain([board.len() - 1])
    {
        let mut bad = board.clone();
        bad[at] ^= 1;
        let code = round.audit_bytes(&bad).code;
        assert!([1, 3].contains(&code), "byte {at}: {code}");
    }
}

#[test]
fn no_cut_board_is_verified() {
    let round = Round::get();
    let board = round.board();
    for keep in [0, 7, 100, board.len() / 3, board.len() / 2, board.len() - 1] {
        let code = round.audit_bytes(&board[..keep]).code;
        assert!([3, 75].contains(&code), "{keep} bytes: {code}");
    }
    // Without its last checkpoint the board is valid, but the round is not finished.
    let last = 5 + round.checkpoints().last().unwrap().len();
    let ended = round.audit_bytes(&board[..board.len() - last]);
    assert_eq!(ended.code, 75, "{}", ended.out);
    assert!(ended.out.contains("verdict: NOT FINISHED"));
}

#[test]
fn the_key_decides_whose_round_it_is() {
    let round = Round::get();
    let board = round.file("round.board");
    let key = fs::read_to_string(round.file("organiser.pub")).unwrap();
    assert_eq!(
        veragg(&["audit", &board, "--organiser", key.trim()]).code,
        0
    );
    // Without a key nobody knows whose board it is, so the audit is not complete.
    let without = veragg(&["audit", &board]);
    assert_eq!(without.code, 4);
    assert!(without
        .out
        .starts_with("WARNING: no organiser's key was given"));
    for line in [
        "  V-01    configuration: well formed, signed by the organiser, secure: passed in part (1). Skipped: V-01.1, whose key signed the configuration, since no organiser's key was given",
        "verdict: INCOMPLETE: no check failed, but a check or a part of one was skipped",
    ] {
        assert!(without.out.lines().any(|l| l == line), "{}", without.out);
    }
    let json = veragg(&["audit", &board, "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["verdict"], "incomplete");
    assert_eq!(json["organiser"]["given"], false);
    assert_eq!(json["checks"][0]["status"], "passed-in-part");
    assert_eq!(veragg(&["explain", &board, "--client", "1"]).code, 4);
    // Whoever wants any organiser's board says so.
    for command in [&["audit"][..], &["explain", "--client", "1"]] {
        let any = veragg(&[command, &[&board, "--any-organiser"]].concat());
        assert_eq!(any.code, 0, "{}{}", any.out, any.err);
        assert!(any.out.starts_with("WARNING: no organiser's key was given"));
    }
    let both = [
        "audit",
        &board,
        "--any-organiser",
        "--organiser",
        key.trim(),
    ];
    assert_eq!(veragg(&both).code, 2);
    // The aggregator's key is valid, but it is not the organiser's.
    let listed = veragg(&["board", &board, "--format", "json"]).out;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let other = listed["header"]["aggregator"].as_str().unwrap();
    let forged = veragg(&["audit", &board, "--organiser", other]);
    assert_eq!(forged.code, 1, "{}", forged.out);
    assert!(forged.out.contains("verdict: FAILED"));
    assert!(forged
        .out
        .contains("the board names another organiser: its key is "));
    // The checks that were not reached share a line.
    let checks = forged.out.lines().filter(|line| line.starts_with("  V-"));
    let checks: Vec<_> = checks.collect();
    assert_eq!(checks.len(), 2, "{}", forged.out);
    assert_eq!(
        checks[1],
        "  V-02 to V-14: not applicable: V-01 failed, and every later check relies on it"
    );
}

#[test]
fn another_aggregate_fails() {
    let round = Round::get();
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(round.file("aggregate.json")).unwrap();
    for (from, to, says) in [
        (
            "\"190\"",
            "\"191\"",
            "the given aggregate says 191 for coordinate 1, the board 190",
        ),
        (
            "\"offset\": 0",
            "\"offset\": 1",
            "the given aggregate has other segments than the configuration: of segment 0 (counted from 0), ",
        ),
        (
            "\"context\": \"",
            "\"context\": \"0",
            "the given aggregate is of another round",
        ),
        (
            "    5,\n",
            "",
            "the given aggregate lists other contributors: it does not name client 5, in the sum",
        ),
    ] {
        assert!(good.contains(from), "{from}: {good}");
        let path = put(
            &folder,
            "aggregate.json",
            good.replacen(from, to, 1).as_bytes(),
        );
        let ended = round.audit(&["--aggregate", &path]);
        assert_eq!(ended.code, 1, "{}", ended.out);
        assert!(ended.out.contains(says), "{says}: {}", ended.out);
    }
}

#[test]
fn an_aggregate_is_compared_as_soon_as_there_is_one_on_the_board() {
    let round = Round::get();
    let folder = tempfile::tempdir().unwrap();
    let last = RECORD_HEAD_LEN + round.checkpoints().last().unwrap().len();
    let board = round.board();
    let board = put(&folder, "round.board", &board[..board.len() - last]);
    let (key, aggregate) = (round.file("organiser.pub"), round.file("aggregate.json"));
    let ended = veragg(&[
        "audit",
        &board,
        "--organiser",
        &key,
        "--aggregate",
        &aggregate,
    ]);
    assert_eq!(ended.code, 75, "{}", ended.out);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_leaves_a_board_of_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let (config, out) = (survey(folder.path(), &[]), folder.path().join("out"));
    // A limit on the size of files acts like a full disk: the write that reaches it is cut short.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"])
        .args([env!("CARGO_BIN_EXE_veragg"), "run", text(&config)])
        .args(["--out", text(&out)])
        .output()
        .unwrap();
    let err = String::from_utf8(limited.stderr).unwrap();
    assert_eq!(limited.status.code(), Some(5), "{err}");
    let board = out.join("unfinished/round.board");
    let listed = veragg(&["board", text(&board)]);
    assert_eq!(listed.code, 0, "{}{}", listed.out, listed.err);
    assert!(listed.out.contains("advertise"), "{}", listed.out);
}

#[test]
fn a_run_into_the_folder_of_another_is_refused_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = survey(folder.path(), &[]);
    let out = folder.path().join("out");
    let run = || veragg(&["run", text(&config), "--out", text(&out)]);
    assert_eq!(run().code, 0);
    let contents = || {
        let names = [
            "round.board",
            "aggregate.json",
            "organiser.pub",
            "round.board.lock",
        ];
        names.map(|name| fs::read(out.join(name)).unwrap())
    };
    // This process writes to the board, as another run would.
    let board = out.join("round.board");
    let (_, writer) = BoardFile::open(&board, usize::MAX).unwrap();
    let before = contents();
    let second = run();
    assert_eq!(second.code, 5);
    let holder = format!("is in use by process {} (", std::process::id());
    assert!(second.err.contains(&holder), "{}", second.err);
    assert!(contents() == before);
    assert_eq!(fs::read_dir(out.join("receipts")).unwrap().count(), 6 * 7);
    drop(writer);
    assert_eq!(run().code, 0);
}

#[test]
fn a_checkpoint_that_somebody_was_shown_is_compared() {
    let round = Round::get();
    let folder = tempfile::tempdir().unwrap();
    let shown = round.checkpoints()[3].clone();
    let path = put(&folder, "shown.checkpoint", &shown);
    assert_eq!(round.audit(&["--checkpoint", &path]).code, 0);
    let mut other = shown;
    *other.last_mut().unwrap() ^= 1;
    let path = put(&folder, "other.checkpoint", &other);
    assert_eq!(round.audit(&["--checkpoint", &path]).code, 1);
}

#[test]
fn a_receipt_of_another_round_fails() {
    let folder = tempfile::tempdir().unwrap();
    let config = survey(folder.path(), &[]);
    let out = folder.path().join("out");
    assert_eq!(veragg(&["run", text(&config), "--out", text(&out)]).code, 0);
    let receipt = out.join("receipts/client-03-submit.receipt");
    let ended = Round::get().audit(&["--receipt", text(&receipt)]);
    assert_eq!(ended.code, 1, "{}", ended.out);
    assert!(
        ended
            .out
            .contains("is of another round, or this round's aggregator did not sign it"),
        "{}",
        ended.out
    );
}

#[test]
fn skipped_checks_leave_the_verdict_open() {
    let round = Round::get();
    let ended = round.audit(&["--skip", "V-07", "--skip", "V-09"]);
    assert_eq!(ended.code, 4, "{}", ended.out);
    assert_eq!(ended.out.matches(": skipped on request").count(), 5);
    assert!(ended.out.contains("verdict: INCOMPLETE"));
}

#[test]
fn a_client_is_explained_in_words() {
    let round = Round::get();
    let (board, key) = (round.file("round.board"), round.file("organiser.pub"));
    let explain = |client| {
        let ended = veragg(&["explain", &board, "--organiser", &key, "--client", client]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        ended.out
    };
    let dropped = explain("2");
    assert!(dropped.starts_with("client 2 of 6\n\nThe input of client 2 is not in the sum: in the phase `confirm` the board holds no message of it. That is no accusation:"), "{dropped}");
    assert!(!dropped.contains("its masked input"));
    let silent = explain("5");
    assert!(
        silent.contains("It sent no message in the last phase. That does not matter"),
        "{silent}"
    );
    let whole = explain("1");
    assert!(
        whole.contains("\n\nThe input of client 1 is in the sum."),
        "{whole}"
    );
    assert!(whole.contains("  unmask      leaf "), "{whole}");
    assert!(whole.contains("V-09    the shares that it revealed are those that it was dealt, and what it attested about its masks is true: nothing wrong"));
    assert!(whole.contains("\nfaults that concern it: none\n"));
}

#[test]
fn a_board_is_listed_as_far_as_it_is_readable() {
    let round = Round::get();
    let listed = veragg(&["board", &round.file("round.board")]);
    assert_eq!(listed.code, 0);
    // The board holds 35 messages of clients, one publication and nine checkpoints.
    assert_eq!(listed.out.matches("  client ").count(), 35);
    assert_eq!(listed.out.matches("  aggregator  ").count(), 1);
    assert_eq!(listed.out.matches("  checkpoint: ").count(), 9);
    let folder = tempfile::tempdir().unwrap();
    let bytes = round.board();
    let cut = put(&folder, "cut.board", &bytes[..bytes.len() - 1]);
    let ended = veragg(&["board", &cut]);
    assert_eq!(ended.code, 3);
    assert_eq!(ended.out.matches("  checkpoint: ").count(), 8);
    assert!(ended.err.starts_with(&format!(
        "error: {cut}: the board ends inside record 44, at byte "
    )));
    let ended = veragg(&["board", &cut, "--format", "json"]);
    assert_eq!(ended.code, 3);
    let listed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(listed["records"].as_array().unwrap().len(), 44);
    assert!(listed["error"].is_string());
}

#[test]
fn a_round_that_too_many_leave_is_not_finished() {
    let folder = tempfile::tempdir().unwrap();
    let leave = [
        (1, "advertise"),
        (2, "advertise"),
        (3, "advertise"),
        (4, "advertise"),
    ];
    let config = survey(folder.path(), &leave);
    let out = folder.path().join("out");
    let ended = veragg(&["run", text(&config), "--out", text(&out)]);
    let board = out.join("unfinished/round.board");
    let board = text(&board);
    assert_eq!(ended.code, 75, "{}", ended.err);
    assert!(
        ended.err.starts_with("error: the round stopped: "),
        "{}",
        ended.err
    );
    assert!(
        ended
            .err
            .ends_with(&format!("The messages until then are in {board}\n")),
        "{}",
        ended.err
    );
    assert_eq!(veragg(&["audit", board]).code, 75);
}

#[test]
fn parameters_are_worked_out() {
    let ended = veragg(&[
        "params",
        "--clients",
        "1000",
        "--corrupt",
        "0.05",
        "--dropout",
        "0.05",
    ]);
    assert_eq!(ended.code, 0);
    for line in [
        "may be corrupt    50",
        "neighbours k      104 (drawn at random from the roster and the beacon)",
        "threshold t       66 shares reconstruct a secret",
        "  total         2^-41.0     any of these",
    ] {
        assert!(
            ended.out.lines().any(|l| l == line),
            "{line}:\n{}",
            ended.out
        );
    }
    let nobody = [
        "params",
        "--clients",
        "9",
        "--corrupt",
        "0",
        "--dropout",
        "0",
    ];
    let ended = veragg(
        &[
            &nobody[..],
            &["--len", "3", "--max", "9", "--format", "json"],
        ]
        .concat(),
    );
    assert_eq!(ended.code, 0);
    let value: Value = serde_json::from_str(&ended.out).unwrap();
    assert!(value["warning"]
        .as_str()
        .unwrap()
        .starts_with("of this many clients the fractions allow for no corrupt"));
    assert_eq!(value["failure"]["total_log2"], Value::Null);
    assert_eq!(value["bytes"]["phases"].as_array().unwrap().len(), 8);
    assert_eq!(value["bytes"]["phases"][2]["sent"], 167);
}

#[test]
fn results_are_json_on_request() {
    let round = Round::get();
    let report: Value = serde_json::from_str(&round.audit(&["--format", "json"]).out).unwrap();
    assert_eq!(report["verdict"], "verified");
    assert_eq!(report["contributors"], serde_json::json!([1, 3, 4, 5, 6]));
    let folder = tempfile::tempdir().unwrap();
    let config = survey(folder.path(), &[]);
    let out = folder.path().join("out");
    let ended = veragg(&[
        "--format",
        "json",
        "run",
        text(&config),
        "--out",
        text(&out),
    ]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let summary: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(summary["audit"]["verdict"], "verified");
    assert_eq!(summary["statistics"]["rows"][0]["sum"], "210");
    assert_eq!(summary["phases"].as_array().unwrap().len(), 8);
}

#[test]
fn synthetic_vectors_are_drawn_again_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let config = put(&folder, "round.toml", SYNTHETIC.as_bytes());
    let out = folder.path().join("out");
    let run = |more: &[&str]| veragg(&[&["run", &config, "--out", text(&out)], more].concat());
    let ended = run(&[]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let aggregate = fs::read(out.join("aggregate.json")).unwrap();
    let aggregate: Value = serde_json::from_slice(&aggregate).unwrap();
    let sums = aggregate["segments"][0]["sums"].as_array().unwrap();
    assert_eq!(sums.len(), 40);
    let first: Vec<_> = sums[..5].iter().map(|sum| sum.as_str().unwrap()).collect();
    for line in [
        "in the sum: 4 of 5 clients",
        "  not client 2: dropped (submit)",
        &format!("40 sums: {}, ..", first.join(", ")),
        "checked: every one is the sum of the synthetic vectors of the 4 contributors, drawn again",
        "verdict: VERIFIED",
    ] {
        assert!(
            ended.out.lines().any(|l| l == line),
            "{line}:\n{}",
            ended.out
        );
    }
    let summary: Value = serde_json::from_str(&run(&["--format", "json"]).out).unwrap();
    assert_eq!(summary["suite"], "ristretto255-bitplane");
    assert_eq!(summary["recomputed"]["sums"], 40);
    assert_eq!(summary["recomputed"]["contributors"], 4);
    assert_eq!(summary["recomputed"]["first"], serde_json::json!(first));
    assert_eq!(summary["audit"]["verdict"], "verified");
    let board = out.join("round.board");
    let listed = veragg(&["board", text(&board), "--format", "json"]).out;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["header"]["columns"], 8);
}

#[test]
fn a_reader_may_go_away() {
    let board = Round::get().file("round.board");
    for args in [
        &["board", &board][..],
        &["audit", &board, "--any-organiser"],
        &["--help"],
        &[
            "params",
            "--clients",
            "9",
            "--corrupt",
            "0.1",
            "--dropout",
            "0",
        ],
    ] {
        let mut child = command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{args:?}");
        assert_eq!(ended.status.code(), Some(0), "{args:?}");
    }
}
