//! The aggregator of the committee protocol: bytes in, bytes out (`specs/committee.md` 3).
//!
//! It takes messages in any order, each answered with a signed receipt or refusal. To close a phase is to judge everything that was said
//! in it, to sign a checkpoint with the list, and to open the next phase. All it keeps is in the [`Log`] that the caller provides: whole
//! messages and checkpoints. [`board`](Aggregator::board) makes of them the records that are published.

mod board;
mod check;
mod confirm;
mod open;
mod publish;
mod submit;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::check as complaints;
use super::package::TrusteePackage;
use super::parts::MaskedPlace;
use super::round::Round;
use super::upload;
use crate::aggregator::admission::{Admission, Admitted, Floor, Reply};
use crate::aggregator::ledger::{record_of_checkpoint, Ledger};
use crate::aggregator::{AggregatorError, Log};
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet, TrusteeId};
use crate::crypto::signing::{Signature, SigningKey, VerifyingKey};
use crate::crypto::tree::Tree;
use crate::pairwise::publish::Outcome;
use crate::round::phase::Phase;
use crate::round::roster::Roster;
use crate::wire::board::RecordKind;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::Sender;

/// The aggregator of a round.
pub struct Aggregator<P: ProofSystem, L> {
    round: Arc<Round<P>>,
    roster: Arc<Roster>,
    ledger: Ledger<L>,
    state: State<P::Group>,
}

/// What the open phase needs of those before it.
struct State<G: Group> {
    /// The checkpoints so far, in order.
    checkpoints: Vec<Checkpoint>,
    outcomes: Vec<Option<Outcome>>,
    /// Of clients that spoke and are not accepted although their public parts hold: the masked row that shows why.
    shown: BTreeMap<ClientId, MaskedPlace>,
    /// The sums of `P_(j,b)` over those who are still listed, trustee by trustee.
    pads: Vec<G::Point>,
}

/// Why a phase is not closed. Nothing has changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CloseError {
    /// The log, or the round.
    #[error(transparent)]
    Aggregator(#[from] AggregatorError),
    /// The deadline of the phase has not passed, and not everybody has spoken.
    #[error("{phase} cannot be closed: {silent} of those that may speak have not, and its deadline, {deadline} seconds since 1970 UTC, has not passed; wait for them, or until then")]
    TooEarly {
        /// The open phase.
        phase: Phase,
        /// How many clients or trustees have not spoken.
        silent: usize,
        /// Its deadline.
        deadline: u64,
    },
    /// Too few trustees have spoken.
    #[error("{got} trustees have sent what {phase} needs, and {need} must; wait for more, or end the round")]
    TooFewTrustees {
        /// The open phase.
        phase: Phase,
        /// How many have.
        got: usize,
        /// `q`.
        need: u32,
    },
}

/// What the close of a phase comes to.
struct Closing<G: Group> {
    list: ClientSet,
    outcomes: Vec<Option<Outcome>>,
    shown: BTreeMap<ClientId, MaskedPlace>,
    pads: Vec<G::Point>,
    /// What is published, behind open.
    opening: Option<Vec<G::Scalar>>,
}

impl<P: ProofSystem, L: Log> Aggregator<P, L> {
    /// Opens the board of a round on an empty log. `key` is the aggregator's, as the configuration names it.
    pub fn open(
        round: Arc<Round<P>>,
        roster: Arc<Roster>,
        key: Arc<SigningKey>,
        log: L,
    ) -> Result<Self, AggregatorError> {
        if key.verifying_key() != round.configuration().aggregator {
            return Err(AggregatorError::OtherKey {
                key: key.verifying_key().fingerprint(),
            });
        }
        let clients = round.clients();
        Ok(Self {
            ledger: Ledger::new(*round.context(), clients, key, log, Phase::Submit),
            state: State {
                checkpoints: Vec::new(),
                outcomes: vec![None; clients as usize],
                shown: BTreeMap::new(),
                pads: Vec::new(),
            },
            round,
            roster,
        })
    }

    /// The aggregator of a round, on a log that may hold the beginning of it: the same messages give the same state, and the same
    /// receipts, lists and checkpoints are signed again (7). Cost: all of its work so far. Errors: the log holds other records than
    /// this aggregator would have written.
    pub fn resume(
        round: Arc<Round<P>>,
        roster: Arc<Roster>,
        key: Arc<SigningKey>,
        log: L,
    ) -> Result<Self, AggregatorError> {
        let mut aggregator = Self::open(round, roster, key, log)?;
        loop {
            let index = aggregator.ledger.records;
            if index >= aggregator.ledger.log().len() {
                return Ok(aggregator);
            }
            let replayed = || AggregatorError::Replay { record: index };
            let record = aggregator.ledger.log().read(index)?;
            match record.kind {
                RecordKind::Message => {
                    let message = record.bytes.clone();
                    // The deadlines were asked for when it was written.
                    match aggregator.receive(message, 0)? {
                        Reply::Receipt(_) if aggregator.ledger.records > index => {}
                        _ => return Err(replayed()),
                    }
                }
                // The time was asked for when it was written.
                RecordKind::Checkpoint => {
                    aggregator.close(u64::MAX).map_err(|error| match error {
                        CloseError::Aggregator(error) => error,
                        _ => replayed(),
                    })?;
                }
                RecordKind::Submission => return Err(replayed()),
            }
        }
    }

    /// The open phase; [`Phase::Publish`] when the round is over.
    pub fn phase(&self) -> Phase {
        self.ledger.phase
    }

    /// Judges a message, or the upload of one, at a time in seconds since 1970 UTC, and changes nothing.
    pub fn admit(&self, arrived: Vec<u8>, now: u64) -> Admission {
        let message = upload::message_of(arrived, self.round.parts());
        self.ledger.admit(message, now, self)
    }

    /// Puts admitted messages on the board, all in one append, and answers each, in order.
    pub fn commit(&mut self, batch: Vec<Admitted>) -> Result<Vec<Reply>, AggregatorError> {
        Ok(self.ledger.commit(batch)?.0)
    }

    /// Takes a message, or the upload of one: admits and commits it.
    pub fn receive(&mut self, arrived: Vec<u8>, now: u64) -> Result<Reply, AggregatorError> {
        match self.admit(arrived, now) {
            Admission::Answered(reply) => Ok(reply),
            Admission::Accepted(admitted) => {
                let mut replies = self.commit(vec![admitted])?;
                // One message, one reply.
                replies.pop().ok_or(AggregatorError::Interrupted)
            }
        }
    }

    /// Trustees that may speak in the open phase and have not spoken.
    pub fn awaited(&self) -> Vec<TrusteeId> {
        let trustees = TrusteeId::all(self.round.shape().trustees());
        trustees
            .filter(|trustee| {
                let sender = Sender::Trustee(*trustee);
                self.may_speak(sender) && !self.ledger.has_spoken(sender)
            })
            .collect()
    }

    /// Closes the open phase, at a time in seconds since 1970 UTC: judges everything that was said in it, and writes what came out on
    /// the board. After open the publication and the last checkpoint follow in the same append. Cost: the verification of every message.
    /// Errors: too few came through, or somebody can still speak in submit, check or confirm, and nothing has changed.
    pub fn close(&mut self, now: u64) -> Result<(), CloseError> {
        self.require_time(now)?;
        let closing = match self.phase() {
            Phase::Submit => self.close_submit()?,
            Phase::Check => self.close_check()?,
            Phase::ConfirmList => self.close_confirm()?,
            Phase::Open => self.close_open()?,
            _ => return Err(AggregatorError::Over.into()),
        };
        Ok(self.write(closing)?)
    }

    /// Submit, check and confirm are open until all have spoken, or the deadline has passed.
    fn require_time(&self, now: u64) -> Result<(), CloseError> {
        let phase = self.phase();
        let deadline = self.deadline(phase);
        let silent = match phase {
            Phase::Submit => {
                let clients = ClientId::all(self.round.clients());
                let is_silent =
                    |client: &ClientId| !self.ledger.has_spoken(Sender::Client(*client));
                clients.filter(is_silent).count()
            }
            Phase::Check | Phase::ConfirmList => self.awaited().len(),
            _ => 0,
        };
        match silent > 0 && now <= deadline {
            true => Err(CloseError::TooEarly {
                phase,
                silent,
                deadline,
            }),
            false => Ok(()),
        }
    }

    fn write(&mut self, closing: Closing<P::Group>) -> Result<(), AggregatorError> {
        let Closing {
            list,
            outcomes,
            shown,
            pads,
            opening,
        } = closing;
        let (phase, mut chain) = (self.ledger.phase, self.ledger.chain);
        let mut tree = self.ledger.tree.clone();
        let checkpoint = self.ledger.checkpoint(phase, chain, tree.root(), &list);
        chain = checkpoint.digest();
        let mut records = vec![record_of_checkpoint(&checkpoint)];
        let mut checkpoints = self.state.checkpoints.clone();
        checkpoints.push(checkpoint);
        if let Some(opening) = opening {
            let (record, entry) = self.publication(chain, opening, &outcomes);
            records.push(record);
            tree.push(entry);
            let last = self
                .ledger
                .checkpoint(Phase::Publish, chain, tree.root(), &list);
            chain = last.digest();
            records.push(record_of_checkpoint(&last));
            checkpoints.push(last);
        }
        self.ledger.append(records)?;
        let mut phases = Phase::COMMITTEE.into_iter();
        self.ledger.phase = phases.nth(checkpoints.len()).unwrap_or(Phase::Publish);
        self.ledger.chain = chain;
        self.ledger.tree = tree;
        self.state = State {
            checkpoints,
            outcomes,
            shown,
            pads,
        };
        Ok(())
    }

    /// The last checkpoint; nothing before the first phase is closed.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.state.checkpoints.last()
    }

    /// The checkpoint of a phase that was closed.
    fn closed(&self, phase: Phase) -> Option<&Checkpoint> {
        let mut checkpoints = self.state.checkpoints.iter();
        checkpoints.find(|checkpoint| checkpoint.phase == phase)
    }

    /// The list of the last checkpoint; nobody before the first.
    fn listed(&self) -> ClientSet {
        let clients = self.round.clients();
        let last = self.checkpoint().map(|last| last.list.clone());
        last.unwrap_or_else(|| ClientSet::empty(clients))
    }

    /// What trustees are sent with which they confirm; nothing before check is closed.
    pub fn check_package(&self) -> Option<Vec<u8>> {
        Some(self.package(Phase::Check, Vec::new())?.encode())
    }

    /// What trustees are sent with which they open; nothing before confirm is closed.
    pub fn confirm_package(&self) -> Result<Option<Vec<u8>>, AggregatorError> {
        let mut confirmed = Vec::new();
        for trustee in TrusteeId::all(self.round.shape().trustees()) {
            if let Some(envelope) =
                self.envelope_of(Phase::ConfirmList, Sender::Trustee(trustee))?
            {
                confirmed.push((trustee, envelope.signature));
            }
        }
        let package = self.package(Phase::ConfirmList, confirmed);
        Ok(package.map(|package| package.encode()))
    }

    fn package(
        &self,
        closed: Phase,
        confirmed: Vec<(TrusteeId, Signature)>,
    ) -> Option<TrusteePackage> {
        let checkpoints = &self.state.checkpoints;
        let at = checkpoints
            .iter()
            .position(|checkpoint| checkpoint.phase == closed)?;
        let (before, checkpoint) = (checkpoints.get(at.checked_sub(1)?)?, checkpoints.get(at)?);
        let leaves = (0..checkpoint.root.size).filter_map(|index| self.ledger.tree.leaf(index));
        let tree: Tree<Digest> = leaves.copied().collect();
        Some(TrusteePackage {
            checkpoint: checkpoint.clone(),
            consistency: tree.consistency(before.root.size)?,
            confirmed,
        })
    }

    /// The log, with every record so far.
    pub fn log(&self) -> &L {
        self.ledger.log()
    }
}

impl<P: ProofSystem, L: Log> Floor for Aggregator<P, L> {
    fn key_of(&self, sender: Sender, phase: Phase) -> Option<VerifyingKey> {
        match (sender, phase) {
            (Sender::Client(client), Phase::Submit) => self.roster.key(client),
            (Sender::Trustee(trustee), Phase::Check | Phase::ConfirmList | Phase::Open) => {
                self.round.trustee_key(trustee)
            }
            _ => None,
        }
    }

    fn may_speak(&self, sender: Sender) -> bool {
        let spoke = |phase| self.ledger.spoke(phase, sender);
        match (sender, self.phase()) {
            (Sender::Client(client), Phase::Submit) => self.roster.has(client),
            (Sender::Trustee(trustee), Phase::Check) => self.round.trustee_key(trustee).is_some(),
            (Sender::Trustee(_), Phase::ConfirmList) => spoke(Phase::Check),
            (Sender::Trustee(_), Phase::Open) => spoke(Phase::ConfirmList),
            _ => false,
        }
    }

    fn deadline(&self, phase: Phase) -> u64 {
        self.round.configuration().deadline(phase)
    }

    fn has_phase(&self, phase: Phase) -> bool {
        Phase::COMMITTEE.contains(&phase)
    }

    fn lengths(&self, _: Sender, body: usize) -> Vec<usize> {
        match self.phase() {
            Phase::Submit => self.round.parts().lengths(),
            Phase::Check => complaints::lengths(body, self.round.clients()),
            Phase::Open => vec![self.round.parts().opening_len()],
            _ => Vec::new(),
        }
    }
}

impl<P: ProofSystem, L> fmt::Debug for Aggregator<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregator")
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}
