//! A part of a body, with the path that shows that it was signed (`specs/wire.md` 4.2, 8).

use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::crypto::tree::Root;
use crate::rule::Rule;
use crate::wire::message::Envelope;

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its position in the body, from 0.
    pub position: u32,
    /// The part.
    pub bytes: Vec<u8>,
    /// Inclusion proof of the part under the envelope's body root.
    pub proof: Vec<u8>,
}

impl Part {
    /// The part's bytes, if it is part number `position` of the `count` that an envelope names.
    pub fn of(&self, envelope: &Envelope, position: usize, count: usize) -> Option<&[u8]> {
        let is_part = is_part(envelope, &self.bytes, position, count, &self.proof);
        let holds = self.position as usize == position && Rule::Path.holds(is_part);
        holds.then_some(&self.bytes)
    }

    /// Writes the part.
    pub fn write(&self, writer: Writer) -> Writer {
        writer
            .u32(self.position)
            .long(&self.bytes)
            .short(&self.proof)
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            position: reader.u32("part's position")?,
            bytes: reader.long("part")?.to_vec(),
            proof: reader.short("part's proof")?.to_vec(),
        })
    }
}

/// Whether `part` is part number `position` of the `count` that the envelope names. The count is
/// the caller's, from its own lists: a proof only shows that a tree of that shape has the part
/// there (RFC 6962 section 2.1.1), which is all that a holder needs.
#[must_use]
pub fn is_part(
    envelope: &Envelope,
    part: &[u8],
    position: usize,
    count: usize,
    proof: &[u8],
) -> bool {
    let root = Root {
        size: count as u64,
        hash: envelope.body_root,
    };
    root.includes(part, position as u64, proof)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::context::Context;
    use crate::crypto::ids::ClientId;
    use crate::crypto::signing::SigningKey;
    use crate::crypto::tree::Tree;
    use crate::round::phase::Phase;
    use crate::wire::message::{BodyError, Message, Sender};

    fn message(parts: &[Vec<u8>]) -> Message {
        let key = SigningKey::from_bytes(&[1; 32]);
        let sender = Sender::Client(ClientId::from_index(4));
        Message::sign(
            &key,
            Context::sample(2),
            Phase::Share,
            sender,
            [3; 32],
            parts,
        )
    }

    #[test]
    fn a_part_is_bound_to_its_place() {
        let parts = [vec![1, 2], vec![3], vec![4]];
        let message = message(&parts);
        assert_eq!(message.parts(&[1, 2, 1]), Err(BodyError::Root));
        assert_eq!(
            message.parts(&[2, 1]),
            Err(BodyError::Length { got: 4, want: 3 })
        );
        let tree: Tree<_> = parts.iter().collect();
        let proof = tree.inclusion(1).unwrap();
        assert!(is_part(&message.envelope, &[3], 1, 3, &proof));
        assert!(!is_part(&message.envelope, &[3], 2, 3, &proof));
        assert!(!is_part(&message.envelope, &[4], 1, 3, &proof));
    }
}
