//! Rounds of the committee protocol through the command line.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::{text, veragg};

/// An example, with `protocol = "committee"`, and what is added at the end.
fn example(folder: &Path, name: &str, more: &str) -> PathBuf {
    let new = folder.join(name);
    let written = veragg(&["example", name, "--out", text(&new)]);
    assert_eq!(written.code, 0, "{}", written.err);
    let config = new.join("round.toml");
    let round = fs::read_to_string(&config).unwrap();
    let round = round.replace("protocol = \"pairwise\"", "protocol = \"committee\"");
    fs::write(&config, round + more).unwrap();
    config
}

/// With two of four trustees absent too few open. What was said until then is on a board, and the masked rows are gone.
#[test]
fn a_round_that_stops_leaves_its_board() {
    let folder = tempfile::tempdir().unwrap();
    let one_more = "\n[[absence]]\ntrustee = 1\nafter = \"confirm\"\n";
    let config = example(folder.path(), "sensors", one_more);
    let out = folder.path().join("out");
    let ended = veragg(&["run", text(&config), "--out", text(&out)]);
    assert_eq!(ended.code, 75, "{}", ended.err);
    let unfinished = out.join("unfinished");
    let board = unfinished.join("round.board");
    let there = format!("The messages until then are in {}\n", text(&board));
    assert!(ended.err.ends_with(&there), "{}", ended.err);
    assert!(!unfinished.join("messages.log").exists());
    let key = unfinished.join("organiser.pub");
    let audited = veragg(&["audit", text(&board), "--organiser", text(&key)]);
    assert_eq!(audited.code, 75, "{}{}", audited.out, audited.err);
    let verdict = "verdict: NOT FINISHED";
    assert!(audited.out.contains(verdict), "{}", audited.out);
    let explained = veragg(&[
        "explain",
        text(&board),
        "--organiser",
        text(&key),
        "--trustee",
        "1",
    ]);
    let says = "confirmed the list of contributors. No opening of it counts.";
    assert!(explained.out.contains(says), "{}", explained.out);
}

#[test]
fn sensors_send_once_and_anybody_checks_the_sums() {
    let folder = tempfile::tempdir().unwrap();
    let config = example(folder.path(), "sensors", "");
    let out = folder.path().join("out");
    let ran = veragg(&["run", text(&config), "--out", text(&out)]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for line in [
        "4 trustees, 3 must open",
        "in the sum: 998 of 1000 clients",
        "not client 40: dropped (submit)",
        "h17            998  105667  105.88               45.03",
        "busiest hour  150 and more    243  24.35 %",
        "verdict: VERIFIED",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    // The messages with their masked rows are gone.
    let left: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("messages"))
        .collect();
    assert_eq!(left, [""; 0]);
    let file = |name: &str| text(&out.join(name)).to_owned();
    let (board, key) = (file("round.board"), file("organiser.pub"));
    let audit = |more: &[&str]| {
        let own = ["audit", &board, "--organiser", &key];
        veragg(&[&own, more].concat())
    };
    let aggregate = file("aggregate.json");
    let receipts = file("receipts");
    let of_client = format!("{receipts}/client-0003-submit.receipt");
    let of_trustee = format!("{receipts}/trustee-2-open.receipt");
    let given = [
        "--aggregate",
        &aggregate,
        "--receipt",
        &of_client,
        "--receipt",
        &of_trustee,
    ];
    let audited = audit(&given);
    assert_eq!(audited.code, 0, "{}", audited.out);
    assert!(audited
        .out
        .contains("V-13    receipts: each message stands where the receipt says: passed (2)"));
    // A message that stands on the board, as its sender sent it: nobody is named.
    let bytes = fs::read(&board).unwrap();
    let envelope = first_envelope(&bytes);
    let message = folder.path().join("message");
    fs::write(&message, envelope).unwrap();
    let same = audit(&["--message", text(&message)]);
    assert_eq!(same.code, 0, "{}", same.out);
    fs::write(&message, &envelope[..100]).unwrap();
    let short = audit(&["--message", text(&message)]);
    assert_eq!(short.code, 3);
    assert!(
        short.err.contains("a message has at least 167"),
        "{}",
        short.err
    );

    let absent = veragg(&["explain", &board, "--organiser", &key, "--trustee", "3"]);
    assert_eq!(absent.code, 0, "{}", absent.err);
    assert!(absent
        .out
        .contains("Trustee 3 said nothing in this round. That is no accusation"));
    let opened = veragg(&["explain", &board, "--organiser", &key, "--trustee", "4"]);
    assert!(opened
        .out
        .contains("opened the sum of its pads. The opening holds"));
    let none = veragg(&["explain", &board, "--trustee", "5"]);
    assert_eq!(none.code, 2);
    assert!(
        none.err.contains("give a number from 1 to 4"),
        "{}",
        none.err
    );
    let client = veragg(&["explain", &board, "--organiser", &key, "--client", "2"]);
    assert!(client.out.contains("The input of client 2 is in the sum."));
    assert!(!client.out.contains("neighbour"), "{}", client.out);
    let listed = veragg(&["board", &board]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert!(listed
        .out
        .contains("trustees    4, 3 must open, 1 may collude"));
    assert!(listed.out.contains("trustee 1"), "{}", listed.out);
}

#[test]
fn a_later_round_leaves_no_receipts_of_an_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let committee = "\n[committee]\nmembers = 7\ncolluding = 2\nabsent = 1\n";
    let of_seven = example(folder.path(), "hospitals", committee);
    let committee = "\n[committee]\nmembers = 4\ncolluding = 1\nabsent = 1\n";
    let of_four = folder.path().join("hospitals").join("four.toml");
    let round = fs::read_to_string(&of_seven).unwrap();
    let (round, _) = round.split_once("\n[committee]\n").unwrap();
    fs::write(&of_four, format!("{round}{committee}")).unwrap();
    let out = folder.path().join("out");
    let receipts = out.join("receipts");
    let own = receipts.join("trustee-8-of-mine.txt");
    for (config, trustees) in [(&of_seven, 7), (&of_four, 4), (&of_four, 4)] {
        let is_later = own.exists();
        let ran = veragg(&["run", text(config), "--out", text(&out)]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        let files = fs::read_dir(&receipts).unwrap();
        let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        let board = out.join("round.board");
        let mut words = vec!["audit", text(&board), "--any-organiser"];
        let of_this_run = files.iter().filter(|path| **path != own);
        words.extend(of_this_run.flat_map(|path| ["--receipt", text(path)]));
        let audited = veragg(&words);
        assert!(!audited.out.contains("FAILED"), "{}", audited.out);
        let of_trustees = files.iter().filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("trustee-") && name.ends_with(".receipt")
        });
        // In check, confirm and open.
        assert_eq!(of_trustees.count(), 3 * trustees);
        // What somebody puts beside them stays.
        assert_eq!(own.exists(), is_later);
        fs::write(&own, "mine").unwrap();
    }
}

/// The envelope of the first message on a board.
fn first_envelope(board: &[u8]) -> &[u8] {
    let mut source = board;
    let header = veragg::protocol::wire::header::Header::read(&mut source).unwrap();
    let start = header.encode().len() + 5;
    &board[start..start + 167]
}

#[test]
fn hospitals_change_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let absences = "\n[[absence]]\ntrustee = 2\n\n[[absence]]\ntrustee = 7\nafter = \"check\"\n";
    let config = example(folder.path(), "hospitals", absences);
    let out = folder.path().join("out");
    let ran = veragg(&["run", text(&config), "--out", text(&out)]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("7 trustees, 5 must open"));
    assert!(
        ran.out.contains("in the sum: 28 of 30 clients"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("verdict: VERIFIED"));
    // One more trustee is absent than may be: no sum, and nothing of the round before is lost.
    let config = example(
        &folder.path().join("again"),
        "hospitals",
        &(absences.to_owned() + "\n[[absence]]\ntrustee = 3\n"),
    );
    let stopped = veragg(&["run", text(&config), "--out", text(&out)]);
    assert_eq!(stopped.code, 75, "{}", stopped.err);
    assert!(
        stopped
            .err
            .contains("4 trustees have sent what confirm needs, and 5 must"),
        "{}",
        stopped.err
    );
    let board = out.join("round.board");
    let key = out.join("organiser.pub");
    let audited = veragg(&["audit", text(&board), "--organiser", text(&key)]);
    assert_eq!(audited.code, 0, "{}", audited.out);
}

#[test]
fn mistakes_about_a_committee_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let of = |protocol: &str, more: &str| {
        let text_of = format!(
            "[round]\ntitle = \"x\"\n{protocol}corrupt = 0.1\ndropout = 0\n\n[synthetic]\nclients = 9\nlen = 2\nbound = 4\nseed = 1\n{more}"
        );
        let text_of = match protocol.contains("all may conspire") {
            true => text_of.replace("corrupt = 0.1", "corrupt = 0.92"),
            false => text_of,
        };
        let config = folder.path().join("round.toml");
        fs::write(&config, text_of).unwrap();
        let out = folder.path().join("out");
        veragg(&["run", text(&config), "--out", text(&out)])
    };
    let committee = "protocol = \"committee\"\n";
    let block = |members: u32, colluding: u32, absent: u32| {
        format!("\n[committee]\nmembers = {members}\ncolluding = {colluding}\nabsent = {absent}\n")
    };
    for (protocol, more, words) in [
        (
            "protocol = \"ring\"\n",
            String::new(),
            "unknown protocol `ring`; known: pairwise, committee",
        ),
        (
            "",
            block(4, 1, 1),
            "this round has none; write `protocol = \"committee\"` under [round]",
        ),
        (
            "",
            "\n[[absence]]\ntrustee = 1\n".to_owned(),
            "[[absence]] is about the trustees",
        ),
        (
            committee,
            block(4, 2, 2),
            "0 may be absent, but `absent` is 2",
        ),
        (committee, block(2, 2, 0), "[committee]:"),
        (
            committee,
            "\n[[absence]]\ntrustee = 8\n".to_owned(),
            "trustee 8 does not exist; the trustees are numbered from 1 to 7",
        ),
        (
            "protocol = \"committee\" # all may conspire\n",
            String::new(),
            "round.toml:4: `corrupt` is too large for 9 clients: 8 of them may conspire",
        ),
        (
            committee,
            "\n[[absence]]\ntrustee = 2\n[[absence]]\ntrustee = 2\nafter = \"check\"\n".to_owned(),
            "trustee 2 is already absent on line",
        ),
        (
            committee,
            "\n[[committee]]\nmembers = 4\ncolluding = 1\nabsent = 1\n".to_owned(),
            "write `[committee]` in place of `[[committee]]`",
        ),
        (
            committee,
            "\n[committee]\nmembers = -1\ncolluding = 1\nabsent = 1\n".to_owned(),
            "`members` must be a whole number from 1 to 128, but it is -1",
        ),
        (
            committee,
            "\n[[cheat]]\nclient = 1\ndoes = { shift = { coordinate = 1, by = 1 } }\n".to_owned(),
            "[[cheat]] plays cheaters of the pairwise protocol only",
        ),
    ] {
        let refused = of(protocol, &more);
        assert_eq!(refused.code, 3, "{more}: {}", refused.err);
        assert!(refused.err.contains(words), "{words}\n{}", refused.err);
    }
    assert_eq!(of(committee, "").code, 0);
}

/// A client that the aggregator does not list, and of which no fault is found.
#[test]
fn who_is_left_out_is_not_said_to_have_broken_a_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/vectors/committee");
    for name in ["leaves-out-a-client", "a-shown-row-taken-out"] {
        let vector = fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
        let vector: serde_json::Value = serde_json::from_str(&vector).unwrap();
        let key = vector["organiser"].as_str().unwrap();
        let board = folder.join(name).with_extension("board");
        let told = veragg(&["explain", text(&board), "--organiser", key, "--client", "3"]);
        // The audit fails.
        assert_eq!(told.code, 1, "{}", told.err);
        assert!(
            told.out.contains("The audit finds no fault of client 3"),
            "{}",
            told.out
        );
        assert!(!told.out.contains("broke"), "{}", told.out);
        let audited = veragg(&["audit", text(&board), "--organiser", key]);
        let line = "client 3: excluded (submit); no fault of it is found, and nobody accuses it";
        assert!(audited.out.contains(line), "{}", audited.out);
    }
}

#[test]
fn params_compare_the_protocols() {
    let args = [
        "params",
        "--clients",
        "1000",
        "--corrupt",
        "0.05",
        "--dropout",
        "0.05",
    ];
    let sized = [&args[..], &["--len", "16", "--max", "1"]].concat();
    let compared = veragg(&sized);
    assert_eq!(compared.code, 0, "{}", compared.err);
    assert!(compared
        .out
        .contains("the committee protocol, with 7 trustees of whom 2 may collude"));
    assert!(
        compared
            .out
            .contains("a client sends                2.7 kB"),
        "{}",
        compared.out
    );
    for what in ["a client takes", "a trustee takes", "an audit takes"] {
        assert!(compared.out.contains(what), "{}", compared.out);
    }
    let json = veragg(&[&["--format", "json"], &sized[..]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let time = |protocol: &str, role: &str| json["committee"][protocol][role].as_f64();
    for role in ["client", "aggregator", "auditor"] {
        let (committee, pairwise) = (time("times", role), time("pairwise_times", role));
        // Each of a hundred neighbours costs them more than all trustees together.
        assert!(committee.unwrap() * 5.0 < pairwise.unwrap(), "{role}");
    }
    assert!(time("times", "trustee").unwrap() > 0.0);
    assert_eq!(time("pairwise_times", "trustee"), None);
    assert!(
        compared.out.contains("times as short. Take the pairwise"),
        "{}",
        compared.out
    );
    assert!(!compared.out.contains("It costs more"), "{}", compared.out);
    // For three clients a committee is no saving, and the advice does not say that it is one.
    let three = [
        "params",
        "--clients",
        "3",
        "--corrupt",
        "0",
        "--dropout",
        "0",
        "--len",
        "16",
        "--max",
        "1",
    ];
    let three = veragg(&three);
    assert!(!three.out.contains("as short"), "{}", three.out);
    let dearer = "It costs more than the pairwise protocol in this: bytes of the board";
    assert!(three.out.contains(dearer), "{}", three.out);
    let few = veragg(&[&sized[..], &["--trustees", "4", "--absent", "3"]].concat());
    assert_eq!(few.code, 2);
    assert!(few.err.contains("give more --trustees"), "{}", few.err);
    // No graph of neighbours is secure enough. A committee needs none.
    let many = [
        "params",
        "--clients",
        "200000",
        "--corrupt",
        "0.05",
        "--dropout",
        "0.05",
    ];
    let alone = veragg(&[&many[..], &["--len", "16", "--max", "1"]].concat());
    assert_eq!(alone.code, 0, "{}", alone.err);
    for words in [
        "the pairwise protocol is not possible: no number of neighbours up to",
        "a client sends                2.7 kB\n",
        "take the committee protocol if there are 7 parties of whom no 3 conspire",
    ] {
        assert!(alone.out.contains(words), "{words}\n{}", alone.out);
    }
    let json = veragg(
        &[
            &["--format", "json"],
            &many[..],
            &["--len", "16", "--max", "1"],
        ]
        .concat(),
    );
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(json["no_graph"].is_string() && json["degree"].is_null());
    assert!(json["committee"]["times"]["client"].is_number());
    let unsized_ = veragg(&many);
    assert_eq!(unsized_.code, 2);
    assert!(
        unsized_.err.contains("add --len and --max"),
        "{}",
        unsized_.err
    );
    // A committee that cannot be is refused, also where nothing is computed of it.
    let none = veragg(&[&args[..], &["--trustees", "200"]].concat());
    assert_eq!(none.code, 2);
    assert!(none.err.contains("--trustees 200"), "{}", none.err);
}
