//! Messages and records of a board, by what they are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Message, Sender, ENVELOPE_LEN};

use super::NotPlayable;

/// A message of a client or a trustee, written `PHASE of client NUMBER` or `PHASE of trustee NUMBER`. Of several that the sender has
/// sent in the phase it is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageName {
    /// The phase.
    pub phase: Phase,
    /// Who sends it.
    pub sender: Sender,
}

/// A record of a board, by what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RecordName {
    /// A message.
    Message(MessageName),
    /// `checkpoint of PHASE`: the one that closes it.
    Checkpoint(Phase),
    /// `publication`: the message of the aggregator with the sum.
    Publication,
}

/// A name that no message has.
#[derive(Debug, Error)]
#[error("{0:?} names no message; \"submit of client 3\" or \"check of trustee 2\" does")]
pub struct UnknownMessage(String);

/// A name that no record has.
#[derive(Debug, Error)]
#[error("{0:?} names no record; \"submit of client 3\", \"check of trustee 2\", \"checkpoint of submit\" or \"publication\" does")]
pub struct UnknownRecord(String);

/// The first phase of these with a name.
fn phase_of<'a>(mut phases: impl Iterator<Item = &'a Phase>, name: &str) -> Option<Phase> {
    phases.find(|phase| phase.name() == name).copied()
}

impl MessageName {
    /// Whether an envelope is that of such a message.
    pub(crate) fn is_it(self, envelope: &Envelope) -> bool {
        // A board is of one protocol, and there no two phases have one name.
        envelope.sender == self.sender && envelope.phase.name() == self.phase.name()
    }

    /// The client that sends it, unless a trustee does.
    pub fn client(self) -> Option<u32> {
        match self.sender {
            Sender::Client(client) => Some(client.number()),
            _ => None,
        }
    }

    /// The trustee that sends it, unless a client does.
    pub fn trustee(self) -> Option<u32> {
        match self.sender {
            Sender::Trustee(trustee) => Some(trustee.number()),
            _ => None,
        }
    }
}

impl FromStr for MessageName {
    type Err = UnknownMessage;

    fn from_str(name: &str) -> Result<Self, UnknownMessage> {
        let find = || {
            let (phase, sender) = name.split_once(" of ")?;
            let (role, number) = sender.split_once(' ')?;
            let number = number.parse().ok()?;
            let (phase, sender) = match role {
                "client" => (
                    phase_of(Phase::PAIRWISE.iter(), phase)?,
                    Sender::Client(ClientId::new(number)?),
                ),
                "trustee" => (
                    phase_of(Phase::COMMITTEE.iter(), phase)?,
                    Sender::Trustee(TrusteeId::new(number)?),
                ),
                _ => return None,
            };
            Some(Self { phase, sender })
        };
        find().ok_or_else(|| UnknownMessage(name.to_owned()))
    }
}

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.phase.name(), self.sender)
    }
}

impl TryFrom<String> for MessageName {
    type Error = UnknownMessage;

    fn try_from(name: String) -> Result<Self, UnknownMessage> {
        name.parse()
    }
}

impl From<MessageName> for String {
    fn from(name: MessageName) -> Self {
        name.to_string()
    }
}

impl FromStr for RecordName {
    type Err = UnknownRecord;

    fn from_str(name: &str) -> Result<Self, UnknownRecord> {
        let find = || match (name, name.strip_prefix("checkpoint of ")) {
            ("publication", _) => Some(Self::Publication),
            (_, Some(phase)) => {
                let phases = Phase::PAIRWISE.iter().chain(&Phase::COMMITTEE);
                phase_of(phases, phase).map(Self::Checkpoint)
            }
            _ => name.parse().ok().map(Self::Message),
        };
        find().ok_or_else(|| UnknownRecord(name.to_owned()))
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
            Self::Message(message) => message.fmt(f),
            Self::Checkpoint(phase) => write!(f, "checkpoint of {}", phase.name()),
            Self::Publication => f.write_str("publication"),
        }
    }
}

impl RecordName {
    fn is_it(self, record: &Record, clients: u32) -> bool {
        let message = match self {
            Self::Checkpoint(phase) => {
                let closes = |it: Checkpoint| it.phase.name() == phase.name();
                return record.kind == RecordKind::Checkpoint
                    && Checkpoint::decode(&record.bytes, clients).is_ok_and(closes);
            }
            Self::Message(message) => message,
            Self::Publication => MessageName {
                phase: Phase::Publish,
                sender: Sender::Aggregator,
            },
        };
        let envelope = match record.kind {
            RecordKind::Checkpoint => None,
            RecordKind::Message => Message::decode(&record.bytes).ok().map(|it| it.envelope),
            RecordKind::Submission => record
                .bytes
                .get(..ENVELOPE_LEN)
                .and_then(|bytes| Envelope::decode(bytes).ok()),
        };
        envelope.is_some_and(|envelope| message.is_it(&envelope))
    }

    /// Where the record is on a board of so many clients.
    pub(super) fn place(self, records: &[Record], clients: u32) -> Result<usize, NotPlayable> {
        let place = records
            .iter()
            .position(|record| self.is_it(record, clients));
        place.ok_or(NotPlayable::NoSuchRecord(self))
    }
}
