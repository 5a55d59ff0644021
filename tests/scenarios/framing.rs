//! No honest party is named. The attacker is an aggregator, a client, or a party that changes the file; it tries to
//! make the audit name a party that followed the protocol.
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;
use veragg::protocol::client::ClientError;
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::roles::Client;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::RecordKind;
use veragg::protocol::wire::message::ENVELOPE_LEN;
use veragg::verifier::{audit, Check, Culprit, Options, Report, Status, Verdict};
use veragg_lab::local::LocalRound;
use veragg_lab::Books;
use veragg_lab::{client, local_round, Scene, Suite};
use zeroize::Zeroizing;

const SMALL: [(usize, u64); 1] = [(2, 100)];

fn examine(local: &LocalRound<Suite>, board: &[u8], skip: &[Check]) -> Report {
    let options = Options {
        skip: skip.iter().copied().collect(),
        ..veragg_lab::auditor(local)
    };
    audit(Cursor::new(board), &options).unwrap()
}

fn culprits(report: &Report) -> Vec<Culprit> {
    let mut culprits: Vec<_> = report.faults.iter().map(|fault| fault.culprit).collect();
    culprits.sort();
    culprits.dedup();
    culprits
}

/// Honest clients, and an aggregator that puts any messages on the board and lists all clients.
struct Driven {
    local: LocalRound<Suite>,
    clients: BTreeMap<u32, Client>,
    stores: BTreeMap<u32, Zeroizing<Vec<u8>>>,
    books: Books,
    package: Vec<u8>,
}

impl Driven {
    fn new(clients: u32) -> Self {
        let local = local_round(clients, &SMALL);
        let joined = ClientId::all(clients).map(|who| {
            let key = Arc::clone(&local.client_keys[who.index()]);
            let client = Client::join(Arc::clone(&local.round), key).unwrap();
            (who.number(), client)
        });
        Self {
            clients: joined.collect(),
            stores: BTreeMap::new(),
            books: Books::new(&local),
            package: Vec::new(),
            local,
        }
    }

    /// The message that a client sends in answer to the current package; empty if it sends none.
    fn ask(&mut self, who: u32, input: Option<&[u64]>) -> Vec<u8> {
        let client = self.clients.get_mut(&who).unwrap();
        let store = self.stores.entry(who).or_default();
        let message = client.advance(&self.package, input, &mut OsRng, store);
        message.unwrap().unwrap_or_default()
    }

    /// The messages that all clients send next.
    fn ask_all(&mut self, input: Option<&[u64]>) -> Vec<Vec<u8>> {
        let all: Vec<u32> = self.clients.keys().copied().collect();
        let messages = all.into_iter().map(|who| self.ask(who, input));
        messages.filter(|message| !message.is_empty()).collect()
    }

    /// Puts messages on the board and lists all clients. Of each client it shows only the last message.
    fn close(&mut self, phase: Phase, messages: &[Vec<u8>]) {
        assert_eq!(self.books.phase, phase);
        for message in messages {
            self.books.take(message.clone());
        }
        self.books
            .close(ClientSet::of(self.local.round.clients(), |_| true));
        let mut package = self.books.package().unwrap();
        let senders: Vec<_> = package
            .items
            .iter()
            .map(|item| item.envelope.sender)
            .collect();
        let mut later = 0..senders.len();
        package.items.retain(|item| {
            later.next();
            !senders[later.clone()].contains(&item.envelope.sender)
        });
        self.package = package.encode();
    }

    fn examine(&self) -> Report {
        examine(&self.local, &self.local.board(&self.books.records), &[])
    }
}

#[test]
fn two_different_messages_name_their_sender() {
    let mut driven = Driven::new(3);
    let mut messages = driven.ask_all(None);
    let key = Arc::clone(&driven.local.client_keys[1]);
    let mut again = Client::join(Arc::clone(&driven.local.round), key).unwrap();
    let other = again.advance(&[], None, &mut OsRng, &mut Zeroizing::new(Vec::new()));
    messages.push(other.unwrap().unwrap());
    driven.close(Phase::Advertise, &messages);
    assert_eq!(
        culprits(&driven.examine()),
        [client(2), Culprit::Aggregator]
    );
}

#[test]
fn a_client_is_not_to_blame_for_being_listed_without_its_keys_on_the_board() {
    let mut driven = Driven::new(3);
    let messages = driven.ask_all(None);
    driven.close(
        Phase::Advertise,
        &[messages[0].clone(), messages[2].clone()],
    );
    // It does not go on, and neither does anybody who misses its keys.
    for who in [1, 2, 3] {
        let (client, package) = (driven.clients.get_mut(&who).unwrap(), &driven.package);
        let mut store = Zeroizing::new(Vec::new());
        let refused = client.advance(package, None, &mut OsRng, &mut store);
        let two = ClientId::new(2).unwrap();
        assert!(
            matches!(refused, Err(ClientError::NotShown { client, .. }) if client == two),
            "{refused:?}"
        );
    }
    driven.close(Phase::Share, &[]);
    let report = driven.examine();
    assert_eq!(report.verdict, Verdict::Failed);
    assert_eq!(culprits(&report), [Culprit::Aggregator], "{report}");
    assert!(!report.absent.iter().any(|a| a.outcome.contains("fault")));
}

#[test]
fn a_holder_is_not_to_blame_for_the_share_of_a_dealer_that_dealt_twice() {
    let mut driven = Driven::new(3);
    let messages = driven.ask_all(None);
    driven.close(Phase::Advertise, &messages);
    // Client 3 sends two messages of share; the aggregator accepts both, and shows the second.
    let saved = driven.stores[&3].clone();
    let first = driven.ask(3, None);
    let key = Arc::clone(&driven.local.client_keys[2]);
    let (again, _) = Client::resume(Arc::clone(&driven.local.round), key, &saved).unwrap();
    driven.clients.insert(3, again);
    let mut messages = vec![first];
    messages.extend(driven.ask_all(None));
    driven.close(Phase::Share, &messages);
    let messages = driven.ask_all(None);
    driven.close(Phase::Confirm, &messages);
    for phase in [Phase::Submit, Phase::Attest] {
        let messages = driven.ask_all(Some(&[3, 99]));
        driven.close(phase, &messages);
    }
    for phase in [Phase::Dispute, Phase::Acknowledge] {
        let messages = driven.ask_all(None);
        driven.close(phase, &messages);
    }
    let messages = driven.ask_all(None);
    driven.close(Phase::Unmask(0), &messages);
    let report = driven.examine();
    assert_eq!(report.verdict, Verdict::Failed);
    assert_eq!(
        culprits(&report),
        [client(3), Culprit::Aggregator],
        "{report}"
    );
}

#[test]
fn a_body_that_was_altered_in_the_file_names_nobody() {
    let finished = Scene::new(3, &SMALL).play();
    let (local, records) = (finished.local, finished.records);
    let good = examine(&local, &local.board(&records), &[]);
    assert_eq!(good.verdict, Verdict::Verified, "{good}");
    let mut altered = 0;
    for at in 0..records.len() {
        if records[at].kind == RecordKind::Message && records[at].bytes.len() > ENVELOPE_LEN {
            let mut records = records.clone();
            *records[at].bytes.last_mut().unwrap() ^= 1;
            let report = examine(&local, &local.board(&records), &[]);
            assert_eq!(report.verdict, Verdict::Failed);
            assert_eq!(culprits(&report), [], "record {at}: {report}");
            altered += 1;
        }
    }
    assert_eq!(
        altered, 16,
        "advertise, share, submit, attest, unmask of three, and the publication"
    );
}

#[test]
fn skipping_a_check_names_nobody_and_passes_nothing() {
    let scene = Scene::new(5, &SMALL);
    let lengths = scene.local.round.advertise_lengths();
    // The proof for the channel key of client 2 is the proof for its mask key.
    let scene = scene.altering_parts(2, Phase::Advertise, lengths, |parts| {
        parts[0].copy_within(32..96, 128);
    });
    let finished = scene.play();
    let (local, board) = (&finished.local, finished.local.board(&finished.records));
    let report = examine(local, &board, &[]);
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(culprits(&report), [client(2)]);
    let skipped = examine(local, &board, &[Check::SetUp]);
    assert_eq!(skipped.verdict, Verdict::Incomplete, "{skipped}");
    assert_eq!(culprits(&skipped), []);
    let skipped = examine(local, &board, &[Check::InputRange]);
    assert_eq!(skipped.verdict, Verdict::Incomplete);
    for part in [
        Check::InputCommitments,
        Check::InputRange,
        Check::InputNorm,
        Check::InputSum,
    ] {
        assert_eq!(skipped.status(part), Some(&Status::Skipped));
    }
}
