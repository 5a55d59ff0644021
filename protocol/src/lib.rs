//! Who says what, when.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod graph;
pub mod members;
pub mod parameters;
