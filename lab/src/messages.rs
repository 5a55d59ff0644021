//! Messages: read from packages and boards, found among records, and signed again by their sender.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::message::{Message, Sender};

/// The message with other parts, signed again with the sender's key. Phase, sender and the checkpoint that it
/// answers stay the same.
pub fn sign_again(
    key: &SigningKey,
    bytes: &[u8],
    lengths: &[usize],
    alter: &mut dyn FnMut(&mut Vec<Vec<u8>>),
) -> Vec<u8> {
    let message = Message::decode(bytes).unwrap();
    // Another attack can have cut the body otherwise: then it is one part.
    let parts = message.parts(lengths);
    let parts = parts.unwrap_or_else(|_| vec![&message.body]);
    let mut parts: Vec<_> = parts.into_iter().map(<[u8]>::to_vec).collect();
    alter(&mut parts);
    let envelope = message.envelope;
    let (phase, sender) = (envelope.phase, envelope.sender);
    Message::sign(
        key,
        envelope.context,
        phase,
        sender,
        envelope.answers,
        &parts,
    )
    .encode()
}

/// The keys that a package of advertise shows.
pub fn advertised_keys(package: &[u8], clients: u32) -> Vec<(ClientId, RoundKeys)> {
    let items = Package::decode(package, clients).unwrap().items;
    let authors = items.iter().filter_map(|item| match item.envelope.sender {
        Sender::Client(client) => Some((client, item)),
        Sender::Aggregator | Sender::Trustee(_) => None,
    });
    let keys = authors.filter_map(|(client, item)| {
        // Of the reader's own message there is only the envelope. A corrupt aggregator can show what does not decode.
        let body = Advertisement::decode(item.part(0, 1)?).ok()?;
        Some((client, body.keys))
    });
    keys.collect()
}

/// The clients that have a message on the board in a phase, in the order of the records.
pub fn speakers(records: &[Record], phase: Phase) -> Vec<u32> {
    let messages = records.iter().filter(|r| r.kind == RecordKind::Message);
    messages
        .filter_map(|record| Message::decode(&record.bytes).ok())
        .filter(|message| message.envelope.phase == phase)
        .filter_map(|message| match message.envelope.sender {
            Sender::Client(client) => Some(client.number()),
            Sender::Aggregator | Sender::Trustee(_) => None,
        })
        .collect()
}

/// The index of the record that holds a client's message of a phase.
pub fn position(records: &[Record], number: u32, phase: Phase) -> usize {
    let is_it = |record: &Record| speakers(std::slice::from_ref(record), phase) == [number];
    records.iter().position(is_it).unwrap()
}

/// The message of a client in a phase, if it is on the board.
pub(crate) fn message_of(records: &[Record], client: ClientId, phase: Phase) -> Option<&[u8]> {
    let is_it =
        |record: &&Record| speakers(std::slice::from_ref(record), phase) == [client.number()];
    records.iter().find(is_it).map(|record| &record.bytes[..])
}

/// The publication on a finished board, with the index of its record.
pub fn publication<P: ProofSystem>(
    round: &Round<P>,
    records: &[Record],
) -> (usize, Publication<P::Group>) {
    let index = records.len() - 2;
    assert_eq!(records[index].kind, RecordKind::Message);
    let body = Message::decode(&records[index].bytes).unwrap().body;
    let publication = Publication::decode(&body, round.masked_scalars(), round.clients());
    (index, publication.unwrap())
}
