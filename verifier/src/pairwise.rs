//! The audit of a board of the pairwise protocol (`specs/audit.md` 3).

pub(crate) mod checks;
mod established;
mod pass;
mod phases;

pub(crate) use pass::Pass;
