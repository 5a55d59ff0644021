//! Honest rounds: the round delivers the sum and no party is named, also with dropouts, repetitions and delays.

use std::io::{Cursor, Read, Seek, SeekFrom};

use rand_core::OsRng;
use veragg::protocol::aggregator::Reply;
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::round::phase::Phase;
#[cfg(not(veragg_groth16))]
use veragg::protocol::round::RoundError;
use veragg::protocol::wire::message::Message;
use veragg::protocol::wire::receipt::{Reason, Refusal};
use veragg::verifier::{audit, Check, Status, Verdict};
use veragg_lab::local::play;
#[cfg(not(veragg_groth16))]
use veragg_lab::local::LocalRoundError;
use veragg_lab::{client, configuration_builder, expect, id, local_round, Finished, Scene};

const SMALL: [(usize, u64); 1] = [(3, 100)];

#[test]
fn sums_of_several_segments_come_out() {
    let segments = [(3, 2), (2, 3), (4, 1000), (3, (1 << 16) + 1), (1, u64::MAX)];
    for clients in [4, 10] {
        let finished = Scene::new(clients, &segments).play();
        let all: Vec<_> = (1..=clients).collect();
        finished.is_verified(&all, &[]);
        assert_eq!(finished.receipts.len(), 7 * clients as usize);
        assert!(finished.refusals.is_empty());
    }
}

#[test]
#[cfg(not(veragg_groth16))] // No statement of that suite is so long.
fn a_round_with_messages_that_no_record_holds_is_refused() {
    let segments = vec![(1, 100); 2048];
    let builder = configuration_builder(4, &segments).columns(1 << 16);
    let refused = veragg_lab::ready(4, builder).unwrap_err();
    let too_long = |bytes: &usize| *bytes > u32::MAX as usize;
    assert!(
        matches!(&refused, LocalRoundError::Round(RoundError::TooLong { bytes }) if too_long(bytes)),
        "{refused}"
    );
}

#[test]
fn everybody_at_the_upper_end_fits() {
    let mut scene = Scene::new(4, &[(40, 1 << 16), (5, 3)]);
    for number in 1..=4 {
        let top = [vec![(1 << 16) - 1; 40], vec![2; 5]].concat();
        let client = scene.local.client(id(number), top.clone()).unwrap();
        scene.parties[id(number).index()] = Box::new(client);
        scene.inputs[id(number).index()] = top;
    }
    scene.play().is_verified(&[1, 2, 3, 4], &[]);
}

/// Asserts that the round is verified, and that the report gives these outcomes for the absent clients.
fn absent(finished: &Finished, contributors: &[u32], absent: &[(u32, &str)]) {
    let report = finished.is_verified(contributors, &[]);
    let outcomes = report.absent.iter();
    let outcomes: Vec<_> = outcomes.map(|a| (a.client, a.outcome.as_str())).collect();
    assert_eq!(outcomes, absent);
}

/// The round delivers a sum (`specs/protocol.md` 7.4) without all clients that may be absent and all that may be
/// corrupt, however early they drop out.
#[test]
fn corrupt_clients_may_be_absent_besides_the_others() {
    let assumptions = local_round(10, &SMALL).round.configuration().assumptions;
    assert_eq!((assumptions.corrupt(), assumptions.absent()), (1, 2));
    let scene = [2, 5, 9]
        .into_iter()
        .fold(Scene::new(10, &SMALL), Scene::silent);
    scene.play().is_verified(&[1, 3, 4, 6, 7, 8, 10], &[]);
    let mut scene = Scene::new(10, &SMALL).silent(2).silent(5);
    let lengths = scene.local.round.advertise_lengths();
    scene = scene.altering_parts(9, Phase::Advertise, lengths, |parts| parts[0][64] ^= 1);
    let faults = [(client(9), Check::SetUp)];
    scene.play().is_verified(&[1, 3, 4, 6, 7, 8, 10], &faults);
}

#[test]
fn a_client_may_drop_out_after_any_phase() {
    absent(
        &Scene::new(4, &SMALL).silent(2).play(),
        &[1, 3, 4],
        &[(2, "dropped (advertise)")],
    );
    for (after, outcome) in [
        (Phase::Advertise, "dropped (share)"),
        (Phase::Share, "dropped (confirm)"),
        (Phase::Confirm, "dropped (submit)"),
        (Phase::Submit, "dropped (attest)"),
    ] {
        let finished = Scene::new(4, &SMALL).dropping(2, after).play();
        absent(&finished, &[1, 3, 4], &[(2, outcome)]);
    }
    // A client that has attested is in the sum, whether or not it sends anything after that.
    for after in [Phase::Attest, Phase::Dispute, Phase::Acknowledge] {
        let finished = Scene::new(4, &SMALL).dropping(2, after).play();
        absent(&finished, &[1, 2, 3, 4], &[]);
    }
}

#[test]
fn several_may_drop_out_at_once_and_one_after_the_other() {
    let finished = Scene::new(10, &SMALL)
        .dropping(3, Phase::Confirm)
        .dropping(8, Phase::Confirm)
        .play();
    absent(
        &finished,
        &[1, 2, 4, 5, 6, 7, 9, 10],
        &[(3, "dropped (submit)"), (8, "dropped (submit)")],
    );
    let finished = Scene::new(10, &SMALL)
        .silent(1)
        .dropping(2, Phase::Share)
        .dropping(9, Phase::Attest)
        .play();
    absent(
        &finished,
        &[3, 4, 5, 6, 7, 8, 9, 10],
        &[(1, "dropped (advertise)"), (2, "dropped (confirm)")],
    );
}

#[test]
fn messages_may_come_in_any_order_and_twice() {
    let mut scene = Scene::new(4, &SMALL).altering(2, |_, _, messages| {
        messages
            .iter()
            .flat_map(|m| [m.clone(), m.clone()])
            .collect()
    });
    scene.parties.reverse();
    scene.parties.swap(0, 2);
    let finished = scene.play();
    finished.is_verified(&[1, 2, 3, 4], &[]);
    assert!(finished.refusals.is_empty());
    let of_two: Vec<_> = finished.receipts.iter().filter(|r| r.0 == id(2)).collect();
    assert_eq!(of_two.len(), 14);
    for twice in of_two.chunks(2) {
        assert_eq!(twice[0], twice[1]);
    }
}

#[test]
fn what_comes_in_the_next_phase_is_refused_and_does_no_harm() {
    let mut held_back = None;
    let scene = Scene::new(4, &SMALL).altering(3, move |phase, _, messages| match phase {
        Phase::Submit => {
            held_back = Some(messages);
            Vec::new()
        }
        Phase::Acknowledge => held_back.take().unwrap(),
        _ => messages,
    });
    let finished = scene.play();
    absent(&finished, &[1, 2, 4], &[(3, "dropped (submit)")]);
    let [(who, phase, refusal)] = &finished.refusals[..] else {
        panic!("{:?}", finished.refusals);
    };
    assert_eq!((*who, *phase), (id(3), Phase::Acknowledge));
    assert_eq!(refusal.reason, Reason::Late);
}

fn refused(reply: Reply) -> Refusal {
    match reply {
        Reply::Refusal(refusal) => refusal,
        Reply::Receipt(receipt) => panic!("{receipt:?}"),
    }
}

#[test]
fn what_comes_after_the_deadline_gets_a_signed_refusal() {
    let deadlines = [100, 200, 300, 400, 500, 600, 700, 800];
    let builder = configuration_builder(4, &SMALL).deadlines(deadlines);
    let local = veragg_lab::ready(4, builder).unwrap();
    let key = local.aggregator_key.verifying_key();
    let mut scene = Scene::of(local);
    let mut aggregator = scene.local.aggregator(Vec::new()).unwrap();
    let mut send = |number: u32, phase, package: &[u8]| {
        let mut messages = scene.parties[id(number).index()].speak(phase, package);
        messages.remove(0)
    };
    for number in 1..=3 {
        let message = send(number, Phase::Advertise, &[]);
        let reply = aggregator.receive(message.clone(), 100).unwrap();
        assert!(matches!(reply, Reply::Receipt(_)));
        // A message on the board gets its receipt again, also after the deadline.
        assert_eq!(aggregator.receive(message.clone(), 101).unwrap(), reply);
    }
    let late = send(4, Phase::Advertise, &[]);
    let refusal = refused(aggregator.receive(late.clone(), 101).unwrap());
    assert_eq!(refusal.reason, Reason::Late);
    assert!(refusal.is_for(&late, &key));
    assert!(!refusal.is_for(&late[1..], &key));
    assert!(!refusal.is_for(&late, &scene.local.organiser));
    assert_eq!(aggregator.log().len(), 3);
    aggregator.close().unwrap();
    let refusal = refused(aggregator.receive(late.clone(), 0).unwrap());
    assert_eq!(refusal.reason, Reason::Late);
    let package = aggregator.package(id(1));
    let early = scene.parties[0].speak(Phase::Share, &package).remove(0);
    let refusal = refused(aggregator.receive(early.clone(), 201).unwrap());
    assert_eq!(refusal.reason, Reason::Late);
    assert!(matches!(
        aggregator.receive(early.clone(), 200).unwrap(),
        Reply::Receipt(_)
    ));
}

#[test]
fn outsiders_are_refused() {
    let mut scene = Scene::new(4, &SMALL);
    let mut aggregator = scene.local.aggregator(Vec::new()).unwrap();
    let key = scene.local.aggregator_key.verifying_key();
    let outsider = SigningKey::generate(&mut OsRng);
    let honest = scene.parties[0].speak(Phase::Advertise, &[]).remove(0);
    let message = Message::decode(&honest).unwrap();
    let signed = |number: Option<u32>, signer: &SigningKey| {
        use veragg::protocol::wire::message::Sender;
        let sender = number.map_or(Sender::Aggregator, |n| Sender::Client(id(n)));
        let (envelope, parts) = (&message.envelope, [message.body.clone()]);
        let (context, phase) = (envelope.context, envelope.phase);
        Message::sign(signer, context, phase, sender, envelope.answers, &parts).encode()
    };
    for (bytes, reason) in [
        (signed(Some(1), &outsider), Reason::Signature),
        (signed(Some(2), &scene.key(1)), Reason::Signature),
        (signed(Some(5), &outsider), Reason::NotEligible),
        (signed(Some(u32::MAX), &outsider), Reason::NotEligible),
        (signed(None, &outsider), Reason::NotEligible),
        (
            signed(None, &scene.local.aggregator_key),
            Reason::NotEligible,
        ),
        (Vec::new(), Reason::Malformed),
        (honest[..honest.len() - 1].to_vec(), Reason::Malformed),
        ([&honest[..], &[0]].concat(), Reason::Malformed),
    ] {
        let refusal = refused(aggregator.receive(bytes.clone(), 0).unwrap());
        assert_eq!(refusal.reason, reason);
        assert!(refusal.is_for(&bytes, &key));
    }
    assert!(aggregator.log().is_empty());
    // After all that, the honest message is still accepted.
    let reply = aggregator.receive(honest.clone(), 0).unwrap();
    assert!(matches!(reply, Reply::Receipt(_)));
}

#[test]
fn the_sum_comes_out_when_nothing_but_messages_is_left() {
    let mut scene = Scene::new(4, &SMALL);
    let mut aggregator = scene.local.aggregator(Vec::new()).unwrap();
    while aggregator.phase() != Phase::Unmask(0) {
        let phase = aggregator.phase();
        for party in &mut scene.parties {
            for message in party.speak(phase, &aggregator.package(party.id())) {
                aggregator.receive(message.clone(), 0).unwrap();
            }
        }
        aggregator.close().unwrap();
    }
    let mut last = Vec::new();
    for mut party in scene.parties.drain(..) {
        last.extend(party.speak(Phase::Unmask(0), &aggregator.package(party.id())));
        drop(party);
    }
    let mut log = aggregator.records().unwrap();
    let mut aggregator = scene.local.aggregator(std::mem::take(&mut log)).unwrap();
    for message in last {
        aggregator.receive(message.clone(), 0).unwrap();
    }
    aggregator.close().unwrap();
    let records = aggregator.records().unwrap();
    let Scene { local, inputs, .. } = scene;
    let finished = Finished {
        local,
        inputs,
        records,
        receipts: Vec::new(),
        refusals: Vec::new(),
        shown: Vec::new(),
    };
    finished.is_verified(&[1, 2, 3, 4], &[]);
}

#[test]
fn a_sparse_graph_bears_dropouts_in_every_phase() {
    let clients = 300;
    let mut scene = Scene::new(clients, &[(2, 16)]);
    let degree = scene.local.round.graph().degree();
    assert!(degree < clients - 1, "{degree}");
    // Of 300 clients 15 may be absent, and 15 more are assumed corrupt.
    for (number, after) in [
        (5, Phase::Advertise),
        (17, Phase::Advertise),
        (40, Phase::Share),
        (41, Phase::Share),
        (99, Phase::Confirm),
        (100, Phase::Confirm),
        (101, Phase::Confirm),
        (150, Phase::Submit),
        (200, Phase::Attest),
        (299, Phase::Acknowledge),
    ] {
        scene = scene.dropping(number, after);
    }
    let finished = scene.silent(1).silent(300).play();
    let gone = [1, 5, 17, 40, 41, 99, 100, 101, 150, 300];
    let contributors: Vec<_> = (1..=clients).filter(|c| !gone.contains(c)).collect();
    finished.is_verified(&contributors, &[]);
}

/// A reader that gives one byte at a time.
struct OneByOne<'a>(Cursor<&'a [u8]>);

impl Seek for OneByOne<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

impl Read for OneByOne<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(1);
        self.0.read(&mut into[..most])
    }
}

#[test]
fn the_report_is_the_same_however_it_is_computed() {
    let scene = Scene::new(10, &SMALL).dropping(7, Phase::Share);
    // A fault, so that the report also holds an entry for it.
    let lengths = scene.local.round.submit_lengths();
    let finished = scene
        .altering_parts(4, Phase::Submit, lengths, |parts| {
            let end = parts[0].len() - 1;
            parts[0][end] ^= 1;
        })
        .play();
    let contributors = [1, 2, 3, 5, 6, 8, 9, 10];
    let options = finished.options(&contributors);
    let board = finished.local.board(&finished.records);
    let report = audit(Cursor::new(&board), &options).unwrap();
    assert_eq!(report.verdict, Verdict::Verified);
    assert_eq!(report.contributors, contributors);
    let text = serde_json::to_string(&report).unwrap();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let again = pool.build().unwrap();
        let again = again
            .install(|| audit(Cursor::new(&board), &options))
            .unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
        assert_eq!(again.to_string(), report.to_string());
    }
    assert_eq!(
        audit(OneByOne(Cursor::new(&board)), &options).unwrap(),
        report
    );
}

#[test]
fn too_few_contributors_end_the_round_unpublished() {
    let Scene {
        local, mut parties, ..
    } = Scene::of(local_round(4, &SMALL))
        .dropping(1, Phase::Confirm)
        .dropping(2, Phase::Confirm)
        .dropping(3, Phase::Confirm);
    let aggregator = local.aggregator(Vec::new()).unwrap();
    let error = play(aggregator, &mut parties, |_| ()).err().unwrap();
    assert!(error.to_string().contains("1 clients came through submit"));
}

#[test]
fn a_given_sum_that_is_not_the_boards_is_noticed() {
    let finished = Scene::new(4, &SMALL).play();
    let mut options = finished.options(&[1, 2, 3, 4]);
    options.aggregate.as_mut().unwrap()[1] += 1;
    let report = finished.audit_of(&finished.records, &options);
    let aggregate = veragg::verifier::Check::Aggregate;
    expect(&report, Verdict::Failed, &[1, 2, 3, 4], &[], &[aggregate]);
    options.aggregate.as_mut().unwrap().pop();
    let report = finished.audit_of(&finished.records, &options);
    assert_eq!(report.verdict, Verdict::Failed);
}

#[test]
fn given_sums_that_are_others_are_listed_by_coordinate() {
    // The vector has two packed scalars; each holds every second coordinate.
    let finished = Scene::new(4, &[(40, 256)]).play();
    let mut options = finished.options(&[1, 2, 3, 4]);
    let sums = options.aggregate.as_mut().unwrap();
    let differ: Vec<usize> = (3..40).filter(|at| at % 5 != 0).collect();
    for &at in &differ {
        sums[at] += 1;
    }
    let report = finished.audit_of(&finished.records, &options);
    let status = report.status(veragg::verifier::Check::Aggregate);
    let Some(Status::Failed { failures }) = status else {
        panic!("{report}");
    };
    let listed = differ.iter().take(20);
    let listed: Vec<_> = listed.map(|at| format!("for coordinate {at}, ")).collect();
    assert_eq!(failures.len(), 21);
    for (failure, coordinate) in failures.iter().zip(&listed) {
        assert!(failure.contains(coordinate), "{failure}");
    }
    assert_eq!(failures[20], format!("and {} more", differ.len() - 20));
}
