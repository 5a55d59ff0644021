//! The publication: how its body is read, in one pass. The scalars are added up for V-11 and unpacked for V-12, and only the
//! outcomes are kept.

use std::io::Read;

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::opening::Opening;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::wire::board::BoardError;
use veragg_protocol::wire::body::Body;

use crate::check::Check;
use crate::checks::aggregate::Sums;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// What the body of a publication is read with.
pub(crate) struct Expected<'a, P: ProofSystem> {
    /// The suite.
    pub(crate) proofs: &'a P,
    /// The context of the round.
    pub(crate) context: &'a Context,
    /// The recomputed outcomes.
    pub(crate) recomputed: Vec<Outcome>,
    /// Sums that were published elsewhere.
    pub(crate) given: Option<&'a [u128]>,
    /// How outcomes of the protocol decode.
    pub(crate) outcomes: fn(&[u8]) -> Result<Vec<Outcome>, DecodeError>,
}

/// What is kept of the body of a publication.
pub(crate) struct Publication<'a, P: ProofSystem> {
    pub(crate) opening: Opening<'a, P>,
    pub(crate) sums: Sums<'a>,
    /// The published outcome of each client, if the body decodes.
    pub(crate) outcomes: Result<Vec<Outcome>, DecodeError>,
}

impl<'a, P: ProofSystem> Publication<'a, P> {
    /// Reads the body of the publication with this entry.
    pub(crate) fn read<R: Read>(
        expected: Expected<'a, P>,
        entry: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Self, BoardError> {
        let layout = expected.proofs.layout();
        let contributors = contributing(&expected.recomputed).len();
        let contributors = u32::try_from(contributors).unwrap_or(u32::MAX);
        let mut sums = Sums::new(layout, contributors, expected.given);
        let mut opening = Opening::new(expected.proofs, expected.context, entry);
        let (values, blindings) = (layout.scalars(), layout.rows());
        let values = body.scalars::<P::Group>(values, "opening", |scalar| {
            opening.push(&scalar);
            sums.push::<P::Group>(&scalar);
        })?;
        let blindings =
            body.scalars::<P::Group>(blindings, "opening", |scalar| opening.push(&scalar))?;
        let outcomes = body.bytes(expected.recomputed.len())?;
        let decoded = values.and(blindings);
        Ok(Self {
            opening,
            sums,
            outcomes: decoded.and_then(|()| (expected.outcomes)(&outcomes)),
        })
    }
}

/// The numbers of the clients whose outcome is that they contributed.
pub(crate) fn contributing(outcomes: &[Outcome]) -> Vec<u32> {
    let contributed = outcomes.iter().enumerate();
    contributed
        .filter(|(_, outcome)| **outcome == Outcome::Contributed)
        .map(|(index, _)| ClientId::from_index(index).number())
        .collect()
}

/// V-04.8: records that this is a second publication.
pub(crate) fn second(leaf: u64, findings: &mut Findings) {
    let what = "this is a second publication, but a round has only one";
    findings.record(Finding::failure(Step::PublishedOnce, what).by_aggregator(leaf));
}

/// V-04.8: the outcomes of a publication that decodes.
pub(crate) fn decoded(
    outcomes: Result<Vec<Outcome>, DecodeError>,
    leaf: u64,
    findings: &mut Findings,
) -> Option<Vec<Outcome>> {
    let refused = |error| {
        let what = format!("the publication does not decode: {error}");
        findings.record(Finding::failure(Step::PublicationDecodes, what).by_aggregator(leaf));
    };
    outcomes.map_err(refused).ok()
}

/// 3.10: records that nothing is compared with the publication.
pub(crate) fn not_judged(findings: &mut Findings) {
    for check in [Check::Contributors, Check::Opening, Check::Aggregate] {
        findings.not_applicable(
            check,
            "a body is missing or damaged, and the check needs all",
        );
    }
}

/// V-03.7: records that nothing was published, if so.
pub(crate) fn require(published: bool, findings: &mut Findings) {
    if !published {
        let what = "the round was closed without a publication";
        let finding = Finding::failure(Step::SomethingPublished, what);
        findings.record(finding.by(Some(Culprit::Aggregator)));
    }
}
