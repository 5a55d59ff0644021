//! What a program that drives the roles relies on: messages are judged at the same time and committed in
//! batches, closes are prepared beside reads, logs fail, packages are fetched late, and the end is told.

use std::borrow::Cow;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rand_core::{OsRng, RngCore};
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::protocol::aggregator::{Admission, Admitted, AggregatorError, AppendError, Log, Reply};
use veragg::protocol::client::{ClientError, Store};
use veragg::protocol::crypto::context::Version;
use veragg::protocol::roles::{Aggregator, Client};
use veragg::protocol::round::phase::Phase;
use veragg::protocol::round::RoundError;
use veragg::protocol::wire::board::Record;
use veragg::protocol::wire::message::{Message, Sender};
use veragg::protocol::wire::receipt::Reason;
use veragg::{Header, Round, SigningKey};
use veragg_lab::false_attester::{edge, own};
use veragg_lab::local::{LocalRound, Party};
use veragg_lab::{id, Scene, Suite};
use zeroize::Zeroizing;

const SMALL: [(usize, u64); 1] = [(2, 100)];

fn local_round() -> LocalRound<Suite> {
    veragg_lab::local_round(4, &SMALL)
}

fn clients(local: &LocalRound<Suite>) -> Vec<Client> {
    let join = |key: &Arc<_>| Client::join(local.any_round(), Arc::clone(key)).unwrap();
    local.client_keys.iter().map(join).collect()
}

fn step(client: &mut Client, package: &[u8]) -> Result<Option<Vec<u8>>, ClientError> {
    let input = veragg_lab::input(client.id().number(), &SMALL);
    let input = client.needs_input().then_some(&input[..]);
    let mut store = Zeroizing::new(Vec::new());
    client.advance(package, input, &mut OsRng, &mut store)
}

/// Everybody speaks in the open phase.
fn speak(aggregator: &mut Aggregator, clients: &mut [Client]) {
    for client in clients {
        let package = aggregator.package(client.id());
        if let Some(message) = step(client, &package).unwrap() {
            let reply = aggregator.receive(message, 0).unwrap();
            assert!(matches!(reply, Reply::Receipt(_)));
        }
    }
}

fn go_on_to(phase: Phase, aggregator: &mut Aggregator, clients: &mut [Client]) {
    while aggregator.phase() != phase {
        speak(aggregator, clients);
        aggregator.close().unwrap();
    }
}

fn admitted(aggregator: &Aggregator, message: &[u8]) -> Admitted {
    match aggregator.admit(message.to_vec(), 0) {
        Admission::Accepted(admitted) => admitted,
        Admission::Answered(reply) => panic!("{reply:?}"),
    }
}

fn reason(reply: &Reply) -> Option<Reason> {
    match reply {
        Reply::Refusal(refusal) => Some(refusal.reason),
        Reply::Receipt(_) => None,
    }
}

/// What a client signs that opens nothing.
fn empty_message(local: &LocalRound<Suite>, aggregator: &Aggregator, number: u32) -> Vec<u8> {
    let (context, sender) = (*local.round.context(), Sender::Client(id(number)));
    let answers = aggregator.checkpoint().unwrap().digest();
    let key = &local.client_keys[id(number).index()];
    let parts = [Vec::new()];
    Message::sign(key, context, aggregator.phase(), sender, answers, &parts).encode()
}

/// Forty rounds in which messages are admitted several times and committed in random batches, also after their
/// phase: the board, the receipts and the refusals are those of an aggregator that gets them one by one.
#[test]
fn batches_make_the_same_board_as_single_messages() {
    for _ in 0..40 {
        let local = local_round();
        let mut clients = clients(&local);
        let mut batched = local.aggregator(Vec::new()).unwrap();
        let mut single = local.aggregator(Vec::new()).unwrap();
        let mut pool: Vec<(Vec<u8>, Admitted)> = Vec::new();
        while batched.phase() != Phase::Publish {
            let mut messages = Vec::new();
            for client in &mut clients {
                let package = batched.package(client.id());
                assert_eq!(package, single.package(client.id()));
                let message = step(client, &package).unwrap();
                let nothing = || empty_message(&local, &batched, client.id().number());
                messages.push(message.unwrap_or_else(nothing));
            }
            for message in &messages {
                for _ in 0..1 + OsRng.next_u32() % 3 {
                    pool.push((message.clone(), admitted(&batched, message)));
                }
            }
            for message in &messages {
                let (mut batch, mut bytes) = (Vec::new(), Vec::new());
                for _ in 0..OsRng.next_u32() % 5 {
                    if !pool.is_empty() {
                        let at = OsRng.next_u32() as usize % pool.len();
                        let (of_batch, admitted) = pool.swap_remove(at);
                        batch.push(admitted);
                        bytes.push(of_batch);
                    }
                }
                // In the end everybody's message is on the board.
                if let Admission::Accepted(admitted) = batched.admit(message.clone(), 0) {
                    batch.push(admitted);
                    bytes.push(message.clone());
                }
                let replies = batched.commit(batch).unwrap();
                for (reply, bytes) in replies.iter().zip(bytes) {
                    assert_eq!(*reply, single.receive(bytes, 0).unwrap());
                }
                assert!(batched.records().unwrap() == single.records().unwrap());
            }
            batched.close().unwrap();
            single.close().unwrap();
        }
        assert!(batched.published().unwrap().sums.is_ok());
        local.aggregator(batched.records().unwrap()).unwrap();
    }
}

#[test]
fn what_is_committed_after_its_phase_is_late_whatever_else_is_in_the_batch() {
    let local = local_round();
    let mut clients = clients(&local);
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    go_on_to(Phase::Dispute, &mut aggregator, &mut clients);
    let dispute = empty_message(&local, &aggregator, 1);
    let [alone, in_batch] = [0; 2].map(|_| admitted(&aggregator, &dispute));
    speak(&mut aggregator, &mut clients);
    aggregator.close().unwrap();
    let package = aggregator.package(clients[0].id());
    let acknowledge = step(&mut clients[0], &package).unwrap().unwrap();
    let acknowledge = admitted(&aggregator, &acknowledge);
    let alone = aggregator.commit(vec![alone]).unwrap();
    assert_eq!(reason(&alone[0]), Some(Reason::Late));
    let batch = aggregator.commit(vec![acknowledge, in_batch]).unwrap();
    assert_eq!(reason(&batch[0]), None);
    assert_eq!(reason(&batch[1]), Some(Reason::Late));
}

#[test]
fn what_another_aggregator_admitted_is_refused() {
    let (local, other) = (local_round(), local_round());
    let mut theirs = clients(&other);
    let message = step(&mut theirs[0], &[]).unwrap().unwrap();
    let foreign = other.aggregator(Vec::new()).unwrap();
    let [now, later] = [0; 2].map(|_| admitted(&foreign, &message));
    let mut clients = clients(&local);
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    let replies = aggregator.commit(vec![now]).unwrap();
    assert_eq!(reason(&replies[0]), Some(Reason::Context));
    go_on_to(Phase::Share, &mut aggregator, &mut clients);
    let replies = aggregator.commit(vec![later]).unwrap();
    assert_eq!(reason(&replies[0]), Some(Reason::Context));
}

#[test]
fn many_threads_admit_and_read_while_a_close_is_prepared() {
    let local = local_round();
    let mut clients = clients(&local);
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    go_on_to(Phase::Submit, &mut aggregator, &mut clients);
    speak(&mut aggregator, &mut clients);
    let again = aggregator.records().unwrap().pop().unwrap().bytes;
    let prepared = std::thread::scope(|scope| {
        let prepared = scope.spawn(|| aggregator.prepare_close());
        for number in 1..=4 {
            let (aggregator, again) = (&aggregator, again.clone());
            scope.spawn(move || {
                let reply = aggregator.admit(again, 0);
                assert!(matches!(reply, Admission::Answered(Reply::Receipt(_))));
                assert!(!aggregator.package(id(number)).is_empty());
            });
        }
        prepared.join().unwrap()
    });
    aggregator.close_prepared(prepared.unwrap()).unwrap();
    assert_eq!(aggregator.phase(), Phase::Attest);
}

#[test]
fn a_close_holds_only_for_the_board_that_it_was_prepared_on() {
    let local = local_round();
    let mut clients = clients(&local);
    let mut one = local.aggregator(Vec::new()).unwrap();
    let mut other = local.aggregator(Vec::new()).unwrap();
    for client in &mut clients[..3] {
        let message = step(client, &[]).unwrap().unwrap();
        one.receive(message.clone(), 0).unwrap();
        other.receive(message, 0).unwrap();
    }
    let stale = one.prepare_close().unwrap();
    // As many messages of the same clients, of which one is another.
    let message = step(&mut clients[3], &[]).unwrap().unwrap();
    one.receive(message, 0).unwrap();
    let (context, sender) = (*local.round.context(), Sender::Client(id(4)));
    let parts = [vec![0; 192]];
    let key = &local.client_keys[3];
    let another = Message::sign(
        key,
        context,
        Phase::Advertise,
        sender,
        context.digest,
        &parts,
    );
    other.receive(another.encode(), 0).unwrap();
    let foreign = other.prepare_close().unwrap();
    let [first, second] = [0; 2].map(|_| one.prepare_close().unwrap());
    for outdated in [stale, foreign] {
        let refused = one.close_prepared(outdated);
        assert!(matches!(refused, Err(AggregatorError::Outdated)));
        assert_eq!(one.phase(), Phase::Advertise);
    }
    one.close_prepared(first).unwrap();
    let refused = one.close_prepared(second);
    assert!(matches!(refused, Err(AggregatorError::Outdated)));
    assert_eq!(one.phase(), Phase::Share);
}

/// A log that fails when it is told to, with or without having written.
#[derive(Clone, Default)]
struct Failing {
    records: Arc<Mutex<Vec<Record>>>,
    fails: Arc<AtomicBool>,
    writes_first: bool,
}

impl Log for Failing {
    fn append(&mut self, expected: u64, records: Vec<Record>) -> Result<(), AppendError> {
        let mut all = self.records.lock().unwrap();
        AppendError::unless_expected(expected, all.len() as u64)?;
        let fails = self.fails.swap(false, Ordering::SeqCst);
        if !fails || self.writes_first {
            all.extend(records);
        }
        if fails {
            return Err(io::Error::other("told to fail").into());
        }
        Ok(())
    }

    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>> {
        let all = self.records.lock().unwrap();
        Ok(Cow::Owned(all[index as usize].clone()))
    }

    fn len(&self) -> u64 {
        self.records.lock().unwrap().len() as u64
    }
}

/// Every append of a round fails once: nothing has changed then, and the same call succeeds. A log that is cut
/// off among the three records that end the round is completed by a restart.
#[test]
fn after_a_failure_of_the_log_nothing_has_changed() {
    for writes_first in [false, true] {
        let local = local_round();
        let log = Failing {
            writes_first,
            ..Failing::default()
        };
        let mut clients = clients(&local);
        let mut aggregator = local.aggregator(log.clone()).unwrap();
        while aggregator.phase() != Phase::Publish {
            for client in &mut clients {
                let package = aggregator.package(client.id());
                let Some(message) = step(client, &package).unwrap() else {
                    continue;
                };
                let before = (aggregator.phase(), aggregator.received());
                log.fails.store(true, Ordering::SeqCst);
                assert!(aggregator.receive(message.clone(), 0).is_err());
                assert_eq!((aggregator.phase(), aggregator.received()), before);
                for _ in 0..2 {
                    let reply = aggregator.receive(message.clone(), 0).unwrap();
                    assert!(matches!(reply, Reply::Receipt(_)));
                }
            }
            let before = (aggregator.phase(), aggregator.checkpoint().cloned());
            log.fails.store(true, Ordering::SeqCst);
            assert!(aggregator.close().is_err());
            assert_eq!(
                (aggregator.phase(), aggregator.checkpoint().cloned()),
                before
            );
            aggregator.close().unwrap();
        }
        let all = log.records.lock().unwrap().clone();
        for cut in all.len() - 3..=all.len() {
            let mut again = local.aggregator(all[..cut].to_vec()).unwrap();
            if again.phase() != Phase::Publish {
                again.close().unwrap();
            }
            assert!(again.records().unwrap() == all, "cut at {cut}");
        }
    }
}

#[test]
fn a_second_aggregator_on_one_log_is_found_out_before_it_signs() {
    let local = local_round();
    let log = Failing::default();
    let mut clients = clients(&local);
    let mut one = local.aggregator(log.clone()).unwrap();
    let mut other = local.aggregator(log).unwrap();
    let [first, second] = [0, 1].map(|at| step(&mut clients[at], &[]).unwrap().unwrap());
    one.receive(first, 0).unwrap();
    let refused = other.receive(second, 0);
    assert!(matches!(
        refused,
        Err(AggregatorError::OtherWriter {
            expected: 0,
            len: 1
        })
    ));
    assert!(matches!(other.close(), Err(AggregatorError::TooFew { .. })));
}

/// Each client fetches by its own phase, and is one phase behind wherever nobody has to wait for it.
#[test]
fn who_has_nothing_to_say_may_fetch_its_package_late() {
    let local = local_round();
    let mut clients = clients(&local);
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    go_on_to(Phase::Dispute, &mut aggregator, &mut clients);
    assert!(aggregator.awaited().is_empty());
    aggregator.close().unwrap();
    assert_eq!(aggregator.awaited().len(), 4);
    for client in &mut clients {
        let early = aggregator.package_for(client.id(), Phase::Unmask(0));
        assert_eq!(early, None);
        // Without the package of attest it cannot use that of dispute.
        let error = step(client, &aggregator.package(client.id())).unwrap_err();
        assert!(error.fetch_again(), "{error}");
        for _ in [Phase::Dispute, Phase::Acknowledge] {
            let package = aggregator.package_for(client.id(), client.phase().unwrap());
            if let Some(message) = step(client, &package.unwrap()).unwrap() {
                aggregator.receive(message, 0).unwrap();
            }
        }
    }
    assert!(aggregator.awaited().is_empty());
    aggregator.close().unwrap();
    // Whoever comes later than that has dropped out.
    assert_eq!(aggregator.package_for(id(1), Phase::Dispute), None);
    speak(&mut aggregator, &mut clients);
    aggregator.close().unwrap();

    // The round is over, and its last package says so.
    assert!(aggregator.published().is_some() && aggregator.eligible().is_empty());
    for client in &mut clients {
        assert!(aggregator.package(client.id()).is_empty());
        let error = step(client, &[]).unwrap_err();
        assert!(matches!(error, ClientError::NoPackage { .. }), "{error}");
        let last = aggregator.package_for(client.id(), client.phase().unwrap());
        assert_eq!(step(client, &last.unwrap()).unwrap(), None);
        assert_eq!(client.phase(), None);
        assert!(matches!(step(client, &[]), Err(ClientError::Finished)));
    }
}

#[test]
fn nobody_takes_part_in_a_round_of_version_1() {
    // Version 1 has no suite with a set-up.
    let builder = veragg_lab::configuration_builder(4, &SMALL).columns(1);
    let local = veragg_lab::ready_in::<RistrettoBitplane>(4, builder).unwrap();
    let mut configuration = local.round.configuration().clone();
    configuration.version = Version::V1;
    let organiser = SigningKey::generate(&mut OsRng);
    let header = Header::sign(&configuration, local.round.roster(), &organiser).unwrap();
    assert_eq!(header.encode()[..8], *b"veragg\x00\x01");
    let refused = Round::open(&header, &organiser.verifying_key());
    let version = Version::V1;
    assert!(matches!(refused, Err(RoundError::ReadOnly { version: it }) if it == version));
}

/// In every phase nobody speaks who was not awaited: a phase may be closed when nobody is awaited any more, also
/// in further rounds of unmask, on a sparse graph.
#[test]
fn whoever_speaks_was_awaited() {
    let builder = veragg_lab::configuration_builder(300, &SMALL)
        .corrupt_ppm(10_000)
        .dropout_ppm(10_000)
        .unmask_rounds(3);
    let scene = Scene::of(veragg_lab::ready(300, builder).unwrap());
    let graph = scene.local.round.graph();
    assert!(graph.degree() < 299);
    let neighbours = [1, 200].map(|number| graph.neighbours(id(number)).to_vec());
    let [two, other] = [neighbours[0][0], neighbours[1][0]].map(|client| client.number());
    let mut scene = scene
        .masking_falsely(1, &[own(1), edge(two, 101)])
        .masking_falsely(two, &[edge(1, 101)]);
    if other != 1 && other != two && ![1, two].contains(&200) {
        scene = scene.masking_falsely(200, &[edge(other, 5)]);
    }
    let mut aggregator = scene.local.aggregator(Vec::new()).unwrap();
    let mut rounds_of_unmask = 0;
    while aggregator.phase() != Phase::Publish {
        let (phase, awaited) = (aggregator.phase(), aggregator.awaited());
        rounds_of_unmask += usize::from(matches!(phase, Phase::Unmask(_)));
        let mut messages = Vec::new();
        for party in &mut scene.parties {
            if aggregator.eligible().contains(party.id()) {
                let package = aggregator.package(party.id());
                messages.extend(party.speak(phase, &package));
            }
        }
        for message in messages {
            let Sender::Client(sender) = Message::decode(&message).unwrap().envelope.sender else {
                unreachable!("a client's");
            };
            if let Reply::Receipt(_) = aggregator.receive(message, 0).unwrap() {
                assert!(awaited.contains(sender), "client {sender} in {phase}");
                assert!(!aggregator.awaited().contains(sender));
            }
        }
        aggregator.close().unwrap();
    }
    assert!(rounds_of_unmask > 1);
    assert!(aggregator.published().unwrap().sums.is_ok());
}

#[test]
fn a_phase_in_which_too_few_spoke_stays_open() {
    let local = local_round();
    let mut clients = clients(&local);
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    for phase in [
        Phase::Advertise,
        Phase::Share,
        Phase::Confirm,
        Phase::Submit,
    ] {
        let refused = aggregator.close().unwrap_err();
        assert!(
            matches!(refused, AggregatorError::TooFew { .. }),
            "{refused}"
        );
        assert_eq!(aggregator.phase(), phase);
        speak(&mut aggregator, &mut clients);
        aggregator.close().unwrap();
    }
}

struct Broken;

impl Store for Broken {
    fn put(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::Error::other("broken"))
    }
}

#[test]
fn a_client_whose_store_failed_says_so() {
    let local = local_round();
    let mut clients = clients(&local);
    let client = &mut clients[0];
    let failed = client.advance(&[], None, &mut OsRng, &mut Broken);
    assert!(matches!(failed, Err(ClientError::Store(_))));
    assert_eq!(client.phase(), None);
    let mut store = Zeroizing::new(Vec::new());
    let refused = client.advance(&[], None, &mut OsRng, &mut store);
    assert!(matches!(refused, Err(ClientError::Uncertain)));
    assert!(store.is_empty());
}
