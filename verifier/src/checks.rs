//! The checks that belong to no phase, and those of the publication (`specs/audit.md` 2).

pub(crate) mod aggregate;
pub(crate) mod chain;
pub(crate) mod configuration;
pub(crate) mod contributors;
pub(crate) mod graph;
pub(crate) mod messages;
pub(crate) mod opening;
pub(crate) mod receipts;
pub(crate) mod roster;
pub(crate) mod trusted_set_up;
