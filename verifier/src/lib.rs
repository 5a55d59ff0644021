//! The independent audit of a board. It recomputes everything, names every culprit, and trusts nobody.
//!
//! [`audit`] reads a board piece by piece, offline, without a secret and without a clock, and returns a
//! [`Report`]. The same board gives the same report, byte for byte, on any number of threads. Every input gives
//! a report or a typed error. `specs/audit.md` is the normative text.
//!
//! From the protocol crate it uses the messages, the public arithmetic, and for each phase the code that judges
//! a body (`pairwise`), which the aggregator uses too. The roles are behind a feature that this crate does not
//! enable. This crate alone decides about lists, culprits and the verdict. The tests of the workspace compare
//! it with a slow reference, which was written from the specification and shares no code with it.
//!
//! | module | what it holds |
//! |---|---|
//! | `audit` | the beginning and the end: configuration and roster, and the verdict |
//! | `pairwise`, `committee` | for each protocol the single pass over the records, and one file for each phase: how its messages are read and judged, its list, the next phase |
//! | `checks` | the checks that belong to no phase, and those of the publication |
//! | [`step`], `findings` | the conditions that the audit asks for, and those that do not hold |
//! | [`report`], [`evidence`] | the results |
//! | [`program`] | the version and the commit that every result names |
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unreachable
)]

pub mod aggregate_metadata;
mod audit;
pub mod check;
mod checks;
mod committee;
pub mod evidence;
mod findings;
mod given;
mod options;
mod pairwise;
mod passed;
pub mod program;
pub mod report;
pub mod step;
mod text;
mod words;

pub use aggregate_metadata::AggregateMetadata;
pub use audit::{audit, AuditError};
pub use check::Check;
pub use given::GivenError;
pub use options::Options;
pub use program::Program;
pub use report::{Culprit, Fault, Report, Status, Verdict};
pub use step::{Step, StepNumber};

/// The example of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
