//! What an auditor brings along.

use std::collections::BTreeSet;

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::receipt::Receipt;

use crate::aggregate_metadata::AggregateMetadata;
use crate::check::Check;

/// What an auditor knows beforehand, and what to leave out. The default knows nothing and leaves nothing out.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use veragg_verifier::{Check, Options};
///
/// // Compares the board with sums that were published elsewhere, and does not verify the inputs.
/// let options = Options {
///     aggregate: Some(vec![5, 50, 15]),
///     skip: BTreeSet::from([Check::InputRange]),
///     ..Options::default()
/// };
/// assert!(options.organiser.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The organiser's key, learned beforehand. Without it the key is taken from the board, and
    /// the report says that then anybody may have made the whole board.
    pub organiser: Option<VerifyingKey>,
    /// Receipts that participants handed over.
    pub receipts: Vec<Receipt>,
    /// A checkpoint that somebody was shown.
    pub checkpoint: Option<Checkpoint>,
    /// Sums that were published elsewhere, to compare the board's with.
    pub aggregate: Option<Vec<u128>>,
    /// What was said of sums where they were published, to compare with the board.
    pub metadata: Option<AggregateMetadata>,
    /// Checks to leave out.
    pub skip: BTreeSet<Check>,
    /// A client to tell the timeline of.
    pub follow: Option<ClientId>,
}

/// Which bodies a board has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodies {
    /// Those of all messages.
    All,
    /// Some are left out, as in evidence.
    Some,
}
