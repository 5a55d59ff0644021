//! The aggregator in whichever phase it is in, behind one trait.

use veragg_circuits::proof_system::ProofSystem;

use super::{
    Admission, Admitted, Aggregator, AggregatorError, Collecting, Log, PreparedClose, Reply,
    StillOpen, Unmasked,
};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::publish::Published;
use crate::round::phase::Phase;
use crate::wire::checkpoint::Checkpoint;

/// The aggregator in one of its phases, in a round of one of the suites.
pub trait AnyPhase: Send + Sync {
    /// The open phase.
    fn phase(&self) -> Phase;
    /// Judges a message.
    fn admit(&self, message: Vec<u8>, now: u64) -> Admission;
    /// Puts admitted messages on the board.
    fn commit(&mut self, batch: Vec<Admitted>) -> Result<Vec<Reply>, AggregatorError>;
    /// Admits and commits a message.
    fn receive(&mut self, message: Vec<u8>, now: u64) -> Result<Reply, AggregatorError>;
    /// Judges everything that was said.
    fn prepare_close(&self) -> Result<PreparedClose, AggregatorError>;
    /// The next phase; or the same one, and why.
    fn close_prepared(
        self: Box<Self>,
        prepared: PreparedClose,
    ) -> (Box<dyn AnyPhase>, Result<(), AggregatorError>);
    /// The package with which a client goes on that speaks next in `phase`.
    fn package_for(&self, client: ClientId, phase: Phase) -> Option<Vec<u8>>;
    /// Who may speak.
    fn eligible(&self) -> &ClientSet;
    /// Who has something to say, and has not said it yet.
    fn awaited(&self) -> ClientSet;
    /// How many have spoken.
    fn received(&self) -> usize;
    /// The last checkpoint.
    fn checkpoint(&self) -> Option<&Checkpoint>;
    /// What was published.
    fn published(&self) -> Option<Published>;
    /// The log.
    fn log(&self) -> &dyn Log;
    /// Records of the log that the state stands on.
    fn replayed(&self) -> u64;
}

impl<P: ProofSystem, L: Log, S: Collecting<P>> AnyPhase for Aggregator<P, L, S> {
    fn phase(&self) -> Phase {
        self.phase()
    }

    fn admit(&self, message: Vec<u8>, now: u64) -> Admission {
        self.admit(message, now)
    }

    fn commit(&mut self, batch: Vec<Admitted>) -> Result<Vec<Reply>, AggregatorError> {
        self.commit(batch)
    }

    fn receive(&mut self, message: Vec<u8>, now: u64) -> Result<Reply, AggregatorError> {
        self.receive(message, now)
    }

    fn prepare_close(&self) -> Result<PreparedClose, AggregatorError> {
        self.prepare_close()
    }

    fn close_prepared(
        self: Box<Self>,
        prepared: PreparedClose,
    ) -> (Box<dyn AnyPhase>, Result<(), AggregatorError>) {
        match Aggregator::close_prepared(*self, prepared) {
            Ok(next) => (next.into_phase(), Ok(())),
            Err(open) => {
                let StillOpen { aggregator, error } = *open;
                (Box::new(aggregator), Err(error))
            }
        }
    }

    fn package_for(&self, client: ClientId, phase: Phase) -> Option<Vec<u8>> {
        self.package_for(client, phase)
    }

    fn eligible(&self) -> &ClientSet {
        self.eligible()
    }

    fn awaited(&self) -> ClientSet {
        self.awaited()
    }

    fn received(&self) -> usize {
        self.received()
    }

    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint()
    }

    fn published(&self) -> Option<Published> {
        self.state.published(self.round())
    }

    fn log(&self) -> &dyn Log {
        self.log()
    }

    fn replayed(&self) -> u64 {
        self.core.records()
    }
}

/// What follows a phase.
pub trait IntoPhase {
    /// It, in whichever phase.
    fn into_phase(self) -> Box<dyn AnyPhase>;
}

impl<P: ProofSystem, L: Log, S: Collecting<P>> IntoPhase for Aggregator<P, L, S> {
    fn into_phase(self) -> Box<dyn AnyPhase> {
        Box::new(self)
    }
}

impl<P: ProofSystem, L: Log> IntoPhase for Unmasked<P, L> {
    fn into_phase(self) -> Box<dyn AnyPhase> {
        match self {
            Self::Again(aggregator) => aggregator,
            Self::Ended(aggregator) => aggregator,
        }
    }
}
