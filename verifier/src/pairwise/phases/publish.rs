//! Publish: V-10 to V-12, the aggregator's publication.

use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;
use veragg_protocol::wire::body::Body;

use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::checks::aggregate::{self, Told};
use crate::checks::contributors::{self, Enough};
use crate::checks::publication::{self, contributing, Expected, Publication};
use crate::findings::Findings;
use crate::pairwise::checks::opening::{self, Published};
use crate::pairwise::established::{Established, Secrets};
use crate::step::Step;

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
        let (round, options) = (established.round, established.options);
        let expected = Expected {
            proofs: round.proofs(),
            context: round.context(),
            recomputed: established.recomputed(),
            given: options.aggregate.as_deref(),
            outcomes: Outcome::decode_all,
        };
        Publication::read(expected, entry, body).map(Some)
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
            publication::second(leaf, findings);
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
        let Some(outcomes) = publication::decoded(outcomes, leaf, findings) else {
            return Ok(());
        };
        // What follows from the other messages cannot be judged without them.
        if !Step::PublicationOfRest.holds(!established.missing) {
            publication::not_judged(findings);
            return Ok(());
        }
        let enough = Enough {
            got: established.acknowledged.len(),
            need: established.round.configuration().min_contributors,
            what: "acknowledged the list",
        };
        let recomputed = established.recomputed();
        contributors::check(&enough, &recomputed, &outcomes, leaf, findings);
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
        let told = Told {
            metadata: established.options.metadata.as_ref(),
            context: established.round.context(),
            configuration: established.round.configuration(),
            contributors: &numbers,
        };
        aggregate::check(&told, sums, leaf, findings);
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
        publication::require(self.published, findings);
        Ok(None)
    }
}
