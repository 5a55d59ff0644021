//! Edits of the records of a board. What they change, nobody signs again.

use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Message, Sender};
use veragg::verifier::Culprit;

use crate::edits::mutate;
use crate::sample::{other_round, session, CLIENTS};
use crate::script::Script;

/// Who has a record on the board that it signed in a second session of the round, beside what it signed in the first.
#[derive(Debug)]
pub struct Spliced {
    clients: ClientSet,
    aggregator: bool,
}

impl Default for Spliced {
    fn default() -> Self {
        Self {
            clients: ClientSet::empty(CLIENTS),
            aggregator: false,
        }
    }
}

impl Spliced {
    /// Whether this party signed for both sessions.
    pub fn has(&self, culprit: Culprit) -> bool {
        match culprit {
            Culprit::Client(client) => self.clients.contains(client),
            Culprit::Aggregator => self.aggregator,
            _ => false,
        }
    }

    fn note(&mut self, record: &Record) {
        let message = Message::decode(&record.bytes);
        match message.map(|message| message.envelope.sender) {
            Ok(Sender::Client(client)) if record.kind == RecordKind::Message => {
                self.clients.insert(client);
            }
            _ => self.aggregator = true,
        }
    }
}

/// Makes one edit. Nothing when the script has ended, or when the edit does not fit the records.
pub fn edit_records(
    records: &mut Vec<Record>,
    spliced: &mut Spliced,
    script: &mut Script<'_>,
) -> Option<()> {
    let operation = script.byte()?;
    let at = script.below(records.len())?;
    match operation % 12 {
        0 => drop(records.remove(at)),
        1 => {
            let to = script.below(records.len() + 1)?;
            records.insert(to, records[at].clone());
        }
        2 => {
            let record = records.remove(at);
            let to = script.below(records.len() + 1)?;
            records.insert(to, record);
        }
        3 => {
            let with = script.below(records.len())?;
            records.swap(at, with);
        }
        4 => {
            let end = at + script.below(records.len() - at + 1)?;
            records[at..end].reverse();
        }
        5 | 6 => {
            let second = script.byte()? & 1 == 0;
            let donor = if second { session() } else { other_round() };
            let donor = &donor.records;
            let from = script.below(donor.len())?;
            if second {
                spliced.note(&donor[from]);
            }
            if operation % 12 == 5 {
                records[at] = donor[from].clone();
            } else {
                records.insert(at, donor[from].clone());
            }
        }
        7 => {
            let donor = session().records.get(at..)?;
            donor.iter().for_each(|record| spliced.note(record));
            records.truncate(at);
            records.extend_from_slice(donor);
        }
        8 => {
            records[at].kind = match records[at].kind {
                RecordKind::Message | RecordKind::Submission => RecordKind::Checkpoint,
                RecordKind::Checkpoint => RecordKind::Message,
            }
        }
        9 => mutate(
            &mut records[at].bytes,
            &[
                script.byte()?,
                script.byte()?,
                script.byte()?,
                script.byte()?,
            ],
        ),
        _ => {
            let digest = digest_of(&records[script.below(records.len())?]);
            edit_field(&mut records[at], digest, script)?;
        }
    }
    Some(())
}

/// A digest that stands for a record somewhere: of a checkpoint, or of the body of a message.
fn digest_of(record: &Record) -> Option<[u8; 32]> {
    match record.kind {
        RecordKind::Message | RecordKind::Submission => Message::decode(&record.bytes)
            .ok()
            .map(|it| it.envelope.body_root),
        RecordKind::Checkpoint => Checkpoint::decode(&record.bytes, CLIENTS)
            .ok()
            .map(|it| it.digest()),
    }
}

/// Changes one field of an envelope or of a checkpoint.
fn edit_field(
    record: &mut Record,
    digest: Option<[u8; 32]>,
    script: &mut Script<'_>,
) -> Option<()> {
    let field = script.byte()?;
    let value = script.byte()?;
    let phase = Phase::PAIRWISE[usize::from(value) % Phase::PAIRWISE.len()];
    match record.kind {
        RecordKind::Message | RecordKind::Submission => {
            let mut message = Message::decode(&record.bytes).ok()?;
            let envelope = &mut message.envelope;
            match field % 5 {
                0 => envelope.phase = phase,
                1 => {
                    let number = u32::from(value) % (CLIENTS + 2);
                    envelope.sender =
                        ClientId::new(number).map_or(Sender::Aggregator, Sender::Client);
                }
                2 => envelope.answers = digest?,
                3 => envelope.body_root = digest?,
                _ => envelope.signature[usize::from(value) % 64] ^= 1 << (field % 8),
            }
            record.bytes = message.encode();
        }
        RecordKind::Checkpoint => {
            let mut checkpoint = Checkpoint::decode(&record.bytes, CLIENTS).ok()?;
            match field % 6 {
                0 => checkpoint.phase = phase,
                1 => checkpoint.previous = digest?,
                2 => checkpoint.root.size = u64::from(value),
                3 => checkpoint.root.hash = digest?,
                4 => toggle(&mut checkpoint.list, value),
                _ => checkpoint.signature[usize::from(value) % 64] ^= 1 << (field % 8),
            }
            record.bytes = checkpoint.encode();
        }
    }
    Some(())
}

/// Puts a client on a list, or takes it off.
pub(crate) fn toggle(list: &mut ClientSet, number: u8) {
    let client = ClientId::from_index(usize::from(number) % CLIENTS as usize);
    if list.contains(client) {
        list.remove(client);
    } else {
        list.insert(client);
    }
}
