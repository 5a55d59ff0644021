//! Clients and aggregators that stop anywhere and go on from what they saved.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use rand_core::OsRng;
use veragg::protocol::aggregator::AggregatorError;
use veragg::protocol::client::ClientError;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::roles::Aggregator;
use veragg::protocol::roles::Client;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::{Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::Message;
use veragg::verifier::Verdict;
use veragg_lab::local::{LocalRound, Party};
use veragg_lab::{expect, id, local_round, Scene, Suite};
use zeroize::Zeroizing;

const SMALL: [(usize, u64); 1] = [(2, 100)];

/// A client that crashes between any two phases and keeps only its store and its long-term key. It sends every
/// message twice: before the crash, and after it the message that it finds in its store.
struct Crashing {
    id: ClientId,
    local: Arc<LocalRound<Suite>>,
    input: Vec<u64>,
    store: Zeroizing<Vec<u8>>,
    /// A copy of the store after each phase.
    written: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Crashing {
    fn new(local: &Arc<LocalRound<Suite>>, number: u32) -> Self {
        Self {
            id: id(number),
            local: Arc::clone(local),
            input: veragg_lab::input(number, &SMALL),
            store: Zeroizing::new(Vec::new()),
            written: Arc::default(),
        }
    }

    fn key(&self) -> Arc<SigningKey> {
        Arc::clone(&self.local.client_keys[self.id.index()])
    }

    /// The client, and the message that it finds in its store.
    fn restored(&self) -> (Client, Option<Vec<u8>>) {
        let round = Arc::clone(&self.local.round);
        if self.store.is_empty() {
            let client = Client::join(round, self.key()).unwrap();
            return (client, None);
        }
        Client::resume(round, self.key(), &self.store).unwrap()
    }
}

impl Party for Crashing {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let (mut client, _) = self.restored();
        assert_eq!(client.phase(), Some(phase));
        let input = client.needs_input().then_some(self.input.as_slice());
        let message = client.advance(package, input, &mut OsRng, &mut self.store);
        let message = message.unwrap();
        let (_, again) = self.restored();
        assert_eq!(message, again);
        self.written.lock().unwrap().push(self.store.to_vec());
        message.into_iter().chain(again).collect()
    }
}

/// A round of crashing clients, and the saved states of the first of them.
fn crashing_round() -> (Arc<LocalRound<Suite>>, Vec<Record>, Vec<Vec<u8>>) {
    let local = Arc::new(local_round(4, &SMALL));
    let mut parties: Vec<_> = (1..=4).map(|n| Crashing::new(&local, n)).collect();
    let written = Arc::clone(&parties[0].written);
    let mut aggregator = local.aggregator(Vec::new()).unwrap();
    while aggregator.phase() != Phase::Publish {
        for party in &mut parties {
            let package = aggregator.package(party.id());
            for message in party.speak(aggregator.phase(), &package) {
                aggregator.receive(message.clone(), 0).unwrap();
            }
        }
        aggregator.close().unwrap();
    }
    let written = written.lock().unwrap().clone();
    (local, aggregator.records().unwrap(), written)
}

#[test]
fn clients_restored_in_every_phase_send_the_same_messages() {
    let (local, records, written) = crashing_round();
    assert_eq!(written.len(), 8);
    // Each client sent every message twice, and the board holds it once. No edge was disputed.
    assert_eq!(records.len(), 4 * 7 + 1 + 9);
    let board = local.board(&records);
    let report =
        veragg::verifier::audit(Cursor::new(&board), &veragg_lab::auditor(&local)).unwrap();
    expect(&report, Verdict::Verified, &[1, 2, 3, 4], &[], &[]);
}

#[test]
fn a_client_that_has_unmasked_reveals_more_only_against_a_fraud_proof() {
    let (local, _, written) = crashing_round();
    let key = Arc::clone(&local.client_keys[0]);
    let round = Arc::clone(&local.round);
    let (mut client, _) = Client::resume(round, key, written.last().unwrap()).unwrap();
    let mut store = Zeroizing::new(Vec::new());
    let refused = client.advance(&[], None, &mut OsRng, &mut store);
    assert!(matches!(refused, Err(ClientError::NoPackage { .. })));
    assert_eq!(client.phase(), Some(Phase::Unmask(1)));
    assert!(store.is_empty());
}

#[test]
fn saved_bytes_that_are_not_this_clients_are_refused() {
    let (local, _, written) = crashing_round();
    let (_, _, foreign) = crashing_round();
    let resume = |number: u32, saved: &[u8]| {
        let key = Arc::clone(&local.client_keys[id(number).index()]);
        Client::resume(Arc::clone(&local.round), key, saved).map(|_| ())
    };
    for (saved, foreign) in written.iter().zip(&foreign) {
        assert_eq!(resume(1, saved), Ok(()));
        assert!(resume(2, saved).is_err(), "another client's");
        assert!(resume(1, foreign).is_err(), "another round's");
        for end in 0..saved.len() {
            assert!(resume(1, &saved[..end]).is_err(), "cut off at {end}");
        }
        assert!(resume(1, &[saved, &[0][..]].concat()).is_err());
        // A changed version, tag, context and number.
        for at in 0..2 + 1 + 32 + 4 {
            let mut damaged = saved.clone();
            damaged[at] ^= 0x40;
            assert!(resume(1, &damaged).is_err(), "byte {at}");
        }
    }
    assert!(resume(1, &[]).is_err());
}

#[test]
fn any_damage_to_a_store_is_refused_or_does_not_panic() {
    let (local, _, written) = crashing_round();
    for saved in &written {
        for at in 0..saved.len() {
            let mut damaged = saved.clone();
            damaged[at] ^= 1 << (at % 8);
            let key = Arc::clone(&local.client_keys[0]);
            let client = Client::resume(Arc::clone(&local.round), key, &damaged);
            // The bytes may decode as another state, but the client does not go on from it.
            if let Ok((mut client, _)) = client {
                let mut store = Zeroizing::new(Vec::new());
                let refused = client.advance(&[], Some(&[1, 2]), &mut OsRng, &mut store);
                assert!(refused.is_err(), "byte {at}");
            }
        }
    }
}

#[test]
fn an_aggregator_that_stops_at_any_record_ends_with_the_same_board() {
    let finished = Scene::new(4, &SMALL).dropping(4, Phase::Confirm).play();
    let (local, records) = (&finished.local, &finished.records);
    for at in 0..=records.len() {
        let mut aggregator = local.aggregator(records[..at].to_vec()).unwrap();
        // Messages that the crash prevented from being written come again, and so do those on the board.
        while aggregator.phase() != Phase::Publish {
            let of_phase = |record: &&Record| {
                let phase = Message::decode(&record.bytes).map(|m| m.envelope.phase);
                record.kind == RecordKind::Message && phase == Ok(aggregator.phase())
            };
            let messages: Vec<_> = records.iter().filter(of_phase).cloned().collect();
            for record in messages {
                aggregator.receive(record.bytes, 0).unwrap();
            }
            aggregator.close().unwrap();
        }
        assert!(
            aggregator.records().unwrap() == *records,
            "stopped at record {at}"
        );
    }
}

#[test]
fn a_log_that_was_changed_is_refused() {
    let finished = Scene::new(4, &SMALL).play();
    let (local, records) = (&finished.local, &finished.records);
    let resume = |log: Vec<Record>| -> Result<(), AggregatorError> {
        let (round, key) = (Arc::clone(&local.round), Arc::clone(&local.aggregator_key));
        Aggregator::resume(round, key, log).map(drop)
    };
    assert!(resume(records.clone()).is_ok());
    let refused = |what: &str, at: usize, log: Vec<Record>| {
        let error = resume(log).err();
        assert!(error.is_some(), "record {at} {what}");
    };
    for (at, record) in records.iter().enumerate() {
        for byte in [0, record.bytes.len() / 2, record.bytes.len() - 1] {
            let mut log = records.clone();
            log[at].bytes[byte] ^= 1;
            refused("changed", at, log);
        }
        let mut log = records.clone();
        log.insert(at, record.clone());
        refused("doubled", at, log);
        let mut log = records.clone();
        log.push(record.clone());
        refused("doubled at the end", at, log);
        if at + 1 < records.len() {
            let mut log = records.clone();
            log.remove(at);
            refused("taken away", at, log);
        }
    }
    let foreign = Scene::new(4, &SMALL).play();
    refused("of another round", 0, foreign.records);
}

#[test]
fn an_aggregator_with_another_key_cannot_go_on() {
    let finished = Scene::new(4, &SMALL).play();
    let round = Arc::clone(&finished.local.round);
    let other = SigningKey::generate(&mut OsRng);
    let error = Aggregator::resume(round, other, finished.records).err();
    assert!(matches!(error, Some(AggregatorError::OtherKey { .. })));
}

#[test]
fn a_checkpoint_under_the_right_key_but_with_another_list_is_refused() {
    let finished = Scene::new(4, &SMALL).play();
    let mut log = finished.records.clone();
    let at = log.iter().position(|r| r.kind == RecordKind::Checkpoint);
    let old = Checkpoint::decode(&log[at.unwrap()].bytes, 4).unwrap();
    let (key, list) = (
        &finished.local.aggregator_key,
        veragg_lab::set(4, &[1, 2, 3]),
    );
    let new = Checkpoint::sign(key, old.context, old.phase, old.previous, old.root, list);
    log[at.unwrap()].bytes = new.encode();
    assert!(finished.local.aggregator(log).is_err());
}
