//! Proof of possession: the sender of a round key knows its secret (`specs/protocol.md` 4.1).
//!
//! A Schnorr proof (Schnorr 1991) under Fiat-Shamir, bound to context, sender and purpose. Without
//! it a rogue key, a multiple of a victim's, would turn later openings into an oracle for the
//! victim's secrets.

use merlin::Transcript;
use rand_core::CryptoRngCore;
use rayon::prelude::*;
use veragg_circuits::bad_ones::bad_ones_in_chunks;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{
    decode_key_scalar, from_dalek, to_dalek, Fr, KeyScalar, Ristretto, Term, KEY_TABLE,
};
use veragg_circuits::group::Group;
use veragg_circuits::hedged::Hedge;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroize;

use crate::crypto::context::Context;
use crate::crypto::dh::KeyPair;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::ClientId;
use crate::crypto::keys;
use crate::crypto::labels;

/// How many proofs are verified together: those of 512 clients.
const TOGETHER: usize = 1024;

/// `(R, z)` with `z G = R + c P`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Possession {
    commitment: EncodedPoint,
    response: KeyScalar,
}

/// A key with its proof, as many of them are verified together.
#[derive(Debug, Clone, Copy)]
pub struct Claimed {
    key: [u8; 32],
    commitment: [u8; 32],
    response: KeyScalar,
    /// The points of key and commitment.
    terms: [Term; 2],
}

impl Claimed {
    /// Bytes of a key and its proof.
    pub const LEN: usize = 32 + Possession::LEN;

    /// Decodes keys, each with its proof behind it; nothing for what [`Possession::read`] or [`EncodedPoint::read`] refuses. Cost: much less
    /// than theirs, since all are decoded together. In parallel.
    pub fn decode_all(all: &[&[u8]]) -> Vec<Option<Self>> {
        let cut = |bytes: &&[u8]| -> Option<([u8; 64], [u8; 32])> {
            let (points, response) = bytes.split_first_chunk()?;
            Some((*points, response.try_into().ok()?))
        };
        let cut: Vec<_> = all.iter().map(cut).collect();
        let points = cut
            .iter()
            .map(|cut| cut.map_or([0; 64], |(points, _)| points));
        let terms = Ristretto::decode_terms(points.collect::<Vec<_>>().as_flattened());
        let both = cut.into_iter().zip(terms.as_chunks::<2>().0);
        both.map(|(cut, terms)| {
            let (points, response) = cut?;
            let (key, commitment) = points.split_first_chunk()?;
            Some(Self {
                key: *key,
                commitment: commitment.try_into().ok()?,
                response: decode_key_scalar(&response, "possession response").ok()?,
                terms: [terms[0]?, terms[1]?],
            })
        })
        .collect()
    }

    /// Those of points that are known. Cost: that of [`decode_all`](Self::decode_all).
    pub fn of_all(all: &[(&EncodedPoint, &Possession)]) -> Vec<Self> {
        let encode = |(key, proof): &(&EncodedPoint, &Possession)| {
            proof.write(Writer::new().bytes(key.as_bytes())).finish()
        };
        let encoded: Vec<Vec<u8>> = all.iter().map(encode).collect();
        let encoded: Vec<&[u8]> = encoded.iter().map(Vec::as_slice).collect();
        // What was decoded decodes again.
        Self::decode_all(&encoded).into_iter().flatten().collect()
    }

    /// The encoding of the key.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }
}

/// A proof, and what it proves in a given context.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Who sent the key.
    pub client: ClientId,
    /// What the key is for.
    pub purpose: Purpose,
    /// The key, with the proof that the client knows its secret.
    pub claimed: &'a Claimed,
}

/// Which of a client's keys a proof is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// The mask key `S_i`.
    Mask = 1,
    /// The channel key `E_i`.
    Channel = 2,
    /// The submission key `X_i` of the committee protocol.
    Submission = 3,
}

/// The transcript with what a proof is about.
fn transcript(context: &Context, client: ClientId, purpose: Purpose, key: &[u8; 32]) -> Transcript {
    let mut transcript = Transcript::new(labels::POSSESSION.as_bytes());
    transcript.append_message(b"context", &context.digest);
    transcript.absorb_u64(b"client", u64::from(client.number()));
    transcript.absorb_u64(b"purpose", purpose as u64);
    transcript.append_message(b"key", key);
    transcript
}

fn challenge(mut transcript: Transcript, commitment: &[u8; 32]) -> KeyScalar {
    transcript.append_message(b"commitment", commitment);
    keys::challenge(transcript)
}

impl Possession {
    /// Bytes of a proof.
    pub const LEN: usize = 64;

    /// Proves knowledge of the secret of a client's pair. Constant time in the secret and the nonce.
    pub fn prove(
        pair: &KeyPair,
        context: &Context,
        client: ClientId,
        purpose: Purpose,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let transcript = transcript(context, client, purpose, pair.public().as_bytes());
        Self::prove_under(transcript, pair, rng)
    }

    /// The same under a transcript that has absorbed what the proof is about, the key last.
    pub(crate) fn prove_under(
        transcript: Transcript,
        pair: &KeyPair,
        rng: &mut dyn CryptoRngCore,
    ) -> Self {
        let hedge = Hedge::new(&transcript, "possession").secret(b"key", pair.secret().as_bytes());
        let mut nonce = KeyScalar::random(&mut hedge.stream(rng));
        let commitment = EncodedPoint::from(&nonce * KEY_TABLE);
        let challenge = challenge(transcript, commitment.as_bytes());
        let response = nonce + challenge * pair.secret();
        nonce.zeroize();
        Self {
            commitment,
            response,
        }
    }

    /// Whether the proof holds under a transcript that has absorbed what it is about, the key last.
    #[must_use]
    pub(crate) fn holds(&self, transcript: Transcript, key: &EncodedPoint) -> bool {
        let challenge = challenge(transcript, self.commitment.as_bytes());
        keys::announcement(key, &challenge, &self.response) == *self.commitment
    }

    /// Writes the proof.
    pub fn write(&self, writer: Writer) -> Writer {
        writer
            .bytes(self.commitment.as_bytes())
            .bytes(self.response.as_bytes())
    }

    /// Reads a proof.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            commitment: EncodedPoint::read(reader, "possession commitment")?,
            response: decode_key_scalar(
                reader.bytes(32, "possession response")?,
                "possession response",
            )?,
        })
    }
}

/// The indices of all proofs that do not hold, in order (4.1.4, 4.1.5). Cost for proofs that hold: one multi-scalar
/// multiplication with two points for each.
pub fn failing(context: &Context, claims: &[Claim<'_>]) -> Vec<usize> {
    let challenges: Vec<KeyScalar> = claims
        .par_iter()
        .map(|claim| {
            let Claimed {
                key, commitment, ..
            } = claim.claimed;
            challenge(
                transcript(context, claim.client, claim.purpose, key),
                commitment,
            )
        })
        .collect();
    bad_ones_in_chunks(claims.len(), TOGETHER, |part| {
        all_hold(&claims[part.clone()], &challenges[part])
    })
}

/// Whether the equations of all proofs hold, each times its weight, added up (4.1.5). One alone has the weight 1.
fn all_hold(claims: &[Claim<'_>], challenges: &[KeyScalar]) -> bool {
    let mut transcript = Transcript::new(labels::POSSESSION_BATCH.as_bytes());
    for (claim, challenge) in claims.iter().zip(challenges) {
        transcript.append_message(b"challenge", challenge.as_bytes());
        transcript.append_message(b"response", claim.claimed.response.as_bytes());
    }
    let mut of_base = Fr::from(0u64);
    let (mut scalars, mut terms) = (Vec::new(), Vec::new());
    for (claim, challenge) in claims.iter().zip(challenges) {
        let weight = match claims {
            [_] => Fr::from(1u64),
            _ => Fr::from(keys::short_weight(&mut transcript)),
        };
        of_base += weight * from_dalek(&claim.claimed.response);
        // A weight is short, its negative is not.
        scalars.extend([weight * from_dalek(challenge), weight]);
        terms.extend(claim.claimed.terms);
    }
    &to_dalek(&of_base) * KEY_TABLE == Ristretto::sum_of_terms(&scalars, &terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{OsRng, SeedableRng};

    #[test]
    fn a_proof_is_bound_to_everything() {
        let pair = KeyPair::generate(&mut OsRng);
        let other = KeyPair::generate(&mut OsRng);
        let (me, you) = (ClientId::from_index(0), ClientId::from_index(1));
        let proof = Possession::prove(&pair, &Context::sample(1), me, Purpose::Mask, &mut OsRng);
        let holds = |key: &KeyPair, context, client, purpose| {
            let claimed = Claimed::of_all(&[(key.public(), &proof)]);
            let claim = Claim {
                client,
                purpose,
                claimed: &claimed[0],
            };
            let alone = proof.holds(
                transcript(&context, client, purpose, key.public().as_bytes()),
                key.public(),
            );
            assert_eq!(failing(&context, &[claim]).is_empty(), alone);
            alone
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

    #[test]
    fn errors_that_cancel_without_weights_are_found() {
        let pairs = [(); 4].map(|()| KeyPair::generate(&mut OsRng));
        let (context, client) = (Context::sample(1), ClientId::from_index(0));
        let prove = |pair| Possession::prove(pair, &context, client, Purpose::Mask, &mut OsRng);
        let mut proofs: Vec<Possession> = pairs.iter().map(prove).collect();
        let failing = |proofs: &[Possession]| {
            let both: Vec<_> = pairs.iter().map(KeyPair::public).zip(proofs).collect();
            let claimed = Claimed::of_all(&both);
            let claims = claimed.iter().map(|claimed| Claim {
                client,
                purpose: Purpose::Mask,
                claimed,
            });
            failing(&context, &claims.collect::<Vec<_>>())
        };
        assert_eq!(failing(&proofs), [0usize; 0]);
        // The challenges do not depend on the responses, so the errors are `G` and `-G`.
        proofs[1].response += KeyScalar::ONE;
        proofs[2].response -= KeyScalar::ONE;
        assert_eq!(failing(&proofs), [1, 2]);
    }

    /// The key from two proofs with one nonce: `(z - z') / (c - c')`.
    #[test]
    fn a_repeated_generator_repeats_no_nonce() {
        let pair = KeyPair::generate(&mut OsRng);
        let (me, you) = (ClientId::from_index(0), ClientId::from_index(1));
        let rng = || ChaCha20Rng::seed_from_u64(1);
        let told = |[a, b]: [(KeyScalar, KeyScalar); 2]| (a.1 - b.1) * (a.0 - b.0).invert();
        let of = |context: u8| {
            let key = pair.public().as_bytes();
            transcript(&Context::sample(context), me, Purpose::Mask, key)
        };
        let plain = |context: u8| {
            let nonce = KeyScalar::random(&mut rng());
            let challenge = challenge(
                of(context),
                EncodedPoint::from(&nonce * KEY_TABLE).as_bytes(),
            );
            (challenge, nonce + challenge * pair.secret())
        };
        assert_eq!(told([plain(1), plain(2)]), *pair.secret());
        let hedged = |context: u8| {
            let context = Context::sample(context);
            Possession::prove(&pair, &context, me, Purpose::Mask, &mut rng())
        };
        let answer = |proof: Possession, context: u8| {
            let commitment = proof.commitment.as_bytes();
            (challenge(of(context), commitment), proof.response)
        };
        let pairs = [answer(hedged(1), 1), answer(hedged(2), 2)];
        assert_ne!(told(pairs), *pair.secret());
        // Every commitment is another: by context, client, purpose and key.
        let prove = |pair: &KeyPair, context: u8, client, purpose| {
            let context = Context::sample(context);
            Possession::prove(pair, &context, client, purpose, &mut rng()).commitment
        };
        let other = KeyPair::generate(&mut OsRng);
        let all = [
            prove(&pair, 1, me, Purpose::Mask),
            prove(&pair, 2, me, Purpose::Mask),
            prove(&pair, 1, you, Purpose::Mask),
            prove(&pair, 1, me, Purpose::Channel),
            prove(&other, 1, me, Purpose::Mask),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|other| other != one), "{i}");
        }
    }
}
