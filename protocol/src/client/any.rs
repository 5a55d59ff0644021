//! A client in whichever state it is in, behind one trait: what a restart finds, and what a driver holds.

use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader};
use veragg_circuits::proof_system::ProofSystem;

use super::codec::State;
use super::saved::{ResumeError, FORMAT};
use super::session::Session;
use super::{
    Acknowledged, Advertised, Attested, Client, ClientError, Confirmed, Disputed, ExposedSecrets,
    Joined, Shared, Step, Store, Submitted, Unmasked,
};
use crate::crypto::ids::ClientId;
use crate::crypto::signing::SigningKey;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::checkpoint::Checkpoint;

/// What a step takes.
pub struct Turn<'a> {
    pub(crate) package: &'a [u8],
    pub(crate) input: Option<&'a [u64]>,
    pub(crate) rng: &'a mut dyn CryptoRngCore,
    pub(crate) store: &'a mut dyn Store,
}

/// The state after a step, and the message. There is no state if the store failed.
type Advanced = (
    Option<Box<dyn AnyState>>,
    Result<Option<Vec<u8>>, ClientError>,
);

/// A client in one of its states, in a round of one of the suites.
pub trait AnyState: Send + Sync + 'static {
    /// The client's number.
    fn id(&self) -> ClientId;
    /// The phase in which it speaks next.
    fn phase(&self) -> Option<Phase>;
    /// The checkpoint that it answered last.
    fn checkpoint(&self) -> Option<&Checkpoint>;
    /// The secrets that it holds: see [`roles::Client::expose_secrets`](crate::roles::Client::expose_secrets).
    fn expose_secrets(&self) -> ExposedSecrets;
    /// Takes the next step.
    fn advance(self: Box<Self>, turn: Turn<'_>) -> Advanced;
}

macro_rules! any_states {
    ($($state:ident: |$client:ident, $turn:ident| $step:expr;)*) => {$(
        impl<P: ProofSystem> AnyState for Client<P, $state> {
            fn id(&self) -> ClientId {
                Client::id(self)
            }

            fn phase(&self) -> Option<Phase> {
                self.next_phase()
            }

            fn checkpoint(&self) -> Option<&Checkpoint> {
                Client::answered(self)
            }

            fn expose_secrets(&self) -> ExposedSecrets {
                self.state.expose()
            }

            fn advance(self: Box<Self>, $turn: Turn<'_>) -> Advanced {
                let $client = *self;
                $step
            }
        }
    )*};
}

any_states! {
    Joined: |client, turn| save_step(client.advertise(turn.rng), turn.store);
    Advertised: |client, turn| save_step(client.share(turn.package, turn.rng), turn.store);
    Shared: |client, turn| save_step(client.confirm(turn.package, turn.rng), turn.store);
    Confirmed: |client, turn| match turn.input {
        Some(x) => save_step(client.submit(turn.package, x, turn.rng), turn.store),
        None => (Some(Box::new(client)), Err(ClientError::InputMissing)),
    };
    Submitted: |client, turn| match turn.input {
        Some(x) => save_step(client.attest(turn.package, x, turn.rng), turn.store),
        None => (Some(Box::new(client)), Err(ClientError::InputMissing)),
    };
    Attested: |client, turn| save_step(client.dispute(turn.package, turn.rng), turn.store);
    Disputed: |client, turn| save_step(client.acknowledge(turn.package), turn.store);
    Acknowledged: |client, turn| save_step(client.unmask(turn.package), turn.store);
    Unmasked: |client, turn| save_step(client.unmask_again(turn.package), turn.store);
}

/// Saves a step; a step that cannot be saved is not taken.
fn save_step<P: ProofSystem, S, T>(step: Step<P, S, T>, store: &mut dyn Store) -> Advanced
where
    T: State,
    Client<P, S>: AnyState,
    Client<P, T>: AnyState,
{
    match step {
        Ok(pending) => match pending.save(store) {
            Ok((client, message)) => (Some(Box::new(client)), Ok(message)),
            // The step may have reached the store: only it knows which state is the true one. There is no
            // client left here, so that nothing can be said twice.
            Err(error) => (None, Err(error.into())),
        },
        Err(refused) => (Some(Box::new(refused.client)), Err(refused.error)),
    }
}

/// A client as it was saved, and the message that it was about to send.
pub type Restored = (Box<dyn AnyState>, Option<Vec<u8>>);

/// Restores a client from what it saved last, for the same round and long-term key.
pub fn restore<P: ProofSystem>(
    round: Arc<Round<P>>,
    identity: Arc<SigningKey>,
    saved: &[u8],
) -> Result<Restored, ResumeError> {
    let mut reader = Reader::new(saved);
    if reader.u16("version")? != FORMAT {
        return Err(ResumeError::Format);
    }
    let tag = reader.u8("state")?;
    let (clients, can_prove) = (round.clients(), round.proofs().can_prove());
    let (session, message) = Session::read(&mut reader, round, identity)?;
    macro_rules! restore {
        ($($state:ident),*) => {
            match tag {
                $($state::TAG => {
                    let state = $state::read(&mut reader, clients)?;
                    Box::new(Client { session, state }) as Box<dyn AnyState>
                })*
                _ => return Err(DecodeError::Value { field: "state" }.into()),
            }
        };
    }
    // At submit it would be too late: the others count on this client then.
    if tag <= Confirmed::TAG && !can_prove {
        return Err(ResumeError::NoProvingKey);
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
        Unmasked
    );
    reader.finish()?;
    Ok((client, message))
}
