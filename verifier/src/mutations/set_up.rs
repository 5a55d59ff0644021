//! V-06: keys without secrets, shares that nobody can use, complaints and who participates.

use veragg_protocol::crypto::dleq;
use veragg_protocol::pairwise::share::PAIR_LEN;
use veragg_protocol::round::phase::Phase;

use super::common::crooked::Crook;
use super::common::dealer::of_high_degree;
use super::common::{id, set, Scene};
use super::told::Case;
use super::{ALL, SMALL};
use crate::step::Step;

pub(super) fn a_key_without_its_secret(step: Step) {
    // An honest aggregator lists it not, and without the step would be named for that.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.setting.round.advertise_lengths();
    let scene = scene.altering_parts(3, Phase::Advertise, lengths, |parts| parts[0][64] ^= 1);
    let named = "verified, naming client 3 V-06";
    let framed = "failed V-03 V-10, naming aggregator V-03, aggregator V-10";
    Case::of(&scene.play()).tells(step, named, framed);
}

/// What the audit says if client 3 is at fault, these checks fail, and the aggregator counts on it.
fn counted_on(failed: &str) -> String {
    format!("failed {failed}, naming client 3 V-06, aggregator V-03, aggregator V-10")
}

pub(super) fn shares_of_too_high_a_degree(step: Step) {
    let finished = Crook::new().play(of_high_degree(Scene::new(4, &SMALL)));
    let case = Case::of(&finished).and_sums(finished.sum(&ALL));
    case.tells(step, &counted_on("V-03 V-09 V-10 V-11"), "verified");
}

pub(super) fn a_dealer_whose_keys_the_aggregator_withheld(step: Step) {
    let crook = Crook::new().admitting(|phase, mut said| {
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
    // It is listed, and so it deals.
    let finished = crook.play(Scene::new(4, &SMALL));
    Case::of(&finished).names(step, "aggregator", "client 2, aggregator");
}

pub(super) fn a_bad_dealer_and_a_false_accuser(step: Step) {
    // Client 1 complains about client 3 and goes, since the aggregator keeps that.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.setting.round.share_lengths(id(3), &set(4, &ALL));
    let bad = scene.altering_parts(3, Phase::Share, lengths, |parts| {
        parts[1][PAIR_LEN - 1] ^= 1;
    });
    // Client 3 complains about client 1, and has no reason to.
    let false_accuser = Scene::new(4, &SMALL).confirming(3, |tongue, said| {
        tongue.say(&said, dleq::encode(&[tongue.complain(1)]))
    });
    for scene in [bad, false_accuser] {
        let finished = Crook::new().play(scene);
        Case::of(&finished).tells(step, &counted_on("V-03 V-10 V-11"), "verified");
    }
}

pub(super) fn a_complaint_with_another_point(step: Step) {
    // With that, what client 1 dealt looks like garbage.
    let scene = Scene::new(4, &SMALL).confirming(3, |tongue, said| {
        let mut complaint = tongue.complain(1);
        complaint.point = tongue.complain(4).point;
        tongue.say(&said, dleq::encode(&[complaint]))
    });
    Case::of(&scene.play()).names(step, "client 3", "client 1, aggregator");
}

pub(super) fn a_client_that_confirmed_and_is_left_out(step: Step) {
    let crook = Crook::new().listing(|phase, mut list| {
        if phase == Phase::Confirm {
            list.remove(id(4));
        }
        list
    });
    let finished = crook.play(Scene::new(4, &SMALL));
    let failed = "failed V-03 V-10, naming aggregator V-03, aggregator V-10";
    Case::of(&finished).tells(step, failed, "verified");
}
