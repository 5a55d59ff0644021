//! Verifiable secure aggregation.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod board_file;
pub mod local;
pub mod survey;

pub use veragg_circuits as circuits;
pub use veragg_protocol as protocol;
pub use veragg_verifier as verifier;
