//! V-08.D: each acknowledgement is of the one list of contributors.
//!
//! V-04 has found each to answer the checkpoint that holds the list, and to be signed; an
//! acknowledgement says nothing else.

use veragg_protocol::crypto::ids::ClientSet;

use crate::check::Check;
use crate::findings::Findings;

/// V-08.D.1: who has acknowledged.
pub(crate) fn check(heard: &ClientSet, findings: &mut Findings) -> ClientSet {
    if !findings.skips(Check::Acknowledgements) {
        findings.computed(Check::Acknowledgements, heard.len());
    }
    heard.clone()
}
