//! V-06: keys without secrets, shares that nobody can use, complaints and who participates.

use veragg_protocol::crypto::dleq;
use veragg_protocol::pairwise::share::PAIR_LEN;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::RecordKind;

use super::judged::Off;
use super::told::Case;
use super::{ALL, SMALL};
use veragg_lab::corrupt_aggregator::CorruptAggregator;
use veragg_lab::dealer::of_high_degree;
use veragg_lab::{id, set, Finished, Scene};

pub(super) fn a_key_without_its_secret(off: &Off) {
    // An honest aggregator lists it not, and without the step would be named for that.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.advertise_lengths();
    let scene = scene.altering_parts(3, Phase::Advertise, lengths, |parts| parts[0][64] ^= 1);
    let named = "verified, naming client 3 V-06";
    let framed = "failed V-03 V-10, naming aggregator V-03, aggregator V-10";
    Case::of(&scene.play()).tells(off, named, framed);
}

/// What the audit says if client 3 is at fault, these checks fail, and the aggregator counts on it.
fn counted_on(failed: &str) -> String {
    format!("failed {failed}, naming client 3 V-06, aggregator V-03, aggregator V-10")
}

pub(super) fn shares_of_too_high_a_degree(off: &Off) {
    let finished = CorruptAggregator::new().play(of_high_degree(Scene::new(4, &SMALL)));
    let case = Case::of(&finished).and_sums(finished.sum(&ALL));
    case.tells(off, &counted_on("V-03 V-09 V-10 V-11"), "verified");
}

/// The aggregator withholds the keys of client 2, and lists it all the same: so it deals.
pub(crate) fn a_dealer_whose_keys_the_aggregator_withheld() -> Finished {
    let crook = CorruptAggregator::new().admitting(|phase, mut said| {
        if phase == Phase::Advertise {
            said.remove(1);
        }
        said
    });
    let crook = crook.listing(|phase, mut list| {
        if phase == Phase::Advertise {
            list.insert(id(2));
        }
        list
    });
    crook.play(Scene::new(4, &SMALL))
}

pub(super) fn a_bad_dealer_and_a_false_accuser(off: &Off) {
    // Client 1 complains about client 3 and goes, since the aggregator keeps that.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.share_lengths(id(3), &set(4, &ALL));
    let bad = scene.altering_parts(3, Phase::Share, lengths, |parts| {
        parts[1][PAIR_LEN - 1] ^= 1;
    });
    // Client 3 complains about client 1, and has no reason to.
    let false_accuser = Scene::new(4, &SMALL).confirming(3, |tongue, said| {
        tongue.say(&said, dleq::encode(&[tongue.complain(1)]))
    });
    for scene in [bad, false_accuser] {
        let finished = CorruptAggregator::new().play(scene);
        Case::of(&finished).tells(off, &counted_on("V-03 V-10 V-11"), "verified");
    }
}

pub(super) fn a_complaint_with_another_point(off: &Off) {
    // With that, what client 1 dealt looks like garbage.
    let scene = Scene::new(4, &SMALL).confirming(3, |tongue, said| {
        let mut complaint = tongue.complain(1);
        complaint.point = tongue.complain(4).point;
        tongue.say(&said, dleq::encode(&[complaint]))
    });
    Case::of(&scene.play()).names(off, "client 3", "client 1, aggregator");
}

pub(super) fn a_client_that_confirmed_and_is_left_out(off: &Off) {
    let crook = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Confirm {
            list.remove(id(4));
        }
        list
    });
    let finished = crook.play(Scene::new(4, &SMALL));
    let failed = "failed V-03 V-10, naming aggregator V-03, aggregator V-10";
    Case::of(&finished).tells(off, failed, "verified");
}

pub(super) fn clients_that_have_too_few_neighbours(off: &Off) {
    // Nobody can rebuild the secrets of two that are left, and the aggregator goes on with them.
    let crook = CorruptAggregator::new().listing(|phase, list| match phase {
        Phase::Confirm => set(4, &[1, 2]),
        _ => list,
    });
    let scene = Scene::new(4, &SMALL).dropping(3, Phase::Share);
    let finished = crook.play(scene.dropping(4, Phase::Share));
    let confirm = finished.records.iter();
    let checkpoints = confirm
        .enumerate()
        .filter(|(_, record)| record.kind == RecordKind::Checkpoint);
    let (last, _) = checkpoints.take(3).last().unwrap();
    let case = Case::with(&finished, &finished.records[..=last]);
    case.tells(off, "failed V-03, naming aggregator V-03", "unfinished");
}
