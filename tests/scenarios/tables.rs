//! Tables, configurations and examples through the command line.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{put, text, veragg, Ended};

/// A configuration over `t.csv`, whose rows belong to the clinics that they name.
fn configuration(data: &str, blocks: &str) -> String {
    format!(
        "[round]\ntitle = \"t\"\ncorrupt = 0\ndropout = 0\n\
         [data]\nfile = \"t.csv\"\ndeal = {{ column = \"clinic\" }}\nmax_rows = 100\n{data}{blocks}"
    )
}

const MEASURE: &str = "[[measure]]\ncolumns = [\"x\"]\ndecimals = 1\nmax = 100\n";

/// Runs a round over this table.
fn run(folder: &TempDir, configuration: &str, table: &str, more: &[&str]) -> Ended {
    put(folder, "t.csv", table.as_bytes());
    let path = put(folder, "round.toml", configuration.as_bytes());
    let out = folder.path().join("out");
    veragg(&[&["run", &path, "--out", text(&out)], more].concat())
}

fn refused(configuration: &str, table: &str, want: &str) {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(&folder, configuration, table, &[]);
    assert_eq!((ended.code, ended.out.as_str()), (3, ""), "{}", ended.err);
    assert!(ended.err.ends_with(&format!("{want}\n")), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn no_row_is_swallowed_by_a_quotation_mark() {
    refused(
        &configuration("", MEASURE),
        "clinic,x,notes\nA,1,ok\nB,2,ok\nC,3,\"weight 5 kg\nD,4,ok\nE,5,ok\n",
        "t.csv:4: column `notes`: the quotation mark that opens this cell is never closed; write \" at the end of the cell, or remove the mark",
    );
}

#[test]
fn a_value_beyond_its_bound_is_refused_though_it_would_round_to_it() {
    refused(
        &configuration("", MEASURE),
        "clinic,x\nA,100.04\nB,3\nC,3\n",
        "t.csv:2: column `x`: 100.04 is above `max = 100` of the [[measure]] of line 9 of the configuration; correct the cell or raise `max`",
    );
}

#[test]
fn a_size_that_no_machine_has_is_refused_at_once() {
    let synthetic = "[round]\ntitle = \"t\"\ncorrupt = 0\ndropout = 0\n[synthetic]\nclients = 4_294_967_295\nlen = 1\nbound = 2\nseed = 1\n";
    refused(
        synthetic,
        "",
        "round.toml:6: `clients = 4294967295` is too large; give at most 1048576",
    );
}

#[test]
fn what_the_protocol_refuses_is_said_in_the_words_of_the_configuration() {
    let table = "clinic,x\nA,1\nB,2\nC,3\nD,4\n";
    let with = |from: &str, to: &str| configuration("", MEASURE).replace(from, to);
    refused(
        &with("dropout = 0", "dropout = 0.5"),
        table,
        "round.toml:4: `corrupt` and `dropout` are too large for 4 clients: 0 may conspire and 2 of the others may be absent, and 3 * 0 + 2 * 2 is more than 4 - 2; lower one of the two, or have more clients",
    );
    refused(
        &with("dropout = 0", "dropout = 0\nmin_contributors = 1"),
        table,
        "round.toml:5: `min_contributors = 1` is too small: with `corrupt` as it is, 2 contributors are needed so that two of them are honest; give 2 to 4, or leave it out",
    );
    for suite in ["ristretto255-bitplane", "ristretto255-bulletproofs"] {
        let folder = tempfile::tempdir().unwrap();
        let columns = format!("dropout = 0\nsuite = \"{suite}\"\ncolumns = 4_294_967_295");
        let ended = run(&folder, &with("dropout = 0", &columns), table, &[]);
        assert_eq!(ended.code, 3, "{}", ended.err);
        let want = format!("round.toml:6: `columns = 4294967295` is not possible with the suite {suite}, which takes ");
        assert!(ended.err.contains(&want), "{}", ended.err);
    }
}

#[test]
fn names_that_look_alike_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let table = "clinic,x\nZ\u{fc}rich,1\nZu\u{308}rich,2\nBern,3\n";
    let more = ["--format", "json"];
    let ended = run(&folder, &configuration("", MEASURE), table, &more);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let warning = ended.err.strip_prefix("warning: ").unwrap().trim_end();
    assert!(
        warning.ends_with("t.csv:3: column `clinic`: `Z\\u{fc}rich` and `Zu\\u{308}rich` look alike, but are two clients; write both in the same way if they are one"),
        "{warning}"
    );
    let summary: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(summary["warnings"], serde_json::json!([warning]));
}

#[test]
fn votes_are_counted_and_small_cells_withheld() {
    let folder = tempfile::tempdir().unwrap();
    let table = "clinic;vote;x\nA;yes;1,5\nB;yes;2\nC;no;NA\nD;;3\nE;yes;4\n";
    let data = "separator = \";\"\ndecimal = \",\"\nmissing = [\"\", \"NA\"]\nleast_count = 2\n";
    let blocks = format!(
        "[[count]]\ncolumn = \"vote\"\nvalues = [\"yes\", \"no\"]\n{MEASURE}squares = false\n"
    );
    let config = configuration(data, &blocks).replace("max_rows = 100", "max_rows = 1");
    let ended = run(&folder, &config, table, &[]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    for want in [
        "measurement  count   sum   mean  standard deviation\nx                4  10.5  2.625    no squares asked\n",
        "counted  value  count  share\nvote     yes        3      -\n",
        "withheld: 1 result about fewer than 2 rows (`least_count`). The board and the sums in aggregate.json still hold it.\n",
    ] {
        assert!(ended.out.contains(want), "{}", ended.out);
    }
    let out = |name: &str| folder.path().join("out").join(name);
    let aggregate = fs::read_to_string(out("aggregate.json")).unwrap();
    let aggregate: Value = serde_json::from_str(&aggregate).unwrap();
    let statistics = &aggregate["statistics"];
    assert_eq!(statistics["withheld"], 1);
    assert_eq!(statistics["counts"].as_array().unwrap().len(), 1);
    assert_eq!(statistics["rows"][0]["standard_deviation"], Value::Null);
    assert_eq!(aggregate["segments"][2]["name"], "vote values");
    assert_eq!(
        aggregate["segments"][2]["sums"],
        serde_json::json!(["3", "1"])
    );
    let [board, key, sums] = ["round.board", "organiser.pub", "aggregate.json"].map(out);
    let audited = veragg(&[
        "audit",
        text(&board),
        "--organiser",
        text(&key),
        "--aggregate",
        text(&sums),
    ]);
    assert_eq!(audited.code, 0, "{}", audited.out);
}

#[test]
fn many_dropouts_are_found_at_once() {
    let dropouts: String = (1..=40)
        .map(|client| format!("[[dropout]]\nclient = {client}\nafter = \"share\"\n"))
        .collect();
    let config = format!(
        "[round]\ntitle = \"t\"\ncorrupt = 0\ndropout = 0.45\n\
         [synthetic]\nclients = 100\nlen = 1\nbound = 2\nseed = 1\n{dropouts}"
    );
    let folder = tempfile::tempdir().unwrap();
    let ended = run(&folder, &config, "", &[]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(
        ended.out.contains("in the sum: 60 of 100 clients"),
        "{}",
        ended.out
    );
}

fn verified(configuration: &Path, folder: &TempDir) -> String {
    let out = folder.path().join("out");
    let ended = veragg(&["run", text(configuration), "--out", text(&out)]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("\nverdict: VERIFIED\n"));
    ended.out
}

#[test]
fn an_example_is_written_once_and_runs() {
    let listed = veragg(&["example"]);
    assert_eq!(listed.code, 0);
    assert!(listed.out.starts_with("hospitals   means and deviations"));
    assert!(listed.out.contains("\nmillion     a million"));

    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("the example");
    let write = || veragg(&["example", "hospitals", "--out", text(&new)]);
    let ended = write();
    assert_eq!(ended.code, 0, "{}", ended.err);
    let config = new.join("round.toml");
    let command = format!("\nTo run it: veragg run '{}'\n", text(&config));
    assert!(ended.out.ends_with(&command), "{}", ended.out);
    let licence = fs::read_to_string(new.join("README.md")).unwrap();
    assert!(licence.contains("CC BY 4.0") && licence.contains("Wolberg"));
    let out = verified(&config, &folder);
    assert!(
        out.contains("mean_area                benign       321    147810"),
        "{out}"
    );

    fs::write(&config, "mine").unwrap();
    let again = write();
    assert_eq!(again.code, 2);
    assert!(
        again.err.ends_with("the example: this folder is not empty, and nothing in it is overwritten; give another one with --out\n"),
        "{}",
        again.err
    );
    assert_eq!(fs::read_to_string(&config).unwrap(), "mine");
    let unknown = veragg(&["example", "hospital\u{1b}"]);
    assert_eq!(
        (unknown.code, unknown.err.as_str()),
        (
            2,
            "error: there is no example `hospital\\u{1b}`; choose among `hospitals`, `million`, `sensors`, `vote`\n"
        )
    );
}

#[test]
fn a_configuration_for_a_table_runs_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    let rows: String = (0..20)
        .map(|row| format!("c{};1{row},5;{row}\n", row % 5))
        .collect();
    let table = put(
        &folder,
        "t.csv",
        format!("clinic;size;n\n{rows}").as_bytes(),
    );
    let config = folder.path().join("a/b/round.toml");
    let init = || veragg(&["init", text(&config), "--table", &table]);
    let ended = init();
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.out.contains("It runs as it is."), "{}", ended.out);
    let written = fs::read_to_string(&config).unwrap();
    assert!(written.contains("file = \"../../t.csv\""), "{written}");
    let out = verified(&config, &folder);
    assert!(
        out.starts_with("Sums over t.csv\n")
            && out
                .lines()
                .any(|line| line.starts_with("size ") && line.contains(" 20  1300.0  65.000 ")),
        "{out}"
    );

    let again = init();
    assert_eq!(again.code, 2);
    assert!(
        again.err.ends_with(
            "round.toml: there is a file already, which is not overwritten; give another path\n"
        ),
        "{}",
        again.err
    );
    assert_eq!(fs::read_to_string(&config).unwrap(), written);
}

/// The template as it is, and with every key that it shows as a comment.
#[test]
fn the_template_explains_every_key() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("round.toml");
    let ended = veragg(&["init", text(&config)]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let rows: String = (0..60)
        .map(|row| {
            let votes = ["yes", "no", "abstain"];
            format!("h{},{},1{row}.5,,{}\n", row % 30, row % 2, votes[row % 3])
        })
        .collect();
    let table = format!("hospital,benign,height,weight,vote\n{rows}");
    put(&folder, "table.csv", table.as_bytes());
    verified(&config, &folder);

    let template = fs::read_to_string(&config).unwrap();
    let is_key = |line: &str| {
        let key = line.split(" = ").next().unwrap_or_default();
        line.starts_with('[')
            || line.contains(" = ") && key.chars().all(|it| it.is_ascii_lowercase() || it == '_')
    };
    let lines = template.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if is_key(rest) => rest,
        _ => line,
    });
    let all = lines.collect::<Vec<_>>().join("\n");
    for key in [
        "min_contributors",
        "suite",
        "columns",
        "separator",
        "decimal",
        "missing",
        "clients",
        "least_rows",
        "least_count",
        "squares",
        "names",
        "values",
        "after",
        "protocol",
        "members",
        "colluding",
        "absent",
        "trustee",
    ] {
        assert!(
            all.lines()
                .any(|line| line.starts_with(&format!("{key} = "))),
            "{key}\n{all}"
        );
    }
    // Hospitals with a single row in a group contribute nothing with `least_rows = 3`.
    let all = all.replace("least_rows = 3", "least_rows = 1");
    let with_committee = all.replace("protocol = \"pairwise\"", "protocol = \"committee\"");
    // The blocks about trustees belong to the other protocol.
    let (before, committee) = all.split_once("[committee]\n").unwrap();
    let (_, dropout) = committee.split_once("[[dropout]]\n").unwrap();
    let pairwise = format!("{before}[[dropout]]\n{dropout}");
    for config_of in [with_committee, pairwise] {
        fs::write(&config, config_of).unwrap();
        let out = verified(&config, &folder);
        assert!(out.contains("\nin the sum: 29 of 30 clients\n"), "{out}");
        assert!(out.contains("\nvote     abstain"), "{out}");
    }
}

#[cfg(unix)]
#[test]
fn a_table_whose_name_no_configuration_can_hold_is_refused() {
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let table = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"t\xe8.csv"));
    fs::write(&table, "x\n1\n2\n3\n").unwrap();
    let config = folder.path().join("round.toml");
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_veragg"))
        .arg("init")
        .arg(&config)
        .arg("--table")
        .arg(&table)
        .output()
        .unwrap();
    assert_eq!(program.status.code(), Some(2));
    let err = String::from_utf8(program.stderr).unwrap();
    assert!(err.contains(": a name in this path is not Unicode text, and a configuration cannot hold it; rename the file or the folder\n"), "{err}");
    assert!(!config.exists());
}

#[test]
fn columns_that_a_first_configuration_leaves_out_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let table = put(
        &folder,
        "t.csv",
        b"clinic,weight,n\nA,75kg,1\nB,80,2\nC,81,3\n",
    );
    let config = folder.path().join("round.toml");
    let ended = veragg(&["init", text(&config), "--table", &table]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(
        ended
            .out
            .contains("\n1 column is not measured; its comment at the end says why\n"),
        "{}",
        ended.out
    );
}
