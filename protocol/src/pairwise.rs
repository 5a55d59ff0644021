//! The protocol of pairwise masks, phase by phase (`specs/protocol.md` 3 to 5): of each phase the codec
//! of its body, how long that is, and the judgement that aggregator and verifier both need.
//!
//! | module | what it holds |
//! |---|---|
//! | [`enter`] | what is checked before the first message |
//! | [`breach`] | what a body breaks |
//! | [`advertise`], [`share`], [`confirm`], [`submit`], [`attest`], [`dispute`], [`acknowledge`], [`unmask`], [`publish`] | the phases |
//! | [`false_attestations`] | attestations that reconstructed secrets contradict |
//! | [`sizes`] | how many bytes a client sends and receives |
#![cfg_attr(
    feature = "roles",
    doc = "| [`package`], [`fraud proof`] | what the aggregator sends to a client |"
)]

pub mod acknowledge;
pub mod advertise;
pub mod attest;
pub mod breach;
pub mod confirm;
pub mod dispute;
pub mod enter;
pub mod false_attestations;
#[cfg(feature = "roles")]
pub mod fraud_proof;
#[cfg(feature = "roles")]
pub mod package;
pub mod publish;
pub mod share;
pub mod sizes;
pub mod submit;
pub mod unmask;

pub use breach::Breach;
