//! Computes the vector of each client from its rows.

use veragg_protocol::round::configuration::SegmentConfiguration;

use super::config::{Measure, TableConfig};
use super::csv::Table;
use super::deal::Dealt;
use crate::survey::decimal;
use crate::survey::error::{in_group, Problem, SurveyError};

/// A row as it is measured.
#[derive(Debug)]
pub(super) struct Row {
    /// The index of its group; 0 if rows are not grouped.
    group: usize,
    /// For each measured column the value minus `min`, in units of the measure. An empty cell is a missing value,
    /// which is not counted and not added.
    values: Vec<Option<u64>>,
}

/// The rows of each client. Refuses a cell that is not a number or not between `min` and `max`, a row of a
/// group without a name, and a client with more than `max_rows` rows in a group. Time is linear in
/// the table.
pub(super) fn rows(
    config: &TableConfig,
    table: &Table,
    dealt: &Dealt,
    group_column: Option<usize>,
    columns: &[Vec<usize>],
) -> Result<Vec<Vec<Row>>, SurveyError> {
    let groups = row_groups(config, table, group_column)?;
    check_rows(config, dealt, &groups)?;
    let mut rows: Vec<Vec<Row>> = Vec::new();
    rows.resize_with(dealt.clients as usize, Vec::new);
    for (row, (&owner, group)) in dealt.owners.iter().zip(groups).enumerate() {
        let measured = config.measures.iter().zip(columns);
        let values = measured
            .flat_map(|(measure, columns)| columns.iter().map(move |&column| (measure, column)))
            .map(|(measure, column)| value(table, row, column, measure))
            .collect::<Result<_, _>>()?;
        rows[owner].push(Row { group, values });
    }
    Ok(rows)
}

/// The vector of a client with these rows, its coordinates in the order of the segments.
pub(super) fn vector(
    config: &TableConfig,
    segments: &[SegmentConfiguration],
    rows: &[Row],
) -> Vec<u64> {
    let groups = config.group_count();
    let coordinates = segments.iter().map(|segment| segment.claims.len).sum();
    let mut vector = vec![0u64; coordinates];
    for row in rows {
        let mut values = row.values.iter();
        let mut start = 0;
        for measure in &config.measures {
            let columns = measure.columns.len();
            let len = columns * groups;
            for (at, value) in values.by_ref().take(columns).enumerate() {
                let Some(value) = value else { continue };
                let count = start + at * groups + row.group;
                // At most `max_rows` additions of at most the range and its square: the bounds of
                // the segments, which fit.
                vector[count] += 1;
                vector[count + len] += value;
                vector[count + 2 * len] += value * value;
            }
            start += 3 * len;
        }
    }
    vector
}

/// The value of a cell minus `min`, in units of the measure; `None` if it is missing.
fn value(
    table: &Table,
    row: usize,
    column: usize,
    measure: &Measure,
) -> Result<Option<u64>, SurveyError> {
    let text = table.cell(row, column);
    if text.is_empty() {
        return Ok(None);
    }
    let refuse = |problem| Err(table.location(row, column).error(problem));
    let value = || text.to_owned();
    let name = || {
        format!(
            "`{}` (line {} of the configuration)",
            measure.name, measure.line
        )
    };
    let Some(scaled) = decimal::parse(text, measure.decimals) else {
        return refuse(Problem::Cell(value()));
    };
    let shifted = scaled - i128::from(measure.min);
    match u128::try_from(shifted) {
        Err(_) => refuse(Problem::BelowMin {
            value: value(),
            min: measure.min_text(),
            measure: name(),
        }),
        Ok(shifted) if shifted > measure.range => refuse(Problem::AboveMax {
            value: value(),
            max: measure.max_text(),
            measure: name(),
        }),
        // The square of the range fits 64 bits.
        Ok(shifted) => Ok(u64::try_from(shifted).ok()),
    }
}

/// The group of each row; 0 for all rows if they are not grouped.
fn row_groups(
    config: &TableConfig,
    table: &Table,
    column: Option<usize>,
) -> Result<Vec<usize>, SurveyError> {
    let (Some(groups), Some(column)) = (&config.groups, column) else {
        return Ok(vec![0; table.len()]);
    };
    (0..table.len())
        .map(|row| {
            let cell = table.cell(row, column);
            let group = groups.names.iter().position(|(value, _)| value == cell);
            group.ok_or_else(|| {
                let known: Vec<_> = groups
                    .names
                    .iter()
                    .map(|(value, _)| format!("`{value}`"))
                    .collect();
                table.location(row, column).error(Problem::GroupValue {
                    value: cell.to_owned(),
                    known: known.join(", "),
                })
            })
        })
        .collect()
}

/// Refuses the client with the most rows in a group if it has more than `max_rows`. So the message has to be
/// followed only once.
fn check_rows(
    config: &TableConfig,
    dealt: &Dealt,
    row_groups: &[usize],
) -> Result<(), SurveyError> {
    let groups = config.group_count();
    let mut counts = vec![0u64; dealt.clients as usize * groups];
    for (&owner, &group) in dealt.owners.iter().zip(row_groups) {
        counts[owner * groups + group] += 1;
    }
    let max_rows = &config.max_rows;
    // Of several clients with the most rows this finds the first.
    let most = counts
        .iter()
        .enumerate()
        .rev()
        .max_by_key(|(_, &rows)| rows);
    match most {
        Some((at, &rows)) if rows > max_rows.value => {
            Err(config.location(max_rows.line).error(Problem::MaxRows {
                client: dealt.describe(at / groups),
                group: in_group(config.group_name(at % groups)),
                rows,
                max_rows: max_rows.value,
            }))
        }
        _ => Ok(()),
    }
}
