//! What an attempt achieves.

use std::collections::BTreeSet;

use veragg_protocol::crypto::ids::ClientId;
use veragg_verifier::Culprit;

use crate::watcher::Learned;

/// What an attempt has achieved.
#[derive(Debug)]
pub enum Success {
    /// The watcher knows more of honest inputs than the round may tell.
    Learned(Vec<Learned>),
    /// The watcher knows a sum while several lists can still be published.
    Chooses {
        /// How many.
        lists: usize,
    },
    /// The board confirms inputs.
    Confirms(Vec<(ClientId, Vec<u64>)>),
    /// The audit names these, who are honest.
    Names(BTreeSet<Culprit>),
    /// The audit verifies a board without this client, which is honest and was accepted.
    LeavesOut(ClientId),
}
