//! Each rule of the protocol and each step of the audit is needed: it stops an attack that succeeds when only
//! this rule or step is off, and all others are in force.
//!
//! Run `VERAGG_SWITCHES=1 cargo test -p veragg-necessity`. Without the variable no rule can be off, and this
//! file holds no test.
//!
//! | module | what it holds |
//! |---|---|
//! | [`rules`] | attacks on clients and on the aggregator, by rule |
//! | [`steps`] | attacks on boards, by step of the audit |
//! | [`watched`] | attempts to read inputs, by rule |
//! | [`patched`] | attacks that succeed under a patch of the source, for rules that no switch can turn off |
//! | [`complete`] | tests that no rule and no step is forgotten |
#![cfg(veragg_switches)]
// A corrupt client is honest software of which the attacker knows the secrets.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod complete;
mod patched;
mod rules;
mod steps;
mod watched;
