//! The configuration: TOML to checked settings. What needs the table is checked in
//! [`survey`](super).

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use veragg_protocol::phase::Phase;

use super::decimal;
use super::error::{Place, Problem, SurveyError};

/// Most digits after the point: `10^18` is the largest power of ten in an `i64`.
const MAX_DECIMALS: u8 = 18;
/// Digits of a fraction in parts per million.
const PPM_DIGITS: u8 = 6;

/// A value and the line where it stands.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

/// The settings of a survey.
#[derive(Debug)]
pub(super) struct Config {
    /// The file it came from, for messages.
    pub(super) path: PathBuf,
    pub(super) title: String,
    pub(super) suite: String,
    pub(super) corrupt_ppm: u32,
    pub(super) dropout_ppm: u32,
    pub(super) min_contributors: Option<Located<u32>>,
    /// The table, resolved against the folder of `path`.
    pub(super) table: PathBuf,
    pub(super) clients: Option<Located<u32>>,
    pub(super) deal: Deal,
    pub(super) max_rows: Located<u64>,
    pub(super) groups: Option<Groups>,
    pub(super) measures: Vec<Measure>,
    pub(super) dropouts: Vec<Located<Dropout>>,
}

/// How the rows come to the clients.
#[derive(Debug)]
pub(super) enum Deal {
    /// Row `i` to client `i` modulo the number of clients.
    RoundRobin,
    /// Contiguous runs of rows, of lengths that differ by at most one.
    Blocks,
    /// By the value of a column; the clients are numbered in order of first appearance.
    Column(Located<String>),
}

/// The column that says which group a row belongs to.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) column: Located<String>,
    /// Values of the column and their names, in the order of the configuration.
    pub(super) names: Vec<(String, String)>,
}

/// Columns that are measured alike.
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

/// A client that leaves the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropout {
    /// Its number, from 1.
    pub client: u32,
    /// The phase whose message is the last one it sends.
    pub after: Phase,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    round: RawRound,
    data: Spanned<RawData>,
    groups: Option<Spanned<RawGroups>>,
    #[serde(default)]
    measure: Vec<Spanned<RawMeasure>>,
    #[serde(default)]
    dropout: Vec<Spanned<RawDropout>>,
}

// Numbers that may have a point are `Spanned<f64>` only for their type and their place: the value
// is parsed from the text, exactly.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRound {
    title: String,
    suite: String,
    corrupt: Spanned<f64>,
    dropout: Spanned<f64>,
    min_contributors: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawData {
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
struct RawGroups {
    column: Spanned<String>,
    names: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    name: Option<String>,
    columns: Vec<Spanned<String>>,
    decimals: Spanned<u8>,
    min: Option<Spanned<f64>>,
    max: Spanned<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDropout {
    client: u32,
    after: RawPhase,
}

/// The phases that a client can be said to leave after: in the last it would have done all.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawPhase {
    Advertise,
    Share,
    Confirm,
    Submit,
    Acknowledge,
}

impl From<RawPhase> for Phase {
    fn from(phase: RawPhase) -> Self {
        match phase {
            RawPhase::Advertise => Phase::Advertise,
            RawPhase::Share => Phase::Share,
            RawPhase::Confirm => Phase::Confirm,
            RawPhase::Submit => Phase::Submit,
            RawPhase::Acknowledge => Phase::Acknowledge,
        }
    }
}

/// The text of a configuration, for the places and the exact numbers in it.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn line_at(&self, offset: usize) -> usize {
        1 + self
            .text
            .bytes()
            .take(offset)
            .filter(|&byte| byte == b'\n')
            .count()
    }

    fn located<T>(&self, spanned: Spanned<T>) -> Located<T> {
        Located {
            line: self.line_at(spanned.span().start),
            value: spanned.into_inner(),
        }
    }

    fn error(&self, line: usize, problem: Problem) -> SurveyError {
        Place::line(self.path, line).error(problem)
    }

    /// The number as written, times `10^decimals`.
    fn number(
        &self,
        key: &'static str,
        at: &Spanned<f64>,
        decimals: u8,
    ) -> Result<Located<i128>, SurveyError> {
        let text = self.text.get(at.span()).unwrap_or_default();
        let line = self.line_at(at.span().start);
        // TOML allows `1_000`.
        match decimal::parse(&text.replace('_', ""), decimals) {
            Some(value) => Ok(Located { line, value }),
            None => Err(self.error(
                line,
                Problem::Number {
                    key,
                    text: text.to_owned(),
                },
            )),
        }
    }

    fn parts_per_million(&self, key: &'static str, at: &Spanned<f64>) -> Result<u32, SurveyError> {
        let Located { line, value } = self.number(key, at, PPM_DIGITS)?;
        u32::try_from(value)
            .ok()
            .filter(|&ppm| ppm < 1_000_000)
            .ok_or_else(|| {
                let text = self.text.get(at.span()).unwrap_or_default().to_owned();
                self.error(line, Problem::Fraction { key, text })
            })
    }

    fn positive<T: Default + PartialEq>(
        &self,
        key: &'static str,
        value: Spanned<T>,
    ) -> Result<Located<T>, SurveyError> {
        let located = self.located(value);
        if located.value == T::default() {
            return Err(self.error(located.line, Problem::Zero(key)));
        }
        Ok(located)
    }
}

impl Config {
    /// Parses and checks a configuration; `path` is where it came from.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, SurveyError> {
        let source = Source { path, text };
        let raw: RawConfig = toml::from_str(text).map_err(|error| {
            let line = source.line_at(error.span().map_or(0, |span| span.start));
            // A syntax error may speak in several lines.
            let message = error.message().replace('\n', ", ");
            source.error(line, Problem::Toml(message))
        })?;
        let data = source.located(raw.data);
        let clients = data
            .value
            .clients
            .map(|clients| source.positive("clients", clients))
            .transpose()?;
        let deal = match data.value.deal {
            RawDeal::Column(column) => Deal::Column(source.located(column)),
            _ if clients.is_none() => return Err(source.error(data.line, Problem::ClientsMissing)),
            RawDeal::RoundRobin => Deal::RoundRobin,
            RawDeal::Blocks => Deal::Blocks,
        };
        let min_contributors = raw.round.min_contributors;
        Ok(Self {
            corrupt_ppm: source.parts_per_million("corrupt", &raw.round.corrupt)?,
            dropout_ppm: source.parts_per_million("dropout", &raw.round.dropout)?,
            min_contributors: min_contributors
                .map(|wanted| source.positive("min_contributors", wanted))
                .transpose()?,
            title: raw.round.title,
            suite: raw.round.suite,
            table: path.parent().unwrap_or(Path::new("")).join(data.value.file),
            clients,
            deal,
            max_rows: source.positive("max_rows", data.value.max_rows)?,
            groups: raw
                .groups
                .map(|groups| parse_groups(&source, groups))
                .transpose()?,
            measures: parse_measures(&source, raw.measure)?,
            dropouts: parse_dropouts(&source, raw.dropout)?,
            path: path.to_path_buf(),
        })
    }

    /// Place of a mistake on a line of the configuration.
    pub(super) fn place(&self, line: usize) -> Place {
        Place::line(&self.path, line)
    }

    /// Number of groups: 1 where rows are not grouped.
    pub(super) fn group_count(&self) -> usize {
        self.groups.as_ref().map_or(1, |groups| groups.names.len())
    }

    /// Name of a group, where rows are grouped.
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

fn parse_groups(source: &Source<'_>, raw: Spanned<RawGroups>) -> Result<Groups, SurveyError> {
    let Located { line, value: raw } = source.located(raw);
    let mut names: Vec<(String, Spanned<String>)> = raw.names.into_iter().collect();
    if names.is_empty() {
        return Err(source.error(line, Problem::NoGroups));
    }
    // In the order of the file: the map is sorted by value.
    names.sort_by_key(|(_, name)| name.span().start);
    for (at, (_, name)) in names.iter().enumerate() {
        let taken = names
            .iter()
            .take(at)
            .any(|(_, other)| other.get_ref() == name.get_ref());
        if taken {
            let line = source.line_at(name.span().start);
            return Err(source.error(line, Problem::GroupTwice(name.get_ref().clone())));
        }
    }
    Ok(Groups {
        column: source.located(raw.column),
        names: names
            .into_iter()
            .map(|(value, name)| (value, name.into_inner()))
            .collect(),
    })
}

fn parse_measures(
    source: &Source<'_>,
    raw: Vec<Spanned<RawMeasure>>,
) -> Result<Vec<Measure>, SurveyError> {
    if raw.is_empty() {
        return Err(source.error(1, Problem::NoMeasure));
    }
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut columns: HashMap<String, usize> = HashMap::new();
    let mut measures = Vec::with_capacity(raw.len());
    for (index, spanned) in raw.into_iter().enumerate() {
        let measure = parse_measure(source, index, spanned)?;
        if let Some(first) = names.insert(measure.name.clone(), measure.line) {
            let name = measure.name;
            return Err(source.error(measure.line, Problem::MeasureTwice { name, first }));
        }
        for column in &measure.columns {
            if let Some(first) = columns.insert(column.value.clone(), column.line) {
                let place = Place::line(source.path, column.line).column(&column.value);
                return Err(place.error(Problem::ColumnTwice { first }));
            }
        }
        measures.push(measure);
    }
    Ok(measures)
}

fn parse_measure(
    source: &Source<'_>,
    index: usize,
    raw: Spanned<RawMeasure>,
) -> Result<Measure, SurveyError> {
    let Located { line, value: raw } = source.located(raw);
    if raw.columns.is_empty() {
        return Err(source.error(line, Problem::NoColumns));
    }
    let Located {
        line: decimals_line,
        value: decimals,
    } = source.located(raw.decimals);
    if decimals > MAX_DECIMALS {
        let problem = Problem::Decimals {
            got: decimals,
            most: MAX_DECIMALS,
        };
        return Err(source.error(decimals_line, problem));
    }
    let min = match &raw.min {
        Some(min) => source.number("min", min, decimals)?,
        None => Located { line, value: 0 },
    };
    let max = source.number("max", &raw.max, decimals)?;
    let range = u128::try_from(max.value - min.value).unwrap_or(0);
    if range == 0 {
        return Err(source.error(
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
        source.error(
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
            .map(|column| source.located(column))
            .collect(),
        decimals,
        min: offset,
        range,
    })
}

fn parse_dropouts(
    source: &Source<'_>,
    raw: Vec<Spanned<RawDropout>>,
) -> Result<Vec<Located<Dropout>>, SurveyError> {
    let mut lines: HashMap<u32, usize> = HashMap::new();
    let mut dropouts = Vec::with_capacity(raw.len());
    for spanned in raw {
        let Located { line, value } = source.located(spanned);
        let RawDropout { client, after } = value;
        if let Some(first) = lines.insert(client, line) {
            return Err(source.error(line, Problem::DropoutTwice { client, first }));
        }
        dropouts.push(Located {
            line,
            value: Dropout {
                client,
                after: after.into(),
            },
        });
    }
    Ok(dropouts)
}
