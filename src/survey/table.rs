//! Numbers from a CSV table: rows are dealt to clients, and each client contributes counts, sums
//! and sums of squares of its rows.

mod config;
mod csv;
mod deal;
mod inputs;
mod plan;
mod statistics;

use veragg_protocol::round::configuration::SegmentConfiguration;

pub(super) use config::{RawData, RawGroups, RawMeasure, TableConfig};
pub(super) use csv::Table;
pub use statistics::{Statistics, StatisticsRow};

use super::error::SurveyError;
use super::text::Located;
use inputs::Row;

/// The rows of each client, as they are measured.
#[derive(Debug)]
pub(super) struct Tabular {
    config: TableConfig,
    segments: Vec<SegmentConfiguration>,
    /// The rows of each client, of which there is at least one.
    rows: Vec<Vec<Row>>,
    /// The clients' names, if a column gives them.
    names: Option<Vec<String>>,
}

impl Tabular {
    /// Reads the configured columns from the table, and checks them.
    pub(super) fn new(config: TableConfig, table: &Table) -> Result<Self, SurveyError> {
        let find = |column: &Located<String>| {
            table.column(&column.value).map_err(|problem| {
                config
                    .location(column.line)
                    .column(&column.value)
                    .error(problem)
            })
        };
        let group_column = config
            .groups
            .as_ref()
            .map(|groups| find(&groups.column))
            .transpose()?;
        let columns = config
            .measures
            .iter()
            .map(|measure| measure.columns.iter().map(find).collect())
            .collect::<Result<Vec<_>, _>>()?;
        let dealt = deal::deal(&config, table)?;
        let segments = plan::segments(&config, dealt.clients)?;
        let rows = inputs::rows(&config, table, &dealt, group_column, &columns)?;
        Ok(Self {
            config,
            segments,
            rows,
            names: dealt.names,
        })
    }

    pub(super) fn clients(&self) -> u32 {
        // The memory does not hold more rows than a `u32` can count.
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// The name of the client with this index, if a column gives it.
    pub(super) fn name(&self, index: usize) -> Option<&str> {
        self.names.as_ref()?.get(index).map(String::as_str)
    }

    pub(super) fn segments(&self) -> &[SegmentConfiguration] {
        &self.segments
    }

    /// The vector of the client with this index.
    pub(super) fn vector(&self, index: usize) -> Vec<u64> {
        let rows = self.rows.get(index).map_or(&[][..], Vec::as_slice);
        inputs::vector(&self.config, &self.segments, rows)
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
