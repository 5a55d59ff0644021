//! Clients that equivocate, with an aggregator that accepts both messages: no other client is named for what depends
//! on these messages.

use veragg::protocol::round::phase::Phase;

use super::attacks::Attack;
use super::equivocator::Equivocator;
use super::setup::{CHANNEL, MASK};
use super::{same, SMALL};
use veragg_lab::equivocator::with_second_message;
use veragg_lab::false_attester::{edge, own};
use veragg_lab::CorruptAggregator;
use veragg_lab::{id, set, sign_again, Finished, Scene};

/// An aggregator that shows the second advertisement of a client to those for which `to` holds.
fn showing_second(number: u32, to: impl Fn(u32) -> bool + 'static) -> CorruptAggregator {
    CorruptAggregator::new().showing_second(number, Phase::Advertise, to)
}

#[test]
fn two_submissions() {
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.submit_lengths();
    let alter = |parts: &mut Vec<Vec<u8>>| parts[1][0] ^= 1;
    let scene = with_second_message(scene, 3, Phase::Submit, lengths, alter);
    let (judgement, _) = same(&CorruptAggregator::new().play(scene));
    assert_eq!(judgement.named, [(3, "V-04")].into());
    assert_eq!(judgement.contributors.len(), 10);
}

pub(crate) fn complaint_with_two_channel_keys() -> Finished {
    let mut two = Equivocator::new(5, CHANNEL);
    two.opens = Some(3);
    showing_second(5, |_| true).play(two.enter(Scene::new(10, &SMALL)))
}

#[test]
fn the_complaint_of_a_client_with_two_channel_keys() {
    let (judgement, _) = same(&complaint_with_two_channel_keys());
    assert_eq!(judgement.named, [(5, "V-04")].into());
}

pub(crate) fn edge_opened_with_two_mask_keys() -> Finished {
    let mut two = Equivocator::new(5, MASK);
    two.opens = Some(3);
    let scene = Scene::new(10, &SMALL).masking_falsely(5, &[edge(3, 9)]);
    showing_second(5, |_| true).play(two.enter(scene))
}

#[test]
fn an_edge_that_is_opened_by_a_client_with_two_mask_keys() {
    let (judgement, _) = same(&edge_opened_with_two_mask_keys());
    // Client 5 shared the secret of the key that does not count.
    assert_eq!(judgement.named, [(5, "V-04"), (5, "V-06")].into());
}

/// Client 3 was shown the mask key of client 5 that does not count.
pub(crate) fn mask_towards_two_mask_keys(drops: bool) -> Finished {
    let mut two = Equivocator::new(5, MASK);
    two.counts = false;
    let mut scene = Scene::new(10, &SMALL);
    if drops {
        scene = Attack::Drops(Phase::Confirm).enter(scene, 5);
    }
    showing_second(5, |reader| reader == 3).play(two.enter(scene))
}

#[test]
fn masks_towards_a_client_with_two_mask_keys() {
    for drops in [false, true] {
        let (judgement, _) = same(&mask_towards_two_mask_keys(drops));
        assert_eq!(judgement.named, [(5, "V-04")].into());
        // If client 5 goes on, the edge of clients 3 and 5 is disputed, and neither can open it.
        assert_eq!(judgement.contributors.contains(&3), drops);
    }
}

#[test]
fn what_a_client_with_two_keys_attested_of_itself() {
    // Its own seed shows the false attestation, whatever its keys are.
    let mut two = Equivocator::new(5, CHANNEL);
    two.counts = false;
    let scene = two.enter(Scene::new(10, &SMALL).masking_falsely(5, &[own(4)]));
    let (judgement, _) = same(&showing_second(5, |_| false).play(scene));
    assert_eq!(judgement.named, [(5, "V-04"), (5, "V-09")].into());
}

pub(crate) fn false_masks_towards_two_keys_and_another() -> Finished {
    let mut two = Equivocator::new(5, CHANNEL);
    two.counts = false;
    let scene = Scene::new(10, &SMALL).masking_falsely(3, &[edge(5, 1), edge(7, 2)]);
    let scene = scene.dropping(5, Phase::Submit).dropping(7, Phase::Submit);
    showing_second(5, |_| false).play(two.enter(scene))
}

#[test]
fn a_false_mask_towards_a_client_with_two_keys_and_towards_another() {
    // The secret of client 5 is not used to judge its neighbours, but that of client 7 shows the false attestation.
    let (judgement, _) = same(&false_masks_towards_two_keys_and_another());
    assert_eq!(judgement.named, [(3, "V-09"), (5, "V-04")].into());
}

/// Client 5 sends two messages in a phase.
fn twice(scene: Scene, when: Phase, lengths: Vec<usize>) -> Scene {
    with_second_message(scene, 5, when, lengths, |parts| parts[0][0] ^= 1)
}

/// A client complains rightly about client 5, which confirms twice.
pub(crate) fn complaint_about_two_confirmations(holder: usize) -> Finished {
    let scene = Scene::new(10, &SMALL);
    let key = scene.key(5);
    let scene = scene.altering(5, move |phase, _, mut messages| match phase {
        Phase::Share => {
            let lengths: Vec<_> = [32].into_iter().chain([144; 9]).collect();
            let position = if holder < 5 { holder } else { holder - 1 };
            vec![sign_again(&key, &messages[0], &lengths, &mut |parts| {
                parts[position][100] ^= 1;
            })]
        }
        Phase::Confirm => {
            let again = sign_again(&key, &messages[0], &[0], &mut |parts| {
                *parts = vec![vec![0xff; 100]];
            });
            messages.push(again);
            messages
        }
        _ => messages,
    });
    let corrupt = CorruptAggregator::new().listing(|phase, mut list| {
        if phase == Phase::Confirm {
            list.remove(id(5));
        }
        list
    });
    corrupt.play(scene)
}

#[test]
fn complaints_are_judged_when_the_phase_ends() {
    // After client 1 and before client 9.
    for holder in [1, 9] {
        let (judgement, _) = same(&complaint_about_two_confirmations(holder));
        assert_eq!(judgement.named, [(5, "V-04")].into());
    }
}

/// An equivocation counts from the end of the phase (`specs/audit.md` 2.4), however attestations fall into batches.
#[test]
fn attestations_are_judged_when_the_phase_ends() {
    // A client attests to a wrong digest of keys. Its neighbour client 5 attests twice.
    for number in [3, 7] {
        let scene = Attack::BadAttestation(0, 0).enter(Scene::new(10, &SMALL), number);
        let everybody = set(10, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let lengths = scene.local.round.attest_lengths(id(5), &everybody);
        let (judgement, _) =
            same(&CorruptAggregator::new().play(twice(scene, Phase::Attest, lengths)));
        assert_eq!(judgement.named, [(5, "V-04")].into());
    }
}

/// A client reveals a wrong share of client 5, which unmasks twice.
pub(crate) fn wrong_share_of_two_unmaskings(number: u32, position: usize) -> Finished {
    let scene = Attack::WrongShare(position, true).enter(Scene::new(10, &SMALL), number);
    let scene = twice(scene, Phase::Unmask(0), vec![32 * 9]);
    CorruptAggregator::new().play(scene)
}

#[test]
fn shares_are_judged_at_their_position() {
    for (number, position, is_named) in [(3, 3, true), (7, 4, false)] {
        let (judgement, _) = same(&wrong_share_of_two_unmaskings(number, position));
        assert_eq!(judgement.named.contains(&(number, "V-09")), is_named);
    }
}
