//! The audit of a board of the committee protocol (`specs/committee.md` 6).

mod again;
mod established;
mod heard;
mod pass;
mod phases;
mod sums;

pub(crate) use pass::Pass;
