//! Acknowledge: contributors sign the list of contributors (`specs/protocol.md` 3.7).
//!
//! The body has no parts: an acknowledgement only answers the checkpoint that holds the list. So the envelope is
//! enough to judge it.

use veragg_circuits::proof_system::ProofSystem;

use crate::round::Round;

impl<P: ProofSystem> Round<P> {
    /// Lengths of the parts of an acknowledgement: it has none.
    pub fn acknowledge_lengths(&self) -> Vec<usize> {
        Vec::new()
    }
}
