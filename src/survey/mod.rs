//! The data side of a round: a configuration and a table become the vectors that the clients
//! contribute, and the sums of a round become statistics.
//!
//! Rows of a CSV table are dealt to clients. Each client contributes, for each measured column and
//! each group of rows, the number of its rows, the sum and the sum of squares of their values, all
//! as integers in fixed point. Nothing but the sums of these over the contributing clients is
//! known after the round, and from them follow count, mean and standard deviation, equal to the
//! last digit to what the plain rows give.
//!
//! `examples/hospitals/round.toml` explains every key of the configuration.

mod config;
mod deal;
mod decimal;
mod error;
mod inputs;
mod plan;
mod statistics;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use veragg_protocol::configuration::SegmentConfiguration;

pub use config::Dropout;
pub use error::{Place, Problem, SurveyError};
pub use statistics::{Statistics, StatisticsRow};

use config::Config;
use deal::Dealt;
use table::Table;

/// A configuration, its table, and who owns which row.
#[derive(Debug)]
pub struct Survey {
    config: Config,
    table: Table,
    dealt: Dealt,
    /// For each measure the indices of its columns in the table.
    columns: Vec<Vec<usize>>,
    group_column: Option<usize>,
    segments: Vec<SegmentConfiguration>,
    dropouts: Vec<Dropout>,
}

impl Survey {
    /// Reads a configuration and the table it names, and checks all but the cells that are
    /// measured (see [`Survey::inputs`]).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SurveyError> {
        let path = path.as_ref();
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| Place::file(path).error(Problem::Read(error)))
        };
        let text = String::from_utf8(read(path)?)
            .map_err(|_| Place::file(path).error(Problem::Toml("not UTF-8 text".to_owned())))?;
        let config = Config::parse(path, &text)?;
        let table = Table::parse(&config.table, &read(&config.table)?)?;
        Self::new(config, table)
    }

    /// Checks a configuration against its table.
    fn new(config: Config, table: Table) -> Result<Self, SurveyError> {
        let find = |column: &config::Located<String>| {
            table.column(&column.value).map_err(|problem| {
                config
                    .place(column.line)
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
            .collect::<Result<_, _>>()?;
        let dealt = deal::deal(&config, &table)?;
        check_clients(&config, dealt.clients)?;
        let segments = plan::segments(&config, dealt.clients)?;
        let dropouts = config
            .dropouts
            .iter()
            .map(|dropout| dropout.value)
            .collect();
        Ok(Self {
            config,
            table,
            dealt,
            columns,
            group_column,
            segments,
            dropouts,
        })
    }

    /// What the round is called.
    pub fn title(&self) -> &str {
        &self.config.title
    }

    /// The name of the suite, as configured; whether there is such a suite is not checked here.
    pub fn suite(&self) -> &str {
        &self.config.suite
    }

    /// Number of clients, numbered from 1; each owns at least one row.
    pub fn clients(&self) -> u32 {
        self.dealt.clients
    }

    /// The name of a client, by its number from 1, where a column of the table gives it.
    pub fn client_name(&self, client: u32) -> Option<&str> {
        let index = usize::try_from(client.checked_sub(1)?).ok()?;
        self.dealt.names.as_ref()?.get(index).map(String::as_str)
    }

    /// The assumed fraction of corrupt clients, in parts per million; below a million.
    pub fn corrupt_ppm(&self) -> u32 {
        self.config.corrupt_ppm
    }

    /// The assumed fraction of clients that drop out, in parts per million; below a million.
    pub fn dropout_ppm(&self) -> u32 {
        self.config.dropout_ppm
    }

    /// The fewest contributors whose sum may be published, if configured: 1 to the number of
    /// clients.
    pub fn min_contributors(&self) -> Option<u32> {
        self.config
            .min_contributors
            .as_ref()
            .map(|wanted| wanted.value)
    }

    /// Which clients leave the round, and when; each client at most once.
    pub fn dropouts(&self) -> &[Dropout] {
        &self.dropouts
    }

    /// The segments of each client's vector: for each measure counts, sums and sums of squares.
    pub fn segments(&self) -> &[SegmentConfiguration] {
        &self.segments
    }

    /// What the sums over the contributors say: `sums` in the order of [`Survey::segments`], over
    /// the vectors of `contributors` clients. Refuses sums that no rows could have.
    pub fn interpret(&self, sums: &[u128], contributors: u32) -> Result<Statistics, SurveyError> {
        statistics::interpret(
            &self.config,
            &self.segments,
            self.dealt.clients,
            sums,
            contributors,
        )
    }

    fn client_count(&self) -> usize {
        usize::try_from(self.dealt.clients).unwrap_or(usize::MAX)
    }

    /// A client in words, by its index from 0.
    fn describe_client(&self, index: usize) -> String {
        let number = index + 1;
        match self.dealt.names.as_ref().and_then(|names| names.get(index)) {
            Some(name) => format!("client {number} (`{name}`)"),
            None => format!("client {number}"),
        }
    }
}

/// Checks the settings that name clients, or a number of them.
fn check_clients(config: &Config, clients: u32) -> Result<(), SurveyError> {
    if let Some(wanted) = config
        .min_contributors
        .as_ref()
        .filter(|wanted| wanted.value > clients)
    {
        let problem = Problem::MinContributors {
            wanted: wanted.value,
            clients,
        };
        return Err(config.place(wanted.line).error(problem));
    }
    for dropout in &config.dropouts {
        let client = dropout.value.client;
        if client == 0 || client > clients {
            let problem = Problem::DropoutUnknown { client, clients };
            return Err(config.place(dropout.line).error(problem));
        }
    }
    Ok(())
}
