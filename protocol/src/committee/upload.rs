//! The form in which a client's message goes over the network (`specs/committee.md` 5.7). It leaves out what the aggregator has or
//! computes.

use veragg_circuits::codec::{Reader, Writer};

use super::parts::Parts;
use crate::crypto::context::{Context, Version};
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::crypto::signing::{Signature, SIGNATURE_LEN};
use crate::round::phase::Phase;
use crate::wire::message::{body_root, cut, BorrowedMessage, Envelope, Sender};

/// The first byte of an upload. That of a message is 0.
const FORM: u8 = 1;

/// Bytes before the body.
pub const HEAD_LEN: usize = 1 + 3 + 32 + SIGNATURE_LEN;

/// An upload.
struct Upload<'a> {
    client: [u8; 3],
    context: Digest,
    signature: Signature,
    body: &'a [u8],
}

impl<'a> Upload<'a> {
    /// That of a message; nothing if it is not one of submit, of a client, in answer to the context.
    fn of(message: &'a [u8]) -> Option<Self> {
        let BorrowedMessage { envelope, body } = BorrowedMessage::decode(message).ok()?;
        let Sender::Client(client) = envelope.sender else {
            return None;
        };
        let [0, client @ ..] = client.number().to_be_bytes() else {
            return None;
        };
        let Context { version, digest } = envelope.context;
        let of_submit = envelope.phase == Phase::Submit && envelope.answers == digest;
        (of_submit && version == Version::V2).then_some(Self {
            client,
            context: digest,
            signature: envelope.signature,
            body,
        })
    }

    fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8("form").ok()? != FORM {
            return None;
        }
        Some(Self {
            client: reader.array("client").ok()?,
            context: reader.array("context").ok()?,
            signature: reader.array("signature").ok()?,
            body: bytes.get(HEAD_LEN..)?,
        })
    }

    fn encode(&self) -> Vec<u8> {
        Writer::new()
            .u8(FORM)
            .bytes(&self.client)
            .bytes(&self.context)
            .bytes(&self.signature)
            .bytes(self.body)
            .finish()
    }

    /// The bytes of the message for which it stands; nothing if the body has not the length of a submission with these parts.
    fn message(&self, layout: &Parts) -> Option<Vec<u8>> {
        if self.body.len() as u64 != layout.body_len() {
            return None;
        }
        let parts = cut(self.body, &layout.lengths()).ok()?;
        let [first, second, third] = self.client;
        let client = ClientId::new(u32::from_be_bytes([0, first, second, third]));
        let envelope = Envelope {
            context: Context {
                version: Version::V2,
                digest: self.context,
            },
            phase: Phase::Submit,
            // Number 0 is the aggregator's, who may not speak in submit.
            sender: client.map_or(Sender::Aggregator, Sender::Client),
            answers: self.context,
            body_root: body_root(&parts),
            signature: self.signature,
        };
        Some([&envelope.encode(), self.body].concat())
    }
}

/// The upload of a message; nothing if the message is not one of submit, of a client, in answer to the context. Whether the body is the
/// one that the envelope names is not checked.
pub fn of_message(message: &[u8]) -> Option<Vec<u8>> {
    Upload::of(message).map(|upload| upload.encode())
}

/// The message for which bytes stand that arrived. Bytes that are no upload are given back as they are; so is an upload that has not the
/// length of a submission with these parts, which decodes as no message. Cost: a hash over the body, and a copy of it.
pub fn message_of(arrived: Vec<u8>, layout: &Parts) -> Vec<u8> {
    let message = Upload::decode(&arrived).and_then(|upload| upload.message(layout));
    message.unwrap_or(arrived)
}
