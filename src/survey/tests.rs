//! Whole surveys: mistakes and their messages, statistics against independent computations, and
//! the example.

use std::path::Path;

use proptest::prelude::*;

use veragg_circuits::statement::Segment;
use veragg_protocol::round::phase::Phase;

use super::table::TableConfig;
use super::*;

mod counts;
mod mistakes;
mod names;

/// Line numbers in the tests below count from this text's first line.
const CONFIG: &str = r#"[round]
title = "test"
suite = "ristretto255-bitplane"
corrupt = 0.1
dropout = 0.25
min_contributors = 2

[data]
file = "t.csv"
deal = "round-robin"
clients = 3
max_rows = 2

[groups]
column = "kind"
names = { b = "second letter", a = "first letter" }

[[measure]]
name = "sizes"
columns = ["size", "height"]
decimals = 1
min = -5.0
max = 1_0

[[measure]]
columns = ["age"]
decimals = 0
max = 100

[[dropout]]
client = 2
after = "submit"
"#;

const TABLE: &str = "kind,size,height,age,owner
a,1,-2.5,30,x
b,2.25,,40,y
a,-5,10,1e1,x
b,0,0,,z
";

/// The settings, and the part of them that is about a table.
fn parsed(config: &str) -> Result<(Config, TableConfig), SurveyError> {
    match Config::parse(Path::new("dir/c.toml"), config)? {
        (config, Source::Table(table)) => Ok((config, *table)),
        (_, Source::Synthetic(_)) => panic!("no table:\n{}", config),
    }
}

fn survey(config: &str, table: &str) -> Result<Survey, SurveyError> {
    let (config, source) = parsed(config)?;
    let table = Table::parse(&source.table, table, source.separator)?;
    Survey::new(
        config,
        Numbers::Tabular(Box::new(Tabular::new(source, &table)?)),
    )
}

/// Everybody's vector.
fn inputs(survey: &Survey) -> Vec<Vec<u64>> {
    let all = ClientId::all(survey.clients());
    all.map(|client| survey.input(client)).collect()
}

/// The statistics of sums over this many clients.
fn statistics(
    survey: &Survey,
    sums: &[u128],
    contributors: u32,
) -> Result<Statistics, SurveyError> {
    let contributors: Vec<_> = ClientId::all(contributors).collect();
    match survey.interpret(sums, &contributors)? {
        Results::Statistics(statistics) => Ok(statistics),
        Results::Recomputed(recomputed) => panic!("no statistics: {recomputed}"),
    }
}

fn sums(inputs: &[Vec<u64>]) -> Vec<u128> {
    let width = inputs.first().map_or(0, Vec::len);
    (0..width)
        .map(|at| inputs.iter().map(|input| u128::from(input[at])).sum())
        .collect()
}

fn refusal(config: &str, table: &str) -> String {
    match survey(config, table) {
        Ok(_) => panic!("accepted:\n{config}\n{table}"),
        Err(error) => error.to_string(),
    }
}

/// The refusal after one replacement in the configuration.
fn config_refusal(from: &str, to: &str) -> String {
    assert_eq!(CONFIG.matches(from).count(), 1, "{from}");
    refusal(&CONFIG.replace(from, to), TABLE)
}

/// The refusal after one replacement in the table.
fn table_refusal(from: &str, to: &str) -> String {
    assert_eq!(TABLE.matches(from).count(), 1, "{from}");
    refusal(CONFIG, &TABLE.replace(from, to))
}

#[test]
fn settings_and_segments() {
    let survey = survey(CONFIG, TABLE).unwrap();
    assert_eq!(survey.title(), "test");
    assert_eq!(
        (survey.suite(), survey.columns()),
        (Suite::RistrettoBitplane, None)
    );
    assert_eq!(
        (survey.corrupt_ppm(), survey.dropout_ppm()),
        (100_000, 250_000)
    );
    assert_eq!((survey.clients(), survey.min_contributors()), (3, Some(2)));
    assert_eq!(
        survey.dropouts(),
        [Dropout {
            client: 2,
            after: Phase::Submit
        }]
    );
    assert_eq!(survey.client_name(ClientId::from_index(0)), None);
    let segments: Vec<_> = survey
        .segments()
        .iter()
        .map(|plan| {
            (
                plan.name.as_str(),
                plan.claims.len,
                plan.claims.bound,
                plan.decimals,
                plan.offset,
            )
        })
        .collect();
    assert_eq!(
        segments,
        [
            ("sizes count", 4, 3, 0, 0),
            ("sizes sum above the minimum", 4, 301, 1, 0),
            ("sizes squares above the minimum", 4, 45_001, 2, 0),
            ("measure 2 count", 2, 3, 0, 0),
            ("measure 2 sum", 2, 201, 0, 0),
            ("measure 2 squares", 2, 20_001, 0, 0),
        ]
    );
}

#[test]
fn inputs_by_hand() {
    // Groups in the order of the configuration: b, a. Rows 1 and 4 belong to client 1.
    assert_eq!(
        inputs(&survey(CONFIG, TABLE).unwrap()),
        [
            vec![1, 1, 1, 1, 50, 60, 50, 25, 2500, 3600, 2500, 625, 0, 1, 0, 30, 0, 900],
            vec![1, 0, 0, 0, 73, 0, 0, 0, 5329, 0, 0, 0, 1, 0, 40, 0, 1600, 0],
            vec![0, 1, 0, 1, 0, 0, 0, 150, 0, 0, 0, 22_500, 0, 1, 0, 10, 0, 100],
        ]
    );
}

#[test]
fn text_of_the_statistics() {
    let survey = survey(CONFIG, TABLE).unwrap();
    let statistics = statistics(&survey, &sums(&inputs(&survey)), 3).unwrap();
    let want = "\
measurement  group          count   sum    mean  standard deviation
size         second letter      2   2.3   1.150               1.626
size         first letter       2  -4.0  -2.000               4.243
height       second letter      1   0.0   0.000                   -
height       first letter       2   7.5   3.750               8.839
age          second letter      1    40   40.00                   -
age          first letter       2    40   20.00               14.14
note: 6 results above are about fewer than 5 rows, and such a result says much about each of them. Coarser groups avoid that; `least_count` under [data] leaves such results out of the statistics, but not out of the board.
";
    assert_eq!(statistics.to_string(), want);
    let json = serde_json::to_string(&statistics).unwrap();
    assert_eq!(
        serde_json::from_str::<Statistics>(&json).unwrap(),
        statistics
    );

    let nobody = self::statistics(&survey, &[0; 18], 0).unwrap();
    assert_eq!(nobody.rows[0].mean, None);
    assert!(nobody
        .to_string()
        .contains("size         second letter      0  0.0     -"));
}

#[test]
fn three_ways_to_deal() {
    // The ages of those who have one: 30, 40, 10, and none in the last row.
    let ages = |deal: &str| {
        let config = CONFIG.replace("\"round-robin\"", deal);
        let inputs = inputs(&survey(&config, TABLE).unwrap());
        inputs
            .iter()
            .map(|x| (x[14] + x[15], x[12] + x[13]))
            .collect::<Vec<_>>()
    };
    assert_eq!(ages("\"round-robin\""), [(30, 1), (40, 1), (10, 1)]);
    assert_eq!(ages("\"blocks\""), [(70, 2), (10, 1), (0, 0)]);
    assert_eq!(ages("{ column = \"owner\" }"), [(40, 2), (40, 1), (0, 0)]);
    let config = CONFIG
        .replace("\"round-robin\"", "{ column = \"owner\" }")
        .replace("clients = 3\n", "");
    let by_owner = survey(&config, TABLE).unwrap();
    assert_eq!(by_owner.clients(), 3);
    assert_eq!(
        [1, 2, 3].map(|index| by_owner.client_name(ClientId::from_index(index))),
        [Some("y"), Some("z"), None]
    );
}

#[test]
fn sums_that_cannot_be() {
    let survey = survey(CONFIG, TABLE).unwrap();
    let good = sums(&inputs(&survey));
    let refused = |sums: &[u128], contributors| {
        let error = statistics(&survey, sums, contributors).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        refused(&good[1..], 3),
        "dir/c.toml: 17 sums were given, but this survey has 18; give the sums of a round with this configuration"
    );
    assert_eq!(
        refused(&good, 4),
        "dir/c.toml: 4 contributors were given, but this survey has 3 clients; give the number of contributors of the round"
    );
    assert_eq!(
        refused(&[7; 18], 3),
        "dir/c.toml: number 0 of the sums (counted from 0) is 7, but 3 contributors reach at most 6; give the sums and the number of contributors of the same round"
    );
    // Coordinates 12 to 17 are age's count, sum and squares: sum above count * max, squares above
    // sum * max, and sum^2 above count * squares.
    for (count, sum, squares) in [
        (0, 1, 1),
        (1, 101, 10_201),
        (2, 100, 10_001),
        (2, 100, 4_999),
    ] {
        let mut forged = good.clone();
        (forged[12], forged[14], forged[16]) = (count, sum, squares);
        assert_eq!(
            refused(&forged, 3),
            format!("dir/c.toml:26: column `age`: count {count}, sum {sum} and squares {squares} in the group `second letter` cannot be those of any rows; a contributor gave numbers that contradict each other, so do not use these statistics")
        );
    }
}

/// `text` without its point, which has `decimals` digits after it.
fn digits(text: &str, decimals: usize) -> i128 {
    let fraction = text
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    assert_eq!(fraction, decimals, "{text}");
    text.replace('.', "").parse().unwrap()
}

/// Writes a scaled integer in one of several ways.
fn spell(scaled: i64, decimals: u32, style: u8) -> String {
    let unit = 10u64.pow(decimals);
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, fraction) = (scaled.unsigned_abs() / unit, scaled.unsigned_abs() % unit);
    match style % 3 {
        0 => format!("{scaled}e-{decimals}"),
        1 => format!(
            "{sign}{whole}.{fraction:0>width$}4",
            width = decimals as usize
        ),
        _ => format!(
            " {sign}{whole}.{:0>width$} ",
            fraction,
            width = decimals as usize
        ),
    }
}

proptest! {
    /// The statistics of random contributors are those of their rows, computed from the rows by
    /// other formulas: means and deviations are compared as fractions, the spread is the sum over
    /// pairs of rows.
    #[test]
    fn statistics_are_those_of_the_plain_rows(
        decimals in 0u32..4,
        (min, max) in (-3_000i64..3_000, 1i64..5_000).prop_map(|(min, range)| (min, min + range)),
        clients in 3usize..8,
        rows in prop::collection::vec((any::<bool>(), prop::option::weighted(0.9, any::<prop::sample::Index>()), any::<u8>(), any::<bool>()), 8..60),
        blocks in any::<bool>(),
    ) {
        let value = |at: &Option<prop::sample::Index>| at.map(|at| min + at.index((max - min + 1) as usize) as i64);
        let table: String = rows
            .iter()
            .map(|(group, at, style, _)| {
                let text = value(at).map_or(String::new(), |value| spell(value, decimals, *style));
                format!("{},{text}\n", u8::from(*group))
            })
            .collect();
        let config = format!(
            "[round]\ntitle = \"\"\ncorrupt = 0\ndropout = 0.999999\n\
             [data]\nfile = \"t.csv\"\nclients = {clients}\ndeal = \"{}\"\nmax_rows = 60\n\
             [groups]\ncolumn = \"g\"\nnames = {{ 0 = \"no\", 1 = \"yes\" }}\n\
             [[measure]]\ncolumns = [\"v\"]\ndecimals = {decimals}\nmin = {least}e-{more}\nmax = {most}e-{more}\n",
            if blocks { "blocks" } else { "round-robin" },
            // One digit more, which a value may use, and which is rounded away.
            least = 10 * min - 4,
            most = 10 * max + 4,
            more = decimals + 1,
        );
        let survey = survey(&config, &format!("g,v\n{table}")).unwrap();
        let inputs = inputs(&survey);
        let contributes: Vec<bool> = rows.iter().take(clients).map(|row| row.3).collect();
        let chosen: Vec<Vec<u64>> = inputs.iter().zip(&contributes).filter(|(_, &yes)| yes).map(|(input, _)| input.clone()).collect();
        let total = if chosen.is_empty() { vec![0; 6] } else { sums(&chosen) };
        let statistics = statistics(&survey, &total, chosen.len() as u32).unwrap();
        prop_assert_eq!(statistics.rows.len(), 2);

        let owner = |row: usize| {
            if !blocks {
                return row % clients;
            }
            let longer = rows.len() % clients * (rows.len() / clients + 1);
            if row < longer { row / (rows.len() / clients + 1) } else { rows.len() % clients + (row - longer) / (rows.len() / clients) }
        };
        for (row, group) in statistics.rows.iter().zip([false, true]) {
            let values: Vec<i128> = rows
                .iter()
                .enumerate()
                .filter(|(at, (of, ..))| *of == group && contributes[owner(*at)])
                .filter_map(|(_, (_, at, ..))| value(at).map(i128::from))
                .collect();
            let (count, sum) = (values.len() as i128, values.iter().sum::<i128>());
            prop_assert_eq!(i128::from(row.count), count);
            prop_assert_eq!(digits(&row.sum, decimals as usize), sum);
            prop_assert_eq!(row.mean.is_some(), count > 0);
            if let Some(mean) = &row.mean {
                let error = digits(mean, decimals as usize + 2) * count - 100 * sum;
                prop_assert!(2 * error.abs() <= count);
                prop_assert!(2 * error.abs() < count || error.signum() == sum.signum(), "half away from zero");
            }
            prop_assert_eq!(row.standard_deviation.is_some(), count > 1);
            if let Some(deviation) = &row.standard_deviation {
                let root = digits(deviation, decimals as usize + 2);
                let spread: i128 = values.iter().enumerate().flat_map(|(at, a)| values.iter().skip(at + 1).map(move |b| (a - b).pow(2))).sum();
                let pairs = count * (count - 1);
                prop_assert!(root == 0 || (2 * root - 1).pow(2) * pairs <= 40_000 * spread);
                prop_assert!(40_000 * spread < (2 * root + 1).pow(2) * pairs);
            }
        }
    }
}

fn hospitals() -> Survey {
    Survey::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hospitals/round.toml"))
        .unwrap()
}

#[test]
fn the_example_fits_its_bounds() {
    let survey = hospitals();
    assert_eq!(
        (survey.clients(), survey.corrupt_ppm(), survey.dropout_ppm()),
        (30, 100_000, 100_000)
    );
    assert_eq!(survey.suite(), Suite::RistrettoBitplane);
    let dropouts: Vec<_> = survey
        .dropouts()
        .iter()
        .map(|dropout| (dropout.client, dropout.after.name()))
        .collect();
    assert_eq!(dropouts, [(7, "share"), (16, "confirm"), (23, "submit")]);
    assert_eq!(
        survey
            .segments()
            .iter()
            .map(|segment| segment.claims.len)
            .sum::<usize>(),
        180
    );
    assert!(survey
        .segments()
        .iter()
        .all(|segment| segment.claims.bound < 1 << 32));
    let bounds: Vec<u64> = survey
        .segments()
        .iter()
        .flat_map(|segment| std::iter::repeat_n(segment.claims.bound, segment.claims.len))
        .collect();
    for input in inputs(&survey) {
        assert_eq!(input.len(), bounds.len());
        assert!(input
            .iter()
            .zip(&bounds)
            .all(|(value, bound)| value < bound));
    }
}

/// All 30 hospitals against floating point on the CSV as it stands: rounding a value to `D` digits
/// moves it by at most half a unit, hence the mean by as much, and the deviation by at most
/// `sqrt(n / (n - 1))` times as much.
#[test]
fn the_example_gives_the_statistics_of_its_table() {
    let survey = hospitals();
    let statistics = statistics(&survey, &sums(&inputs(&survey)), 30).unwrap();
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hospitals/breast_cancer.csv"),
    )
    .unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<_> = lines.collect();
    assert_eq!(statistics.rows.len(), 60);
    for (at, row) in statistics.rows.iter().enumerate() {
        let column = header
            .iter()
            .position(|name| *name == row.measurement)
            .unwrap();
        let (label, name) = [("1", "benign"), ("0", "malignant")][at % 2];
        assert_eq!(row.group.as_deref(), Some(name));
        let values: Vec<f64> = rows
            .iter()
            .filter(|cells| cells[30] == label)
            .map(|cells| cells[column].parse().unwrap())
            .collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let deviation = (values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / (count - 1.0))
            .sqrt();
        let decimals = row
            .sum
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        let unit = 0.1f64.powi(decimals as i32);
        // Half a unit of the values, half a unit of two digits more, and the rounding of `f64`.
        let tolerance = unit * (0.5 * (count / (count - 1.0)).sqrt() + 0.005) + 1e-9;
        let number = |text: &Option<String>| text.as_ref().unwrap().parse::<f64>().unwrap();
        assert_eq!(row.count as usize, values.len());
        assert!(
            (number(&row.mean) - mean).abs() <= tolerance,
            "{row:?}, {mean}"
        );
        assert!(
            (number(&row.standard_deviation) - deviation).abs() <= tolerance,
            "{row:?}, {deviation}"
        );
    }
}
