//! The errors that end a command without a result.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use veragg::circuits::foreign::Foreign;
use veragg::local::LocalClientError;
use veragg::protocol::aggregator::AggregatorError;
use veragg::protocol::wire::board::BoardError;
use veragg::survey::{Problem, SurveyError};
use veragg::BoardFileError;

/// Why a command ends without a result: the text that the user reads, and the exit code.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// The arguments cannot be used together, or have values that are not allowed.
    #[error("{0}")]
    Usage(String),
    /// A file does not hold what it must hold.
    #[error("{}: {reason}", .file.display())]
    Malformed {
        /// The path of the file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read.
    #[error("{}: cannot be read ({source}); check the path", .file.display())]
    Read {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{}: cannot be written ({source}); choose another folder with --out", .file.display())]
    Write {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A new file cannot be written.
    #[error("{}: cannot be written ({source}); give another path", Foreign::path(.file))]
    NewFile {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Standard output cannot be written.
    #[error(
        "standard output cannot be written ({0}); check the disk, or where the output is sent"
    )]
    Output(#[from] io::Error),
    /// The survey is refused.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The board cannot be written.
    #[error(transparent)]
    BoardFile(#[from] BoardFileError),
    /// A client of the round cannot begin.
    #[error(transparent)]
    LocalClient(#[from] LocalClientError),
    /// The round could not be finished.
    #[error("the round stopped: {source}. The messages until then are in {}", .board.display())]
    Stopped {
        /// The file with the board of the round.
        board: PathBuf,
        /// The reason.
        source: AggregatorError,
    },
}

impl CliError {
    /// The error that a file does not hold what it must hold.
    pub(super) fn malformed(file: &Path, reason: impl ToString) -> Self {
        Self::Malformed {
            file: file.to_path_buf(),
            reason: reason.to_string(),
        }
    }

    /// The error that this file cannot be read.
    pub(super) fn read(file: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Read {
            file: file.to_path_buf(),
            source,
        }
    }

    /// The error that this file cannot be written.
    pub(super) fn write(file: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Write {
            file: file.to_path_buf(),
            source,
        }
    }

    /// The error that the board in this file is refused or cannot be read.
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
            Self::Malformed { .. } | Self::LocalClient(_) => 3,
            Self::Survey(error) if matches!(*error.problem, Problem::Read(_)) => 5,
            Self::Survey(_) => 3,
            Self::Read { .. } | Self::Write { .. } | Self::NewFile { .. } => 5,
            Self::Output(_) | Self::BoardFile(_) => 5,
            Self::Stopped { source, .. } => match source {
                AggregatorError::TooFew { .. } | AggregatorError::Shares { .. } => 75,
                _ => 5,
            },
        }
    }
}
