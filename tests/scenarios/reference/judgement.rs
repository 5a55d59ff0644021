//! The result of the reference: of a board, and of each phase.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Clients, Message};

/// The outcome of a client (`specs/protocol.md` 5.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Contributed,
    Dropped(u8),
    Excluded(u8),
    Isolated,
}

/// What the reference finds on a board.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// The list that each closed phase gives, and the one that its checkpoint holds.
    pub(crate) lists: Vec<(u8, Clients, Clients)>,
    /// The outcomes that are known so far, by client.
    pub(crate) outcomes: BTreeMap<u32, Outcome>,
    /// Clients and the ids of the checks that name them.
    pub(crate) named: BTreeSet<(u32, &'static str)>,
    /// The contributors, if the round is finished.
    pub(crate) contributors: Vec<u32>,
    /// The body of the publication.
    pub(crate) published: Option<Vec<u8>>,
}

/// A message that counts, with its parts, and the clients that had equivocated before it.
pub(crate) struct Counted<'a> {
    pub(crate) message: &'a Message,
    pub(crate) sender: u32,
    pub(crate) parts: Vec<Vec<u8>>,
    pub(crate) equivocated: Clients,
}

/// The list of a phase, and the clients that 5.9.1 excludes and 5.9.4 calls isolated.
#[derive(Default)]
pub(crate) struct Derived {
    pub(crate) list: Clients,
    pub(crate) excluded: Clients,
    pub(crate) isolated: Clients,
}

impl Derived {
    pub(crate) fn of(list: Clients) -> Self {
        Self {
            list,
            ..Self::default()
        }
    }
}
