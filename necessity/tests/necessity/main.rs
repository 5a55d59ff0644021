//! Each rule of the protocol and each step of the audit is needed: there is an attack that it stops, and
//! that goes through without it, all others in force.
//!
//! Run `VERAGG_SWITCHES=1 cargo test -p veragg-necessity`. Without the variable nothing can be left out,
//! and there is no test here.
//!
//! | module | what it holds |
//! |---|---|
//! | [`rules`] | attacks on clients and on the aggregator, by rule |
//! | [`steps`] | attacks on boards, by step of the audit |
//! | [`patched`] | attacks that an alteration of the source lets through, where no condition can be left out |
//! | [`complete`] | that no rule and no step is forgotten |
#![cfg(veragg_switches)]
#![allow(clippy::unwrap_used)]

mod complete;
mod patched;
mod rules;
mod steps;
