//! A pair of shares, sealed for one holder (`specs/protocol.md` 4.2).
//!
//! ChaCha20-Poly1305 (RFC 8439) under a key that is used once: it is derived from the channel's
//! Diffie-Hellman point with context, dealer and recipient. So the nonce is zero.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyPoint, KeyScalar};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::crypto::context::Context;
use crate::crypto::dh::derive_from_point;
use crate::crypto::ids::ClientId;
use crate::crypto::labels;

/// Bytes of a sealed pair: two scalars and a tag.
pub const SEALED_LEN: usize = 2 * 32 + 16;

/// A holder's shares of both secrets of a dealer.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SharePair {
    /// The share of the mask secret `s_i`.
    pub mask: KeyScalar,
    /// The share of the self-mask seed `b_i`.
    pub seed: KeyScalar,
}

/// The two ends of a channel, in the direction of the shares.
#[derive(Debug, Clone, Copy)]
pub struct Channel<'a> {
    /// Digest of the round's configuration.
    pub context: &'a Context,
    /// The client that shares its secrets.
    pub dealer: ClientId,
    /// The client that gets the shares.
    pub recipient: ClientId,
}

impl Channel<'_> {
    fn cipher(&self, point: &KeyPoint) -> ChaCha20Poly1305 {
        let (dealer, recipient) = (self.dealer.number(), self.recipient.number());
        let info: [&[u8]; 3] = [
            &self.context.digest,
            &dealer.to_be_bytes(),
            &recipient.to_be_bytes(),
        ];
        let key = derive_from_point(point, labels::SEAL, &info);
        ChaCha20Poly1305::new(Key::from_slice(key.as_ref()))
    }

    /// Seals a pair under the point that the channel's ends share.
    pub fn seal(&self, point: &KeyPoint, pair: &SharePair) -> Vec<u8> {
        let plain = Zeroizing::new([*pair.mask.as_bytes(), *pair.seed.as_bytes()].concat());
        self.cipher(point)
            .encrypt(&Nonce::default(), plain.as_slice())
            .expect("64 bytes are below ChaCha20-Poly1305's limit")
    }

    /// Opens a sealed pair; nothing if it is not authentic or holds no canonical scalars.
    pub fn open(&self, point: &KeyPoint, sealed: &[u8]) -> Option<SharePair> {
        let plain = Zeroizing::new(self.cipher(point).decrypt(&Nonce::default(), sealed).ok()?);
        let (mask, seed) = plain.split_at_checked(32)?;
        Some(SharePair {
            mask: decode_key_scalar(mask, "share").ok()?,
            seed: decode_key_scalar(seed, "share").ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::dh::KeyPair;
    use rand_core::OsRng;

    #[test]
    fn a_pair_opens_for_its_recipient_only() {
        let (a, b) = (KeyPair::generate(&mut OsRng), KeyPair::generate(&mut OsRng));
        let id = ClientId::from_index;
        let channel = |dealer, recipient| Channel {
            context: &const { Context::sample(1) },
            dealer: id(dealer),
            recipient: id(recipient),
        };
        let pair = SharePair {
            mask: KeyScalar::from(3u64),
            seed: KeyScalar::from(4u64),
        };
        let sealed = channel(0, 1).seal(&a.shared_point(b.public()), &pair);
        assert_eq!(sealed.len(), SEALED_LEN);
        let opened = channel(0, 1)
            .open(&b.shared_point(a.public()), &sealed)
            .unwrap();
        assert_eq!((opened.mask, opened.seed), (pair.mask, pair.seed));
        assert!(channel(1, 0)
            .open(&b.shared_point(a.public()), &sealed)
            .is_none());
        assert!(channel(0, 2)
            .open(&b.shared_point(a.public()), &sealed)
            .is_none());
        let other = Channel {
            context: &const { Context::sample(2) },
            ..channel(0, 1)
        };
        assert!(other.open(&b.shared_point(a.public()), &sealed).is_none());
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(channel(0, 1)
                .open(&b.shared_point(a.public()), &bad)
                .is_none());
        }
        assert!(channel(0, 1)
            .open(&b.shared_point(a.public()), &sealed[..10])
            .is_none());
    }
}
