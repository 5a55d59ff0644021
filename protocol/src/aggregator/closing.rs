//! Closing a phase, in two steps: [`prepare_close`](Aggregator::prepare_close) judges every message of the
//! phase, which can take minutes, and changes nothing; [`close_prepared`](Aggregator::close_prepared) writes
//! what came out on the board, which is short.

use std::any::Any;
use std::fmt;

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::{Aggregator, Collecting, Log};
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientSet;
use crate::crypto::tree::Root;

/// What closing a phase comes to.
pub struct Closing<P: ProofSystem, D> {
    /// The list that the phase derives.
    pub(super) list: ClientSet,
    /// Who is excluded for a fault, of those who are not on the list.
    pub(super) faulty: ClientSet,
    /// What follows the phase.
    pub(super) then: Then<P>,
    /// What the next phase is made of.
    pub(super) derived: D,
}

/// What follows a phase.
pub(super) enum Then<P: ProofSystem> {
    /// The phase that follows in order.
    Next,
    /// A further round of unmask with this number, for these clients.
    Further(u8, ClientSet),
    /// This opening is published, and the round is over.
    Publish(Vec<<P::Group as Group>::Scalar>),
}

impl<P: ProofSystem, D> Closing<P, D> {
    /// Goes on with the next phase.
    pub(super) fn next(list: ClientSet, faulty: ClientSet, derived: D) -> Self {
        Self {
            list,
            faulty,
            then: Then::Next,
            derived,
        }
    }
}

/// A close that was prepared: everything is judged, and nothing stands on the board yet. It holds only for
/// the board that it was prepared on: after one more message it must be prepared anew.
#[must_use = "a close that is prepared has not happened"]
pub struct PreparedClose {
    /// The last checkpoint of the board that it was prepared on, and the head of its tree.
    chain: Digest,
    root: Root,
    closing: Box<dyn Any + Send>,
}

impl fmt::Debug for PreparedClose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedClose")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

/// A phase that could not be closed. Nothing was decided: it takes messages as before, and can be
/// closed later.
pub struct StillOpen<A> {
    /// The aggregator, in the same phase.
    pub aggregator: A,
    /// Why.
    pub error: AggregatorError,
}

/// What closing a phase gives: the aggregator in the next phase, or in the same one.
pub type Closed<P, L, S> =
    Result<<S as Collecting<P>>::Next<L>, Box<StillOpen<Aggregator<P, L, S>>>>;

impl<P: ProofSystem, L: Log, S: Collecting<P>> Aggregator<P, L, S> {
    /// Judges everything that was said in the open phase and derives its list. Other threads may read
    /// meanwhile: packages, the log, and [`admit`](Self::admit). Commit nothing between this and
    /// [`close_prepared`](Self::close_prepared): one more message makes the close outdated. What was admitted
    /// meanwhile is committed afterwards, and refused as late. Cost: the verification of every message,
    /// see `derive` of each phase. Errors: too few clients came through, or the log cannot be read.
    pub fn prepare_close(&self) -> Result<PreparedClose, AggregatorError> {
        Ok(PreparedClose {
            chain: *self.core.chain(),
            root: self.core.root(),
            closing: Box::new(self.state.derive(&self.core)?),
        })
    }

    /// Closes the phase as it was prepared. Cost: one append, and the start of the next phase.
    pub fn close_prepared(mut self, prepared: PreparedClose) -> Closed<P, L, S> {
        let PreparedClose {
            chain,
            root,
            closing,
        } = prepared;
        let of_this_board = chain == *self.core.chain() && root == self.core.root();
        let closing = closing
            .downcast::<Closing<P, S::Derived>>()
            .ok()
            .filter(|_| of_this_board)
            .ok_or(AggregatorError::Outdated);
        let closed = closing.and_then(|closing| {
            self.core.close(&closing)?;
            Ok(*closing)
        });
        match closed {
            Ok(closing) => Ok(self.state.next(self.core, closing)),
            Err(error) => Err(Box::new(StillOpen {
                aggregator: self,
                error,
            })),
        }
    }

    /// Closes the open phase: prepares it, and writes what came out on the board.
    pub fn close(self) -> Closed<P, L, S> {
        match self.prepare_close() {
            Ok(prepared) => self.close_prepared(prepared),
            Err(error) => Err(Box::new(StillOpen {
                aggregator: self,
                error,
            })),
        }
    }
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
