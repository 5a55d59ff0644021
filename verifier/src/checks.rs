//! The checks that belong to no phase, and those of the publication (`specs/audit.md` 2).

pub(crate) mod aggregate;
pub(crate) mod chain;
pub(crate) mod committee;
pub(crate) mod configuration;
pub(crate) mod contributors;
pub(crate) mod inputs;
pub(crate) mod messages;
pub(crate) mod publication;
pub(crate) mod receipts;
pub(crate) mod roster;
pub(crate) mod signatures;
pub(crate) mod trusted_set_up;
