//! Verifiable secure aggregation: many clients contribute vectors of integers, nobody sees any of
//! them, and anybody can check the published sum.
//!
//! This crate is the command line `veragg` and a facade over the others: [`circuits`] (what can be
//! proven of a committed vector), [`protocol`] (who says what, when) and [`verifier`] (the
//! independent audit). From `veragg-lab` it takes [`local`], a whole round in one process. Of its own it
//! has [`board_file`], the log in a file; and [`survey`], from a CSV table to statistics.
//!
//! ```
//! use std::io::Cursor;
//!
//! use rand_core::OsRng;
//! use veragg::circuits::bitplane::RistrettoBitplane;
//! use veragg::local::{play, LocalClient, LocalRound};
//! use veragg::protocol::crypto::ids::ClientId;
//! use veragg::protocol::round::{configuration::SegmentConfiguration, organiser::ConfigurationBuilder};
//! use veragg::verifier::{audit, Options, Verdict};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The organiser: three numbers a client, each from 0 to 100; one client in five may drop out.
//! let answers = SegmentConfiguration::integers("answers", 3, 101);
//! let beacon = [7; 32]; // in a real round: public randomness from after the roster was fixed
//! let proposal = ConfigurationBuilder::new(vec![answers], 0, 200_000, beacon);
//! let setting = LocalRound::<RistrettoBitplane>::new(5, proposal, &mut OsRng)?;
//!
//! // The clients and the aggregator; the board is kept in memory.
//! let mut members: Vec<LocalClient<_>> = ClientId::all(5)
//!     .filter_map(|id| setting.client(id, vec![1, 10, u64::from(id.number())]))
//!     .collect();
//! let played = play(setting.aggregator(Vec::new())?, &mut members, |_| ())?;
//! let board = setting.board(played.aggregator.log());
//!
//! // Anybody: is this the sum, and whose?
//! let options = Options {
//!     organiser: Some(setting.organiser),
//!     aggregate: Some(vec![5, 50, 15]),
//!     ..Options::default()
//! };
//! let report = audit(Cursor::new(&board), &options)?;
//! assert_eq!(report.verdict, Verdict::Verified);
//! assert_eq!(report.contributors, [1, 2, 3, 4, 5]);
//! # Ok(())
//! # }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod board_file;
pub mod survey;

pub use veragg_circuits as circuits;
pub use veragg_lab::local;
pub use veragg_protocol as protocol;
pub use veragg_verifier as verifier;
