//! V-07: submissions that do not decode, and inputs outside their bounds.

use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::round::phase::Phase;

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::CorruptAggregator;
use veragg_lab::FalseAttester;
use veragg_lab::Scene;

/// A round in which client 3 changes the parts of its submission, with an honest aggregator.
fn submitting(alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> Case {
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let finished = scene
        .altering_parts(3, Phase::Submit, lengths, alter)
        .play();
    Case::of(&finished).and_sums(finished.sum(&[1, 2, 4]))
}

pub(super) fn commitments_that_are_no_points(off: &Off) {
    let case = submitting(|parts| parts[0][..32].fill(0));
    // Without the step, client 3 is not named.
    case.assert_summaries(off, "verified, naming client 3 V-07.A", "verified");
}

pub(super) fn a_masked_vector_that_is_not_canonical(off: &Off) {
    let case = submitting(|parts| parts[1][..32].fill(0xff));
    // Without the step, the audit cannot go on.
    case.assert_summaries(off, "verified, naming client 3 V-04", "no report");
}

/// Client 1 adds 1 to a value at its bound, in its commitments and in its masked vector. The aggregator accepts the
/// submission.
pub(crate) fn above_the_bound() -> Case {
    let mut scene = Scene::new(4, &SMALL);
    let round = Arc::clone(&scene.local.round);
    let more = Fr::from(1u64);
    let mut culprit = FalseAttester::new(&scene, 1, &[]);
    culprit.more = more;
    culprit.commit = Some(Box::new(move |proof| {
        let commitment = Ristretto::decode_point(&proof[..32], "commitment").unwrap();
        let commitment = commitment
            + round
                .proofs()
                .key()
                .commit_row_vartime(&[more], Fr::from(0u64));
        proof[..32].copy_from_slice(&Ristretto::encode_point(&commitment));
    }));
    assert_eq!(scene.inputs[0][0] + 1, SMALL[0].1);
    scene.parties[0] = Box::new(culprit);
    let finished = CorruptAggregator::new().play(scene);
    let mut sums = finished.sum(&ALL);
    sums[0] += 1;
    Case::of(&finished).and_sums(sums)
}

/// What the audit reports of [`above_the_bound`]: client 1 is named.
pub(crate) const NAMED: &str =
    "failed V-03 V-10 V-11, naming client 1 V-07.B, aggregator V-03, aggregator V-10";

pub(super) fn a_value_at_the_bound(off: &Off) {
    above_the_bound().assert_summaries(off, NAMED, "verified");
}
