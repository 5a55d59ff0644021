//! Attest, dispute and the rounds of unmask. A client with a false mask is named and left out, no other client is,
//! and the round delivers the sum of the rest.

use veragg::circuits::group::Group;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::{Check, Verdict};
use veragg_lab::equivocator::with_second_message;
use veragg_lab::false_attester::{edge, own, False};
use veragg_lab::FalseAttester;
use veragg_lab::{client, expect, id, speakers, Finished, Scene, SuiteGroup};

const SMALL: [(usize, u64); 2] = [(3, 100), (2, 7)];

fn but(numbers: &[u32]) -> Vec<u32> {
    (1..=10)
        .filter(|number| !numbers.contains(number))
        .collect()
}

#[track_caller]
fn outcome(report: &veragg::verifier::Report, number: u32, expected: &str) {
    let absent = report.absent.iter().find(|absent| absent.client == number);
    assert_eq!(absent.unwrap().outcome, expected, "{report}");
}

#[test]
fn a_masked_vector_that_is_not_what_was_committed_names_its_sender() {
    for (towards, by) in [(None, 1), (None, u64::MAX), (Some(5), 1)] {
        let false_mask = False {
            towards,
            by,
            attested: false,
        };
        let finished = Scene::new(10, &SMALL)
            .masking_falsely(3, &[false_mask])
            .play();
        let report = finished.is_verified(&but(&[3]), &[(client(3), Check::RowLinks)]);
        outcome(&report, 3, "excluded for a fault (attest)");
        assert_eq!(speakers(&finished.records, Phase::Dispute), [0; 0]);
    }
}

#[test]
fn a_false_pairwise_mask_is_opened_by_the_honest_end() {
    for number in [3, 7] {
        let finished = Scene::new(10, &SMALL)
            .masking_falsely(number, &[edge(5, 9)])
            .play();
        let faults = [(client(number), Check::Disputes)];
        let report = finished.is_verified(&but(&[number]), &faults);
        outcome(&report, number, "excluded for a fault (dispute)");
        assert_eq!(speakers(&finished.records, Phase::Dispute), [5]);
        // The evidence is its attestation and the message that opened the edge.
        let evidence = &report.faults[0].evidence;
        assert_eq!(evidence.len(), 2);
    }
}

#[test]
fn two_ends_with_different_false_masks_are_both_left_out_and_not_accused() {
    let scene = Scene::new(10, &SMALL).masking_falsely(3, &[edge(7, 1)]);
    let finished = scene.masking_falsely(7, &[edge(3, 2)]).play();
    let report = finished.is_verified(&but(&[3, 7]), &[]);
    for number in [3, 7] {
        outcome(&report, number, "dropped (dispute)");
    }
}

#[test]
fn a_false_edge_between_two_that_contribute_cancels() {
    let scene = Scene::new(10, &SMALL).masking_falsely(3, &[edge(7, 5)]);
    let finished = scene.masking_falsely(7, &[edge(3, 5)]).play();
    finished.is_verified(&but(&[]), &[]);
}

#[test]
fn a_false_mask_towards_a_neighbour_that_drops_out_is_found() {
    for after in [Phase::Confirm, Phase::Submit] {
        let scene = Scene::new(10, &SMALL).dropping(5, after);
        let finished = scene.masking_falsely(3, &[edge(5, 4)]).play();
        let faults = [(client(3), Check::Unmasking)];
        let report = finished.is_verified(&but(&[3, 5]), &faults);
        outcome(&report, 3, "excluded for a fault (unmask)");
        let again = speakers(&finished.records, Phase::Unmask(1));
        assert_eq!(again, [1, 2, 4, 6, 7, 8, 9, 10]);
    }
}

#[test]
fn a_false_self_mask_is_found() {
    let finished = Scene::new(10, &SMALL).masking_falsely(3, &[own(4)]).play();
    let report = finished.is_verified(&but(&[3]), &[(client(3), Check::Unmasking)]);
    outcome(&report, 3, "excluded for a fault (unmask)");
}

/// A path of colluders 1 - 2 - .. with false pairwise masks between neighbours; client 1 has a false self-mask too.
/// Each false attestation is found when the client before it has left.
fn path(length: u32, rounds: u8) -> Finished {
    let builder = veragg_lab::configuration_builder(10, &SMALL)
        .unmask_rounds(rounds)
        .corrupt_ppm(100_000);
    let local = veragg_lab::ready(10, builder).unwrap();
    let mut scene = Scene::of(local);
    for number in 1..=length {
        let mut false_masks = Vec::new();
        if number == 1 {
            false_masks.push(own(1));
        } else {
            false_masks.push(edge(number - 1, 100 + u64::from(number)));
        }
        if number < length {
            false_masks.push(edge(number + 1, 101 + u64::from(number)));
        }
        scene = scene.masking_falsely(number, &false_masks);
    }
    scene.play()
}

#[test]
fn a_path_of_colluders_is_found_one_after_the_other() {
    let finished = path(3, 3);
    let faults = [1, 2, 3].map(|number| (client(number), Check::Unmasking));
    finished.is_verified(&but(&[1, 2, 3]), &faults);
    assert!(!speakers(&finished.records, Phase::Unmask(3)).is_empty());
}

#[test]
fn a_path_longer_than_the_rounds_of_unmask_ends_the_round_without_a_sum() {
    for rounds in 0..3 {
        let finished = path(3, rounds);
        let found: Vec<u32> = (1..=u32::from(rounds) + 1).collect();
        let faults: Vec<_> = found
            .iter()
            .map(|&number| (client(number), Check::Unmasking))
            .collect();
        let report = finished.audit();
        let failed = [Check::Unmasking];
        expect(&report, Verdict::Failed, &but(&found), &faults, &failed);
        assert!(speakers(&finished.records, Phase::Publish).is_empty());
    }
}

#[test]
fn malicious_clients_of_every_kind_in_one_round_are_all_named() {
    let false_mask = False {
        towards: None,
        by: 3,
        attested: false,
    };
    let mut scene = Scene::new(30, &SMALL).masking_falsely(2, &[false_mask]);
    scene = scene
        .masking_falsely(7, &[edge(9, 1)])
        .masking_falsely(12, &[own(8)]);
    // Client 20 drops out after it has submitted; client 15 has a false mask towards it.
    scene = scene
        .dropping(20, Phase::Submit)
        .masking_falsely(15, &[edge(20, 6)]);
    let finished = scene.play();
    let faults = [
        (client(2), Check::RowLinks),
        (client(7), Check::Disputes),
        (client(12), Check::Unmasking),
        (client(15), Check::Unmasking),
    ];
    let rest: Vec<u32> = (1..=30)
        .filter(|n| ![2, 7, 12, 15, 20].contains(n))
        .collect();
    finished.is_verified(&rest, &faults);
}

#[test]
fn a_client_with_a_false_mask_that_then_drops_out_is_named_all_the_same() {
    let mut scene = Scene::new(10, &SMALL);
    let mut culprit = FalseAttester::new(&scene, 3, &[own(4)]);
    culprit.silent_from = Some(Phase::Acknowledge);
    scene.parties[id(3).index()] = Box::new(culprit);
    let report = scene
        .play()
        .is_verified(&but(&[3]), &[(client(3), Check::Unmasking)]);
    outcome(&report, 3, "excluded for a fault (unmask)");
}

/// A round in which client 3 of 10 changes the parts of its attestation.
fn attesting(alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> Finished {
    let scene = Scene::new(10, &SMALL);
    let everybody = veragg_lab::set(10, &but(&[]));
    let lengths = scene.local.round.attest_lengths(id(3), &everybody);
    scene
        .altering_parts(3, Phase::Attest, lengths, alter)
        .play()
}

#[test]
fn every_part_of_an_attestation_counts() {
    // The digest of the keys, and each kind of scalar of the row link. The scalars stay canonical.
    let columns = Scene::new(10, &SMALL).local.round.layout().columns();

    let scalars = 32 + 3 * SuiteGroup::POINT_LEN;
    for at in [
        0,
        scalars,
        scalars + 32 * columns,
        scalars + 32 * (columns + 1),
    ] {
        let finished = attesting(move |parts| parts[0][at] ^= 1);
        let report = finished.is_verified(&but(&[3]), &[(client(3), Check::RowLinks)]);
        outcome(&report, 3, "excluded for a fault (attest)");
    }
    // Points that are exchanged for others of the same attestation: self commitment, announcements, two edges.
    const POINT: usize = SuiteGroup::POINT_LEN;
    let swaps: [fn(&mut Vec<Vec<u8>>); 4] = [
        |parts| parts[0][32..32 + 3 * POINT].rotate_left(POINT),
        |parts| parts[0][32 + POINT..32 + 3 * POINT].rotate_left(POINT),
        |parts| parts.swap(1, 2),
        |parts| parts[5] = parts[6].clone(),
    ];
    for swap in swaps {
        attesting(swap).is_verified(&but(&[3]), &[(client(3), Check::RowLinks)]);
    }
    // Bytes that are no point, or no scalar.
    let malformed: [fn(&mut Vec<Vec<u8>>); 4] = [
        |parts| parts[0][32..32 + POINT].fill(0),
        |parts| parts[4][..POINT].fill(0xff),
        |parts| parts[9][..POINT].fill(0),
        |parts| parts[0][32 + 3 * POINT..][..32].fill(0xff),
    ];
    for alter in malformed {
        attesting(alter).is_verified(&but(&[3]), &[(client(3), Check::Messages)]);
    }
}

#[test]
fn the_attestation_of_another_client_is_refused() {
    use std::sync::{Arc, Mutex};
    let copied: Arc<Mutex<Vec<u8>>> = Arc::default();
    let (source, target) = (Arc::clone(&copied), copied);
    let scene = Scene::new(10, &SMALL).altering(1, move |phase, _, messages| {
        if phase == Phase::Attest {
            let message = veragg::protocol::wire::message::Message::decode(&messages[0]).unwrap();
            *source.lock().unwrap() = message.body;
        }
        messages
    });
    let everybody = veragg_lab::set(10, &but(&[]));
    let lengths = scene.local.round.attest_lengths(id(3), &everybody);
    let scene = scene.altering_parts(3, Phase::Attest, lengths, move |parts| {
        let body = target.lock().unwrap().clone();
        let mut rest = &body[..];
        for part in parts {
            let (this, behind) = rest.split_at(part.len());
            *part = this.to_vec();
            rest = behind;
        }
    });
    let finished = scene.play_in_turn();
    finished.is_verified(&but(&[3]), &[(client(3), Check::RowLinks)]);
}

#[test]
fn opening_an_edge_that_nobody_disputes_has_no_effect() {
    let mut scene = Scene::new(10, &SMALL);
    let mut culprit = FalseAttester::new(&scene, 3, &[]);
    culprit.opens = Some((7, true));
    scene.parties[id(3).index()] = Box::new(culprit);
    scene.play().is_verified(&but(&[]), &[]);
}

#[test]
fn an_edge_opened_with_a_point_that_is_not_its_own_names_who_opened_it() {
    for false_masks in [vec![], vec![edge(7, 1)]] {
        let mut scene = Scene::new(10, &SMALL);
        let mut culprit = FalseAttester::new(&scene, 3, &false_masks);
        culprit.opens = Some((7, false));
        scene.parties[id(3).index()] = Box::new(culprit);
        let report = scene
            .play()
            .is_verified(&but(&[3]), &[(client(3), Check::Disputes)]);
        outcome(&report, 3, "excluded for a fault (dispute)");
    }
}

#[test]
fn an_attester_and_an_aggregator_cannot_frame_a_neighbour() {
    // Client 3 attests truly, and then falsely to its pairwise mask with client 1. Client 1 is shown the second
    // message and opens the edge. The board counts the first, by which the edge is not disputed.
    let scene = Scene::new(10, &SMALL);
    let everybody = veragg_lab::set(10, &but(&[]));
    let lengths = scene.local.round.attest_lengths(id(3), &everybody);
    let scene = with_second_message(scene, 3, Phase::Attest, lengths, |parts| {
        parts[1] = parts[2].clone();
    });
    let finished = veragg_lab::CorruptAggregator::new().play(scene);
    assert_eq!(speakers(&finished.records, Phase::Dispute), [1]);
    let report = finished.audit();
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    let aggregator = veragg::verifier::Culprit::Aggregator;
    let faults = [(client(3), Check::Messages), (aggregator, Check::Messages)];
    assert_eq!(veragg_lab::named(&report), faults.into(), "{report}");
}

#[test]
fn a_client_that_an_aggregator_leaves_out_is_not_named_for_it() {
    // The aggregator leaves out an honest client after attest, after dispute, or after unmask.
    for when in [Phase::Attest, Phase::Dispute, Phase::Unmask(0)] {
        let corrupt = veragg_lab::CorruptAggregator::new().listing(move |phase, mut list| {
            if phase >= when {
                list.remove(id(4));
            }
            list
        });
        let finished = corrupt.play(Scene::new(10, &SMALL));
        let report = finished.audit();
        assert_eq!(report.verdict, Verdict::Failed, "{report}");
        let named = veragg_lab::named(&report);
        let aggregator = veragg::verifier::Culprit::Aggregator;
        assert!(named.contains(&(aggregator, Check::Chain)), "{report}");
        assert!(
            named.iter().all(|(culprit, _)| *culprit == aggregator),
            "{report}"
        );
        // No client revealed a second share.
        assert_eq!(speakers(&finished.records, Phase::Unmask(1)), [0; 0]);
    }
}
