//! Signed messages: an envelope of fixed size, and a body in parts (`specs/wire.md` 4).
//!
//! The envelope holds the Merkle root of the parts of the body. Only the envelope is signed, and the board's tree holds
//! only envelopes. So a client that needs only to know that there is a message gets the envelope, and a client that
//! needs one part of a long message gets that part with its path.

use std::fmt;

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::context::Context;
use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::labels;
use crate::crypto::sharing::DealerMessage;
use crate::crypto::signing::{
    EncodedKey, Signature, Signed, SigningKey, VerifyingKey, SIGNATURE_LEN,
};
use crate::crypto::tree::{CompactTree, Leaf};
use crate::round::phase::Phase;
use crate::round::protocol::Dialect;
use crate::round::Round;

/// Bytes of an envelope.
pub const ENVELOPE_LEN: usize = Context::LEN + 1 + 4 + 32 + 32 + SIGNATURE_LEN;

/// The party that signed a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The aggregator: number 0 on the wire.
    Aggregator,
    /// A client, by its number.
    Client(ClientId),
    /// A trustee of a committee: `2^31` and its number on the wire.
    Trustee(TrusteeId),
}

impl Sender {
    fn number(self) -> u32 {
        match self {
            Sender::Aggregator => 0,
            Sender::Client(client) => client.number(),
            Sender::Trustee(trustee) => trustee.sender_number(),
        }
    }

    fn from_number(number: u32) -> Self {
        let trustee = TrusteeId::from_sender_number(number).map(Sender::Trustee);
        trustee
            .or_else(|| ClientId::new(number).map(Sender::Client))
            .unwrap_or(Sender::Aggregator)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sender::Aggregator => f.write_str("the aggregator"),
            Sender::Client(client) => write!(f, "client {client}"),
            Sender::Trustee(trustee) => write!(f, "trustee {trustee}"),
        }
    }
}

/// The fixed part of a message: sender, phase, what it answers, the root of the body, and the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The round.
    pub context: Context,
    /// The phase that the message belongs to.
    pub phase: Phase,
    /// The party that signed it.
    pub sender: Sender,
    /// The checkpoint that the message answers; in the first phase, the context.
    pub answers: Digest,
    /// `MTH` over the parts of the body.
    pub body_root: Digest,
    /// The sender's signature on all of the above.
    pub signature: Signature,
}

impl Envelope {
    fn signed_bytes(&self) -> Vec<u8> {
        self.context
            .write(Writer::new())
            .u8(self.phase.number())
            .u32(self.sender.number())
            .bytes(&self.answers)
            .bytes(&self.body_root)
            .finish()
    }

    /// The canonical bytes, [`ENVELOPE_LEN`] of them.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(&self.signed_bytes())
            .bytes(&self.signature)
            .finish()
    }

    /// Reads an envelope.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            context: Context::read(reader)?,
            phase: Phase::from_number(reader.u8("phase")?)
                .ok_or(DecodeError::Value { field: "phase" })?,
            sender: Sender::from_number(reader.u32("sender")?),
            answers: reader.array("answers")?,
            body_root: reader.array("body root")?,
            signature: reader.array("signature")?,
        })
    }

    /// Decodes an envelope that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let envelope = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(envelope)
    }

    /// Decodes an envelope of the pairwise protocol that fills `bytes`; those of phases of another protocol do not decode.
    pub fn decode_pairwise(bytes: &[u8]) -> Result<Self, DecodeError> {
        let envelope = Self::decode(bytes)?;
        envelope.phase.require_pairwise().map(|()| envelope)
    }

    /// Decodes an envelope of a round; one of another version, or of a phase of another protocol, does not decode.
    pub fn decode_of(bytes: &[u8], dialect: &Dialect) -> Result<Self, DecodeError> {
        let envelope = Self::decode(bytes)?;
        dialect.require(&envelope.context, envelope.phase)?;
        Ok(envelope)
    }

    /// Whether the signature is `key`'s.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify(labels::SIGN_MESSAGE, &self.signed_bytes(), &self.signature)
    }

    /// The signature, as that of a key. [`verify_all`](crate::crypto::signing::verify_all) says whether it is.
    pub fn signed_by(&self, key: EncodedKey) -> Signed {
        Signed::new(
            key,
            labels::SIGN_MESSAGE,
            self.signed_bytes(),
            self.signature,
        )
    }

    /// A digest of what is signed. It does not depend on the signature.
    pub fn said(&self) -> Digest {
        digest(labels::SIGN_MESSAGE, &[&self.signed_bytes()])
    }

    /// Whether the envelope names the empty body, which has no parts.
    #[must_use]
    pub fn has_empty_body(&self) -> bool {
        self.body_root == body_root(&[] as &[&[u8]])
    }

    /// The envelope of an acknowledgement with this signature, whose body is empty.
    pub fn of_acknowledgement(
        context: Context,
        client: ClientId,
        answers: Digest,
        signature: Signature,
    ) -> Self {
        let sender = Sender::Client(client);
        Self::without_parts(context, Phase::Acknowledge, sender, answers, signature)
    }

    /// The envelope of a message without parts, with this signature.
    pub fn without_parts(
        context: Context,
        phase: Phase,
        sender: Sender,
        answers: Digest,
        signature: Signature,
    ) -> Self {
        Self {
            context,
            phase,
            sender,
            answers,
            body_root: body_root(&[] as &[&[u8]]),
            signature,
        }
    }

    /// The digests of a message of share that the degree test hashes.
    pub fn dealer_message(&self) -> DealerMessage<'_> {
        DealerMessage {
            context: &self.context,
            answers: &self.answers,
            body_root: &self.body_root,
        }
    }

    /// The entry of the board's tree: a digest of the whole envelope, signature included.
    pub fn entry(&self) -> Digest {
        digest(labels::ENTRY, &[&self.encode()])
    }
}

/// Why a body is not the one that its envelope names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The length is not the one that configuration and lists give.
    #[error("the body has {got} bytes, the configuration and the lists give {want}")]
    Length {
        /// Bytes of the body.
        got: usize,
        /// Bytes that it must have.
        want: usize,
    },
    /// The parts are not the ones that were signed.
    #[error("the body is not the one that the envelope names")]
    Root,
}

/// A whole message, in memory. [`crate::wire::body`] reads one that is too long for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The envelope.
    pub envelope: Envelope,
    /// The parts of the body, one behind the other. How long each is follows from the
    /// configuration and the lists, never from the message.
    pub body: Vec<u8>,
}

impl Message {
    /// Signs a message with these parts.
    pub fn sign(
        key: &SigningKey,
        context: Context,
        phase: Phase,
        sender: Sender,
        answers: Digest,
        parts: &[Vec<u8>],
    ) -> Self {
        let body_root = body_root(parts);
        let mut envelope = Envelope {
            context,
            phase,
            sender,
            answers,
            body_root,
            signature: [0; SIGNATURE_LEN],
        };
        envelope.signature = key.sign(labels::SIGN_MESSAGE, &envelope.signed_bytes());
        Self {
            envelope,
            body: parts.concat(),
        }
    }

    /// The canonical bytes: envelope, then body.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(&self.envelope.encode())
            .bytes(&self.body)
            .finish()
    }

    /// The entry of the message that begins with these bytes.
    pub fn entry_of(bytes: &[u8]) -> Result<Digest, DecodeError> {
        Envelope::read(&mut Reader::new(bytes)).map(|envelope| envelope.entry())
    }

    /// Decodes the envelope. The rest is taken as the body, without any check.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let BorrowedMessage { envelope, body } = BorrowedMessage::decode(bytes)?;
        let body = body.to_vec();
        Ok(Self { envelope, body })
    }

    /// The same message, with a borrowed body.
    pub fn borrowed(&self) -> BorrowedMessage<'_> {
        BorrowedMessage {
            envelope: self.envelope.clone(),
            body: &self.body,
        }
    }

    /// Cuts the body into parts of these lengths, if it is the body that the envelope names.
    pub fn parts(&self, lengths: &[usize]) -> Result<Vec<&[u8]>, BodyError> {
        parts(&self.envelope, &self.body, lengths)
    }
}

/// A message with a borrowed body. Bodies are long: a copy of each would cost as much memory and time as all other work
/// with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BorrowedMessage<'a> {
    /// The envelope.
    pub envelope: Envelope,
    /// The parts of the body, one behind the other.
    pub body: &'a [u8],
}

impl<'a> BorrowedMessage<'a> {
    /// Decodes the envelope. The rest is taken as the body, without any check.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let envelope = Envelope::read(&mut Reader::new(bytes))?;
        let body = bytes.get(ENVELOPE_LEN..).unwrap_or_default();
        Ok(Self { envelope, body })
    }

    /// Cuts the body into parts of these lengths, if it is the body that the envelope names.
    pub fn parts(&self, lengths: &[usize]) -> Result<Vec<&'a [u8]>, BodyError> {
        parts(&self.envelope, self.body, lengths)
    }
}

fn parts<'a>(
    envelope: &Envelope,
    body: &'a [u8],
    lengths: &[usize],
) -> Result<Vec<&'a [u8]>, BodyError> {
    let parts = cut(body, lengths)?;
    match body_root(&parts) == envelope.body_root {
        true => Ok(parts),
        false => Err(BodyError::Root),
    }
}

/// Cuts a body into parts of these lengths, which must fill it.
pub(crate) fn cut<'a>(body: &'a [u8], lengths: &[usize]) -> Result<Vec<&'a [u8]>, BodyError> {
    let (got, want) = (body.len(), lengths.iter().sum());
    let wrong_length = BodyError::Length { got, want };
    if got != want {
        return Err(wrong_length);
    }
    let mut reader = Reader::new(body);
    let parts = lengths.iter().map(|&length| reader.bytes(length, "part"));
    parts.collect::<Result<_, _>>().map_err(|_| wrong_length)
}

/// `MTH` over the parts of a body.
pub(crate) fn body_root(parts: &[impl AsRef<[u8]>]) -> Digest {
    let leaves = parts.iter().map(|part| Leaf::of(part.as_ref()));
    leaves.collect::<CompactTree>().root().hash
}

impl<P: ProofSystem> Round<P> {
    /// The key that verifies a sender's messages.
    pub fn key_of(&self, sender: Sender) -> Option<VerifyingKey> {
        match sender {
            Sender::Aggregator => Some(self.configuration().aggregator),
            Sender::Client(client) => self.roster().key(client),
            Sender::Trustee(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(parts: &[Vec<u8>]) -> (SigningKey, Message) {
        let key = SigningKey::from_bytes(&[1; 32]);
        let sender = Sender::Client(ClientId::from_index(4));
        let message = Message::sign(
            &key,
            Context::sample(2),
            Phase::Share,
            sender,
            [3; 32],
            parts,
        );
        (key, message)
    }

    #[test]
    fn messages_round_trip_and_every_byte_counts() {
        let parts = [vec![1, 2], vec![3], vec![]];
        let (key, message) = message(&parts);
        let bytes = message.encode();
        assert_eq!(bytes.len(), ENVELOPE_LEN + 3);
        assert_eq!(Message::decode(&bytes), Ok(message.clone()));
        assert!(message.envelope.is_signed_by(&key.verifying_key()));
        assert_eq!(
            message.parts(&[2, 1, 0]),
            Ok(vec![&[1u8, 2][..], &[3], &[]])
        );
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            let caught = match Message::decode(&bad) {
                Err(_) => true,
                Ok(bad) => {
                    !bad.envelope.is_signed_by(&key.verifying_key())
                        || bad.parts(&[2, 1, 0]) == Err(BodyError::Root)
                }
            };
            assert!(caught, "byte {at}");
        }
        for end in 0..ENVELOPE_LEN {
            assert!(Message::decode(&bytes[..end]).is_err());
        }
    }
}
