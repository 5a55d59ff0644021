//! The committee protocol (`specs/committee.md`): its round, bodies and packages, and how they are judged.
//!
//! | module | what it holds |
//! |---|---|
//! | [`round`] | a round of this protocol, as every party sees it, and how it is entered |
//! | [`organiser`] | how a configuration is chosen |
//! | [`parts`] | the parts of a submission: how many, how long, and where |
//! | [`interpolation`], [`pads`] | the polynomials of a sharing, and the pads that a client and a trustee have in common |
//! | [`submit`], [`masked`] | what a submission says, and whether its masked rows are the committed ones |
//! | [`upload`] | a submission as it goes over the network |
//! | [`record`] | a submission as it stands on the board |
//! | [`check`], [`open`] | complaints of trustees, and the sums that they open |
//! | [`package`] | what the aggregator sends to trustees |
//! | [`sizes`] | how many bytes each party sends and receives |
#![cfg_attr(
    feature = "roles",
    doc = "| [`client`], [`trustee`], [`aggregator`] | the roles, with the suite, and the state of a trustee, as types |"
)]

#[cfg(feature = "roles")]
pub mod aggregator;
pub mod check;
#[cfg(feature = "roles")]
pub mod client;
pub mod interpolation;
pub mod masked;
pub mod open;
pub mod organiser;
pub mod package;
pub mod pads;
pub mod parts;
pub mod record;
pub mod round;
pub mod sizes;
pub mod submit;
#[cfg(feature = "roles")]
pub mod trustee;
pub mod upload;

#[cfg(test)]
mod tests;
