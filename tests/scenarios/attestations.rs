//! Attest, dispute and the rounds of unmask. A client with a false mask is named and left out, no other client is,
//! and the round delivers the sum of the rest.

use veragg::circuits::group::Group;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::{Check, Verdict};
use veragg_lab::equivocator::with_second_message;
use veragg_lab::{client, id, speakers, Finished, Scene, SuiteGroup};

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
