//! The checks that only boards of the pairwise protocol have.

pub(crate) mod graph;
pub(crate) mod opening;
