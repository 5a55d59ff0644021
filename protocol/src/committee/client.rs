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
use crate::client::Store;
use crate::crypto::ids::ClientId;
use crate::crypto::signing::SigningKey;
use crate::wire::message::Message;

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

    /// Makes the client's only message, writes it down, and hands it out. Secrets are wiped before. Cost: the proof, and a commitment to
    /// the pads of each trustee.
    pub fn submit(
        self,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
        store: &mut dyn Store,
    ) -> Result<Vec<u8>, SubmitError> {
        let message = submit::message(&self.round, self.me, &self.identity, x, rng)?.encode();
        let saved = Saved {
            context: self.round.context().digest,
            client: self.me,
            message,
        };
        store.put(&saved.encode())?;
        Ok(saved.message)
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
    /// The digest of the round's context.
    pub context: [u8; 32],
    /// The client's number.
    pub client: ClientId,
    /// The message, which it may send again.
    pub message: Vec<u8>,
}

/// The version of the saved form. It is this crate's own.
const FORMAT: u16 = 1;

impl Saved {
    /// The bytes that are kept.
    fn encode(&self) -> Vec<u8> {
        Writer::new()
            .u16(FORMAT)
            .bytes(&self.context)
            .u32(self.client.number())
            .bytes(&self.message)
            .finish()
    }

    /// Decodes what a client kept. After a restart it sends this message again, or nothing.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        if reader.u16("format")? != FORMAT {
            return Err(DecodeError::Value { field: "format" });
        }
        let context = reader.array("context")?;
        let client = ClientId::new(reader.u32("client")?);
        let message = reader.bytes(reader.remaining(), "message")?.to_vec();
        Message::entry_of(&message)?;
        Ok(Self {
            context,
            client: client.ok_or(DecodeError::Value { field: "client" })?,
            message,
        })
    }
}
