//! Confirm: dealers of bad shares and clients with false complaints are named and left out. No other client is, and
//! the round goes on without them.

use std::sync::Arc;

use rand_core::OsRng;
use veragg::protocol::crypto::dleq::{self, Revealed};
use veragg::protocol::pairwise::share::PAIR_LEN;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::Message;
use veragg::verifier::{Check, Verdict};
use veragg_lab::accuser::Complainant;
use veragg_lab::equivocator::with_second_message;
use veragg_lab::{client, id, set, Finished, Scene};

const SMALL: [(usize, u64); 2] = [(3, 100), (2, 7)];

/// The scene in which client 3 of 10 changes its message of share.
fn dealing(alter: impl FnMut(&mut Vec<Vec<u8>>) + Send + 'static) -> Scene {
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.share_lengths(id(3), &all(10));
    scene.altering_parts(3, Phase::Share, lengths, alter)
}

fn all(clients: u32) -> veragg::protocol::crypto::ids::ClientSet {
    let numbers: Vec<u32> = (1..=clients).collect();
    set(clients, &numbers)
}

const OTHERS: [u32; 9] = [1, 2, 4, 5, 6, 7, 8, 9, 10];

#[test]
fn a_dealer_of_bad_shares_is_named_by_a_complaint() {
    // Bad shares for one client, for all but the last two, and for all. Each sealed byte matters.
    for (from, to, byte) in [(1, 2, 0), (4, 5, 40), (1, 8, 70), (1, 10, 79)] {
        let finished = dealing(move |parts| {
            for part in &mut parts[from..to] {
                part[PAIR_LEN - 80 + byte] ^= 1;
            }
        })
        .play();
        let report = finished.is_verified(&OTHERS, &[(client(3), Check::SetUp)]);
        assert_eq!(report.absent[0].outcome, "excluded for a fault (confirm)");
        // The evidence for each fault is a complaint, and the message of share that it is about.
        let complaints = report.faults.iter().map(|fault| fault.evidence.clone());
        let complaints: Vec<_> = complaints.collect();
        assert_eq!(complaints.len(), to - from);
        assert!(complaints
            .iter()
            .all(|leaves| leaves.len() == 2 && leaves[0] == 12));
    }
}

/// Plays a round in which client 5 of 10 sends what `act` returns instead of its confirmation.
fn confirming(
    scene: Scene,
    act: impl Fn(&Complainant, Vec<Vec<u8>>) -> Vec<Vec<u8>> + Send + 'static,
) -> Finished {
    scene.confirming(5, act).play()
}

const WITHOUT_5: [u32; 9] = [1, 2, 3, 4, 6, 7, 8, 9, 10];

#[test]
fn one_false_complaint_beside_a_true_one_costs_both_ends() {
    let scene = dealing(|parts| parts[4][PAIR_LEN - 1] ^= 1);
    let finished = confirming(scene, |complainant, messages| {
        let complaints = [complainant.complain(3), complainant.complain(4)];
        complainant.confirm(&messages, dleq::encode(&complaints))
    });
    let faults = [(client(3), Check::SetUp), (client(5), Check::SetUp)];
    finished.is_verified(&[1, 2, 4, 6, 7, 8, 9, 10], &faults);
}

#[test]
fn complaints_that_are_no_list_are_named() {
    let bodies: [fn(&Complainant) -> Vec<u8>; 4] = [
        |complainant| dleq::encode(&[complainant.complain(4), complainant.complain(3)]),
        |complainant| dleq::encode(&[complainant.complain(3), complainant.complain(3)]),
        // A complaint about itself, and one about no client.
        |complainant| {
            let other = id(5);
            dleq::encode(&[Revealed {
                other,
                ..complainant.complain(3)
            }])
        },
        |complainant| {
            let mut body = dleq::encode(&[complainant.complain(3)]);
            body[36..68].fill(0xff);
            body
        },
    ];
    for body in bodies {
        let finished = confirming(Scene::new(10, &SMALL), move |complainant, messages| {
            complainant.confirm(&messages, body(complainant))
        });
        finished.is_verified(&WITHOUT_5, &[(client(5), Check::Messages)]);
    }
    // If no number of complaints has this length, admission refuses the message, and the client counts as a dropout.
    for length in [1, 99, 101, 1000] {
        let finished = confirming(Scene::new(10, &SMALL), move |complainant, messages| {
            complainant.confirm(&messages, vec![0; length])
        });
        let report = finished.is_verified(&WITHOUT_5, &[]);
        assert_eq!(report.absent[0].outcome, "dropped (confirm)");
        assert_eq!(finished.refusals.len(), 1);
    }
}

#[test]
fn a_dealer_and_an_aggregator_cannot_make_a_false_accuser() {
    // Client 3 deals valid shares, and then a bad one to client 1. Only client 1 is shown the second message.
    let scene = Scene::new(10, &SMALL);
    let lengths = scene.local.round.share_lengths(id(3), &all(10));
    let scene = with_second_message(scene, 3, Phase::Share, lengths, |parts| {
        parts[1][PAIR_LEN - 1] ^= 1;
    });
    let corrupt =
        veragg_lab::CorruptAggregator::new().showing_second(3, Phase::Share, |reader| reader == 1);
    let corrupt = corrupt.listing(|phase, mut list| {
        if phase == Phase::Confirm {
            list.remove(id(3));
        }
        list
    });
    let finished = corrupt.play(scene);
    let body = |record: &veragg::protocol::wire::board::Record| {
        Message::decode(&record.bytes).unwrap().body
    };
    let complaint = veragg_lab::position(&finished.records, 1, Phase::Confirm);
    assert_eq!(body(&finished.records[complaint]).len(), dleq::REVEALED_LEN);
    let report = finished.audit();
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    let aggregator = veragg::verifier::Culprit::Aggregator;
    // A complaint about a dealer that has equivocated does not count, so client 3 must not be left out.
    let faults = [
        (client(3), Check::Messages),
        (aggregator, Check::Messages),
        (aggregator, Check::Chain),
        (aggregator, Check::Contributors),
    ];
    assert_eq!(veragg_lab::named(&report), faults.into(), "{report}");
}

#[test]
fn an_accuser_with_two_keys_and_an_aggregator_cannot_make_bad_dealers() {
    // Client 5 advertises twice. The board counts its first keys, but the dealers use the second ones. So client 5
    // cannot open any share, and complains about all dealers, with proofs that hold.
    let scene = Scene::new(10, &SMALL);
    let (round, key) = (Arc::clone(&scene.local.round), scene.key(5));
    let scene = scene.altering(5, move |phase, _, mut messages| {
        if phase == Phase::Advertise {
            let again =
                veragg::protocol::client::Client::join(Arc::clone(&round), Arc::clone(&key));
            let mut store = zeroize::Zeroizing::new(Vec::new());
            let again = again
                .unwrap()
                .advertise(&mut OsRng)
                .unwrap()
                .save(&mut store);
            messages.extend(again.unwrap().1);
        }
        messages
    });
    let finished = veragg_lab::CorruptAggregator::new().play(scene);
    let at = veragg_lab::position(&finished.records, 5, Phase::Confirm);
    let complaints = Message::decode(&finished.records[at].bytes).unwrap().body;
    assert_eq!(complaints.len(), 9 * dleq::REVEALED_LEN);
    let report = finished.audit();
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    for (culprit, _) in veragg_lab::named(&report) {
        let named = [client(5), veragg::verifier::Culprit::Aggregator];
        assert!(named.contains(&culprit), "{report}");
    }
}

#[test]
fn leaving_out_the_check_names_nobody() {
    let scene = dealing(|parts| parts[1][PAIR_LEN - 1] ^= 1);
    let finished = confirming(scene, |complainant, messages| {
        complainant.confirm(&messages, dleq::encode(&[complainant.complain(4)]))
    });
    let options = veragg::verifier::Options {
        skip: [Check::SetUp].into(),
        ..veragg_lab::auditor(&finished.local)
    };
    let report = finished.audit_of(&finished.records, &options);
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    assert_eq!(report.faults, [], "{report}");
}
