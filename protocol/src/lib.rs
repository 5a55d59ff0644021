//! The protocol of a round: messages, masks, shares, the graph of neighbours and the board; and, behind the feature
//! `roles`, client and aggregator as state machines.
//!
//! Nothing here does input or output, reads a clock or owns a thread beyond rayon's. The verifier
//! uses everything but the roles. `specs/protocol.md` and `specs/wire.md` are the normative text.
//!
//! | module | what it holds |
//! |---|---|
//! | [`crypto`] | keys, proofs, shares, masks, Merkle trees |
//! | [`set_up`] | the key of a suite that needs one, made by several people |
//! | [`round`] | what is fixed before the first message |
//! | [`wire`] | the bytes of messages and of the board |
//! | [`pairwise`] | the phases of the pairwise protocol: bodies, and how they are judged |
//! | [`committee`] | the same of the committee protocol, with its roles |
#![cfg_attr(
    feature = "roles",
    doc = "| [`client`], [`aggregator`] | the roles, with suite and state as types: one file a phase |\n| [`roles`] | the roles as one type each, whatever the suite and the state |"
)]
//!
//! Each module uses only modules above it in this table; all use [`rule`], the names of the rules. Each phase has a file
//! of its name in `pairwise`, in `client`, in `aggregator`, and in the verifier, such as `attest.rs`. (In publish no
//! client sends a message, so `client` has no file for it.)
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod committee;
pub mod crypto;
pub mod pairwise;
pub mod round;
pub mod rule;
pub mod set_up;
#[doc(hidden)]
pub mod switch;
pub mod wire;

#[cfg(feature = "roles")]
pub mod aggregator;
#[cfg(feature = "roles")]
pub mod client;
#[cfg(feature = "roles")]
pub mod roles;

pub use veragg_circuits as circuits;

/// The example of the README, as a test.
#[cfg(all(doctest, feature = "roles"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
