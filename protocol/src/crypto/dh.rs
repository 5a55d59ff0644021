//! Round keys and what two clients derive from them (`specs/protocol.md` 4.1, 4.2).

use hkdf::Hkdf;
use rand_core::CryptoRngCore;
use sha2::Sha256;
use veragg_circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::crypto::encoded_point::EncodedPoint;

/// A fresh secret scalar of one round with its public point, `public = secret G`. Both the mask
/// key `S_i` and the channel key `E_i` are of this kind.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyPair {
    /// In a box: what holds the pair can be moved, and leaves no copy of the secret behind.
    secret: Box<KeyScalar>,
    #[zeroize(skip)]
    public: EncodedPoint,
}

/// A key that two clients, or one client with its own seed, derive; zeroized when dropped.
pub type DerivedKey = Zeroizing<[u8; 32]>;

impl KeyPair {
    /// A fresh pair.
    pub fn generate(rng: &mut dyn CryptoRngCore) -> Self {
        Self::from_secret(KeyScalar::random(rng))
    }

    /// The pair of a known secret.
    pub fn from_secret(secret: KeyScalar) -> Self {
        Self {
            public: (&secret * KEY_TABLE).into(),
            secret: Box::new(secret),
        }
    }

    /// The secret.
    pub fn secret(&self) -> &KeyScalar {
        &self.secret
    }

    /// The public point.
    pub fn public(&self) -> &EncodedPoint {
        &self.public
    }

    /// The Diffie-Hellman point that the owner shares with the owner of `other`. Constant time.
    pub fn shared_point(&self, other: &KeyPoint) -> Zeroizing<KeyPoint> {
        Zeroizing::new(other * *self.secret)
    }
}

/// The key of a Diffie-Hellman point for one purpose. Either end can derive it, and any party that the point was
/// revealed to: HKDF-SHA256 (RFC 5869) of the encoded point.
pub(crate) fn derive_from_point(point: &KeyPoint, label: &str, info: &[&[u8]]) -> DerivedKey {
    let point = Zeroizing::new(Ristretto::encode_point(point));
    derive(&point, label, info)
}

/// `HKDF-SHA256(salt = label, secret, info)`, 32 bytes; each part of `info` has a fixed length.
pub(crate) fn derive(secret: &[u8], label: &str, info: &[&[u8]]) -> DerivedKey {
    expand(secret, label, info)
}

/// As [`derive`], of `N` bytes.
pub(crate) fn expand<const N: usize>(
    secret: &[u8],
    label: &str,
    info: &[&[u8]],
) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(Some(label.as_bytes()), secret)
        .expand_multi_info(info, key.as_mut())
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    #[test]
    fn both_ends_derive_the_same_key_and_purposes_differ() {
        let (a, b) = (KeyPair::generate(&mut OsRng), KeyPair::generate(&mut OsRng));
        let key = |mine: &KeyPair, theirs: &KeyPair, label, info: &[u8]| {
            derive_from_point(&mine.shared_point(theirs.public()), label, &[info])
        };
        let shared = key(&a, &b, "label", b"info");
        assert_eq!(shared, key(&b, &a, "label", b"info"));
        assert_ne!(shared, key(&a, &b, "label", b"other"));
        assert_ne!(shared, key(&a, &b, "other", b"info"));
        assert_ne!(shared, key(&a, &a, "label", b"info"));
    }
}
