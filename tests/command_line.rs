//! The command line from outside: what it prints, and the code that it ends with.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use veragg::protocol::board::{Header, RecordKind, Records, RECORD_HEAD_LEN};

struct Ended {
    code: i32,
    out: String,
    err: String,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_veragg"));
    command.args(args);
    command
}

fn veragg(args: &[&str]) -> Ended {
    let output = command(args).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(!err.contains("panicked"), "{args:?}: {err}");
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err,
    }
}

const TABLE: &str = "clinic,age\na,10\nb,20\nc,30\nd,40\ne,50\nf,60\n";

/// Six clinics with a patient each; these drop out.
fn survey(folder: &Path, dropouts: &[(u32, &str)]) -> PathBuf {
    fs::write(folder.join("ages.csv"), TABLE).unwrap();
    let mut config = "[round]\ntitle = \"Ages\"\nsuite = \"ristretto255-bulletproofs\"\n\
        corrupt = 0\ndropout = 0.2\n\
        [data]\nfile = \"ages.csv\"\ndeal = { column = \"clinic\" }\nmax_rows = 5\n\
        [[measure]]\ncolumns = [\"age\"]\ndecimals = 0\nmax = 120\n"
        .to_owned();
    for (client, after) in dropouts {
        config += &format!("[[dropout]]\nclient = {client}\nafter = \"{after}\"\n");
    }
    let path = folder.join("round.toml");
    fs::write(&path, config).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A round that was played once for all tests: client 2 leaves it after share, 5 after submit.
struct Round {
    folder: TempDir,
    out: String,
}

impl Round {
    fn get() -> &'static Round {
        static ROUND: OnceLock<Round> = OnceLock::new();
        ROUND.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let config = survey(folder.path(), &[(2, "share"), (5, "submit")]);
            let out = folder.path().join("out");
            let ended = veragg(&["run", text(&config), "--out", text(&out)]);
            assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
            assert_eq!(ended.err, "");
            let out = ended.out;
            Round { folder, out }
        })
    }

    fn file(&self, name: &str) -> String {
        let path = self.folder.path().join("out").join(name);
        path.to_str().unwrap().to_owned()
    }

    fn board(&self) -> Vec<u8> {
        fs::read(self.file("round.board")).unwrap()
    }

    /// Audits the board with the organiser's key and these further arguments.
    fn audit(&self, more: &[&str]) -> Ended {
        let (board, key) = (self.file("round.board"), self.file("organiser.pub"));
        veragg(&[&["audit", &board, "--organiser", &key], more].concat())
    }

    /// Audits other bytes as the board.
    fn audit_bytes(&self, bytes: &[u8]) -> Ended {
        let folder = tempfile::tempdir().unwrap();
        let board = put(&folder, "other.board", bytes);
        veragg(&["audit", &board, "--organiser", &self.file("organiser.pub")])
    }

    /// The bytes of its checkpoints, in order.
    fn checkpoints(&self) -> Vec<Vec<u8>> {
        let bytes = self.board();
        let mut source = &bytes[..];
        let header = Header::read(&mut source).unwrap();
        let mut records = Records::new(source, header.encode().len(), 1 << 20);
        let mut checkpoints = Vec::new();
        while let Some(record) = records.next_record().unwrap() {
            if record.kind() == RecordKind::Checkpoint {
                checkpoints.push(record.whole().unwrap().bytes);
            }
        }
        checkpoints
    }
}

fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_round_gives_the_statistics_of_those_who_contributed() {
    let round = Round::get();
    for line in [
        "Ages",
        "in the sum: 5 of 6 clients",
        "  not client 2 (b): dropped (confirm)",
        // Of 10, 30, 40, 50 and 60.
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
    // Two messages of client 2, four of client 5, six of the others.
    assert_eq!(receipts.len(), 2 + 4 + 4 * 6);
    let aggregate = round.file("aggregate.json");
    let mut more = vec!["--aggregate", &aggregate];
    for receipt in &receipts {
        more.extend(["--receipt", receipt]);
    }
    let ended = round.audit(&more);
    assert_eq!(ended.code, 0, "{}", ended.out);
    assert!(ended
        .out
        .contains("V-13    receipts: each message stands where the receipt says: passed (30)"));
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
    // Without its last checkpoint the board is whole, but the round is not finished.
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
    let without = veragg(&["audit", &board]);
    assert_eq!(without.code, 0);
    assert!(without
        .out
        .starts_with("WARNING: no organiser's key was given"));
    // The aggregator's key is a good key, but not the organiser's.
    let listed = veragg(&["board", &board, "--format", "json"]).out;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let other = listed["header"]["aggregator"].as_str().unwrap();
    let forged = veragg(&["audit", &board, "--organiser", other]);
    assert_eq!(forged.code, 1, "{}", forged.out);
    assert!(forged.out.contains("verdict: FAILED"));
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
            "in another way than the configuration",
        ),
        (
            "\"context\": \"",
            "\"context\": \"0",
            "the given aggregate is of another round",
        ),
        (
            "    5,\n",
            "",
            "the given aggregate lists other contributors",
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
    // A limit on the size of files acts as a full disk: the write that meets it is cut short.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"])
        .args([env!("CARGO_BIN_EXE_veragg"), "run", text(&config)])
        .args(["--out", text(&out)])
        .output()
        .unwrap();
    let err = String::from_utf8(limited.stderr).unwrap();
    assert_eq!(limited.status.code(), Some(5), "{err}");
    let board = out.join("round.board");
    let listed = veragg(&["board", text(&board)]);
    assert_eq!(listed.code, 0, "{}{}", listed.out, listed.err);
    assert!(listed.out.contains("advertise"), "{}", listed.out);
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
        ended.out.contains("is not of this round's aggregator"),
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
    assert!(dropped.starts_with("client 2 of 6\n\nIts input is not in the sum: in the phase `confirm` the board holds no message of it. That is no accusation:"), "{dropped}");
    assert!(!dropped.contains("its input under a mask"));
    let silent = explain("5");
    assert!(
        silent.contains("It fell silent before the end, which costs nothing"),
        "{silent}"
    );
    let whole = explain("1");
    assert!(whole.contains("\n\nIts input is in the sum."), "{whole}");
    assert!(whole.contains("  unmask      leaf "), "{whole}");
    assert!(whole.contains("V-09    the shares that it revealed are the right ones: nothing wrong"));
    assert!(whole.contains("\nfaults: none\n"));
}

#[test]
fn a_board_is_listed_as_far_as_it_is_readable() {
    let round = Round::get();
    let listed = veragg(&["board", &round.file("round.board")]);
    assert_eq!(listed.code, 0);
    // 30 of clients, one publication, seven checkpoints.
    assert_eq!(listed.out.matches("  client ").count(), 30);
    assert_eq!(listed.out.matches("  aggregator  ").count(), 1);
    assert_eq!(listed.out.matches("  checkpoint: ").count(), 7);
    let folder = tempfile::tempdir().unwrap();
    let bytes = round.board();
    let cut = put(&folder, "cut.board", &bytes[..bytes.len() - 1]);
    let ended = veragg(&["board", &cut]);
    assert_eq!(ended.code, 3);
    assert_eq!(ended.out.matches("  checkpoint: ").count(), 6);
    assert!(ended.err.starts_with(&format!(
        "error: {cut}: the board ends inside record 37, at byte "
    )));
    let ended = veragg(&["board", &cut, "--format", "json"]);
    assert_eq!(ended.code, 3);
    let listed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(listed["records"].as_array().unwrap().len(), 37);
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
    let board = out.join("round.board");
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
            .ends_with(&format!("What was said until then is in {board}\n")),
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
        "threshold t       66 shares rebuild a secret",
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
    assert_eq!(value["bytes"]["phases"].as_array().unwrap().len(), 6);
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
    assert_eq!(summary["phases"].as_array().unwrap().len(), 6);
}

#[test]
fn a_reader_may_go_away() {
    let board = Round::get().file("round.board");
    for args in [
        &["board", &board][..],
        &["audit", &board],
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

#[test]
fn the_version_names_the_protocol() {
    let ended = veragg(&["--version"]);
    assert_eq!(
        ended.out,
        concat!("veragg ", env!("CARGO_PKG_VERSION"), " (protocol 1)\n")
    );
}

/// Every misuse with the code and the whole message; `{}` is the folder of the files.
#[test]
fn misuse_is_answered_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let round = Round::get();
    let board = put(&folder, "round.board", &round.board());
    let file = |name: &str, bytes: &[u8]| put(&folder, name, bytes);
    let config = survey(folder.path(), &[]);
    let good = fs::read_to_string(&config).unwrap();
    let suite = file(
        "suite.toml",
        good.replace("ristretto255-bulletproofs", "magic")
            .as_bytes(),
    );
    let wide = file(
        "wide.toml",
        good.replace("corrupt = 0", "corrupt = 0.4").as_bytes(),
    );
    let table = file(
        "table.toml",
        good.replace("ages.csv", "none.csv").as_bytes(),
    );
    let syntax = file(
        "syntax.toml",
        good.replace("max_rows", "max_row").as_bytes(),
    );
    let nowhere = file("plain", b"text");
    let under_file = format!("{nowhere}/out");
    let missing = format!("{}/missing", folder.path().display());
    let not_number = br#"{"protocol":1,"context":"","contributors":[],"segments":[{"name":"a","decimals":0,"offset":0,"sums":["1.5"]}]}"#;
    let not_number = file("sums.json", not_number);
    let version = file(
        "version.json",
        br#"{"protocol":2,"context":"","contributors":[],"segments":[]}"#,
    );
    let weak = format!("01{}", "00".repeat(31));
    let skippable = "these can be skipped: V-06, V-07.A, V-07.B, V-07.C, V-07.D, V-08.D, V-09, V-10, V-11, V-12, V-13, V-14 (V-07 means all its parts)";
    let os = "cannot be read (No such file or directory (os error 2)); check the path";

    let cases: Vec<(Vec<&str>, i32, String)> = vec![
        (vec!["audit", &missing], 5, format!("{{}}/missing: {os}")),
        (vec!["audit", text(folder.path())], 5, "{}: cannot be read (Is a directory (os error 21)); check the path".into()),
        (vec!["audit", &nowhere], 3, "{}/plain: not a board of this version: it begins with other bytes".into()),
        (vec!["audit", &board, "--organiser", &missing], 5, "{}/missing: cannot be read (no such file, and not a key of 64 hexadecimal digits either); check the path".into()),
        (vec!["audit", &board, "--organiser", &nowhere], 3, "{}/plain: not a key; the file must hold 64 hexadecimal digits, as organiser.pub of `veragg run` does".into()),
        (vec!["audit", &board, "--organiser", &weak], 2, format!("--organiser {weak}: organiser's key is the identity element, which is never allowed")),
        (vec!["audit", &board, "--receipt", &nowhere], 3, "{}/plain: not a receipt: ".into()),
        (vec!["audit", &board, "--receipt", &missing], 5, format!("{{}}/missing: {os}")),
        (vec!["audit", &board, "--checkpoint", &nowhere], 3, "{}/plain: not a checkpoint of a round of 6 clients: ".into()),
        (vec!["audit", &board, "--aggregate", &nowhere], 3, "{}/plain: not an aggregate: expected ident at line 1 column 2".into()),
        (vec!["audit", &board, "--aggregate", &not_number], 3, "{}/sums.json: segment \"a\" has the sum \"1.5\", which is not a whole number below 2^128".into()),
        (vec!["audit", &board, "--aggregate", &version], 3, "{}/version.json: of protocol version 2; this is veragg for version 1".into()),
        (vec!["audit", &board, "--skip", "V-99"], 2, format!("--skip V-99: V-99 is no check; {skippable}")),
        (vec!["audit", &board, "--skip", "V-03"], 2, format!("--skip V-03: V-03 cannot be skipped: every later check stands on it; {skippable}")),
        (vec!["explain", &board, "--client", "7"], 2, "--client 7: no such client; those of this board are numbered from 1 to 6".into()),
        (vec!["explain", &board, "--client", "0"], 2, "--client 0: no such client; those of this board are numbered from 1 to 6".into()),
        (vec!["run", &missing], 5, "{}/missing: cannot be read (No such file or directory (os error 2)); check the path (`file` is relative to the configuration's folder)".into()),
        (vec!["run", &table], 5, "{}/none.csv: cannot be read (No such file or directory (os error 2)); check the path (`file` is relative to the configuration's folder)".into()),
        (vec!["run", &syntax], 3, "{}/syntax.toml:9: ".into()),
        (vec!["run", &suite], 3, "{}/suite.toml: unknown suite `magic`; known: ristretto255-bulletproofs".into()),
        (vec!["run", &wide], 3, "{}/wide.toml: the parameters are refused: 2 corrupt and 1 absent clients of 6 are too many: even a complete graph needs 3 gamma + 2 delta < 1 (here 3 corrupt + 2 absent <= clients - 2); assume fewer of them, or enlarge the roster".into()),
        (vec!["run", text(&config), "--out", &under_file], 5, "{}/plain/out/receipts: cannot be written (Not a directory (os error 20)); choose another folder with --out".into()),
        (vec!["params", "--clients", "2", "--corrupt", "0", "--dropout", "0"], 2, "the roster has 2 clients; 3 to 1048576 are possible".into()),
        (vec!["params", "--clients", "9", "--corrupt", "1", "--dropout", "0"], 2, "invalid value '1' for '--corrupt <FRACTION>': give a fraction from 0 up to, not including, 1, such as 0.05".into()),
        (vec!["params", "--clients", "9", "--corrupt", "0", "--dropout", "0", "--suite", "magic"], 2, "invalid value 'magic' for '--suite <NAME>': unknown suite `magic`; known: ristretto255-bulletproofs".into()),
        (vec!["params", "--clients", "9", "--corrupt", "0", "--dropout", "0", "--len", "5"], 2, "the following required arguments were not provided:".into()),
        (vec!["params", "--clients", "9", "--corrupt", "0", "--dropout", "0", "--len", "4294967295", "--max", "9"], 2, "segment 0 makes the vector 4294967295 coordinates long; 1 to 134217728 are allowed, at least 1 a segment".into()),
        (vec!["board", &nowhere], 3, "{}/plain: not a board of this version: it begins with other bytes".into()),
    ];
    for (args, code, message) in cases {
        let ended = veragg(&args);
        let want = format!("error: {}", message.replace("{}", text(folder.path())));
        let first = ended.err.lines().next().unwrap_or_default();
        // A message that ends openly goes on in the words of a library.
        let open = message.ends_with(": ");
        let same = if open {
            first.starts_with(&want)
        } else {
            first == want
        };
        assert!(same, "{args:?}\n got {first}\nwant {want}");
        assert_eq!((ended.code, ended.out.as_str()), (code, ""), "{args:?}");
    }
}
