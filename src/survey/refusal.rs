//! What the protocol refuses, in the words of the configuration.

use veragg_circuits::proof_system::Unsupported;
use veragg_circuits::statement::StatementError;
use veragg_lab::local::LocalRoundError;
use veragg_protocol::round::configuration::ConfigurationError;
use veragg_protocol::round::parameters::ParameterError;
use veragg_protocol::round::RoundError;

use super::committee_problem::CommitteeProblem;
use super::config::Config;
use super::error::{Location, SurveyError};
use super::problem::Problem;

/// The mistake in a configuration for which the protocol refuses the round. `line_of` is the line of the block that
/// asks for a segment.
pub(super) fn refusal(
    config: &Config,
    clients: u32,
    error: &LocalRoundError,
    line_of: impl Fn(usize) -> Option<usize>,
) -> SurveyError {
    let (line, problem) = match error {
        LocalRoundError::Configuration(error)
        | LocalRoundError::Round(RoundError::Configuration(error)) => {
            configuration(config, clients, error, line_of)
        }
        LocalRoundError::Round(RoundError::Unsupported(error)) => {
            unsupported(config, error, line_of)
        }
        other => (None, Problem::Refused(other.to_string())),
    };
    let location = match line {
        Some(line) => Location::line(&config.path, line),
        None => Location::file(&config.path),
    };
    location.error(problem)
}

fn configuration(
    config: &Config,
    clients: u32,
    error: &ConfigurationError,
    line_of: impl Fn(usize) -> Option<usize>,
) -> (Option<usize>, Problem) {
    let refused = || Problem::Refused(error.to_string());
    match *error {
        ConfigurationError::MinContributors { got, least, most } => {
            if least > most {
                let problem = CommitteeProblem::TooManyCorrupt {
                    clients,
                    corrupt: least - 2,
                    least,
                };
                return (Some(config.corrupt_ppm.line), Problem::Committee(problem));
            }
            let line = config.min_contributors.as_ref().map(|wanted| wanted.line);
            (line, Problem::FewContributors { got, least, most })
        }
        ConfigurationError::Parameters(ParameterError::Fractions {
            clients,
            corrupt,
            absent,
        }) => {
            let problem = Problem::Fractions {
                clients,
                corrupt,
                absent,
            };
            (Some(larger_fraction(config)), problem)
        }
        ConfigurationError::Parameters(_) => {
            (Some(larger_fraction(config)), Problem::Insecure { clients })
        }
        ConfigurationError::Statement(
            StatementError::Length { segment, .. } | StatementError::Bound { segment, .. },
        )
        | ConfigurationError::Name { segment } => (line_of(segment), refused()),
        _ => (None, refused()),
    }
}

fn unsupported(
    config: &Config,
    error: &Unsupported,
    line_of: impl Fn(usize) -> Option<usize>,
) -> (Option<usize>, Problem) {
    let suite = config.suite.name();
    let columns = || config.columns.as_ref().map(|columns| columns.line);
    match *error {
        Unsupported::Claim { segment, .. } => (line_of(segment), Problem::Claim { suite }),
        Unsupported::Columns { ref want, got, .. } => {
            let want = want.clone();
            (columns(), Problem::RowColumns { suite, want, got })
        }
        Unsupported::Rows { .. } => (columns(), Problem::RowBits { suite }),
        Unsupported::Length { max, got, .. } => (None, Problem::SuiteLength { suite, max, got }),
        _ => (None, Problem::Refused(error.to_string())),
    }
}

/// The line of the larger one of the two fractions.
fn larger_fraction(config: &Config) -> usize {
    let (corrupt, dropout) = (&config.corrupt_ppm, &config.dropout_ppm);
    match dropout {
        Some(dropout) if dropout.value >= corrupt.value => dropout.line,
        _ => corrupt.line,
    }
}
