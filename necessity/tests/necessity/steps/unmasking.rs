//! V-09: shares that are not the committed ones, and false attestations that reconstructed secrets show.

use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};

use super::case::Case;
use super::judged::Off;
use super::masks::corrected;
use super::{ALL, SMALL};
use veragg_lab::books::signed_anew;
use veragg_lab::equivocator::twice;
use veragg_lab::false_attester::{edge, own};
use veragg_lab::CorruptAggregator;
use veragg_lab::{configuration_builder, id, set, speakers, Scene};

pub(super) fn a_wrong_share(off: &Off) {
    // The share of client 4 is not needed to reconstruct the secret; that of client 1 is.
    for (number, without) in [(4, "verified"), (1, "failed V-09")] {
        let scene = Scene::new(4, &SMALL);
        let lengths = scene.local.round.unmask_lengths(id(number), &set(4, &ALL));
        let scene =
            scene.altering_parts(number, Phase::Unmask(0), lengths, |parts| parts[0][0] ^= 1);
        let named = format!("verified, naming client {number} V-09");
        Case::of(&scene.play()).assert_summaries(off, &named, without);
    }
}

pub(super) fn too_few_shares_to_show_a_false_attestation(off: &Off) {
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[own(5)]);
    let finished = corrected(scene, Fr::from(5u64));
    // The aggregator removes the revealed shares from the board.
    let revealed = |record: &Record| {
        record.kind == RecordKind::Message
            && !speakers(std::slice::from_ref(record), Phase::Unmask(0)).is_empty()
    };
    let mut records = finished.records.clone();
    records.retain(|record| !revealed(record));
    let records = signed_anew(&finished.local, &records);
    let case = Case::with(&finished, &records).and_sums(finished.sum(&ALL));
    case.assert_summaries(off, "failed V-09, naming aggregator V-09", "failed V-09");
}

/// Client 3 dealt twice. Its neighbours reveal shares of the second message, which are not judged, and which do not
/// reconstruct what the first, the one that counts, has committed to.
pub(super) fn shares_of_another_secret(off: &Off) {
    let scene = twice(Scene::new(4, &SMALL), 3, Phase::Share);
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Share, |_| true)
        .play(scene);
    let with = "failed V-04 V-09, naming client 3 V-04, aggregator V-04";
    let without = "failed V-04, naming client 3 V-04, aggregator V-04";
    Case::of(&finished).assert_summaries(off, with, without);
}

pub(super) fn false_attestations_that_reconstructed_secrets_show(off: &Off) {
    let failed =
        "failed V-03 V-10 V-11, naming client 3 V-09, aggregator V-03, aggregator V-10".to_owned();
    let self_mask = Scene::new(4, &SMALL).masking_falsely(3, &[own(5)]);
    let mask_to_a_dropout = Scene::new(4, &SMALL)
        .dropping(4, Phase::Submit)
        .masking_falsely(3, &[edge(4, 5)]);
    for scene in [self_mask, mask_to_a_dropout] {
        let finished = corrected(scene, Fr::from(5u64));
        Case::of(&finished).assert_summaries(off, &failed, "verified");
    }
}

pub(super) fn a_false_attestation_found_in_the_last_round(off: &Off) {
    let builder = configuration_builder(4, &SMALL).unmask_rounds(0);
    let local = veragg_lab::ready(4, builder).unwrap();
    let finished = Scene::of(local).masking_falsely(3, &[own(5)]).play();
    // Nothing was published. The auditor compares with any sum.
    let case = Case::of(&finished).and_sums(vec![1, 2, 3]);
    let failed = "failed V-09, naming client 3 V-09";
    case.assert_summaries(off, failed, "verified, naming client 3 V-09");
}
