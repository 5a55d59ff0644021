//! Advertise: a client's keys for this round (`specs/protocol.md` 3.1).

use std::collections::BTreeSet;

use rayon::prelude::*;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::context::Context;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::ClientId;
use crate::crypto::possession::{self, Claim, Claimed, Possession, Purpose};
use crate::pairwise::Breach;
use crate::round::Round;
use crate::rule::Rule;

/// A client's two public keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundKeys {
    /// `S_i`, from which pairwise masks come.
    pub mask: EncodedPoint,
    /// `E_i`, under which shares are sealed.
    pub channel: EncodedPoint,
}

/// The body of an advertisement: the keys, each with a proof of possession.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertisement {
    /// The keys.
    pub keys: RoundKeys,
    /// Proof for the mask key.
    pub mask_proof: Possession,
    /// Proof for the channel key.
    pub channel_proof: Possession,
}

impl Advertisement {
    /// Bytes of the body.
    pub const LEN: usize = 2 * (32 + Possession::LEN);

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new().bytes(self.keys.mask.as_bytes());
        let writer = self.mask_proof.write(writer);
        let writer = writer.bytes(self.keys.channel.as_bytes());
        self.channel_proof.write(writer).finish()
    }

    /// Decodes a body.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mask = EncodedPoint::read(&mut reader, "mask key")?;
        let mask_proof = Possession::read(&mut reader)?;
        let channel = EncodedPoint::read(&mut reader, "channel key")?;
        let channel_proof = Possession::read(&mut reader)?;
        reader.finish()?;
        Ok(Self {
            keys: RoundKeys { mask, channel },
            mask_proof,
            channel_proof,
        })
    }
}

/// The indices of all advertisements of which a proof of possession does not hold (4.1), in order. Cost: see
/// [`possession::failing`].
pub fn unproven(context: &Context, advertised: &[(ClientId, &Advertisement)]) -> Vec<usize> {
    let both = advertised.iter().flat_map(|(_, body)| {
        [
            (&body.keys.mask, &body.mask_proof),
            (&body.keys.channel, &body.channel_proof),
        ]
    });
    let claimed = Claimed::of_all(&both.collect::<Vec<_>>());
    let purposes = advertised
        .iter()
        .flat_map(|(client, _)| [(*client, Purpose::Mask), (*client, Purpose::Channel)]);
    let claims = purposes
        .zip(&claimed)
        .map(|((client, purpose), claimed)| Claim {
            client,
            purpose,
            claimed,
        });
    let failing = possession::failing(context, &claims.collect::<Vec<_>>());
    let mut unproven: Vec<usize> = failing.into_iter().map(|claim| claim / 2).collect();
    unproven.dedup();
    unproven
}

/// The keys of the advertisements that count (5.1), in order.
pub fn judge(context: &Context, bodies: &[(ClientId, &[u8])]) -> Vec<Result<RoundKeys, Breach>> {
    let decoded: Vec<Result<Advertisement, DecodeError>> = bodies
        .par_iter()
        .map(|(_, body)| Advertisement::decode(body))
        .collect();
    let (mut at, mut canonical) = (Vec::new(), Vec::new());
    for (index, ((client, _), body)) in bodies.iter().zip(&decoded).enumerate() {
        if let Ok(body) = body {
            at.push(index);
            canonical.push((*client, body));
        }
    }
    let unproven: BTreeSet<usize> = unproven(context, &canonical)
        .into_iter()
        .map(|index| at[index])
        .collect();
    let judge = |(index, body): (usize, Result<Advertisement, DecodeError>)| {
        let body = body?;
        let proven = !unproven.contains(&index);
        Rule::ProvenKeys.require(proven, || Breach::Possession)?;
        Ok(body.keys)
    };
    decoded.into_iter().enumerate().map(judge).collect()
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the one part of an advertisement.
    pub fn advertise_lengths(&self) -> Vec<usize> {
        vec![Advertisement::LEN]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::dh::KeyPair;
    use rand_core::OsRng;

    #[test]
    fn advertisements_round_trip_and_are_bound_to_their_sender() {
        let (mask, channel) = (KeyPair::generate(&mut OsRng), KeyPair::generate(&mut OsRng));
        let (me, you) = (ClientId::from_index(0), ClientId::from_index(1));
        let prove =
            |pair, purpose| Possession::prove(pair, &Context::sample(1), me, purpose, &mut OsRng);
        let mut body = Advertisement {
            keys: RoundKeys {
                mask: *mask.public(),
                channel: *channel.public(),
            },
            mask_proof: prove(&mask, Purpose::Mask),
            channel_proof: prove(&channel, Purpose::Channel),
        };
        let bytes = body.encode();
        assert_eq!(bytes.len(), Advertisement::LEN);
        assert_eq!(Advertisement::decode(&bytes), Ok(body.clone()));
        assert!(Advertisement::decode(&[&bytes[..], &[0]].concat()).is_err());
        let judged = |body: &Advertisement, context: u8, client| {
            let bytes = body.encode();
            judge(&Context::sample(context), &[(client, &bytes)]).remove(0)
        };
        assert_eq!(judged(&body, 1, me), Ok(body.keys));
        assert_eq!(judged(&body, 1, you), Err(Breach::Possession));
        assert_eq!(judged(&body, 2, me), Err(Breach::Possession));
        std::mem::swap(&mut body.mask_proof, &mut body.channel_proof);
        let swapped = body.encode();
        // Together those are found that are found alone.
        let all: [(ClientId, &[u8]); 5] = [
            (me, &bytes),
            (you, &bytes),
            (me, &bytes[1..]),
            (me, &swapped),
            (me, &bytes),
        ];
        let judged = judge(&Context::sample(1), &all);
        let holds: Vec<bool> = judged.iter().map(Result::is_ok).collect();
        assert_eq!(holds, [true, false, false, false, true]);
        assert_eq!(judged[3], Err(Breach::Possession));
        assert!(matches!(judged[2], Err(Breach::Malformed(_))));
        assert!(judge(&Context::sample(1), &[]).is_empty());
    }
}
