//! Derived keys, sealing and masks (`specs/protocol.md` 4.2, 4.4).

use chacha20::cipher::{KeyIvInit, StreamCipher};
use chacha20::ChaCha20;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use hkdf::Hkdf;
use sha2::Sha256;

use super::bytes::scalar;

fn expand<const N: usize>(secret: &[u8], label: &str, info: &[&[u8]]) -> [u8; N] {
    let mut key = [0; N];
    let hkdf = Hkdf::<Sha256>::new(Some(label.as_bytes()), secret);
    hkdf.expand(&info.concat(), &mut key).unwrap();
    key
}

/// The key of the mask between two clients, from their Diffie-Hellman point (4.2.1).
pub(crate) fn edge_key(context: &[u8], one: u32, other: u32, shared: &RistrettoPoint) -> [u8; 32] {
    let (low, high) = (one.min(other).to_be_bytes(), one.max(other).to_be_bytes());
    let info = [context, &low, &high];
    expand(shared.compress().as_bytes(), "veragg/1 edge mask", &info)
}

/// 4.2.2
pub(crate) fn self_key(context: &[u8], client: u32, seed: &Scalar) -> [u8; 32] {
    let info = [context, &client.to_be_bytes()];
    expand(seed.as_bytes(), "veragg/1 self mask", &info)
}

/// Both shares of a sealed pair, if it opens (4.2.3 to 4.2.5).
pub(crate) fn unseal(
    context: &[u8],
    dealer: u32,
    recipient: u32,
    shared: &RistrettoPoint,
    sealed: &[u8],
) -> Option<(Scalar, Scalar)> {
    let info = [context, &dealer.to_be_bytes(), &recipient.to_be_bytes()];
    let key: [u8; 32] = expand(
        shared.compress().as_bytes(),
        "veragg/1 sealed shares",
        &info,
    );
    let cipher = ChaCha20Poly1305::new(&key.into());
    let shares = cipher.decrypt(&[0; 12].into(), sealed).ok()?;
    Some((scalar(&shares[..32])?, scalar(&shares[32..])?))
}

/// The first `count` scalars of the mask of `key` (4.4.1).
pub(crate) fn mask(version: u64, key: &[u8; 32], count: usize) -> Vec<Scalar> {
    let stream_key = match version {
        1 => *key,
        _ => expand(key, "veragg/2 mask stream", &[]),
    };
    let mut stream = vec![0; 32 * count];
    ChaCha20::new(&stream_key.into(), &[0; 12].into()).apply_keystream(&mut stream);
    for scalar in stream.chunks_mut(32) {
        scalar[31] &= 0x0f;
    }
    let each = stream.chunks(32);
    each.map(|bytes| scalar(bytes).expect("252 bits")).collect()
}

/// The blinding of the commitment to a mask (4.7.3).
pub(crate) fn blinding(key: &[u8; 32], submit: &[u8], pair: usize) -> Scalar {
    let info = [submit, &(pair as u32).to_be_bytes()];
    let bytes = expand(key, "veragg/1 attestation blinding", &info);
    Scalar::from_bytes_mod_order_wide(&bytes)
}
