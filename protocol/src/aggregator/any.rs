//! The aggregator in whichever phase it is in, and its restart from the log.

use std::sync::Arc;

use veragg_circuits::proof_system::ProofSystem;

use super::{
    Acknowledging, Advertising, Aggregator, AggregatorError, Attesting, Closed, Confirming,
    Disputing, Ended, Log, Reply, Sharing, StillOpen, Submitting, Unmasked, Unmasking,
};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::signing::SigningKey;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::board::RecordKind;

/// The aggregator in some phase.
#[allow(missing_docs)]
pub enum AnyAggregator<P: ProofSystem, L: Log> {
    Advertising(Aggregator<P, L, Advertising>),
    Sharing(Aggregator<P, L, Sharing>),
    Confirming(Aggregator<P, L, Confirming>),
    Submitting(Aggregator<P, L, Submitting>),
    Attesting(Aggregator<P, L, Attesting<P>>),
    Disputing(Aggregator<P, L, Disputing<P>>),
    Acknowledging(Aggregator<P, L, Acknowledging<P>>),
    Unmasking(Aggregator<P, L, Unmasking<P>>),
    Ended(Aggregator<P, L, Ended<P::Group>>),
}

/// What closing the open phase gives.
pub type AnyClosed<P, L> = Result<AnyAggregator<P, L>, Box<StillOpen<AnyAggregator<P, L>>>>;

macro_rules! in_any_phase {
    ($self:expr, $aggregator:ident => $body:expr) => {
        match $self {
            AnyAggregator::Advertising($aggregator) => $body,
            AnyAggregator::Sharing($aggregator) => $body,
            AnyAggregator::Confirming($aggregator) => $body,
            AnyAggregator::Submitting($aggregator) => $body,
            AnyAggregator::Attesting($aggregator) => $body,
            AnyAggregator::Disputing($aggregator) => $body,
            AnyAggregator::Acknowledging($aggregator) => $body,
            AnyAggregator::Unmasking($aggregator) => $body,
            AnyAggregator::Ended($aggregator) => $body,
        }
    };
}

impl<P: ProofSystem, L: Log> AnyAggregator<P, L> {
    /// Opens the board of a round, or goes on where the log ends: every record in it is replayed
    /// through the same admission and the same rules, and must come out the same. A record that was cut
    /// off by the crash must have been removed; no receipt was given for it.
    pub fn resume(
        round: Arc<Round<P>>,
        key: impl Into<Arc<SigningKey>>,
        log: L,
    ) -> Result<Self, AggregatorError> {
        let records = log.len();
        let mut aggregator = Self::Advertising(Aggregator::open(round, key, log));
        let mut index = 0;
        while index < records && aggregator.phase() != Phase::Publish {
            let record = aggregator.log().read(index)?.into_owned();
            match record.kind {
                // It was in time when it was taken.
                RecordKind::Message => match aggregator.receive(&record.bytes, 0)? {
                    Reply::Receipt(_) => index += 1,
                    Reply::Refusal(_) => return Err(AggregatorError::Replay { record: index }),
                },
                RecordKind::Checkpoint => {
                    aggregator = aggregator.close()?;
                    index += 1;
                }
            }
        }
        // A record that nothing above has made stays in the log: a message twice, or one too many.
        let replayed = in_any_phase!(&aggregator, aggregator => aggregator.core.replayed());
        if replayed < records {
            return Err(AggregatorError::Replay { record: replayed });
        }
        Ok(aggregator)
    }

    /// The round.
    pub fn round(&self) -> Arc<Round<P>> {
        in_any_phase!(self, aggregator => aggregator.core.round())
    }

    /// The phase that is open; [`Phase::Publish`] when the round is over.
    pub fn phase(&self) -> Phase {
        in_any_phase!(self, aggregator => aggregator.core.phase())
    }

    /// Takes a message; see [`Aggregator::receive`]. When the round is over, everything new is
    /// late.
    pub fn receive(&mut self, bytes: &[u8], now: u64) -> Result<Reply, AggregatorError> {
        in_any_phase!(self, aggregator => aggregator.receive(bytes, now))
    }

    /// Closes the open phase; see the `close` of each. When the round is over, nothing changes.
    pub fn close(self) -> AnyClosed<P, L> {
        match self {
            Self::Advertising(open) => next(open.close(), Self::Sharing, Self::Advertising),
            Self::Sharing(open) => next(open.close(), Self::Confirming, Self::Sharing),
            Self::Confirming(open) => next(open.close(), Self::Submitting, Self::Confirming),
            Self::Submitting(open) => next(open.close(), Self::Attesting, Self::Submitting),
            Self::Attesting(open) => next(open.close(), Self::Disputing, Self::Attesting),
            Self::Disputing(open) => next(open.close(), Self::Acknowledging, Self::Disputing),
            Self::Acknowledging(open) => next(open.close(), Self::Unmasking, Self::Acknowledging),
            Self::Unmasking(open) => open
                .close()
                .map_err(|open| {
                    let StillOpen { aggregator, error } = *open;
                    let aggregator = Self::Unmasking(aggregator);
                    Box::new(StillOpen { aggregator, error })
                })
                .map(|closed| match closed {
                    Unmasked::Again(aggregator) => Self::Unmasking(*aggregator),
                    Unmasked::Ended(aggregator) => Self::Ended(*aggregator),
                }),
            Self::Ended(_) => Ok(self),
        }
    }

    /// The package for a client; see [`Aggregator::package`]. None is left when the round is over.
    pub fn package(&self, client: ClientId) -> Vec<u8> {
        if let Self::Ended(_) = self {
            return Vec::new();
        }
        in_any_phase!(self, aggregator => aggregator.package(client))
    }

    /// Who may speak in the open phase.
    pub fn eligible(&self) -> &ClientSet {
        in_any_phase!(self, aggregator => aggregator.eligible())
    }

    /// Who has spoken in the open phase.
    pub fn received(&self) -> usize {
        in_any_phase!(self, aggregator => aggregator.received())
    }

    /// The log, with every record so far.
    pub fn log(&self) -> &L {
        in_any_phase!(self, aggregator => aggregator.log())
    }

    /// Ends the aggregator's part and hands the log back.
    pub fn into_log(self) -> L {
        in_any_phase!(self, aggregator => aggregator.into_log())
    }
}

/// The next phase, or the same one with the reason.
fn next<P: ProofSystem, L: Log, S, T>(
    closed: Closed<P, L, S, T>,
    next: fn(Aggregator<P, L, T>) -> AnyAggregator<P, L>,
    same: fn(Aggregator<P, L, S>) -> AnyAggregator<P, L>,
) -> AnyClosed<P, L> {
    closed.map(next).map_err(|open| {
        let StillOpen { aggregator, error } = *open;
        Box::new(StillOpen {
            aggregator: same(aggregator),
            error,
        })
    })
}
