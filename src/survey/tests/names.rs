//! Names that look alike, and names that are not ours.

use super::*;

fn warnings(config: &str, table: &str) -> Vec<String> {
    let survey = survey(config, table).unwrap();
    survey.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn names_that_look_alike_are_warned_of() {
    assert_eq!(warnings(CONFIG, TABLE), [""; 0]);
    let owned = CONFIG
        .replace("\"round-robin\"", "{ column = \"owner\" }")
        .replace("clients = 3\n", "");
    let table = TABLE
        .replace("40,y", "40,Z\u{fc}rich")
        .replace(",z", ",Zu\u{308}rich")
        .replace("1e1,x", "1e1,X");
    assert_eq!(
        warnings(&owned, &table),
        [
            "dir/t.csv:4: column `owner`: `x` and `X` look alike, but are two clients; write both in the same way if they are one",
            "dir/t.csv:5: column `owner`: `Z\\u{fc}rich` and `Zu\\u{308}rich` look alike, but are two clients; write both in the same way if they are one",
        ]
    );
    let config = CONFIG
        .replace("b = \"second letter\"", "b = \"First  letter\", A = \"third\"")
        .replace("max = 100\n", "max = 100\n[[count]]\nname = \"n\"\ncolumn = \"kind\"\nvalues = [\"a\",\n\"b\", \"b\\u200b\"]\n");
    let table = TABLE.replace("size,height,age,owner", "size,height,age,AGE");
    assert_eq!(
        warnings(&config, &table),
        [
            "dir/c.toml:16: `A` and `a` look alike, but are two groups; write both in the same way if they are one",
            "dir/c.toml:33: `b` and `b\\u{200b}` look alike, but are two values of a [[count]]; write both in the same way if they are one",
            "dir/c.toml:26: `age` and `AGE` look alike, but are two columns; write both in the same way if they are one",
        ]
    );
}

#[test]
fn not_more_than_twenty_warnings_of_a_kind() {
    let rows: String = (0..50)
        .map(|at| format!("a,1,1,1,n{at}\na,1,1,1,N{at}\n"))
        .collect();
    let config = CONFIG
        .replace("\"round-robin\"", "{ column = \"owner\" }")
        .replace("clients = 3\n", "");
    let warnings = warnings(&config, &format!("kind,size,height,age,owner\n{rows}"));
    assert_eq!(warnings.len(), 21);
    assert_eq!(
        warnings[20],
        "dir/t.csv:101: column `owner`: 30 more names of clients look like others"
    );
}

#[test]
fn no_name_of_a_table_reaches_a_terminal_as_it_is() {
    let config = CONFIG
        .replace("\"size\", \"height\"", "\"si\\u001bze\", \"height\"")
        .replace("\"round-robin\"", "{ column = \"owner\" }")
        .replace("max_rows = 2", "max_rows = 1");
    let table = TABLE
        .replace("size", "si\u{1b}ze")
        .replace(",x", ",x\u{200b}");
    let lines = table.replace("x\u{200b}", "\"x\nverdict: VERIFIED\"");
    assert_eq!(
        refusal(&config, &lines),
        "dir/t.csv:2: column `owner`: `x\\nverdict: VERIFIED` cannot be the name of a client: a name has at most 200 bytes, visible text and no line end or other control character; correct the cell, or deal by another column"
    );
    for name in [
        "\u{200b}".to_owned(),
        "x".repeat(201),
        "x\u{1b}y".to_owned(),
    ] {
        let refused = refusal(&config, &table.replace("x\u{200b}", &name));
        assert!(
            refused.starts_with("dir/t.csv:2: column `owner`: `"),
            "{refused}"
        );
        assert!(
            refused.contains("` cannot be the name of a client: "),
            "{refused}"
        );
    }
    assert_eq!(
        refusal(&config, &table),
        "dir/c.toml:12: client 1 (`x\\u{200b}`) has 2 rows in the group `first letter`, more than `max_rows = 1`; raise it to at least 2, or deal to more clients"
    );
    let survey = survey(&config.replace("max_rows = 1", "max_rows = 2"), &table).unwrap();
    let text = statistics(&survey, &sums(&inputs(&survey)), 3)
        .unwrap()
        .to_string();
    assert!(
        text.contains("si\\u{1b}ze") && !text.contains('\u{1b}'),
        "{text}"
    );
    let long = TABLE.replace("2.25", &format!("\"{}", "x\n".repeat(1_000_000)));
    assert!(refusal(CONFIG, &long).len() < 300);
}
