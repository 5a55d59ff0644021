//! Why a command stops without a result.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use veragg::local::{LocalClientError, LocalRoundError};
use veragg::protocol::aggregator::AggregatorError;
use veragg::protocol::wire::board::BoardError;
use veragg::survey::{Problem, SurveyError};
use veragg::BoardFileError;

/// Why a command stops without a result; what the user reads, and the exit code.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// Arguments that make no sense.
    #[error("{0}")]
    Usage(String),
    /// A file that holds something else than it should.
    #[error("{}: {reason}", .file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that cannot be read.
    #[error("{}: cannot be read ({source}); check the path", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that cannot be written.
    #[error("{}: cannot be written ({source}); choose another folder with --out", .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard output failed.
    #[error("standard output cannot be written ({0})")]
    Output(#[from] io::Error),
    /// The survey is refused.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The round that the survey asks for is refused.
    #[error("{}: {source}", .file.display())]
    LocalRound {
        /// The configuration.
        file: PathBuf,
        /// Why.
        source: LocalRoundError,
    },
    /// The board cannot be written.
    #[error(transparent)]
    BoardFile(#[from] BoardFileError),
    /// A client of the round cannot begin.
    #[error(transparent)]
    LocalClient(#[from] LocalClientError),
    /// The round could not go on.
    #[error("the round stopped: {source}. What was said until then is in {}", .board.display())]
    Stopped {
        /// Its board.
        board: PathBuf,
        /// Why.
        source: AggregatorError,
    },
}

impl CliError {
    /// A file that holds something else than it should.
    pub(super) fn malformed(file: &Path, reason: impl ToString) -> Self {
        Self::Malformed {
            file: file.to_path_buf(),
            reason: reason.to_string(),
        }
    }

    /// Makes a failed reading of this file an error.
    pub(super) fn read(file: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Read {
            file: file.to_path_buf(),
            source,
        }
    }

    /// Makes a failed writing of this file an error.
    pub(super) fn write(file: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Write {
            file: file.to_path_buf(),
            source,
        }
    }

    /// A board that cannot be read on.
    pub(super) fn board(file: &Path, error: BoardError) -> Self {
        match error {
            BoardError::Io(source) => Self::read(file)(source),
            error => Self::malformed(file, error),
        }
    }

    /// The code that the process ends with.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Malformed { .. } | Self::LocalRound { .. } | Self::LocalClient(_) => 3,
            Self::Survey(error) if matches!(*error.problem, Problem::Read(_)) => 5,
            Self::Survey(_) => 3,
            Self::Read { .. } | Self::Write { .. } | Self::Output(_) | Self::BoardFile(_) => 5,
            Self::Stopped { source, .. } => match source {
                AggregatorError::TooFew { .. } | AggregatorError::Shares { .. } => 75,
                _ => 5,
            },
        }
    }
}
