//! What the aggregator sends to a client at the close of a phase (`specs/wire.md` 8): the
//! checkpoint, the proof that it continues the last one, and the messages that the client needs,
//! each with its position in the tree.

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::crypto::ids::ClientId;
use crate::crypto::signing::Signature;
use crate::pairwise::fraud_proof::FraudProof;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Envelope, ENVELOPE_LEN};
use crate::wire::part::Part;

/// What one client gets when a phase closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The checkpoint that closed the phase.
    pub checkpoint: Checkpoint,
    /// Consistency proof from the checkpoint before it.
    pub consistency: Vec<u8>,
    /// Messages of the phase; none in acknowledge.
    pub items: Vec<Item>,
    /// In acknowledge: who acknowledged, ascending, with the signature on the envelope. Everything else in the
    /// envelope follows from what the reader itself answers.
    pub acknowledgements: Vec<(ClientId, Signature)>,
    /// In further rounds of unmask: the fraud proofs against the clients that left.
    pub fraud_proofs: Vec<FraudProof>,
}

/// One message of a package, or those of its parts that the client needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Index of its leaf.
    pub index: u64,
    /// The envelope.
    pub envelope: Envelope,
    /// Inclusion proof of the leaf under the checkpoint.
    pub inclusion: Vec<u8>,
    /// Parts of the body.
    pub parts: Vec<Part>,
}

impl Package {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new()
            .long(&self.checkpoint.encode())
            .short(&self.consistency)
            .u32(self.items.len() as u32);
        for item in &self.items {
            writer = writer
                .u64(item.index)
                .bytes(&item.envelope.encode())
                .short(&item.inclusion)
                .u32(item.parts.len() as u32);
            for part in &item.parts {
                writer = part.write(writer);
            }
        }
        let mut writer = writer.u32(self.acknowledgements.len() as u32);
        for (client, signature) in &self.acknowledgements {
            writer = writer.u32(client.number()).bytes(signature);
        }
        let writer = writer.u32(self.fraud_proofs.len() as u32);
        let write = |writer, fraud_proof: &FraudProof| fraud_proof.write(writer);
        self.fraud_proofs.iter().fold(writer, write).finish()
    }

    /// Decodes a package over a roster of `clients` that fills `bytes`. What is allocated grows
    /// with the bytes, not with the counts in them.
    pub fn decode(bytes: &[u8], clients: u32) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let checkpoint = Checkpoint::decode_pairwise(reader.long("checkpoint")?, clients)?;
        let consistency = reader.short("consistency proof")?.to_vec();
        let mut items = Vec::new();
        for _ in 0..reader.u32("items")? {
            items.push(Item::read(&mut reader)?);
        }
        let mut acknowledgements: Vec<(ClientId, Signature)> = Vec::new();
        for _ in 0..reader.u32("acknowledgements")? {
            let field = "acknowledging client";
            let client = ClientId::new(reader.u32(field)?).filter(|client| {
                let last = acknowledgements.last();
                client.number() <= clients && last.is_none_or(|(last, _)| last < client)
            });
            let client = client.ok_or(DecodeError::Value { field })?;
            acknowledgements.push((client, reader.array("signature of an acknowledgement")?));
        }
        let mut fraud_proofs = Vec::new();
        for _ in 0..reader.u32("fraud proofs")? {
            fraud_proofs.push(FraudProof::read(&mut reader)?);
        }
        reader.finish()?;
        Ok(Self {
            checkpoint,
            consistency,
            items,
            acknowledgements,
            fraud_proofs,
        })
    }
}

impl Item {
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let index = reader.u64("leaf index")?;
        let envelope = Envelope::decode_pairwise(reader.bytes(ENVELOPE_LEN, "envelope")?)?;
        let inclusion = reader.short("inclusion proof")?.to_vec();
        let mut parts = Vec::new();
        for _ in 0..reader.u32("parts")? {
            parts.push(Part::read(reader)?);
        }
        Ok(Self {
            index,
            envelope,
            inclusion,
            parts,
        })
    }

    /// The part at `position` of a body of `count` parts, if it is here and is the one that was
    /// signed.
    pub fn part(&self, position: usize, count: usize) -> Option<&[u8]> {
        let part = self
            .parts
            .iter()
            .find(|part| part.position as usize == position)?;
        part.of(&self.envelope, position, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::context::Context;
    use crate::crypto::ids::ClientSet;
    use crate::crypto::signing::SigningKey;
    use crate::crypto::tree::{Root, Tree};
    use crate::round::phase::Phase;
    use crate::wire::message::{Message, Sender};
    use proptest::prelude::*;

    fn package(bodies: &[Vec<Vec<u8>>]) -> Package {
        let key = SigningKey::from_bytes(&[1; 32]);
        let items = bodies
            .iter()
            .enumerate()
            .map(|(index, parts)| {
                let sender = Sender::Client(ClientId::from_index(index));
                let message = Message::sign(
                    &key,
                    Context::sample(2),
                    Phase::Share,
                    sender,
                    [3; 32],
                    parts,
                );
                let tree: Tree<_> = parts.iter().collect();
                let part = |position: usize| Part {
                    position: position as u32,
                    bytes: parts[position].clone(),
                    proof: tree.inclusion(position as u64).unwrap(),
                };
                let parts = (0..parts.len()).map(part).collect();
                Item {
                    index: index as u64,
                    envelope: message.envelope,
                    inclusion: vec![4; 32],
                    parts,
                }
            })
            .collect();
        let root = Root {
            size: 5,
            hash: [6; 32],
        };
        let list = ClientSet::of(9, |_| true);
        let checkpoint =
            Checkpoint::sign(&key, Context::sample(2), Phase::Share, [3; 32], root, list);
        Package {
            checkpoint,
            consistency: vec![7; 64],
            items,
            acknowledgements: vec![
                (ClientId::from_index(1), [8; 64]),
                (ClientId::from_index(4), [9; 64]),
            ],
            fraud_proofs: Vec::new(),
        }
    }

    #[test]
    fn acknowledgements_ascend() {
        let mut package = package(&[]);
        for clients in [[4, 1], [4, 4], [1, 9]] {
            package.acknowledgements = clients
                .map(|index| (ClientId::from_index(index), [8; 64]))
                .into();
            let decoded = Package::decode(&package.encode(), 9);
            let field = "acknowledging client";
            assert_eq!(decoded, Err(DecodeError::Value { field }));
        }
    }

    proptest! {
        #[test]
        fn packages_round_trip_and_cuts_are_refused(
            bodies in prop::collection::vec(
                prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..4),
                0..4,
            ),
        ) {
            let package = package(&bodies);
            let bytes = package.encode();
            prop_assert_eq!(Package::decode(&bytes, 9), Ok(package.clone()));
            for end in 0..bytes.len() {
                prop_assert!(Package::decode(&bytes[..end], 9).is_err());
            }
            for (item, parts) in package.items.iter().zip(&bodies) {
                for (position, part) in parts.iter().enumerate() {
                    prop_assert_eq!(item.part(position, parts.len()), Some(&part[..]));
                }
                prop_assert_eq!(item.part(parts.len(), parts.len()), None);
                prop_assert_eq!(item.part(0, 0), None);
            }
        }
    }
}
