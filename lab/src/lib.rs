//! Whole rounds in one process, and attackers to play them with.
//!
//! [`local`] carries messages between honest clients and an honest aggregator. `veragg run` and the
//! facade use nothing else of this crate.
//!
//! Everything else is for tests and measurements. A [`Scene`] is a round before it is played: each client
//! in it is honest until a test says what it does otherwise. A [`Finished`] round is what is left of it,
//! for an audit. The other modules hold attackers:
//!
//! | module | who attacks |
//! |---|---|
//! | [`dealer`] | a client whose shares lie on a polynomial of too high a degree |
//! | [`accuser`] | a client that complains without a reason |
//! | [`false_attester`] | a client that uses false masks and attests to them |
//! | [`equivocator`] | a client that signs two messages in one phase |
//! | [`forger`] | whoever knows a secret of a set-up |
//! | [`corrupt_aggregator`], [`books`] | the aggregator |
//!
//! An attacker knows only what an honest party in its role knows: its own keys, what it was sent, and what its
//! own software saved. The crate uses only public interfaces of the other crates.
//!
//! Code for attackers may panic: it is for tests only.

pub mod accuser;
pub mod books;
pub mod corrupt_aggregator;
pub mod dealer;
pub mod equivocator;
pub mod false_attester;
pub mod forger;
pub mod local;
pub mod set_up;

mod expectations;
mod finished;
mod fixtures;
mod messages;
mod recording;
mod scene;

pub use expectations::{expect, failed_checks, named};
pub use finished::Finished;
pub use fixtures::{
    auditor, client, configuration_builder, id, input, known_key, local_round, ready, ready_in,
    set, PlaySetUp, Suite, SuiteGroup, SuiteScalar, KNOWN_ALPHA,
};
pub use messages::{advertised_keys, position, publication, sign_again, speakers};
pub use recording::{believing, RecordingClient};
pub use scene::{Parties, Scene};

/// The example of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
