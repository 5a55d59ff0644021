//! An aggregator as clients and trustees meet it: an honest one, or one that does what a scenario says.
// What is unwrapped here has been made by the software of the round itself.
#![allow(clippy::unwrap_used)]

use std::borrow::Cow;

use veragg_protocol::aggregator::Reply;
use veragg_protocol::crypto::ids::TrusteeId;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::receipt::Receipt;
use zeroize::Zeroizing;

use super::corrupt::Corrupt;
use super::{Desk, Parties, Table};

/// An aggregator with one board, and whom it shows that board.
pub(crate) struct Collector<'a> {
    side: Side<'a>,
    /// The trustees that are shown this board and none of the boards before it. The first board is shown to all others.
    pub(crate) to: Vec<u32>,
    /// Why the round ended here without a sum, if it did.
    pub(crate) ended: Option<String>,
    /// What the honest software of each trustee has saved in answer to this board.
    pub(crate) saved: Vec<Zeroizing<Vec<u8>>>,
}

enum Side<'a> {
    Honest(Box<Table<'a>>),
    Corrupt(Corrupt<'a>),
}

/// The answer to a message.
pub(crate) enum Answer {
    /// It was taken, or the aggregator says so.
    Receipt(Receipt),
    /// It was refused.
    Refused,
}

impl<'a> Collector<'a> {
    /// An honest aggregator.
    pub(crate) fn honest(parties: &'a Parties) -> Self {
        Self::of(Side::Honest(Box::new(Table::new(parties))), parties)
    }

    /// A corrupt one.
    pub(crate) fn corrupt(parties: &'a Parties, corrupt: Corrupt<'a>) -> Self {
        Self::of(Side::Corrupt(corrupt), parties)
    }

    fn of(side: Side<'a>, parties: &Parties) -> Self {
        let trustees = 0..parties.trustees.len();
        Self {
            side,
            to: Vec::new(),
            ended: None,
            saved: trustees.map(|at| parties.trustee(at).saved()).collect(),
        }
    }

    /// The board is shown to these trustees.
    pub(crate) fn to(self, to: &[u32]) -> Self {
        let to = to.to_vec();
        Self { to, ..self }
    }

    /// Takes a message or an upload, or refuses it.
    pub(crate) fn receive(&mut self, arrived: Vec<u8>) -> Answer {
        match &mut self.side {
            Side::Honest(table) => match table.aggregator.receive(arrived, 0).unwrap() {
                Reply::Receipt(receipt) => Answer::Receipt(receipt),
                Reply::Refusal(_) => Answer::Refused,
            },
            Side::Corrupt(corrupt) => match corrupt.receive(arrived) {
                Some(receipt) => Answer::Receipt(receipt),
                None => Answer::Refused,
            },
        }
    }

    /// Closes a phase, if it does. Gives the boards that begin there, with other lists.
    pub(crate) fn close(&mut self, phase: Phase) -> Vec<Self> {
        let mut forks = Vec::new();
        let closed = match &mut self.side {
            Side::Honest(table) => table
                .aggregator
                .close(u64::MAX)
                .map_err(|error| error.to_string()),
            Side::Corrupt(corrupt) => {
                let fork = |(to, corrupt): (&[u32], Corrupt<'a>)| Self {
                    side: Side::Corrupt(corrupt),
                    to: to.to_vec(),
                    ended: None,
                    saved: self.saved.clone(),
                };
                forks = corrupt.forks(phase).into_iter().map(fork).collect();
                corrupt.close(phase)
            }
        };
        self.ended = closed.err();
        forks
    }

    /// What a trustee is shown before it speaks in a phase.
    pub(crate) fn package(&self, phase: Phase, trustee: TrusteeId) -> Vec<u8> {
        match &self.side {
            Side::Honest(table) => {
                let aggregator = &table.aggregator;
                match phase {
                    Phase::Check => {
                        let mut package = Vec::new();
                        let written = aggregator.submit_package(trustee, &mut package);
                        written.map(|()| package).unwrap()
                    }
                    Phase::ConfirmList => aggregator.check_package().unwrap_or_default(),
                    _ => aggregator.confirm_package().unwrap().unwrap_or_default(),
                }
            }
            Side::Corrupt(corrupt) => match phase {
                Phase::Check => corrupt.desk.submit_package(trustee),
                _ => corrupt.desk.package(),
            },
        }
    }

    /// What lies on its desk, for those who conspire with it or see the board.
    pub(crate) fn desk(&self) -> Cow<'_, Desk<'a>> {
        match &self.side {
            Side::Honest(table) => Cow::Owned(Desk::like(table)),
            Side::Corrupt(corrupt) => Cow::Borrowed(&corrupt.desk),
        }
    }

    /// The records of the board.
    pub(crate) fn records(&self) -> Vec<Record> {
        match &self.side {
            Side::Honest(table) => table.board(),
            Side::Corrupt(corrupt) => corrupt.desk.records.clone(),
        }
    }

    /// The checkpoints of the board.
    pub(crate) fn checkpoints(&self) -> Vec<Checkpoint> {
        self.desk().checkpoints.clone()
    }
}
