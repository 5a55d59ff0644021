//! What the aggregator keeps in every phase: board, tree, chain of checkpoints, and the admission that
//! every message goes through (`specs/protocol.md` 3.11).

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::{Log, Needed, Reply};
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::signing::SigningKey;
use crate::crypto::tree::{Root, Tree};
use crate::pairwise::fraud_proof::FraudProof;
use crate::pairwise::package::{Item, Package};
use crate::pairwise::publish::Outcome;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::board::{Record, RecordKind};
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Envelope, Message, Sender};
use crate::wire::part::Part;
use crate::wire::receipt::{Reason, Receipt, Refusal};

/// Bytes of messages that are read from the log and judged together, give or take one message. A
/// batch is all that is held of the bodies, so it must be small beside what a machine has; and the
/// proofs in it share the work on the generators, which no longer shows once there are several of
/// the longest (ten of a million coordinates) or some hundred short ones.
const BATCH: usize = 32 << 20;

/// Where a message stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    entry: Digest,
    index: u64,
    record: u64,
}

/// Envelopes of a phase with their leaf indices, by sender.
type Envelopes = HashMap<ClientId, (u64, Envelope)>;

/// The phase that closed last: what packages are made of.
struct Closed {
    checkpoint: Checkpoint,
    before: Root,
    tree: Tree<Digest>,
    envelopes: Envelopes,
}

pub(super) struct Core<P: ProofSystem, L> {
    round: Arc<Round<P>>,
    key: Arc<SigningKey>,
    log: L,
    /// Records written, or replayed, so far.
    records: u64,
    tree: Tree<Digest>,
    phase: Phase,
    chain: Digest,
    eligible: ClientSet,
    places: HashMap<(Phase, ClientId), Place>,
    /// Of the open phase.
    envelopes: Envelopes,
    outcomes: Vec<Option<Outcome>>,
    closed: Option<Closed>,
}

impl<P: ProofSystem, L: Log> Core<P, L> {
    pub(super) fn new(round: Arc<Round<P>>, key: Arc<SigningKey>, log: L) -> Self {
        let clients = round.clients();
        Self {
            chain: *round.context(),
            eligible: ClientSet::of(clients, |_| true),
            outcomes: vec![None; clients as usize],
            round,
            key,
            log,
            records: 0,
            tree: Tree::new(),
            phase: Phase::Advertise,
            places: HashMap::new(),
            envelopes: HashMap::new(),
            closed: None,
        }
    }

    pub(super) fn round(&self) -> Arc<Round<P>> {
        Arc::clone(&self.round)
    }

    /// The open phase.
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// The digest of the last checkpoint.
    pub(super) fn chain(&self) -> &Digest {
        &self.chain
    }

    pub(super) fn eligible(&self) -> &ClientSet {
        &self.eligible
    }

    /// Who has spoken in the open phase.
    pub(super) fn spoke(&self) -> ClientSet {
        ClientSet::of(self.round.clients(), |client| {
            self.places.contains_key(&(self.phase, client))
        })
    }

    pub(super) fn log(&self) -> &L {
        &self.log
    }

    /// Records of the log that the state stands on.
    pub(super) fn replayed(&self) -> u64 {
        self.records
    }

    pub(super) fn into_log(self) -> L {
        self.log
    }

    /// Writes a record; while replaying, compares it with the one that is there.
    fn append(&mut self, record: Record) -> Result<(), AggregatorError> {
        if self.records < self.log.len() {
            let same = *self.log.read(self.records)? == record;
            Rule::Replayed.require(same, || AggregatorError::Replay {
                record: self.records,
            })?;
        } else {
            self.log.append(record)?;
        }
        self.records += 1;
        Ok(())
    }

    /// Takes a message or refuses it (3.11). A repeated message gets the same receipt.
    pub(super) fn receive(
        &mut self,
        bytes: &[u8],
        now: u64,
        lengths: impl Fn(ClientId, usize) -> Vec<usize>,
    ) -> Result<Reply, AggregatorError> {
        match self.judge_admission(bytes, now, lengths) {
            Ok(Entrance::Again(receipt)) => Ok(Reply::Receipt(receipt)),
            Ok(Entrance::New(client, envelope)) => {
                let record = self.records;
                self.append(Record {
                    kind: RecordKind::Message,
                    bytes: bytes.to_vec(),
                })?;
                let entry = envelope.entry();
                let index = self.tree.push(entry);
                self.places.insert(
                    (self.phase, client),
                    Place {
                        entry,
                        index,
                        record,
                    },
                );
                self.envelopes.insert(client, (index, envelope));
                Ok(Reply::Receipt(self.receipt(index, entry)))
            }
            Err(reason) => {
                let context = *self.round.context();
                Ok(Reply::Refusal(Refusal::sign(
                    &self.key, context, bytes, reason,
                )))
            }
        }
    }

    fn receipt(&self, index: u64, entry: Digest) -> Receipt {
        Receipt::sign(&self.key, *self.round.context(), index, entry)
    }

    fn judge_admission(
        &self,
        bytes: &[u8],
        now: u64,
        lengths: impl Fn(ClientId, usize) -> Vec<usize>,
    ) -> Result<Entrance, Reason> {
        let message = Message::decode(bytes).map_err(|_| Reason::Malformed)?;
        let envelope = &message.envelope;
        let of_round = envelope.context == *self.round.context();
        Rule::MessageContext.require(of_round, || Reason::Context)?;
        let Sender::Client(client) = envelope.sender else {
            return Err(Reason::NotEligible);
        };
        let key = self.round.roster().key(client).ok_or(Reason::NotEligible)?;
        let entry = envelope.entry();
        let place = self.places.get(&(envelope.phase, client));
        if let Some(place) = place.filter(|place| place.entry == entry) {
            return Ok(Entrance::Again(self.receipt(place.index, entry)));
        }
        Rule::Occupied.require(place.is_none(), || Reason::Occupied)?;
        let deadline = self.round.configuration().deadline(envelope.phase);
        if !Rule::Open.holds(envelope.phase >= self.phase) || !Rule::InTime.holds(now <= deadline) {
            return Err(Reason::Late);
        }
        Rule::Begun.require(envelope.phase <= self.phase, || Reason::Early)?;
        Rule::AnswersLast.require(envelope.answers == self.chain, || Reason::Context)?;
        // The publication is the aggregator's own.
        if !Rule::Eligible.holds(self.eligible.contains(client))
            || !Rule::OwnPublication.holds(envelope.phase != Phase::Publish)
        {
            return Err(Reason::NotEligible);
        }
        Rule::MessageSigned.require(envelope.is_signed_by(key), || Reason::Signature)?;
        let is_body = message.parts(&lengths(client, message.body.len())).is_ok();
        Rule::Body.require(is_body, || Reason::Malformed)?;
        Ok(Entrance::New(client, message.envelope))
    }

    /// A message, from the log.
    pub(super) fn message(
        &self,
        phase: Phase,
        client: ClientId,
    ) -> Result<Option<Message>, AggregatorError> {
        let Some(place) = self.places.get(&(phase, client)) else {
            return Ok(None);
        };
        let message = Message::from_bytes(self.log.read(place.record)?.into_owned().bytes);
        message.map(Some).map_err(|_| AggregatorError::Replay {
            record: place.record,
        })
    }

    /// Reads what these clients said in a phase from the log, once, in batches. Memory: one batch.
    pub(super) fn read_batches(
        &self,
        phase: Phase,
        clients: &ClientSet,
        mut take: impl FnMut(Vec<(ClientId, Message)>),
    ) -> Result<(), AggregatorError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for client in clients.iter() {
            if let Some(message) = self.message(phase, client)? {
                bytes += message.body.len();
                batch.push((client, message));
            }
            if bytes >= BATCH {
                take(std::mem::take(&mut batch));
                bytes = 0;
            }
        }
        take(batch);
        Ok(())
    }

    /// Judges the content of every message of the open phase, in batches: `judge` gets a batch
    /// and gives for each message what it found in it, or nothing if it is bad.
    pub(super) fn judge_batches<T>(
        &self,
        mut judge: impl FnMut(Vec<(ClientId, Message)>) -> Vec<(ClientId, Option<T>)>,
    ) -> Result<Findings<T>, AggregatorError> {
        let mut findings = Findings(HashMap::new());
        self.read_batches(self.phase, &self.eligible, |batch| {
            findings.0.extend(judge(batch));
        })?;
        Ok(findings)
    }

    /// Judges the messages of the open phase one by one, in parallel.
    pub(super) fn judge_each<T: Send>(
        &self,
        judge: impl Fn(ClientId, &Message) -> Option<T> + Sync,
    ) -> Result<Findings<T>, AggregatorError> {
        self.judge_batches(|batch| {
            batch
                .into_par_iter()
                .map(|(client, message)| (client, judge(client, &message)))
                .collect()
        })
    }

    /// Notes what became of those who do not come through the open phase.
    fn note(&mut self, list: &ClientSet, is_faulty: impl Fn(ClientId) -> bool) {
        let phase = match self.phase {
            Phase::Unmask(_) => Phase::Unmask(0),
            phase => phase,
        };
        for (client, slot) in ClientId::all(self.round.clients()).zip(&mut self.outcomes) {
            if slot.is_some() || list.contains(client) {
                continue;
            }
            let spoke = self.places.contains_key(&(phase, client));
            *slot = Some(match phase {
                _ if is_faulty(client) => Outcome::Faulty(phase),
                Phase::Confirm if spoke => Outcome::Isolated,
                _ => Outcome::Dropped(phase),
            });
        }
    }

    /// What became of each client, with all phases that decide it behind.
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        let outcomes = self.outcomes.iter();
        outcomes
            .map(|outcome| outcome.unwrap_or(Outcome::Contributed))
            .collect()
    }

    /// Signs the checkpoint that closes the open phase with its list, and opens the next phase.
    /// `is_faulty` says who is excluded for a fault, of those who are not on the list.
    pub(super) fn close(
        &mut self,
        list: &ClientSet,
        is_faulty: impl Fn(ClientId) -> bool,
    ) -> Result<(), AggregatorError> {
        let context = *self.round.context();
        let root = self.tree.root();
        let checkpoint = Checkpoint::sign(
            &self.key,
            context,
            self.phase,
            self.chain,
            root,
            list.clone(),
        );
        let record = Record {
            kind: RecordKind::Checkpoint,
            bytes: checkpoint.encode(),
        };
        self.append(record)?;
        if self.phase.decides() {
            self.note(list, is_faulty);
        }
        let before = self
            .closed
            .as_ref()
            .map_or(Root::empty(), |c| c.checkpoint.root);
        self.chain = checkpoint.digest();
        self.eligible = list.clone();
        let tree = self.tree.clone();
        let mut envelopes = std::mem::take(&mut self.envelopes);
        envelopes.retain(|&client, _| list.contains(client));
        self.closed = Some(Closed {
            checkpoint,
            before,
            tree,
            envelopes,
        });
        self.phase = self.phase.next().unwrap_or(self.phase);
        Ok(())
    }

    /// Opens a further round of unmask instead of the phase that would come, for these clients.
    pub(super) fn open_further(&mut self, round: u8, eligible: ClientSet) {
        self.phase = Phase::Unmask(round);
        self.eligible = eligible;
    }

    /// Says something on the board in the aggregator's own name, in the open phase.
    pub(super) fn say(&mut self, parts: &[Vec<u8>]) -> Result<(), AggregatorError> {
        let context = *self.round.context();
        let message = Message::sign(
            &self.key,
            context,
            self.phase,
            Sender::Aggregator,
            self.chain,
            parts,
        );
        self.append(Record {
            kind: RecordKind::Message,
            bytes: message.encode(),
        })?;
        self.tree.push(message.envelope.entry());
        Ok(())
    }

    /// The package of the phase that closed last. Before the first there is none, and the bytes
    /// are empty.
    pub(super) fn package<'a>(
        &self,
        reader: ClientId,
        needed: impl Fn(ClientId) -> Needed<'a>,
        fraud_proofs: Vec<FraudProof>,
    ) -> Vec<u8> {
        let Some(closed) = &self.closed else {
            return Vec::new();
        };
        let list = &closed.checkpoint.list;
        let graph = self.round.graph();
        let neighbours = graph
            .neighbours(reader)
            .iter()
            .copied()
            .filter(|&c| list.contains(c));
        let mut authors: Vec<_> = neighbours.collect();
        if closed.checkpoint.phase == Phase::Acknowledge {
            // 3.8: enough acknowledgements in all, whoever they are of; the reader's own counts.
            let need = self.round.configuration().min_contributors as usize - 1;
            let others = list
                .iter()
                .filter(|&c| c != reader && !graph.are_neighbours(reader, c));
            authors.extend(others.take(need.saturating_sub(authors.len())));
        }
        // 8.2 of the wire format: in these not everybody speaks, and nothing of it is needed.
        if matches!(closed.checkpoint.phase, Phase::Dispute | Phase::Unmask(_)) {
            authors.clear();
        }
        let items = authors.into_iter().filter_map(|author| {
            let (index, envelope) = closed.envelopes.get(&author)?;
            let parts = match needed(author) {
                Needed::Envelope => Vec::new(),
                Needed::Part(tree, position) => vec![Part {
                    position: position as u32,
                    bytes: tree.leaf(position as u64)?.clone(),
                    proof: tree.inclusion(position as u64)?,
                }],
            };
            let inclusion = closed.tree.inclusion(*index)?;
            Some(Item {
                index: *index,
                envelope: envelope.clone(),
                inclusion,
                parts,
            })
        });
        let package = Package {
            items: items.collect(),
            consistency: closed
                .tree
                .consistency(closed.before.size)
                .unwrap_or_default(),
            checkpoint: closed.checkpoint.clone(),
            fraud_proofs,
        };
        package.encode()
    }
}

/// What the admission decides.
enum Entrance {
    New(ClientId, Envelope),
    Again(Receipt),
}

/// What was found in the messages of a phase, by sender; nothing for a bad one.
pub(super) struct Findings<T>(HashMap<ClientId, Option<T>>);

impl<T> Findings<T> {
    pub(super) fn is_valid(&self, client: ClientId) -> bool {
        self.0.get(&client).is_some_and(Option::is_some)
    }

    /// Whether the client has spoken, and badly.
    pub(super) fn is_bad(&self, client: ClientId) -> bool {
        self.0.get(&client).is_some_and(Option::is_none)
    }

    pub(super) fn valid(&self, clients: u32) -> ClientSet {
        ClientSet::of(clients, |client| self.is_valid(client))
    }

    pub(super) fn into_valid(self) -> HashMap<ClientId, T> {
        self.0
            .into_iter()
            .filter_map(|(client, found)| Some((client, found?)))
            .collect()
    }
}

impl<P: ProofSystem, L> fmt::Debug for Core<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
