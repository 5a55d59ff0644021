//! Digests, trees, points and scalars (`specs/wire.md` 1).

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest as _, Sha256, Sha512};

pub(crate) type Digest = [u8; 32];

/// 1.3
pub(crate) fn digest(label: &str, parts: &[&[u8]]) -> Digest {
    let mut bytes = vec![label.len() as u8];
    bytes.extend(label.as_bytes());
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(*part);
    }
    Sha256::digest(bytes).into()
}

/// 1.5.3, the equation as it stands.
pub(crate) fn is_signed(key: &[u8; 32], label: &str, message: &[u8], signature: &[u8]) -> bool {
    let r: [u8; 32] = array(&signature[..32]);
    let Some(s) = scalar(&signature[32..]) else {
        return false;
    };
    let (Some(a), Some(_)) = (large_order(key), large_order(&r)) else {
        return false;
    };
    let mut hash = Sha512::new();
    hash.update(r);
    hash.update(key);
    hash.update([label.len() as u8]);
    hash.update(label);
    hash.update(message);
    let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    (EdwardsPoint::mul_base(&s) - a * k).compress().to_bytes() == r
}

fn large_order(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    (!point.is_small_order()).then_some(point)
}

/// 1.6.1: `MTH`.
pub(crate) fn tree_root<T: AsRef<[u8]>>(leaves: &[T]) -> Digest {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => Sha256::digest([&[0], leaf.as_ref()].concat()).into(),
        _ => {
            let mut left = 1;
            while left * 2 < leaves.len() {
                left *= 2;
            }
            let (left, right) = (tree_root(&leaves[..left]), tree_root(&leaves[left..]));
            Sha256::digest([&[1], &left[..], &right].concat()).into()
        }
    }
}

/// 1.7.2
pub(crate) fn point(bytes: &[u8]) -> Option<RistrettoPoint> {
    let point = CompressedRistretto(array(bytes)).decompress()?;
    (!point.is_identity()).then_some(point)
}

/// 1.7.2
pub(crate) fn scalar(bytes: &[u8]) -> Option<Scalar> {
    Scalar::from_canonical_bytes(array(bytes)).into()
}

/// As many scalars as the bytes hold; none if one is not canonical.
pub(crate) fn scalars(bytes: &[u8]) -> Option<Vec<Scalar>> {
    bytes.chunks(32).map(scalar).collect()
}

/// As many points as the bytes hold; none if one does not decode.
pub(crate) fn points(bytes: &[u8]) -> Option<Vec<RistrettoPoint>> {
    bytes.chunks(32).map(point).collect()
}

pub(crate) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("cut to this length")
}

/// Bytes that are taken from the front.
pub(crate) struct Front<'a>(pub(crate) &'a [u8]);

impl<'a> Front<'a> {
    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    /// A big-endian integer of `bytes` bytes.
    pub(crate) fn integer(&mut self, bytes: usize) -> u64 {
        let digits = self.take(bytes).iter();
        digits.fold(0, |number, &byte| number << 8 | u64::from(byte))
    }

    pub(crate) fn digest(&mut self) -> Digest {
        array(self.take(32))
    }

    /// Bytes behind their length (1.2.1), a `uint32`.
    pub(crate) fn long(&mut self) -> &'a [u8] {
        let length = self.integer(4) as usize;
        self.take(length)
    }
}
