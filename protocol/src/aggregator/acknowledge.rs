//! Acknowledge: collects signatures on the list of contributors (`specs/protocol.md` 3.7).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::closing::Closing;
use super::core::Core;
use super::error::AggregatorError;
use super::set_up::{enough, SetUp};
use super::unmask::Unmasking;
use super::{Aggregator, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::attest::{Attested, Challenges};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::parts::Parts;

/// Collects acknowledgements.
pub struct Acknowledging<P: ProofSystem> {
    pub(super) set_up: SetUp,
    pub(super) challenges: Challenges<P>,
    pub(super) contributors: ClientSet,
    pub(super) values: HashMap<ClientId, Attested>,
    /// The parts of the attestations, for those who had nothing to dispute and come late.
    pub(super) parts: HashMap<ClientId, Parts>,
}

impl<P: ProofSystem> Collecting<P> for Acknowledging<P> {
    type Derived = ();
    type Next<L: Log> = Aggregator<P, L, Unmasking<P>>;

    fn lengths(&self, round: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        round.acknowledge_lengths()
    }

    fn needed(
        &self,
        round: &Round<P>,
        closed: Phase,
        reader: ClientId,
        author: ClientId,
    ) -> Needed<'_> {
        match closed {
            Phase::Attest => self
                .set_up
                .of_attestation(round, &self.parts, reader, author),
            _ => Needed::Envelope,
        }
    }

    /// 3.7: lists who has acknowledged the contributors.
    fn derive<L: Log>(&self, core: &Core<P, L>) -> Result<Closing<P, ()>, AggregatorError> {
        let acknowledged = core.spoke();
        enough(core.round(), Phase::Acknowledge, &acknowledged)?;
        let faulty = ClientSet::empty(core.round().clients());
        Ok(Closing::next(acknowledged, faulty, ()))
    }

    fn next<L: Log>(
        self,
        core: Core<P, L>,
        closing: Closing<P, ()>,
    ) -> Aggregator<P, L, Unmasking<P>> {
        let Self {
            set_up,
            challenges,
            contributors,
            values,
            parts: _,
        } = self;
        let state = Unmasking::new(set_up, challenges, values, contributors, closing.list);
        Aggregator { core, state }
    }
}
