//! Who says what, when: messages, masks, shares, neighbour graph, board; and, behind the feature
//! `roles`, client and aggregator as state machines.
//!
//! Nothing here does input or output, reads a clock or owns a thread beyond rayon's. The verifier
//! uses everything but the roles. `specs/protocol.md` and `specs/wire.md` are the normative text.
//!
//! | module | what it holds |
//! |---|---|
//! | [`crypto`] | the public arithmetic: keys, proofs, shares, masks, trees |
//! | [`round`] | what is fixed before the first message |
//! | [`wire`] | how things are said, and kept |
//! | [`pairwise`] | the phases: bodies, and how they are judged |
#![cfg_attr(
    feature = "roles",
    doc = "| [`client`], [`aggregator`] | the roles, with suite and state as types: one file a phase |\n| [`roles`] | the roles as one type each, whatever the suite and the state |"
)]
//!
//! Each module uses only modules above it in this table; all use [`rule`], the names of what can be wrong.
//! A phase has one file, of the same name, in each place: `attest.rs` stands in `pairwise`, in `client`, in
//! `aggregator`, and in the verifier. (In publish no client speaks.)
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod crypto;
pub mod pairwise;
pub mod round;
pub mod rule;
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
