//! Round, client and aggregator as one type each, whatever the suite and the phase: what most users of the
//! crate need.
//!
//! [`crate::round::Round`], [`crate::client`] and [`crate::aggregator`] have the same with the suite and the
//! state as types. They do the work; here is only the choice between them.

pub mod aggregator;
pub mod client;
pub mod round;

pub use aggregator::Aggregator;
pub use client::Client;
pub use round::Round;
