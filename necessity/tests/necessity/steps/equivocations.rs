//! Who signed two messages in one phase has equivocated. An aggregator that is with it shows one to this client
//! and the other to that, and the board counts the first: what honest clients computed from the other
//! must not be held against them.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_protocol::client::Client;
use veragg_protocol::pairwise::share::PAIR_LEN;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use super::judged::Off;
use super::told::Case;
use super::{ALL, SMALL};
use veragg_lab::corrupt_aggregator::CorruptAggregator;
use veragg_lab::false_attester::edge;
use veragg_lab::two_faced::{twice, with_two_keys};
use veragg_lab::{id, set, sign_again, Scene};

/// Whom the audit names if names count as they should.
const CORRUPT: &str = "client 3, aggregator";
/// And everybody.
const EVERYBODY: &str = "client 1, client 2, client 3, client 4, aggregator";

pub(super) fn the_complaints_of_a_client_with_two_keys(off: &Off) {
    // The board counts its first keys, everybody deals under the second: so it opens nothing that it
    // was dealt, and complains about everybody, with proofs that hold.
    let scene = Scene::new(4, &SMALL);
    let (round, key) = (Arc::clone(&scene.local.round), scene.key(3));
    let scene = scene.altering(3, move |phase, _, mut said| {
        if phase == Phase::Advertise {
            let again = Client::join(Arc::clone(&round), Arc::clone(&key)).unwrap();
            let mut store = Zeroizing::new(Vec::new());
            let again = again.advertise(&mut OsRng).unwrap().save(&mut store);
            said.extend(again.unwrap().1);
        }
        said
    });
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Advertise, |_| true)
        .play(scene);
    Case::of(&finished).names(off, CORRUPT, EVERYBODY);
}

pub(super) fn the_complaint_about_a_dealer_with_two_messages(off: &Off) {
    // Client 3 deals well, and then badly to client 1, who alone is shown the second message.
    let scene = Scene::new(4, &SMALL);
    let (key, lengths) = (
        scene.key(3),
        scene.local.round.share_lengths(id(3), &set(4, &ALL)),
    );
    let scene = scene.altering(3, move |phase, _, mut said| {
        if phase == Phase::Share {
            let bad = sign_again(&key, &said[0], &lengths, &mut |parts| {
                parts[1][PAIR_LEN - 1] ^= 1;
            });
            said.push(bad);
        }
        said
    });
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Share, |reader| reader == 1)
        .play(scene);
    Case::of(&finished).names(off, CORRUPT, "client 1, client 3, aggregator");
}

/// Client 3 advertises its mask key and then another, which client 1 alone is shown, and leaves when it
/// has confirmed.
fn another_key_for_one() -> Case {
    let scene = Scene::new(4, &SMALL).dropping(3, Phase::Confirm);
    let scene = with_two_keys(scene, 3, false);
    let crook = CorruptAggregator::new().showing_second(3, Phase::Advertise, |reader| reader == 1);
    Case::of(&crook.play(scene))
}

pub(super) fn an_attestation_to_the_other_key_of_a_neighbour(off: &Off) {
    another_key_for_one().names(off, CORRUPT, "client 1, client 3, aggregator");
}

pub(super) fn the_secret_of_a_client_with_two_keys(off: &Off) {
    another_key_for_one().names(off, CORRUPT, "client 1, client 3, aggregator");
}

pub(super) fn an_edge_to_a_client_with_two_keys(off: &Off) {
    // The first key counts, the second is shown to all. Client 3 lies about its edge to client 1, who
    // opens it with the key that it was shown.
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[edge(1, 5)]);
    let scene = with_two_keys(scene, 3, true);
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Advertise, |_| true)
        .play(scene);
    Case::of(&finished).names(off, CORRUPT, "client 1, client 3, aggregator");
}

pub(super) fn the_shares_of_a_dealer_with_two_messages(off: &Off) {
    let scene = twice(Scene::new(4, &SMALL), 3, Phase::Share);
    let finished = CorruptAggregator::new()
        .showing_second(3, Phase::Share, |_| true)
        .play(scene);
    Case::of(&finished).names(off, CORRUPT, EVERYBODY);
}
