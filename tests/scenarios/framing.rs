//! Nobody honest is named: an aggregator, other clients or whoever alters a file try to make the
//! audit accuse somebody who kept to the protocol.
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use rand_core::OsRng;
use veragg::circuits::bitplane::RistrettoBitplane;
use veragg::protocol::crypto::hash::Digest;
use veragg::protocol::crypto::ids::{ClientId, ClientSet};
use veragg::protocol::crypto::tree::{Root, Tree};
use veragg::protocol::pairwise::package::{Item, Package};
use veragg::protocol::roles::Client;
use veragg::protocol::round::configuration::{Configuration, SegmentConfiguration};
use veragg::protocol::round::organiser::ConfigurationBuilder;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::{Header, Record, RecordKind};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::message::{Message, Sender, ENVELOPE_LEN};
use veragg::protocol::wire::part::Part;
use veragg::verifier::{audit, Check, Culprit, Options, Report, Status, Verdict};
use veragg_lab::local::{play, LocalClient, LocalRound, Party};
use zeroize::Zeroizing;

type P = RistrettoBitplane;

fn local_round(clients: u32, dropout_ppm: u32) -> LocalRound<P> {
    let builder = ConfigurationBuilder::new(
        vec![SegmentConfiguration::integers("numbers", 2, 100)],
        0,
        dropout_ppm,
        [7; 32],
    );
    LocalRound::new(clients, builder, &mut OsRng).unwrap()
}

fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

fn client(number: u32) -> Culprit {
    Culprit::Client(id(number))
}

fn examine(local: &LocalRound<P>, board: &[u8], skip: &[Check]) -> Report {
    let options = Options {
        organiser: Some(local.organiser),
        skip: skip.iter().copied().collect(),
        ..Options::default()
    };
    audit(Cursor::new(board), &options).unwrap()
}

fn culprits(report: &Report) -> Vec<Culprit> {
    let mut culprits: Vec<_> = report.faults.iter().map(|fault| fault.culprit).collect();
    culprits.sort();
    culprits.dedup();
    culprits
}

/// A client whose message of one phase is changed and signed again.
struct Cheater {
    client: LocalClient,
    phase: Phase,
    change: fn(&LocalRound<P>, &mut Vec<u8>),
    local: Arc<LocalRound<P>>,
}

impl Party for Cheater {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let mut messages = self.client.speak(phase, package);
        for message in messages.iter_mut().filter(|_| phase == self.phase) {
            let Message { envelope, mut body } = Message::decode(message).unwrap();
            (self.change)(&self.local, &mut body);
            let round = &self.local.round;
            let lengths = match phase {
                Phase::Submit => round.submit_lengths(),
                _ => round.advertise_lengths(),
            };
            let mut rest = &body[..];
            let parts: Vec<Vec<u8>> = lengths
                .iter()
                .map(|&length| {
                    let (part, tail) = rest.split_at(length);
                    rest = tail;
                    part.to_vec()
                })
                .collect();
            let key = &self.local.client_keys[self.id().index()];
            *message = Message::sign(
                key,
                envelope.context,
                phase,
                envelope.sender,
                envelope.answers,
                &parts,
            )
            .encode();
        }
        messages
    }
}

/// Plays a round in which client 2 changes what it says in a phase; returns the records.
fn play_with(
    local: &Arc<LocalRound<P>>,
    phase: Phase,
    change: fn(&LocalRound<P>, &mut Vec<u8>),
) -> Vec<Record> {
    let mut all: Vec<Box<dyn Party>> = ClientId::all(local.round.clients())
        .map(|who| {
            let client = local.client(who, vec![3, 99]).unwrap();
            if who == id(2) {
                Box::new(Cheater {
                    client,
                    phase,
                    change,
                    local: Arc::clone(local),
                }) as Box<dyn Party>
            } else {
                Box::new(client)
            }
        })
        .collect();
    let aggregator = local.aggregator(Vec::new()).unwrap();
    play(aggregator, &mut all, |_| ())
        .unwrap()
        .aggregator
        .records()
        .unwrap()
}

/// An aggregator that puts on the board, lists and shows what it likes.
struct Rogue {
    local: LocalRound<P>,
    clients: BTreeMap<u32, Client>,
    stores: BTreeMap<u32, Zeroizing<Vec<u8>>>,
    records: Vec<Record>,
    tree: Tree<Digest>,
    chain: Digest,
    before: Root,
    package: Vec<u8>,
}

impl Rogue {
    fn new(clients: u32) -> Self {
        let local = local_round(clients, 0);
        let joined = ClientId::all(clients).map(|who| {
            let key = Arc::clone(&local.client_keys[who.index()]);
            let client = Client::join(Arc::clone(&local.round), key).unwrap();
            (who.number(), client)
        });
        Self {
            clients: joined.collect(),
            stores: BTreeMap::new(),
            records: Vec::new(),
            tree: Tree::new(),
            chain: *local.round.context(),
            before: Root::empty(),
            package: Vec::new(),
            local,
        }
    }

    fn ask(&mut self, who: u32, input: Option<&[u64]>) -> Vec<u8> {
        let client = self.clients.get_mut(&who).unwrap();
        let store = self.stores.entry(who).or_default();
        let messages = client.advance(&self.package, input, &mut OsRng, store);
        messages.unwrap().unwrap_or_default()
    }

    /// What everybody says next.
    fn ask_all(&mut self, input: Option<&[u64]>) -> Vec<Vec<u8>> {
        let all: Vec<u32> = self.clients.keys().copied().collect();
        let messages = all.into_iter().map(|who| self.ask(who, input));
        messages.filter(|messages| !messages.is_empty()).collect()
    }

    /// Puts messages on the board, lists everybody, and shows of each author its last message:
    /// one of those on the board.
    fn close(&mut self, phase: Phase, board: &[Vec<u8>]) {
        let round = Arc::clone(&self.local.round);
        let everybody = ClientSet::of(round.clients(), |_| true);
        let mut shown = BTreeMap::new();
        for bytes in board {
            let message = Message::decode(bytes).unwrap();
            let index = self.tree.push(message.envelope.entry());
            self.records.push(Record {
                kind: RecordKind::Message,
                bytes: bytes.clone(),
            });
            if let Sender::Client(author) = message.envelope.sender {
                shown.insert(author, (index, message));
            }
        }
        let root = self.tree.root();
        let checkpoint = Checkpoint::sign(
            &self.local.aggregator_key,
            *round.context(),
            phase,
            self.chain,
            root,
            everybody.clone(),
        );
        self.records.push(Record {
            kind: RecordKind::Checkpoint,
            bytes: checkpoint.encode(),
        });
        let items = shown.into_iter().map(|(author, (index, message))| {
            let lengths = match phase {
                Phase::Advertise => round.advertise_lengths(),
                Phase::Share => round.share_lengths(author, &everybody),
                Phase::Attest => round.attest_lengths(author, &everybody),
                _ => Vec::new(),
            };
            let parts = message.parts(&lengths).unwrap_or_default();
            let tree: Tree<_> = parts.iter().collect();
            let parts = parts.iter().enumerate().map(|(position, part)| Part {
                position: position as u32,
                bytes: part.to_vec(),
                proof: tree.inclusion(position as u64).unwrap(),
            });
            Item {
                index,
                inclusion: self.tree.inclusion(index).unwrap(),
                parts: parts.collect(),
                envelope: message.envelope,
            }
        });
        self.chain = checkpoint.digest();
        self.package = Package {
            items: items.collect(),
            consistency: self.tree.consistency(self.before.size).unwrap(),
            fraud_proofs: Vec::new(),
            checkpoint,
        }
        .encode();
        self.before = root;
    }

    fn examine(&self) -> Report {
        examine(&self.local, &self.local.board(&self.records), &[])
    }
}

#[test]
fn a_message_put_on_the_board_twice_is_the_aggregators_doing() {
    let mut rogue = Rogue::new(3);
    let mut messages = rogue.ask_all(None);
    messages.push(messages[1].clone());
    rogue.close(Phase::Advertise, &messages);
    let report = rogue.examine();
    assert_eq!(report.verdict, Verdict::Failed);
    assert_eq!(culprits(&report), [Culprit::Aggregator], "{report}");
}

#[test]
fn two_different_messages_name_their_sender() {
    let mut rogue = Rogue::new(3);
    let mut messages = rogue.ask_all(None);
    let key = Arc::clone(&rogue.local.client_keys[1]);
    let mut again = Client::join(Arc::clone(&rogue.local.round), key).unwrap();
    let other = again.advance(&[], None, &mut OsRng, &mut Zeroizing::new(Vec::new()));
    messages.push(other.unwrap().unwrap());
    rogue.close(Phase::Advertise, &messages);
    assert_eq!(culprits(&rogue.examine()), [client(2), Culprit::Aggregator]);
}

#[test]
fn a_client_is_not_to_blame_for_being_listed_without_its_keys_on_the_board() {
    let mut rogue = Rogue::new(3);
    let messages = rogue.ask_all(None);
    rogue.close(
        Phase::Advertise,
        &[messages[0].clone(), messages[2].clone()],
    );
    let shares = rogue.ask(2, None);
    rogue.close(Phase::Share, &[shares]);
    let report = rogue.examine();
    assert_eq!(report.verdict, Verdict::Failed);
    assert_eq!(culprits(&report), [Culprit::Aggregator], "{report}");
    assert!(!report.absent.iter().any(|a| a.outcome.contains("fault")));
}

#[test]
fn a_holder_is_not_to_blame_for_the_share_of_a_dealer_that_dealt_twice() {
    let mut rogue = Rogue::new(3);
    let messages = rogue.ask_all(None);
    rogue.close(Phase::Advertise, &messages);
    // Client 3 deals twice; the aggregator takes both, and shows the second.
    let saved = rogue.stores[&3].clone();
    let first = rogue.ask(3, None);
    let key = Arc::clone(&rogue.local.client_keys[2]);
    let (again, _) = Client::resume(Arc::clone(&rogue.local.round), key, &saved).unwrap();
    rogue.clients.insert(3, again);
    let mut messages = vec![first];
    messages.extend(rogue.ask_all(None));
    rogue.close(Phase::Share, &messages);
    let messages = rogue.ask_all(None);
    rogue.close(Phase::Confirm, &messages);
    for phase in [Phase::Submit, Phase::Attest] {
        let messages = rogue.ask_all(Some(&[3, 99]));
        rogue.close(phase, &messages);
    }
    for phase in [Phase::Dispute, Phase::Acknowledge] {
        let messages = rogue.ask_all(None);
        rogue.close(phase, &messages);
    }
    let messages = rogue.ask_all(None);
    rogue.close(Phase::Unmask(0), &messages);
    let report = rogue.examine();
    assert_eq!(report.verdict, Verdict::Failed);
    assert_eq!(
        culprits(&report),
        [client(3), Culprit::Aggregator],
        "{report}"
    );
}

#[test]
fn a_body_that_was_altered_in_the_file_names_nobody() {
    let local = Arc::new(local_round(3, 0));
    let records = play_with(&local, Phase::Submit, |_, _| ());
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
fn a_configuration_that_is_not_the_organisers_names_nobody() {
    let local = local_round(3, 0);
    let mut configuration = local.header.configuration.clone();
    let mut changed = Configuration::decode(&configuration.bytes).unwrap();
    changed.columns *= 2;
    configuration.bytes = changed.encode();
    let header = Header {
        configuration,
        roster: local.header.roster.clone(),
    };
    let report = examine(&local, &header.encode(), &[]);
    assert_eq!(report.verdict, Verdict::Failed);
    assert_eq!(culprits(&report), []);
}

#[test]
fn skipping_a_check_names_nobody_and_passes_nothing() {
    let local = Arc::new(local_round(5, 200_000));
    // Its channel key comes with the proof of the other one.
    let records = play_with(&local, Phase::Advertise, |_, body| {
        body.copy_within(32..96, 128);
    });
    let board = local.board(&records);
    let report = examine(&local, &board, &[]);
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(culprits(&report), [client(2)]);
    let skipped = examine(&local, &board, &[Check::SetUp]);
    assert_eq!(skipped.verdict, Verdict::Incomplete, "{skipped}");
    assert_eq!(culprits(&skipped), []);
    let skipped = examine(&local, &board, &[Check::InputRange]);
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
