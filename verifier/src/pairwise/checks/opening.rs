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
use veragg_protocol::crypto::masks::{self, Mask};
use veragg_protocol::crypto::opening::Opening;
use veragg_protocol::pairwise::attest::Challenges;
use veragg_protocol::pairwise::unmask;
use veragg_protocol::wire::board::{BoardError, RecordPosition, Records};
use veragg_protocol::wire::message::ENVELOPE_LEN;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::Established;
use crate::report::Culprit;
use crate::step::Step;

/// The most packed scalars that are added up again to say by how much a sum is wrong.
const MOST_RECOUNTED: usize = 1 << 16;
/// The most wrong sums that are said.
const MOST_DIFFERENCES: usize = 5;

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
    let miscounted = recount(published, established, records, findings)?;
    let culprit = miscounted.is_some().then_some(Culprit::Aggregator);
    let what = match miscounted {
        Some(differences) => format!("the published aggregate does not open the sum of the contributors' commitments, and it is not the sum of their masked vectors without the masks: {differences}"),
        None => "the published aggregate does not open the sum of the contributors' commitments; no culprit can be named, since the aggregator added up correctly, or the sum cannot be recomputed".to_owned(),
    };
    let finding = Finding::failure(Step::Opens, what).by(culprit);
    findings.record(finding.at([published.leaf]));
    Ok(())
}

/// V-11.2: if the published scalars differ from what follows from the board, by how much they do, in words.
fn recount<P: ProofSystem, R: Read + Seek>(
    published: &Published<'_>,
    established: &Established<'_, P>,
    records: &mut Records<R>,
    findings: &Findings,
) -> Result<Option<String>, BoardError> {
    let needed = [Check::InputRange, Check::RowLinks, Check::Unmasking];
    let (round, contributors) = (established.round, published.contributors);
    let lists = (&established.participants, contributors);
    let key = |client| established.mask_key(client);
    let masks = unmask::masks_in_sum(round, lists, published.seeds, published.masks, key).ok();
    let Some(masks) = masks.filter(|_| !needed.iter().any(|&check| findings.skips(check))) else {
        return Ok(None);
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
            return Ok(None);
        };
        left += first(established.fingerprint(&challenges, accepted.position, records)?);
    }
    if Step::Recount.holds(published_fingerprint == left) {
        return Ok(None);
    }
    differences(published, established, records, &masks).map(Some)
}

/// By how much the first of the published sums differ from those that follow from the board, in words. Cost: another
/// reading of the beginning of each masked vector.
fn differences<P: ProofSystem, R: Read + Seek>(
    published: &Published<'_>,
    established: &Established<'_, P>,
    records: &mut Records<R>,
    masks: &[Mask],
) -> Result<String, BoardError> {
    let (round, layout) = (established.round, established.round.layout());
    let count = layout.scalars().min(MOST_RECOUNTED);
    let mut sum = vec![<P::Group as Group>::Scalar::zero(); count];
    let behind_proof = ENVELOPE_LEN + round.proofs().proof_len();
    for client in published.contributors.iter() {
        let Some(accepted) = established.accepted.get(&client) else {
            continue;
        };
        let masked = scalars::<P, R>(accepted.position, behind_proof, count, records)?;
        sum.iter_mut().zip(masked).for_each(|(sum, y)| *sum += y);
    }
    masks::apply::<P::Group>(&mut sum, masks);
    let claimed = scalars::<P, R>(published.position, ENVELOPE_LEN, count, records)?;
    let contributors = published.contributors.len() as u32;
    let (mut texts, mut more) = (Vec::new(), 0);
    let wrong = claimed.iter().zip(&sum).enumerate();
    for (index, (claimed, sum)) in wrong.filter(|(_, (claimed, sum))| claimed != sum) {
        let unpacked =
            [claimed, sum].map(|scalar| layout.unpack_scalar(index, scalar, contributors));
        let [Ok(claimed), Ok(sum)] = unpacked else {
            texts.push(format!(
                "the packed scalar {index} is none that contributors can add up to"
            ));
            continue;
        };
        for ((coordinate, claimed), (_, sum)) in claimed.into_iter().zip(sum) {
            if claimed != sum {
                let off = claimed.abs_diff(sum);
                let direction = if claimed > sum { "much" } else { "little" };
                texts.push(format!("the sum of coordinate {coordinate} is {claimed}, but {sum} follows from the board: {off} too {direction}"));
            }
        }
        more += texts.len().saturating_sub(MOST_DIFFERENCES);
        texts.truncate(MOST_DIFFERENCES);
    }
    if more > 0 {
        texts.push(format!("{more} more sums are wrong"));
    }
    Ok(match (texts.is_empty(), count < layout.scalars()) {
        (false, _) => texts.join("; "),
        (true, true) => format!("it differs behind the first {count} packed scalars"),
        (true, false) => "the sums are right, but not the blindings beside them".to_owned(),
    })
}

/// The first `count` scalars of a vector that begins at byte `start` of a record. The first reading has shown it to be
/// canonical.
fn scalars<P: ProofSystem, R: Read + Seek>(
    position: RecordPosition,
    start: usize,
    count: usize,
    records: &mut Records<R>,
) -> Result<Vec<<P::Group as Group>::Scalar>, BoardError> {
    records.again(position, start, |mut record| {
        let bytes = record.bytes(count * P::Group::SCALAR_LEN)?;
        let decoded = P::Group::decode_scalars(&bytes, count, "vector");
        decoded.map_err(|_| BoardError::changed())
    })
}
