//! The messages of the open phase, read from the log and judged in batches.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;
use veragg_circuits::proof_system::ProofSystem;

use super::core::Core;
use super::error::AggregatorError;
use super::Log;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::round::phase::Phase;
use crate::wire::board::Record;
use crate::wire::message::BorrowedMessage;

/// Bytes of messages that are read from the log and judged together, give or take one message. A
/// batch is all that is held of the bodies, so it must be small beside what a machine has; and the
/// proofs in it share the work on the generators, which no longer shows once there are several of
/// the longest (ten of a million coordinates) or some hundred short ones.
const BATCH: usize = 32 << 20;

/// A batch of messages, by sender.
pub(super) type Batch<'a> = Vec<(ClientId, BorrowedMessage<'a>)>;

impl<P: ProofSystem, L: Log> Core<P, L> {
    /// Reads what these clients said in a phase from the log, once, in batches. Memory: one batch.
    pub(super) fn read_batches(
        &self,
        phase: Phase,
        clients: &ClientSet,
        mut take: impl FnMut(Batch<'_>),
    ) -> Result<(), AggregatorError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for client in clients.iter() {
            if let Some((index, record)) = self.record_of(phase, client)? {
                bytes += record.bytes.len();
                batch.push((client, index, record));
            }
            if bytes >= BATCH {
                take(decoded(&batch)?);
                batch.clear();
                bytes = 0;
            }
        }
        take(decoded(&batch)?);
        Ok(())
    }

    /// Judges the content of every message of the open phase, in batches: `judge` gets a batch
    /// and gives for each message what it found in it, or nothing if it is faulty.
    pub(super) fn judge_batches<T>(
        &self,
        mut judge: impl FnMut(Batch<'_>) -> Vec<(ClientId, Option<T>)>,
    ) -> Result<Judged<T>, AggregatorError> {
        let mut judged = Judged(HashMap::new());
        self.read_batches(self.phase(), self.eligible(), |batch| {
            judged.0.extend(judge(batch));
        })?;
        Ok(judged)
    }

    /// Judges the messages of the open phase one by one, in parallel.
    pub(super) fn judge_each<T: Send>(
        &self,
        judge: impl Fn(ClientId, &BorrowedMessage<'_>) -> Option<T> + Sync,
    ) -> Result<Judged<T>, AggregatorError> {
        self.judge_batches(|batch| {
            batch
                .into_par_iter()
                .map(|(client, message)| (client, judge(client, &message)))
                .collect()
        })
    }
}

fn decoded<'a>(
    batch: &'a [(ClientId, u64, Cow<'_, Record>)],
) -> Result<Batch<'a>, AggregatorError> {
    let message = |(client, index, record): &'a (ClientId, u64, Cow<'_, Record>)| {
        let message = BorrowedMessage::decode(&record.bytes);
        let message = message.map_err(|_| AggregatorError::Replay { record: *index })?;
        Ok((*client, message))
    };
    batch.iter().map(message).collect()
}

/// What was found in the messages of a phase, by sender; nothing for a faulty one.
pub(super) struct Judged<T>(HashMap<ClientId, Option<T>>);

impl<T> Judged<T> {
    pub(super) fn is_valid(&self, client: ClientId) -> bool {
        self.0.get(&client).is_some_and(Option::is_some)
    }

    pub(super) fn valid(&self, clients: u32) -> ClientSet {
        ClientSet::of(clients, |client| self.is_valid(client))
    }

    /// Who has sent a faulty message.
    pub(super) fn faulty(&self, clients: u32) -> ClientSet {
        ClientSet::of(clients, |client| {
            self.0.get(&client).is_some_and(Option::is_none)
        })
    }

    pub(super) fn into_valid(self) -> HashMap<ClientId, T> {
        self.0
            .into_iter()
            .filter_map(|(client, found)| Some((client, found?)))
            .collect()
    }
}
