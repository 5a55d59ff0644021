//! Publish: opens the sum of the contributors' vectors (`specs/protocol.md` 3.9).

use std::collections::BTreeMap;

use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::core::Core;
use super::error::AggregatorError;
use super::set_up::SetUp;
use super::{Aggregator, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks;
use crate::pairwise::publish::Publication;
use crate::pairwise::submit::Submission;
use crate::pairwise::unmask;
use crate::round::phase::Phase;
use crate::round::Round;

/// The round is over; the board is complete.
#[derive(Debug)]
pub struct Ended<G: Group> {
    publication: Option<Publication<G>>,
}

impl<P: ProofSystem> Collecting<P> for Ended<P::Group> {
    fn lengths(&self, _: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        Vec::new()
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
}

impl<G: Group> Ended<G> {
    /// The last round of unmask has passed, and clients that attested falsely were left: there is no sum.
    pub(super) fn without_sum() -> Self {
        Self { publication: None }
    }
}

/// What removes the masks from the sum.
pub(super) struct Rebuilt<'a> {
    pub(super) set_up: &'a SetUp,
    pub(super) contributors: &'a ClientSet,
    pub(super) seeds: &'a BTreeMap<ClientId, KeyScalar>,
    pub(super) masks: &'a BTreeMap<ClientId, KeyScalar>,
}

/// The sum of the contributors' vectors without any mask.
fn open<P: ProofSystem, L: Log>(
    core: &Core<P, L>,
    rebuilt: &Rebuilt<'_>,
) -> Result<Vec<<P::Group as Group>::Scalar>, AggregatorError> {
    let round = core.round();
    let mut sum = vec![<P::Group as Group>::Scalar::zero(); round.masked_scalars()];
    core.read_batches(Phase::Submit, rebuilt.contributors, |batch| {
        let decoded: Vec<_> = batch
            .into_par_iter()
            .filter_map(|(_, message)| Submission::<P>::masked_of(&round, &message).ok())
            .collect();
        for masked in decoded {
            sum.par_iter_mut()
                .zip(masked)
                .for_each(|(sum, value)| *sum += value);
        }
    })?;
    let lists = (&rebuilt.set_up.participants, rebuilt.contributors);
    let key = |client| rebuilt.set_up.mask_key(client);
    let masks = unmask::masks_in_sum(&round, lists, rebuilt.seeds, rebuilt.masks, key);
    let masks = masks.map_err(|client| AggregatorError::Shares {
        client,
        got: 0,
        need: round.threshold(),
    })?;
    masks::apply::<P::Group>(&mut sum, &masks);
    Ok(sum)
}

/// 3.9: closes unmask, publishes the opened sum and what became of every client, and ends the round.
pub(super) fn close<P: ProofSystem, L: Log>(
    core: &mut Core<P, L>,
    rebuilt: &Rebuilt<'_>,
) -> Result<Ended<P::Group>, AggregatorError> {
    let opening = open(core, rebuilt)?;
    core.close(rebuilt.contributors, |_| true)?;
    let publication = Publication {
        opening,
        outcomes: core.outcomes(),
    };
    core.say(&[publication.encode()])?;
    core.close(rebuilt.contributors, |_| false)?;
    let publication = Some(publication);
    Ok(Ended { publication })
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Ended<P::Group>> {
    /// What was published; nothing if clients that attested falsely were left when the last round of unmask had passed.
    pub fn publication(&self) -> Option<&Publication<P::Group>> {
        self.state.publication.as_ref()
    }
}
