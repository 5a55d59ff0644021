//! The form in which a client's message goes over the network (`specs/committee.md` 5.7).

use std::sync::Arc;

use rand_core::OsRng;

use super::table::{input, parties};
use veragg_lab::committee::local::{LocalCommittee, Members};
use veragg_lab::committee::{store, Parties, Suite, Table};
use veragg_lab::fixtures::PlaySetUp;
use veragg_protocol::aggregator::{Admission, AggregatorError, Reply};
use veragg_protocol::circuits::bitplane::RistrettoBitplane;
use veragg_protocol::circuits::groth16::Bls12381Groth16;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::aggregator::Aggregator;
use veragg_protocol::committee::client::{Client, Saved, SubmitError};
use veragg_protocol::committee::organiser::CommitteeBuilder;
use veragg_protocol::committee::sizes::Bytes;
use veragg_protocol::committee::upload::{message_of, of_message, HEAD_LEN};
use veragg_protocol::crypto::context::{Context, Version};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::message::{Message, Sender, ENVELOPE_LEN};
use veragg_protocol::wire::receipt::Reason;

/// The message of client 2, at a table at which nobody has spoken.
fn said(parties: &Parties) -> (Table<'_>, Vec<u8>) {
    let table = Table::new(parties);
    let message = table.submission(2, &input(2));
    (table, message)
}

/// Why an upload is refused at a time; nothing if it is taken. Nothing changes where it is refused; and the refusal is of the message for
/// which the upload stands, if it has the length of one.
fn refused(table: &mut Table<'_>, upload: Vec<u8>, now: u64) -> Option<Reason> {
    let before = table.aggregator.log().clone();
    let of = message_of(upload.clone(), table.round.parts());
    match table.aggregator.receive(upload, now).unwrap() {
        Reply::Receipt(_) => None,
        Reply::Refusal(refusal) => {
            assert_eq!(*table.aggregator.log(), before);
            assert!(refusal.is_for(&of, &table.round.configuration().aggregator));
            Some(refusal.reason)
        }
    }
}

/// The bytes are those of the specification, written down by hand.
#[test]
fn an_upload_is_the_message_without_what_the_aggregator_has() {
    let parties = parties();
    let (_, message) = said(&parties);
    let digest = &message[2..34];
    let (signature, body) = message[ENVELOPE_LEN - 64..].split_at(64);
    let upload = [&[1, 0, 0, 2], digest, signature, body].concat();
    assert_eq!(of_message(&message), Some(upload));
    assert_eq!(ENVELOPE_LEN - HEAD_LEN, 67);
}

/// Whatever of the two is sent, and however often: it is one message, the log holds the whole of it, and there is one receipt for it.
#[test]
fn a_message_and_its_upload_are_one() {
    let parties = parties();
    for first in 0..2 {
        let (mut table, message) = said(&parties);
        let forms = [message.clone(), of_message(&message).unwrap()];
        let mut receive = |at: usize| table.aggregator.receive(forms[at].clone(), 0).unwrap();
        let receipt = receive(first);
        let Reply::Receipt(given) = &receipt else {
            panic!("{receipt:?}");
        };
        assert_eq!(given.entry, Message::entry_of(&message).unwrap());
        assert_eq!(receive(1 - first), receipt);
        assert_eq!(receive(first), receipt);
        assert_eq!(table.aggregator.log().len(), 1);
        assert_eq!(table.aggregator.log()[0].bytes, message);
        // It gets that receipt also when submit is over.
        for number in [1, 3, 4, 5] {
            table.take(table.submission(number, &input(number)));
        }
        table.aggregator.close(u64::MAX).unwrap();
        let again = table.aggregator.receive(forms[1].clone(), u64::MAX);
        assert_eq!(again.unwrap(), receipt);
    }
}

/// Nobody can change an upload on the way and have it taken: each change is refused, and the client's place is still free.
#[test]
fn an_upload_that_was_changed_is_refused() {
    let parties = parties();
    let (mut table, message) = said(&parties);
    let upload = of_message(&message).unwrap();
    let mut expect = |why: &str, reason: Reason, bytes: Vec<u8>| {
        assert_eq!(refused(&mut table, bytes, 0), Some(reason), "{why}");
    };
    let with = |at: usize, byte: u8| {
        let mut changed = upload.clone();
        changed[at] ^= byte;
        changed
    };
    expect("another form", Reason::Malformed, with(0, 3));
    expect("the form of a message", Reason::Malformed, with(0, 1));
    expect("client 3", Reason::Signature, with(3, 1));
    expect("client 0", Reason::NotEligible, with(3, 2));
    expect("client 34", Reason::NotEligible, with(3, 32));
    expect("client 2^23 + 2", Reason::NotEligible, with(1, 128));
    expect("another round", Reason::Context, with(4, 1));
    expect("another signature", Reason::Signature, with(36, 1));
    for at in (HEAD_LEN..upload.len()).step_by(97) {
        expect("another body", Reason::Signature, with(at, 1));
    }
    let longer = [&upload[..], &[0]].concat();
    let shorter = [0, 1, HEAD_LEN, upload.len() - 1].map(|length| upload[..length].to_vec());
    for cut in shorter.into_iter().chain([longer]) {
        assert_eq!(message_of(cut.clone(), table.round.parts()), cut);
        for now in [0, u64::MAX] {
            let reason = refused(&mut table, cut.clone(), now);
            assert_eq!(reason, Some(Reason::Malformed));
        }
    }
    let late = refused(&mut table, upload.clone(), u64::MAX);
    assert_eq!(late, Some(Reason::Late));
    assert_eq!(refused(&mut table, upload.clone(), 0), None);
    let other = of_message(&table.submission(2, &input(3))).unwrap();
    assert_eq!(refused(&mut table, other, 0), Some(Reason::Occupied));
    // A copy of the upload itself that was damaged is not the client's message, either.
    let damaged = [&upload[..upload.len() - 1], &[0xff]].concat();
    assert_eq!(refused(&mut table, damaged, 0), Some(Reason::Occupied));
}

/// Of a message and its upload that are admitted at once, one is written.
#[test]
fn a_message_and_its_upload_are_written_once() {
    let parties = parties();
    let (mut table, message) = said(&parties);
    let both = [of_message(&message).unwrap(), message.clone()];
    let admitted = both.map(|it| match table.aggregator.admit(it, 0) {
        Admission::Accepted(admitted) => admitted,
        Admission::Answered(reply) => panic!("{reply:?}"),
    });
    let replies = table.aggregator.commit(admitted.into()).unwrap();
    assert!(matches!(replies[0], Reply::Receipt(_)));
    assert_eq!(replies[0], replies[1]);
    assert_eq!(table.aggregator.log().len(), 1);
    assert_eq!(table.aggregator.log()[0].bytes, message);
}

/// A log holds whole messages. One in which an upload stands is no log of this aggregator.
#[test]
fn an_upload_in_a_log_is_refused() {
    let parties = parties();
    let (_, message) = said(&parties);
    let (round, roster) = parties.round();
    let log = |bytes: Vec<u8>| {
        let kind = RecordKind::Message;
        let (round, roster) = (Arc::clone(&round), Arc::clone(&roster));
        let key = Arc::clone(&parties.aggregator);
        Aggregator::<Suite, _>::resume(round, roster, key, vec![Record { kind, bytes }])
    };
    assert!(log(message.clone()).is_ok());
    let resumed = log(of_message(&message).unwrap());
    assert!(matches!(
        resumed,
        Err(AggregatorError::Replay { record: 0 })
    ));
}

/// What is no saved message of submit of this client in this round is not sent.
#[test]
fn another_message_in_the_store_is_refused() {
    let parties = parties();
    let mut saved = store();
    let client = parties.client(2);
    let sent = client.submit(&input(2), &mut OsRng, &mut saved).unwrap();
    assert_eq!(Saved::decode(&saved), Ok(sent));
    // Format, context, client; then the message's version, context, phase, sender and what it answers.
    let others = [0, 2, 37, 38, 39, 41, 72, 73, 76, 77];
    for at in others {
        let mut changed = saved.clone();
        changed[at] ^= 1;
        assert!(Saved::decode(&changed).is_err(), "{at}");
    }
    assert!(Saved::decode(&saved[..saved.len().min(204)]).is_err());
}

/// A number that no client of the round has is refused before anything is proven or saved.
#[test]
fn who_is_not_on_the_roster_says_nothing() {
    let parties = parties();
    let (round, _) = parties.round();
    let clients = round.clients();
    let me = ClientId::new(clients + 1).unwrap();
    let client = Client::new(round, me, Arc::clone(&parties.clients[0]));
    let mut saved = store();
    let said = client.submit(&input(1), &mut OsRng, &mut saved);
    assert!(matches!(said, Err(SubmitError::NoSuchClient { .. })));
    assert!(saved.is_empty());
}

/// The bytes that a client sends are those that are planned with, in each suite.
#[test]
fn an_upload_has_the_length_that_is_planned() {
    fn len<P: ProofSystem<SetUp: PlaySetUp>>() -> (u64, usize) {
        let answers = vec![SegmentConfiguration::integers("answers", 16, 2)];
        let with = |round_id, members: Members| {
            let (colluding, absent) = (members.colluding, members.absent);
            let deadlines = LocalCommittee::<P>::DEADLINES;
            CommitteeBuilder::new(answers.clone(), round_id, colluding, absent, deadlines)
        };
        let members = Members {
            members: 7,
            colluding: 2,
            absent: 2,
        };
        let statement = with([7; 32], members).statement().unwrap();
        let set_up = P::SetUp::known(&statement, 4);
        let local = LocalCommittee::<P>::new(&set_up, 4, members, with, &mut OsRng).unwrap();
        let key = Arc::clone(&local.client_keys[0]);
        let me = ClientId::from_index(0);
        let client = Client::new(Arc::clone(&local.round), me, key);
        let sent = client.submit(&[1; 16], &mut OsRng, &mut store()).unwrap();
        let layout = local.round.layout();
        let scalars = layout.rows() * (layout.columns() + 1);
        let planned = Bytes::of(local.round.parts(), 4, scalars, 32);
        (planned.client_sent, sent.upload().len())
    }
    assert_eq!(len::<RistrettoBitplane>(), (2692, 2692));
    assert_eq!(len::<Bls12381Groth16>(), (1300, 1300));
}

/// An upload says nothing but what a client says in submit, in answer to the context.
#[test]
fn other_messages_have_no_upload() {
    let parties = parties();
    let key = &parties.clients[1];
    let (round, _) = parties.round();
    let context = *round.context();
    let of = |context: Context, phase, sender, answers| {
        let message = Message::sign(key, context, phase, sender, answers, &[]);
        of_message(&message.encode())
    };
    let client = Sender::Client(ClientId::from_index(1));
    let answers = context.digest;
    assert!(of(context, Phase::Submit, client, answers).is_some());
    assert_eq!(of(context, Phase::Submit, client, [3; 32]), None);
    assert_eq!(of(context, Phase::Check, client, answers), None);
    assert_eq!(
        of(context, Phase::Submit, Sender::Aggregator, answers),
        None
    );
    let far = Sender::Client(ClientId::new(1 << 24).unwrap());
    assert_eq!(of(context, Phase::Submit, far, answers), None);
    let other = Context {
        digest: [4; 32],
        ..context
    };
    assert_eq!(of(other, Phase::Submit, client, answers), None);
    let first = Context {
        version: Version::V1,
        ..context
    };
    assert_eq!(of(first, Phase::Submit, client, answers), None);
    assert_eq!(of_message(&[]), None);
}
