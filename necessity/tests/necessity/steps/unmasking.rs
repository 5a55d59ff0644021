//! V-09: shares that are not the committed ones, and lies that come out with the secrets.

use rand_core::OsRng;
use veragg_lab::local::LocalRound;
use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::round::organiser::ConfigurationBuilder;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};

use super::judged::Off;
use super::masks::corrected;
use super::told::Case;
use super::{ALL, SMALL};
use veragg_lab::books::signed_anew;
use veragg_lab::false_attester::{edge, own};
use veragg_lab::{configuration_builder, id, set, speakers, Scene};

pub(super) fn a_wrong_share(off: &Off) {
    // Of client 4 no share is needed; of client 1 there is.
    for (number, without) in [(4, "verified"), (1, "failed V-09")] {
        let scene = Scene::new(4, &SMALL);
        let lengths = scene.local.round.unmask_lengths(id(number), &set(4, &ALL));
        let scene =
            scene.altering_parts(number, Phase::Unmask(0), lengths, |parts| parts[0][0] ^= 1);
        let named = format!("verified, naming client {number} V-09");
        Case::of(&scene.play()).tells(off, &named, without);
    }
}

pub(super) fn too_few_shares_to_show_a_lie(off: &Off) {
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[own(5)]);
    let finished = corrected(scene, Fr::from(5u64));
    // The aggregator keeps what would show it off the board.
    let revealed = |record: &Record| {
        record.kind == RecordKind::Message
            && !speakers(std::slice::from_ref(record), Phase::Unmask(0)).is_empty()
    };
    let mut records = finished.records.clone();
    records.retain(|record| !revealed(record));
    let records = signed_anew(&finished.local, &records);
    let case = Case::with(&finished, &records).and_sums(finished.sum(&ALL));
    case.tells(off, "failed V-09", "verified");
}

pub(super) fn lies_that_rebuilt_secrets_show(off: &Off) {
    let failed =
        "failed V-03 V-10 V-11, naming client 3 V-09, aggregator V-03, aggregator V-10".to_owned();
    let about_itself = Scene::new(4, &SMALL).masking_falsely(3, &[own(5)]);
    let about_one_that_left = Scene::new(4, &SMALL)
        .dropping(4, Phase::Submit)
        .masking_falsely(3, &[edge(4, 5)]);
    for scene in [about_itself, about_one_that_left] {
        let finished = corrected(scene, Fr::from(5u64));
        Case::of(&finished).tells(off, &failed, "verified");
    }
}

pub(super) fn a_liar_in_the_last_round(off: &Off) {
    let builder = configuration_builder(4, &SMALL).unmask_rounds(0);
    let local = LocalRound::new(4, builder, &mut OsRng).unwrap();
    let finished = Scene::of(local).masking_falsely(3, &[own(5)]).play();
    // Nothing was published. Whatever anybody says it is.
    let case = Case::of(&finished).and_sums(vec![1, 2, 3]);
    let failed = "failed V-09, naming client 3 V-09";
    case.tells(off, failed, "verified, naming client 3 V-09");
}
