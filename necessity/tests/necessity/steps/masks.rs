//! V-08: attestations that are not true of what was masked, and edges that were opened.

use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::{Message, Sender};

use super::judged::Off;
use super::told::Case;
use super::{ALL, SMALL};
use veragg_lab::corrupt_aggregator::CorruptAggregator;
use veragg_lab::false_attester::{edge, False, FalseAttester};
use veragg_lab::{id, set, Finished, Scene};

/// The aggregator counts on everybody, and takes out of the sum what it knows to be wrong in it.
pub(super) fn corrected(scene: Scene, by: Fr) -> Finished {
    let crook = CorruptAggregator::new().publishing(move |_, mut honest| {
        honest.opening[0] -= by;
        honest
    });
    crook.play(scene)
}

/// What the audit says if the aggregator counts on a client at fault.
fn counted_on(named: &str) -> String {
    format!("failed V-03 V-10 V-11, naming {named}aggregator V-03, aggregator V-10")
}

/// Client 3 alters the parts of its attestation.
fn attesting(alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> Scene {
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.attest_lengths(id(3), &set(4, &ALL));
    scene.altering_parts(3, Phase::Attest, lengths, alter)
}

pub(super) fn an_attestation_that_does_not_decode(off: &Off) {
    let finished = attesting(|parts| parts[0][32..64].fill(0)).play();
    // Its author stays unnamed.
    Case::of(&finished).tells(off, "verified, naming client 3 V-04", "verified");
}

pub(super) fn other_keys_than_those_of_the_neighbours(off: &Off) {
    let finished = CorruptAggregator::new().play(attesting(|parts| parts[0][0] ^= 1));
    let failed = counted_on("client 3 V-08.A, ");
    Case::of(&finished).tells(off, &failed, "verified");
}

pub(super) fn a_masked_vector_that_was_not_committed(off: &Off) {
    let lie = False {
        towards: None,
        by: 5,
        attested: false,
    };
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[lie]);
    let failed = counted_on("client 3 V-08.A, ");
    Case::of(&corrected(scene, Fr::from(5u64))).tells(off, &failed, "verified");
}

/// The aggregator withholds what client 3 submitted, and lists it all the same: so it attests.
pub(crate) fn a_submission_that_the_aggregator_withheld() -> Finished {
    let crook = CorruptAggregator::new().admitting(|phase, mut said| {
        if phase == Phase::Submit {
            said.remove(2);
        }
        said
    });
    let crook = crook.listing(|phase, mut list| {
        if phase == Phase::Submit {
            list.insert(id(3));
        }
        list
    });
    crook.play(Scene::new(4, &SMALL))
}

pub(super) fn a_lie_about_an_edge(off: &Off) {
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[edge(4, 5)]);
    let failed = counted_on("client 3 V-08.C, ");
    Case::of(&corrected(scene, Fr::from(5u64))).tells(off, &failed, "verified");
}

pub(super) fn lies_about_edges_that_nobody_leaves_for(off: &Off) {
    a_lie_about_an_edge(off);
    // Both ends lie, and neither opens.
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[edge(4, 1)]);
    let scene = scene.masking_falsely(4, &[edge(3, 2)]);
    let finished = corrected(scene, -Fr::from(1u64));
    // All four are more than two can add up to.
    let failed = counted_on("").replace("V-11", "V-11 V-12");
    Case::of(&finished).tells(off, &failed, "verified");
}

/// Client 3 says in dispute what does not decode.
fn undecodable_dispute() -> Scene {
    let scene = Scene::new(4, &SMALL);
    let (key, context) = (scene.key(3), *scene.local.round.context());
    scene.altering(3, move |phase, package, said| {
        if phase != Phase::Dispute {
            return said;
        }
        let answers = Package::decode(package, 4).unwrap().checkpoint.digest();
        let sender = Sender::Client(id(3));
        let parts = [vec![0xff; 100]];
        let message = Message::sign(&key, context, phase, sender, answers, &parts);
        vec![message.encode()]
    })
}

pub(super) fn a_dispute_that_does_not_decode(off: &Off) {
    let finished = undecodable_dispute().play();
    // Its author stays unnamed.
    Case::of(&finished).tells(off, "verified, naming client 3 V-04", "verified");
}

/// The same, and the aggregator counts on client 3; with what the audit says of it.
pub(crate) fn a_spoilt_dispute_that_is_counted_on() -> (Case, String) {
    let finished = CorruptAggregator::new().play(undecodable_dispute());
    (Case::of(&finished), counted_on("client 3 V-04, "))
}

pub(super) fn an_edge_opened_with_another_point(off: &Off) {
    // Client 4 lies about its edge to client 3, who opens it, and makes its own opening the last word.
    let mut scene = Scene::new(4, &SMALL);
    let mut liar = FalseAttester::new(&scene, 4, &[edge(3, 5)]);
    liar.opens = Some((3, false));
    scene.parties[3] = Box::new(liar);
    let finished = scene.play();
    Case::of(&finished).names(off, "client 4", "client 3, client 4, aggregator");
}
