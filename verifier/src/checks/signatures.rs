//! Signatures of messages, verified ahead of the pass over the board: those of many messages, with all threads.

use std::collections::HashMap;
use std::io::{Read, Seek};

use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::signing::{verify_all, EncodedKey, VerifyingKey};
use veragg_protocol::wire::board::{BoardError, Records};
use veragg_protocol::wire::message::{Envelope, Sender};

/// Records whose signatures are verified together.
const TOGETHER: u64 = 1024;
/// Bytes of records over which the next signatures are looked for: with long messages other work takes longer, and what is passed
/// over is read twice.
const FAR: u64 = 4 << 20;

/// What is known of the signatures of the records to come.
#[derive(Default)]
pub(crate) struct Signatures {
    /// Whether the sender signed the envelope with this entry.
    known: HashMap<Digest, bool>,
    /// The record behind the last one that was looked at.
    until: u64,
}

impl Signatures {
    /// Verifies the signatures of the next records of this round, unless the next one was looked at already. Senders without a key
    /// have signed nothing. Errors: the source cannot be read. What is no record is left to whoever reads it.
    pub(crate) fn look_ahead<R: Read + Seek>(
        &mut self,
        records: &mut Records<R>,
        context: &Context,
        key_of: impl Fn(Sender) -> Option<EncodedKey>,
    ) -> Result<(), BoardError> {
        if records.count() < self.until {
            return Ok(());
        }
        let (envelopes, until) = records.envelopes_ahead(TOGETHER, FAR)?;
        self.until = until;
        // The same envelope many times is verified once, and one of another round not at all.
        let of_round = envelopes.into_iter().filter(|it| it.context == *context);
        let different: HashMap<Digest, Envelope> = of_round.map(|it| (it.entry(), it)).collect();
        self.known = different.keys().map(|entry| (*entry, false)).collect();
        let signed = different.iter().filter_map(|(entry, envelope)| {
            let key = key_of(envelope.sender)?;
            Some((*entry, envelope.signed_by(key)))
        });
        let (entries, signed): (Vec<_>, Vec<_>) = signed.unzip();
        self.known
            .extend(entries.into_iter().zip(verify_all(&signed)));
        Ok(())
    }

    /// Whether the sender, who has this key, signed the envelope with this entry.
    pub(crate) fn is_signed(
        &self,
        envelope: &Envelope,
        entry: &Digest,
        key: impl FnOnce() -> Option<VerifyingKey>,
    ) -> bool {
        let known = self.known.get(entry).copied();
        known.unwrap_or_else(|| key().is_some_and(|key| envelope.is_signed_by(&key)))
    }
}
