//! V-06: keys without secrets, invalid shares, complaints, and the list of participants.

use veragg_protocol::crypto::dleq;
use veragg_protocol::pairwise::share::PAIR_LEN;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::rule::Rule;
use veragg_protocol::switch::without;
use veragg_protocol::wire::board::RecordKind;

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::dealer::of_high_degree;
use veragg_lab::CorruptAggregator;
use veragg_lab::{id, set, Finished, Scene};

pub(super) fn a_key_without_its_secret(off: &Off) {
    // The honest aggregator does not list client 3. Without the step, the aggregator is named for that.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.advertise_lengths();
    let scene = scene.altering_parts(3, Phase::Advertise, lengths, |parts| parts[0][64] ^= 1);
    let named = "verified, naming client 3 V-06";
    let framed = "failed V-03 V-10, naming aggregator V-03, aggregator V-10";
    Case::of(&scene.play()).assert_summaries(off, named, framed);
}

/// The report if client 3 is at fault, these checks fail, and the aggregator keeps client 3.
fn accepting(failed: &str) -> String {
    format!("failed {failed}, naming client 3 V-06, aggregator V-03, aggregator V-10")
}

pub(super) fn shares_of_too_high_a_degree(off: &Off) {
    let finished = CorruptAggregator::new().play(of_high_degree(Scene::new(4, &SMALL)));
    let case = Case::of(&finished).and_sums(finished.sum(&ALL));
    case.assert_summaries(off, &accepting("V-03 V-09 V-10 V-11"), "verified");
}

/// The aggregator withholds the keys of client 2, but lists it. So client 2 deals: its software does not ask whether
/// the board has its own message, as none did in version 1.
pub(crate) fn a_dealer_whose_keys_the_aggregator_withheld() -> Finished {
    without(&[Rule::OwnMessage.name()], || {
        let corrupt = CorruptAggregator::new().admitting(|phase, mut messages| {
            if phase == Phase::Advertise {
                messages.remove(1);
            }
            messages
        });
        let corrupt = corrupt.listing(|phase, mut list| {
            if phase == Phase::Advertise {
                list.insert(id(2));
            }
            list
        });
        corrupt.play(Scene::new(4, &SMALL))
    })
}

pub(super) fn a_bad_dealer_and_a_false_accuser(off: &Off) {
    // Client 1 complains about client 3. The aggregator keeps client 3, so client 1 drops out.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.share_lengths(id(3), &set(4, &ALL));
    let bad = scene.altering_parts(3, Phase::Share, lengths, |parts| {
        parts[1][PAIR_LEN - 1] ^= 1;
    });
    // Client 3 complains about client 1 without a reason.
    let false_accuser = Scene::new(4, &SMALL).confirming(3, |complainant, messages| {
        complainant.confirm(&messages, dleq::encode(&[complainant.complain(1)]))
    });
    for scene in [bad, false_accuser] {
        let finished = CorruptAggregator::new().play(scene);
        Case::of(&finished).assert_summaries(off, &accepting("V-03 V-10 V-11"), "verified");
    }
}

pub(super) fn a_complaint_with_another_point(off: &Off) {
    // With the wrong point, the share that client 1 dealt does not open.
    let scene = Scene::new(4, &SMALL).confirming(3, |complainant, messages| {
        let mut complaint = complainant.complain(1);
        complaint.point = complainant.complain(4).point;
        complainant.confirm(&messages, dleq::encode(&[complaint]))
    });
    Case::of(&scene.play()).assert_named(off, "client 3", "client 1, aggregator");
}

pub(super) fn a_client_that_confirmed_and_is_left_out(off: &Off) {
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Confirm {
            list.remove(id(4));
        }
        list
    });
    let finished = corrupt.play(Scene::new(4, &SMALL));
    let failed = "failed V-03 V-10, naming aggregator V-03, aggregator V-10";
    Case::of(&finished).assert_summaries(off, failed, "verified");
}

pub(super) fn clients_that_have_too_few_neighbours(off: &Off) {
    // Only two clients are left, so their secrets cannot be reconstructed, and still the aggregator goes on.
    let corrupt = CorruptAggregator::new().listing(|phase, list| match phase {
        Phase::Confirm => set(4, &[1, 2]),
        _ => list,
    });
    let scene = Scene::new(4, &SMALL).dropping(3, Phase::Share);
    let finished = corrupt.play(scene.dropping(4, Phase::Share));
    let confirm = finished.records.iter();
    let checkpoints = confirm
        .enumerate()
        .filter(|(_, record)| record.kind == RecordKind::Checkpoint);
    let (last, _) = checkpoints.take(3).last().unwrap();
    let case = Case::with(&finished, &finished.records[..=last]);
    case.assert_summaries(off, "failed V-03, naming aggregator V-03", "unfinished");
}
