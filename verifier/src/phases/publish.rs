//! Publish: V-10 to V-12, the publication of the aggregator.
//!
//! It is read as a stream: its opening is summed up for V-11 and unpacked for V-12, and only the outcomes
//! are held.

use std::io::{Read, Seek};

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::opening::Opening;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;
use veragg_protocol::wire::body::Body;

use super::{Derived, Desk, Ending, Judge, Open, ReadMessage};
use crate::checks::aggregate::{self, Sums};
use crate::checks::contributors;
use crate::checks::opening::{self, Published};
use crate::findings::{Finding, Findings};
use crate::ground::{Ground, Secrets};
use crate::step::Step;

/// What is held of the body of a publication.
pub(crate) struct Publication<'a, P: ProofSystem> {
    opening: Opening<'a, P>,
    sums: Sums<'a>,
    /// What became of each client, if the body decodes.
    outcomes: Result<Vec<Outcome>, DecodeError>,
}

/// The last phase.
pub(crate) struct Publish {
    /// The secrets that were rebuilt.
    secrets: Secrets,
    published: bool,
}

impl Publish {
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            published: false,
        }
    }
}

/// The numbers of those who contributed.
fn contributing(outcomes: &[Outcome]) -> Vec<u32> {
    let contributed = outcomes.iter().enumerate();
    contributed
        .filter(|(_, outcome)| **outcome == Outcome::Contributed)
        .map(|(index, _)| ClientId::from_index(index).number())
        .collect()
}

impl<P: ProofSystem> Judge<P> for Publish {
    /// Nothing of a publication that is one too many.
    type Content<'a>
        = Option<Publication<'a, P>>
    where
        P: 'a;

    fn phase(&self) -> Phase {
        Phase::Publish
    }

    fn lengths(&self, _: &Ground<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        Vec::new()
    }

    fn read<'a, R: Read>(
        &self,
        ground: &Ground<'a, P>,
        entry: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Option<Publication<'a, P>>, BoardError> {
        if !Step::PublishedOnce.holds(!self.published) {
            return Ok(None);
        }
        let round = ground.round;
        let contributors = contributing(&ground.recomputed()).len();
        let contributors = u32::try_from(contributors).unwrap_or(u32::MAX);
        let given = ground.options.aggregate.as_deref();
        let mut sums = Sums::new(round.layout(), contributors, given);
        let mut opening = Opening::new(round.proofs(), round.context(), entry);
        let (values, blindings) = (round.layout().scalars(), round.layout().rows());
        let values = body.scalars::<P::Group>(values, "opening", |scalar| {
            opening.push(&scalar);
            sums.push::<P::Group>(&scalar);
        })?;
        let blindings =
            body.scalars::<P::Group>(blindings, "opening", |scalar| opening.push(&scalar))?;
        let outcomes = body.bytes(round.clients() as usize)?;
        let decoded = values.and(blindings);
        Ok(Some(Publication {
            opening,
            sums,
            outcomes: decoded.and_then(|()| Outcome::decode_all(&outcomes)),
        }))
    }

    fn take(
        &mut self,
        _: &mut Ground<'_, P>,
        _: ClientId,
        _: ReadMessage<Option<Publication<'_, P>>>,
        _: &mut Findings,
    ) {
    }

    fn take_aggregators<R: Read + Seek>(
        &mut self,
        said: Option<ReadMessage<Option<Publication<'_, P>>>>,
        Desk {
            ground,
            records,
            findings,
        }: Desk<'_, '_, P, R>,
    ) -> Result<(), BoardError> {
        let again = std::mem::replace(&mut self.published, true);
        let Some(said) = said.filter(|_| Step::PublicationOfRest.holds(!ground.missing)) else {
            return Ok(());
        };
        let leaf = said.leaf;
        // V-04.8
        if !Step::PublishedOnce.holds(!again) {
            let finding =
                Finding::failure(Step::PublishedOnce, "the aggregator has published twice");
            findings.record(finding.by_aggregator(leaf));
            return Ok(());
        }
        let Some(Publication {
            opening,
            sums,
            outcomes,
        }) = said.content
        else {
            return Ok(());
        };
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(error) => {
                let finding = Finding::failure(Step::PublicationDecodes, error.to_string());
                findings.record(finding.by_aggregator(leaf));
                return Ok(());
            }
        };
        let recomputed = ground.recomputed();
        contributors::check(ground, &recomputed, &outcomes, leaf, findings);
        let numbers = contributing(&recomputed);
        let contributed = |client: ClientId| numbers.binary_search(&client.number()).is_ok();
        let contributors = ground.set(contributed);
        let published = Published {
            leaf,
            position: said.position,
            entry: &said.envelope.entry(),
            contributors: &contributors,
            seeds: &self.secrets.seeds,
            masks: &self.secrets.masks,
        };
        opening::check(&opening, &published, ground, records, findings)?;
        aggregate::check(ground, sums, &numbers, leaf, findings);
        Ok(())
    }

    fn close<R: Read + Seek>(
        &mut self,
        _: &Ending<'_>,
        Desk { ground, .. }: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let list = ground.contributors.clone();
        Ok(Derived::of(list, ground.round.clients()))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        _: &Digest,
        Desk { findings, .. }: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        // V-03.7
        if !self.published {
            let what = "the round was closed without a publication";
            findings.record(Finding::failure(Step::SomethingPublished, what));
        }
        Ok(None)
    }
}
