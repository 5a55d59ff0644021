//! The checks, each in its own module (`specs/audit.md` 2).

pub(crate) mod acknowledgements;
pub(crate) mod aggregate;
pub(crate) mod attestations;
pub(crate) mod chain;
pub(crate) mod complaints;
pub(crate) mod configuration;
pub(crate) mod contributors;
pub(crate) mod disputes;
pub(crate) mod graph;
pub(crate) mod inputs;
pub(crate) mod messages;
pub(crate) mod opening;
pub(crate) mod publication;
pub(crate) mod receipts;
pub(crate) mod roster;
pub(crate) mod set_up;
pub(crate) mod unmasking;
