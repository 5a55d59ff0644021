//! The independent audit of a board: recomputes everything, names every cheater, trusts nobody.
//!
//! [`audit`] reads a board as a stream, offline, without a secret and without a clock, and gives a
//! [`Report`]: the same board gives the same report, byte for byte, on any number of threads. It
//! is total: every input gives a report or a typed error. `specs/audit.md` is the normative text.
//!
//! Of the protocol crate it uses the messages, the public arithmetic, and of each phase the one judgement
//! of a body (`pairwise`), which the aggregator uses too. The roles are behind a feature that this crate
//! does not enable. Lists, names and the verdict are decided here alone. The slow reference in the
//! tests of the workspace shares no code with this crate: it was written from the specification.
//!
//! | module | what it holds |
//! |---|---|
//! | `audit` | the entrance: configuration and roster, the verdict |
//! | `pass` | the one pass over the records, a loop over the phases |
//! | `phases` | one file a phase: how its messages are read and judged, its list, what comes next |
//! | `ground` | what the board has established so far |
//! | `checks` | the checks that belong to no phase, or to the publication |
//! | [`step`], `findings` | what can be wrong, and what was found |
//! | [`report`], [`evidence`] | what comes out |
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
pub mod evidence;
mod findings;
mod ground;
mod options;
mod pass;
mod phases;
pub mod report;
pub mod step;
mod text;

pub use aggregate_metadata::AggregateMetadata;
pub use audit::{audit, AuditError};
pub use check::Check;
pub use options::Options;
pub use report::{Culprit, Fault, Report, Status, Verdict};
pub use step::{Step, StepNumber};

/// The example of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
