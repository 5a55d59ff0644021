//! Keys that are another's, shares that are wrong, and complaints without a reason.
// What is unwrapped here is a message that the client's own software has made.
#![allow(clippy::unwrap_used)]

use veragg_protocol::circuits::group::ristretto::{KeyScalar, KEY_TABLE};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dleq;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::pairwise::advertise::Advertisement;
use veragg_protocol::pairwise::share::DealtPair;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;

use super::message::{altering, overhear};
use crate::fixtures::id;
use crate::scene::Scene;

/// The part of the message of share that is for a holder, if all have advertised; nothing if it is no neighbour.
fn part_for<P: ProofSystem>(scene: &Scene<P>, client: u32, holder: u32) -> Option<usize> {
    let round = &scene.local.round;
    let all = ClientSet::of(round.clients(), |_| true);
    let holders = lists::holders(round.graph(), &all, id(client));
    // The first part is for all.
    holders
        .iter()
        .position(|it| *it == id(holder))
        .map(|at| at + 1)
}

fn dealing<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    holder: u32,
    alter: impl Fn(&mut DealtPair) + Send + 'static,
) -> Scene<P> {
    let part = part_for(&scene, client, holder);
    altering(scene, client, Phase::Share, move |parts| {
        let part = part.and_then(|part| parts.get_mut(part));
        // Another attack of the client can have left no pair there.
        let pair = part.and_then(|part| Some((DealtPair::decode(part).ok()?, part)));
        if let Some((mut pair, part)) = pair {
            alter(&mut pair);
            *part = pair.encode();
        }
    })
}

/// The sealed share to a holder does not open.
pub(super) fn bad_share<P: ProofSystem>(scene: Scene<P>, client: u32, holder: u32) -> Scene<P> {
    dealing(scene, client, holder, |pair| pair.sealed[0] ^= 1)
}

/// The commitment to the share of a holder is to another.
pub(super) fn false_commitment<P: ProofSystem>(
    scene: Scene<P>,
    client: u32,
    holder: u32,
) -> Scene<P> {
    dealing(scene, client, holder, |pair| {
        let other = *pair.commitments[0] + &KeyScalar::from(1u64) * KEY_TABLE;
        pair.commitments[0] = other.into();
    })
}

/// A complaint with a proof that holds, about a dealer that gave no reason.
pub(super) fn accuse<P: ProofSystem>(scene: Scene<P>, client: u32, dealer: u32) -> Scene<P> {
    scene.confirming(client, move |complainant, messages| {
        if !complainant.knows(dealer) {
            return messages;
        }
        let complaint = complainant.complain(dealer);
        complainant.confirm(&messages, dleq::encode(&[complaint]))
    })
}

/// The mask key is the sum of its own and that of a victim, which has advertised before it.
pub(super) fn rogue_key<P: ProofSystem>(scene: Scene<P>, client: u32, victim: u32) -> Scene<P> {
    let (scene, overheard) = overhear(scene, victim, Phase::Advertise);
    altering(scene, client, Phase::Advertise, move |parts| {
        let theirs = overheard.body();
        let theirs = theirs.and_then(|body| Advertisement::decode(&body).ok());
        let mine = parts
            .first()
            .and_then(|part| Advertisement::decode(part).ok());
        if let Some((theirs, mut mine)) = theirs.zip(mine) {
            mine.keys.mask = (*mine.keys.mask + *theirs.keys.mask).into();
            parts[0] = mine.encode();
        }
    })
}
