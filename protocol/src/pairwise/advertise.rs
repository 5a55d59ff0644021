//! Advertise: a client's keys for this round (`specs/protocol.md` 3.1).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{KeyPoint, Ristretto};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::context::Context;
use crate::crypto::ids::ClientId;
use crate::crypto::possession::{Possession, Purpose};
use crate::pairwise::Breach;
use crate::round::Round;
use crate::rule::Rule;

/// A client's two public keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundKeys {
    /// `S_i`, from which pairwise masks come.
    pub mask: KeyPoint,
    /// `E_i`, under which shares are sealed.
    pub channel: KeyPoint,
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
        let writer = Writer::new().bytes(&Ristretto::encode_point(&self.keys.mask));
        let writer = self.mask_proof.write(writer);
        let writer = writer.bytes(&Ristretto::encode_point(&self.keys.channel));
        self.channel_proof.write(writer).finish()
    }

    /// Decodes a body.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mask = Ristretto::read_point(&mut reader, "mask key")?;
        let mask_proof = Possession::read(&mut reader)?;
        let channel = Ristretto::read_point(&mut reader, "channel key")?;
        let channel_proof = Possession::read(&mut reader)?;
        reader.finish()?;
        Ok(Self {
            keys: RoundKeys { mask, channel },
            mask_proof,
            channel_proof,
        })
    }

    /// The keys, if the client has shown to know both secrets (4.1).
    pub fn verify(&self, context: &Context, client: ClientId) -> Option<RoundKeys> {
        let Self {
            keys,
            mask_proof,
            channel_proof,
        } = self;
        (mask_proof.verify(&keys.mask, context, client, Purpose::Mask)
            && channel_proof.verify(&keys.channel, context, client, Purpose::Channel))
        .then_some(*keys)
    }
}

/// The keys of an advertisement that counts (5.1).
pub fn judge(context: &Context, client: ClientId, body: &[u8]) -> Result<RoundKeys, Breach> {
    let body = Advertisement::decode(body)?;
    let keys = body.verify(context, client);
    Rule::ProvenKeys.require(keys.is_some(), || Breach::Possession)?;
    Ok(body.keys)
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
        assert_eq!(body.verify(&Context::sample(1), me), Some(body.keys));
        assert_eq!(body.verify(&Context::sample(1), you), None);
        assert_eq!(body.verify(&Context::sample(2), me), None);
        std::mem::swap(&mut body.mask_proof, &mut body.channel_proof);
        assert_eq!(body.verify(&Context::sample(1), me), None);
    }
}
