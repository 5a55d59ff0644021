//! Every misuse of the command line: the exit code, and the message that says what to do.
use crate::cli;

use std::fs;

use cli::{put, survey, text, veragg, Round};

/// Each case: the arguments, the exit code and the whole message. `{}` is the folder of the files.
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
        good.replace("ristretto255-bitplane", "magic").as_bytes(),
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
    let columns = good.replace("corrupt", "columns = 7\ncorrupt");
    let columns = file("columns.toml", columns.as_bytes());
    let nowhere = file("plain", b"text");
    let under_file = format!("{nowhere}/out");
    let fresh = format!("{}/fresh.toml", folder.path().display());
    let missing = format!("{}/missing", folder.path().display());
    let not_number = br#"{"protocol":1,"context":"","contributors":[],"segments":[{"name":"a","decimals":0,"offset":0,"sums":["1.5"]}]}"#;
    let not_number = file("sums.json", not_number);
    let version = file(
        "version.json",
        br#"{"protocol":3,"context":"","contributors":[],"segments":[]}"#,
    );
    let weak = format!("01{}", "00".repeat(31));
    let skippable = "choose among V-06, V-07.A, V-07.B, V-07.C, V-07.D, V-08.A, V-08.B, V-08.C, V-08.D, V-09, V-10, V-11, V-12, V-13, V-14, V-16, V-17, V-18 (V-07 means all its parts)";
    let os = "cannot be read (No such file or directory (os error 2)); check the path";

    let cases: Vec<(Vec<&str>, i32, String)> = vec![
        (vec!["audit", &missing], 5, format!("{{}}/missing: {os}")),
        (vec!["audit", text(folder.path())], 3, "{}: this is a folder, not a board; give the file round.board in it".into()),
        (vec!["audit", &nowhere], 3, "{}/plain: this is not a board that veragg can read: its first bytes are others; check that it is the right file".into()),
        (vec!["audit", &board, "--organiser", &missing], 5, "{}/missing: cannot be read (no such file, and not a key of 64 hexadecimal digits either); check the path".into()),
        (vec!["audit", &board, "--organiser", &nowhere], 3, "{}/plain: `text` is no key; a key is 64 hexadecimal digits and nothing else, as in organiser.pub of `veragg run`".into()),
        (vec!["audit", &board, "--organiser", &weak], 2, format!("--organiser {weak}: these are 64 hexadecimal digits, but no Ed25519 key; copy the organiser's key again")),
        (vec!["audit", &board, "--receipt", &nowhere], 3, "{}/plain: this is not a receipt (version holds a value that is not allowed there); check that it is the right file".into()),
        (vec!["audit", &board, "--receipt", &missing], 5, format!("{{}}/missing: {os}")),
        (vec!["audit", &board, "--checkpoint", &nowhere], 3, "{}/plain: this is not a checkpoint of a round of 6 clients (version holds a value that is not allowed there); check that it is the right file".into()),
        (vec!["audit", &board, "--aggregate", &nowhere], 3, "{}/plain: line 1: expected ident; this is not an aggregate.json as `veragg run` writes it".into()),
        (vec!["audit", &board, "--aggregate", &not_number], 3, "{}/sums.json: line 1: the sum \"1.5\" is not a whole number from 0 to 2^128 - 1; this is not an aggregate.json as `veragg run` writes it".into()),
        (vec!["audit", &board, "--aggregate", &version], 3, "{}/version.json: the aggregate is of protocol version 3; this version of veragg reads versions up to 2".into()),
        (vec!["audit", &board, "--skip", "V-99"], 2, format!("--skip V-99: V-99 is not a check; {skippable}")),
        (vec!["audit", &board, "--skip", "V-03"], 2, format!("--skip V-03: V-03 cannot be skipped, since every later check relies on it; {skippable}")),
        (vec!["explain", &board, "--client", "7"], 2, "--client 7: this board has no such client; give a number from 1 to 6".into()),
        (vec!["explain", &board, "--client", "0"], 2, "--client 0: this board has no such client; give a number from 1 to 6".into()),
        (vec!["run", &missing], 5, format!("{{}}/missing: {os}")),
        (vec!["init", &fresh, "--table", &missing], 5, format!("{{}}/missing: {os}")),
        (vec!["run", &table], 5, format!("{{}}/table.toml:7: `file = \"none.csv\"`: {os}, which is relative to the folder of the configuration")),
        (vec!["run", &syntax], 3, "{}/syntax.toml:9: ".into()),
        (vec!["run", &suite], 3, "{}/suite.toml:3: unknown suite `magic`; known: ristretto255-bitplane, ristretto255-bulletproofs, bls12381-groth16".into()),
        (vec!["run", &columns], 3, "{}/columns.toml:4: `columns = 7` is not possible with the suite ristretto255-bitplane, which takes a power of two up to 65536; leave `columns` out to have the best number chosen".into()),
        (vec!["run", &wide], 3, "{}/wide.toml:4: `corrupt` and `dropout` are too large for 6 clients: 2 may conspire and 1 of the others may be absent, and 3 * 2 + 2 * 1 is more than 6 - 2; lower one of the two, or have more clients".into()),
        (vec!["run", text(&config), "--out", &under_file], 5, "{}/plain/out: cannot be written (Not a directory (os error 20)); choose another folder with --out".into()),
        (vec!["params", "--clients", "2", "--corrupt", "0", "--dropout", "0"], 2, "the roster has 2 clients; 3 to 1048576 are possible".into()),
        (vec!["params", "--clients", "9", "--corrupt", "1", "--dropout", "0"], 2, "invalid value '1' for '--corrupt <FRACTION>': give a fraction of at least 0 and below 1, such as 0.05".into()),
        (vec!["params", "--clients", "9", "--corrupt", "0", "--dropout", "0", "--suite", "magic"], 2, "invalid value 'magic' for '--suite <NAME>': unknown suite `magic`; known: ristretto255-bitplane, ristretto255-bulletproofs, bls12381-groth16".into()),
        (vec!["params", "--clients", "9", "--corrupt", "0", "--dropout", "0", "--len", "5"], 2, "the following required arguments were not provided:".into()),
        (vec!["params", "--clients", "9", "--corrupt", "0", "--dropout", "0", "--len", "4294967295", "--max", "9"], 2, "invalid value '4294967295' for '--len <D>': 4294967295 is not in 1..=134217728".into()),
        (vec!["board", &nowhere], 3, "{}/plain: this is not a board that veragg can read: its first bytes are others; check that it is the right file".into()),
    ];
    for (args, code, message) in cases {
        let ended = veragg(&args);
        let want = format!("error: {}", message.replace("{}", text(folder.path())));
        let first = ended.err.lines().next().unwrap_or_default();
        // Behind a message that ends with a colon come the words of a library.
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
