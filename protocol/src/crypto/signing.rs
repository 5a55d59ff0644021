//! Long-term identities and their signatures: Ed25519 (RFC 8032), strictly verified, never
//! added up in a batch, each under a label (`specs/wire.md` 1.5).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer;
use rand_core::CryptoRngCore;
use rayon::prelude::*;
use sha2::{Digest, Sha512};
use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader};
use veragg_circuits::ed25519::{self, Equation};
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

    /// The first of many strings that [`from_bytes`](Self::from_bytes) refuses, with its number. In parallel, and on processors with
    /// AVX-512 in a fifth of the time.
    pub fn first_refused(all: &[[u8; 32]], field: &'static str) -> Option<(usize, DecodeError)> {
        let keys = ed25519::are_keys(all);
        let is_key = |at: usize| keys.as_ref().is_some_and(|keys| keys[at]);
        all.par_iter().enumerate().find_map_first(|(at, bytes)| {
            let taken = is_key(at) && is_reduced(bytes);
            let error = || Self::from_bytes(bytes, field).err();
            Some((at, (!taken).then(error)??))
        })
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

/// The encoding of a public key that decodes, without its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodedKey([u8; 32]);

impl EncodedKey {
    /// Of bytes that [`VerifyingKey::from_bytes`] has taken before.
    pub(crate) fn checked(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }
}

impl From<VerifyingKey> for EncodedKey {
    fn from(key: VerifyingKey) -> Self {
        Self(*key.as_bytes())
    }
}

/// A signature, and what its sender is said to have signed with it.
#[derive(Debug, Clone)]
pub struct Signed {
    key: EncodedKey,
    label: &'static str,
    message: Vec<u8>,
    signature: Signature,
}

impl Signed {
    /// A signature by a key on `message` under `label`.
    pub fn new(
        key: EncodedKey,
        label: &'static str,
        message: Vec<u8>,
        signature: Signature,
    ) -> Self {
        Self {
            key,
            label,
            message,
            signature,
        }
    }

    /// As [`VerifyingKey::verify`] decides it. Cost: decoding the key, and a verification.
    #[must_use]
    fn holds(&self) -> bool {
        VerifyingKey::from_bytes(&self.key.0, "key")
            .is_ok_and(|key| key.verify(self.label, &self.message, &self.signature))
    }

    /// Nothing if `S` is not below the order of the base: then it does not hold.
    fn equation(&self) -> Option<Equation> {
        let hash = Sha512::new()
            .chain_update(&self.signature[..32])
            .chain_update(self.key.0)
            .chain_update(labelled(self.label, &self.message));
        Equation::new(self.key.0, &self.signature, &hash.finalize().into()).ok()
    }
}

/// Whether each signature is valid, as [`VerifyingKey::verify`] decides it. In parallel, and on processors with AVX-512 in a fifth of the
/// time. *Why `verify` is asked again about those that are not:* a sender is named for what it signed, and must not be for a fault of
/// the faster arithmetic.
#[must_use]
pub fn verify_all(all: &[Signed]) -> Vec<bool> {
    let equations: Vec<Option<Equation>> = all.par_iter().map(Signed::equation).collect();
    let whole: Vec<Equation> = equations.iter().flatten().copied().collect();
    let mut held = ed25519::hold(&whole).unwrap_or_default().into_iter();
    let of_each = equations
        .iter()
        .map(|equation| equation.is_some() && held.next() == Some(true));
    let of_each: Vec<bool> = of_each.collect();
    let both = all.par_iter().zip(of_each);
    both.map(|(signed, held)| held || signed.holds()).collect()
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

    /// In any order of those that hold and those that do not, and where a signature makes no equation.
    #[test]
    fn many_are_verified_as_each_by_itself() {
        let key = |seed: u8| SigningKey::from_bytes(&[seed; 32]);
        for worst in [0, 3] {
            let all: Vec<(VerifyingKey, Signed)> = (0..70u8)
                .map(|at| {
                    let message = vec![at; usize::from(at)];
                    let mut signature = key(at).sign("label", &message);
                    match at % 4 {
                        1 => signature[usize::from(at) % 64] ^= 1,
                        2 => signature[63] |= 1 << (at % 4),
                        // Not below the order.
                        3 if worst == 3 => signature[63] = 0xff,
                        _ => {}
                    }
                    let public = key(at + u8::from(at % 8 == 4)).verifying_key();
                    (
                        public,
                        Signed::new(public.into(), "label", message, signature),
                    )
                })
                .collect();
            let only: Vec<Signed> = all.iter().map(|(_, signed)| signed.clone()).collect();
            let want: Vec<bool> = all
                .iter()
                .map(|(key, it)| key.verify(it.label, &it.message, &it.signature))
                .collect();
            assert_eq!(verify_all(&only), want);
            assert!(want.contains(&true) && want.contains(&false));
        }
        assert!(verify_all(&[]).is_empty());
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
        let mut tried = Vec::new();
        let mut check = |bytes: [u8; 32]| {
            tried.push(bytes);
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
        let refused = VerifyingKey::first_refused;
        let good = SigningKey::from_bytes(&[1; 32])
            .verifying_key()
            .0
            .to_bytes();
        for bad in tried
            .iter()
            .filter(|bytes| VerifyingKey::from_bytes(bytes, "key").is_err())
        {
            let error = VerifyingKey::from_bytes(bad, "key").unwrap_err();
            assert_eq!(refused(&[good, good, *bad, *bad], "key"), Some((2, error)));
        }
        let taken = |bytes: &[u8; 32]| VerifyingKey::from_bytes(bytes, "key").is_ok();
        tried.retain(taken);
        assert_eq!(refused(&tried, "key"), None);
    }

    #[test]
    fn weak_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(VerifyingKey::from_bytes(&identity, "key").is_err());
    }
}
