//! Publish: V-10 to V-12, the publication of the aggregator.
//!
//! It is read piece by piece: its opening is summed for V-11 and unpacked for V-12, and only the outcomes are
//! kept.

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

use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::check::Check;
use crate::checks::aggregate::{self, Sums};
use crate::checks::contributors;
use crate::checks::opening::{self, Published};
use crate::established::{Established, Secrets};
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// What is kept of the body of a publication.
pub(crate) struct Publication<'a, P: ProofSystem> {
    opening: Opening<'a, P>,
    sums: Sums<'a>,
    /// The published outcome of each client, if the body decodes.
    outcomes: Result<Vec<Outcome>, DecodeError>,
}

/// The phase of the publication.
pub(crate) struct Publish {
    /// The secrets that were reconstructed in unmask.
    secrets: Secrets,
    /// Whether a publication was received.
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

/// The numbers of the clients whose outcome is that they contributed.
fn contributing(outcomes: &[Outcome]) -> Vec<u32> {
    let contributed = outcomes.iter().enumerate();
    contributed
        .filter(|(_, outcome)| **outcome == Outcome::Contributed)
        .map(|(index, _)| ClientId::from_index(index).number())
        .collect()
}

impl<P: ProofSystem> Judge<P> for Publish {
    /// `None` for a second publication.
    type Content<'a>
        = Option<Publication<'a, P>>
    where
        P: 'a;

    fn phase(&self) -> Phase {
        Phase::Publish
    }

    fn lengths(&self, _: &Established<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        Vec::new()
    }

    fn read<'a, R: Read>(
        &self,
        established: &Established<'a, P>,
        entry: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Option<Publication<'a, P>>, BoardError> {
        if !Step::PublishedOnce.holds(!self.published) {
            return Ok(None);
        }
        let round = established.round;
        let contributors = contributing(&established.recomputed()).len();
        let contributors = u32::try_from(contributors).unwrap_or(u32::MAX);
        let given = established.options.aggregate.as_deref();
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
        _: &mut Established<'_, P>,
        _: ClientId,
        _: ReadMessage<Option<Publication<'_, P>>>,
        _: &mut Findings,
    ) {
    }

    fn take_aggregators<R: Read + Seek>(
        &mut self,
        leaf: u64,
        message: Option<ReadMessage<Option<Publication<'_, P>>>>,
        Workspace {
            established,
            records,
            findings,
        }: Workspace<'_, '_, P, R>,
    ) -> Result<(), BoardError> {
        let again = std::mem::replace(&mut self.published, true);
        // V-04.8
        if !Step::PublishedOnce.holds(!again) {
            let finding = Finding::failure(
                Step::PublishedOnce,
                "this is a second publication, but a round has only one",
            );
            findings.record(finding.by_aggregator(leaf));
            return Ok(());
        }
        let Some(message) = message else {
            return Ok(());
        };
        let Some(Publication {
            opening,
            sums,
            outcomes,
        }) = message.content
        else {
            return Ok(());
        };
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(error) => {
                let what = format!("the publication does not decode: {error}");
                let finding = Finding::failure(Step::PublicationDecodes, what);
                findings.record(finding.by_aggregator(leaf));
                return Ok(());
            }
        };
        // What follows from the other messages cannot be judged without them.
        if !Step::PublicationOfRest.holds(!established.missing) {
            for check in [Check::Contributors, Check::Opening, Check::Aggregate] {
                findings.not_applicable(
                    check,
                    "a body is missing or damaged, and the check needs all",
                );
            }
            return Ok(());
        }
        let recomputed = established.recomputed();
        contributors::check(established, &recomputed, &outcomes, leaf, findings);
        let numbers = contributing(&recomputed);
        let contributed = |client: ClientId| numbers.binary_search(&client.number()).is_ok();
        let contributors = established.set(contributed);
        let published = Published {
            leaf,
            position: message.position,
            entry: &message.envelope.entry(),
            contributors: &contributors,
            seeds: &self.secrets.seeds,
            masks: &self.secrets.masks,
        };
        opening::check(&opening, &published, established, records, findings)?;
        aggregate::check(established, sums, &numbers, leaf, findings);
        Ok(())
    }

    fn close<R: Read + Seek>(
        &mut self,
        _: &PhaseEnd<'_>,
        Workspace { established, .. }: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let list = established.contributors.clone();
        Ok(Derived::of(list, established.round.clients()))
    }

    fn follow<R: Read + Seek>(
        self,
        _: ClientSet,
        _: &Digest,
        Workspace { findings, .. }: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        // V-03.7
        if !self.published {
            let what = "the round was closed without a publication";
            let finding = Finding::failure(Step::SomethingPublished, what);
            findings.record(finding.by(Some(Culprit::Aggregator)));
        }
        Ok(None)
    }
}
