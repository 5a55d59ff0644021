//! Checkpoints: what the aggregator signs at the close of a phase (`specs/wire.md` 5).

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::crypto::context::Context;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::ClientSet;
use crate::crypto::labels;
use crate::crypto::signing::{Signature, SigningKey, VerifyingKey, SIGNATURE_LEN};
use crate::crypto::tree::Root;
use crate::round::phase::Phase;
use crate::round::protocol::Dialect;

/// The state of the board at the close of a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The round.
    pub context: Context,
    /// The phase that it closes.
    pub phase: Phase,
    /// Digest of the checkpoint before it; at the first, the context.
    pub previous: Digest,
    /// Head of the board's tree.
    pub root: Root,
    /// The list that follows from the messages of the phase (`specs/protocol.md` 5).
    pub list: ClientSet,
    /// The aggregator's signature on all of the above.
    pub signature: Signature,
}

impl Checkpoint {
    /// Signs a checkpoint.
    pub fn sign(
        key: &SigningKey,
        context: Context,
        phase: Phase,
        previous: Digest,
        root: Root,
        list: ClientSet,
    ) -> Self {
        let signature = [0; SIGNATURE_LEN];
        let mut checkpoint = Self {
            context,
            phase,
            previous,
            root,
            list,
            signature,
        };
        checkpoint.signature = key.sign(labels::SIGN_CHECKPOINT, &checkpoint.signed_bytes());
        checkpoint
    }

    fn signed_bytes(&self) -> Vec<u8> {
        self.context
            .write(Writer::new())
            .u8(self.phase.number())
            .bytes(&self.previous)
            .u64(self.root.size)
            .bytes(&self.root.hash)
            .bytes(self.list.as_bytes())
            .finish()
    }

    /// Bytes of a checkpoint over a roster of this size.
    pub fn encoded_len(clients: u32) -> usize {
        Context::LEN + 1 + 32 + 8 + 32 + ClientSet::encoded_len(clients) + SIGNATURE_LEN
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(&self.signed_bytes())
            .bytes(&self.signature)
            .finish()
    }

    /// Decodes a checkpoint over a roster of `clients` that fills `bytes`.
    pub fn decode(bytes: &[u8], clients: u32) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let checkpoint = Self {
            context: Context::read(&mut reader)?,
            phase: Phase::from_number(reader.u8("phase")?)
                .ok_or(DecodeError::Value { field: "phase" })?,
            previous: reader.array("previous checkpoint")?,
            root: Root {
                size: reader.u64("tree size")?,
                hash: reader.array("tree root")?,
            },
            list: ClientSet::read(&mut reader, clients, "list")?,
            signature: reader.array("signature")?,
        };
        reader.finish()?;
        Ok(checkpoint)
    }

    /// The same, of the pairwise protocol; those of phases of another protocol do not decode.
    pub fn decode_pairwise(bytes: &[u8], clients: u32) -> Result<Self, DecodeError> {
        let checkpoint = Self::decode(bytes, clients)?;
        checkpoint.phase.require_pairwise().map(|()| checkpoint)
    }

    /// Decodes a checkpoint of a round of this protocol, over a roster of `clients`, that fills `bytes`; those of phases of another
    /// protocol do not decode.
    pub fn decode_of_protocol(
        bytes: &[u8],
        clients: u32,
        dialect: &Dialect,
    ) -> Result<Self, DecodeError> {
        let checkpoint = Self::decode(bytes, clients)?;
        dialect.require_phase(checkpoint.phase).map(|()| checkpoint)
    }

    /// Whether the signature is `key`'s.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify(
            labels::SIGN_CHECKPOINT,
            &self.signed_bytes(),
            &self.signature,
        )
    }

    /// The digest by which the next checkpoint and the messages of the next phase name this one. It does not cover the
    /// signature, because there can be two valid signatures.
    pub fn digest(&self) -> Digest {
        digest(labels::CHECKPOINT, &[&self.signed_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_round_trip_and_every_byte_counts() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let list = ClientSet::of(11, |client| client.number() % 3 == 0);
        let root = Root {
            size: 9,
            hash: [4; 32],
        };
        let checkpoint =
            Checkpoint::sign(&key, Context::sample(2), Phase::Submit, [3; 32], root, list);
        let bytes = checkpoint.encode();
        assert_eq!(bytes.len(), Checkpoint::encoded_len(11));
        assert_eq!(Checkpoint::decode(&bytes, 11), Ok(checkpoint));
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            let caught = match Checkpoint::decode(&bad, 11) {
                Err(_) => true,
                Ok(bad) => !bad.is_signed_by(&key.verifying_key()),
            };
            assert!(caught, "byte {at}");
            assert!(Checkpoint::decode(&bytes[..at], 11).is_err());
        }
    }
}
