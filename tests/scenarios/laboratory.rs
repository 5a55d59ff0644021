//! `veragg scenario`: the catalogue, files of one's own, and what is refused.

use std::fs;

use serde_json::Value;

use crate::cli::{survey, text, veragg};

/// A scenario of one's own, with this cheat and these contributors.
fn file(cheat: &str, contributors: &str) -> String {
    format!(
        "title = \"<b>mine</b>\"\ntries = \"t\"\nstopped = \"s\"\n\n[[cheat]]\n{cheat}\n\n\
         [expect]\nverdict = \"verified\"\ncontributors = {contributors}\n\
         named = [{{ who = \"client 3\", check = \"V-07.B\" }}]\n"
    )
}

const SHIFT: &str = "client = 3\ndoes = { shift = { coordinate = 1, by = 1 } }";

#[test]
fn a_scenario_says_what_it_tries_and_who_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let board = folder.path().join("two-hot.board");
    let ended = veragg(&["scenario", "run", "two-hot", "--board", text(&board)]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    for said in [
        "A ballot with two crosses\n",
        "client 3, V-07.B: ",
        "contributors: [1, 2, 4]\n",
        "as the file expects",
    ] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    // The board can be audited like any other.
    let command = ended
        .out
        .lines()
        .find_map(|line| line.strip_prefix("audit the board with: veragg "));
    let words: Vec<&str> = command.unwrap().split(' ').collect();
    let audited = veragg(&words);
    assert_eq!(audited.code, 0, "{}{}", audited.out, audited.err);
    assert!(
        audited.out.contains("1. client 3, V-07.B"),
        "{}",
        audited.out
    );
    // What is there is not overwritten.
    let again = veragg(&["scenario", "run", "two-hot", "--board", text(&board)]);
    assert_eq!(again.code, 2, "{}", again.err);
}

#[test]
fn what_is_shown_is_a_file_that_can_be_changed_and_played() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let shown = veragg(&["scenario", "show", "two-hot"]);
    assert_eq!(shown.code, 0);
    fs::write(&path, &shown.out).unwrap();
    let ran = veragg(&["--format", "json", "scenario", "run", text(&path)]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let ran: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(ran["found"]["contributors"], serde_json::json!([1, 2, 4]));
    assert_eq!(ran["report"]["verdict"], "verified");

    // Another expectation does not come out.
    fs::write(&path, file(SHIFT, "[1, 2, 3]")).unwrap();
    let ran = veragg(&["scenario", "run", text(&path)]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let said = "contributors: expected [1, 2, 3], found [1, 2, 4]";
    assert!(ran.out.contains(said), "{}", ran.out);
}

#[test]
fn files_that_are_no_scenarios_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    for (cheat, reason) in [
        (
            "client = 5\ndoes = \"high-degree\"",
            "client 5: the round has the clients 1 to 4",
        ),
        (
            "client = 3\ndoes = \"nothing\"",
            "unknown variant `nothing`",
        ),
        (
            "client = 3\ndoes = { shift = { coordinate = 3, by = 1 } }",
            "coordinate 3: the vectors of this round have the coordinates 0 to 2",
        ),
        (
            "client = 3\ndoes = { copy = { from = 4 } }",
            "client 3: `copy` needs another client with a lower number, and 4 is none",
        ),
        (
            "client = 3\ndoes = { silent = { from = \"sleep\" } }",
            "no phase is called \"sleep\"; the phases are advertise, share",
        ),
        (
            "client = 3\ndoes = { overwrite = { phase = \"submit\", at = 0, bytes = \"xy\" } }",
            "\"xy\" is no bytes in hexadecimal digits",
        ),
        (
            "client = 3\ndoes = { two-keys = {} }\n[[cheat]]\nclient = 3\ndoes = \"high-degree\"",
            "client 3: `high-degree` replaces the client's whole software",
        ),
    ] {
        fs::write(&path, file(cheat, "[1, 2, 4]")).unwrap();
        let ended = veragg(&["scenario", "run", text(&path)]);
        assert_eq!(ended.code, 3, "{}{}", ended.out, ended.err);
        assert!(ended.err.contains(reason), "{reason}: {}", ended.err);
    }
    // Whoever is expected in the sum, too, and whoever is named beside another.
    for (cheat, contributors) in [
        (SHIFT, "[1, 9]"),
        (SHIFT, "[0, 1]"),
        (
            "client = 3\ndoes = { false-mask = { towards = 1, by = 5, opens = 0 } }",
            "[1, 2, 4]",
        ),
    ] {
        fs::write(&path, file(cheat, contributors)).unwrap();
        let ended = veragg(&["scenario", "run", text(&path)]);
        assert_eq!(ended.code, 3, "{}{}", ended.out, ended.err);
        let said = ": the round has the clients 1 to 4";
        assert!(ended.err.contains(said), "{}", ended.err);
    }
    // What is not ours is escaped.
    fs::write(&path, "\"\\u001b[2J\" = 1\n").unwrap();
    let ended = veragg(&["scenario", "run", text(&path)]);
    assert_eq!(ended.code, 3, "{}", ended.err);
    assert!(ended.err.contains("line 1: ") && !ended.err.contains('\u{1b}'));
    let ended = veragg(&["scenario", "run", "no-such"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.err.contains("there is no scenario `no-such`"),
        "{}",
        ended.err
    );
    let ended = veragg(&["scenario", "run", "gone.toml"]);
    assert_eq!(ended.code, 3, "{}", ended.err);
    let ended = veragg(&["--format", "html", "scenario", "list"]);
    assert_eq!(ended.code, 2, "{}", ended.err);
}

/// A scenario on the committee protocol, with these blocks, in which trustee 4 complains about client 2 before it complains rightly.
fn of_committee(blocks: &str, expected: &str) -> String {
    format!(
        "title = \"mine\"\ntries = \"t\"\nstopped = \"s\"\n\n[round]\nprotocol = \"committee\"\nclients = 5\n\n\
         [[cheat]]\nclient = 3\ndoes = {{ another-pad = {{ trustee = 4 }} }}\n\n\
         [[trustee]]\ntrustee = 4\ndoes = {{ complain = {{ about = [2, 3] }} }}\n\n\
         {blocks}\n[expect]\n{expected}\n"
    )
}

const TRUSTEE_NAMED: &str = "verdict = \"verified\"\ncontributors = [1, 2, 3, 4, 5]\nnamed = [{ who = \"trustee 4\", check = \"V-17\" }, { who = \"trustee 4\", check = \"V-18\" }]";

#[test]
fn a_file_of_ones_own_attacks_the_committee_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let (path, board) = (
        folder.path().join("mine.toml"),
        folder.path().join("mine.board"),
    );
    let absence = "[[absence]]\ntrustee = 1\nafter = \"confirm\"\n";
    fs::write(&path, of_committee("", TRUSTEE_NAMED)).unwrap();
    let ended = veragg(&["scenario", "run", text(&path), "--board", text(&board)]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("trustee 4, V-17: "), "{}", ended.out);
    let command = ended
        .out
        .lines()
        .find_map(|line| line.strip_prefix("audit the board with: veragg "));
    let words: Vec<&str> = command.unwrap().split(' ').collect();
    let audited = veragg(&words);
    assert_eq!(audited.code, 0, "{}{}", audited.out, audited.err);

    // Without trustee 1 two openings are left that hold, and three are needed.
    let unfinished = TRUSTEE_NAMED.replace("verified", "unfinished");
    let unfinished = unfinished.replace("[1, 2, 3, 4, 5]", "[]");
    fs::write(&path, of_committee(absence, &unfinished)).unwrap();
    let ended = veragg(&["scenario", "run", text(&path)]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let said = "the round ended without a sum: 2 trustees have sent what open needs, and 3 must";
    assert!(ended.out.contains(said), "{}", ended.out);

    // Trustees refuse a list that is too short, and the output says who and why.
    let short = "[[aggregator]]\nclose = { phase = \"check\" }\n\n";
    let unlist =
        |client| format!("[[aggregator]]\nunlist = {{ client = {client}, phase = \"check\" }}\n\n");
    let blocks = [short.to_owned(), unlist(1), unlist(2), unlist(3), unlist(4)].concat();
    let found = "verdict = \"failed\"\ncontributors = []\nfailed = [\"V-03\"]\n\
         named = [{ who = \"trustee 4\", check = \"V-17\" }, { who = \"aggregator\", check = \"V-03\" }]\n";
    let silent = format!("{found}silent = [\"trustee 1\", \"trustee 2\", \"trustee 3\"]");
    fs::write(&path, of_committee(&blocks, &silent)).unwrap();
    let ended = veragg(&["scenario", "run", text(&path)]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let said = "trustee 2 says nothing in confirm: the list of contributors cannot be confirmed";
    assert!(ended.out.contains(said), "{}", ended.out);
    fs::write(&path, of_committee(&blocks, found)).unwrap();
    let ended = veragg(&["scenario", "run", text(&path)]);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    assert!(
        ended.out.contains("silent: expected {}, found {"),
        "{}",
        ended.out
    );

    // It is played on the default suite.
    let ended = veragg(&[
        "scenario",
        "run",
        text(&path),
        "--suite",
        "ristretto255-bulletproofs",
    ]);
    assert_eq!(ended.code, 3, "{}", ended.out);
    let said = "the scenario is not played on the suite ristretto255-bulletproofs";
    assert!(ended.err.contains(said), "{}", ended.err);
}

#[test]
fn what_exists_in_the_other_protocol_is_refused_with_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let refused = |file: &str, reason: &str| {
        fs::write(&path, file).unwrap();
        let ended = veragg(&["scenario", "run", text(&path)]);
        assert_eq!(ended.code, 3, "{}{}", ended.out, ended.err);
        assert!(ended.err.contains(reason), "{reason}: {}", ended.err);
    };
    let remove =
        "exists in the pairwise protocol only; remove it, or the line `protocol = \"committee\"`";
    for (blocks, reason) in [
        ("[network]\nlost = 5\n", format!("[network] {remove}")),
        (
            "[[aggregator]]\nstranger = { phase = \"submit\" }\n",
            format!("`stranger` in [[aggregator]] {remove}"),
        ),
        (
            "[[cheat]]\nclient = 2\ndoes = \"high-degree\"\n",
            format!("`high-degree` in [[cheat]] {remove}"),
        ),
        (
            "[[file]]\nconfiguration = { bound = 5, threshold = 1 }\n",
            format!("`threshold` in [[file]] {remove}"),
        ),
        (
            "[[aggregator]]\nlist = { client = 3, phase = \"share\" }\n",
            "unknown variant `share`, expected one of `submit`, `check`, `confirm`".to_owned(),
        ),
        (
            "[[aggregator]]\ndrop = { client = 3, phase = \"submit\" }\n",
            "unexpected keys in table: client, phase, available keys: message".to_owned(),
        ),
        (
            "[[aggregator]]\ndrop = { message = \"confirm of client 3\" }\n",
            "\"confirm of client 3\" is no message of the committee protocol: clients send submit"
                .to_owned(),
        ),
        (
            "[[aggregator]]\ndrop = { message = \"third message\" }\n",
            "\"third message\" names no message; \"submit of client 3\" or".to_owned(),
        ),
        (
            "[[absence]]\ntrustee = 5\n",
            "trustee 5: the round has the trustees 1 to 4".to_owned(),
        ),
        (
            "[[dropout]]\nclient = 6\n",
            "client 6: the round has the clients 1 to 5".to_owned(),
        ),
        (
            "[[trustee]]\ntrustee = 4\ndoes = { restored = {} }\n",
            "trustee 4: `restored` is honest software".to_owned(),
        ),
        (
            "[[cheat]]\nclient = 2\ndoes = { another-row = { trustee = 2 } }\n",
            "no masked row goes to trustee 2 for block 0: rows go to the trustees 3 to 4"
                .to_owned(),
        ),
        (
            "[committee]\nmembers = 4\ncolluding = 2\nabsent = 2\n",
            "the round: ".to_owned(),
        ),
        (
            "[[aggregator]]\nfork = { phase = \"publish\", without = 1 }\n",
            "`fork` in [[aggregator]]: neither clients nor trustees speak in publish".to_owned(),
        ),
        (
            "[committee]\nmembers = 200\ncolluding = 2\nabsent = 2\n",
            "[committee]: the committee has 200 trustees; it must have 1 to 128".to_owned(),
        ),
        ("[trustees]\n", "unknown field `trustees`".to_owned()),
    ] {
        refused(&of_committee(blocks, TRUSTEE_NAMED), &reason);
    }
    let write =
        "exists in the committee protocol only; remove it, or write `protocol = \"committee\"`";
    let pairwise = |block: &str| format!("{block}{}", file(SHIFT, "[1, 2, 4]"));
    let in_order = |block: &str| {
        let whole = pairwise("");
        whole.replace("[expect]", &format!("{block}\n[expect]"))
    };
    for (block, named) in [
        ("[[absence]]\ntrustee = 4\n", "[[absence]]"),
        ("[committee]\nmembers = 4\n", "[committee]"),
        (
            "[[cheat]]\nclient = 2\ndoes = { another-pad = { trustee = 4 } }\n",
            "`another-pad` in [[cheat]]",
        ),
        (
            "[[aggregator]]\nunpublished = {}\n",
            "`unpublished` in [[aggregator]]",
        ),
        (
            "[[file]]\nconceal = { record = \"submit of client 3\" }\n",
            "`conceal` in [[file]]",
        ),
        (
            "[[file]]\nconfiguration = { threshold = 1, colluding = 1 }\n",
            "`colluding` in [[file]]",
        ),
    ] {
        refused(&in_order(block), &format!("{named} {write}"));
    }
    refused(
        &in_order("[round]\nprotocol = \"circle\"\n"),
        "unknown protocol `circle`; known: pairwise, committee",
    );
}

#[test]
fn scenarios_are_selected_by_their_protocol() {
    let list = |words: &[&str]| {
        let ended = veragg(&[&["scenario", "list"], words].concat());
        assert_eq!(ended.code, 0, "{}", ended.err);
        ended.out
    };
    let (all, of_one, of_other) = (
        list(&[]),
        list(&["--protocol", "committee"]),
        list(&["--protocol", "pairwise"]),
    );
    assert!(of_one.contains("committee-two-lists ") && !of_one.contains("stranger"));
    assert!(of_other.contains("stranger ") && !of_other.contains("committee-"));
    // The last line of each counts.
    assert_eq!(
        all.lines().count() + 1,
        of_one.lines().count() + of_other.lines().count()
    );
    let shown = veragg(&["scenario", "show", "committee-two-lists"]);
    let first = "# A scenario on the committee protocol.\n";
    assert!(shown.out.starts_with(first), "{}", shown.out);
    let page = veragg(&[
        "--format",
        "html",
        "scenario",
        "run",
        "--all",
        "--protocol",
        "committee",
    ]);
    assert_eq!(page.code, 0, "{}{}", page.out, page.err);
    let articles = page.out.matches("<article").count();
    assert_eq!(articles + 1, of_one.lines().count());
    let row = "<dt>Protocol</dt><dd>committee</dd>";
    assert_eq!(page.out.matches(row).count(), articles);
    let one = veragg(&["scenario", "run", "two-hot", "--protocol", "pairwise"]);
    assert_eq!(one.code, 2, "{}", one.err);
}

#[test]
fn a_simulation_says_what_it_played() {
    let simulate = |seed| veragg(&["simulate", "--rounds", "30", "--seed", seed]);
    let (one, again, other) = (simulate("3"), simulate("3"), simulate("4"));
    assert_eq!(one.code, 0, "{}{}", one.out, one.err);
    assert!(
        one.out.contains("30 rounds drawn from seed 3"),
        "{}",
        one.out
    );
    assert!(one.out.contains("found nothing"), "{}", one.out);
    assert_eq!(one.out, again.out);
    assert_ne!(one.out, other.out);
    assert_eq!(veragg(&["simulate", "--rounds", "0"]).code, 2);
}

#[test]
fn the_whole_catalogue_is_a_list_and_a_page() {
    let all = veragg(&[
        "--format",
        "json",
        "scenario",
        "run",
        "--all",
        "--suite",
        "ristretto255-bulletproofs",
    ]);
    assert_eq!(all.code, 0, "{}", all.err);
    let all: Value = serde_json::from_str(&all.out).unwrap();
    let scenarios = all["scenarios"].as_array().unwrap();
    let left_out = |ran: &&Value| ran["left_out"].is_string();
    // That suite has no proofs for norms and sums.
    assert!(scenarios.len() >= 100 && scenarios.iter().filter(left_out).count() > 3);

    let page = veragg(&["--format", "html", "scenario", "run", "--all"]);
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(page.out.starts_with("<!doctype html>"));
    assert_eq!(page.out.matches("<article").count(), scenarios.len());
    // Nothing is fetched, and nothing runs.
    for part in ["http", "<script", "src=", "@import", "url("] {
        assert!(!page.out.contains(part), "{part}");
    }
}

/// `[[cheat]]` in the configuration of a run: each cheater is named, and the sum is that of the others.
#[test]
fn a_run_can_have_cheaters_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = survey(folder.path(), &[]);
    let honest = fs::read_to_string(&config).unwrap();
    let run = |cheats: &str| {
        fs::write(&config, format!("{honest}{cheats}")).unwrap();
        let out = folder.path().join("out");
        veragg(&["run", text(&config), "--out", text(&out)])
    };
    let shift = "[[cheat]]\nclient = 2\ndoes = { shift = { coordinate = 1, by = 1000 } }\n";
    let ended = run(shift);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    for said in [
        "client 2, V-07.B",
        "in the sum: 5 of 6 clients",
        "verdict: VERIFIED",
    ] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    // A copy needs the other to speak first.
    let ended = run("[[cheat]]\nclient = 3\ndoes = { copy = { from = 1 } }\n");
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("client 3, V-07.B"), "{}", ended.out);
    // Who cheats and leaves does both.
    let ended = run(&format!(
        "{shift}[[dropout]]\nclient = 2\nafter = \"submit\"\n"
    ));
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("client 2, V-07.B"), "{}", ended.out);
    let ended = run(&format!(
        "{shift}[[dropout]]\nclient = 2\nafter = \"confirm\"\n"
    ));
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(!ended.out.contains("V-07.B:"), "{}", ended.out);
    let masked = "[[cheat]]\nclient = 4\ndoes = { masked = { scalar = 0, by = -1 } }\n";
    let ended = run(masked);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("client 4, V-08.A"), "{}", ended.out);

    for (cheat, said) in [
        (
            "client = 7\ndoes = \"high-degree\"",
            "client 7 does not exist; the clients are numbered from 1 to 6",
        ),
        (
            "client = 1\ndoes = { copy = { from = 2 } }",
            "[[cheat]]: client 1: `copy` needs another client with a lower number",
        ),
        (
            "client = 1\ndoes = \"fly\"",
            "`fly` is not possible for `does`; choose among `shift`",
        ),
    ] {
        let ended = run(&format!("[[cheat]]\n{cheat}\n"));
        assert_eq!(ended.code, 3, "{}{}", ended.out, ended.err);
        assert!(ended.err.contains(said), "{said}: {}", ended.err);
    }
}

/// With `--board` everything that the auditor of a scenario has is written, and the printed command finds the same.
#[test]
fn what_an_auditor_was_given_is_written_beside_the_board() {
    for (name, file, named) in [
        (
            "committee-left-out-and-handed-over",
            "message-1",
            "1. aggregator, V-16",
        ),
        ("committee-two-lists", "checkpoint-1", "aggregator, V-03"),
        ("left-out-with-a-receipt", "receipt-1", "aggregator, V-13"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let board = folder.path().join("a.board");
        let run = || veragg(&["scenario", "run", name, "--board", text(&board)]);
        let ran = run();
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        let command = ran
            .out
            .lines()
            .find_map(|line| line.strip_prefix("audit the board with: veragg "));
        let words: Vec<&str> = command.unwrap().split(' ').collect();
        let audited = veragg(&words);
        assert!(audited.out.contains(named), "{name}: {}", audited.out);
        // If one of the files is there, none is written.
        let there = folder.path().join(format!("a.board.{file}"));
        assert!(there.exists(), "{name}");
        fs::remove_file(&board).unwrap();
        assert_eq!(run().code, 2, "{name}");
        assert!(!board.exists(), "{name}");
    }
}
