//! A dealer whose polynomial has too high a degree. For all holders but the last, its shares lie on a
//! polynomial of the right degree, so that the first shares reconstruct the right secret.
// A test gives up where these panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use crate::local::Party;
use veragg_protocol::circuits::group::ristretto::KeyScalar;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::sealing::Channel;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::pairwise::advertise::Advertisement;
use veragg_protocol::pairwise::package::Package;
use veragg_protocol::pairwise::share::{self, DealtPair};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use crate::fixtures::{id, set};
use crate::messages::sign_again;
use crate::recording::RecordingClient;
use crate::scene::Scene;

/// The last holder, of four clients.
const LAST: u32 = 4;
/// The part for it, if all others advertised.
const LAST_PART: usize = 3;

struct HighDegree<P: ProofSystem> {
    client: RecordingClient<P>,
    key: Arc<SigningKey>,
    context: Context,
    lengths: Vec<usize>,
}

impl<P: ProofSystem> Party for HighDegree<P> {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn restart(&mut self) {
        self.client.restart();
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let before = self.client.client.expose_secrets();
        let messages = self.client.speak(phase, package);
        if phase != Phase::Share || messages.is_empty() {
            return messages;
        }
        let channel = before.channel.unwrap();
        let items = Package::decode(package, 4).unwrap().items;
        let last = Sender::Client(id(LAST));
        let theirs = items.iter().find(|item| item.envelope.sender == last);
        let Some(theirs) = theirs.and_then(|item| item.part(0, 1)) else {
            // The last holder is not there.
            return messages;
        };
        let theirs = Advertisement::decode(theirs);
        let between = Channel {
            context: &self.context,
            dealer: self.id(),
            recipient: id(LAST),
        };
        let point = channel.shared_point(&theirs.unwrap().keys.channel);
        let deal = &mut |parts: &mut Vec<Vec<u8>>| {
            // Fewer clients advertised: then the body is cut otherwise, and the dealer deals as it should.
            let dealt = parts.get(LAST_PART).map(|part| DealtPair::decode(part));
            let Some(Ok(dealt)) = dealt else { return };
            let mut pair = between.open(&point, &dealt.sealed).unwrap();
            pair.seed += KeyScalar::from(24u64);
            let dealt = DealtPair {
                commitments: share::commit(std::slice::from_ref(&pair))[0],
                sealed: between.seal(&point, &pair),
            };
            parts[LAST_PART] = dealt.encode();
        };
        vec![sign_again(&self.key, &messages[0], &self.lengths, deal)]
    }
}

/// The scene of four clients in which client 3 is such a dealer.
pub fn of_high_degree<P: ProofSystem>(mut scene: Scene<P>) -> Scene<P> {
    let round = &scene.local.round;
    let dealer = HighDegree {
        context: *round.context(),
        lengths: round.share_lengths(id(3), &set(LAST, &[1, 2, 3, 4])),
        client: scene.recording(3),
        key: scene.key(3),
    };
    scene.parties[2] = Box::new(dealer);
    scene
}
