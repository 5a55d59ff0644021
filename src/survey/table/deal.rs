//! The client of each row.

use std::collections::HashMap;

use veragg_circuits::foreign::Foreign;
use veragg_protocol::round::configuration::MAX_NAME_LEN;
use veragg_protocol::round::parameters::{MAX_CLIENTS, MIN_CLIENTS};

use super::config::{Deal, TableConfig};
use super::contents::Table;
use crate::survey::error::{Location, SurveyError};
use crate::survey::lookalike;
use crate::survey::problem::Problem;
use crate::survey::text::Located;

/// The owner of each row.
#[derive(Debug)]
pub(super) struct Dealt {
    /// For each row the index of its client, from 0.
    pub(super) owners: Vec<usize>,
    /// The number of clients. Each owns at least one row.
    pub(super) clients: u32,
    /// The clients' names, if a column gives them.
    pub(super) names: Option<Names>,
}

/// The names of the clients.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) names: Vec<String>,
    /// Where each name stands first.
    pub(super) first: Vec<Location>,
}

impl Dealt {
    /// A client's number and name, for messages. `index` is counted from 0.
    pub(super) fn describe(&self, index: usize) -> String {
        let number = index + 1;
        match self.names.as_ref().and_then(|it| it.names.get(index)) {
            Some(name) => format!("client {number} (`{}`)", Foreign::new(name)),
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
            return by_column(config, table, index, column);
        }
        other => other,
    };
    // A configuration that deals without a column gives the number of clients.
    let (line, clients) = config
        .clients
        .as_ref()
        .map_or((1, 1), |clients| (clients.line, clients.value));
    check_least(config, line, clients)?;
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

/// Whether a cell, without white space around it, can be the name of a client in the list that the organiser signs.
pub(in crate::survey) fn is_client_name(name: &str) -> bool {
    name.len() <= MAX_NAME_LEN && !name.chars().any(char::is_control) && !lookalike::is_blank(name)
}

/// Refuses fewer clients than a round can have.
fn check_least(config: &TableConfig, line: usize, clients: u32) -> Result<(), SurveyError> {
    if clients >= MIN_CLIENTS {
        return Ok(());
    }
    let least = MIN_CLIENTS;
    Err(config
        .location(line)
        .error(Problem::FewClients { clients, least }))
}

fn by_column(
    config: &TableConfig,
    table: &Table,
    index: usize,
    column: &Located<String>,
) -> Result<Dealt, SurveyError> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut names = Names {
        names: Vec::new(),
        first: Vec::new(),
    };
    let mut owners = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let name = table.cell(row, index);
        let refuse = |problem| Err(table.location(row, index).error(problem));
        if name.is_empty() || config.is_missing(name) {
            return refuse(Problem::Owner);
        }
        let owner = *numbers.entry(name).or_insert(names.names.len());
        if owner == names.names.len() {
            if !is_client_name(name) {
                let (name, most) = (name.to_owned(), MAX_NAME_LEN);
                return refuse(Problem::ClientName { name, most });
            }
            if owner == MAX_CLIENTS as usize {
                return refuse(Problem::ManyClients(MAX_CLIENTS));
            }
            names.names.push(name.to_owned());
            names.first.push(table.location(row, index));
        }
        owners.push(owner);
    }
    let found = names.names.len();
    match &config.clients {
        Some(clients) if usize::try_from(clients.value).ok() != Some(found) => Err(config
            .location(clients.line)
            .error(Problem::ClientsDisagree {
                clients: clients.value,
                column: column.value.clone(),
                found,
            })),
        _ => {
            // At most `MAX_CLIENTS`.
            let clients = u32::try_from(found).unwrap_or(u32::MAX);
            check_least(config, column.line, clients)?;
            Ok(Dealt {
                owners,
                clients,
                names: Some(names),
            })
        }
    }
}
