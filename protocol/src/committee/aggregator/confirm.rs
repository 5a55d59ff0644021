//! Confirm: whether enough trustees confirmed the list (`specs/committee.md` 3.3).

use veragg_circuits::proof_system::ProofSystem;

use super::{Aggregator, CloseError, Closing};
use crate::aggregator::Log;
use crate::round::phase::Phase;

impl<P: ProofSystem, L: Log> Aggregator<P, L> {
    /// Counts the confirmations: the list stays that of check.
    pub(super) fn close_confirm(&self) -> Result<Closing<P::Group>, CloseError> {
        let phase = Phase::ConfirmList;
        let (got, need) = (self.spoke(phase), self.round.shape().needed());
        if got < need as usize {
            return Err(CloseError::TooFewTrustees { phase, got, need });
        }
        Ok(self.unchanged())
    }

    /// A close that changes nothing but the phase.
    pub(super) fn unchanged(&self) -> Closing<P::Group> {
        Closing {
            list: self.listed(),
            outcomes: self.state.outcomes.clone(),
            shown: self.state.shown.clone(),
            pads: self.state.pads.clone(),
            opening: None,
        }
    }
}
