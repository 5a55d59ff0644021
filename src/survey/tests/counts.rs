//! Counts of rows and values, measures without squares, and small cells.

use veragg_circuits::statement::SumRule;

use super::*;

const VOTES: &str = r#"[round]
title = "votes"
corrupt = 0
dropout = 0
[data]
file = "t.csv"
deal = { column = "voter" }
max_rows = 1
missing = ["", "none"]
[groups]
column = "town"
names = ["north", "south"]
[[count]]
column = "vote"
values = { "1" = "yes", "0" = "no" }
[[count]]
name = "voters"
"#;

const BALLOTS: &str = "voter,town,vote
a,north,1
b,north,1
c,south,0
d,south,
e,north,none
f,north,0
";

fn shares(statistics: &Statistics) -> Vec<(String, u64, Option<&str>)> {
    let rows = statistics.counts.iter();
    rows.map(|row| {
        let value = row.value.as_deref().unwrap_or("-");
        let group = row.group.as_deref().unwrap_or("-");
        (
            format!("{} {value} {group}", row.name),
            row.count,
            row.percent.as_deref(),
        )
    })
    .collect()
}

#[test]
fn values_and_rows_are_counted() {
    let survey = survey(VOTES, BALLOTS).unwrap();
    let segments: Vec<_> = survey
        .segments()
        .iter()
        .map(|it| (it.name.as_str(), it.claims))
        .collect();
    let vote = Segment {
        sum: Some(SumRule::AtMost(1)),
        ..Segment::range(2, 2)
    };
    assert_eq!(
        segments,
        [
            ("vote values in north", vote),
            ("vote values in south", vote),
            ("voters rows", Segment::range(2, 2)),
        ]
    );
    let all = inputs(&survey);
    assert_eq!(all[0], [1, 0, 0, 0, 1, 0]);
    assert_eq!(all[2], [0, 0, 0, 1, 0, 1]);
    assert_eq!(all[3], [0, 0, 0, 0, 0, 1]);
    let claims = survey
        .segments()
        .iter()
        .map(|segment| segment.claims)
        .collect();
    let statement = veragg_circuits::statement::Statement::new(claims).unwrap();
    assert!(all.iter().all(|input| statement.check(input).is_ok()));
    assert!(statement.check(&[1, 1, 0, 0, 1, 0]).is_err(), "two votes");

    let statistics = statistics(&survey, &sums(&all), 6).unwrap();
    let row = |name: &str, count, percent| (name.to_owned(), count, Some(percent));
    assert_eq!(
        shares(&statistics),
        [
            row("vote yes north", 2, "50.00"),
            row("vote no north", 1, "25.00"),
            row("vote yes south", 0, "0.00"),
            row("vote no south", 1, "25.00"),
            row("voters - north", 4, "66.67"),
            row("voters - south", 2, "33.33"),
        ]
    );
    let want = "\
counted  value  group  count    share
vote     yes    north      2  50.00 %
vote     no     north      1  25.00 %
vote     yes    south      0   0.00 %
vote     no     south      1  25.00 %
voters   -      north      4  66.67 %
voters   -      south      2  33.33 %
note: 5 results above are about fewer than 5 rows, and such a result says much about each of them. ";
    let got = statistics.to_string();
    assert!(got.starts_with(want), "{got}");
    let json = serde_json::to_string(&statistics).unwrap();
    assert_eq!(
        serde_json::from_str::<Statistics>(&json).unwrap(),
        statistics
    );
}

#[test]
fn a_vote_for_something_else_is_refused() {
    let other = BALLOTS.replace("a,north,1", "a,north,2");
    assert_eq!(
        refusal(VOTES, &other),
        "dir/t.csv:2: column `vote`: `2` is not among the values that `values` of a [[count]] lists (`1`, `0`); correct the cell, or add the value there"
    );
    let twice = BALLOTS.replace("b,north", "a,north");
    assert_eq!(
        refusal(VOTES, &twice),
        "dir/c.toml:8: client 1 (`a`) has 2 rows in the group `north`, more than `max_rows = 1`; raise it to at least 2, or deal to more clients"
    );
}

#[test]
fn a_single_value_and_no_groups() {
    let (before, after) = (
        VOTES.find("[groups]").unwrap(),
        VOTES.find("[[count]]").unwrap(),
    );
    let config = format!("{}{}", &VOTES[..before], &VOTES[after..])
        .replace("{ \"1\" = \"yes\", \"0\" = \"no\" }", "[\"1\"]");
    let config = config.replace("[\"\", \"none\"]", "[\"\", \"none\", \"0\"]");
    let survey = survey(&config, BALLOTS).unwrap();
    let segments: Vec<_> = survey
        .segments()
        .iter()
        .map(|it| (it.name.as_str(), it.claims))
        .collect();
    assert_eq!(
        segments,
        [
            ("vote values", Segment::range(1, 2)),
            ("voters rows", Segment::range(1, 2))
        ]
    );
    let statistics = statistics(&survey, &sums(&inputs(&survey)), 6).unwrap();
    assert_eq!(
        shares(&statistics),
        [
            ("vote 1 -".to_owned(), 2, Some("100.00")),
            ("voters - -".to_owned(), 6, Some("100.00")),
        ]
    );
    let nobody = self::statistics(&survey, &[0, 0], 0).unwrap();
    assert_eq!(nobody.counts[0].percent, None);
}

#[test]
fn without_squares_there_is_no_deviation() {
    let config = CONFIG.replace("decimals = 1\n", "decimals = 1\nsquares = false\n");
    let survey = survey(&config, TABLE).unwrap();
    let names: Vec<_> = survey
        .segments()
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "sizes count",
            "sizes sum above the minimum",
            "measure 2 count",
            "measure 2 sum",
            "measure 2 squares"
        ]
    );
    let with = inputs(&self::survey(CONFIG, TABLE).unwrap());
    let without = inputs(&survey);
    for (with, without) in with.iter().zip(&without) {
        assert_eq!([&with[..8], &with[12..]].concat(), *without);
    }
    let statistics = statistics(&survey, &sums(&without), 3).unwrap();
    let text = statistics.to_string();
    assert!(
        text.contains("size         second letter      2   2.3   1.150    no squares asked\n"),
        "{text}"
    );
    assert!(
        text.contains("age          first letter       2    40   20.00               14.14\n"),
        "{text}"
    );
    assert_eq!(statistics.rows[0].standard_deviation, None);
    let mut forged = sums(&without);
    forged[4] = forged[0] * 150 + 1;
    assert_eq!(
        self::statistics(&survey, &forged, 3).unwrap_err().to_string(),
        "dir/c.toml:20: column `size`: count 2 and sum 301 in the group `second letter` cannot be those of any rows; a contributor gave numbers that contradict each other, so do not use these statistics"
    );
}

#[test]
fn a_client_keeps_cells_with_few_rows_to_itself() {
    let config = CONFIG
        .replace("\"round-robin\"", "{ column = \"owner\" }")
        .replace("max_rows = 2", "max_rows = 2\nleast_rows = 2")
        .replace(
            "max = 100\n",
            "max = 100\n[[count]]\n[[count]]\ncolumn = \"kind\"\nvalues = [\"a\", \"b\"]\n",
        );
    let survey = survey(&config, TABLE).unwrap();
    let all = inputs(&survey);
    // Only client 1 has two rows in a group: (1, -2.5, 30) and (-5, 10, 10), both in the second group, a.
    let mut want = vec![0; 18 + 2 + 4];
    (want[1], want[5], want[9]) = (2, 60, 3600);
    (want[3], want[7], want[11]) = (2, 175, 625 + 22_500);
    (want[13], want[15], want[17]) = (2, 40, 1000);
    (want[19], want[22]) = (2, 2);
    assert_eq!(all[0], want);
    assert!(all[1..].iter().flatten().all(|&number| number == 0));
}

#[test]
fn small_cells_are_withheld_on_request() {
    let least = |least: u64| {
        VOTES.replace(
            "max_rows = 1\n",
            &format!("max_rows = 1\nleast_count = {least}\n"),
        )
    };
    let statistics = |config: &str| {
        let survey = survey(config, BALLOTS).unwrap();
        statistics(&survey, &sums(&inputs(&survey)), 6).unwrap()
    };
    let some = statistics(&least(2));
    assert_eq!(
        shares(&some),
        [
            ("vote yes north".to_owned(), 2, None),
            ("voters - north".to_owned(), 4, Some("66.67")),
            ("voters - south".to_owned(), 2, Some("33.33")),
        ]
    );
    assert_eq!((some.least_count, some.withheld), (Some(2), 3));
    let text = some.to_string();
    assert!(
        text.ends_with("withheld: 3 results about fewer than 2 rows (`least_count`). The board and the sums in aggregate.json still hold them.\n"),
        "{text}"
    );
    assert!(!text.contains("note:"));
    let none = statistics(&least(1)).to_string();
    assert!(
        !none.contains("note:") && !none.contains("withheld:"),
        "{none}"
    );

    let config = CONFIG.replace("max_rows = 2", "max_rows = 2\nleast_count = 2");
    let survey = survey(&config, TABLE).unwrap();
    let measured = self::statistics(&survey, &sums(&inputs(&survey)), 3).unwrap();
    assert_eq!((measured.rows.len(), measured.withheld), (4, 2));
}

#[test]
fn an_exact_count_is_one_that_each_client_keeps() {
    let config = VOTES
        .replace(
            "[groups]\ncolumn = \"town\"\nnames = [\"north\", \"south\"]\n",
            "",
        )
        .replace("[[count]]\nname = \"voters\"\n", "")
        .replace("column = \"vote\"\n", "column = \"vote\"\nexact = true\n");
    let ballots = "voter,vote\na,1\nb,0\nc,1\n";
    let exact = survey(&config, ballots).unwrap();
    let one_of_two = Segment {
        sum: Some(SumRule::Equal(1)),
        ..Segment::range(2, 2)
    };
    assert_eq!(exact.segments()[0].claims, one_of_two);
    assert_eq!(inputs(&exact), [[1, 0], [0, 1], [1, 0]]);
    // What is not exact is proven as before.
    let at_most = config.replace("exact = true", "exact = false");
    let claims = survey(&at_most, ballots).unwrap().segments()[0].claims;
    assert_eq!(claims.sum, Some(SumRule::AtMost(1)));

    let with = |from: &str, to: &str| refusal(&config.replace(from, to), ballots);
    assert_eq!(
        with("[[count]]", "[groups]\ncolumn = \"vote\"\nnames = [\"0\", \"1\"]\n[[count]]"),
        "dir/c.toml:15: `exact` asks each client for `max_rows` rows in all, and [groups] counts them group by group; remove one of the two"
    );
    assert_eq!(
        with("max_rows = 1\n", "max_rows = 2\nleast_rows = 2\n"),
        "dir/c.toml:13: `exact` asks each client for `max_rows` rows, and `least_rows` leaves out small counts; remove one of the two"
    );
    assert_eq!(
        with("column = \"vote\"\nexact = true\nvalues = { \"1\" = \"yes\", \"0\" = \"no\" }\n", "exact = true\n"),
        "dir/c.toml:11: `exact` is about the values of a column, and this [[count]] has none; add `column` and `values`, or remove `exact`"
    );
    // A client with too few rows, and one whose cell is missing.
    let few = "dir/c.toml:12: with `exact`, the number of rows with a value must be 2 for each client, and for client 1 (`a`) it is 1; correct the table, or remove `exact`";
    assert_eq!(with("max_rows = 1", "max_rows = 2"), few);
    let missing = "dir/c.toml:12: with `exact`, the number of rows with a value must be 1 for each client, and for client 2 (`b`) it is 0; correct the table, or remove `exact`";
    assert_eq!(refusal(&config, &ballots.replace("b,0", "b,none")), missing);
}
