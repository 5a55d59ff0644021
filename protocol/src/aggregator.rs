//! The aggregator as a state machine: bytes in, bytes out (`specs/protocol.md` 3).
//!
//! This module has the aggregator with its suite and its phase as types, for those who want the compiler to
//! see to the order; [`crate::roles::Aggregator`] is one type for all of them.
//!
//! In each phase it takes messages in any order ([`Aggregator::receive`]), each answered with a
//! signed receipt or refusal; closing the phase consumes the state, derives the list, signs the
//! checkpoint and gives the next state, which has a package for every client that goes on
//! ([`Aggregator::package`]). All it keeps is in the [`Log`] that the caller provides: the records
//! of the board. After a restart it replays them ([`crate::roles::Aggregator::resume`]).
//!
//! ```text
//! Advertising -> Sharing -> Confirming -> Submitting -> Attesting -> Disputing -> Acknowledging
//!             -> Unmasking (-> Unmasking)* -> Ended
//! ```
//!
//! What takes long borrows the aggregator, and what changes it is short: [`admit`](Aggregator::admit) and
//! [`commit`](Aggregator::commit), [`prepare_close`](Aggregator::prepare_close) and
//! [`close_prepared`](Aggregator::close_prepared).

mod acknowledge;
pub(crate) mod admission;
mod advertise;
mod any;
mod attest;
mod closing;
mod confirm;
mod core;
mod dispute;
mod error;
mod judged;
pub(crate) mod ledger;
mod log;
mod packages;
mod publish;
mod set_up;
mod share;
mod submit;
mod unmask;

use std::sync::Arc;

use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::signing::{SigningKey, VerifyingKey};
use crate::pairwise::fraud_proof::FraudProof;
use crate::pairwise::publish::Published;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::Sender;

pub use acknowledge::Acknowledging;
pub use admission::{Admission, Admitted, Reply};
pub use advertise::Advertising;
pub use any::{AnyPhase, IntoPhase};
pub use attest::Attesting;
pub use closing::{Closed, Closing, PreparedClose, StillOpen};
pub use confirm::Confirming;
pub use dispute::Disputing;
pub use error::AggregatorError;
pub use log::{AppendError, Log};
pub use packages::Needed;
pub use publish::Ended;
pub use share::Sharing;
pub use submit::Submitting;
pub use unmask::{Unmasked, Unmasking};

use self::admission::Floor;
use self::core::Core;

/// The aggregator in one of its phases.
#[derive(Debug)]
pub struct Aggregator<P: ProofSystem, L: Log, S> {
    pub(crate) core: Core<P, L>,
    pub(crate) state: S,
}

/// What a phase is to the aggregator.
pub trait Collecting<P: ProofSystem>: Send + Sync + Sized + 'static {
    /// What closing the phase works out for the next one.
    type Derived: Send + 'static;
    /// The aggregator after it.
    type Next<L: Log>: IntoPhase;

    /// Lengths of the parts of an eligible client's message whose body has `body` bytes.
    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize>;

    /// What `reader` needs of `author`'s message in a phase that has closed.
    fn needed(
        &self,
        _: &Round<P>,
        _closed: Phase,
        _reader: ClientId,
        _author: ClientId,
    ) -> Needed<'_> {
        Needed::Envelope
    }

    /// What `reader` must be shown of those who left in a phase that has closed.
    fn fraud_proofs(&self, _: &Round<P>, _closed: Phase, _reader: ClientId) -> Vec<FraudProof> {
        Vec::new()
    }

    /// Whether an eligible client has something to say in this phase.
    fn awaits(&self, _: &Round<P>, _client: ClientId) -> bool {
        true
    }

    /// What was published, if the round is over.
    fn published(&self, _: &Round<P>) -> Option<Published> {
        None
    }

    /// Judges what was said in the phase.
    fn derive<L: Log>(
        &self,
        core: &Core<P, L>,
    ) -> Result<Closing<P, Self::Derived>, AggregatorError>;

    /// The aggregator after the phase, whose checkpoint stands on the board.
    fn next<L: Log>(self, core: Core<P, L>, closing: Closing<P, Self::Derived>) -> Self::Next<L>;
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Advertising> {
    /// Opens the board of a round on an empty log. `key` is the aggregator's, as the
    /// configuration names it.
    pub fn open(round: Arc<Round<P>>, key: impl Into<Arc<SigningKey>>, log: L) -> Self {
        Self {
            core: Core::new(round, key.into(), log),
            state: Advertising,
        }
    }
}

impl<P: ProofSystem, L: Log, S: Collecting<P>> Aggregator<P, L, S> {
    /// Judges a message, at a time in seconds since 1970 UTC, and changes nothing: many threads can do so
    /// at once. Everything that is wrong with the message is a signed [`Refusal`]. What is accepted stands
    /// on the board once it is [committed](Self::commit). The bytes are moved, not copied.
    ///
    /// [`Refusal`]: crate::wire::receipt::Refusal
    pub fn admit(&self, message: Vec<u8>, now: u64) -> Admission {
        self.core.ledger.admit(message, now, self)
    }

    /// Puts admitted messages on the board, all in one append, and answers each, in order. Messages that
    /// came too late, since the phase was closed or another message of the sender was committed meanwhile,
    /// are refused. An error means that the log failed, and nothing has changed.
    pub fn commit(&mut self, batch: Vec<Admitted>) -> Result<Vec<Reply>, AggregatorError> {
        let (replies, committed) = self.core.ledger.commit(batch)?;
        self.core.note(committed);
        Ok(replies)
    }

    /// Takes a message: admits and commits it.
    pub fn receive(&mut self, message: Vec<u8>, now: u64) -> Result<Reply, AggregatorError> {
        match self.admit(message, now) {
            Admission::Answered(reply) => Ok(reply),
            Admission::Accepted(admitted) => {
                let mut replies = self.commit(vec![admitted])?;
                // One message, one reply.
                replies.pop().ok_or(AggregatorError::Interrupted)
            }
        }
    }

    /// The package for a client that goes on in the open phase: what it needs of the phase that has just closed.
    /// Before the first has closed there is none, and after the last nobody goes on: the bytes are empty.
    pub fn package(&self, client: ClientId) -> Vec<u8> {
        self.package_for(client, self.phase()).unwrap_or_default()
    }

    /// The package with which a client goes on that speaks next in `phase`
    /// ([`Client::phase`](crate::roles::Client::phase)): of the open phase, or of an earlier one in which not
    /// everybody has something to say. Such a phase may be over before a client has fetched its package, and the
    /// client needs the packages in turn. When the round is over, the package for a further round of unmask says
    /// so, and the client has finished. Nothing if the client comes too late, or too early.
    pub fn package_for(&self, client: ClientId, phase: Phase) -> Option<Vec<u8>> {
        let round = self.core.round();
        let Some(closed) = self.core.before(phase) else {
            return (phase == self.phase() && phase == Phase::Advertise).then(Vec::new);
        };
        let of = closed.checkpoint.phase;
        let needed = |author| self.state.needed(round, of, client, author);
        let fraud_proofs = self.state.fraud_proofs(round, of, client);
        Some(self.core.package(closed, client, needed, fraud_proofs))
    }

    /// Who may speak in this phase; nobody when the round is over.
    pub fn eligible(&self) -> &ClientSet {
        match self.phase() {
            Phase::Publish => self.core.nobody(),
            _ => self.core.eligible(),
        }
    }

    /// Who may speak in this phase, has something to say in it, and has not said it yet. In dispute these are
    /// the ends of disputed edges: if there is nothing to dispute, nobody is awaited. In a further round of
    /// unmask these are the holders of shares of those who have left. A phase in which nobody is awaited can be
    /// closed at once; those who had nothing to say fetch its package by [`package_for`](Self::package_for).
    pub fn awaited(&self) -> ClientSet {
        let core = &self.core;
        ClientSet::of(core.round().clients(), |client| {
            core.eligible().contains(client)
                && !core.has_spoken(client)
                && self.state.awaits(core.round(), client)
        })
    }
}

impl<P: ProofSystem, L: Log, S: Collecting<P>> Floor for Aggregator<P, L, S> {
    fn key_of(&self, sender: Sender, _: Phase) -> Option<VerifyingKey> {
        match sender {
            Sender::Client(client) => self.core.round().roster().key(client),
            Sender::Aggregator | Sender::Trustee(_) => None,
        }
    }

    fn may_speak(&self, sender: Sender) -> bool {
        matches!(sender, Sender::Client(client) if self.core.eligible().contains(client))
    }

    fn deadline(&self, phase: Phase) -> u64 {
        self.core.round().configuration().deadline(phase)
    }

    fn has_phase(&self, phase: Phase) -> bool {
        phase.is_pairwise()
    }

    fn lengths(&self, sender: Sender, body: usize) -> Vec<usize> {
        match sender {
            Sender::Client(client) => self.state.lengths(self.core.round(), client, body),
            Sender::Aggregator | Sender::Trustee(_) => Vec::new(),
        }
    }
}

impl<P: ProofSystem, L: Log, S> Aggregator<P, L, S> {
    /// The round.
    pub fn round(&self) -> &Arc<Round<P>> {
        self.core.round()
    }

    /// The phase that is open; [`Phase::Publish`] when the round is over.
    pub fn phase(&self) -> Phase {
        self.core.phase()
    }

    /// How many have spoken in this phase.
    pub fn received(&self) -> usize {
        self.core.spoke().len()
    }

    /// The last checkpoint; nothing before the first phase is closed.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.core.last.as_ref().map(|last| &last.checkpoint)
    }

    /// The log, with every record so far.
    pub fn log(&self) -> &L {
        self.core.log()
    }

    /// Ends the aggregator's part and hands the log back.
    pub fn into_log(self) -> L {
        self.core.into_log()
    }
}
