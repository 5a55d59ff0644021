//! Clients that sign two messages, with an aggregator that takes both: what depends on their words is held
//! against nobody.

use veragg::protocol::round::phase::Phase;

use super::attacks::Attack;
use super::equivocator::Equivocator;
use super::setup::{CHANNEL, MASK};
use super::{same, SMALL};
use veragg_lab::corrupt_aggregator::CorruptAggregator;
use veragg_lab::false_attester::{edge, own};
use veragg_lab::{id, set, sign_again, Scene};

/// The aggregator that shows the second advertisement of a client to those whom `to` says.
fn showing_second(number: u32, to: impl Fn(u32) -> bool + 'static) -> CorruptAggregator {
    CorruptAggregator::new().showing_second(number, Phase::Advertise, to)
}

#[test]
fn two_submissions() {
    let scene = Scene::new(10, &SMALL);
    let (key, lengths) = (scene.key(3), scene.local.round.submit_lengths());
    let scene = scene.altering(3, move |phase, _, mut messages| {
        if phase == Phase::Submit {
            let again = sign_again(&key, &messages[0], &lengths, &mut |parts| parts[1][0] ^= 1);
            messages.push(again);
        }
        messages
    });
    let (judgement, _) = same(&CorruptAggregator::new().play(scene));
    assert_eq!(judgement.named, [(3, "V-04")].into());
    assert_eq!(judgement.contributors.len(), 10);
}

#[test]
fn the_complaint_of_a_client_with_two_channel_keys() {
    let mut two = Equivocator::new(5, CHANNEL);
    two.opens = Some(3);
    let finished = showing_second(5, |_| true).play(two.enter(Scene::new(10, &SMALL)));
    let (judgement, _) = same(&finished);
    assert_eq!(judgement.named, [(5, "V-04")].into());
}

#[test]
fn an_edge_that_is_opened_by_a_client_with_two_mask_keys() {
    let mut two = Equivocator::new(5, MASK);
    two.opens = Some(3);
    let scene = Scene::new(10, &SMALL).masking_falsely(5, &[edge(3, 9)]);
    let finished = showing_second(5, |_| true).play(two.enter(scene));
    let (judgement, _) = same(&finished);
    // It dealt the secret of the key that does not count.
    assert_eq!(judgement.named, [(5, "V-04"), (5, "V-06")].into());
}

#[test]
fn masks_towards_a_client_with_two_mask_keys() {
    for drops in [false, true] {
        let mut two = Equivocator::new(5, MASK);
        two.counts = false;
        let mut scene = Scene::new(10, &SMALL);
        if drops {
            scene = Attack::Drops(Phase::Confirm).enter(scene, 5);
        }
        let finished = showing_second(5, |reader| reader == 3).play(two.enter(scene));
        let (judgement, _) = same(&finished);
        assert_eq!(judgement.named, [(5, "V-04")].into());
        // Where the other goes on, they differ about their edge, and nobody can open it.
        assert_eq!(judgement.contributors.contains(&3), drops);
    }
}

#[test]
fn what_a_client_with_two_keys_attested_of_itself() {
    // Its own seed shows that, and depends on nobody's word.
    let mut two = Equivocator::new(5, CHANNEL);
    two.counts = false;
    let scene = two.enter(Scene::new(10, &SMALL).masking_falsely(5, &[own(4)]));
    let (judgement, _) = same(&showing_second(5, |_| false).play(scene));
    assert_eq!(judgement.named, [(5, "V-04"), (5, "V-09")].into());
}

#[test]
fn a_false_mask_towards_a_client_with_two_keys_and_towards_another() {
    // What the secret of client 5 shows is held against nobody; that of client 7 shows enough.
    let mut two = Equivocator::new(5, CHANNEL);
    two.counts = false;
    let scene = Scene::new(10, &SMALL).masking_falsely(3, &[edge(5, 1), edge(7, 2)]);
    let scene = scene.dropping(5, Phase::Submit).dropping(7, Phase::Submit);
    let (judgement, _) = same(&showing_second(5, |_| false).play(two.enter(scene)));
    assert_eq!(judgement.named, [(3, "V-09"), (5, "V-04")].into());
}

/// Client 5 says two things in a phase; an aggregator takes both.
fn twice(scene: Scene, when: Phase, lengths: Vec<usize>) -> Scene {
    let key = scene.key(5);
    scene.altering(5, move |phase, _, mut messages| {
        if phase == when {
            let again = sign_again(&key, &messages[0], &lengths, &mut |parts| parts[0][0] ^= 1);
            messages.push(again);
        }
        messages
    })
}

#[test]
fn complaints_are_judged_when_the_phase_ends() {
    // About client 5, which confirms twice after client 1 and before client 9.
    for holder in [1, 9] {
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
        let (judgement, _) = same(&corrupt.play(scene));
        assert_eq!(judgement.named, [(5, "V-04")].into());
    }
}

/// Doubt counts as of the end of the phase (`specs/audit.md` 2.4), however attestations fall into batches.
#[test]
fn attestations_are_judged_when_the_phase_ends() {
    // A wrong digest of the keys of neighbours, of which client 5 attests twice.
    for number in [3, 7] {
        let scene = Attack::BadAttestation(0, 0).enter(Scene::new(10, &SMALL), number);
        let everybody = set(10, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let lengths = scene.local.round.attest_lengths(id(5), &everybody);
        let (judgement, _) =
            same(&CorruptAggregator::new().play(twice(scene, Phase::Attest, lengths)));
        assert_eq!(judgement.named, [(5, "V-04")].into());
    }
}

#[test]
fn shares_are_judged_where_they_stand() {
    // A wrong share of client 5, which unmasks twice.
    for (number, position, is_named) in [(3, 3, true), (7, 4, false)] {
        let scene = Attack::WrongShare(position, true).enter(Scene::new(10, &SMALL), number);
        let scene = twice(scene, Phase::Unmask(0), vec![32 * 9]);
        let (judgement, _) = same(&CorruptAggregator::new().play(scene));
        assert_eq!(judgement.named.contains(&(number, "V-09")), is_named);
    }
}
