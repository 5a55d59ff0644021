//! Computes count, mean and standard deviation from the sums of a round, exactly.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::config::{Measure, TableConfig};
use crate::survey::decimal;
use crate::survey::error::{in_group, Problem, SurveyError};

/// How many digits more than the values the mean and the deviation have.
const MORE_DIGITS: u8 = 2;

/// Statistics of the rows of all contributors together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// The number of clients that contributed.
    pub contributors: u32,
    /// One row for each measurement and group, in the order of the configuration.
    pub rows: Vec<StatisticsRow>,
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
    /// fewer than two rows.
    pub standard_deviation: Option<String>,
}

/// Turns sums over the contributors, each within its bound, into statistics.
pub(super) fn interpret(
    config: &TableConfig,
    sums: &[u128],
    contributors: u32,
) -> Result<Statistics, SurveyError> {
    let groups = config.group_count();
    let mut rows = Vec::new();
    let mut rest = sums;
    for measure in &config.measures {
        let len = measure.columns.len() * groups;
        let (mine, after) = rest.split_at(3 * len);
        rest = after;
        for (at, column) in measure.columns.iter().enumerate() {
            for group in 0..groups {
                let cell = at * groups + group;
                let totals = Totals {
                    count: mine[cell],
                    sum: mine[len + cell],
                    squares: mine[2 * len + cell],
                };
                let name = config.group_name(group);
                if !totals.possible(measure.range) {
                    let location = config.location(column.line).column(&column.value);
                    return Err(location.error(totals.inconsistent(name)));
                }
                rows.push(totals.row(measure, &column.value, name));
            }
        }
    }
    Ok(Statistics { contributors, rows })
}

/// Sums of one measurement in one group, each within its bound.
///
/// `plan::segments` keeps `4 * 10^4 * count * squares` below `2^128` for the largest totals, and
/// the largest total of squares is no less than the largest count, which is hence below `2^57`.
struct Totals {
    count: u128,
    /// The sum of the values minus `min`.
    sum: u128,
    /// The sum of the squares of the values minus `min`.
    squares: u128,
}

impl Totals {
    /// Whether rows with values in `0..=range` can have these sums: `x <= range`,
    /// `x^2 <= range x`, and the inequality of Cauchy and Schwarz.
    fn possible(&self, range: u128) -> bool {
        self.sum <= self.count * range
            && self.squares <= self.sum * range
            && self.sum * self.sum <= self.count * self.squares
    }

    fn inconsistent(&self, group: Option<&str>) -> Problem {
        Problem::Inconsistent {
            group: in_group(group),
            count: self.count,
            sum: self.sum,
            squares: self.squares,
        }
    }

    fn row(&self, measure: &Measure, column: &str, group: Option<&str>) -> StatisticsRow {
        let decimals = measure.decimals;
        // Below 2^57 and 2^64: see above.
        let (count, shifted) = (self.count as i128, self.sum as i128);
        let sum = shifted + count * i128::from(measure.min);
        let mean = (count > 0).then(|| {
            let mean = decimal::divide_rounded(sum * 10i128.pow(MORE_DIGITS.into()), count);
            decimal::format(mean, decimals + MORE_DIGITS)
        });
        // The shift by `min` moves the mean and leaves the deviation alone.
        let standard_deviation = (count > 1).then(|| {
            let spread = self.count * self.squares - self.sum * self.sum;
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

/// Writes an aligned table with a header. A dash stands for a value that is absent.
impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grouped = self.rows.iter().any(|row| row.group.is_some());
        let dash = || "-".to_owned();
        let header = [
            "measurement",
            "group",
            "count",
            "sum",
            "mean",
            "standard deviation",
        ]
        .map(str::to_owned);
        let lines: Vec<[String; 6]> = std::iter::once(header)
            .chain(self.rows.iter().map(|row| {
                [
                    row.measurement.clone(),
                    row.group.clone().unwrap_or_else(dash),
                    row.count.to_string(),
                    row.sum.clone(),
                    row.mean.clone().unwrap_or_else(dash),
                    row.standard_deviation.clone().unwrap_or_else(dash),
                ]
            }))
            .collect();
        let width = |at: usize| {
            lines
                .iter()
                .map(|line| line[at].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        let [measurement, group, count, sum, mean, deviation] = widths;
        for line in &lines {
            write!(f, "{:<measurement$}", line[0])?;
            if grouped {
                write!(f, "  {:<group$}", line[1])?;
            }
            writeln!(
                f,
                "  {:>count$}  {:>sum$}  {:>mean$}  {:>deviation$}",
                line[2], line[3], line[4], line[5]
            )?;
        }
        Ok(())
    }
}
