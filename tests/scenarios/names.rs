//! Names of clients that the organiser signed, through the command line.

use std::fs;

use serde_json::Value;

use crate::cli::{put, survey, text, veragg, Round};

#[test]
fn names_stand_behind_the_numbers_of_clients() {
    let round = Round::get();
    let names = round.file("names.txt");
    let (board, key) = (round.file("round.board"), round.file("organiser.pub"));
    let audited = round.audit(&["--names", &names]);
    assert_eq!(audited.code, 0, "{}{}", audited.out, audited.err);
    assert!(
        audited.out.contains("client 2 (b): dropped (confirm)"),
        "{}",
        audited.out
    );
    let explain = |more: &[&str]| {
        let args = [
            "explain",
            &board,
            "--organiser",
            &key,
            "--client",
            "2",
            "--names",
            &names,
        ];
        veragg(&[&args, more].concat())
    };
    assert!(
        explain(&[]).out.contains("client 2 (b) of 6"),
        "{}",
        explain(&[]).out
    );
    let json: Value = serde_json::from_str(&explain(&["--format", "json"]).out).unwrap();
    assert_eq!(
        (json["client"].as_u64(), json["names"]["2"].as_str()),
        (Some(2), Some("b"))
    );
}

#[test]
fn only_names_that_the_organiser_signed_for_this_round_are_shown() {
    let round = Round::get();
    let folder = tempfile::tempdir().unwrap();
    let signed = fs::read_to_string(round.file("names.txt")).unwrap();
    let other = {
        let out = folder.path().join("out");
        let config = survey(folder.path(), &[]);
        assert_eq!(veragg(&["run", text(&config), "--out", text(&out)]).code, 0);
        fs::read_to_string(out.join("names.txt")).unwrap()
    };
    let utf16: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(signed.replace('\n', "\r\n").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let path = put(&folder, "utf16.txt", &utf16);
    assert_eq!(round.audit(&["--names", &path]).code, 0);
    for (names, says) in [
        (
            signed.replacen("2 b", "2 c", 1).replacen("3 c", "3 b", 1),
            "the organiser's signature does not hold",
        ),
        (other, "these are the names of another round"),
        (
            signed.replacen("2 b", "two b", 1),
            "line 4 is not `signature` and 128 hexadecimal digits, or a client's number",
        ),
        (
            signed[..signed.find("signature").unwrap()].to_owned(),
            "the file ends after line 8, and the line `signature` with 128 hexadecimal digits is missing; get the file from the organiser again",
        ),
        ("a,b\n".to_owned(), "not a file of names"),
        ("\0".to_owned(), "is binary"),
    ] {
        let path = put(&folder, "names.txt", names.as_bytes());
        let refused = round.audit(&["--names", &path]);
        assert_eq!(
            (refused.code, refused.out.as_str()),
            (3, ""),
            "{}",
            refused.err
        );
        assert!(refused.err.contains(says), "{says}: {}", refused.err);
    }
    assert_eq!(round.audit(&["--names", "/dev/zero"]).code, 3);
}
