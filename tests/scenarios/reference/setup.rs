//! Keys, dealings and complaints (`specs/protocol.md` 4.1, 4.3, 4.6).

use std::collections::BTreeMap;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{Identity, IsIdentity};

use super::board::{revealed, Clients, Message};
use super::bytes::{point, scalar};
use super::frame::Frame;
use super::keys::unseal;
use super::transcript::Transcript;

/// Purposes (4.1).
pub(crate) const MASK: u64 = 1;
pub(crate) const CHANNEL: u64 = 2;

pub(crate) struct Possession {
    key: RistrettoPoint,
    commitment: RistrettoPoint,
    response: Scalar,
}

pub(crate) struct Advertisement {
    mask: Possession,
    channel: Possession,
}

impl Advertisement {
    pub(crate) fn decode(body: &[u8]) -> Option<Self> {
        let possession = |bytes: &[u8]| {
            Some(Possession {
                key: point(&bytes[..32])?,
                commitment: point(&bytes[32..64])?,
                response: scalar(&bytes[64..])?,
            })
        };
        Some(Self {
            mask: possession(&body[..96])?,
            channel: possession(&body[96..])?,
        })
    }

    pub(crate) fn key(&self, purpose: u64) -> RistrettoPoint {
        match purpose {
            MASK => self.mask.key,
            _ => self.channel.key,
        }
    }

    pub(crate) fn is_possessed(&self, frame: &Frame, client: u32) -> bool {
        [(MASK, &self.mask), (CHANNEL, &self.channel)]
            .iter()
            .all(|(purpose, proof)| {
                let challenge = Transcript::open("veragg/1 possession")
                    .bytes("context", &frame.context)
                    .integer("client", client)
                    .integer("purpose", *purpose)
                    .element("key", &proof.key)
                    .element("commitment", &proof.commitment)
                    .challenge("challenge");
                RistrettoPoint::mul_base(&proof.response) - proof.key * challenge
                    == proof.commitment
            })
    }
}

/// What a dealer dealt to one holder.
pub(crate) struct Pair {
    pub(crate) mask: RistrettoPoint,
    pub(crate) seed: RistrettoPoint,
    sealed: Vec<u8>,
}

pub(crate) struct Dealing {
    pub(crate) seed: RistrettoPoint,
    pub(crate) pairs: BTreeMap<u32, Pair>,
}

impl Dealing {
    pub(crate) fn decode(parts: &[Vec<u8>], holders: &[u32]) -> Option<Self> {
        let mut pairs = BTreeMap::new();
        for (holder, part) in holders.iter().zip(&parts[1..]) {
            let pair = Pair {
                mask: point(&part[..32])?,
                seed: point(&part[32..64])?,
                sealed: part[64..].to_vec(),
            };
            pairs.insert(*holder, pair);
        }
        Some(Self {
            seed: point(&parts[0])?,
            pairs,
        })
    }

    /// The degree test (4.3.2, 4.3.3).
    pub(crate) fn is_of_degree(
        &self,
        frame: &Frame,
        dealer: u32,
        mask_key: &RistrettoPoint,
        message: &Message,
    ) -> bool {
        if self.pairs.len() < frame.threshold {
            return false;
        }
        let mut transcript = Transcript::open("veragg/1 degree test");
        transcript
            .bytes("context", &frame.context)
            .integer("dealer", dealer)
            .integer("threshold", frame.threshold as u64)
            .element("mask key", mask_key)
            .bytes("answers", &message.answers)
            .bytes("body", &message.body_root);
        let both = transcript.challenge("both");
        let words: Vec<_> = (0..self.pairs.len() + 1 - frame.threshold)
            .map(|_| transcript.challenge("word"))
            .collect();
        let mut points = vec![(Scalar::ZERO, *mask_key, self.seed)];
        for (holder, pair) in &self.pairs {
            points.push((Scalar::from(*holder), pair.mask, pair.seed));
        }
        let mut sum = RistrettoPoint::identity();
        for (x, mask, seed) in &points {
            let mut word = Scalar::ZERO;
            let mut power = Scalar::ONE;
            for c in &words {
                word += c * power;
                power *= x;
            }
            let others = points.iter().filter(|(other, ..)| other != x);
            let product: Scalar = others.map(|(other, ..)| x - other).product();
            let a = word * product.invert();
            sum += mask * a + seed * (both * a);
        }
        sum.is_identity()
    }
}

/// `f(0)` from shares by holder (4.3.4).
pub(crate) fn reconstruct(shares: &[(u32, Scalar)]) -> Scalar {
    let mut secret = Scalar::ZERO;
    for (j, share) in shares {
        let mut weight = Scalar::ONE;
        for (q, _) in shares.iter().filter(|(q, _)| q != j) {
            let (j, q) = (Scalar::from(*j), Scalar::from(*q));
            weight *= q * (q - j).invert();
        }
        secret += share * weight;
    }
    secret
}

pub(crate) struct Revealed {
    pub(crate) client: u32,
    pub(crate) point: RistrettoPoint,
    challenge: Scalar,
    response: Scalar,
}

impl Revealed {
    /// A body of confirm or dispute: canonical, ascending, about clients of `allowed` (`specs/wire.md`
    /// 4.6, 4.9).
    pub(crate) fn decode(body: &[u8], allowed: &[u32]) -> Option<Vec<Self>> {
        let mut list: Vec<Self> = Vec::new();
        for bytes in revealed(body) {
            let in_order = list.last().is_none_or(|last| last.client < bytes.client);
            if !in_order || !allowed.contains(&bytes.client) {
                return None;
            }
            list.push(Self {
                client: bytes.client,
                point: point(&bytes.point)?,
                challenge: scalar(&bytes.challenge)?,
                response: scalar(&bytes.response)?,
            });
        }
        Some(list)
    }

    /// The proof of 4.6 by the owner of `key`.
    pub(crate) fn is_proven(
        &self,
        frame: &Frame,
        client: u32,
        purpose: u64,
        key: &RistrettoPoint,
        other_key: &RistrettoPoint,
    ) -> bool {
        let r = RistrettoPoint::mul_base(&self.response) - key * self.challenge;
        let other_r = other_key * self.response - self.point * self.challenge;
        let challenge = Transcript::open("veragg/1 revealed point")
            .bytes("context", &frame.context)
            .integer("client", client)
            .integer("other", self.client)
            .integer("purpose", purpose)
            .element("key", key)
            .element("other key", other_key)
            .element("point", &self.point)
            .element("commitment", &r)
            .element("other commitment", &other_r)
            .challenge("challenge");
        challenge == self.challenge
    }

    /// Whether what the dealer sealed for the accuser is not what it committed to (4.6.5).
    pub(crate) fn shows_fraud(&self, frame: &Frame, accuser: u32, dealing: &Dealing) -> bool {
        let pair = &dealing.pairs[&accuser];
        let opened = unseal(
            &frame.context,
            self.client,
            accuser,
            &self.point,
            &pair.sealed,
        );
        opened.is_none_or(|(mask, seed)| {
            RistrettoPoint::mul_base(&mask) != pair.mask
                || RistrettoPoint::mul_base(&seed) != pair.seed
        })
    }
}

/// The largest set of these in which each has `t` neighbours (5.3).
pub(crate) fn participants(frame: &Frame, mut set: Clients) -> Clients {
    loop {
        let few = |&client: &u32| frame.h(client, &set).len() < frame.threshold;
        let Some(out) = set.iter().copied().find(few) else {
            return set;
        };
        set.remove(&out);
    }
}
