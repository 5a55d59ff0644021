//! Phases of the committee protocol, as they are written in a scenario.

use serde::{Deserialize, Serialize};
use veragg_protocol::round::phase::Phase;

/// A phase, written by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommitteePhase {
    /// Clients submit.
    Submit,
    /// Trustees check.
    Check,
    /// Trustees confirm the list of contributors.
    Confirm,
    /// Trustees open the sums of their pads.
    Open,
    /// The aggregator publishes the sum.
    Publish,
}

impl From<CommitteePhase> for Phase {
    fn from(phase: CommitteePhase) -> Self {
        match phase {
            CommitteePhase::Submit => Self::Submit,
            CommitteePhase::Check => Self::Check,
            CommitteePhase::Confirm => Self::ConfirmList,
            CommitteePhase::Open => Self::Open,
            CommitteePhase::Publish => Self::Publish,
        }
    }
}

/// A phase in which trustees speak, written by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrusteePhase {
    /// They check.
    Check,
    /// They confirm the list of contributors.
    Confirm,
    /// They open the sums of their pads.
    Open,
}

impl From<TrusteePhase> for Phase {
    fn from(phase: TrusteePhase) -> Self {
        match phase {
            TrusteePhase::Check => Self::Check,
            TrusteePhase::Confirm => Self::ConfirmList,
            TrusteePhase::Open => Self::Open,
        }
    }
}
