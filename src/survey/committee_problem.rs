//! What a configuration may say wrong about its protocol and its committee.

use thiserror::Error;
use veragg_circuits::foreign::Foreign;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CommitteeProblem {
    /// The protocol is none.
    #[error("unknown protocol `{}`; known: pairwise, committee", Foreign::new(.0))]
    Protocol(String),
    /// A block is about a committee, and the round has none.
    #[error("{0} is about the trustees of a committee, and this round has none; write `protocol = \"committee\"` under [round], or remove the block")]
    NoCommittee(&'static str),
    /// A committee that is none.
    #[error("[committee]: {0}")]
    Refused(String),
    /// A trustee that is to be absent does not exist.
    #[error("trustee {trustee} does not exist; the trustees are numbered from 1 to {trustees}")]
    UnknownTrustee {
        /// The configured value.
        trustee: u32,
        /// The number of trustees.
        trustees: u32,
    },
    /// A trustee is absent twice.
    #[error("trustee {trustee} is already absent on line {first}; remove one of the two")]
    AbsentTwice {
        /// The configured value.
        trustee: u32,
        /// The line of the first block.
        first: usize,
    },
    /// So many clients may be corrupt that no sum is one of two honest clients.
    #[error("`corrupt` is too large for {clients} clients: {corrupt} of them may conspire, and {least} contributors would be needed so that two are honest; lower `corrupt`, or have more clients")]
    TooManyCorrupt {
        /// The number of clients.
        clients: u32,
        /// How many of them may be corrupt.
        corrupt: u32,
        /// How many contributors would be needed.
        least: u32,
    },
    /// A client is to cheat in a round of the committee protocol.
    #[error("[[cheat]] plays cheaters of the pairwise protocol only; remove the block, or the line `protocol = \"committee\"`")]
    Cheat,
}
