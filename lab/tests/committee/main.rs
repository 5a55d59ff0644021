//! Rounds of the committee protocol: honest ones, and what malicious parties try.
#![allow(clippy::unwrap_used)]

mod entering;
mod restarts;
mod rounds;
mod simulation;
mod submissions;
mod table;
mod trustees;
mod uploads;
mod watchers;
