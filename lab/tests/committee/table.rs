//! A round of six clients, and how it goes on after an attack.

use std::sync::Arc;

use veragg_protocol::circuits::group::ristretto::Ristretto;

use super::rounds::sums_of;
use veragg_lab::committee::{altered, CheckedTrustee, Parties, Table};
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::publish::{Outcome, Publication};
use veragg_protocol::round::configuration::SegmentConfiguration;
use veragg_protocol::wire::board::RecordKind;
use veragg_protocol::wire::message::Message;

/// Six clients with two answers each, and four trustees, of whom three are needed.
pub(crate) fn parties() -> Parties {
    let segments = vec![SegmentConfiguration::integers("answers", 2, 10)];
    Parties::new(6, 4, 1, 1, segments, 1)
}

pub(crate) fn id(number: u32) -> ClientId {
    ClientId::new(number).unwrap()
}

pub(crate) fn input(number: u32) -> [u64; 2] {
    [u64::from(number), 1]
}

/// The sums over these clients.
pub(crate) fn sums(numbers: &[u32]) -> Vec<u128> {
    let first = numbers.iter().map(|&number| u128::from(number)).sum();
    vec![first, numbers.len() as u128]
}

/// All clients have submitted, one of them what `alter` makes of its parts, and submit is closed.
pub(crate) fn with_altered(
    parties: &Parties,
    number: u32,
    alter: impl FnOnce(&mut Vec<Vec<u8>>, &Round<veragg_lab::committee::Suite>),
) -> Table<'_> {
    let mut table = Table::new(parties);
    let mut alter = Some(alter);
    for client in 1..=6 {
        let mut message = table.submission(client, &input(client));
        if client == number {
            let key = &parties.clients[id(client).index()];
            let lengths = table.round.parts().lengths();
            let round = Arc::clone(&table.round);
            let alter = alter.take().unwrap();
            message = altered(key, &message, &lengths, |parts| alter(parts, &round));
        }
        table.take(message);
    }
    table.aggregator.close(u64::MAX).unwrap();
    table
}

pub(crate) fn honest(parties: &Parties) -> Table<'_> {
    with_altered(parties, 0, |_, _| ())
}

/// Plays to the end with these trustees, and gives the sums and the outcomes.
pub(crate) fn finish(
    mut table: Table<'_>,
    checked: Vec<CheckedTrustee>,
) -> (Vec<u128>, Vec<Outcome>) {
    table.aggregator.close(u64::MAX).unwrap();
    let confirmed = table.confirm(checked);
    table.aggregator.close(u64::MAX).unwrap();
    table.open(confirmed);
    table.aggregator.close(u64::MAX).unwrap();
    let board = table.board();
    let published = board
        .iter()
        .rev()
        .find(|record| record.kind == RecordKind::Message);
    let body = Message::decode(&published.unwrap().bytes).unwrap().body;
    let count = table.round.opening_scalars();
    let publication =
        Publication::<Ristretto>::decode_committee(&body, count, table.round.clients()).unwrap();
    let listed = publication.contributors();
    (sums_of(&table.round, &board, &listed), publication.outcomes)
}

pub(crate) fn check_all(table: &mut Table<'_>) -> Vec<CheckedTrustee> {
    (0..4).map(|index| table.check(index)).collect()
}
