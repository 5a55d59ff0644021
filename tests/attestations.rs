//! Attest, dispute and the rounds of unmask: whoever masks something else than it says is named and left
//! out, nobody else is, and the sum over the rest comes out.
#![allow(clippy::unwrap_used)]

mod common;

use common::liar::{edge, own, False, Liar};
use common::{client, expect, id, speakers, Finished, Scene};
use veragg::protocol::organiser::Proposal;
use veragg::protocol::phase::Phase;
use veragg::verifier::{Check, Verdict};

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
        let lie = False {
            towards,
            by,
            attested: false,
        };
        let finished = Scene::new(10, &SMALL).lying(3, &[lie]).play();
        let report = finished.is_verified(&but(&[3]), &[(client(3), Check::RowLinks)]);
        outcome(&report, 3, "excluded for a fault (attest)");
        assert_eq!(speakers(&finished.records, Phase::Dispute), [0; 0]);
    }
}

#[test]
fn a_lie_about_an_edge_is_opened_by_the_honest_end() {
    for number in [3, 7] {
        let finished = Scene::new(10, &SMALL).lying(number, &[edge(5, 9)]).play();
        let faults = [(client(number), Check::Disputes)];
        let report = finished.is_verified(&but(&[number]), &faults);
        outcome(&report, number, "excluded for a fault (dispute)");
        assert_eq!(speakers(&finished.records, Phase::Dispute), [5]);
        // What it attested, and the message that opened the edge.
        let evidence = &report.faults[0].evidence;
        assert_eq!(evidence.len(), 2);
    }
}

#[test]
fn two_who_lie_differently_about_their_edge_are_both_left_out_and_not_accused() {
    let scene = Scene::new(10, &SMALL).lying(3, &[edge(7, 1)]);
    let finished = scene.lying(7, &[edge(3, 2)]).play();
    let report = finished.is_verified(&but(&[3, 7]), &[]);
    for number in [3, 7] {
        outcome(&report, number, "dropped (dispute)");
    }
}

#[test]
fn a_false_edge_between_two_that_contribute_cancels() {
    let scene = Scene::new(10, &SMALL).lying(3, &[edge(7, 5)]);
    let finished = scene.lying(7, &[edge(3, 5)]).play();
    finished.is_verified(&but(&[]), &[]);
}

#[test]
fn a_lie_towards_a_neighbour_that_drops_out_comes_out() {
    for after in [Phase::Confirm, Phase::Submit] {
        let scene = Scene::new(10, &SMALL).dropping(5, after);
        let finished = scene.lying(3, &[edge(5, 4)]).play();
        let faults = [(client(3), Check::Unmasking)];
        let report = finished.is_verified(&but(&[3, 5]), &faults);
        outcome(&report, 3, "excluded for a fault (unmask)");
        let again = speakers(&finished.records, Phase::Unmask(1));
        assert_eq!(again, [1, 2, 4, 6, 7, 8, 9, 10]);
    }
}

#[test]
fn a_lie_about_the_self_mask_comes_out() {
    let finished = Scene::new(10, &SMALL).lying(3, &[own(4)]).play();
    let report = finished.is_verified(&but(&[3]), &[(client(3), Check::Unmasking)]);
    outcome(&report, 3, "excluded for a fault (unmask)");
}

/// Colluders 1 - 2 - .. with false edges between them, of whom the first lies about its self-mask too:
/// each comes out when the one before has left.
fn path(length: u32, rounds: u8) -> Finished {
    let proposal = Proposal {
        unmask_rounds: rounds,
        corrupt_ppm: 100_000,
        ..common::proposal(10, &SMALL)
    };
    let setting = veragg::local::Setting::new(10, proposal, &mut rand_core::OsRng).unwrap();
    let mut scene = Scene::of(setting);
    for number in 1..=length {
        let mut lies = Vec::new();
        if number == 1 {
            lies.push(own(1));
        } else {
            lies.push(edge(number - 1, 100 + u64::from(number)));
        }
        if number < length {
            lies.push(edge(number + 1, 101 + u64::from(number)));
        }
        scene = scene.lying(number, &lies);
    }
    scene.play()
}

#[test]
fn a_path_of_colluders_comes_out_one_after_the_other() {
    let finished = path(3, 3);
    let faults = [1, 2, 3].map(|number| (client(number), Check::Unmasking));
    finished.is_verified(&but(&[1, 2, 3]), &faults);
    assert!(!speakers(&finished.records, Phase::Unmask(3)).is_empty());
}

#[test]
fn where_the_rounds_end_before_the_path_everybody_found_is_named_and_there_is_no_sum() {
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
fn cheaters_of_every_kind_in_one_round_are_all_named() {
    let lie = False {
        towards: None,
        by: 3,
        attested: false,
    };
    let mut scene = Scene::new(30, &SMALL).lying(2, &[lie]);
    scene = scene.lying(7, &[edge(9, 1)]).lying(12, &[own(8)]);
    // Client 20 leaves after it has submitted; 15 lied towards it.
    scene = scene.dropping(20, Phase::Submit).lying(15, &[edge(20, 6)]);
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
fn who_lied_and_then_fell_silent_is_named_all_the_same() {
    let mut scene = Scene::new(10, &SMALL);
    let mut liar = Liar::new(&scene, 3, &[own(4)]);
    liar.silent_from = Some(Phase::Acknowledge);
    scene.people[id(3).index()] = Box::new(liar);
    let report = scene
        .play()
        .is_verified(&but(&[3]), &[(client(3), Check::Unmasking)]);
    outcome(&report, 3, "excluded for a fault (unmask)");
}
