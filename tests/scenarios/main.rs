//! Whole rounds, honest and attacked, and the command line. One crate: what the tests instantiate of the
//! generic roles is compiled once.
#![allow(clippy::unwrap_used)]

mod cli;

mod attestations;
mod audit_spec;
mod checks;
mod command_line;
mod complaints;
mod corrupt_aggregator;
mod deceived_clients;
mod driving;
mod every_fault;
mod evidence;
mod evidence_files;
mod explain;
mod flipped_bytes;
mod framing;
mod inputs;
mod malicious_clients;
mod misuse;
mod names;
mod origins;
mod output_folder;
mod packages;
mod reference;
mod restarts;
mod rounds;
mod sizes;
mod specs;
mod tables;
mod vectors;
