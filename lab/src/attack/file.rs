//! What anybody can do who has the file of a board: it signs nothing with a key of the round.
// What is unwrapped here is a record or a configuration of the round itself.
#![allow(clippy::unwrap_used)]

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::configuration::SignedConfiguration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::{Message, Sender};

use super::message::place;
use super::NotPlayable;
use crate::local::LocalRound;
use crate::phase_name::PhaseName;

/// A record of a board, by what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RecordName {
    /// `PHASE of client NUMBER`: its first message of the phase.
    Message(Phase, ClientId),
    /// `checkpoint of PHASE`: the one that closes it.
    Checkpoint(Phase),
    /// `publication`: the message of the aggregator with the sum.
    Publication,
}

/// A name that no record has.
#[derive(Debug, Error)]
#[error("{0:?} names no record; \"submit of client 3\", \"checkpoint of submit\" or \"publication\" does")]
pub struct UnknownRecord(String);

impl FromStr for RecordName {
    type Err = UnknownRecord;

    fn from_str(name: &str) -> Result<Self, UnknownRecord> {
        let unknown = || UnknownRecord(name.to_owned());
        if name == "publication" {
            return Ok(Self::Publication);
        }
        let (one, other) = name.split_once(" of ").ok_or_else(unknown)?;
        let phase = |name: &str| name.parse::<PhaseName>().map_err(|_| unknown());
        if one == "checkpoint" {
            return Ok(Self::Checkpoint(phase(other)?.0));
        }
        let number = other.strip_prefix("client ").and_then(|it| it.parse().ok());
        let client = number.and_then(ClientId::new).ok_or_else(unknown)?;
        Ok(Self::Message(phase(one)?.0, client))
    }
}

impl TryFrom<String> for RecordName {
    type Error = UnknownRecord;

    fn try_from(name: String) -> Result<Self, UnknownRecord> {
        name.parse()
    }
}

impl From<RecordName> for String {
    fn from(name: RecordName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(phase, client) => write!(f, "{} of client {client}", phase.name()),
            Self::Checkpoint(phase) => write!(f, "checkpoint of {}", phase.name()),
            Self::Publication => f.write_str("publication"),
        }
    }
}

impl RecordName {
    fn is_it(self, record: &Record, clients: u32) -> bool {
        let (phase, sender) = match self {
            Self::Checkpoint(phase) => {
                let closes = |it: Checkpoint| it.phase == phase;
                return record.kind == RecordKind::Checkpoint
                    && Checkpoint::decode(&record.bytes, clients).is_ok_and(closes);
            }
            Self::Message(phase, client) => (phase, Sender::Client(client)),
            Self::Publication => (Phase::Publish, Sender::Aggregator),
        };
        let message = Message::decode(&record.bytes).ok();
        let message = message.filter(|_| record.kind == RecordKind::Message);
        message.is_some_and(|it| (it.envelope.phase, it.envelope.sender) == (phase, sender))
    }

    /// Where the record is on a board of so many clients.
    fn place(self, records: &[Record], clients: u32) -> Result<usize, NotPlayable> {
        let place = records
            .iter()
            .position(|record| self.is_it(record, clients));
        place.ok_or(NotPlayable::NoSuchRecord(self))
    }
}

/// What somebody does to the file of a board.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum FileAttack {
    /// A record is taken away.
    Remove {
        /// Which one.
        record: RecordName,
    },
    /// All records from this one on are taken away.
    Cut {
        /// The first that is missing.
        from: RecordName,
    },
    /// A record is there twice.
    Double {
        /// Which one.
        record: RecordName,
    },
    /// Two records change places.
    Swap {
        /// One of them.
        record: RecordName,
        /// The other one.
        with: RecordName,
    },
    /// One bit of a record is changed.
    Flip {
        /// Which one.
        record: RecordName,
        /// The byte, counted from 0, or from the end if it is negative.
        byte: i64,
    },
    /// A record is replaced by the one of an earlier round of the same parties.
    Splice {
        /// Which one.
        record: RecordName,
    },
    /// The configuration asks for less, and nobody has signed it.
    Configuration {
        /// The bound of the first segment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bound: Option<u64>,
        /// How many shares reconstruct a secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        threshold: Option<u32>,
        /// How many contributors there must be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_contributors: Option<u32>,
        /// How many neighbours a client has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        degree: Option<u32>,
        /// How many numbers the first segment has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        len: Option<usize>,
    },
    /// The configuration is signed by somebody who is not the organiser.
    OtherOrganiser {},
}

impl FileAttack {
    /// The clients that the attack names.
    pub fn clients(&self) -> impl Iterator<Item = u32> {
        let named = match self {
            Self::Remove { record }
            | Self::Cut { from: record }
            | Self::Double { record }
            | Self::Flip { record, .. }
            | Self::Splice { record } => [Some(*record), None],
            Self::Swap { record, with } => [Some(*record), Some(*with)],
            Self::Configuration { .. } | Self::OtherOrganiser {} => [None, None],
        };
        named
            .into_iter()
            .flatten()
            .filter_map(|record| match record {
                RecordName::Message(_, client) => Some(client.number()),
                _ => None,
            })
    }

    /// Whether it needs the records of an earlier round.
    pub(crate) fn needs_earlier(&self) -> bool {
        matches!(self, Self::Splice { .. })
    }

    /// Does this to the file. `earlier`: the records of an earlier round of the same parties, if it needs them.
    pub(crate) fn apply<P: ProofSystem>(
        &self,
        local: &LocalRound<P>,
        header: &mut Header,
        records: &mut Vec<Record>,
        earlier: &[Record],
    ) -> Result<(), NotPlayable> {
        let clients = local.round.clients();
        match self {
            Self::Remove { record } => {
                records.remove(record.place(records, clients)?);
            }
            Self::Cut { from } => records.truncate(from.place(records, clients)?),
            Self::Double { record } => {
                let place = record.place(records, clients)?;
                records.insert(place, records[place].clone());
            }
            Self::Swap { record, with } => {
                let places = [
                    record.place(records, clients)?,
                    with.place(records, clients)?,
                ];
                records.swap(places[0], places[1]);
            }
            Self::Flip { record, byte } => {
                let which = record.place(records, clients)?;
                let record = &mut records[which];
                if let Some(at) = place(record.bytes.len(), *byte) {
                    record.bytes[at] ^= 1;
                }
            }
            Self::Splice { record } => {
                let place = record.place(records, clients)?;
                records[place] = earlier[record.place(earlier, clients)?].clone();
            }
            Self::Configuration {
                bound,
                threshold,
                min_contributors,
                degree,
                len,
            } => {
                let mut changed = local.round.configuration().clone();
                fn set<T: Copy>(field: &mut T, new: &Option<T>) {
                    *field = new.unwrap_or(*field);
                }
                set(&mut changed.segments[0].claims.bound, bound);
                set(&mut changed.segments[0].claims.len, len);
                if let Some(pairwise) = changed.pairwise_mut() {
                    set(&mut pairwise.masking.threshold, threshold);
                    set(&mut pairwise.masking.degree, degree);
                }
                set(&mut changed.min_contributors, min_contributors);
                header.configuration.bytes = changed.encode();
            }
            Self::OtherOrganiser {} => {
                let key = SigningKey::from_bytes(&[0x5a; 32]);
                let configuration = local.round.configuration();
                header.configuration = SignedConfiguration::sign(configuration, &key);
            }
        }
        Ok(())
    }
}
