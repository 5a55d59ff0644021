//! Attacks, as they are written in a scenario: what a client or the aggregator does that an honest one does not.

mod aggregator;
mod client;
mod dealing;
pub(crate) mod file;
pub(crate) mod input;
pub(crate) mod message;
mod proving;
mod record;

pub use aggregator::{AggregatorAttack, FalseCheckpoint};
pub use client::{ClientAttack, FalseEdge};
pub use file::FileAttack;
pub use input::Copied;
pub use record::{MessageName, RecordName, UnknownMessage, UnknownRecord};

use thiserror::Error;

/// Why an attack cannot be played.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotPlayable {
    /// The vector has fewer coordinates.
    #[error("coordinate {coordinate}: the vectors of this round have the coordinates 0 to {last}")]
    NoSuchCoordinate {
        /// The coordinate that is named.
        coordinate: usize,
        /// The last one that there is.
        last: usize,
    },
    /// The masked vector, the sum or the opening has fewer scalars.
    #[error("scalar {scalar}: what is changed there has the scalars 0 to {last} in this round")]
    NoSuchScalar {
        /// The scalar that is named.
        scalar: usize,
        /// The last one that there is.
        last: usize,
    },
    /// The committee has fewer trustees, or fewer masked rows.
    #[error("client {client}: no masked row goes to trustee {trustee} for block {block}: rows go to the trustees {first} to {last}, for the blocks 0 to {last_block}")]
    NoMaskedRow {
        /// The client.
        client: u32,
        /// The trustee that is named.
        trustee: u32,
        /// The block that is named.
        block: usize,
        /// The first trustee to whom rows go.
        first: u32,
        /// The last one.
        last: u32,
        /// The last block.
        last_block: usize,
    },
    /// An attack on a block that the round does not have.
    #[error("block {block}: the pads of this round have the blocks 0 to {last}")]
    NoSuchBlock {
        /// The block that is named.
        block: usize,
        /// The last one that there is.
        last: usize,
    },
    /// An attack on a client with which the attacker has nothing to do.
    #[error("client {client}: `{attack}` needs a neighbour in the graph of the round, and client {other} is none")]
    NotNeighbour {
        /// The client.
        client: u32,
        /// The attack.
        attack: &'static str,
        /// The other client.
        other: u32,
    },
    /// An attack that is made for one place.
    #[error("client {client}: `high-degree` is for client 3 of four clients")]
    ForFour {
        /// The client.
        client: u32,
    },
    /// Two attacks that both replace the software of one client.
    #[error("client {client}: `{attack}` replaces the client's whole software, so it must be the client's first attack, and the only one of this kind")]
    NotFirst {
        /// The client.
        client: u32,
        /// The attack.
        attack: &'static str,
    },
    /// A client that is its own victim, or copies from a later one.
    #[error(
        "client {client}: `{attack}` needs another client with a lower number, and {other} is none"
    )]
    NotBefore {
        /// The client.
        client: u32,
        /// The attack.
        attack: &'static str,
        /// The other client.
        other: u32,
    },
    /// No prover makes that proof.
    #[error("client {client}: nobody can make that proof in this round: the vector does not keep its claims, is packed in another way, or the secrets of the set-up are not known")]
    NoProver {
        /// The client.
        client: u32,
    },
    /// An attack on a record that the board does not have.
    #[error("the board of this round has no record {0}")]
    NoSuchRecord(RecordName),
    /// Bytes that are not written in hexadecimal digits.
    #[error("{0:?} is no bytes in hexadecimal digits")]
    NotHex(String),
}
