//! Long-term identities and their signatures: Ed25519 (RFC 8032), strictly verified, never
//! batched, each under a label (`specs/wire.md` 1.5).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer;
use rand_core::CryptoRngCore;
use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader};
use zeroize::Zeroizing;

/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64;
/// A signature's bytes.
pub type Signature = [u8; SIGNATURE_LEN];

/// A long-term secret key; zeroized when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A long-term public key, of an organiser, an aggregator or a client.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

fn labelled(label: &str, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + label.len() + message.len());
    bytes.push(label.len() as u8);
    bytes.extend_from_slice(label.as_bytes());
    bytes.extend_from_slice(message);
    bytes
}

impl SigningKey {
    /// A fresh key.
    pub fn generate(rng: &mut dyn CryptoRngCore) -> Self {
        Self(ed25519_dalek::SigningKey::generate(rng))
    }

    /// The key of a 32-byte secret (RFC 8032 section 5.1.5).
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret))
    }

    /// The 32-byte secret, to keep it; zeroized when dropped.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public key.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs `message` under `label`. Deterministic.
    pub fn sign(&self, label: &str, message: &[u8]) -> Signature {
        self.0.sign(&labelled(label, message)).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// Whether a coordinate, without the bit of the sign above it, is below `2^255 - 19`.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [lowest, others @ .., highest] = bytes;
    let is_top = highest & 0x7f == 0x7f && others.iter().all(|byte| *byte == 0xff);
    !is_top || *lowest < 0xed
}

impl VerifyingKey {
    /// The key that these bytes canonically encode; keys of small order are refused.
    pub fn from_bytes(bytes: &[u8; 32], field: &'static str) -> Result<Self, DecodeError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes)
            .map_err(|_| DecodeError::Point { field })?;
        // The library also takes coordinates that are not reduced: a second name of the same key. And it takes a sign of 0, which
        // only keys of small order have.
        let is_weak = key.is_weak();
        if !is_reduced(bytes) || is_weak && key.to_edwards().compress().as_bytes() != bytes {
            return Err(DecodeError::Point { field });
        }
        if is_weak {
            return Err(DecodeError::Identity { field });
        }
        Ok(Self(key))
    }

    /// Reads the next key.
    pub fn read(reader: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
        Self::from_bytes(&reader.array(field)?, field)
    }

    /// The encoding.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether `signature` is this key's on `message` under `label` (strict verification: RFC 8032
    /// with canonical encodings and no small-order parts).
    #[must_use]
    pub fn verify(&self, label: &str, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0
            .verify_strict(&labelled(label, message), &signature)
            .is_ok()
    }

    /// The key in lower-case hexadecimal.
    pub fn fingerprint(&self) -> String {
        hex(self.as_bytes())
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

/// A text that is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyTextError {
    /// It is not hexadecimal, or has another length.
    #[error("a public key is 64 hexadecimal digits")]
    Digits,
    /// The digits encode no key.
    #[error("these digits are no public key: {0}")]
    Key(#[from] DecodeError),
}

impl FromStr for VerifyingKey {
    type Err = KeyTextError;

    /// Reads 64 hexadecimal digits; space around them is left out.
    fn from_str(text: &str) -> Result<Self, KeyTextError> {
        let bytes = unhex(text.trim()).and_then(|bytes| bytes.try_into().ok());
        let bytes: [u8; 32] = bytes.ok_or(KeyTextError::Digits)?;
        Ok(Self::from_bytes(&bytes, "public key")?)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.fingerprint())
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that hexadecimal digits of either case stand for; nothing for any other text.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| (pair[0] << 4 | pair[1]) as u8)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_round_trips() {
        assert_eq!(unhex(&hex(&[0, 0x9f, 0xff])), Some(vec![0, 0x9f, 0xff]));
        assert_eq!(unhex("9F"), Some(vec![0x9f]));
        for other in ["9", "9g", "0x", "\u{661}\u{661}"] {
            assert_eq!(unhex(other), None, "{other}");
        }
    }

    #[test]
    fn signatures_are_bound_to_label_message_and_key() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = key.verifying_key();
        let signature = key.sign("label", b"message");
        assert!(public.verify("label", b"message", &signature));
        assert!(!public.verify("labe", b"lmessage", &signature));
        assert!(!public.verify("label", b"massage", &signature));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert!(!other.verify("label", b"message", &signature));
    }

    #[test]
    fn a_key_has_one_encoding() {
        // p = 2^255 - 19; the coordinates 0 to 18 can also be written p to p + 18.
        let (mut reduced, mut refused) = (0, 0);
        for small in 0..19u8 {
            let mut bytes = [0; 32];
            bytes[0] = small;
            if VerifyingKey::from_bytes(&bytes, "key").is_ok() {
                reduced += 1;
                let mut twin = [0xff; 32];
                twin[0] = 0xed + small;
                twin[31] = 0x7f;
                assert!(ed25519_dalek::VerifyingKey::from_bytes(&twin).is_ok());
                refused += usize::from(VerifyingKey::from_bytes(&twin, "key").is_err());
            }
        }
        assert!(reduced > 0);
        assert_eq!(refused, reduced);
    }

    #[test]
    fn a_key_is_canonical_if_it_is_what_its_point_encodes_to() {
        let mut seen = [0; 2];
        let mut check = |bytes: [u8; 32]| {
            let point = ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok();
            let same = point.filter(|key| key.to_edwards().compress().as_bytes() == &bytes);
            let expected = match same {
                None => Err(DecodeError::Point { field: "key" }),
                Some(key) if key.is_weak() => Err(DecodeError::Identity { field: "key" }),
                Some(key) => Ok(VerifyingKey(key)),
            };
            seen[usize::from(expected.is_ok())] += 1;
            assert_eq!(VerifyingKey::from_bytes(&bytes, "key"), expected);
        };
        for low in 0..=255 {
            for top in [0, 0x7e, 0x7f, 0x80, 0xfe, 0xff] {
                for middle in [0, 1, 0xfe, 0xff] {
                    let mut bytes = [middle; 32];
                    (bytes[0], bytes[31]) = (low, top);
                    check(bytes);
                    bytes[16] ^= 1;
                    check(bytes);
                }
            }
        }
        // Those of small order, with both signs.
        for small in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ] {
            let mut bytes: [u8; 32] = unhex(small).unwrap().try_into().unwrap();
            assert!(ed25519_dalek::VerifyingKey::from_bytes(&bytes)
                .unwrap()
                .is_weak());
            check(bytes);
            bytes[31] ^= 0x80;
            check(bytes);
        }
        assert!(seen.iter().all(|&count| count > 1000));
    }

    #[test]
    fn weak_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(VerifyingKey::from_bytes(&identity, "key").is_err());
    }
}
