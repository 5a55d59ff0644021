//! V-11: the published sum opens the sum of the contributors' commitments. If not, V-11.2 decides whether the
//! aggregator is named.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::ark_ff::Zero;
use veragg_protocol::circuits::group::ristretto::KeyScalar;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::opening::Opening;
use veragg_protocol::pairwise::attest::Challenges;
use veragg_protocol::pairwise::unmask;
use veragg_protocol::wire::board::{BoardError, RecordPosition, Records};
use veragg_protocol::wire::message::ENVELOPE_LEN;

use crate::check::Check;
use crate::established::Established;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// The publication, its position, and what is needed to recompute it.
pub(crate) struct Published<'a> {
    pub(crate) leaf: u64,
    pub(crate) position: RecordPosition,
    pub(crate) entry: &'a Digest,
    pub(crate) contributors: &'a ClientSet,
    /// The reconstructed seeds.
    pub(crate) seeds: &'a BTreeMap<ClientId, KeyScalar>,
    /// The reconstructed mask secrets.
    pub(crate) masks: &'a BTreeMap<ClientId, KeyScalar>,
}

/// Checks the opening of all rows at once.
pub(crate) fn check<P: ProofSystem, R: Read + Seek>(
    opening: &Opening<'_, P>,
    published: &Published<'_>,
    established: &Established<'_, P>,
    records: &mut Records<R>,
    findings: &mut Findings,
) -> Result<(), BoardError> {
    let check = Check::Opening;
    if findings.skips(check) {
        return Ok(());
    }
    let rows = established.rows(published.contributors);
    findings.computed(check, rows.len());
    // V-11.1
    if opening.opens(&rows) {
        return Ok(());
    }
    let by_aggregator = is_miscounted(published, established, records, findings)?;
    let what = if by_aggregator {
        "the published aggregate does not open the sum of the contributors' commitments, and it is not the sum of their masked vectors without the masks"
    } else {
        "the published aggregate does not open the sum of the contributors' commitments; no culprit can be named, since the aggregator added up correctly, or the sum cannot be recomputed"
    };
    let culprit = by_aggregator.then_some(Culprit::Aggregator);
    let finding = Finding::failure(Step::Opens, what).by(culprit);
    findings.record(finding.at([published.leaf]));
    Ok(())
}

/// V-11.2: whether the published scalars differ from what follows from the board.
fn is_miscounted<P: ProofSystem, R: Read + Seek>(
    published: &Published<'_>,
    established: &Established<'_, P>,
    records: &mut Records<R>,
    findings: &Findings,
) -> Result<bool, BoardError> {
    let needed = [Check::InputRange, Check::RowLinks, Check::Unmasking];
    let (round, contributors) = (established.round, published.contributors);
    let lists = (&established.participants, contributors);
    let key = |client| established.mask_key(client);
    let masks = unmask::masks_in_sum(round, lists, published.seeds, published.masks, key).ok();
    let Some(masks) = masks.filter(|_| !needed.iter().any(|&check| findings.skips(check))) else {
        return Ok(false);
    };
    let challenges = Challenges::of_recount(round, published.entry);
    let first = |all: Vec<_>| all.into_iter().next().unwrap_or_else(Zero::zero);
    let position = published.position;
    let published_fingerprint =
        first(established.fingerprint_from(&challenges, ENVELOPE_LEN, position, records)?);
    let mut left: <P::Group as Group>::Scalar = masks
        .par_iter()
        .map(|mask| first(challenges.of_mask(mask)))
        .sum();
    for client in contributors.iter() {
        let Some(accepted) = established.accepted.get(&client) else {
            return Ok(false);
        };
        left += first(established.fingerprint(&challenges, accepted.position, records)?);
    }
    Ok(!Step::Recount.holds(published_fingerprint == left))
}
