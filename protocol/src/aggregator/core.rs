//! What the aggregator of the pairwise protocol keeps in every phase: its ledger, who may speak, outcomes, and what packages are made
//! of.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use veragg_circuits::proof_system::ProofSystem;

use super::admission::Committed;
use super::closing::{Closing, Then};
use super::error::AggregatorError;
use super::ledger::{record_of_checkpoint, record_of_message, Ledger};
use super::Log;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::signing::SigningKey;
use crate::crypto::tree::Root;
use crate::pairwise::publish::{Outcome, Publication};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::board::Record;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Envelope, Sender};

/// Envelopes of a phase with their leaf indices, by sender.
type Envelopes = HashMap<ClientId, (u64, Envelope)>;

/// A phase that has closed: what its packages are made of. All proofs are made once, and not for each reader.
pub(super) struct ClosedPhase {
    pub(super) checkpoint: Checkpoint,
    /// Consistency proof from the checkpoint before it.
    pub(super) consistency: Vec<u8>,
    /// What is shown of who is on the list.
    pub(super) shown: HashMap<ClientId, Shown>,
}

/// An envelope with the proof that it stands under the checkpoint of its phase.
pub(super) struct Shown {
    /// Its leaf.
    pub(super) index: u64,
    pub(super) envelope: Envelope,
    pub(super) inclusion: Vec<u8>,
}

/// What the aggregator keeps in every phase.
pub struct Core<P: ProofSystem, L> {
    pub(super) round: Arc<Round<P>>,
    pub(super) ledger: Ledger<L>,
    pub(super) eligible: ClientSet,
    nobody: ClientSet,
    /// Of the open phase.
    pub(super) envelopes: Envelopes,
    outcomes: Vec<Option<Outcome>>,
    pub(super) last: Option<ClosedPhase>,
    /// Phases before it whose packages a client may still need: in the phases since, not everybody has
    /// something to say, and so they can be over before a client has fetched its package.
    pub(super) earlier: Vec<ClosedPhase>,
}

impl<P: ProofSystem, L: Log> Core<P, L> {
    pub(super) fn new(round: Arc<Round<P>>, key: Arc<SigningKey>, log: L) -> Self {
        let clients = round.clients();
        Self {
            ledger: Ledger::new(*round.context(), clients, key, log, Phase::Advertise),
            eligible: ClientSet::of(clients, |_| true),
            nobody: ClientSet::empty(clients),
            outcomes: vec![None; clients as usize],
            round,
            envelopes: HashMap::new(),
            last: None,
            earlier: Vec::new(),
        }
    }

    pub(super) fn round(&self) -> &Arc<Round<P>> {
        &self.round
    }

    /// The digest of the last checkpoint, at first the round's context.
    pub(super) fn chain(&self) -> &Digest {
        &self.ledger.chain
    }

    /// Records of the log that were written or replayed.
    pub(crate) fn records(&self) -> u64 {
        self.ledger.records
    }

    /// The head of the board's tree.
    pub(super) fn root(&self) -> Root {
        self.ledger.root()
    }

    /// The open phase.
    pub(super) fn phase(&self) -> Phase {
        self.ledger.phase
    }

    pub(super) fn eligible(&self) -> &ClientSet {
        &self.eligible
    }

    /// Nobody, of this roster.
    pub(super) fn nobody(&self) -> &ClientSet {
        &self.nobody
    }

    pub(super) fn has_spoken(&self, client: ClientId) -> bool {
        self.ledger.has_spoken(Sender::Client(client))
    }

    /// Who has spoken in the open phase.
    pub(super) fn spoke(&self) -> ClientSet {
        ClientSet::of(self.round.clients(), |client| self.has_spoken(client))
    }

    pub(super) fn log(&self) -> &L {
        self.ledger.log()
    }

    pub(super) fn into_log(self) -> L {
        self.ledger.into_log()
    }

    /// The record of a client's message in a phase, with its index.
    pub(super) fn record_of(
        &self,
        phase: Phase,
        client: ClientId,
    ) -> Result<Option<(u64, Cow<'_, Record>)>, AggregatorError> {
        self.ledger.record_of(phase, Sender::Client(client))
    }

    /// Notes messages that were put on the board.
    pub(super) fn note(&mut self, committed: Vec<Committed>) {
        for Committed { index, envelope } in committed {
            if let Sender::Client(client) = envelope.sender {
                self.envelopes.insert(client, (index, envelope));
            }
        }
    }

    /// What becomes of those who do not come through the open phase.
    fn outcomes_after(&self, list: &ClientSet, faulty: &ClientSet) -> Vec<Option<Outcome>> {
        let mut outcomes = self.outcomes.clone();
        if !self.phase().decides() {
            return outcomes;
        }
        let phase = match self.phase() {
            Phase::Unmask(_) => Phase::Unmask(0),
            phase => phase,
        };
        for (client, slot) in ClientId::all(self.round.clients()).zip(&mut outcomes) {
            if slot.is_some() || list.contains(client) {
                continue;
            }
            *slot = Some(match phase {
                _ if faulty.contains(client) => Outcome::Faulty(phase),
                Phase::Confirm if self.has_spoken(client) => Outcome::Isolated,
                _ => Outcome::Dropped(phase),
            });
        }
        outcomes
    }

    /// What became of each client, with all phases that decide it behind.
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        decided(&self.outcomes)
    }

    /// Signs the checkpoint that closes the open phase with its list, and opens what follows. After
    /// unmask the publication and the last checkpoint follow in the same append. Without an error all of
    /// it stands on the board; with one, nothing, and nothing has changed here.
    pub(super) fn close<D>(&mut self, closing: &Closing<P, D>) -> Result<(), AggregatorError> {
        let Closing { list, faulty, .. } = closing;
        let outcomes = self.outcomes_after(list, faulty);
        let mut tree = self.ledger.tree.clone();
        let (mut phase, mut chain) = (self.ledger.phase, self.ledger.chain);
        let before = self.last.as_ref().map(|last| last.checkpoint.root.size);
        let mut consistency = tree.consistency(before.unwrap_or(0)).unwrap_or_default();
        let mut checkpoint = self.ledger.checkpoint(phase, chain, tree.root(), list);
        let mut records = vec![record_of_checkpoint(&checkpoint)];
        chain = checkpoint.digest();
        phase = phase.next().unwrap_or(phase);
        // Its package tells the clients that the round is over.
        let mut unmasked = None;
        match &closing.then {
            Then::Next => {}
            Then::Further(round, _) => phase = Phase::Unmask(*round),
            Then::Publish(opening) => {
                let before = checkpoint.root.size;
                unmasked = Some(ClosedPhase {
                    checkpoint: checkpoint.clone(),
                    consistency: std::mem::take(&mut consistency),
                    shown: HashMap::new(),
                });
                let publication = Publication::<P::Group> {
                    opening: opening.clone(),
                    outcomes: decided(&outcomes),
                };
                let message = self.ledger.publication(chain, publication.encode());
                tree.push(message.envelope.entry());
                consistency = tree.consistency(before).unwrap_or_default();
                records.push(record_of_message(&message));
                checkpoint = self.ledger.checkpoint(phase, chain, tree.root(), list);
                records.push(record_of_checkpoint(&checkpoint));
                chain = checkpoint.digest();
            }
        }
        self.ledger.append(records)?;
        let envelopes = std::mem::take(&mut self.envelopes).into_iter();
        let published = matches!(closing.then, Then::Publish(_));
        let listed = envelopes.filter(|(client, _)| !published && list.contains(*client));
        let shown = listed.filter_map(|(client, (index, envelope))| {
            let inclusion = tree.inclusion(index)?;
            let shown = Shown {
                index,
                envelope,
                inclusion,
            };
            Some((client, shown))
        });
        let shown = shown.collect();
        self.eligible = match &closing.then {
            Then::Further(_, eligible) => eligible.clone(),
            _ => list.clone(),
        };
        let closed = self.ledger.phase;
        (self.ledger.phase, self.ledger.chain) = (phase, chain);
        self.ledger.tree = tree;
        self.outcomes = outcomes;
        match closed {
            Phase::Dispute => self.earlier = self.last.take().into_iter().collect(),
            Phase::Unmask(1..) => self.earlier.extend(self.last.take()),
            _ => self.earlier.clear(),
        }
        self.earlier.extend(unmasked);
        self.last = Some(ClosedPhase {
            checkpoint,
            consistency,
            shown,
        });
        Ok(())
    }
}

fn decided(outcomes: &[Option<Outcome>]) -> Vec<Outcome> {
    let outcomes = outcomes.iter();
    outcomes
        .map(|outcome| outcome.unwrap_or(Outcome::Contributed))
        .collect()
}

impl<P: ProofSystem, L> fmt::Debug for Core<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}
