//! Computes counts, means and standard deviations from the sums of a round, exactly.

use serde::{Deserialize, Serialize};

use super::config::TableConfig;
use super::count::Count;
use super::measure::Measure;
use crate::survey::decimal;
use crate::survey::error::{in_group, SurveyError};
use crate::survey::problem::Problem;

/// How many digits more than the values the mean and the deviation have.
const MORE_DIGITS: u8 = 2;

/// Statistics of the rows of all contributors together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// The number of clients that contributed.
    pub contributors: u32,
    /// The fewest rows for which a cell is shown, if configured.
    #[serde(default)]
    pub least_count: Option<u64>,
    /// The number of cells with fewer rows, which are in neither of the lists.
    #[serde(default)]
    pub withheld: usize,
    /// One row for each measurement and group, in the order of the configuration.
    pub rows: Vec<StatisticsRow>,
    /// One row for each value and group that is counted, in the order of the configuration.
    #[serde(default)]
    pub counts: Vec<CountRow>,
}

/// Statistics of one measurement in one group.
///
/// The numbers are decimal strings: exact where they can be, else rounded half away from zero,
/// with the same digits on every machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsRow {
    /// The column of the table.
    pub measurement: String,
    /// The name of the group, if rows are grouped.
    pub group: Option<String>,
    /// The number of rows with a value.
    pub count: u64,
    /// The exact sum of the values, with the decimals of the measure.
    pub sum: String,
    /// The mean, with two decimals more; absent if there is no row.
    pub mean: Option<String>,
    /// The standard deviation of a sample (divided by `n - 1`), with two decimals more; absent for
    /// fewer than two rows, and if the measure asks for no squares.
    pub standard_deviation: Option<String>,
}

/// How many rows have one value, in one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRow {
    /// The name of the `[[count]]`.
    pub name: String,
    /// The name of the value; absent if rows are counted, whatever their values.
    pub value: Option<String>,
    /// The name of the group, if rows are grouped.
    pub group: Option<String>,
    /// The number of rows.
    pub count: u64,
    /// The share in percent of all rows that this `[[count]]` counts, with two decimals; absent if there are none, and
    /// if cells of this `[[count]]` are withheld, which would follow from it.
    pub percent: Option<String>,
}

/// Turns sums over the contributors, each within its bound, into statistics.
pub(super) fn interpret(
    config: &TableConfig,
    sums: &[u128],
    contributors: u32,
) -> Result<Statistics, SurveyError> {
    let groups = config.group_count();
    let mut statistics = Statistics {
        contributors,
        least_count: config.least_count,
        withheld: 0,
        rows: Vec::new(),
        counts: Vec::new(),
    };
    let mut rest = sums;
    for measure in &config.measures {
        let len = measure.columns.len() * groups;
        let (mine, after) = rest.split_at(measure.parts() * len);
        rest = after;
        for (at, column) in measure.columns.iter().enumerate() {
            for group in 0..groups {
                let cell = at * groups + group;
                let totals = Totals {
                    count: mine[cell],
                    sum: mine[len + cell],
                    squares: measure.squares.then(|| mine[2 * len + cell]),
                };
                let name = config.group_name(group);
                if !totals.possible(measure.range) {
                    let location = config.location(column.line).column(&column.value);
                    return Err(location.error(totals.inconsistent(name)));
                }
                if is_small(config, totals.count) {
                    statistics.withheld += 1;
                } else {
                    let row = totals.row(measure, &column.value, name);
                    statistics.rows.push(row);
                }
            }
        }
    }
    for count in &config.counts {
        let (mine, after) = rest.split_at(count.values() * groups);
        rest = after;
        let rows = counted(config, count, mine);
        statistics.withheld += mine.len() - rows.len();
        statistics.counts.extend(rows);
    }
    Ok(statistics)
}

/// Whether a cell of so many rows is withheld; with `least_count = 1` none is.
fn is_small(config: &TableConfig, count: u128) -> bool {
    let least = config.least_count.unwrap_or(1);
    least > 1 && count < u128::from(least)
}

/// The cells of a count that are shown. Each sum is below `2^53`, as `MAX_ROWS` has it.
fn counted(config: &TableConfig, count: &Count, sums: &[u128]) -> Vec<CountRow> {
    let total: u128 = sums.iter().sum();
    let complete = !sums.iter().any(|&sum| is_small(config, sum));
    let percent = |sum: u128| {
        let hundredths = decimal::divide_rounded(sum as i128 * 10_000, total as i128);
        decimal::format(hundredths, 2)
    };
    let cells = sums.iter().enumerate();
    let shown = cells.filter(|(_, &sum)| !is_small(config, sum));
    shown
        .map(|(at, &sum)| CountRow {
            name: count.name.clone(),
            value: count.value_name(at % count.values()).map(str::to_owned),
            group: config.group_name(at / count.values()).map(str::to_owned),
            count: sum as u64,
            percent: (complete && total > 0).then(|| percent(sum)),
        })
        .collect()
}

/// Sums of one measurement in one group, each within its bound.
///
/// `plan::plan` keeps `4 * 10^4 * count * squares` below `2^128` for the largest totals. `MAX_ROWS` keeps the count below
/// `2^53`, and the sum is below `2^84`.
struct Totals {
    count: u128,
    /// The sum of the values minus `min`.
    sum: u128,
    /// The sum of the squares of the values minus `min`, if they are asked for.
    squares: Option<u128>,
}

impl Totals {
    /// Whether rows with values in `0..=range` can have these sums: `x <= range`,
    /// `x^2 <= range x`, and the inequality of Cauchy and Schwarz.
    fn possible(&self, range: u128) -> bool {
        let squares = self.squares.is_none_or(|squares| {
            squares <= self.sum * range && self.sum * self.sum <= self.count * squares
        });
        self.sum <= self.count * range && squares
    }

    fn inconsistent(&self, group: Option<&str>) -> Problem {
        let (count, sum) = (self.count, self.sum);
        let sums = match self.squares {
            Some(squares) => format!("count {count}, sum {sum} and squares {squares}"),
            None => format!("count {count} and sum {sum}"),
        };
        let group = in_group(group);
        Problem::Inconsistent { group, sums }
    }

    fn row(&self, measure: &Measure, column: &str, group: Option<&str>) -> StatisticsRow {
        let decimals = measure.decimals;
        // Below 2^53 and 2^84: see above. The smallest value is a 64-bit number.
        let (count, shifted) = (self.count as i128, self.sum as i128);
        let sum = shifted + count * i128::from(measure.min);
        let mean = (count > 0).then(|| {
            let mean = decimal::divide_rounded(sum * 10i128.pow(MORE_DIGITS.into()), count);
            decimal::format(mean, decimals + MORE_DIGITS)
        });
        // The shift by `min` moves the mean and leaves the deviation alone.
        let squares = self.squares.filter(|_| count > 1);
        let standard_deviation = squares.map(|squares| {
            let spread = self.count * squares - self.sum * self.sum;
            let scale = 10u128.pow(2 * u32::from(MORE_DIGITS));
            let root = decimal::root_rounded(scale * spread, self.count * (self.count - 1));
            decimal::format(root as i128, decimals + MORE_DIGITS)
        });
        StatisticsRow {
            measurement: column.to_owned(),
            group: group.map(str::to_owned),
            count: self.count as u64,
            sum: decimal::format(sum, decimals),
            mean,
            standard_deviation,
        }
    }
}
