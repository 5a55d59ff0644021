//! Warns of names that look alike, and are yet different.

use std::collections::{HashMap, HashSet};

use super::config::TableConfig;
use super::contents::Table;
use super::deal::Dealt;
use super::values::Values;
use crate::survey::error::{Location, Warning};
use crate::survey::lookalike::{self, Names};

/// The most warnings of one kind. One more says how many are left out.
const MOST: usize = 20;

/// Names of one kind that look alike.
struct Alike {
    /// What two different names are.
    what: &'static str,
    warnings: Vec<Warning>,
    left_out: usize,
}

impl Alike {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            warnings: Vec::new(),
            left_out: 0,
        }
    }

    fn add(&mut self, one: &str, other: &str, location: &Location) {
        let what = self.what;
        let message = if self.warnings.len() < MOST {
            let (one, other) = lookalike::told_apart(one, other);
            format!("`{one}` and `{other}` look alike, but are two {what}; write both in the same way if they are one")
        } else {
            self.left_out += 1;
            if self.left_out > 1 {
                self.warnings.pop();
            }
            format!("{} more names of {what} look like others", self.left_out)
        };
        let location = location.clone();
        self.warnings.push(Warning { location, message });
    }
}

/// The warnings about the names that the configuration and the table give.
pub(super) fn warnings(config: &TableConfig, table: &Table, dealt: &Dealt) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut clients = Alike::new("clients");
    if let Some(dealt) = &dealt.names {
        let mut names = Names::new();
        for (name, location) in dealt.names.iter().zip(&dealt.first) {
            if let Some(earlier) = names.earlier(name) {
                clients.add(earlier, name, location);
            }
        }
    }
    warnings.extend(clients.warnings);
    let groups = config.groups.iter().map(|groups| &groups.values);
    for values in groups {
        warnings.extend(of_values(config, values, "groups"));
    }
    let answers = config
        .counts
        .iter()
        .filter_map(|count| count.answers.as_ref());
    for values in answers.map(|answers| &answers.values) {
        warnings.extend(of_values(config, values, "values of a [[count]]"));
    }
    warnings.extend(of_columns(config, table));
    warnings
}

fn of_values(config: &TableConfig, values: &Values, what: &'static str) -> Vec<Warning> {
    let mut alike = Alike::new(what);
    let (mut seen, mut named) = (Names::new(), Names::new());
    for entry in values.entries() {
        let location = config.location(entry.line);
        if let Some(earlier) = seen.earlier(&entry.value) {
            alike.add(earlier, &entry.value, &location);
        } else if let Some(earlier) = named.earlier(&entry.name) {
            alike.add(earlier, &entry.name, &location);
        }
    }
    alike.warnings
}

/// Columns of the table of which at least one is asked for.
fn of_columns(config: &TableConfig, table: &Table) -> Vec<Warning> {
    let asked: HashMap<&str, usize> = config
        .columns()
        .map(|column| (column.value.as_str(), column.line))
        .collect();
    let mut alike = Alike::new("columns");
    let (mut names, mut pairs) = (Names::new(), HashSet::new());
    for name in table.header() {
        let Some(earlier) = names.earlier(name) else {
            continue;
        };
        let line = asked.get(earlier).or_else(|| asked.get(name.as_str()));
        if let Some(&line) = line {
            if pairs.insert((earlier, name)) {
                alike.add(earlier, name, &config.location(line));
            }
        }
    }
    alike.warnings
}
