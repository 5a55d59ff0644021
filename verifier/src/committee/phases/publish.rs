//! Publish: V-10 to V-12, the aggregator's publication.

use std::io::Read;

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::wire::board::BoardError;
use veragg_protocol::wire::body::Body;

use crate::check::Check;
use crate::checks::aggregate::{self, Told};
use crate::checks::contributors::{self, Enough};
use crate::checks::publication::{self, contributing, Expected, Publication};
use crate::committee::established::Established;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// The phase of the publication.
#[derive(Default)]
pub(crate) struct Publish {
    /// Whether a publication was received.
    published: bool,
}

impl Publish {
    /// Reads the body of the message with this entry; nothing of a second publication.
    pub(crate) fn read<'a, P: ProofSystem, R: Read>(
        &self,
        established: &Established<'a, P>,
        entry: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Option<Publication<'a, P>>, BoardError> {
        if !Step::PublishedOnce.holds(!self.published) {
            return Ok(None);
        }
        let expected = Expected {
            proofs: established.round.proofs(),
            context: established.round.context(),
            recomputed: established.recomputed(),
            given: established.options.aggregate.as_deref(),
            outcomes: Outcome::decode_committee,
        };
        Publication::read(expected, entry, body).map(Some)
    }

    /// Judges a publication; nothing was read if its body is left out.
    pub(crate) fn take<P: ProofSystem>(
        &mut self,
        established: &Established<'_, P>,
        leaf: u64,
        publication: Option<Publication<'_, P>>,
        findings: &mut Findings,
    ) {
        let again = std::mem::replace(&mut self.published, true);
        // V-04.8
        if !Step::PublishedOnce.holds(!again) {
            return publication::second(leaf, findings);
        }
        let Some(Publication {
            opening,
            sums,
            outcomes,
        }) = publication
        else {
            return;
        };
        let Some(outcomes) = publication::decoded(outcomes, leaf, findings) else {
            return;
        };
        // What follows from the other messages cannot be judged without them.
        if !Step::PublicationOfRest.holds(!established.missing) {
            return publication::not_judged(findings);
        }
        let configuration = established.round.configuration();
        let recomputed = established.recomputed();
        let enough = Enough {
            got: established.contributors.len(),
            need: configuration.min_contributors,
            what: "are on the list of check",
        };
        contributors::check(&enough, &recomputed, &outcomes, leaf, findings);
        // V-11.1
        let rows = established.sums.rows();
        if !findings.skips(Check::Opening) {
            findings.computed(Check::Opening, rows.len());
            if !opening.opens(rows) {
                let what = "the published aggregate does not open the sum of the contributors' commitments, although the openings of trustees and the masked rows of listed clients give one that does";
                findings.record(Finding::failure(Step::Opens, what).by_aggregator(leaf));
            }
        }
        let numbers = contributing(&recomputed);
        let told = Told {
            metadata: established.options.metadata.as_ref(),
            context: established.round.context(),
            configuration,
            contributors: &numbers,
        };
        aggregate::check(&told, sums, leaf, findings);
    }

    /// V-03.7: judges whether publish may be closed.
    pub(crate) fn close(&self, findings: &mut Findings) {
        publication::require(self.published, findings);
    }
}
