//! The client of each row.

use std::collections::HashMap;

use super::config::{Deal, TableConfig};
use super::csv::Table;
use crate::survey::error::{Problem, SurveyError};

/// The owner of each row.
#[derive(Debug)]
pub(super) struct Dealt {
    /// For each row the index of its client, from 0.
    pub(super) owners: Vec<usize>,
    /// The number of clients. Each owns at least one row.
    pub(super) clients: u32,
    /// The clients' names, if a column gives them.
    pub(super) names: Option<Vec<String>>,
}

impl Dealt {
    /// A client's number and name, for messages. `index` is counted from 0.
    pub(super) fn describe(&self, index: usize) -> String {
        let number = index + 1;
        match self.names.as_ref().and_then(|names| names.get(index)) {
            Some(name) => format!("client {number} (`{name}`)"),
            None => format!("client {number}"),
        }
    }
}

/// Deals the rows of the table as the configuration says.
pub(super) fn deal(config: &TableConfig, table: &Table) -> Result<Dealt, SurveyError> {
    let rows = table.len();
    let column = match &config.deal {
        Deal::Column(column) => {
            let index = table.column(&column.value).map_err(|problem| {
                config
                    .location(column.line)
                    .column(&column.value)
                    .error(problem)
            })?;
            return by_column(config, table, index, &column.value);
        }
        other => other,
    };
    // A configuration that deals without a column gives the number of clients.
    let (line, clients) = config
        .clients
        .as_ref()
        .map_or((1, 1), |clients| (clients.line, clients.value));
    let count = usize::try_from(clients).unwrap_or(usize::MAX);
    if count > rows {
        return Err(config
            .location(line)
            .error(Problem::TooFewRows { rows, clients }));
    }
    let owners = match column {
        Deal::Blocks => {
            let (least, longer) = (rows / count, rows % count);
            (0..count)
                .flat_map(|client| {
                    std::iter::repeat_n(client, least + usize::from(client < longer))
                })
                .collect()
        }
        _ => (0..rows).map(|row| row % count).collect(),
    };
    Ok(Dealt {
        owners,
        clients,
        names: None,
    })
}

fn by_column(
    config: &TableConfig,
    table: &Table,
    index: usize,
    column: &str,
) -> Result<Dealt, SurveyError> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut names = Vec::new();
    let mut owners = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let name = table.cell(row, index);
        if name.is_empty() {
            return Err(table.location(row, index).error(Problem::Owner));
        }
        owners.push(*numbers.entry(name).or_insert_with(|| {
            names.push(name.to_owned());
            names.len() - 1
        }));
    }
    let found = names.len();
    match &config.clients {
        Some(clients) if usize::try_from(clients.value).ok() != Some(found) => Err(config
            .location(clients.line)
            .error(Problem::ClientsDisagree {
                clients: clients.value,
                column: column.to_owned(),
                found,
            })),
        // The memory does not hold more rows than a `u32` can count.
        _ => Ok(Dealt {
            owners,
            clients: u32::try_from(found).unwrap_or(u32::MAX),
            names: Some(names),
        }),
    }
}
