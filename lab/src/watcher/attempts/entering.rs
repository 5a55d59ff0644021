//! Attempts to have a client among others that do not exist.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rand_core::OsRng;
use veragg_protocol::circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::crypto::dh::KeyPair;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::possession::{Possession, Purpose};
use veragg_protocol::crypto::sealing::{Channel, SharePair};
use veragg_protocol::pairwise::advertise::{Advertisement, RoundKeys};
use veragg_protocol::pairwise::share::{self, DealtPair};
use veragg_protocol::round::configuration::SignedConfiguration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::header::Header;
use veragg_protocol::wire::message::{Message, Sender};

use super::{Played, SMALL, VICTIM};
use crate::default_suite::{local_round, Suite};
use crate::fixtures::id;
use crate::local::LocalRound;
use crate::watcher::coalition::{enter, Coalition};

/// A round that is not the organiser's: all clients but the victim are the aggregator's. `header` makes what the victim
/// is shown, from the true round and the made-up one.
fn among_the_made_up(header: fn(&LocalRound<Suite>, &LocalRound<Suite>) -> Header) -> Played {
    let (local, mut made_up) = (local_round(10, &SMALL), local_round(10, &SMALL));
    let (at, organiser) = (id(VICTIM).index(), Arc::clone(&made_up.organiser_key));
    made_up.client_keys[at] = Arc::clone(&local.client_keys[at]);
    made_up.aggregator_key = Arc::clone(&local.aggregator_key);
    let header = header(&local, &made_up);
    let round = enter(&header, &local)?;
    let shown = LocalRound {
        round,
        header,
        organiser: local.organiser,
        organiser_key: organiser,
        ..made_up
    };
    let others: Vec<u32> = (1..=10).filter(|&number| number != VICTIM).collect();
    Some(Coalition::new(shown, &others).honest_until(Phase::Publish))
}

fn roster(local: &LocalRound<Suite>) -> Roster {
    let keys = local.client_keys.iter().map(|key| key.verifying_key());
    Roster::new(keys.collect()).unwrap()
}

/// The aggregator makes the configuration, in the name of the organiser but without its signature.
pub(super) fn a_client_among_the_made_up() -> Played {
    among_the_made_up(|local, made_up| {
        let roster = roster(made_up);
        let mut configuration = local.round.configuration().clone();
        configuration.roster = roster.digest();
        let signed = SignedConfiguration::sign(&configuration, &made_up.organiser_key);
        Header {
            configuration: SignedConfiguration {
                organiser: local.organiser,
                ..signed
            },
            roster: roster.encode(),
            key: local.header.key.clone(),
        }
    })
}

/// The configuration is the organiser's, but the roster is another.
pub(super) fn a_client_on_another_roster() -> Played {
    among_the_made_up(|local, made_up| Header {
        configuration: local.header.configuration.clone(),
        roster: roster(made_up).encode(),
        key: local.header.key.clone(),
    })
}

/// The keys that the aggregator has in the place of a client.
struct Impersonated {
    me: ClientId,
    mask: KeyPair,
    channel: KeyPair,
}

/// The aggregator speaks for all other clients, with keys of its own. It cannot sign for them.
pub(super) fn a_client_among_the_impersonated() -> Played {
    let mut coalition = Coalition::new(local_round(10, &SMALL), &[]);
    let others = (1..=10).filter(|&number| number != VICTIM);
    let others: Vec<_> = others
        .map(|number| Impersonated {
            me: id(number),
            mask: KeyPair::generate(&mut OsRng),
            channel: KeyPair::generate(&mut OsRng),
        })
        .collect();
    for other in &others {
        for pair in [&other.mask, &other.channel] {
            coalition.watcher.draws(*pair.secret());
        }
    }
    speak_for(
        &mut coalition,
        &others,
        Phase::Advertise,
        |coalition, other| vec![advertisement(coalition, other).encode()],
    );
    speak_for(&mut coalition, &others, Phase::Share, dealt_to_victim);
    speak_for(&mut coalition, &others, Phase::Confirm, |_, _| {
        vec![Vec::new()]
    });
    let messages = coalition.ask([VICTIM]);
    coalition.take(messages);
    Some(coalition)
}

/// The victim speaks in a phase, and the aggregator for the others. It signs with its own key.
fn speak_for(
    coalition: &mut Coalition<Suite>,
    others: &[Impersonated],
    phase: Phase,
    parts: fn(&Coalition<Suite>, &Impersonated) -> Vec<Vec<u8>>,
) {
    let mut messages = coalition.ask([VICTIM]);
    for other in others {
        let (context, key) = (
            *coalition.round().context(),
            &coalition.local.aggregator_key,
        );
        let (sender, answers) = (Sender::Client(other.me), coalition.books.chain);
        let parts = parts(coalition, other);
        let message = Message::sign(key, context, phase, sender, answers, &parts).encode();
        coalition.watcher.sees(&message);
        messages.push(message);
    }
    coalition.take(messages);
    coalition.close(coalition.those(|_| true));
}

fn advertisement(coalition: &Coalition<Suite>, other: &Impersonated) -> Advertisement {
    let (context, rng) = (coalition.round().context(), &mut OsRng);
    let Impersonated { me, mask, channel } = other;
    Advertisement {
        keys: RoundKeys {
            mask: *mask.public(),
            channel: *channel.public(),
        },
        mask_proof: Possession::prove(mask, context, *me, Purpose::Mask, rng),
        channel_proof: Possession::prove(channel, context, *me, Purpose::Channel, rng),
    }
}

/// Shares that open, for the victim. It cannot see that they are shares of nothing.
fn dealt_to_victim(coalition: &Coalition<Suite>, other: &Impersonated) -> Vec<Vec<u8>> {
    let [mask, seed] = [0; 2].map(|_| KeyScalar::random(&mut OsRng));
    let pair = SharePair { mask, seed };
    let channel = Channel {
        context: coalition.round().context(),
        dealer: other.me,
        recipient: id(VICTIM),
    };
    let Some(victim) = coalition.of(Phase::Advertise, VICTIM) else {
        return Vec::new();
    };
    let victim = Advertisement::decode(&victim.body).unwrap().keys.channel;
    let dealt = DealtPair {
        commitments: share::commit(std::slice::from_ref(&pair))[0],
        sealed: channel.seal(&other.channel.shared_point(&victim), &pair),
    };
    let holders = 9;
    let head = Ristretto::encode_point(&(&seed * KEY_TABLE));
    std::iter::once(head)
        .chain(std::iter::repeat_n(dealt.encode(), holders))
        .collect()
}
