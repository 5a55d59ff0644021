//! Rounds of the committee protocol: their parties, a table at which they meet, and parties that do what they must not.
#![allow(clippy::unwrap_used)]

pub mod attack;
pub(crate) mod changes;
pub(crate) mod collector;
pub(crate) mod corrupt;
mod desk;
mod judging;
mod liar;
pub mod local;
pub(crate) mod parties;
pub mod play;
pub mod simulation;
mod table;
pub mod watcher;

use std::io::Cursor;

use veragg_protocol::circuits::bitplane::RistrettoBitplane;
use veragg_protocol::circuits::group::Ristretto;
use veragg_protocol::committee::trustee::{Checked, Confirmed, Trustee};
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::wire::board::Record;
use veragg_protocol::wire::header::Header;
use veragg_verifier::{audit, Options, Report};

pub use self::desk::Desk;
pub use self::liar::Liar;
pub use self::parties::{key, store, Parties};
pub use self::table::Table;
use crate::messages::sign_again;

/// The suite of these rounds.
pub type Suite = RistrettoBitplane;
/// A trustee that has checked.
pub type CheckedTrustee = Trustee<Suite, Checked<Ristretto>>;
/// A trustee that has confirmed.
pub type ConfirmedTrustee = Trustee<Suite, Confirmed<Ristretto>>;

/// A board as a file.
pub fn file(header: &Header, records: &[Record]) -> Vec<u8> {
    let records = records.iter().flat_map(Record::encode);
    header.encode().into_iter().chain(records).collect()
}

/// The audit of a board.
pub fn audited(file: &[u8], options: &Options) -> Report {
    audit(Cursor::new(file), options).unwrap()
}

/// A message with other parts, signed again by its sender.
pub fn altered(
    key: &SigningKey,
    message: &[u8],
    lengths: &[usize],
    alter: impl FnOnce(&mut Vec<Vec<u8>>),
) -> Vec<u8> {
    let mut alter = Some(alter);
    sign_again(key, message, lengths, &mut |parts| {
        if let Some(alter) = alter.take() {
            alter(parts);
        }
    })
}
