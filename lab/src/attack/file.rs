//! What anybody can do who has the file of a board: it signs nothing with a key of the round.
// What is unwrapped here is a record or a configuration of the round itself.
#![allow(clippy::unwrap_used)]

use serde::{Deserialize, Serialize};
use veragg_protocol::committee::parts::Parts;
use veragg_protocol::committee::record::Abridged;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::configuration::{Configuration, SignedConfiguration};
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::ENVELOPE_LEN;

use super::message::place;
use super::record::{MessageName, RecordName};
use super::NotPlayable;
use crate::protocol_name::ProtocolName;

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
    /// The masked row that is shown is taken out of the record of a submission.
    Conceal {
        /// Which one.
        record: RecordName,
    },
    /// The configuration asks for less, and nobody has signed it.
    Configuration {
        /// The bound of the first segment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bound: Option<u64>,
        /// How many shares reconstruct a secret, in the pairwise protocol.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        threshold: Option<u32>,
        /// How many contributors there must be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_contributors: Option<u32>,
        /// How many neighbours a client has, in the pairwise protocol.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        degree: Option<u32>,
        /// How many trustees may collude with the aggregator, in the committee protocol.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        colluding: Option<u32>,
        /// How many numbers the first segment has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        len: Option<usize>,
    },
    /// The configuration is signed by somebody who is not the organiser.
    OtherOrganiser {},
}

/// What a file is of.
pub(crate) struct FileOf<'a> {
    /// The configuration.
    pub(crate) configuration: &'a Configuration,
    /// The records of an earlier round of the same parties, if an attack needs them.
    pub(crate) earlier: &'a [Record],
    /// The parts of a submission, in the committee protocol.
    pub(crate) parts: Option<&'a Parts>,
}

impl FileAttack {
    /// The messages that the attack names.
    pub fn messages(&self) -> impl Iterator<Item = MessageName> {
        let named = match self {
            Self::Remove { record }
            | Self::Cut { from: record }
            | Self::Double { record }
            | Self::Flip { record, .. }
            | Self::Conceal { record }
            | Self::Splice { record } => [Some(*record), None],
            Self::Swap { record, with } => [Some(*record), Some(*with)],
            Self::Configuration { .. } | Self::OtherOrganiser {} => [None, None],
        };
        named
            .into_iter()
            .flatten()
            .filter_map(|record| match record {
                RecordName::Message(message) => Some(message),
                _ => None,
            })
    }

    /// What of it does not exist in both protocols, by the name under which it is written, with the protocol that has it.
    pub(crate) fn only_in(&self) -> Vec<(ProtocolName, &'static str)> {
        use ProtocolName::{Committee, Pairwise};
        match self {
            Self::Configuration {
                threshold,
                degree,
                colluding,
                ..
            } => {
                let only = [
                    (threshold, Pairwise, "threshold"),
                    (degree, Pairwise, "degree"),
                    (colluding, Committee, "colluding"),
                ];
                let set = only.into_iter().filter(|(field, ..)| field.is_some());
                set.map(|(_, protocol, name)| (protocol, name)).collect()
            }
            Self::Conceal { .. } => vec![(Committee, "conceal")],
            _ => Vec::new(),
        }
    }

    /// Whether it needs the records of an earlier round.
    pub(crate) fn needs_earlier(&self) -> bool {
        matches!(self, Self::Splice { .. })
    }

    /// Does this to the file.
    pub(crate) fn apply(
        &self,
        of: &FileOf<'_>,
        header: &mut Header,
        records: &mut Vec<Record>,
    ) -> Result<(), NotPlayable> {
        let clients = of.configuration.clients();
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
                records[place] = of.earlier[record.place(of.earlier, clients)?].clone();
            }
            Self::Conceal { record } => {
                let place = record.place(records, clients)?;
                let parts = of.parts.ok_or(NotPlayable::NoSuchRecord(*record))?;
                let bytes = &mut records[place].bytes;
                bytes.truncate(ENVELOPE_LEN + Abridged::shortest(parts));
            }
            Self::Configuration {
                bound,
                threshold,
                min_contributors,
                degree,
                colluding,
                len,
            } => {
                let mut changed = of.configuration.clone();
                fn set<T: Copy>(field: &mut T, new: &Option<T>) {
                    *field = new.unwrap_or(*field);
                }
                set(&mut changed.segments[0].claims.bound, bound);
                set(&mut changed.segments[0].claims.len, len);
                if let Some(pairwise) = changed.pairwise_mut() {
                    set(&mut pairwise.masking.threshold, threshold);
                    set(&mut pairwise.masking.degree, degree);
                }
                if let Some(committee) = changed.committee_mut() {
                    set(&mut committee.colluding, colluding);
                }
                set(&mut changed.min_contributors, min_contributors);
                header.configuration.bytes = changed.encode();
            }
            Self::OtherOrganiser {} => {
                let key = SigningKey::from_bytes(&[0x5a; 32]);
                header.configuration = SignedConfiguration::sign(of.configuration, &key);
            }
        }
        Ok(())
    }
}
