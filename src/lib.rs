//! Verifiable secure aggregation: many clients contribute vectors of integers, nobody sees any of
//! them, and anybody can check the published sum.
//!
//! The names at the root of this crate lead through a round:
//!
//! | who | what it uses |
//! |---|---|
//! | everybody | [`SigningKey`], [`Round`] |
//! | organiser | [`Roster`], [`SegmentConfiguration`], [`ConfigurationBuilder`], [`Header`] |
//! | client | [`Client`], a [`Store`] such as [`StateFile`] |
//! | aggregator | [`Aggregator`], a [`Log`] such as [`BoardFile`]; it answers with a [`Receipt`] or a refusal |
//! | anybody | [`audit`], [`Options`], [`Report`] |
//!
//! The roles take bytes and give bytes. They do no input or output but through store and log, read no clock,
//! and do not care how the bytes travel. [`examples/roles.rs`] plays a round with them, with a restart on
//! both sides; [`docs/library.md`] says what a deployment has to see to.
//!
//! Below the root stand the crates: [`circuits`] (what can be proven of a committed vector), [`protocol`] (who
//! says what, when), [`verifier`] (the independent audit); and [`typed`], the roles with their suite and state
//! as types.
//!
//! ```
//! use std::io::Cursor;
//!
//! use veragg::protocol::wire::board::Record;
//! use veragg::rand_core::OsRng;
//! use veragg::zeroize::Zeroizing;
//! use veragg::{
//!     audit, Aggregator, Client, ClientId, ConfigurationBuilder, Header, Options, Phase, Reply, Roster,
//!     Round, SegmentConfiguration, SigningKey, Verdict,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Everybody has a long-term key.
//! let keys: Vec<_> = (0..5).map(|_| SigningKey::generate(&mut OsRng)).collect();
//! let aggregator_key = SigningKey::generate(&mut OsRng);
//! let organiser_key = SigningKey::generate(&mut OsRng);
//!
//! // The organiser: three numbers a client, each from 0 to 100; one client in five may drop out.
//! let roster = Roster::new(keys.iter().map(|key| key.verifying_key()).collect())?;
//! let answers = SegmentConfiguration::integers("answers", 3, 101);
//! let beacon = [7; 32]; // in a real round: public randomness from after the roster was fixed
//! let configuration = ConfigurationBuilder::new(vec![answers], 0, 200_000, beacon)
//!     .build(&roster, aggregator_key.verifying_key(), &mut OsRng)?;
//! let header = Header::sign(&configuration, &roster, &organiser_key)?;
//!
//! // Everybody checks what the organiser sent, by its public key.
//! let round = Round::open(&header, &organiser_key.verifying_key())?;
//! let log: Vec<Record> = Vec::new(); // in a real round: a BoardFile
//! let mut aggregator = Aggregator::resume(&round, aggregator_key, log)?;
//! let mut clients = Vec::new();
//! for key in keys {
//!     clients.push(Client::join(&round, key)?);
//! }
//!
//! // Phase by phase: each client answers the package for the phase before.
//! while aggregator.phase() != Phase::Publish {
//!     for client in &mut clients {
//!         let package = aggregator.package(client.id());
//!         let input = [1, 10, u64::from(client.id().number())];
//!         let input = client.needs_input().then_some(&input[..]);
//!         let mut store = Zeroizing::new(Vec::new()); // in a real round: a StateFile
//!         if let Some(message) = client.advance(&package, input, &mut OsRng, &mut store)? {
//!             let reply = aggregator.receive(message, 0)?;
//!             assert!(matches!(reply, Reply::Receipt(_)));
//!         }
//!     }
//!     aggregator.close()?;
//! }
//! let published = aggregator.published().ok_or("no sum")?;
//! assert_eq!(published.sums?, [5, 50, 15]);
//!
//! // Anybody: is this the sum, and whose?
//! let mut board = header.encode();
//! for record in aggregator.records()? {
//!     board.extend(record.encode());
//! }
//! let options = Options {
//!     organiser: Some(organiser_key.verifying_key()),
//!     aggregate: Some(vec![5, 50, 15]),
//!     ..Options::default()
//! };
//! let report = audit(Cursor::new(&board), &options)?;
//! assert_eq!(report.verdict, Verdict::Verified);
//! assert_eq!(report.contributors, [1, 2, 3, 4, 5]);
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `cli` (default): the command line `veragg`, with `survey`, from a CSV table to statistics.
//! - `lab` (part of `cli`): `local`, a whole round in one process.
//!
//! With `default-features = false` there is the library alone: the roles, the audit, board and state files.
//!
//! [`examples/roles.rs`]: https://github.com/veragg/veragg/blob/main/examples/roles.rs
//! [`docs/library.md`]: https://github.com/veragg/veragg/blob/main/docs/library.md
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod board_file;
mod lock_file;
mod state_file;

#[cfg(feature = "cli")]
pub mod costs;
#[cfg(feature = "cli")]
pub mod survey;
#[cfg(feature = "cli")]
pub mod text_file;

pub use veragg_circuits as circuits;
pub use veragg_protocol as protocol;
pub use veragg_verifier as verifier;

/// The random sources that the roles take.
pub use rand_core;
/// [`Zeroizing`](zeroize::Zeroizing) bytes are a [`Store`] in memory.
pub use zeroize;

/// Whole rounds in one process, and attackers to play them with.
#[cfg(feature = "lab")]
pub use veragg_lab as lab;
#[cfg(feature = "lab")]
pub use veragg_lab::local;

pub use board_file::{BoardFile, BoardFileError, BoardPlace};
pub use circuits::proof_system::Suite;
pub use lock_file::LockError;
pub use protocol::aggregator::{Admission, AggregatorError, Log, Reply};
pub use protocol::client::{ClientError, Store};
pub use protocol::crypto::ids::ClientId;
pub use protocol::crypto::signing::{SigningKey, VerifyingKey};
pub use protocol::roles::{Aggregator, Client, Round};
pub use protocol::round::configuration::{Configuration, SegmentConfiguration};
pub use protocol::round::names::{ClientNames, NamesError};
pub use protocol::round::organiser::ConfigurationBuilder;
pub use protocol::round::phase::Phase;
pub use protocol::round::roster::Roster;
pub use protocol::wire::header::Header;
pub use protocol::wire::receipt::Receipt;
pub use state_file::{SavedState, StateFile, StateFileError};
pub use verifier::{audit, Options, Report, Verdict};

/// The roles with suite and state as types: what is out of order does not compile.
pub mod typed {
    pub use crate::protocol::aggregator::Aggregator;
    pub use crate::protocol::client::Client;
    pub use crate::protocol::round::Round;
}
