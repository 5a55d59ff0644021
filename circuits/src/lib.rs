//! What can be proven about a committed vector: groups, commitments, statements and proof systems.
//!
//! This crate knows no client, no round and no file. Its one interface to the rest of the system
//! is [`ProofSystem`](proof_system::ProofSystem): a statement and a vector become commitments to
//! the rows of a packed vector, with a proof that the vector satisfies the statement.
//! `specs/proofs.md` is the normative text.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod apart;
pub mod bad_ones;
pub mod bitplane;
pub mod bulletproofs;
pub mod codec;
pub mod commitment;
pub mod ed25519;
pub mod foreign;
pub mod groth16;
pub mod group;
pub mod hash;
pub mod hedged;
pub mod packing;
pub mod proof_system;
mod range_proof;
pub mod statement;
mod suite;
pub mod transcript;
mod work;

/// The field arithmetic that scalars of every suite share.
pub use ark_ff;

/// The example of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
