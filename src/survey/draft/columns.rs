//! What the columns of a table hold.

use std::collections::{HashMap, HashSet};

use veragg_circuits::foreign::Foreign;
use veragg_protocol::round::parameters::{MAX_CLIENTS, MIN_CLIENTS};

use crate::survey::decimal::Decimal;
use crate::survey::table::{self, Table};

/// The most values that a column of groups has.
const GROUPS: usize = 12;

/// Texts that mean in many tables that a value is missing.
const MISSING: [&str; 12] = [
    "", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "?", ".",
];

/// The columns of a table that can be asked for.
pub(super) struct Contents {
    pub(super) columns: Vec<Column>,
    /// The decimal sign.
    pub(super) decimal: char,
    /// The texts of missing values.
    pub(super) missing: Vec<&'static str>,
    /// Why columns without a name of their own cannot be measured.
    pub(super) nameless: Vec<String>,
}

/// One column.
pub(super) struct Column {
    pub(super) name: String,
    /// The number of different values.
    pub(super) distinct: usize,
    /// The number of rows of the most frequent value.
    pub(super) most_rows: usize,
    /// The values in order of first appearance, if they could be groups.
    pub(super) values: Vec<String>,
    /// Whether a value is missing.
    has_missing: bool,
    /// Whether every value can be the name of a client.
    can_be_clients: bool,
    rows: usize,
    /// The numbers, if all values are numbers.
    pub(super) numbers: Option<Numbers>,
    /// Why the column is not measured though some of its values seem to be numbers.
    pub(super) unmeasured: Option<String>,
}

/// The numbers of a column.
pub(super) struct Numbers {
    pub(super) least: Decimal,
    pub(super) most: Decimal,
    /// The most digits after the point.
    pub(super) decimals: usize,
}

impl Contents {
    /// Looks at all cells.
    pub(super) fn of(table: &Table, separator: char) -> Self {
        let asked: Vec<usize> = table
            .header()
            .iter()
            .filter_map(|name| table.column(name).ok())
            .collect();
        let numeric = |sign| {
            let numbers = asked.iter().map(|&index| numbers(table, index, sign));
            numbers.flatten().count()
        };
        let decimal = match separator {
            ',' => '.',
            _ if numeric(',') > numeric('.') => ',',
            _ => '.',
        };
        let columns: Vec<Column> = asked
            .into_iter()
            .filter_map(|index| Column::of(table, index, decimal))
            .collect();
        let found = |text: &&&str| {
            let measured = columns.iter().filter(|column| column.numbers.is_some());
            let mut indices = measured.filter_map(|column| table.column(&column.name).ok());
            text.is_empty()
                || indices.any(|index| (0..table.len()).any(|row| table.cell(row, index) == **text))
        };
        let missing = MISSING.iter().filter(found).copied().collect();
        Self {
            columns,
            decimal,
            missing,
            nameless: nameless(table),
        }
    }
}

impl Column {
    fn of(table: &Table, index: usize, decimal: char) -> Option<Self> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let mut values = Vec::new();
        let mut has_missing = false;
        for row in 0..table.len() {
            let cell = table.cell(row, index);
            if MISSING.contains(&cell) {
                has_missing = true;
                continue;
            }
            let count = counts.entry(cell).or_insert(0);
            *count += 1;
            if *count == 1 && values.len() <= GROUPS {
                values.push(cell.to_owned());
            }
        }
        Some(Self {
            name: table.header().get(index)?.clone(),
            distinct: counts.len(),
            most_rows: counts.values().copied().max().unwrap_or(0),
            values,
            has_missing,
            can_be_clients: counts.keys().all(|name| table::is_client_name(name)),
            rows: table.len(),
            unmeasured: unmeasured(table, index, decimal),
            numbers: numbers(table, index, decimal),
        })
    }

    /// Whether the column could name the group of each row.
    pub(super) fn is_group(&self) -> bool {
        (2..=GROUPS).contains(&self.distinct)
            && !self.has_missing
            && 2 * self.distinct <= self.rows
            && self.values.iter().all(|value| table::is_name(value))
    }

    /// Whether the column could name the owner of each row.
    pub(super) fn is_owner(&self) -> bool {
        self.numbers.is_none()
            && !self.has_missing
            && self.can_be_clients
            && (MIN_CLIENTS as usize..=MAX_CLIENTS as usize).contains(&self.distinct)
    }
}

/// Why a column is not measured, if some of its values are numbers or begin like one.
fn unmeasured(table: &Table, index: usize, decimal: char) -> Option<String> {
    let present = || {
        let rows = (0..table.len()).map(|row| (row, table.cell(row, index)));
        rows.filter(|(_, cell)| !MISSING.contains(cell))
    };
    let is_number = |cell: &str| Decimal::parse(cell, decimal).is_some();
    let seems = |cell: &str| {
        let bare = cell.trim_start_matches(['-', '+', '.', ',']);
        bare.starts_with(|first: char| first.is_ascii_digit())
    };
    let (row, cell) = present().find(|(_, cell)| !is_number(cell))?;
    present().find(|(_, cell)| seems(cell))?;
    let line = table.location(row, index).line.unwrap_or(1);
    Some(format!(
        "line {line}: `{}` is not a number",
        Foreign::new(cell)
    ))
}

/// The columns that no configuration can ask for, and why.
fn nameless(table: &Table) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = (1..).zip(table.header());
    let nameless = names.filter_map(|(number, name)| match table.column(name) {
        Err(_) if name.is_empty() => Some(format!("column {number} (it has no name)")),
        Err(problem) if seen.insert(name) => Some(format!("`{}` ({problem})", Foreign::new(name))),
        _ => None,
    });
    nameless.collect()
}

/// The numbers of a column, if there is one and every other cell is a missing value.
fn numbers(table: &Table, index: usize, decimal: char) -> Option<Numbers> {
    let mut found: Option<Numbers> = None;
    for row in 0..table.len() {
        let cell = table.cell(row, index);
        if MISSING.contains(&cell) {
            continue;
        }
        let number = Decimal::parse(cell, decimal)?;
        let decimals = number.decimals();
        match &mut found {
            None => {
                found = Some(Numbers {
                    least: number.clone(),
                    most: number,
                    decimals,
                });
            }
            Some(numbers) => {
                numbers.decimals = numbers.decimals.max(decimals);
                if number < numbers.least {
                    numbers.least = number;
                } else if number > numbers.most {
                    numbers.most = number;
                }
            }
        }
    }
    found
}
