//! The parts of a configuration that are about a table: `[data]`, `[groups]`, `[[measure]]` and `[[count]]`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use veragg_protocol::round::parameters::MAX_CLIENTS;

use super::count::{Count, RawCount};
use super::csv::SEPARATORS;
use super::measure::{Measure, RawMeasure};
use super::raw_deal::RawDeal;
use super::values::{RawValues, Values};
use crate::survey::error::{Location, SurveyError};
use crate::survey::problem::Problem;
use crate::survey::text::{Located, Text};

/// The most rows of a client in a group that can be configured. With it, the rows of all clients are below `2^53`.
pub(in crate::survey) const MAX_ROWS: u64 = 1 << 32;

/// A table, and what is measured and counted in it.
#[derive(Debug)]
pub(in crate::survey) struct TableConfig {
    /// The path of the configuration, for messages.
    pub(super) path: PathBuf,
    /// The table, resolved against the folder of `path`.
    pub(in crate::survey) table: PathBuf,
    /// The same as it is written.
    pub(in crate::survey) file: Located<String>,
    /// The line of `[data]`.
    pub(super) line: usize,
    /// The character between cells.
    pub(in crate::survey) separator: char,
    /// The character between the whole part and the fraction of a number.
    pub(super) decimal: char,
    /// The texts of cells that are missing values.
    missing: HashSet<String>,
    pub(super) clients: Option<Located<u32>>,
    pub(super) deal: Deal,
    pub(super) max_rows: Located<u64>,
    /// The fewest rows of a client in a cell of the result for which it contributes to that cell.
    pub(super) least_rows: u64,
    /// The fewest rows of all contributors for which a cell of the result is shown, if configured.
    pub(super) least_count: Option<u64>,
    pub(super) groups: Option<Groups>,
    pub(super) measures: Vec<Measure>,
    pub(super) counts: Vec<Count>,
}

/// How the rows are dealt to the clients.
#[derive(Debug)]
pub(super) enum Deal {
    /// Row `i` to client `i` modulo the number of clients.
    RoundRobin,
    /// Contiguous runs of rows, of lengths that differ by at most one.
    Blocks,
    /// By the value of a column. The clients are numbered in the order in which they first appear.
    Column(Located<String>),
}

/// The column with the group of each row.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) column: Located<String>,
    pub(super) values: Values,
}

/// The blocks of a configuration that are about a table.
pub(in crate::survey) struct RawTable {
    pub(in crate::survey) data: Spanned<RawData>,
    pub(in crate::survey) groups: Option<Spanned<RawGroups>>,
    pub(in crate::survey) measures: Vec<Spanned<RawMeasure>>,
    pub(in crate::survey) counts: Vec<Spanned<RawCount>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
pub(in crate::survey) struct RawData {
    file: Spanned<String>,
    separator: Option<Spanned<String>>,
    decimal: Option<Spanned<String>>,
    missing: Option<Vec<String>>,
    clients: Option<Spanned<u32>>,
    deal: RawDeal,
    max_rows: Spanned<u64>,
    least_rows: Option<Spanned<u64>>,
    least_count: Option<Spanned<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a block of keys")]
pub(in crate::survey) struct RawGroups {
    column: Spanned<String>,
    names: RawValues,
}

impl TableConfig {
    /// Checks everything that does not need the table itself.
    pub(in crate::survey) fn parse(text: &Text<'_>, raw: RawTable) -> Result<Self, SurveyError> {
        let Located { line, value: data } = text.located(raw.data);
        let clients = data
            .clients
            .map(|clients| text.counted("clients", clients, MAX_CLIENTS))
            .transpose()?;
        let deal = match data.deal {
            RawDeal::Column(column) => Deal::Column(text.located(column)),
            _ if clients.is_none() => return Err(text.error(line, Problem::ClientsMissing)),
            RawDeal::RoundRobin => Deal::RoundRobin,
            RawDeal::Blocks => Deal::Blocks,
        };
        let separator = parse_sign(text, data.separator, &SEPARATORS, Problem::Separator)?;
        let decimal = parse_sign(text, data.decimal, &['.', ','], Problem::DecimalSign)?;
        if decimal.value == separator.value {
            return Err(text.error(decimal.line, Problem::SameSign));
        }
        let missing = data.missing.unwrap_or_else(|| vec![String::new()]);
        let max_rows = text.counted("max_rows", data.max_rows, MAX_ROWS)?;
        let least_rows = match data.least_rows {
            Some(least) => text.positive("least_rows", least)?,
            None => Located { line, value: 1 },
        };
        if least_rows.value > max_rows.value {
            let problem = Problem::LeastRows {
                least: least_rows.value,
                max_rows: max_rows.value,
            };
            return Err(text.error(least_rows.line, problem));
        }
        let least_count = data
            .least_count
            .map(|least| Ok(text.positive("least_count", least)?.value))
            .transpose()?;
        let (measures, counts) = parse_blocks(text, raw.measures, raw.counts)?;
        let file = text.located(data.file);
        if file.value.trim().is_empty() {
            return Err(text.error(file.line, Problem::NoFile));
        }
        let folder = text.path.parent().unwrap_or(Path::new(""));
        let config = Self {
            table: folder.join(&file.value),
            file,
            line,
            separator: separator.value,
            decimal: decimal.value,
            // Cells are compared without white space around them.
            missing: missing.iter().map(|text| text.trim().to_owned()).collect(),
            clients,
            deal,
            max_rows,
            least_rows: least_rows.value,
            least_count,
            groups: raw.groups.map(|raw| parse_groups(text, raw)).transpose()?,
            measures,
            counts,
            path: text.path.to_path_buf(),
        };
        config.check_missing(text)?;
        config.check_exact(text)?;
        Ok(config)
    }

    /// Refuses a value that is counted and at the same time missing.
    fn check_missing(&self, text: &Text<'_>) -> Result<(), SurveyError> {
        let answers = self
            .counts
            .iter()
            .filter_map(|count| count.answers.as_ref());
        for entry in answers.flat_map(|answers| answers.values.entries()) {
            if self.is_missing(&entry.value) {
                let problem = Problem::MissingValue(entry.value.clone());
                return Err(text.error(entry.line, problem));
            }
        }
        Ok(())
    }

    /// Refuses an exact count of rows that are grouped, or that `least_rows` can make vanish: a client has no way to keep
    /// it.
    fn check_exact(&self, text: &Text<'_>) -> Result<(), SurveyError> {
        let exact = self.counts.iter().find_map(|count| count.exact);
        match exact {
            Some(line) if self.groups.is_some() => Err(text.error(line, Problem::ExactGroups)),
            Some(line) if self.least_rows > 1 => Err(text.error(line, Problem::ExactLeast)),
            _ => Ok(()),
        }
    }

    /// Whether a cell with this text is a missing value.
    pub(super) fn is_missing(&self, cell: &str) -> bool {
        self.missing.contains(cell)
    }

    /// The location of a mistake on a line of the configuration.
    pub(super) fn location(&self, line: usize) -> Location {
        Location::line(&self.path, line)
    }

    /// The number of groups; 1 if rows are not grouped.
    pub(super) fn group_count(&self) -> usize {
        self.groups.as_ref().map_or(1, |groups| groups.values.len())
    }

    /// The name of a group, if rows are grouped.
    pub(super) fn group_name(&self, group: usize) -> Option<&str> {
        self.groups.as_ref()?.values.name(group)
    }

    /// The columns that the configuration asks for.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Located<String>> {
        let dealt = match &self.deal {
            Deal::Column(column) => Some(column),
            Deal::RoundRobin | Deal::Blocks => None,
        };
        let groups = self.groups.as_ref().map(|groups| &groups.column);
        let measured = self.measures.iter().flat_map(|measure| &measure.columns);
        let answers = self
            .counts
            .iter()
            .filter_map(|count| count.answers.as_ref());
        let counted = answers.map(|answers| &answers.column);
        dealt
            .into_iter()
            .chain(groups)
            .chain(measured)
            .chain(counted)
    }
}

/// One of a few characters; the first one if none is given.
fn parse_sign(
    text: &Text<'_>,
    given: Option<Spanned<String>>,
    signs: &[char],
    refused: fn(String) -> Problem,
) -> Result<Located<char>, SurveyError> {
    let Some(given) = given else {
        let value = signs.first().copied().unwrap_or_default();
        return Ok(Located { line: 1, value });
    };
    let Located { line, value: given } = text.located(given);
    let sign = signs.iter().find(|sign| given.chars().eq([**sign]));
    match sign {
        Some(&value) => Ok(Located { line, value }),
        None => Err(text.error(line, refused(given))),
    }
}

fn parse_groups(text: &Text<'_>, raw: Spanned<RawGroups>) -> Result<Groups, SurveyError> {
    let Located { line, value: raw } = text.located(raw);
    Ok(Groups {
        column: text.located(raw.column),
        values: Values::parse(text, raw.names, (line, Problem::NoGroups))?,
    })
}

fn parse_blocks(
    text: &Text<'_>,
    measures: Vec<Spanned<RawMeasure>>,
    counts: Vec<Spanned<RawCount>>,
) -> Result<(Vec<Measure>, Vec<Count>), SurveyError> {
    if measures.is_empty() && counts.is_empty() {
        return Err(text.error(1, Problem::NothingAsked));
    }
    let measures = measures.into_iter().enumerate();
    let measures = measures.map(|(index, raw)| Measure::parse(text, index, raw));
    let measures = measures.collect::<Result<Vec<_>, _>>()?;
    let counts = counts.into_iter().map(|raw| Count::parse(text, raw));
    let counts = counts.collect::<Result<Vec<_>, _>>()?;
    let mut names: HashMap<&str, usize> = HashMap::new();
    let blocks = measures.iter().map(|measure| (&measure.name, measure.line));
    let blocks = blocks.chain(counts.iter().map(|count| (&count.name, count.line)));
    for (name, line) in blocks {
        if let Some(first) = names.insert(name, line) {
            let name = name.clone();
            return Err(text.error(line, Problem::BlockTwice { name, first }));
        }
    }
    let mut columns: HashMap<&str, usize> = HashMap::new();
    for column in measures.iter().flat_map(|measure| &measure.columns) {
        if let Some(first) = columns.insert(&column.value, column.line) {
            let location = Location::line(text.path, column.line).column(&column.value);
            return Err(location.error(Problem::ColumnTwice { first }));
        }
    }
    Ok((measures, counts))
}
