//! The parts of a configuration that are about a table: `[data]`, `[groups]` and `[[measure]]`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::survey::decimal;
use crate::survey::error::{Location, Problem, SurveyError};
use crate::survey::text::{Located, Text};

/// Most digits after the point: `10^18` is the largest power of ten in an `i64`.
const MAX_DECIMALS: u8 = 18;

/// A table, and what is measured in it.
#[derive(Debug)]
pub(in crate::survey) struct TableConfig {
    /// The path of the configuration, for messages.
    pub(super) path: PathBuf,
    /// The table, resolved against the folder of `path`.
    pub(in crate::survey) table: PathBuf,
    pub(super) clients: Option<Located<u32>>,
    pub(super) deal: Deal,
    pub(super) max_rows: Located<u64>,
    pub(super) groups: Option<Groups>,
    pub(super) measures: Vec<Measure>,
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
    /// Values of the column and their names, in the order of the configuration.
    pub(super) names: Vec<(String, String)>,
}

/// Columns that are measured in the same way.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) columns: Vec<Located<String>>,
    pub(super) decimals: u8,
    /// The smallest value, in units of `10^-decimals`.
    pub(super) min: i64,
    /// The largest value minus the smallest, in units of `10^-decimals`; positive.
    pub(super) range: u128,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::survey) struct RawData {
    file: PathBuf,
    clients: Option<Spanned<u32>>,
    deal: RawDeal,
    max_rows: Spanned<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawDeal {
    RoundRobin,
    Blocks,
    Column(Spanned<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::survey) struct RawGroups {
    column: Spanned<String>,
    names: BTreeMap<String, Spanned<String>>,
}

// A number that may have a decimal point is `Spanned<f64>` only for its type and position: see [`Text::number`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::survey) struct RawMeasure {
    name: Option<String>,
    columns: Vec<Spanned<String>>,
    decimals: Spanned<u8>,
    min: Option<Spanned<f64>>,
    max: Spanned<f64>,
}

impl TableConfig {
    /// Checks everything that does not need the table itself.
    pub(in crate::survey) fn parse(
        text: &Text<'_>,
        data: Spanned<RawData>,
        groups: Option<Spanned<RawGroups>>,
        measures: Vec<Spanned<RawMeasure>>,
    ) -> Result<Self, SurveyError> {
        let data = text.located(data);
        let clients = data
            .value
            .clients
            .map(|clients| text.positive("clients", clients))
            .transpose()?;
        let deal = match data.value.deal {
            RawDeal::Column(column) => Deal::Column(text.located(column)),
            _ if clients.is_none() => return Err(text.error(data.line, Problem::ClientsMissing)),
            RawDeal::RoundRobin => Deal::RoundRobin,
            RawDeal::Blocks => Deal::Blocks,
        };
        let folder = text.path.parent().unwrap_or(Path::new(""));
        Ok(Self {
            table: folder.join(data.value.file),
            clients,
            deal,
            max_rows: text.positive("max_rows", data.value.max_rows)?,
            groups: groups
                .map(|groups| parse_groups(text, groups))
                .transpose()?,
            measures: parse_measures(text, measures)?,
            path: text.path.to_path_buf(),
        })
    }

    /// The location of a mistake on a line of the configuration.
    pub(super) fn location(&self, line: usize) -> Location {
        Location::line(&self.path, line)
    }

    /// The number of groups; 1 if rows are not grouped.
    pub(super) fn group_count(&self) -> usize {
        self.groups.as_ref().map_or(1, |groups| groups.names.len())
    }

    /// The name of a group, if rows are grouped.
    pub(super) fn group_name(&self, group: usize) -> Option<&str> {
        let (_, name) = self.groups.as_ref()?.names.get(group)?;
        Some(name)
    }
}

impl Measure {
    /// The smallest value, as text.
    pub(super) fn min_text(&self) -> String {
        decimal::format(i128::from(self.min), self.decimals)
    }

    /// The largest value, as text.
    pub(super) fn max_text(&self) -> String {
        let range = i128::try_from(self.range).unwrap_or(i128::MAX);
        decimal::format(range.saturating_add(i128::from(self.min)), self.decimals)
    }
}

fn parse_groups(text: &Text<'_>, raw: Spanned<RawGroups>) -> Result<Groups, SurveyError> {
    let Located { line, value: raw } = text.located(raw);
    let mut names: Vec<(String, Spanned<String>)> = raw.names.into_iter().collect();
    if names.is_empty() {
        return Err(text.error(line, Problem::NoGroups));
    }
    // The map is sorted by value; here the order of the file is restored.
    names.sort_by_key(|(_, name)| name.span().start);
    for (at, (_, name)) in names.iter().enumerate() {
        let taken = names
            .iter()
            .take(at)
            .any(|(_, other)| other.get_ref() == name.get_ref());
        if taken {
            let line = text.line_at(name.span().start);
            return Err(text.error(line, Problem::GroupTwice(name.get_ref().clone())));
        }
    }
    Ok(Groups {
        column: text.located(raw.column),
        names: names
            .into_iter()
            .map(|(value, name)| (value, name.into_inner()))
            .collect(),
    })
}

fn parse_measures(
    text: &Text<'_>,
    raw: Vec<Spanned<RawMeasure>>,
) -> Result<Vec<Measure>, SurveyError> {
    if raw.is_empty() {
        return Err(text.error(1, Problem::NoMeasure));
    }
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut columns: HashMap<String, usize> = HashMap::new();
    let mut measures = Vec::with_capacity(raw.len());
    for (index, spanned) in raw.into_iter().enumerate() {
        let measure = parse_measure(text, index, spanned)?;
        if let Some(first) = names.insert(measure.name.clone(), measure.line) {
            let name = measure.name;
            return Err(text.error(measure.line, Problem::MeasureTwice { name, first }));
        }
        for column in &measure.columns {
            if let Some(first) = columns.insert(column.value.clone(), column.line) {
                let location = Location::line(text.path, column.line).column(&column.value);
                return Err(location.error(Problem::ColumnTwice { first }));
            }
        }
        measures.push(measure);
    }
    Ok(measures)
}

fn parse_measure(
    text: &Text<'_>,
    index: usize,
    raw: Spanned<RawMeasure>,
) -> Result<Measure, SurveyError> {
    let Located { line, value: raw } = text.located(raw);
    if raw.columns.is_empty() {
        return Err(text.error(line, Problem::NoColumns));
    }
    let Located {
        line: decimals_line,
        value: decimals,
    } = text.located(raw.decimals);
    if decimals > MAX_DECIMALS {
        let problem = Problem::Decimals {
            got: decimals,
            most: MAX_DECIMALS,
        };
        return Err(text.error(decimals_line, problem));
    }
    let min = match &raw.min {
        Some(min) => text.number("min", min, decimals)?,
        None => Located { line, value: 0 },
    };
    let max = text.number("max", &raw.max, decimals)?;
    let range = u128::try_from(max.value - min.value).unwrap_or(0);
    if range == 0 {
        return Err(text.error(
            max.line,
            Problem::EmptyRange {
                min: decimal::format(min.value, decimals),
                max: decimal::format(max.value, decimals),
                decimals,
            },
        ));
    }
    let offset = i64::try_from(min.value).map_err(|_| {
        let min_text = decimal::format(min.value, decimals);
        text.error(
            min.line,
            Problem::Offset {
                min: min_text,
                decimals,
            },
        )
    })?;
    Ok(Measure {
        line,
        name: raw.name.unwrap_or_else(|| format!("measure {}", index + 1)),
        columns: raw
            .columns
            .into_iter()
            .map(|column| text.located(column))
            .collect(),
        decimals,
        min: offset,
        range,
    })
}
