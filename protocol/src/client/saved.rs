//! Saving and restoring a client in every state.

use std::sync::Arc;

use rand_core::CryptoRngCore;
use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;
use zeroize::Zeroizing;

use super::acknowledge::Acknowledged;
use super::advertise::{Advertised, Joined};
use super::attest::Attested;
use super::codec::State;
use super::confirm::Confirmed;
use super::dispute::Disputed;
use super::error::ClientError;
use super::session::Session;
use super::share::Shared;
use super::submit::Submitted;
use super::unmask::Unmasked;
use super::{Client, Pending, Step, Store};
use crate::crypto::labels::VERSION;
use crate::crypto::signing::SigningKey;
use crate::round::Round;

/// Will say nothing any more: its state may have been lost.
#[derive(Debug)]
pub struct Finished;

impl State for Finished {
    const TAG: u8 = 9;
    fn write(&self, writer: Writer) -> Writer {
        writer
    }
    fn read(_: &mut Reader<'_>, _: u32) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

/// Why a saved client cannot be restored. A client whose state is lost or uncertain drops out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the saved state is not this client's of this round ({0}); drop out of the round")]
pub struct ResumeError(#[from] DecodeError);

impl<P: ProofSystem, S: State> Client<P, S> {
    /// The bytes to write down, with the message to send; zeroized when dropped.
    pub(super) fn to_saved(&self, message: Option<&[u8]>) -> Zeroizing<Vec<u8>> {
        let writer = Writer::new().u16(VERSION).u8(S::TAG);
        let writer = self.session.write(message, writer);
        Zeroizing::new(self.state.write(writer).finish())
    }
}

/// A client in whichever state it is in: what a restart finds, and what a driver holds.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum AnyClient<P: ProofSystem> {
    Joined(Client<P, Joined>),
    Advertised(Client<P, Advertised>),
    Shared(Client<P, Shared>),
    Confirmed(Client<P, Confirmed>),
    Submitted(Client<P, Submitted>),
    Attested(Client<P, Attested>),
    Disputed(Client<P, Disputed>),
    Acknowledged(Client<P, Acknowledged>),
    Unmasked(Client<P, Unmasked>),
    Finished(Client<P, Finished>),
}

impl<P: ProofSystem> AnyClient<P> {
    /// Restores a client from what it wrote down last, for the same round and long-term key, with
    /// the message that it was about to send, which may be sent again.
    pub fn resume(
        round: Arc<Round<P>>,
        identity: impl Into<Arc<SigningKey>>,
        saved: &[u8],
    ) -> Result<(Self, Option<Vec<u8>>), ResumeError> {
        let mut reader = Reader::new(saved);
        if reader.u16("version")? != VERSION {
            return Err(DecodeError::Value { field: "version" }.into());
        }
        let tag = reader.u8("state")?;
        let clients = round.clients();
        let (session, message) = Session::read(&mut reader, round, identity.into())?;
        macro_rules! restore {
            ($($state:ident),*) => {
                match tag {
                    $($state::TAG => {
                        let state = $state::read(&mut reader, clients)?;
                        Self::$state(Client { session, state })
                    })*
                    _ => return Err(DecodeError::Value { field: "state" }.into()),
                }
            };
        }
        let client = restore!(
            Joined,
            Advertised,
            Shared,
            Confirmed,
            Submitted,
            Attested,
            Disputed,
            Acknowledged,
            Unmasked,
            Finished
        );
        reader.finish()?;
        Ok((client, message))
    }

    /// Takes the next step, whichever it is: writes the new state to `store` and returns the
    /// message to send, if there is one. `package` is needed from the second step on, `input` at submit
    /// and attest only. After
    /// an error nothing was sent, and the client is as it was; but if the store failed, only the
    /// store knows which state is the true one: what comes back has finished and says nothing;
    /// [`resume`](Self::resume) from the store, or drop out.
    pub fn advance(
        self,
        package: &[u8],
        input: Option<&[u64]>,
        rng: &mut impl CryptoRngCore,
        store: &mut impl Store,
    ) -> (Self, Result<Option<Vec<u8>>, ClientError>) {
        match self {
            Self::Joined(client) => {
                taken(client.advertise(rng), store, Self::Advertised, Self::Joined)
            }
            Self::Advertised(client) => taken(
                client.share(package, rng),
                store,
                Self::Shared,
                Self::Advertised,
            ),
            Self::Shared(client) => taken(
                client.confirm(package, rng),
                store,
                Self::Confirmed,
                Self::Shared,
            ),
            Self::Confirmed(client) => match input {
                Some(x) => taken(
                    client.submit(package, x, rng),
                    store,
                    Self::Submitted,
                    Self::Confirmed,
                ),
                None => (Self::Confirmed(client), Err(ClientError::InputMissing)),
            },
            Self::Submitted(client) => match input {
                Some(x) => taken(
                    client.attest(package, x, rng),
                    store,
                    Self::Attested,
                    Self::Submitted,
                ),
                None => (Self::Submitted(client), Err(ClientError::InputMissing)),
            },
            Self::Attested(client) => taken(
                client.dispute(package, rng),
                store,
                Self::Disputed,
                Self::Attested,
            ),
            Self::Disputed(client) => taken(
                client.acknowledge(package),
                store,
                Self::Acknowledged,
                Self::Disputed,
            ),
            Self::Acknowledged(client) => taken(
                client.unmask(package),
                store,
                Self::Unmasked,
                Self::Acknowledged,
            ),
            Self::Unmasked(client) => taken(
                client.unmask_again(package),
                store,
                Self::Unmasked,
                Self::Unmasked,
            ),
            Self::Finished(_) => (self, Err(ClientError::Finished)),
        }
    }
}

/// Saves a step; a step that cannot be saved is not taken.
fn taken<P: ProofSystem, S, T: State>(
    step: Step<P, S, T>,
    store: &mut impl Store,
    next: fn(Client<P, T>) -> AnyClient<P>,
    same: fn(Client<P, S>) -> AnyClient<P>,
) -> (AnyClient<P>, Result<Option<Vec<u8>>, ClientError>) {
    match step {
        Ok(Pending { client, message }) => match store.put(&client.to_saved(message.as_deref())) {
            Ok(()) => (next(client), Ok(message)),
            // The step may have reached the store: only it knows which state is the true one. What is
            // left here has nothing to say, so that nothing can be said twice.
            Err(error) => {
                let (session, state) = (client.session, Finished);
                (
                    AnyClient::Finished(Client { session, state }),
                    Err(error.into()),
                )
            }
        },
        Err(refused) => (same(refused.client), Err(refused.error)),
    }
}
