//! Clients that sign two advertisements, for an aggregator that shows one to some clients and the other to the rest.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use rand_core::OsRng;
use veragg::protocol::pairwise::package::Package;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::message::{Message, Sender};

use super::bytes::point;
use super::setup::CHANNEL;
use super::transcript::Transcript;
use veragg_lab::{id, sign_again, Scene};

/// A client that advertises twice.
pub(crate) struct Equivocator {
    pub(crate) number: u32,
    /// The purpose of the key that differs in the second advertisement (`specs/protocol.md` 4.1).
    pub(crate) purpose: u64,
    /// The secret of that key.
    pub(crate) secret: Scalar,
    /// Whether the second advertisement is put first on the board, and so counts.
    pub(crate) counts: bool,
    /// The client with which it opens a channel or an edge, by the secret.
    pub(crate) opens: Option<u32>,
}

impl Equivocator {
    pub(crate) fn new(number: u32, purpose: u64) -> Self {
        Self {
            number,
            purpose,
            secret: Scalar::random(&mut OsRng),
            counts: true,
            opens: None,
        }
    }

    /// The scene in which the client also sends the second advertisement.
    pub(crate) fn enter(self, scene: Scene) -> Scene {
        let (key, round) = (scene.key(self.number), scene.local.round.clone());
        let mut keys = None;
        scene.altering(
            self.number,
            move |phase: Phase, package: &[u8], mut messages: Vec<Vec<u8>>| {
                let package = Package::decode(package, round.clients()).ok();
                match phase {
                    Phase::Advertise => {
                        let further = sign_again(&key, &messages[0], &[192], &mut |parts| {
                            self.advertise(&round.context().digest, &mut parts[0]);
                        });
                        messages.insert(usize::from(!self.counts), further);
                    }
                    Phase::Share => keys = package.and_then(|package| self.keys_of_other(&package)),
                    Phase::Confirm | Phase::Dispute => {
                        let opens = (phase == Phase::Confirm) == (self.purpose == CHANNEL);
                        if let (Some(package), Some(keys), true) = (package, keys, opens) {
                            let body = self.reveal(&round.context().digest, &keys);
                            let sender = Sender::Client(id(self.number));
                            let answers = package.checkpoint.digest();
                            let context = *round.context();
                            let message =
                                Message::sign(&key, context, phase, sender, answers, &[body]);
                            return vec![message.encode()];
                        }
                    }
                    _ => {}
                }
                messages
            },
        )
    }

    fn advertise(&self, context: &[u8], body: &mut [u8]) {
        let key = RistrettoPoint::mul_base(&self.secret);
        let nonce = Scalar::random(&mut OsRng);
        let commitment = RistrettoPoint::mul_base(&nonce);
        let challenge = Transcript::open("veragg/1 possession")
            .bytes("context", context)
            .integer("client", self.number)
            .integer("purpose", self.purpose)
            .element("key", &key)
            .element("commitment", &commitment)
            .challenge("challenge");
        let response = nonce + challenge * self.secret;
        let at = 96 * (self.purpose as usize - 1);
        body[at..at + 32].copy_from_slice(key.compress().as_bytes());
        body[at + 32..at + 64].copy_from_slice(commitment.compress().as_bytes());
        body[at + 64..at + 96].copy_from_slice(response.as_bytes());
    }

    fn keys_of_other(&self, package: &Package) -> Option<RistrettoPoint> {
        let other = Sender::Client(id(self.opens?));
        let mut items = package.items.iter();
        let item = items.find(|item| item.envelope.sender == other)?;
        point(&item.part(0, 1)?[96 * (self.purpose as usize - 1)..][..32])
    }

    /// The body that reveals its Diffie-Hellman point with the other client (`specs/protocol.md` 4.6).
    fn reveal(&self, context: &[u8], other_key: &RistrettoPoint) -> Vec<u8> {
        let other = self.opens.unwrap();
        let point = other_key * self.secret;
        let nonce = Scalar::random(&mut OsRng);
        let challenge = Transcript::open("veragg/1 revealed point")
            .bytes("context", context)
            .integer("client", self.number)
            .integer("other", other)
            .integer("purpose", self.purpose)
            .element("key", &RistrettoPoint::mul_base(&self.secret))
            .element("other key", other_key)
            .element("point", &point)
            .element("commitment", &RistrettoPoint::mul_base(&nonce))
            .element("other commitment", &(other_key * nonce))
            .challenge("challenge");
        let response = nonce + challenge * self.secret;
        let mut body = other.to_be_bytes().to_vec();
        body.extend(point.compress().as_bytes());
        body.extend(challenge.as_bytes());
        body.extend(response.as_bytes());
        body
    }
}
