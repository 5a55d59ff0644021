//! What an auditor knows beforehand, and what to leave out.

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
    /// The organiser's key, known beforehand. If there is none, the key on the board is used, and the report
    /// warns that anybody may have made the whole board. It is then [`Incomplete`](crate::Verdict::Incomplete).
    pub organiser: Option<VerifyingKey>,
    /// Whether the board of any organiser will do. If no key is given, the report is then not incomplete for that.
    pub any_organiser: bool,
    /// The transcript of the set-up, for a suite with one (`specs/set-up.md` 2). Without it V-14 is skipped.
    pub set_up: Option<Vec<u8>>,
    /// The keys of contributors to the set-up whom the auditor trusts, each of them alone, to have been honest. Unless
    /// one of them contributed to each phase, nobody vouches for the set-up.
    pub contributors: Vec<VerifyingKey>,
    /// Receipts that clients handed over, to find their messages on the board.
    pub receipts: Vec<Receipt>,
    /// Checkpoints that clients received, to compare with those on the board and with each other.
    pub checkpoints: Vec<Checkpoint>,
    /// Messages of clients and trustees that were handed over, in a round of the committee protocol: an envelope each, with or
    /// without the body behind it. Two that differ name who signed both; one that was left out without reason names the
    /// aggregator (`specs/committee.md` 6.10).
    pub messages: Vec<Vec<u8>>,
    /// Sums that were published elsewhere, to compare with those on the board.
    pub aggregate: Option<Vec<u128>>,
    /// The metadata of these sums, to compare with the board.
    pub metadata: Option<AggregateMetadata>,
    /// The checks to leave out. A report without them is never [`Verified`](crate::Verdict::Verified).
    pub skip: BTreeSet<Check>,
    /// A client whose messages the report lists ([`Report::timeline`](crate::Report::timeline)).
    pub follow: Option<ClientId>,
}

impl Options {
    /// What an auditor brings along who knows the organiser's public key, and nothing else.
    pub fn with_organiser(organiser: VerifyingKey) -> Self {
        Self {
            organiser: Some(organiser),
            ..Self::default()
        }
    }
}
