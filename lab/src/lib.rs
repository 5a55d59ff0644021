//! Whole rounds in one process, and attackers to play them with.
//!
//! [`local`] carries messages between honest clients and an honest aggregator. `veragg run` and the
//! facade use nothing else of this crate.
//!
//! [`scenario`] plays attacks that are written as files, and compares what comes out with what must come out. It has a
//! catalogue of some 290. A scenario can have a [`network`] that loses and repeats messages and restarts everybody.
//! [`simulation`] plays random rounds with random attackers, and objects to what must not happen.
//!
//! Everything else is what these are made of. A [`Scene`](scene::Scene) is a round before it is played: each client
//! in it is honest until a test says what it does otherwise. A [`Finished`](finished::Finished) round is what is left of it,
//! for an audit. The other modules hold attackers:
//!
//! | module | who attacks |
//! |---|---|
//! | [`attack`] | everybody, as scenarios name it |
//! | [`dealer`] | a client whose shares lie on a polynomial of too high a degree |
//! | [`accuser`] | a client that complains without a reason |
//! | [`false_attester`] | a client that uses false masks and attests to them |
//! | [`equivocator`] | a client that signs two messages in one phase |
//! | [`forger`] | whoever knows a secret of a set-up |
//! | [`corrupt_aggregator`], [`books`] | the aggregator |
//! | [`watcher`] | the aggregator with corrupt clients, to learn inputs |
//!
//! [`committee`] has the same for the committee protocol: a table at which its parties meet, attackers, and a
//! [watcher](committee::watcher). [`boards`] are boards of that protocol.
//!
//! An attacker knows only what an honest party in its role knows: its own keys, what it was sent, and what its
//! own software holds. The crate uses only public interfaces of the other crates.
//!
//! Do not use an attacker in a real round.

// A corrupt client is honest software of which the attacker knows the secrets.
#![allow(clippy::disallowed_methods)]

pub mod accuser;
pub mod attack;
pub mod boards;
pub mod books;
pub mod committee;
pub mod corrupt_aggregator;
pub mod dealer;
pub mod encoding;
pub mod equivocator;
pub mod false_attester;
pub mod finished;
pub mod fixtures;
pub mod forger;
pub mod local;
pub mod network;
pub mod protocol_name;
pub mod recording;
pub mod scenario;
pub mod scene;
pub mod set_up;
pub mod simulation;
pub mod watcher;

mod default_suite;
mod delivery;
mod expectations;
mod messages;
mod phase_name;
mod workers;

pub use default_suite::{
    configuration_builder, local_round, ready, Books, CorruptAggregator, FalseAttester, Finished,
    RecordingClient, Scene, Suite, SuiteGroup, SuiteScalar,
};
pub use expectations::{expect, failed_checks, named};
pub use fixtures::{auditor, client, id, input, known_key, ready_in, set, PlaySetUp, KNOWN_ALPHA};
pub use messages::{advertised_keys, position, publication, sign_again, speakers};
pub use recording::believing;
pub use scene::Parties;

/// The example of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
