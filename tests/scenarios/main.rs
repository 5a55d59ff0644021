//! Whole rounds, honest and attacked, and the command line. One crate: what the tests instantiate of the
//! generic roles is compiled once.
//!
//! With `RUSTFLAGS='--cfg veragg_groth16'` the scenes are on the suite `bls12381-groth16`. What is about the default suite
//! alone is left out: vectors, and the slow reference, which knows no other.
#![allow(clippy::unwrap_used)]

mod cli;

mod attestations;
mod audit_spec;
mod checks;
mod command_line;
#[cfg(not(veragg_groth16))]
mod committee;
mod committee_commands;
mod complaints;
mod corrupt_aggregator;
mod deceived_clients;
mod driving;
mod every_fault;
mod evidence;
mod evidence_files;
mod explain;
mod exports;
mod flipped_bytes;
mod framing;
mod groth16;
mod inputs;
mod laboratory;
mod malicious_clients;
mod misuse;
mod names;
mod origins;
mod output_folder;
#[cfg(not(veragg_groth16))]
mod packages;
#[cfg(not(veragg_groth16))]
mod reference;
mod restarts;
mod rounds;
mod setup;
#[cfg(not(veragg_groth16))]
mod sizes;
mod specs;
mod tables;
#[cfg(not(veragg_groth16))]
mod vectors;
