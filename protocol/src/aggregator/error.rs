//! Why a round cannot go on.

use std::io;

use thiserror::Error;

use crate::crypto::ids::ClientId;
use crate::round::phase::Phase;

/// Why the aggregator stops. The log stays: [`resume`](super::AnyAggregator::resume) goes on from
/// it once the cause is gone.
#[derive(Debug, Error)]
pub enum AggregatorError {
    /// The log failed.
    #[error("the log of the board failed: {0}")]
    Log(#[from] io::Error),
    /// The log holds another round's records, or somebody changed it.
    #[error("record {record} of the log is not what this round gives; the log was changed or belongs to another round")]
    Replay {
        /// Index of the record.
        record: u64,
    },
    /// Too few clients to go on.
    #[error("{got} clients came through {phase}, the round needs {need}; start a new round with more clients or other fractions")]
    TooFew {
        /// The phase that ended.
        phase: Phase,
        /// How many came through.
        got: usize,
        /// How many are needed.
        need: usize,
    },
    /// Too few shares to rebuild a client's secret.
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
