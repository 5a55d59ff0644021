//! Attempts of an organiser that has secrets of sealing keys.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use veragg_protocol::committee::round::Expectations;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::TrusteeId;

use super::setting::{parties, VICTIM};
use crate::committee::watcher::coalition::Coalition;
use crate::committee::watcher::success::Success;
use crate::committee::{key, Parties};

/// Sealing keys of which the organiser has the secrets, and beside which number each stands.
type Own = Vec<(TrusteeId, KeyPair)>;

/// The victim sends its message, if it enters the round.
fn sends(parties: &Parties, expectations: &Expectations, own: Own) -> Option<Success> {
    let client = parties.accept(VICTIM, VICTIM, expectations).ok()?;
    let mut coalition = Coalition::new(parties, &[], &[]);
    for (trustee, pair) in own {
        coalition.holds(trustee, pair);
    }
    let message = coalition.said_by(client);
    coalition.desk.take(&message);
    coalition.reads()
}

/// The organiser puts sealing keys of its own beside the names of honest trustees.
pub(super) fn sealing_keys_beside_honest_names() -> Option<Success> {
    let mut parties = parties();
    let mut own = Own::new();
    parties.change(|committee, parties| {
        for (index, entry) in committee.trustees.iter_mut().enumerate() {
            // The proof of possession needs the name of the trustee only; the signature is not the trustee's.
            let (pair, mut false_entry) = parties.entry_of(&parties.trustees[index].0);
            false_entry.signature = entry.signature;
            *entry = false_entry;
            own.push((TrusteeId::from_index(index), pair));
        }
    });
    sends(&parties, &parties.expectations(), own)
}

/// The victim knows one trustee, which may be corrupt in its judgement. It stands in the committee three times.
pub(super) fn one_trustee_that_stands_for_three() -> Option<Success> {
    let mut parties = parties();
    let mut own = Own::new();
    parties.change(|committee, parties| {
        let corrupt = Arc::clone(&parties.trustees[0].0);
        for index in 0..3 {
            let (pair, entry) = parties.entry_of(&corrupt);
            committee.trustees[index] = entry;
            own.push((TrusteeId::from_index(index), pair));
        }
    });
    sends(&parties, &parties.expectations(), own)
}

/// The organiser chooses trustees that are its own.
pub(super) fn trustees_that_nobody_knows() -> Option<Success> {
    let mut parties = parties();
    let known = parties.expectations();
    let mut own = Own::new();
    parties.change(|committee, parties| {
        for (index, entry) in committee.trustees.iter_mut().enumerate().take(3) {
            let (pair, own_entry) = parties.entry_of(&key());
            *entry = own_entry;
            own.push((TrusteeId::from_index(index), pair));
        }
    });
    sends(&parties, &known, own)
}
