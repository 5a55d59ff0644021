//! Who says what, when: messages, masks, shares, neighbour graph, board; and, behind the feature
//! `roles`, client and aggregator as state machines.
//!
//! Nothing here does input or output, reads a clock or owns a thread beyond rayon's. The verifier
//! uses everything but the roles. `specs/protocol.md` and `specs/wire.md` are the normative text.
//!
//! | module | what it holds |
//! |---|---|
//! | [`configuration`], [`roster`], [`parameters`], [`sizes`], [`graph`], [`round`] | what is fixed before the first message |
//! | [`message`], [`body`], [`checkpoint`], [`receipt`], [`tree`], [`board`] | how things are said, and kept |
//! | [`advertise`], [`share`], [`confirm`], [`submit`], [`attest`], [`unmask`], [`publish`] | what is said, phase by phase |
//! | [`dh`], [`possession`], [`revealed`], [`sealing`], [`sharing`], [`masks`], [`opening`], [`rules`] | the arithmetic |
#![cfg_attr(
    feature = "roles",
    doc = "| [`organiser`], [`client`], [`aggregator`], [`packet`], [`conviction`] | the roles |"
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod advertise;
pub mod attest;
pub mod board;
pub mod body;
pub mod checkpoint;
pub mod configuration;
pub mod confirm;
#[cfg(feature = "roles")]
pub mod conviction;
pub mod dh;
pub mod dispute;
pub mod graph;
pub mod hash;
pub mod labels;
pub mod lies;
pub mod masks;
pub mod members;
pub mod message;
pub mod opening;
#[cfg(feature = "roles")]
pub mod packet;
pub mod parameters;
pub mod phase;
pub mod possession;
pub mod publish;
pub mod receipt;
pub mod revealed;
pub mod roster;
pub mod round;
mod rule;
pub mod rules;
pub mod sealing;
pub mod share;
pub mod sharing;
pub mod signing;
pub mod sizes;
pub mod submit;
pub mod tree;
pub mod unmask;

#[cfg(feature = "roles")]
pub mod aggregator;
#[cfg(feature = "roles")]
pub mod client;
#[cfg(all(test, feature = "roles"))]
mod mutations;
#[cfg(feature = "roles")]
pub mod organiser;

pub use veragg_circuits as circuits;
