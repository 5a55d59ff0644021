//! The client: it sends one message (`specs/committee.md` 3.1).

mod submit;

use std::fmt;
use std::io;
use std::sync::Arc;

use rand_core::CryptoRngCore;
use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::statement::InputError;

use super::round::Round;
use super::upload;
use crate::client::Store;
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::crypto::signing::SigningKey;
use crate::wire::message::{BorrowedMessage, Sender};

/// A client that has entered a round and not sent its message yet.
pub struct Client<P: ProofSystem> {
    round: Arc<Round<P>>,
    identity: Arc<SigningKey>,
    me: ClientId,
}

/// Why a client sends nothing.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The input does not satisfy the statement.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The client's number is not one of the round.
    #[error("there is no client {client} in a round of {clients} clients; take the number of the invitation")]
    NoSuchClient {
        /// The number that was given.
        client: ClientId,
        /// Clients of the roster.
        clients: u32,
    },
    /// The message could not be written down.
    #[error("the message could not be saved, so it is not sent: {0}")]
    Store(#[from] io::Error),
}

impl<P: ProofSystem> Client<P> {
    /// A client of a round that it has [accepted](Round::accept), with the number of its invitation.
    pub fn new(round: Arc<Round<P>>, me: ClientId, identity: Arc<SigningKey>) -> Self {
        Self {
            round,
            identity,
            me,
        }
    }

    /// The client's number.
    pub fn id(&self) -> ClientId {
        self.me
    }

    /// Makes the client's only message, writes it down, and hands it out: the client sends its [upload](Saved::upload). Secrets are wiped
    /// before. Cost: the proof, and a commitment to the pads of each trustee.
    pub fn submit(
        self,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
        store: &mut dyn Store,
    ) -> Result<Saved, SubmitError> {
        let clients = self.round.clients();
        if self.me.number() > clients {
            let client = self.me;
            return Err(SubmitError::NoSuchClient { client, clients });
        }
        let message = submit::message(&self.round, self.me, &self.identity, x, rng)?.encode();
        let saved = Saved {
            context: self.round.context().digest,
            client: self.me,
            message,
        };
        store.put(&saved.encode())?;
        Ok(saved)
    }
}

impl<P: ProofSystem> fmt::Debug for Client<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.me)
            .finish_non_exhaustive()
    }
}

/// What a client keeps: its message. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    context: Digest,
    client: ClientId,
    message: Vec<u8>,
}

/// The version of the saved form. It is this crate's own.
const FORMAT: u16 = 1;

impl Saved {
    /// The digest of the round's context.
    pub fn context(&self) -> &Digest {
        &self.context
    }

    /// The client's number.
    pub fn client(&self) -> ClientId {
        self.client
    }

    /// The whole message. The client hands it to an auditor if it has a receipt and the aggregator left it out (6.10).
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// What the client sends, and sends again: its message without what the aggregator has (5.7). A receipt or a refusal in answer to it is
    /// one of the [whole message](Self::message): check it with that.
    pub fn upload(&self) -> Vec<u8> {
        // What is saved is a message of submit, of a client of a round, and so has an upload.
        upload::of_message(&self.message).unwrap_or_default()
    }

    /// The bytes that are kept.
    fn encode(&self) -> Vec<u8> {
        Writer::new()
            .u16(FORMAT)
            .bytes(&self.context)
            .u32(self.client.number())
            .bytes(&self.message)
            .finish()
    }

    /// Decodes what a client kept. After a restart it sends this message again, or nothing. Errors: the bytes are not the
    /// saved form of a message of submit of one client. That its signature and its body are whole is not checked: a store must not give
    /// back other bytes than it was given.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        if reader.u16("format")? != FORMAT {
            return Err(DecodeError::Value { field: "format" });
        }
        let context = reader.array("context")?;
        let client = ClientId::new(reader.u32("client")?);
        let client = client.ok_or(DecodeError::Value { field: "client" })?;
        let message = reader.bytes(reader.remaining(), "message")?.to_vec();
        let envelope = BorrowedMessage::decode(&message)?.envelope;
        let is_its_own = envelope.context.digest == context
            && envelope.sender == Sender::Client(client)
            && upload::of_message(&message).is_some();
        if !is_its_own {
            return Err(DecodeError::Value { field: "message" });
        }
        Ok(Self {
            context,
            client,
            message,
        })
    }
}
