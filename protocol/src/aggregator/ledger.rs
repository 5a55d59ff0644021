//! What an aggregator keeps in every phase, whatever the protocol: log, tree, chain of checkpoints, and who has spoken.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::error::AggregatorError;
use super::Log;
use crate::crypto::context::Context;
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientSet;
use crate::crypto::signing::SigningKey;
use crate::crypto::tree::{Root, Tree};
use crate::round::phase::Phase;
use crate::rule::Rule;
use crate::wire::board::{Record, RecordKind};
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Message, Sender};

/// Where a message stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) entry: Digest,
    /// Its leaf.
    pub(crate) index: u64,
    /// Its record in the log.
    pub(crate) record: u64,
}

/// The same, as it is kept for each message: the tree has the entry. 8 bytes, also where there may be none.
#[derive(Debug, Clone, Copy)]
struct Place {
    index: u32,
    /// The record behind its own.
    next: NonZeroU32,
}

/// Where the message of each party in each phase stands.
struct Places {
    clients: usize,
    /// For each phase in which a client spoke, those of all clients.
    of_clients: HashMap<Phase, Vec<Option<Place>>>,
    of_others: HashMap<(Phase, Sender), Place>,
}

impl Places {
    fn get(&self, phase: Phase, sender: Sender) -> Option<Place> {
        match sender {
            Sender::Client(client) => *self.of_clients.get(&phase)?.get(client.index())?,
            _ => self.of_others.get(&(phase, sender)).copied(),
        }
    }

    fn set(&mut self, phase: Phase, sender: Sender, place: Place) {
        let Sender::Client(client) = sender else {
            self.of_others.insert((phase, sender), place);
            return;
        };
        let of_phase = self.of_clients.entry(phase);
        let of_phase = of_phase.or_insert_with(|| vec![None; self.clients]);
        if let Some(of_client) = of_phase.get_mut(client.index()) {
            *of_client = Some(place);
        }
    }
}

/// The log of a board, and what follows from it whatever the protocol.
pub(crate) struct Ledger<L> {
    pub(crate) context: Context,
    pub(crate) key: Arc<SigningKey>,
    log: L,
    /// Records that the log had when this began.
    found: u64,
    /// Records written, or replayed, so far.
    pub(crate) records: u64,
    pub(crate) tree: Tree<Digest>,
    pub(crate) phase: Phase,
    pub(crate) chain: Digest,
    places: Places,
}

impl<L: Log> Ledger<L> {
    /// The ledger of a round of so many clients that begins with a phase.
    pub(crate) fn new(
        context: Context,
        clients: u32,
        key: Arc<SigningKey>,
        log: L,
        phase: Phase,
    ) -> Self {
        Self {
            chain: context.digest,
            context,
            key,
            found: log.len(),
            log,
            records: 0,
            tree: Tree::new(),
            phase,
            places: Places {
                clients: clients as usize,
                of_clients: HashMap::new(),
                of_others: HashMap::new(),
            },
        }
    }

    /// The head of the board's tree.
    pub(crate) fn root(&self) -> Root {
        self.tree.root()
    }

    /// Whether a party has spoken in the open phase.
    pub(crate) fn has_spoken(&self, sender: Sender) -> bool {
        self.spoke(self.phase, sender)
    }

    /// Whether a party has spoken in a phase.
    pub(crate) fn spoke(&self, phase: Phase, sender: Sender) -> bool {
        self.places.get(phase, sender).is_some()
    }

    /// Where the message of a party in a phase stands.
    pub(crate) fn standing(&self, phase: Phase, sender: Sender) -> Option<Standing> {
        let Place { index, next } = self.places.get(phase, sender)?;
        let entry = *self.tree.leaf(index.into())?;
        Some(Standing {
            entry,
            index: index.into(),
            record: u64::from(next.get()) - 1,
        })
    }

    /// Appends the entry of a message of a party in a phase, whose record stands in the log.
    pub(crate) fn push(&mut self, slot: (Phase, Sender), standing: &Standing) {
        self.tree.push(standing.entry);
        // At most 2^20 clients speak once in each of a few phases, so 32 bits are enough.
        let place = Place {
            index: standing.index as u32,
            next: NonZeroU32::MIN.saturating_add(standing.record as u32),
        };
        let (phase, sender) = slot;
        self.places.set(phase, sender, place);
    }

    pub(crate) fn log(&self) -> &L {
        &self.log
    }

    pub(crate) fn into_log(self) -> L {
        self.log
    }

    /// Writes records, all or none. While replaying, those that are there already are compared.
    pub(crate) fn append(&mut self, mut records: Vec<Record>) -> Result<(), AggregatorError> {
        let (start, count) = (self.records, records.len() as u64);
        let there = self.log.len().saturating_sub(start).min(count);
        for (index, record) in (start..).zip(records.drain(..there as usize)) {
            let same = *self.log.read(index)? == record;
            Rule::Replayed.require(same, || self.other_record(index))?;
        }
        if !records.is_empty() {
            self.log.append(start + there, records)?;
        }
        self.records = start + count;
        Ok(())
    }

    /// Another record stands in the log than the one that is to be written there.
    fn other_record(&self, index: u64) -> AggregatorError {
        if index < self.found {
            AggregatorError::Replay { record: index }
        } else {
            AggregatorError::OtherWriter {
                expected: self.records,
                len: self.log.len(),
            }
        }
    }

    /// The record of a message in a phase, with its index.
    pub(crate) fn record_of(
        &self,
        phase: Phase,
        sender: Sender,
    ) -> Result<Option<(u64, Cow<'_, Record>)>, AggregatorError> {
        let Some(Standing { record, .. }) = self.standing(phase, sender) else {
            return Ok(None);
        };
        Ok(Some((record, self.log.read(record)?)))
    }

    /// Signs a checkpoint.
    pub(crate) fn checkpoint(
        &self,
        phase: Phase,
        chain: Digest,
        root: Root,
        list: &ClientSet,
    ) -> Checkpoint {
        Checkpoint::sign(&self.key, self.context, phase, chain, root, list.clone())
    }

    /// The publication, in the aggregator's own name.
    pub(crate) fn publication(&self, chain: Digest, body: Vec<u8>) -> Message {
        let (phase, sender) = (Phase::Publish, Sender::Aggregator);
        Message::sign(&self.key, self.context, phase, sender, chain, &[body])
    }
}

/// The record of a checkpoint.
pub(crate) fn record_of_checkpoint(checkpoint: &Checkpoint) -> Record {
    Record {
        kind: RecordKind::Checkpoint,
        bytes: checkpoint.encode(),
    }
}

/// The record of a whole message.
pub(crate) fn record_of_message(message: &Message) -> Record {
    Record {
        kind: RecordKind::Message,
        bytes: message.encode(),
    }
}

impl<L> fmt::Debug for Ledger<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("phase", &self.phase)
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}
