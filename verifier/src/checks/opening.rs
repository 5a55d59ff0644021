//! V-11: the aggregate opens the sum of the contributors' commitments; and if not, whether the
//! aggregator is to blame.

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
use crate::findings::{Finding, Findings};
use crate::ground::Ground;
use crate::report::Culprit;
use crate::step::Step;

/// The publication, where it stands, and who contributed.
pub(crate) struct Published<'a> {
    pub(crate) leaf: u64,
    pub(crate) position: RecordPosition,
    pub(crate) entry: &'a Digest,
    pub(crate) contributors: &'a ClientSet,
    /// The secrets that were rebuilt.
    pub(crate) seeds: &'a BTreeMap<ClientId, KeyScalar>,
    pub(crate) masks: &'a BTreeMap<ClientId, KeyScalar>,
}

/// Checks the opening of all rows at once.
pub(crate) fn check<P: ProofSystem, R: Read + Seek>(
    opening: &Opening<'_, P>,
    published: &Published<'_>,
    ground: &Ground<'_, P>,
    records: &mut Records<R>,
    findings: &mut Findings,
) -> Result<(), BoardError> {
    let check = Check::Opening;
    if findings.skips(check) {
        return Ok(());
    }
    let rows = ground.rows(published.contributors);
    findings.computed(check, rows.len());
    // V-11.1
    if opening.opens(&rows) {
        return Ok(());
    }
    let by_aggregator = is_miscounted(published, ground, records, findings)?;
    let what = if by_aggregator {
        "the published aggregate does not open the sum of the contributors' commitments, and is not what is left of their masked vectors without the masks"
    } else {
        "the published aggregate does not open the sum of the contributors' commitments; whose doing that is cannot be shown"
    };
    let culprit = by_aggregator.then_some(Culprit::Aggregator);
    let finding = Finding::failure(Step::Opens, what).by(culprit);
    findings.record(finding.at([published.leaf]));
    Ok(())
}

/// V-11.2: whether the published scalars are something else than what the board gives.
fn is_miscounted<P: ProofSystem, R: Read + Seek>(
    published: &Published<'_>,
    ground: &Ground<'_, P>,
    records: &mut Records<R>,
    findings: &Findings,
) -> Result<bool, BoardError> {
    let needed = [Check::InputRange, Check::RowLinks, Check::Unmasking];
    let (round, contributors) = (ground.round, published.contributors);
    let lists = (&ground.participants, contributors);
    let key = |client| ground.mask_key(client);
    let masks = unmask::masks_in_sum(round, lists, published.seeds, published.masks, key).ok();
    let Some(masks) = masks.filter(|_| !needed.iter().any(|&check| findings.skips(check))) else {
        return Ok(false);
    };
    let challenges = Challenges::of_recount(round, published.entry);
    let first = |all: Vec<_>| all.into_iter().next().unwrap_or_else(Zero::zero);
    let position = published.position;
    let said = ground.fingerprint_from(&challenges, ENVELOPE_LEN, position, records)?;
    let said = first(said);
    let mut left: <P::Group as Group>::Scalar = masks
        .par_iter()
        .map(|mask| first(challenges.of_mask(mask)))
        .sum();
    for client in contributors.iter() {
        let Some(accepted) = ground.accepted.get(&client) else {
            return Ok(false);
        };
        left += first(ground.fingerprint(&challenges, accepted.position, records)?);
    }
    Ok(!Step::Recount.holds(said == left))
}
