//! What the pass over the records of a board comes to, whatever the protocol.

use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::pairwise::publish::Outcome;

use crate::findings::Findings;
use crate::report::{TimelineMessage, TrusteeReport};

/// The results of the pass.
pub(crate) struct Passed {
    pub(crate) findings: Findings,
    /// Whether the last phase was closed.
    pub(crate) finished: bool,
    /// The outcome of each client; `None` if the board ends before it is decided.
    pub(crate) clients: Vec<Option<Outcome>>,
    /// What each trustee has done.
    pub(crate) trustees: Vec<TrusteeReport>,
    /// The messages of the client that the auditor follows.
    pub(crate) timeline: Vec<TimelineMessage>,
    /// The digest of the last checkpoint; the context if there is none.
    pub(crate) last: Digest,
}
