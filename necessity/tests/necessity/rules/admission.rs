//! The aggregator's admission of messages, and its log. The attacker is a client or an outsider, and tries to get a
//! message on the board that stops the round or puts the aggregator at fault.

use rand_core::OsRng;

use super::clients::{sender, Parties};
use super::table::{of, silence, Table};
use super::{id, CLIENTS};
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::roles::Aggregator;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};

/// The board holds a message of another round: the aggregator is named for that (3.11).
pub(super) fn a_message_of_another_round_is_taken() -> bool {
    let mut table = Table::new().honest_until(Phase::Share);
    let mut messages = table.ask_all();
    let (key, shared) = (table.clients.keys[2].clone(), of(&mut messages, 3));
    let parts = shared.parts(&table.lengths(shared)).unwrap();
    let parts: Vec<_> = parts.iter().map(|part| part.to_vec()).collect();
    let (sender, answers) = (Sender::Client(id(3)), shared.envelope.answers);
    let other = Message::sign(
        &key,
        super::ELSEWHERE,
        Phase::Share,
        sender,
        answers,
        &parts,
    );
    table.takes(&other)
}

/// A client gets two receipts in one phase.
pub(super) fn a_second_message_is_taken() -> bool {
    let mut table = Table::new();
    let messages = table.ask_all();
    table.take_all(&messages);
    let mut second = messages[2].clone();
    table.alter(&mut second, |parts| parts[0][191] ^= 1);
    table.takes(&second)
}

/// No client had to send a message of dispute, so one can still try after the phase has closed.
pub(super) fn a_closed_phase_gets_a_message() -> bool {
    let mut table = Table::new().honest_until(Phase::Acknowledge);
    let late = table.clients.sign(3, Phase::Dispute, table.chain(), &[]);
    table.takes(&late)
}

/// A client that waits for the messages of all others, and longer, is treated as if it were in time.
pub(super) fn a_message_is_taken_after_the_deadline() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration.pairwise_mut().unwrap().deadlines = [10, 20, 30, 40, 50, 60, 70, 80];
    let round = parties.open(&configuration).unwrap();
    let mut table = Table::in_round(&parties, round);
    let messages = table.ask_all();
    table.now = 11;
    table.takes(&messages[2])
}

/// A message of share arrives while advertise is open.
pub(super) fn a_phase_gets_a_message_before_it_begins() -> bool {
    let mut table = Table::new();
    let messages = table.ask_all();
    let early = table
        .clients
        .sign(3, Phase::Share, table.chain(), &[messages[2].body.clone()]);
    table.takes(&early)
}

/// Client 3 confirms under a checkpoint that does not exist. Its neighbours do not count its message (3.10.4) and
/// stop, and so the round stops.
pub(super) fn a_message_that_answers_nothing_stops_the_round() -> bool {
    !Table::new().delivers(|table, phase, messages| {
        if phase == Phase::Confirm {
            let body = of(messages, 3).body.clone();
            *of(messages, 3) = table.clients.sign(3, phase, [9; 32], &[body]);
        }
    })
}

/// A client confirms that has shared nothing.
pub(super) fn a_client_speaks_that_is_not_on_the_list() -> bool {
    let mut table = Table::new().honest_until(Phase::Share);
    let mut messages = table.ask_all();
    silence(&mut messages, &[3]);
    table.take_all(&messages);
    assert!(table.close());
    let confirmed = table
        .clients
        .sign(3, Phase::Confirm, table.chain(), &[Vec::new()]);
    table.takes(&confirmed)
}

/// The board gets a message behind its last checkpoint, where none may be.
pub(super) fn a_client_publishes() -> bool {
    let mut table = Table::new().honest_until(Phase::Publish);
    let published = table.clients.sign(3, Phase::Publish, table.chain(), &[]);
    table.takes(&published)
}

/// An outsider sends a message in the name of client 3, whose own message is then refused.
pub(super) fn a_stranger_speaks_for_a_client() -> bool {
    let mut table = Table::new();
    let messages = table.ask_all();
    let (stranger, envelope) = (SigningKey::generate(&mut OsRng), &messages[2].envelope);
    let forged = Message::sign(
        &stranger,
        envelope.context,
        envelope.phase,
        envelope.sender,
        envelope.answers,
        &[messages[3].body.clone()],
    );
    table.takes(&forged) && !table.takes(&messages[2])
}

/// An outsider exchanges the body on the way, and the own message of client 3 is then refused.
pub(super) fn a_body_is_exchanged_on_the_way() -> bool {
    let mut table = Table::new();
    let messages = table.ask_all();
    let body = messages[3].body.clone();
    let spoilt = Message {
        body,
        ..messages[2].clone()
    };
    assert_eq!(sender(&spoilt), id(3));
    table.takes(&spoilt)
}

/// Somebody removed a message from the log. After a restart the aggregator signs a second checkpoint of the same
/// phase, which is evidence against it.
pub(super) fn a_log_that_was_changed_makes_two_checkpoints() -> bool {
    let mut table = Table::new().honest_until(Phase::Share);
    let signed = table.chain();
    let mut log: Vec<Record> = table.aggregator.take().unwrap().records().unwrap();
    let message = log
        .iter()
        .position(|record| record.kind == RecordKind::Message);
    log.remove(message.unwrap());
    let round = table.clients.round.clone();
    let Ok(resumed) = Aggregator::resume(round, table.key.clone(), log) else {
        return false;
    };
    let package =
        veragg_protocol::pairwise::package::Package::decode(&resumed.package(id(1)), CLIENTS)
            .unwrap();
    let again: Checkpoint = package.checkpoint;
    again.phase == Phase::Advertise && again.digest() != signed
}
