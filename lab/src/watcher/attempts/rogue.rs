//! Attempts with keys that are made of a victim's, and with spoilt shares: honest clients then reveal points that they
//! share with the victim.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use veragg_protocol::circuits::group::ristretto::KeyScalar;
use veragg_protocol::crypto::encoded_point::EncodedPoint;
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::round::phase::Phase;

use super::edges::spoil;
use super::{ten, Played, COLLUDER, VICTIM};
use crate::default_suite::Suite;
use crate::watcher::coalition::Coalition;

/// The colluder advertises the double of one of the victim's keys.
fn doubling(kind: fn(&mut RoundKeys) -> &mut EncodedPoint) -> Coalition<Suite> {
    let mut coalition = ten();
    let mut messages = coalition.ask_all();
    let mut keys = coalition.keys_of(VICTIM);
    let victim = *kind(&mut keys);
    let rogue = *victim + *victim;
    let lengths = coalition.round().advertise_lengths();
    coalition.altering(&mut messages, COLLUDER, &lengths, &mut |parts| {
        let mut body = Advertisement::decode(&parts[0]).unwrap();
        *kind(&mut body.keys) = rogue.into();
        parts[0] = body.encode();
    });
    let factor = KeyScalar::from(2u64);
    coalition.watcher.multiplied(rogue, *victim, factor);
    coalition.take(messages);
    coalition.close_honestly();
    coalition
}

/// The colluder cannot know the masks of its edges, so it attests falsely. The other ends open these edges, and half of
/// each opened point is that of an edge of the victim.
pub(super) fn a_multiple_of_a_mask_key() -> Played {
    Some(doubling(|keys| &mut keys.mask).honest_until(Phase::Publish))
}

/// The colluder cannot seal its shares, so everybody complains about it. Half of each revealed point opens what the
/// victim sealed for the accuser.
pub(super) fn a_multiple_of_a_channel_key() -> Played {
    let mut coalition = doubling(|keys| &mut keys.channel).honest_until(Phase::Confirm);
    let messages = coalition.ask_all();
    coalition.take(messages);
    coalition.close(coalition.those(|number| number != COLLUDER));
    let messages = coalition.ask_all();
    coalition.take(messages);
    Some(coalition)
}

/// The aggregator changes what the victim sealed. The others complain about the victim, and their complaints open what
/// it did seal. The victim is told that all is well.
pub(super) fn spoilt_shares() -> Played {
    let mut coalition = ten().honest_until(Phase::Confirm);
    let messages = coalition.ask_with(1..=10, spoil);
    coalition.take(messages);
    coalition.close_honestly();
    let messages = coalition.ask([VICTIM]);
    coalition.take(messages);
    Some(coalition)
}
