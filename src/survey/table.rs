//! Numbers from a CSV table: rows are dealt to clients, and each client contributes counts, sums
//! and sums of squares of its rows.

mod config;
mod contents;
mod count;
mod csv;
mod deal;
mod inputs;
mod measure;
mod names;
mod note;
mod plan;
mod raw_deal;
mod report;
mod statistics;
mod values;
mod warnings;

use veragg_protocol::round::configuration::SegmentConfiguration;

pub(super) use config::{RawData, RawGroups, RawTable, TableConfig, MAX_ROWS};
pub(super) use contents::{Table, MAX_TABLE};
pub(super) use count::RawCount;
pub(super) use csv::SEPARATORS;
pub(super) use deal::is_client_name;
pub(super) use measure::{RawMeasure, MAX_DECIMALS};
pub(super) use names::is_name;
pub(super) use note::Note;
pub(super) use plan::fits;
pub use statistics::{CountRow, Statistics, StatisticsRow};

use super::error::{SurveyError, Warning};
use super::text::Located;
use inputs::{Columns, Row};
use plan::Plan;

/// The rows of each client, as they are measured and counted.
#[derive(Debug)]
pub(super) struct Tabular {
    config: TableConfig,
    plan: Plan,
    /// The rows of each client, of which there is at least one.
    rows: Vec<Vec<Row>>,
    /// The clients' names, if a column gives them.
    names: Option<Vec<String>>,
    warnings: Vec<Warning>,
}

impl Tabular {
    /// Reads the configured columns from the table, and checks them.
    pub(super) fn new(config: TableConfig, table: &Table) -> Result<Self, SurveyError> {
        let columns = columns(&config, table)?;
        let dealt = deal::deal(&config, table)?;
        let plan = plan::plan(&config, dealt.clients)?;
        let rows = inputs::rows(&config, table, &dealt, &columns)?;
        let warnings = warnings::warnings(&config, table, &dealt);
        Ok(Self {
            config,
            plan,
            rows,
            names: dealt.names.map(|names| names.names),
            warnings,
        })
    }

    pub(super) fn clients(&self) -> u32 {
        // There are at most `MAX_CLIENTS`.
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// The name of the client with this index, if a column gives it.
    pub(super) fn name(&self, index: usize) -> Option<&str> {
        self.names.as_ref()?.get(index).map(String::as_str)
    }

    pub(super) fn segments(&self) -> &[SegmentConfiguration] {
        &self.plan.segments
    }

    /// The line of the block that asks for a segment.
    pub(super) fn line(&self, segment: usize) -> Option<usize> {
        self.plan.lines.get(segment).copied()
    }

    /// Names that look alike.
    pub(super) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The vector of the client with this index.
    pub(super) fn vector(&self, index: usize) -> Vec<u64> {
        let rows = self.rows.get(index).map_or(&[][..], Vec::as_slice);
        let coordinates = self.segments().iter().map(|segment| segment.claims.len);
        inputs::vector(&self.config, coordinates.sum(), rows)
    }

    /// The statistics that follow from sums over the vectors of `contributors` clients. Each sum must be within its
    /// bound.
    pub(super) fn interpret(
        &self,
        sums: &[u128],
        contributors: u32,
    ) -> Result<Statistics, SurveyError> {
        statistics::interpret(&self.config, sums, contributors)
    }
}

/// Finds the columns that the configuration asks for.
fn columns(config: &TableConfig, table: &Table) -> Result<Columns, SurveyError> {
    let find = |column: &Located<String>| {
        table.column(&column.value).map_err(|problem| {
            let location = config.location(column.line);
            location.column(&column.value).error(problem)
        })
    };
    let groups = config.groups.as_ref();
    let measured = config.measures.iter();
    let counted = config.counts.iter();
    Ok(Columns {
        group: groups.map(|groups| find(&groups.column)).transpose()?,
        measured: measured
            .map(|measure| measure.columns.iter().map(find).collect())
            .collect::<Result<_, _>>()?,
        counted: counted
            .map(|count| {
                count
                    .answers
                    .as_ref()
                    .map(|it| find(&it.column))
                    .transpose()
            })
            .collect::<Result<_, _>>()?,
    })
}
