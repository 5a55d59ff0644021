//! Proof of possession: the sender of a round key knows its secret (`specs/protocol.md` 4.1).
//!
//! A Schnorr proof (Schnorr 1991) under Fiat-Shamir, bound to context, sender and purpose. Without
//! it a rogue key, a multiple of a victim's, would turn later openings into an oracle for the
//! victim's secrets.

use merlin::Transcript;
use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{
    decode_key_scalar, KeyPoint, KeyScalar, Ristretto, KEY_TABLE,
};
use veragg_circuits::group::Group;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroize;

use crate::crypto::context::Context;
use crate::crypto::dh::KeyPair;
use crate::crypto::ids::ClientId;
use crate::crypto::keys;
use crate::crypto::labels;

/// `(R, z)` with `z G = R + c P`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Possession {
    commitment: KeyPoint,
    response: KeyScalar,
}

/// Which of a client's keys a proof is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// The mask key `S_i`.
    Mask = 1,
    /// The channel key `E_i`.
    Channel = 2,
}

fn challenge(
    context: &Context,
    client: ClientId,
    purpose: Purpose,
    key: &KeyPoint,
    commitment: &KeyPoint,
) -> KeyScalar {
    let mut transcript = Transcript::new(labels::POSSESSION.as_bytes());
    transcript.append_message(b"context", &context.digest);
    transcript.absorb_u64(b"client", u64::from(client.number()));
    transcript.absorb_u64(b"purpose", purpose as u64);
    transcript.absorb_point::<Ristretto>(b"key", key);
    transcript.absorb_point::<Ristretto>(b"commitment", commitment);
    keys::challenge(transcript)
}

impl Possession {
    /// Bytes of a proof.
    pub const LEN: usize = 64;

    /// Proves knowledge of the pair's secret. Constant time in the secret and the nonce.
    pub fn prove(
        pair: &KeyPair,
        context: &Context,
        client: ClientId,
        purpose: Purpose,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let mut nonce = KeyScalar::random(rng);
        let commitment = &nonce * KEY_TABLE;
        let challenge = challenge(context, client, purpose, pair.public(), &commitment);
        let response = nonce + challenge * pair.secret();
        nonce.zeroize();
        Self {
            commitment,
            response,
        }
    }

    /// Whether the sender knows the secret of `key`.
    #[must_use]
    pub fn verify(
        &self,
        key: &KeyPoint,
        context: &Context,
        client: ClientId,
        purpose: Purpose,
    ) -> bool {
        let challenge = challenge(context, client, purpose, key, &self.commitment);
        keys::announcement(key, &challenge, &self.response) == self.commitment
    }

    /// Writes the proof.
    pub fn write(&self, writer: Writer) -> Writer {
        writer
            .bytes(&Ristretto::encode_point(&self.commitment))
            .bytes(self.response.as_bytes())
    }

    /// Reads a proof.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            commitment: Ristretto::read_point(reader, "possession commitment")?,
            response: decode_key_scalar(
                reader.bytes(32, "possession response")?,
                "possession response",
            )?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    #[test]
    fn a_proof_is_bound_to_everything() {
        let pair = KeyPair::generate(&mut OsRng);
        let other = KeyPair::generate(&mut OsRng);
        let (me, you) = (ClientId::from_index(0), ClientId::from_index(1));
        let proof = Possession::prove(&pair, &Context::sample(1), me, Purpose::Mask, &mut OsRng);
        let holds = |key: &KeyPair, context, client, purpose| {
            proof.verify(key.public(), &context, client, purpose)
        };
        assert!(holds(&pair, Context::sample(1), me, Purpose::Mask));
        assert!(!holds(&other, Context::sample(1), me, Purpose::Mask));
        assert!(!holds(&pair, Context::sample(2), me, Purpose::Mask));
        assert!(!holds(&pair, Context::sample(1), you, Purpose::Mask));
        assert!(!holds(&pair, Context::sample(1), me, Purpose::Channel));
        let bytes = proof.write(Writer::new()).finish();
        assert_eq!(bytes.len(), Possession::LEN);
        assert_eq!(Possession::read(&mut Reader::new(&bytes)), Ok(proof));
    }
}
