//! The aggregator's admission of messages and its log: the attacker is a client or a stranger, and wants on the board what
//! spoils it.

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

/// The board holds what the aggregator is named for (3.11): a message of another round.
pub(super) fn a_message_of_another_round_is_taken() -> bool {
    let mut table = Table::new().honest_until(Phase::Share);
    let mut said = table.ask_all();
    let (key, shared) = (table.clients.keys[2].clone(), of(&mut said, 3));
    let parts = shared.parts(&table.lengths(shared)).unwrap();
    let parts: Vec<_> = parts.iter().map(|part| part.to_vec()).collect();
    let (sender, answers) = (Sender::Client(id(3)), shared.envelope.answers);
    let other = Message::sign(&key, [9; 32], Phase::Share, sender, answers, &parts);
    table.takes(&other)
}

/// A client gets two receipts in one phase.
pub(super) fn a_second_message_is_taken() -> bool {
    let mut table = Table::new();
    let said = table.ask_all();
    table.take_all(&said);
    let mut second = said[2].clone();
    table.alter(&mut second, |parts| parts[0][191] ^= 1);
    table.takes(&second)
}

/// Nobody had to speak in dispute, and so a client can still try when it is over.
pub(super) fn a_closed_phase_gets_a_message() -> bool {
    let mut table = Table::new().honest_until(Phase::Acknowledge);
    let late = table.clients.sign(3, Phase::Dispute, table.chain(), &[]);
    table.takes(&late)
}

/// Who waits until all others have spoken, and beyond, is not told from who was in time.
pub(super) fn a_message_is_taken_after_the_deadline() -> bool {
    let parties = Parties::new();
    let mut configuration = parties.configuration();
    configuration.deadlines = [10, 20, 30, 40, 50, 60, 70, 80];
    let round = parties.open(&configuration).unwrap();
    let mut table = Table::in_round(&parties, round);
    let said = table.ask_all();
    table.now = 11;
    table.takes(&said[2])
}

/// A message of share among those of advertise.
pub(super) fn a_phase_gets_a_message_before_it_begins() -> bool {
    let mut table = Table::new();
    let said = table.ask_all();
    let early = table
        .clients
        .sign(3, Phase::Share, table.chain(), &[said[2].body.clone()]);
    table.takes(&early)
}

/// Client 3 confirms under a checkpoint that there is not. Its neighbours, to whom its message does not
/// count (3.10.4), stop, and with them the round.
pub(super) fn a_message_that_answers_nothing_stops_the_round() -> bool {
    !Table::new().delivers(|table, phase, said| {
        if phase == Phase::Confirm {
            let body = of(said, 3).body.clone();
            *of(said, 3) = table.clients.sign(3, phase, [9; 32], &[body]);
        }
    })
}

/// A client that shared nothing confirms.
pub(super) fn a_client_speaks_that_is_not_on_the_list() -> bool {
    let mut table = Table::new().honest_until(Phase::Share);
    let mut said = table.ask_all();
    silence(&mut said, &[3]);
    table.take_all(&said);
    assert!(table.close());
    let confirmed = table
        .clients
        .sign(3, Phase::Confirm, table.chain(), &[Vec::new()]);
    table.takes(&confirmed)
}

/// A message behind the last checkpoint: no board ends like that.
pub(super) fn a_client_publishes() -> bool {
    let mut table = Table::new().honest_until(Phase::Publish);
    let published = table.clients.sign(3, Phase::Publish, table.chain(), &[]);
    table.takes(&published)
}

/// A stranger takes client 3's place.
pub(super) fn a_stranger_speaks_for_a_client() -> bool {
    let mut table = Table::new();
    let said = table.ask_all();
    let (stranger, envelope) = (SigningKey::generate(&mut OsRng), &said[2].envelope);
    let forged = Message::sign(
        &stranger,
        envelope.context,
        envelope.phase,
        envelope.sender,
        envelope.answers,
        &[said[3].body.clone()],
    );
    table.takes(&forged) && !table.takes(&said[2])
}

/// A stranger on the way exchanges the body, and client 3 has nothing to say any more.
pub(super) fn a_body_is_exchanged_on_the_way() -> bool {
    let mut table = Table::new();
    let said = table.ask_all();
    let body = said[3].body.clone();
    let spoilt = Message {
        body,
        ..said[2].clone()
    };
    assert_eq!(sender(&spoilt), id(3));
    table.takes(&spoilt)
}

/// Somebody took a message out of the log: restarted, the aggregator signs a second checkpoint of the
/// same phase, which is evidence against it.
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
