//! Mistakes in a configuration and in a table, and their messages.

use super::*;

#[test]
fn mistakes_of_the_file_format() {
    const HINT: &str = "; `veragg init FILE` writes a configuration that explains every key";
    const DEAL: &str = "dir/c.toml:10: `deal` must be \"round-robin\", \"blocks\" or { column = \"...\" }, but it is";
    for (from, to, want) in [
        ("title =", "tilte =", "dir/c.toml:2: there is no key `tilte` here; the keys are `title`, `protocol`, `suite`, `columns`, `corrupt`, `dropout`, `min_contributors`"),
        ("max = 100\n", "max = 100\nmean = 3\n", "dir/c.toml:29: there is no key `mean` here; the keys are `name`, `columns`, `decimals`, `min`, `max`, `squares`"),
        ("max = 100\n", "", "dir/c.toml:25: the key `max` is missing"),
        ("[groups]", "[group]", "dir/c.toml:14: there is no key `group` here; the keys are `round`, `committee`, `absence`, `data`, `groups`, `measure`, `count`, `synthetic`, `dropout`, `cheat`"),
        ("clients = 3", "clients = -3", "dir/c.toml:11: `clients` must be a whole number from 3 to 1048576, but it is -3"),
        ("clients = 3", "clients = \"3\\n\"", "dir/c.toml:11: `clients` must be a whole number from 3 to 1048576, but it is \"3\\n\""),
        ("max_rows = 2", "max_rows = 99999999999999999999", "dir/c.toml:12: `max_rows` must be a whole number from 1 to 4294967296, but it is 99999999999999999999"),
        ("decimals = 1", "decimals = 256", "dir/c.toml:21: `decimals` must be a whole number from 0 to 18, but it is 256"),
        ("decimals = 1", "decimals = 1.5", "dir/c.toml:21: `decimals` must be a whole number from 0 to 18, but it is 1.5"),
        ("decimals = 1", "decimals = 1\nsquares = 0", "dir/c.toml:22: `squares` must be true or false, but it is 0"),
        ("\"round-robin\"", "{ column = 3 }", "dir/c.toml:10: `column` must be text between quotation marks, but it is 3"),
        ("[groups]", "[[groups]]", "dir/c.toml:14: write `[groups]` in place of `[[groups]]`; it is there only once"),
        ("[data]", "[[data]]", "dir/c.toml:8: write `[data]` in place of `[[data]]`; it is there only once"),
        ("[[dropout]]", "[dropout]", "dir/c.toml:30: write `[[dropout]]` in place of `[dropout]`"),
        ("max = 100\n", "max = 100\n[count]\nname = \"n\"\n", "dir/c.toml:29: write `[[count]]` in place of `[count]`"),
        ("max = 100\n", "max = 92233720368547758070\n", "dir/c.toml:28: `max` is too far from zero for a number without a point, which goes from -9223372036854775807 to 9223372036854775807, but it is 92233720368547758070"),
        ("max = 100\n", "max = 1e400\n", "dir/c.toml:28: `max` is too far from zero, but it is 1e400; a number has at most 37 digits, and a whole number is at most 9223372036854775807"),
        ("clients = 3", "clients = 1e9", "dir/c.toml:11: `clients` must be a whole number from 3 to 1048576, but it is 1e9"),
        ("\"t.csv\"", "\"C:\\data\\t.csv\"", "dir/c.toml:9: a backslash between \" and \" has a meaning of its own in TOML; write the text between ' and ', or, in a path, / in place of the backslash"),
        ("\"t.csv\"", "\"C:\\Users\\t.csv\"", "dir/c.toml:9: a backslash between \" and \" has a meaning of its own in TOML; write the text between ' and ', or, in a path, / in place of the backslash"),
        ("[\"size\", \"height\"]", "\"size\"", "dir/c.toml:20: `columns` must be a list, between [ and ], but it is \"size\""),
        ("[\"size\", \"height\"]", "[\"size\", 3]", "dir/c.toml:20: this value must be text between quotation marks, but it is 3"),
        ("{ b = \"second letter\", a = \"first letter\" }", "3", "dir/c.toml:16: `names` must be a list, as in [\"yes\", \"no\"], or values with names, as in { \"1\" = \"yes\", \"0\" = \"no\" }, but it is 3"),
        ("{ b = \"second letter\", a = \"first letter\" }", "{ b = 3 }", "dir/c.toml:16: `b` must be text between quotation marks, but it is 3"),
        ("\"submit\"", "\"unmask\"", "dir/c.toml:32: `unmask` is not possible for `after`; choose among `advertise`, `share`, `confirm`, `submit`, `attest`, `dispute`, `acknowledge`"),
        ("max = 100\n", "max = \"100\"\n", "dir/c.toml:28: `max` must be a number, but it is \"100\""),
        ("max = 100\n", "max = 100\nmax = 100\n", "dir/c.toml:29: this key is given twice; remove one of the two"),
        ("title = \"test\"", &format!("title = {}", "[".repeat(1000)), "dir/c.toml:2: lists, blocks or keys are nested too deeply"),
        ("title = \"test\"", "title = a b", "dir/c.toml:2: this is not written as TOML has it (string values must be quoted, expected literal string)"),
    ] {
        let got = config_refusal(from, to);
        assert_eq!(got.strip_suffix(HINT).unwrap_or(&got), want);
        let hinted = ["there is no key", "is missing", "not written as TOML"];
        assert_eq!(got.ends_with(HINT), hinted.iter().any(|it| want.contains(it)), "{got}");
    }
    for (to, want) in [
        ("\"column\"", "\"column\""),
        ("\"roundrobin\"", "\"roundrobin\""),
        ("{ colum = \"owner\" }", "{ colum = \"owner\" }"),
        (
            "{ column = \"owner\", clients = 3 }",
            "{ column = \"owner\", clients = 3 }",
        ),
        ("3", "3"),
    ] {
        assert_eq!(
            config_refusal("\"round-robin\"", to),
            format!("{DEAL} {want}")
        );
    }
    let deep = format!("[data]\n{} = 1", vec!["a"; 100_000].join("."));
    assert_eq!(
        config_refusal("[data]", &deep),
        "dir/c.toml:9: lists, blocks or keys are nested too deeply"
    );
    for file in ["\"\"", "\" \""] {
        assert_eq!(
            config_refusal("\"t.csv\"", file),
            "dir/c.toml:9: `file` is empty; write the path of the table"
        );
    }
}

#[test]
fn mistakes_of_the_configuration() {
    let long = "x".repeat(91);
    for (from, to, want) in [
        ("ristretto255-bitplane", "magic", "dir/c.toml:3: unknown suite `magic`; known: ristretto255-bitplane, ristretto255-bulletproofs, bls12381-groth16"),
        ("corrupt = 0.1", "columns = 0\ncorrupt = 0.1", "dir/c.toml:4: `columns = 0` is too small; give at least 1"),
        ("corrupt = 0.1", "corrupt = 1", "dir/c.toml:4: `corrupt = 1` is not a fraction; give a number of at least 0 and below 1, such as 0.1"),
        ("corrupt = 0.1", "corrupt = 0.9999999", "dir/c.toml:4: `corrupt = 0.9999999` has more than 6 digits after the point; round it as you want it"),
        ("after = \"submit\"\n", "", "dir/c.toml:30: the key `after` is missing: the phase whose message is the last one of the client, such as \"share\"; only in a round with `protocol = \"committee\"` a client without it sends nothing"),
        ("dropout = 0.25\n", "", "dir/c.toml:1: the key `dropout` is missing under [round]: the fraction of clients that may drop out, such as 0.1; only a round with `protocol = \"committee\"` needs none"),
        ("dropout = 0.25", "dropout = 0.0000001", "dir/c.toml:5: `dropout = 0.0000001` has more than 6 digits after the point; round it as you want it"),
        ("dropout = 0.25", "dropout = -0.25", "dir/c.toml:5: `dropout = -0.25` is not a fraction; give a number of at least 0 and below 1, such as 0.1"),
        ("dropout = 0.25", "dropout = -1e-9", "dir/c.toml:5: `dropout = -1e-9` is not a fraction; give a number of at least 0 and below 1, such as 0.1"),
        ("dropout = 0.25", "dropout = nan", "dir/c.toml:5: `dropout = nan` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3"),
        ("min_contributors = 2", "min_contributors = 0", "dir/c.toml:6: `min_contributors = 0` is too small; give at least 1"),
        ("min_contributors = 2", "min_contributors = 4", "dir/c.toml:6: `min_contributors = 4` can never be reached with 3 clients; lower it to at most 3"),
        ("clients = 3", "clients = 0", "dir/c.toml:11: `clients = 0` is too small; give at least 3"),
        ("clients = 3", "clients = 2", "dir/c.toml:11: 2 clients are too few: from a sum of two numbers each of the two clients learns the other's; a round has at least 3"),
        ("clients = 3", "clients = 1048577", "dir/c.toml:11: `clients = 1048577` is too large; give at most 1048576"),
        ("clients = 3", "clients = 5", "dir/c.toml:11: 4 rows cannot be dealt to 5 clients; lower `clients` to at most 4"),
        ("clients = 3\n", "", "dir/c.toml:8: `clients` is missing: `deal` says how rows are dealt to clients, but not to how many; add `clients = 10`, or name the column that holds the client of each row, `deal = { column = \"...\" }`"),
        ("clients = 3", "separator = \".\"\nclients = 3", "dir/c.toml:11: `separator = \".\"` is not possible; give one of \",\", \";\", \"\\t\" (a tab) and \"|\""),
        ("clients = 3", "decimal = \"..\"\nclients = 3", "dir/c.toml:11: `decimal = \"..\"` is not possible; give \".\" or \",\""),
        ("clients = 3", "decimal = \",\"\nclients = 3", "dir/c.toml:11: `decimal = \",\"` and the separator of the cells are the same character; save the table with another separator, and write it here, such as `separator = \";\"`"),
        ("clients = 3", "least_rows = 0\nclients = 3", "dir/c.toml:11: `least_rows = 0` is too small; give at least 1"),
        ("clients = 3", "least_rows = 3\nclients = 3", "dir/c.toml:11: `least_rows = 3` is above `max_rows = 2`, so no client would contribute anything; lower `least_rows`"),
        ("clients = 3", "least_count = 0\nclients = 3", "dir/c.toml:11: `least_count = 0` is too small; give at least 1"),
        ("\"round-robin\"", "{ column = \"age\" }", "t.csv:5: column `age`: the cell is empty or a missing value, so the row belongs to no client; fill it or remove the row"),
        ("\"round-robin\"", "{ column = \"kind\" }", "dir/c.toml:11: `clients = 3`, but the column `kind` names 2 of them; correct one or leave `clients` out"),
        ("\"round-robin\"\nclients = 3", "{ column = \"kind\" }", "dir/c.toml:10: 2 clients are too few: from a sum of two numbers each of the two clients learns the other's; a round has at least 3"),
        ("\"round-robin\"", "{ column = \"ovner\" }", "dir/c.toml:10: column `ovner`: the table has no such column; did you mean `owner`?"),
        ("max_rows = 2", "max_rows = 0", "dir/c.toml:12: `max_rows = 0` is too small; give at least 1"),
        ("max_rows = 2", "max_rows = 4294967297", "dir/c.toml:12: `max_rows = 4294967297` is too large; give at most 4294967296"),
        ("column = \"kind\"", "column = \"kinds\"", "dir/c.toml:15: column `kinds`: the table has no such column; did you mean `kind`?"),
        ("{ b = \"second letter\", a = \"first letter\" }", "{}", "dir/c.toml:14: `names` is empty; name each value of the column, as in `names = { \"1\" = \"benign\", \"0\" = \"malignant\" }`, or remove [groups]"),
        ("second letter", "first letter", "dir/c.toml:16: the name `first letter` is given to two values; give each value a name of its own"),
        ("b = \"second letter\"", "\"a \" = \"second letter\"", "dir/c.toml:16: the value `a` is listed twice; list each value once"),
        ("second letter", &long, "dir/c.toml:16: the name `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.. (91 characters)` has 91 bytes; a name has at most 90"),
        ("second letter", "\u{200b} ", "dir/c.toml:16: nothing of the name `\\u{200b} ` is visible; give another one"),
        ("name = \"sizes\"", "name = \"a\\u001b[2J\"", "dir/c.toml:19: the name `a\\u{1b}[2J` has a character that controls how text is shown; remove it"),
        ("name = \"sizes\"", "name = \"\"", "dir/c.toml:19: nothing of the name `` is visible; give another one"),
        ("name = \"sizes\"", "name = \"measure 2\"", "dir/c.toml:25: the name `measure 2` is already taken by the block of line 18; choose another with `name`"),
        ("[\"age\"]", "[]", "dir/c.toml:25: `columns` is empty; list at least one column of the table, or remove this [[measure]]"),
        ("[\"age\"]", "[\"age\",\n\"size\"]", "dir/c.toml:27: column `size`: is already measured on line 20; list each column once"),
        ("[\"age\"]", "[\"ag\"]", "dir/c.toml:26: column `ag`: the table has no such column; did you mean `age`?"),
        ("[\"age\"]", "[\"\"]", "dir/c.toml:26: column ``: a column without a name cannot be asked for; name it in the header"),
        ("decimals = 1", "decimals = 19", "dir/c.toml:21: `decimals = 19` is too many; at most 18 digits after the point are kept"),
        ("max = 1_0\n", "max = -5\n", "dir/c.toml:23: `max = -5` is not above `min = -5.0` at `decimals = 1`; raise `max`, lower `min`, or keep more decimals"),
        ("max = 100\n", "max = 0.4\n", "dir/c.toml:28: `max = 0.4` is not above 0, the smallest value without `min`, at `decimals = 0`; raise `max`, lower `min`, or keep more decimals"),
        ("max = 1_0\n", "max = 0x10\n", "dir/c.toml:23: `max = 0x10` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3"),
        ("min = -5.0", "min = -5e18", "dir/c.toml:22: `min = -5e18` is too far from zero for `decimals = 1`; keep fewer decimals"),
        ("max = 100\n", "max = 1e18\n", "dir/c.toml:25: the sum of squares of one client may reach max_rows * ((max - min) * 10^decimals)^2 = 2.0e36, which does not fit 64 bits; lower `max_rows` or narrow `min` to `max`, or write `squares = false` if you need no deviation"),
        ("max = 1_0\n", "max = 1e9\n", "dir/c.toml:18: the sum of squares of one client may reach max_rows * ((max - min) * 10^decimals)^2 = 2.0e20, which does not fit 64 bits; lower `decimals` to 0, or `max_rows`, or narrow `min` to `max`, or write `squares = false` if you need no deviation"),
        ("max = 100\n", "max = 1e19\nsquares = false\n", "dir/c.toml:25: the sum of one client may reach max_rows * (max - min) * 10^decimals = 2.0e19, which does not fit 64 bits; lower `max_rows` or narrow `min` to `max`"),
        ("max = 100\n", "max = 1e37\n", "dir/c.toml:28: `max = 1e37` is not a decimal number of at most 37 digits; write it like 12, -0.5 or 1e-3"),
        ("client = 2", "client = 4", "dir/c.toml:30: client 4 does not exist; the clients are numbered from 1 to 3"),
        ("client = 2", "client = 0", "dir/c.toml:30: client 0 does not exist; the clients are numbered from 1 to 3"),
        ("after = \"submit\"\n", "after = \"submit\"\n[[dropout]]\nclient = 2\nafter = \"share\"\n", "dir/c.toml:33: client 2 already drops out on line 30; remove one of the two"),
        ("max = 100\n", "max = 100\n[[count]]\nname = \"sizes\"\n", "dir/c.toml:29: the name `sizes` is already taken by the block of line 18; choose another with `name`"),
        ("max = 100\n", "max = 100\n[[count]]\ncolumn = \"kind\"\n", "dir/c.toml:29: `values` and `column` belong together: give both, to count how many rows have each value, or neither, to count rows"),
        ("max = 100\n", "max = 100\n[[count]]\ncolumn = \"kind\"\nvalues = []\n", "dir/c.toml:31: `values` is empty; list the values to count, as in `values = [\"yes\", \"no\"]`"),
        ("max = 100\n", "max = 100\n[[count]]\ncolumn = \"kind\"\nvalues = [\"a\",\n\"a\"]\n", "dir/c.toml:32: the value `a` is listed twice; list each value once"),
        ("max = 100\n", "max = 100\n[[count]]\nname = \"x\"\ncolumn = \"age\"\nvalues = { \"\" = \"nothing\" }\n", "dir/c.toml:32: `` is listed in `missing` under [data], and is a value here; remove it in one of the two places"),
        ("max = 100\n", "max = 100\n[[count]]\ncolumn = \"kinds\"\nvalues = [\"a\"]\n", "dir/c.toml:30: column `kinds`: the table has no such column; did you mean `kind`?"),
    ] {
        let got = config_refusal(from, to).replace("dir/t.csv", "t.csv");
        assert_eq!(got, want, "{to}");
    }
    let nothing = CONFIG.split("[[measure]]").next().unwrap();
    assert_eq!(
        refusal(nothing, TABLE),
        "dir/c.toml:1: there is no [[measure]] and no [[count]]; add a [[measure]] that lists the columns to add up, or a [[count]] that counts rows"
    );
    let column = CONFIG.replace(
        "max = 100\n",
        &format!("max = 100\n[[count]]\ncolumn = \"{long}\"\nvalues = [\"a\"]\n"),
    );
    assert!(refusal(&column, TABLE).ends_with(
        "has 91 bytes; a name has at most 90, so give this block a shorter one with `name`"
    ));
}

#[test]
fn totals_beyond_exact_arithmetic_are_refused() {
    let rows = "a,1,1,1,x\n".repeat(600);
    let config = CONFIG
        .replace("clients = 3", "clients = 600")
        .replace("max_rows = 2", "max_rows = 4294967296")
        .replace("max = 1_0", "max = 6000");
    let table = format!("kind,size,height,age,owner\n{rows}");
    assert_eq!(
        refusal(&config, &table),
        "dir/c.toml:18: with 600 clients of up to 4294967296 rows, the deviation cannot be computed exactly in 128 bits; lower `max_rows` or `decimals`, narrow `min` to `max`, or write `squares = false` if you need no deviation"
    );
    let without = config.replace("decimals = 1\n", "decimals = 1\nsquares = false\n");
    assert!(survey(&without, &table).is_ok());
}

#[test]
fn what_decides_a_size_is_refused_before_it_is_allocated() {
    let columns = |columns: usize| {
        let names: Vec<_> = (0..columns).map(|at| format!("c{at}")).collect();
        let header = format!("kind,{}", names.join(","));
        let row = format!("\na{}", ",1".repeat(columns));
        let config = CONFIG
            .replace(
                "\"size\", \"height\"",
                &format!("\"{}\"", names.join("\", \"")),
            )
            .replace("[\"age\"]", "[\"kind\"]");
        (config, header + &row.repeat(3))
    };
    let groups = |config: &str, groups: usize| {
        let names: Vec<_> = (0..groups).map(|at| format!("g{at} = \"g{at}\"")).collect();
        config.replace("b = \"second letter\"", &names.join(", "))
    };
    let (config, table) = columns(3000);
    let long = refusal(&groups(&config, 20_000), &table);
    assert_eq!(long, "dir/c.toml:18: with this block each client has 180009000 numbers; a client can have at most 134217728, so ask for fewer columns, values or groups");
    let votes = CONFIG.replace(
        "max = 100\n",
        "max = 100\n[[count]]\ncolumn = \"kind\"\nvalues = [\"a\", \"b\"]\n",
    );
    let many = refusal(&groups(&votes, 5000), TABLE);
    assert!(many.starts_with("dir/c.toml:29: the blocks up to this one need 5007 proofs of each client, but at most 4096 are possible: "), "{many}");
    let rows = "a,1,1,1,x\n".repeat(30_000);
    let wide = CONFIG.replace("clients = 3", "clients = 30000");
    let size = refusal(
        &groups(&wide, 200_000),
        &format!("kind,size,height,age,owner\n{rows}"),
    );
    assert_eq!(size, "dir/c.toml:25: 30000 clients with 1800009 numbers each are 54000270000 numbers, more than one machine can work through; a round has at most 17179869184 (clients times numbers)");
}

#[test]
fn mistakes_of_the_table() {
    const CELL: &str = "is not a decimal number of at most 37 digits;";
    const MISSING: &str = "write it like 12, -0.5 or 1e-3; if the value is missing, leave the cell empty, or list its text in `missing` under [data]";
    for (from, to, want) in [
        ("a,1,-2.5,30", "c,1,-2.5,30", "dir/t.csv:2: column `kind`: `c` is not among the values that [groups] names (`b`, `a`); correct the cell, or add the value there".to_owned()),
        ("a,1,-2.5,30", "a\u{200b},1,-2.5,30", "dir/t.csv:2: column `kind`: `a\\u{200b}` is not among the values that [groups] names (`a` among them, which looks like it); correct the cell, or add the value there".to_owned()),
        ("2.25", "2,25", "dir/t.csv:3: this row has 6 cells, but the header has 5; look for a missing `,`, or for one too many: a cell that holds `,` stands between quotation marks".to_owned()),
        ("2.25", "\"2,25\"", format!("dir/t.csv:3: column `size`: `2,25` {CELL} if `,` is the decimal sign, save the table with another separator, and write `decimal = \",\"` and `separator = \";\"` under [data], or write 2.25 here; if it separates thousands, remove it")),
        ("2.25", "\"1,002.25\"", format!("dir/t.csv:3: column `size`: `1,002.25` {CELL} write it without separators of thousands, as 1002.25")),
        ("2.25", "\"1,000,002\"", format!("dir/t.csv:3: column `size`: `1,000,002` {CELL} write it without separators of thousands, as 1000002")),
        ("2.25", "1'002.25", format!("dir/t.csv:3: column `size`: `1'002.25` {CELL} write it without separators of thousands, as 1002.25")),
        ("2.25", "1\u{a0}002", format!("dir/t.csv:3: column `size`: `1\\u{{a0}}002` {CELL} write it without separators of thousands, as 1002")),
        ("2.25", "NA", format!("dir/t.csv:3: column `size`: `NA` {CELL} {MISSING}")),
        ("2.25", "\"2\n\u{1b}[2J\"", format!("dir/t.csv:3: column `size`: `2\\n\\u{{1b}}[2J` {CELL} {MISSING}")),
        ("2.25", "1e40", "dir/t.csv:3: column `size`: 1e40 is above `max = 1_0` of [[measure]] \"sizes\" (line 18 of the configuration); correct the cell or raise `max`".to_owned()),
        ("2.25", "10.0000001", "dir/t.csv:3: column `size`: 10.0000001 is above `max = 1_0` of [[measure]] \"sizes\" (line 18 of the configuration); correct the cell or raise `max`".to_owned()),
        ("-2.5", "-5.01", "dir/t.csv:2: column `height`: -5.01 is below `min = -5.0` of [[measure]] \"sizes\" (line 18 of the configuration); correct the cell or lower `min`".to_owned()),
        ("1e1", "-0.04", "dir/t.csv:4: column `age`: -0.04 is below 0, the smallest value without `min`, of the [[measure]] of line 25 of the configuration; correct the cell or lower `min`".to_owned()),
        ("height,age", "size,age", "dir/c.toml:20: column `size`: the table has 2 columns of this name; rename all but one".to_owned()),
        ("b,2.25,,40,y", "b,2.25,,40,\"y", "dir/t.csv:3: column `owner`: the quotation mark that opens this cell is never closed; write \" at the end of the cell, or remove the mark".to_owned()),
    ] {
        assert_eq!(table_refusal(from, to), want);
    }
    let more = format!("{TABLE}{}", "a,0,0,0,y\n".repeat(6));
    assert_eq!(
        refusal(CONFIG, &more),
        "dir/c.toml:12: client 1 has 3 rows in the group `first letter`, more than `max_rows = 2`; raise it to at least 3, or deal to more clients"
    );
    let config = CONFIG
        .replace("\"round-robin\"", "{ column = \"owner\" }")
        .replace("max_rows = 2", "max_rows = 1");
    assert_eq!(
        refusal(&config, TABLE),
        "dir/c.toml:12: client 1 (`x`) has 2 rows in the group `first letter`, more than `max_rows = 1`; raise it to at least 2, or deal to more clients"
    );
}

/// Values and bounds are compared with all their digits, whatever `decimals` keeps of them.
#[test]
fn bounds_are_compared_before_anything_is_rounded() {
    let bounded = |min: &str, max: &str, cell: &str| {
        let config = CONFIG
            .replace("min = -5.0", &format!("min = {min}"))
            .replace("max = 1_0\n", &format!("max = {max}\n"));
        survey(&config, &TABLE.replace("2.25", cell))
    };
    for (min, max, cell) in [
        ("-5.04", "10.04", "10.04"),
        ("-5.04", "10.04", "-5.04"),
        ("-5.06", "10.06", "10.06"),
        ("-5.06", "10.06", "-5.0599"),
        ("-5", "10", "10.000"),
    ] {
        assert!(bounded(min, max, cell).is_ok(), "{cell}");
    }
    for (min, max, cell) in [
        ("-5.04", "10.04", "10.0400001"),
        ("-5.04", "10.04", "-5.041"),
        ("-5.06", "10.06", "10.08"),
        ("-5", "10", "10.04"),
        ("-5", "10", "-5.04"),
    ] {
        assert!(bounded(min, max, cell).is_err(), "{cell}");
    }
}

#[test]
fn decimal_commas_and_other_separators() {
    let config = CONFIG.replace(
        "clients = 3",
        "clients = 3\nseparator = \";\"\ndecimal = \",\"",
    );
    let table = TABLE.replace(',', ";").replace('.', ",");
    assert_eq!(
        inputs(&survey(&config, &table).unwrap()),
        inputs(&survey(CONFIG, TABLE).unwrap())
    );
    assert_eq!(
        refusal(&config, &table.replace("2,25", "2.25")),
        "dir/t.csv:3: column `size`: `2.25` is not a decimal number of at most 37 digits; if `.` is the decimal sign, write `decimal = \".\"` under [data], or write 2,25 here; if it separates thousands, remove it"
    );
    assert_eq!(
        refusal(CONFIG, &TABLE.replace(',', ";")),
        "dir/c.toml:15: column `kind`: the header has no `,`, but `;`; if that separates the cells, write `separator = \";\"` under [data]"
    );
    let tabs = CONFIG.replace("clients = 3", "clients = 3\nseparator = \"\\t\"");
    assert!(survey(&tabs, &TABLE.replace(',', "\t")).is_ok());
}

#[test]
fn missing_values_are_those_that_are_listed() {
    let missing =
        |list: &str| CONFIG.replace("clients = 3", &format!("clients = 3\nmissing = {list}"));
    let table = TABLE.replace("0,0,,z", "0,0,NA,z");
    let plain = inputs(&survey(CONFIG, TABLE).unwrap());
    assert_eq!(
        inputs(&survey(&missing("[\"\", \" NA\"]"), &table).unwrap()),
        plain
    );
    assert_eq!(
        refusal(&missing("[]"), TABLE),
        "dir/t.csv:3: column `height`: the cell is empty, and `missing` under [data] does not list \"\"; fill the cell, or list it"
    );
}

#[test]
fn files_that_are_not_there_or_no_text() {
    let error = Survey::load("nowhere/round.toml").unwrap_err().to_string();
    assert!(
        error.starts_with("nowhere/round.toml: cannot be read ("),
        "{error}"
    );
    assert!(error.ends_with("check the path"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let load = || Survey::load(folder.path().join("c.toml"));
    let utf16 = |text: &str| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    write("c.toml", &utf16(CONFIG));
    write("t.csv", &utf16(&TABLE.replace('\n', "\r\n")));
    assert!(load().is_ok());
    write(
        "c.toml",
        &[b"\xef\xbb\xbf", CONFIG.replace('\n', "\r").as_bytes()].concat(),
    );
    write(
        "t.csv",
        &[b"\xef\xbb\xbf", TABLE.replace('\n', "\r").as_bytes()].concat(),
    );
    assert!(load().is_ok());
    let refused = |want: &str| {
        let error = load().unwrap_err().to_string();
        assert!(error.ends_with(want), "{error}");
    };
    std::fs::remove_file(folder.path().join("t.csv")).unwrap();
    write("c.toml", CONFIG.as_bytes());
    let error = load().unwrap_err().to_string();
    assert!(
        error.contains("c.toml:9: `file = \"t.csv\"`: cannot be read ("),
        "{error}"
    );
    refused("check the path, which is relative to the folder of the configuration");
    write("t.csv", b"kind,size\na,\xe8\n");
    refused("t.csv:2: the byte 0xe8 is not UTF-8 text; the file is in another encoding, such as Windows-1252: save it as UTF-8");
    write("t.csv", b"\x1f\x8b\x08");
    refused("t.csv: is compressed with gzip; unpack it first, with `gunzip`");
    write("t.csv", b"PK\x03\x04");
    refused("t.csv: is a spreadsheet or a zip archive; save it as text (tables: as CSV)");
    write("c.toml", b"PK\x03\x04");
    refused("c.toml: is a spreadsheet or a zip archive; save it as text (tables: as CSV)");
}
