//! Publish: opens the sum of the contributors' vectors (`specs/protocol.md` 3.9).

use std::collections::BTreeMap;

use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::closing::Closing;
use super::core::Core;
use super::error::AggregatorError;
use super::set_up::SetUp;
use super::{Aggregator, Collecting, Log};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks;
use crate::pairwise::publish::{Outcome, Publication, Published};
use crate::pairwise::submit::Submission;
use crate::pairwise::unmask;
use crate::round::phase::Phase;
use crate::round::Round;

/// The round is over; the board is complete.
#[derive(Debug)]
pub struct Ended<G: Group> {
    publication: Option<Publication<G>>,
}

impl<G: Group> Ended<G> {
    /// The last round of unmask has passed, and clients that attested falsely were left: there is no sum.
    pub(super) fn without_sum() -> Self {
        Self { publication: None }
    }

    pub(super) fn published(opening: Vec<G::Scalar>, outcomes: Vec<Outcome>) -> Self {
        let publication = Some(Publication { opening, outcomes });
        Self { publication }
    }
}

impl<P: ProofSystem> Collecting<P> for Ended<P::Group> {
    type Derived = ();
    type Next<L: Log> = Aggregator<P, L, Self>;

    fn lengths(&self, _: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        Vec::new()
    }

    fn awaits(&self, _: &Round<P>, _: ClientId) -> bool {
        false
    }

    fn published(&self, round: &Round<P>) -> Option<Published> {
        let publication = self.publication.as_ref()?;
        Some(publication.published(round))
    }

    /// There is nothing left to close.
    fn derive<L: Log>(&self, _: &Core<P, L>) -> Result<Closing<P, ()>, AggregatorError> {
        Err(AggregatorError::Over)
    }

    fn next<L: Log>(self, core: Core<P, L>, _: Closing<P, ()>) -> Aggregator<P, L, Self> {
        Aggregator { core, state: self }
    }
}

/// 3.9: the sum of the contributors' vectors without any mask. `seeds` and `masks` are the reconstructed secrets.
pub(super) fn open<P: ProofSystem, L: Log>(
    core: &Core<P, L>,
    set_up: &SetUp,
    contributors: &ClientSet,
    seeds: &BTreeMap<ClientId, KeyScalar>,
    masks: &BTreeMap<ClientId, KeyScalar>,
) -> Result<Vec<<P::Group as Group>::Scalar>, AggregatorError> {
    let round = core.round();
    let mut sum = vec![<P::Group as Group>::Scalar::zero(); round.masked_scalars()];
    core.read_batches(Phase::Submit, contributors, |batch| {
        let decoded: Vec<_> = batch
            .into_par_iter()
            .filter_map(|(_, message)| Submission::<P>::masked_of(round, message.body).ok())
            .collect();
        for masked in decoded {
            sum.par_iter_mut()
                .zip(masked)
                .for_each(|(sum, value)| *sum += value);
        }
    })?;
    let lists = (&set_up.participants, contributors);
    let key = |client| set_up.mask_key(client);
    let in_sum = unmask::masks_in_sum(round, lists, seeds, masks, key);
    let in_sum = in_sum.map_err(|client| AggregatorError::Shares {
        client,
        got: 0,
        need: round.threshold(),
    })?;
    masks::apply::<P::Group>(&mut sum, &in_sum);
    Ok(sum)
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Ended<P::Group>> {
    /// What was published; nothing if clients that attested falsely were left when the last round of unmask
    /// had passed.
    pub fn publication(&self) -> Option<&Publication<P::Group>> {
        self.state.publication.as_ref()
    }
}
