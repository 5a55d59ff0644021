//! Clients that sign two messages, with an aggregator that takes both: what depends on their words is held
//! against nobody.

use veragg::protocol::phase::Phase;

use super::cheats::Cheat;
use super::judge::Judgement;
use super::setup::{CHANNEL, MASK};
use super::two_faced::{showing_second, TwoFaced};
use crate::common::crooked::Crook;
use crate::common::liar::edge;
use crate::common::{id, sign_again, Scene};
use crate::{same, SMALL};

fn named(judgement: &Judgement, of: u32) -> Vec<&'static str> {
    let named = judgement.named.iter();
    named
        .filter(|(client, _)| *client == of)
        .map(|(_, check)| *check)
        .collect()
}

#[test]
fn two_submissions() {
    let scene = Scene::new(10, &SMALL);
    let (key, lengths) = (scene.key(3), scene.setting.round.submit_lengths());
    let scene = scene.altering(3, move |phase, _, mut said| {
        if phase == Phase::Submit {
            let again = sign_again(&key, &said[0], &lengths, &mut |parts| parts[1][0] ^= 1);
            said.push(again);
        }
        said
    });
    let (judgement, _) = same(&Crook::new().play(scene));
    assert_eq!(judgement.named, [(3, "V-04")].into());
    assert_eq!(judgement.contributors.len(), 10);
}

/// FLAW of the specification, followed by the verifier: client 3 is honest and named. V-06.3 leaves
/// complaints *about* the doubted alone, not complaints *of* the doubted; `specs/protocol.md` 7.3.2 says
/// that nothing that depends on what such a client said is held against anybody.
#[test]
fn the_complaint_of_a_client_with_two_channel_keys() {
    let mut two = TwoFaced::new(5, CHANNEL);
    two.opens = Some(3);
    let finished = showing_second(5, |_| true).play(two.enter(Scene::new(10, &SMALL)));
    let (judgement, _) = same(&finished);
    assert_eq!(named(&judgement, 5), ["V-04"]);
}

#[test]
fn an_edge_that_is_opened_by_a_client_with_two_mask_keys() {
    let mut two = TwoFaced::new(5, MASK);
    two.opens = Some(3);
    let scene = Scene::new(10, &SMALL).lying(5, &[edge(3, 9)]);
    let finished = showing_second(5, |_| true).play(two.enter(scene));
    let (judgement, _) = same(&finished);
    // It dealt the secret of the key that does not count.
    assert_eq!(judgement.named, [(5, "V-04"), (5, "V-06")].into());
}

#[test]
fn masks_towards_a_client_with_two_mask_keys() {
    for drops in [false, true] {
        let mut two = TwoFaced::new(5, MASK);
        two.counts = false;
        let mut scene = Scene::new(10, &SMALL);
        if drops {
            scene = Cheat::Drops(Phase::Confirm).enter(scene, 5);
        }
        let finished = showing_second(5, |reader| reader == 3).play(two.enter(scene));
        let (judgement, _) = same(&finished);
        // Where the other drops out, client 3, which is honest, is off the list of unmask by 5.8, and by 5.9.1
        // "excluded" for it, though not named.
        assert_eq!(judgement.named, [(5, "V-04")].into());
    }
}

#[test]
fn a_bad_dealer_that_confirms_twice_is_judged_for_complaints_that_stand_before() {
    for (holder, is_before) in [(0, true), (8, false)] {
        let scene = Scene::new(10, &SMALL);
        let key = scene.key(3);
        let scene = scene.altering(3, move |phase, _, mut said| match phase {
            Phase::Share => {
                let lengths: Vec<_> = [32].into_iter().chain([144; 9]).collect();
                vec![sign_again(&key, &said[0], &lengths, &mut |parts| {
                    parts[1 + holder][100] ^= 1;
                })]
            }
            Phase::Confirm => {
                let again = sign_again(&key, &said[0], &[0], &mut |parts| {
                    *parts = vec![vec![0xff; 100]];
                });
                said.push(again);
                said
            }
            _ => said,
        });
        let crook = Crook::new().listing(|phase, mut list| {
            if phase == Phase::Confirm {
                list.remove(id(3));
            }
            list
        });
        let (judgement, _) = same(&crook.play(scene));
        let expected: &[_] = if is_before {
            &["V-04", "V-06"]
        } else {
            &["V-04"]
        };
        assert_eq!(named(&judgement, 3), expected);
    }
}
