//! What a party refuses before the first message.

use std::sync::Arc;

use rand_core::OsRng;
use veragg_lab::committee::boards::play::{input, parties};
use veragg_lab::committee::{key, store, Desk, Parties};
use veragg_protocol::committee::round::Expectations;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::TrusteeId;

use super::coalition::input_of;

/// Whether client 1 sends its message, and whoever has these sealing keys reads the input from it.
fn read_with(
    parties: &Parties,
    expectations: &Expectations,
    keys: &[(TrusteeId, KeyPair)],
) -> bool {
    let Ok(client) = parties.accept(1, 1, expectations) else {
        return false;
    };
    let message = client.submit(&input(1), &mut OsRng, &mut store()).unwrap();
    let mut desk = Desk::new(parties);
    desk.take(&message);
    let own = desk.key_of(1).key;
    let points = keys
        .iter()
        .map(|(trustee, pair)| (*trustee, *pair.shared_point(&own)));
    let points: Vec<_> = points.collect();
    input_of(&desk, 1, &points) == Some(input(1).map(u128::from).to_vec())
}

/// The organiser puts sealing keys of its own beside the names of honest trustees.
pub(super) fn sealing_keys_of_the_organiser_read_an_input() -> bool {
    let mut parties = parties();
    let mut keys = Vec::new();
    parties.change(|committee, parties| {
        for (index, entry) in committee.trustees.iter_mut().enumerate() {
            // The proof of possession needs the name of the trustee only; the signature is not the trustee's.
            let (pair, mut false_entry) = parties.entry_of(&parties.trustees[index].0);
            false_entry.signature = entry.signature;
            *entry = false_entry;
            keys.push((TrusteeId::from_index(index), pair));
        }
    });
    read_with(&parties, &parties.expectations(), &keys)
}

/// Client 1 knows one trustee, which may be corrupt in its judgement. It stands in the committee three times.
pub(super) fn one_trustee_that_stands_for_three_reads_an_input() -> bool {
    let mut parties = parties();
    let mut keys = Vec::new();
    parties.change(|committee, parties| {
        let corrupt = Arc::clone(&parties.trustees[0].0);
        for index in 0..3 {
            let (pair, entry) = parties.entry_of(&corrupt);
            committee.trustees[index] = entry;
            keys.push((TrusteeId::from_index(index), pair));
        }
    });
    let expectations = parties.expectations();
    read_with(&parties, &expectations, &keys)
}

/// The aggregator hands the invitation of client 2 to client 1. What client 1 says counts for nobody.
pub(super) fn a_client_speaks_under_the_number_of_another() -> bool {
    let parties = parties();
    let accepted = parties.accept(1, 2, &parties.expectations());
    accepted.is_ok_and(|client| {
        let message = client.submit(&input(1), &mut OsRng, &mut store());
        message.is_ok()
    })
}

/// The organiser chooses trustees that are its own.
pub(super) fn trustees_that_nobody_knows_read_an_input() -> bool {
    let mut parties = parties();
    let known = parties.expectations();
    let mut keys = Vec::new();
    parties.change(|committee, parties| {
        for (index, entry) in committee.trustees.iter_mut().enumerate().take(3) {
            let (pair, own) = parties.entry_of(&key());
            *entry = own;
            keys.push((TrusteeId::from_index(index), pair));
        }
    });
    read_with(&parties, &known, &keys)
}
