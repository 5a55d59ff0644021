//! V-08: false attestations, and edges that were opened.

use veragg_protocol::circuits::group::ristretto::Fr;
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::rule::Rule;
use veragg_protocol::switch::without;
use veragg_protocol::wire::message::{Message, Sender};

use super::case::Case;
use super::judged::Off;
use super::{ALL, SMALL};
use veragg_lab::false_attester::{edge, False};
use veragg_lab::CorruptAggregator;
use veragg_lab::FalseAttester;
use veragg_lab::{id, set, Finished, Scene};

/// The aggregator keeps all clients, and subtracts the known error from the sum.
pub(super) fn corrected(scene: Scene, by: Fr) -> Finished {
    let corrupt = CorruptAggregator::new().publishing(move |_, mut honest| {
        honest.opening[0] -= by;
        honest
    });
    corrupt.play(scene)
}

/// The report if the aggregator keeps a client that is at fault. `named`: that client and its check, if it is named.
fn accepting(named: &str) -> String {
    format!("failed V-03 V-10 V-11, naming {named}aggregator V-03, aggregator V-10")
}

/// The scene in which client 3 changes the parts of its attestation.
fn attesting(alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> Scene {
    let scene = Scene::new(4, &SMALL);
    let lengths = scene.local.round.attest_lengths(id(3), &set(4, &ALL));
    scene.altering_parts(3, Phase::Attest, lengths, alter)
}

pub(super) fn an_attestation_that_does_not_decode(off: &Off) {
    let finished = attesting(|parts| parts[0][32..64].fill(0)).play();
    // Without the step, client 3 is not named.
    Case::of(&finished).assert_summaries(off, "verified, naming client 3 V-04", "verified");
}

pub(super) fn other_keys_than_those_of_the_neighbours(off: &Off) {
    let finished = CorruptAggregator::new().play(attesting(|parts| parts[0][0] ^= 1));
    let failed = accepting("client 3 V-08.A, ");
    Case::of(&finished).assert_summaries(off, &failed, "verified");
}

pub(super) fn a_masked_vector_that_was_not_committed(off: &Off) {
    let false_mask = False {
        towards: None,
        by: 5,
        attested: false,
    };
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[false_mask]);
    let failed = accepting("client 3 V-08.A, ");
    Case::of(&corrected(scene, Fr::from(5u64))).assert_summaries(off, &failed, "verified");
}

/// The aggregator withholds the submission of client 3, but lists it. So client 3 attests.
pub(crate) fn a_submission_that_the_aggregator_withheld() -> Finished {
    // The client's software does not ask whether the board has its own message, as none did in version 1.
    without(&[Rule::OwnMessage.name()], || {
        let corrupt = CorruptAggregator::new().admitting(|phase, mut messages| {
            if phase == Phase::Submit {
                messages.remove(2);
            }
            messages
        });
        let corrupt = corrupt.listing(|phase, mut list| {
            if phase == Phase::Submit {
                list.insert(id(3));
            }
            list
        });
        corrupt.play(Scene::new(4, &SMALL))
    })
}

pub(super) fn a_false_pairwise_mask(off: &Off) {
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[edge(4, 5)]);
    let failed = accepting("client 3 V-08.C, ");
    Case::of(&corrected(scene, Fr::from(5u64))).assert_summaries(off, &failed, "verified");
}

pub(super) fn disputed_edges_for_which_nobody_is_excluded(off: &Off) {
    a_false_pairwise_mask(off);
    // Both ends add false masks, and neither opens the edge.
    let scene = Scene::new(4, &SMALL).masking_falsely(3, &[edge(4, 1)]);
    let scene = scene.masking_falsely(4, &[edge(3, 2)]);
    let finished = corrected(scene, -Fr::from(1u64));
    // The sum of all four inputs is more than two inputs can add up to.
    let failed = accepting("").replace("V-11", "V-11 V-12");
    Case::of(&finished).assert_summaries(off, &failed, "verified");
}

/// The scene in which the message of dispute of client 3 does not decode.
fn undecodable_dispute() -> Scene {
    let scene = Scene::new(4, &SMALL);
    let (key, context) = (scene.key(3), *scene.local.round.context());
    scene.altering(3, move |phase, package, messages| {
        if phase != Phase::Dispute {
            return messages;
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
    // Without the step, client 3 is not named.
    Case::of(&finished).assert_summaries(off, "verified, naming client 3 V-04", "verified");
}

/// The same round with an aggregator that keeps client 3, and the report of the audit.
pub(crate) fn an_undecodable_dispute_that_the_aggregator_accepts() -> (Case, String) {
    let finished = CorruptAggregator::new().play(undecodable_dispute());
    (Case::of(&finished), accepting("client 3 V-04, "))
}

pub(super) fn an_edge_opened_with_another_point(off: &Off) {
    // Client 4 adds a false pairwise mask towards client 3. Client 3 opens the edge; client 4 then opens it with a
    // wrong point.
    let mut scene = Scene::new(4, &SMALL);
    let mut culprit = FalseAttester::new(&scene, 4, &[edge(3, 5)]);
    culprit.opens = Some((3, false));
    scene.parties[3] = Box::new(culprit);
    let finished = scene.play();
    Case::of(&finished).assert_named(off, "client 4", "client 3, client 4, aggregator");
}
