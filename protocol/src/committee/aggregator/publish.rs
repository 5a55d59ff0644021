//! Publish: the sum, in the aggregator's own message (`specs/committee.md` 3.5).

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::Aggregator;
use crate::aggregator::ledger::record_of_message;
use crate::aggregator::Log;
use crate::crypto::hash::Digest;
use crate::pairwise::publish::{Outcome, Publication};
use crate::wire::board::Record;

impl<P: ProofSystem, L: Log> Aggregator<P, L> {
    /// The record of the publication that answers a checkpoint, and its entry.
    pub(super) fn publication(
        &self,
        chain: Digest,
        opening: Vec<<P::Group as Group>::Scalar>,
        outcomes: &[Option<Outcome>],
    ) -> (Record, Digest) {
        let outcomes = outcomes.iter();
        let publication = Publication::<P::Group> {
            opening,
            outcomes: outcomes
                .map(|outcome| outcome.unwrap_or(Outcome::Contributed))
                .collect(),
        };
        let message = self.ledger.publication(chain, publication.encode());
        (record_of_message(&message), message.envelope.entry())
    }
}
