//! A client equivocates: it signs two messages in one phase. A colluding aggregator shows one message to some
//! clients and the other to the rest. The board counts the first. The audit must not name honest clients for what
//! they computed from the second.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_protocol::client::Client;
use veragg_protocol::pairwise::share::PAIR_LEN;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::equivocator::{twice, with_second_message, with_two_keys};
use veragg_lab::false_attester::edge;
use veragg_lab::CorruptAggregator;
use veragg_lab::{id, set, Scene};

/// The parties that the audit names with all steps in force.
const CORRUPT: &str = "client 3, aggregator";
/// All parties.
const EVERYBODY: &str = "client 1, client 2, client 3, client 4, aggregator";

pub(super) fn the_complaints_of_a_client_with_two_keys(off: &Off) {
    // The board counts the first keys of client 3, but the dealers use the second ones. So client 3 cannot open
    // any share, and complains about all dealers, with proofs that hold.
    let scene = Scene::new(4, &SMALL);
    let (round, key) = (Arc::clone(&scene.local.round), scene.key(3));
    let scene = scene.altering(3, move |phase, _, mut messages| {
        if phase == Phase::Advertise {
            let again = Client::join(Arc::clone(&round), Arc::clone(&key)).unwrap();
            let mut store = Zeroizing::new(Vec::new());
            let again = again.advertise(&mut OsRng).unwrap().save(&mut store);
            messages.extend(again.unwrap().1);
        }
        messages
    });
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Advertise, |_| true)
        .play(scene);
    Case::of(&finished).assert_named(off, CORRUPT, EVERYBODY);
}

pub(super) fn the_complaint_about_a_dealer_with_two_messages(off: &Off) {
    // Client 3 deals valid shares, and then a bad one to client 1. Only client 1 is shown the second message.
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.share_lengths(id(3), &set(4, &ALL));
    let scene = with_second_message(scene, 3, Phase::Share, lengths, |parts| {
        parts[1][PAIR_LEN - 1] ^= 1;
    });
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Share, |reader| reader == 1)
        .play(scene);
    Case::of(&finished).assert_named(off, CORRUPT, "client 1, client 3, aggregator");
}

/// Client 3 advertises its mask key and then another one, which only client 1 is shown. Client 3 drops out after
/// confirm.
fn another_key_for_one() -> Case {
    let scene = Scene::new(4, &SMALL).dropping(3, Phase::Confirm);
    let scene = with_two_keys(scene, 3, false);
    let corrupt =
        CorruptAggregator::new().showing_second(3, Phase::Advertise, |reader| reader == 1);
    Case::of(&corrupt.play(scene))
}

pub(super) fn an_attestation_to_the_other_key_of_a_neighbour(off: &Off) {
    another_key_for_one().assert_named(off, CORRUPT, "client 1, client 3, aggregator");
}

pub(super) fn the_secret_of_a_client_with_two_keys(off: &Off) {
    another_key_for_one().assert_named(off, CORRUPT, "client 1, client 3, aggregator");
}

pub(super) fn an_edge_to_a_client_with_two_keys(off: &Off) {
    // The first key counts, but all clients are shown the second. Client 3 adds a false pairwise mask towards
    // client 1, which opens the edge with the key that it was shown.
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[edge(1, 5)]);
    let scene = with_two_keys(scene, 3, true);
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Advertise, |_| true)
        .play(scene);
    Case::of(&finished).assert_named(off, CORRUPT, "client 1, client 3, aggregator");
}

pub(super) fn the_shares_of_a_dealer_with_two_messages(off: &Off) {
    let scene = twice(Scene::new(4, &SMALL), 3, Phase::Share);
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Share, |_| true)
        .play(scene);
    Case::of(&finished).assert_named(off, CORRUPT, EVERYBODY);
}
