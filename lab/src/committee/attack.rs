//! Attacks on the committee protocol, as they are written in a scenario.

mod aggregator;
mod client;
mod earlier;
mod organiser;
mod phase;
mod trustee;

pub use aggregator::{AggregatorAttack, SaidOutcome};
pub use client::ClientAttack;
pub use organiser::OrganiserAttack;
pub use phase::{CommitteePhase, TrusteePhase};
pub use trustee::TrusteeAttack;

/// The most messages that one attack makes. More than that no attack needs.
pub(crate) const MOST_MESSAGES: usize = 1 << 10;

pub(crate) use client::{Said, Speaker};
pub(crate) use earlier::Earlier;
pub(crate) use trustee::messages;
