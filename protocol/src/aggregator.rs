//! The aggregator as a state machine: bytes in, bytes out (`specs/protocol.md` 3).
//!
//! In each phase it takes messages in any order ([`Aggregator::receive`]), each answered with a
//! signed receipt or refusal; closing the phase consumes the state, derives the list, signs the
//! checkpoint and gives the next state, which has a package for every client that goes on
//! ([`Aggregator::package`]). All it keeps is in the [`Log`] that the caller provides: the records
//! of the board. After a restart it replays them ([`AnyAggregator::resume`]).
//!
//! ```text
//! Advertising -> Sharing -> Confirming -> Submitting -> Attesting -> Disputing -> Acknowledging
//!             -> Unmasking (-> Unmasking)* -> Ended
//! ```

mod acknowledge;
mod advertise;
mod any;
mod attest;
mod confirm;
mod core;
mod dispute;
mod error;
mod publish;
mod set_up;
mod share;
mod submit;
mod unmask;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::signing::SigningKey;
use crate::crypto::tree::Tree;
use crate::pairwise::fraud_proof::FraudProof;
use crate::round::Round;
use crate::wire::board::Record;
use crate::wire::receipt::{Receipt, Refusal};

pub use acknowledge::Acknowledging;
pub use advertise::Advertising;
pub use any::{AnyAggregator, AnyClosed};
pub use attest::Attesting;
pub use confirm::Confirming;
pub use dispute::Disputing;
pub use error::AggregatorError;
pub use publish::Ended;
pub use share::Sharing;
pub use submit::Submitting;
pub use unmask::{Unmasked, Unmasking};

use self::core::Core;

/// Where the aggregator keeps the board's records, in order. Appending must have reached stable
/// storage when it returns, since a receipt is given for it.
pub trait Log: Send + Sync {
    /// Appends a record.
    fn append(&mut self, record: Record) -> io::Result<()>;
    /// The record at an index.
    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>>;
    /// Records so far.
    fn len(&self) -> u64;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A log in memory.
impl Log for Vec<Record> {
    fn append(&mut self, record: Record) -> io::Result<()> {
        self.push(record);
        Ok(())
    }

    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>> {
        let found = usize::try_from(index)
            .ok()
            .and_then(|index| self.get(index));
        found
            .map(Cow::Borrowed)
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn len(&self) -> u64 {
        Vec::len(self) as u64
    }
}

/// The aggregator in one of its phases.
#[derive(Debug)]
pub struct Aggregator<P: ProofSystem, L: Log, S> {
    core: Core<P, L>,
    state: S,
}

/// What closing a phase gives.
pub type Closed<P, L, S, T> = Result<Aggregator<P, L, T>, Box<StillOpen<Aggregator<P, L, S>>>>;

/// A phase that could not be closed. Nothing was decided: it takes messages as before, and can be
/// closed later. Only if the log failed, go on with [`AnyAggregator::resume`].
pub struct StillOpen<A> {
    /// The aggregator, in the same phase.
    pub aggregator: A,
    /// Why.
    pub error: AggregatorError,
}

impl<A> fmt::Debug for StillOpen<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StillOpen").field(&self.error).finish()
    }
}

impl<A> From<Box<StillOpen<A>>> for AggregatorError {
    fn from(open: Box<StillOpen<A>>) -> Self {
        open.error
    }
}

/// The answer to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It stands on the board.
    Receipt(Receipt),
    /// It was not taken, and nothing changed.
    Refusal(Refusal),
}

/// What a phase needs to know to take messages.
pub trait Collecting<P: ProofSystem> {
    /// Lengths of the parts of an eligible client's message whose body has `body` bytes.
    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize>;
    /// What `reader` needs of `author`'s message in the phase before.
    fn needed(&self, round: &Round<P>, reader: ClientId, author: ClientId) -> Needed<'_>;
    /// What `reader` must be shown of those who left in the phase before.
    fn fraud_proofs(&self, _: &Round<P>, _: ClientId) -> Vec<FraudProof> {
        Vec::new()
    }
}

/// What a client needs of another client's message.
pub enum Needed<'a> {
    /// The envelope.
    Envelope,
    /// One part, of a body whose parts stand in this tree.
    Part(&'a Tree<Vec<u8>>, usize),
}

impl<'a> Needed<'a> {
    /// A part of a body, if its parts were kept.
    fn part(tree: Option<&'a Tree<Vec<u8>>>, position: usize) -> Self {
        tree.map_or(Self::Envelope, |tree| Self::Part(tree, position))
    }
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
    /// Takes a message, at a time in seconds since 1970 UTC. An error means that the log failed;
    /// everything that is wrong with the message is a signed [`Refusal`].
    pub fn receive(&mut self, bytes: &[u8], now: u64) -> Result<Reply, AggregatorError> {
        let Self { core, state } = self;
        let round = core.round();
        core.receive(bytes, now, |client, body| {
            state.lengths(&round, client, body)
        })
    }

    /// The package for a client that goes on: what it needs of the phase that has just closed.
    pub fn package(&self, client: ClientId) -> Vec<u8> {
        let round = self.core.round();
        let needed = |author| self.state.needed(&round, client, author);
        let fraud_proofs = self.state.fraud_proofs(&round, client);
        self.core.package(client, needed, fraud_proofs)
    }
}

impl<P: ProofSystem, L: Log, S> Aggregator<P, L, S> {
    fn transition<T>(
        mut self,
        close: impl FnOnce(&mut Core<P, L>, &mut S) -> Result<T, AggregatorError>,
    ) -> Closed<P, L, S, T> {
        match close(&mut self.core, &mut self.state) {
            Ok(state) => Ok(Aggregator {
                core: self.core,
                state,
            }),
            Err(error) => Err(Box::new(StillOpen {
                aggregator: self,
                error,
            })),
        }
    }

    /// Who may speak in this phase.
    pub fn eligible(&self) -> &ClientSet {
        self.core.eligible()
    }

    /// Who has spoken in this phase.
    pub fn received(&self) -> usize {
        self.core.spoke().len()
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
