//! The data of a round. It makes the vectors that the clients contribute from a configuration, and results from
//! the sums of a round.
//!
//! The numbers come from a CSV table, whose rows are dealt to clients. Each client contributes, for each measured
//! column and each group of rows, the number of its rows, the sum and the sum of squares of their values, all as
//! integers in fixed point; and how many of its rows have each value of a column that is counted. After the round
//! only the sums of these over the contributing clients are known. Count, mean and standard deviation follow from
//! them, and are equal in every digit to those of the plain rows. `veragg init` writes a configuration that explains
//! every key.
//!
//! Or they come from a generator, for rounds whose size matters. Each client's vector follows from a seed and
//! its number, so that the sums can be recomputed. `examples/million/round.toml` explains the keys.

mod committee;
mod committee_problem;
mod config;
mod csv_error;
mod decimal;
mod draft;
mod error;
mod file;
mod lookalike;
mod problem;
mod refusal;
mod size;
mod synthetic;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod toml_words;

use std::fmt;
use std::path::Path;

use serde::Serialize;
use veragg_circuits::proof_system::Suite;
use veragg_lab::committee::local::Members;
use veragg_lab::local::LocalRoundError;
use veragg_lab::scenario::Cheat;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::configuration::SegmentConfiguration;

pub use committee::Absence;
pub use committee_problem::CommitteeProblem;
pub use config::Dropout;
pub use csv_error::CsvError;
pub use draft::{draft, Draft};
pub use error::{Location, SurveyError, Warning};
pub use problem::Problem;
pub use synthetic::Recomputed;
pub use table::{CountRow, Statistics, StatisticsRow};

use config::{Config, Source};
use synthetic::Synthetic;
use table::{Table, TableConfig, Tabular, MAX_TABLE};
use text::Located;

/// The most bytes of a configuration.
const MAX_CONFIGURATION: u64 = 16 << 20;

/// A configuration, and the numbers of its clients.
#[derive(Debug)]
pub struct Survey {
    config: Config,
    numbers: Numbers,
    dropouts: Vec<Dropout>,
    cheats: Vec<Cheat>,
}

#[derive(Debug)]
enum Numbers {
    Tabular(Box<Tabular>),
    Synthetic(Synthetic),
}

/// The results that follow from the sums of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Results {
    /// The statistics of the rows of a table.
    Statistics(Statistics),
    /// The sums of synthetic vectors, compared with the recomputed ones.
    Recomputed(Recomputed),
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statistics(statistics) => statistics.fmt(f),
            Self::Recomputed(recomputed) => recomputed.fmt(f),
        }
    }
}

/// Reads the table. If it cannot be read, the configuration names the wrong file.
fn read_table(source: &TableConfig, configuration: &Path) -> Result<String, SurveyError> {
    file::read(&source.table, MAX_TABLE).map_err(|refused| match *refused.problem {
        Problem::Read { error, .. } => {
            let Located { line, value } = &source.file;
            let file = Some(value.clone());
            Location::line(configuration, *line).error(Problem::Read { file, error })
        }
        _ => refused,
    })
}

impl Survey {
    /// Reads a configuration, and the table if it names one, and checks both.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, SurveyError> {
        let path = path.as_ref();
        Self::parse(path, &file::read(path, MAX_CONFIGURATION)?)
    }

    /// The survey of a configuration with this text. `path` is the path of the configuration.
    fn parse(path: &Path, text: &str) -> Result<Self, SurveyError> {
        let (config, source) = Config::parse(path, text)?;
        let numbers = match source {
            Source::Table(source) => {
                let text = read_table(&source, path)?;
                let table = Table::parse(&source.table, &text, source.separator)?;
                drop(text);
                Numbers::Tabular(Box::new(Tabular::new(*source, &table)?))
            }
            Source::Synthetic(source) => Numbers::Synthetic(source),
        };
        Self::new(config, numbers)
    }

    fn new(config: Config, numbers: Numbers) -> Result<Self, SurveyError> {
        let cheats = config.cheats.iter();
        let cheats = cheats.map(|cheat| cheat.value.clone()).collect();
        let dropouts = &config.dropouts;
        let dropouts = dropouts.iter().map(|dropout| dropout.value).collect();
        let survey = Self {
            config,
            numbers,
            dropouts,
            cheats,
        };
        survey.config.check_clients(survey.clients())?;
        Ok(survey)
    }

    /// The title of the round.
    pub fn title(&self) -> &str {
        &self.config.title
    }

    /// The suite, [`Suite::DEFAULT`] if none is configured. Whether it takes the segments is not
    /// checked here.
    pub fn suite(&self) -> Suite {
        self.config.suite
    }

    /// The number of scalars of a committed row, if configured; at least 1. Whether the suite takes so many is not
    /// checked here.
    pub fn columns(&self) -> Option<u32> {
        self.config.columns.as_ref().map(|columns| columns.value)
    }

    /// The number of clients. They are numbered from 1. With a table, each owns at least one row.
    pub fn clients(&self) -> u32 {
        match &self.numbers {
            Numbers::Tabular(tabular) => tabular.clients(),
            Numbers::Synthetic(synthetic) => synthetic.clients(),
        }
    }

    /// The name of a client, if a column of the table gives it.
    pub fn client_name(&self, client: ClientId) -> Option<&str> {
        match &self.numbers {
            Numbers::Tabular(tabular) => tabular.name(client.index()),
            Numbers::Synthetic(_) => None,
        }
    }

    /// The assumed fraction of corrupt clients, in parts per million; below a million.
    pub fn corrupt_ppm(&self) -> u32 {
        self.config.corrupt_ppm.value
    }

    /// The assumed fraction of clients that drop out, in parts per million; below a million. It is 0 if it is not configured, which only
    /// a round with a committee can leave out.
    pub fn dropout_ppm(&self) -> u32 {
        let configured = self.config.dropout_ppm.as_ref();
        configured.map_or(0, |dropout| dropout.value)
    }

    /// The fewest contributors whose sum may be published, if configured: 1 to the number of
    /// clients.
    pub fn min_contributors(&self) -> Option<u32> {
        self.config
            .min_contributors
            .as_ref()
            .map(|wanted| wanted.value)
    }

    /// What need not be a mistake, but probably is one: names that look alike.
    pub fn warnings(&self) -> &[Warning] {
        match &self.numbers {
            Numbers::Tabular(tabular) => tabular.warnings(),
            Numbers::Synthetic(_) => &[],
        }
    }

    /// The mistake in this configuration for which the protocol refuses the round.
    pub fn refusal(&self, error: &LocalRoundError) -> SurveyError {
        let line_of = |segment| match &self.numbers {
            Numbers::Tabular(tabular) => tabular.line(segment),
            Numbers::Synthetic(synthetic) => synthetic.line(),
        };
        refusal::refusal(&self.config, self.clients(), error, line_of)
    }

    /// The clients that leave the round, and when. No client is listed twice.
    pub fn dropouts(&self) -> &[Dropout] {
        &self.dropouts
    }

    /// The committee, if the round is of the committee protocol.
    pub fn committee(&self) -> Option<Members> {
        self.config.committee.map(|committee| committee.0)
    }

    /// Trustees that say nothing, or leave.
    pub fn absences(&self) -> &[Absence] {
        &self.config.absences
    }

    /// The clients that do not keep to the rules, and what they do: for a round that shows what happens then.
    pub fn cheats(&self) -> &[Cheat] {
        &self.cheats
    }

    /// The segments of each client's vector. With a table: for each measure counts, sums and sums
    /// of squares, then the counts of rows and values.
    pub fn segments(&self) -> &[SegmentConfiguration] {
        match &self.numbers {
            Numbers::Tabular(tabular) => tabular.segments(),
            Numbers::Synthetic(synthetic) => synthetic.segments(),
        }
    }

    /// The vector of a client, with its coordinates in the order of [`Survey::segments`]. Each call makes it
    /// anew, in time linear in the client's rows, or in the vector.
    pub fn input(&self, client: ClientId) -> Vec<u64> {
        match &self.numbers {
            Numbers::Tabular(tabular) => tabular.vector(client.index()),
            Numbers::Synthetic(synthetic) => synthetic.vector(client),
        }
    }

    /// The results that follow from the sums over the vectors of these clients, in the order of
    /// [`Survey::segments`]. Refuses sums that these vectors cannot have.
    pub fn interpret(
        &self,
        sums: &[u128],
        contributors: &[ClientId],
    ) -> Result<Results, SurveyError> {
        let (got, clients) = (contributors.len(), self.clients());
        let count = u32::try_from(got).unwrap_or(u32::MAX);
        let refuse = |problem| Err(Location::file(&self.config.path).error(problem));
        if count > clients {
            return refuse(Problem::Contributors { got, clients });
        }
        let segments = self.segments();
        let want = segments.iter().map(|segment| segment.claims.len).sum();
        if sums.len() != want {
            let got = sums.len();
            return refuse(Problem::SumsLength { got, want });
        }
        let bounds = segments
            .iter()
            .flat_map(|segment| std::iter::repeat_n(segment.claims.bound, segment.claims.len));
        for (coordinate, (&sum, bound)) in sums.iter().zip(bounds).enumerate() {
            let most = u128::from(count) * u128::from(bound - 1);
            if sum > most {
                return refuse(Problem::SumTooLarge {
                    coordinate,
                    sum,
                    contributors: count,
                    most,
                });
            }
        }
        match &self.numbers {
            Numbers::Tabular(tabular) => tabular.interpret(sums, count).map(Results::Statistics),
            Numbers::Synthetic(synthetic) => synthetic
                .recompute(sums, contributors)
                .map(Results::Recomputed),
        }
    }
}
