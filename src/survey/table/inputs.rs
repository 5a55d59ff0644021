//! Computes the vector of each client from its rows.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::config::TableConfig;
use super::contents::Table;
use super::deal::Dealt;
use crate::survey::error::{in_group, SurveyError};
use crate::survey::problem::Problem;

/// A row as it is measured and counted.
#[derive(Debug)]
pub(super) struct Row {
    /// The index of its group; 0 if rows are not grouped.
    group: usize,
    /// For each measured column the value minus `min`, in units of the measure; `None` if it is missing. Such a value
    /// is not counted and not added.
    values: Vec<Option<u64>>,
    /// For each count the index of the value, 0 if rows are counted; `None` if it is missing.
    answers: Vec<Option<usize>>,
}

/// The indices of the columns that are asked for.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) group: Option<usize>,
    /// For each measure.
    pub(super) measured: Vec<Vec<usize>>,
    /// For each count; `None` if it counts rows.
    pub(super) counted: Vec<Option<usize>>,
}

/// The rows of each client. Refuses a cell that is not a number or not between `min` and `max`, a value that the
/// configuration does not name, and a client with more than `max_rows` rows in a group. Time is linear in the table.
pub(super) fn rows(
    config: &TableConfig,
    table: &Table,
    dealt: &Dealt,
    columns: &Columns,
) -> Result<Vec<Vec<Row>>, SurveyError> {
    let groups = row_groups(config, table, columns.group)?;
    check_rows(config, dealt, &groups)?;
    let mut rows: Vec<Vec<Row>> = Vec::new();
    rows.resize_with(dealt.clients as usize, Vec::new);
    for (row, (&owner, group)) in dealt.owners.iter().zip(groups).enumerate() {
        let at = |column| (table.cell(row, column), column);
        let refuse =
            |column: usize| move |problem: Problem| table.location(row, column).error(problem);
        let measured = config.measures.iter().zip(&columns.measured);
        let values = measured
            .flat_map(|(measure, columns)| columns.iter().map(move |&column| (measure, column)))
            .map(|(measure, column)| {
                let (cell, column) = at(column);
                let Some(cell) = present(config, cell).map_err(refuse(column))? else {
                    return Ok(None);
                };
                let value = measure.value(cell, config.decimal, config.separator);
                value.map(Some).map_err(refuse(column))
            })
            .collect::<Result<_, SurveyError>>()?;
        let counted = config.counts.iter().zip(&columns.counted);
        let answers = counted
            .map(|(count, column)| {
                let (Some(answers), Some(column)) = (&count.answers, *column) else {
                    return Ok(Some(0));
                };
                let cell = table.cell(row, column);
                if config.is_missing(cell) {
                    return Ok(None);
                }
                let found = answers.values.find(cell, "`values` of a [[count]] lists");
                found.map(Some).map_err(refuse(column))
            })
            .collect::<Result<_, SurveyError>>()?;
        rows[owner].push(Row {
            group,
            values,
            answers,
        });
    }
    check_exact(config, dealt, &rows)?;
    Ok(rows)
}

/// Refuses the first client that has not as many rows with a value as an exact count asks for.
fn check_exact(config: &TableConfig, dealt: &Dealt, rows: &[Vec<Row>]) -> Result<(), SurveyError> {
    let exact = config.counts.iter().enumerate();
    for (at, line) in exact.filter_map(|(at, count)| Some((at, count.exact?))) {
        for (client, rows) in rows.iter().enumerate() {
            let counted = rows.iter().filter(|row| row.answers[at].is_some()).count() as u64;
            if counted != config.max_rows.value {
                return Err(config.location(line).error(Problem::Exact {
                    client: dealt.describe(client),
                    rows: counted,
                    max_rows: config.max_rows.value,
                }));
            }
        }
    }
    Ok(())
}

/// The cell, if it is not a missing value.
fn present<'a>(config: &TableConfig, cell: &'a str) -> Result<Option<&'a str>, Problem> {
    match cell {
        _ if config.is_missing(cell) => Ok(None),
        "" => Err(Problem::Empty),
        _ => Ok(Some(cell)),
    }
}

/// The vector of a client with these rows, its coordinates in the order of the segments. To a cell of the result in
/// which the client has fewer than `least_rows` rows it contributes zeros.
pub(super) fn vector(config: &TableConfig, coordinates: usize, rows: &[Row]) -> Vec<u64> {
    let groups = config.group_count();
    let few = |count: u64| count < config.least_rows;
    let mut vector = vec![0u64; coordinates];
    let (mut start, mut first) = (0, 0);
    for measure in &config.measures {
        let len = measure.columns.len() * groups;
        for row in rows {
            let values = row.values.iter().skip(first).take(measure.columns.len());
            for (at, value) in values.enumerate() {
                let Some(value) = value else { continue };
                let count = start + at * groups + row.group;
                // At most `max_rows` additions of at most the range and its square: the bounds of
                // the segments, which fit.
                vector[count] += 1;
                vector[count + len] += value;
                if measure.squares {
                    vector[count + 2 * len] += value * value;
                }
            }
        }
        for count in start..start + len {
            if few(vector[count]) {
                (0..measure.parts()).for_each(|part| vector[count + part * len] = 0);
            }
        }
        start += measure.parts() * len;
        first += measure.columns.len();
    }
    for (at, count) in config.counts.iter().enumerate() {
        let len = count.values() * groups;
        for row in rows {
            if let Some(&Some(value)) = row.answers.get(at) {
                vector[start + row.group * count.values() + value] += 1;
            }
        }
        for cell in &mut vector[start..start + len] {
            if few(*cell) {
                *cell = 0;
            }
        }
        start += len;
    }
    vector
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
            let group = groups
                .values
                .find(table.cell(row, column), "[groups] names");
            group.map_err(|problem| table.location(row, column).error(problem))
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
    let mut counts: HashMap<(usize, usize), u64> = HashMap::new();
    for (&owner, &group) in dealt.owners.iter().zip(row_groups) {
        *counts.entry((owner, group)).or_insert(0) += 1;
    }
    let max_rows = &config.max_rows;
    // Of several clients with the most rows this finds the first.
    let most = counts.iter().max_by_key(|(&at, &rows)| (rows, Reverse(at)));
    match most {
        Some((&(owner, group), &rows)) if rows > max_rows.value => {
            Err(config.location(max_rows.line).error(Problem::MaxRows {
                client: dealt.describe(owner),
                group: in_group(config.group_name(group)),
                rows,
                max_rows: max_rows.value,
            }))
        }
        _ => Ok(()),
    }
}
