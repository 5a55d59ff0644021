//! Why a round cannot go on.

use std::io;

use thiserror::Error;

use super::log::AppendError;
use crate::crypto::ids::ClientId;
use crate::round::phase::Phase;

/// Why the aggregator does not go on. Nothing has changed: call again once the cause is gone, or
/// [`resume`](crate::roles::Aggregator::resume) from the log.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AggregatorError {
    /// The log failed.
    #[error("the log of the board failed: {0}")]
    Log(#[from] io::Error),
    /// Somebody else writes to the log.
    #[error("the log of the board has {len} records, and this aggregator knows of {expected}: another aggregator writes to it. Stop one of the two; two checkpoints of one phase would be evidence against the aggregator's key")]
    OtherWriter {
        /// Records that this aggregator knows of.
        expected: u64,
        /// Records that there are.
        len: u64,
    },
    /// The key is another than the configuration's.
    #[error("the configuration names another aggregator than the key {key}; start the aggregator with the key that the organiser was given")]
    OtherKey {
        /// The public key that was given, in hexadecimal.
        key: String,
    },
    /// A close was prepared before the board grew, or for another board.
    #[error("the board has grown since this close was prepared; prepare it again")]
    Outdated,
    /// A panic interrupted the close of a phase.
    #[error(
        "an earlier panic interrupted the close of a phase; resume the aggregator from its log"
    )]
    Interrupted,
    /// Every phase is closed.
    #[error("the round is over: there is no phase left to close")]
    Over,
    /// The log holds another round's records, or somebody changed it.
    #[error("record {record} of the log is not what this round gives; the log was changed or belongs to another round")]
    Replay {
        /// Index of the record.
        record: u64,
    },
    /// Too few clients to go on.
    #[error("{got} clients came through {phase}, the round needs {need}; start a new round with more clients, other fractions or a smaller `min_contributors`")]
    TooFew {
        /// The phase that ended.
        phase: Phase,
        /// How many came through.
        got: usize,
        /// How many are needed.
        need: usize,
    },
    /// Too few shares to reconstruct a client's secret.
    #[error("only {got} of the {need} shares needed to remove the masks of client {client} were revealed; wait for more neighbours to unmask, or start a new round")]
    Shares {
        /// Whose secret.
        client: ClientId,
        /// Valid shares.
        got: usize,
        /// The threshold.
        need: usize,
    },
}

impl From<AppendError> for AggregatorError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Grown { expected, len } => Self::OtherWriter { expected, len },
            AppendError::Io(error) => Self::Log(error),
        }
    }
}
