//! The errors that end a command without a result.

use std::io;
use std::path::{Path, PathBuf};

use super::evidence_problem::EvidenceFilesError;
use thiserror::Error;
use veragg::circuits::codec::DecodeError;
use veragg::circuits::foreign::Foreign;
use veragg::lab::committee::local::PlayError;
use veragg::local::LocalClientError;
use veragg::protocol::aggregator::AggregatorError;
use veragg::protocol::committee::aggregator::CloseError;
use veragg::protocol::set_up::SetUpError;
use veragg::protocol::wire::board::BoardError;
use veragg::survey::{Problem, SurveyError};
use veragg::text_file::TextFileError;
use veragg::{BoardFileError, NamesError};

/// Why a command ends without a result: the text that the user reads, and the exit code.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// The arguments cannot be used together, or have values that are not allowed.
    #[error("{0}")]
    Usage(String),
    /// A file does not hold what it must hold.
    #[error("{}: {reason}", Foreign::path(.file))]
    Malformed {
        /// The path of the file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// What a file holds is well formed, and does not hold.
    #[error("{}: {reason}", Foreign::path(.file))]
    Refused {
        /// The path of the file.
        file: PathBuf,
        /// What does not hold.
        reason: String,
    },
    /// A file cannot be read.
    #[error("{}: cannot be read ({source}); check the path", Foreign::path(.file))]
    Read {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{}: cannot be written ({source}); choose another folder with --out", Foreign::path(.file))]
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
    /// The evidence was not written.
    #[error(transparent)]
    Evidence(#[from] EvidenceFilesError),
    /// The survey is refused.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The board cannot be written.
    #[error(transparent)]
    BoardFile(#[from] BoardFileError),
    /// Complete results could not all be moved to their place.
    #[error("the results of the round are complete, but not all of them could be moved from {} to {}, whose files are of two rounds until then. Remove the cause, and run again into this folder: that finishes the move first. The cause: {source}", Foreign::path(.finished), Foreign::path(.folder))]
    HalfMoved {
        /// The folder of the results.
        folder: PathBuf,
        /// Where the others wait.
        finished: PathBuf,
        /// The cause.
        source: Box<CliError>,
    },
    /// The file of a set-up, or of a key, is refused.
    #[error("{}: refused by rule {} of set-up.md: {source}", Foreign::path(.file), .source.rule())]
    SetUp {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        source: SetUpError,
    },
    /// The names of the clients cannot be signed.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// A client of the round cannot begin.
    #[error(transparent)]
    LocalClient(#[from] LocalClientError),
    /// The round could not be finished. What an earlier run left is still there.
    #[error("the round stopped: {source}{clients}\nThe messages until then are in {}", Foreign::path(.board))]
    Stopped {
        /// The file with the board of the round.
        board: PathBuf,
        /// Why the clients went no further.
        clients: String,
        /// The reason.
        source: AggregatorError,
    },
    /// A round of the committee protocol could not be finished.
    #[error("the round stopped: {source}\nThe messages until then are in {}", Foreign::path(.board))]
    CommitteeStopped {
        /// The file with the board.
        board: PathBuf,
        /// The reason.
        source: Box<PlayError>,
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

    /// The error that what a file holds does not hold.
    pub(super) fn refused(file: &Path, reason: impl ToString) -> Self {
        Self::Refused {
            file: file.to_path_buf(),
            reason: reason.to_string(),
        }
    }

    /// The error that this file is not read as text.
    pub(super) fn text(file: &Path, error: TextFileError) -> Self {
        match error {
            TextFileError::Io(source) => Self::read(file)(source),
            error => Self::malformed(file, error),
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
            BoardError::Header(error) => Self::damaged(file, "the header of the board", error),
            error @ BoardError::Truncated { .. } => Self::malformed(
                file,
                format!("{error}: the file is cut short; get another copy of it"),
            ),
            error @ BoardError::Record { .. } => Self::malformed(
                file,
                format!("{error}: the file is damaged; get another copy of it"),
            ),
            error => Self::malformed(file, error),
        }
    }

    /// The error that a part of this file does not decode.
    pub(super) fn damaged(file: &Path, part: &str, error: DecodeError) -> Self {
        let reason = match error {
            DecodeError::Truncated { field, need, have } => format!("{part} ends too early: {field} needs {need} bytes, and {have} are left. The file is cut short; get another copy of it"),
            error => format!("{part} is malformed ({error}): the file is damaged; get another copy of it"),
        };
        Self::malformed(file, reason)
    }

    /// The code that the process ends with.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Refused { .. } => 1,
            // Bytes that are none of a set-up are malformed; what decodes and does not hold has failed.
            Self::SetUp { source, .. } if !source.rule().starts_with('2') => 1,
            Self::SetUp { .. } => 3,
            Self::Malformed { .. } | Self::LocalClient(_) | Self::Names(_) => 3,
            Self::Survey(error) if matches!(*error.problem, Problem::Read { .. }) => 5,
            Self::Survey(_) => 3,
            Self::Read { .. } | Self::Write { .. } | Self::NewFile { .. } => 5,
            Self::Output(_) | Self::BoardFile(_) | Self::Evidence(_) | Self::HalfMoved { .. } => 5,
            Self::Stopped { source, .. } => match source {
                AggregatorError::TooFew { .. } | AggregatorError::Shares { .. } => 75,
                _ => 5,
            },
            Self::CommitteeStopped { source, .. } => match **source {
                PlayError::Close(CloseError::TooFewTrustees { .. })
                | PlayError::Close(CloseError::Aggregator(AggregatorError::TooFew { .. }))
                | PlayError::Trustee { .. } => 75,
                _ => 5,
            },
        }
    }
}
