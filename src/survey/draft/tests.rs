use std::fs;

use super::super::{Results, Survey};
use super::*;
use veragg_protocol::crypto::ids::ClientId;

/// The draft for a table, which is loaded to see that it runs as it is.
fn drafted(table: &str) -> (String, Survey) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a \"table\".csv");
    fs::write(&path, table).unwrap();
    let text = draft(&path, "a \"table\".csv").unwrap().text;
    let configuration = folder.path().join("round.toml");
    fs::write(&configuration, &text).unwrap();
    let survey = Survey::load(&configuration);
    (
        text.clone(),
        survey.unwrap_or_else(|error| panic!("{error}\n{text}")),
    )
}

fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|it| it == *line), "{line}\n{text}");
    }
}

#[test]
fn columns_are_measured_as_they_need_it() {
    let mut table = "clinic;sex;size;born;note\n".to_owned();
    for row in 0..40 {
        let size = if row == 3 {
            "NA".to_owned()
        } else {
            format!("1{row},5")
        };
        table += &format!(
            "c{};{};{size};-19{row:02};n{row}\n",
            row % 4,
            ["f", "m"][row % 2]
        );
    }
    let (text, survey) = drafted(&table);
    has(
        &text,
        &[
            "title = \"Sums over a \\\"table\\\".csv\"",
            "file = \"a \\\"table\\\".csv\"",
            "separator = \";\"",
            "decimal = \",\"",
            "missing = [\"\", \"NA\"]",
            "clients = 10",
            "max_rows = 8",
            "# deal = { column = \"clinic\" }",
            "# column = \"sex\"",
            "# names = [\"f\", \"m\"]",
            "# values = [\"c0\", \"c1\", \"c2\", \"c3\"]",
            "    \"size\",",
            "decimals = 1",
            "max = 200",
            "min = -5000",
            "max = 1",
        ],
    );
    assert!(
        !text.contains("names = [\"n0"),
        "a text that differs in every row\n{text}"
    );
    let inputs: Vec<_> = ClientId::all(10).map(|id| survey.input(id)).collect();
    let sums: Vec<u128> = (0..inputs[0].len())
        .map(|at| inputs.iter().map(|input| u128::from(input[at])).sum())
        .collect();
    let everybody: Vec<_> = ClientId::all(10).collect();
    let Results::Statistics(statistics) = survey.interpret(&sums, &everybody).unwrap() else {
        panic!("no statistics");
    };
    let row = |name: &str| {
        statistics
            .rows
            .iter()
            .find(|row| row.measurement == name)
            .unwrap()
    };
    assert_eq!((row("size").count, row("born").count), (39, 40));
    assert_eq!(row("born").sum, "-76780");
}

#[test]
fn every_table_gives_a_draft_that_runs() {
    for table in [
        "a\n1\n2\n3\n",
        "x,y\nq,w\nq,e\nq,r\n",
        "x\n\"\"\n1\n2\n3\n",
        "x;y\n1;2\n2;3\n3;4\n;\n;\n",
        "x,x,,y\n1,2,3,4\n1,2,3,4\n1,2,3,4\n",
        "\"a\nb\u{1b}\u{202e}\\\",\"\"\"\"\n1,0\n2,0\n3,0\n",
        "x\n0\n0\n0\n0\n",
        "x\n-0.004\n-0.001\n-0\n",
        "x,z\n1e30,12345678901234567.123456789012345678901\n1,2\n3,4\n",
        "x\n1e9\n5e9\n2\n",
        "x\n1e17\n1\n2\n",
        "x\n1e36\n1\n2\n",
        "x\ty\n1.5\t2\n2.5\t3\n3.5\t4\n",
        "x|y\n1.5|2\n2.5|3\n3.5|4\n",
        "g,x\r\na,1\r\na,2\r\nb,3\r\nb,4\r\n",
    ] {
        let (text, survey) = drafted(table);
        assert!(survey.clients() >= 3, "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
    }
}

#[test]
fn columns_that_are_not_measured_are_named() {
    let table = "clinic,weight,share,dose,x,x,,n\nA,\"1.234,5\",50%,1,1,1,2,1\nB,75kg,40%,Inf,1,1,2,2\nC,80,30%,2,1,1,2,3\n";
    let (text, _) = drafted(table);
    has(
        &text,
        &[
            "# Not measured: \"weight\" (line 2: `1.234,5` is not a number)",
            "# Not measured: \"share\" (line 2: `50%` is not a number)",
            "# Not measured: \"dose\" (line 3: `Inf` is not a number)",
            "# Not measured: `x` (the table has 2 columns of this name; rename all but one)",
            "# Not measured: column 7 (it has no name)",
        ],
    );
    assert_eq!(text.matches("# Not measured").count(), 5, "{text}");
}

#[test]
fn no_column_is_proposed_whose_values_cannot_be_names_of_clients() {
    let (text, _) = drafted("clinic,x\nA,1\n\"B\nC\",2\nD,3\n");
    assert!(!text.contains("# deal = { column"), "{text}");
    let (text, _) = drafted("clinic,x\nA,1\nB,2\nD,3\n");
    has(&text, &["# deal = { column = \"clinic\" }"]);
}

#[test]
fn what_cannot_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |table: &str| {
        let path = folder.path().join("t.csv");
        fs::write(&path, table).unwrap();
        draft(&path, "t.csv").unwrap_err().to_string()
    };
    assert!(refused("a\n1\n2\n").ends_with(
        "t.csv: the table has 2 rows; a round has at least 3 clients, and each of them a row"
    ));
    assert!(refused("a,b\n1,\"2\n")
        .contains("t.csv:2: column `b`: the quotation mark that opens this cell is never closed"));
    assert!(refused("sep=\\t\na\tb\n1\t2\n")
        .ends_with("t.csv:1: this line is a note for Excel; remove it"));
    assert!(refused("a;b\n1;2\n2;2\n;\n;\n").contains("the table has 2 rows"));
    assert!(refused("PK\u{3}\u{4}").contains("is a spreadsheet or a zip archive"));
}
