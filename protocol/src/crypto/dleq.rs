//! A revealed Diffie-Hellman point with its proof: with it, any party can decide which end of a channel or of an edge is
//! at fault (`specs/protocol.md` 4.6).
//!
//! The proof is that of Chaum and Pedersen (CRYPTO 1992) under Fiat-Shamir, bound to context, both
//! clients and purpose. It proves that the revealed point has the same logarithm to the base of the other client's key
//! as the own key has to the generator.

use merlin::Transcript;
use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{
    decode_key_scalar, KeyPoint, KeyScalar, Ristretto, KEY_TABLE,
};
use veragg_circuits::group::Group;
use veragg_circuits::hedged::Hedge;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroize;

use crate::crypto::context::Context;
use crate::crypto::dh::KeyPair;
use crate::crypto::ids::ClientId;
use crate::crypto::keys;
use crate::crypto::labels;
use crate::crypto::possession::Purpose;

/// Bytes of a revealed point.
pub const REVEALED_LEN: usize = 4 + 32 + 64;

/// The point that the sender shares with another client, with its proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revealed {
    /// The other client.
    pub other: ClientId,
    /// `Z`, the shared point.
    pub point: KeyPoint,
    /// The challenge `c` of the proof.
    pub challenge: KeyScalar,
    /// The response `z` of the proof.
    pub response: KeyScalar,
}

/// The two clients whose Diffie-Hellman point is revealed, with their keys of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// Digest of the round's configuration.
    pub context: &'a Context,
    /// Which of their keys: mask or channel.
    pub purpose: Purpose,
    /// The number, as a sender, of the client or the trustee that reveals the point.
    pub revealer: u32,
    /// Its key `A`.
    pub key: &'a KeyPoint,
    /// The other client.
    pub other: ClientId,
    /// The other's key `B`.
    pub other_key: &'a KeyPoint,
}

impl Ends<'_> {
    /// The transcript with what a proof is about.
    fn transcript(&self, point: &KeyPoint) -> Transcript {
        let mut transcript = Transcript::new(labels::REVEALED.as_bytes());
        transcript.append_message(b"context", &self.context.digest);
        transcript.absorb_u64(b"client", u64::from(self.revealer));
        transcript.absorb_u64(b"other", u64::from(self.other.number()));
        transcript.absorb_u64(b"purpose", self.purpose as u64);
        transcript.absorb_point::<Ristretto>(b"key", self.key);
        transcript.absorb_point::<Ristretto>(b"other key", self.other_key);
        transcript.absorb_point::<Ristretto>(b"point", point);
        transcript
    }

    fn challenge(mut transcript: Transcript, commitments: [&KeyPoint; 2]) -> KeyScalar {
        transcript.absorb_point::<Ristretto>(b"commitment", commitments[0]);
        transcript.absorb_point::<Ristretto>(b"other commitment", commitments[1]);
        keys::challenge(transcript)
    }

    /// Reveals the shared point. `pair` is the revealer's. Constant time in the secret and the nonce.
    pub fn reveal(&self, pair: &KeyPair, rng: &mut dyn CryptoRngCore) -> Revealed {
        let point = *pair.shared_point(self.other_key);
        let transcript = self.transcript(&point);
        let hedge =
            Hedge::new(&transcript, "revealed point").secret(b"key", pair.secret().as_bytes());
        let mut nonce = KeyScalar::random(&mut hedge.stream(rng));
        let commitments = [&nonce * KEY_TABLE, self.other_key * nonce];
        let challenge = Self::challenge(transcript, [&commitments[0], &commitments[1]]);
        let response = nonce + challenge * pair.secret();
        nonce.zeroize();
        Revealed {
            other: self.other,
            point,
            challenge,
            response,
        }
    }

    /// Whether the point is the one that the two share.
    #[must_use]
    pub fn hold(&self, revealed: &Revealed) -> bool {
        let Revealed {
            other,
            point,
            challenge,
            response,
        } = revealed;
        let first = keys::announcement(self.key, challenge, response);
        let second = self.other_key * response - point * challenge;
        *other == self.other
            && Self::challenge(self.transcript(point), [&first, &second]) == *challenge
    }
}

impl Revealed {
    fn write(&self, writer: Writer) -> Writer {
        writer
            .u32(self.other.number())
            .bytes(&Ristretto::encode_point(&self.point))
            .bytes(self.challenge.as_bytes())
            .bytes(self.response.as_bytes())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let scalar =
            |reader: &mut Reader<'_>, field| decode_key_scalar(reader.bytes(32, field)?, field);
        let other = ClientId::new(reader.u32("client")?);
        Ok(Self {
            other: other.ok_or(DecodeError::Value { field: "client" })?,
            point: Ristretto::read_point(reader, "revealed point")?,
            challenge: scalar(reader, "proof of a revealed point")?,
            response: scalar(reader, "proof of a revealed point")?,
        })
    }
}

/// The canonical bytes of revealed points, one behind the other.
pub fn encode(revealed: &[Revealed]) -> Vec<u8> {
    let start = Writer::new();
    revealed
        .iter()
        .fold(start, |writer, one| one.write(writer))
        .finish()
}

/// Decodes revealed points that fill `bytes`: of clients among `others`, ascending, none twice.
pub fn decode(bytes: &[u8], others: &[ClientId]) -> Result<Vec<Revealed>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let mut revealed: Vec<Revealed> = Vec::new();
    while reader.remaining() > 0 {
        let next = Revealed::read(&mut reader)?;
        let ascending = revealed.last().is_none_or(|last| last.other < next.other);
        if !ascending || others.binary_search(&next.other).is_err() {
            return Err(DecodeError::Value { field: "client" });
        }
        revealed.push(next);
    }
    Ok(revealed)
}

/// The largest length of a body of whole revealed points that is at most `body`, and at most that of `most` points. A
/// body is valid only if this is its own length.
pub fn body_len(len: usize, most: usize) -> usize {
    (len / REVEALED_LEN).min(most) * REVEALED_LEN
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{OsRng, SeedableRng};

    #[test]
    fn a_proof_is_bound_to_everything() {
        let id = ClientId::from_index;
        let [a, b, c] = [0; 3].map(|_| KeyPair::generate(&mut OsRng));
        let ends = Ends {
            context: &Context::sample(1),
            purpose: Purpose::Channel,
            revealer: id(0).number(),
            key: a.public(),
            other: id(1),
            other_key: b.public(),
        };
        let revealed = ends.reveal(&a, &mut OsRng);
        assert_eq!(revealed.point, *b.shared_point(a.public()));
        assert!(ends.hold(&revealed));
        let others = [
            Ends {
                context: &Context::sample(2),
                ..ends
            },
            Ends {
                purpose: Purpose::Mask,
                ..ends
            },
            Ends {
                revealer: id(2).number(),
                ..ends
            },
            Ends {
                key: c.public(),
                ..ends
            },
            Ends {
                other: id(2),
                ..ends
            },
            Ends {
                other_key: c.public(),
                ..ends
            },
        ];
        for (index, other) in others.iter().enumerate() {
            assert!(!other.hold(&revealed), "{index}");
        }
        let point = *c.shared_point(b.public());
        assert!(!ends.hold(&Revealed { point, ..revealed }));
        // A wrong point has no proof, not even one by the owner of the key.
        let stranger = Revealed {
            point,
            ..ends.reveal(&c, &mut OsRng)
        };
        assert!(!ends.hold(&stranger));
    }

    #[test]
    fn lists_of_points_are_canonical() {
        let id = ClientId::from_index;
        let pairs = [0; 4].map(|_| KeyPair::generate(&mut OsRng));
        let reveal = |other: usize| {
            Ends {
                context: &Context::sample(1),
                purpose: Purpose::Mask,
                revealer: id(0).number(),
                key: pairs[0].public(),
                other: id(other),
                other_key: pairs[other].public(),
            }
            .reveal(&pairs[0], &mut OsRng)
        };
        let all = [reveal(1), reveal(3)];
        let others = [id(1), id(2), id(3)];
        let bytes = encode(&all);
        assert_eq!(bytes.len(), 2 * REVEALED_LEN);
        assert_eq!(decode(&bytes, &others), Ok(all.to_vec()));
        assert_eq!(decode(&[], &others), Ok(Vec::new()));
        assert!(decode(&bytes[1..], &others).is_err());
        assert!(decode(&bytes, &others[..2]).is_err());
        assert!(decode(&encode(&[all[1], all[0]]), &others).is_err());
        assert!(decode(&encode(&[all[0], all[0]]), &others).is_err());
        assert_eq!(
            [0, 99, 100, 250, 999].map(|len| body_len(len, 3)),
            [0, 0, 100, 200, 300]
        );
    }

    /// The key from two points revealed under one nonce: `(z - z') / (c - c')`.
    #[test]
    fn a_repeated_generator_repeats_no_nonce() {
        let [mine, theirs, third] = [1u64, 2, 3].map(|secret| {
            let secret = KeyScalar::from(secret) + KeyScalar::from(99u64);
            KeyPair::from_secret(secret)
        });
        let rng = || ChaCha20Rng::seed_from_u64(1);
        let (context, other_context) = (Context::sample(1), Context::sample(2));
        let ends = |context, other: usize, other_key| Ends {
            context,
            purpose: Purpose::Channel,
            revealer: 1,
            key: mine.public(),
            other: ClientId::from_index(other),
            other_key,
        };
        let all = [
            ends(&context, 1, theirs.public()),
            ends(&other_context, 1, theirs.public()),
            ends(&context, 2, theirs.public()),
            ends(&context, 1, third.public()),
        ];
        let told = |[a, b]: [(KeyScalar, KeyScalar); 2]| {
            (a.1 - b.1) * (a.0 - b.0).invert() == *mine.secret()
        };
        let plain = |ends: &Ends<'_>| {
            let nonce = KeyScalar::random(&mut rng());
            let point = ends.other_key * mine.secret();
            let commitments = [&nonce * KEY_TABLE, ends.other_key * nonce];
            let transcript = ends.transcript(&point);
            let challenge = Ends::challenge(transcript, [&commitments[0], &commitments[1]]);
            (challenge, nonce + challenge * mine.secret())
        };
        let hedged = |ends: &Ends<'_>| {
            let revealed = ends.reveal(&mine, &mut rng());
            assert!(ends.hold(&revealed));
            (revealed.challenge, revealed.response)
        };
        for other in &all[1..] {
            assert!(told([plain(&all[0]), plain(other)]));
            assert!(!told([hedged(&all[0]), hedged(other)]));
        }
    }
}
