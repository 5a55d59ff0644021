//! The client as a state machine: bytes in, bytes out (`specs/protocol.md` 3).
//!
//! A state is a type, and a transition consumes it: what is out of order does not compile. Each
//! transition takes the aggregator's [`Package`](crate::pairwise::package::Package) for the phase that has
//! closed, checks it, and gives a [`Pending`] step: the next state and the message. The message
//! can be had only by saving the state first, so that after a restart the client sends the same
//! bytes or nothing. A client that is never called again has dropped out.
//!
//! ```text
//! Joined -advertise-> Advertised -share-> Shared -confirm-> Confirmed -submit-> Submitted
//!        -attest-> Attested -dispute-> Disputed -acknowledge-> Acknowledged
//!        -unmask-> Unmasked (-unmask again-> Unmasked)*
//! ```

mod acknowledge;
mod advertise;
mod any;
mod attest;
mod codec;
mod confirm;
mod dispute;
mod error;
mod exposed;
mod received;
mod saved;
mod session;
mod share;
mod submit;
mod unmask;

use std::fmt;
use std::io;

use veragg_circuits::proof_system::ProofSystem;
use zeroize::Zeroizing;

use crate::crypto::ids::ClientId;
use crate::round::phase::Phase;
use crate::wire::checkpoint::Checkpoint;

pub use acknowledge::Acknowledged;
pub use advertise::{Advertised, Joined};
pub use any::{restore, AnyState, Restored, Turn};
pub use attest::Attested;
pub use codec::State;
pub use confirm::Confirmed;
pub use dispute::Disputed;
pub use error::{Blame, ClientError, JoinError};
pub use exposed::ExposedSecrets;
pub use saved::ResumeError;
pub use session::Session;
pub use share::Shared;
pub use submit::Submitted;
pub use unmask::Unmasked;

use session::Answer;

/// A client in one of its states.
pub struct Client<P: ProofSystem, S> {
    session: Session<P>,
    state: S,
}

impl<P: ProofSystem, S> Client<P, S> {
    /// The client's number.
    pub fn id(&self) -> ClientId {
        self.session.me()
    }

    /// The checkpoint that it answered last; nothing before the first.
    pub fn answered(&self) -> Option<&Checkpoint> {
        self.session.checkpoint()
    }

    fn attempt<T: codec::State>(
        self,
        step: impl FnOnce(&Session<P>, &S) -> Result<(Answer<P>, T), ClientError>,
    ) -> Step<P, S, T> {
        match step(&self.session, &self.state) {
            Ok(((session, message), state)) => Ok(Pending {
                client: Client { session, state },
                message,
            }),
            Err(error) => Err(Box::new(Refused {
                client: self,
                error,
            })),
        }
    }
}

/// What a transition gives.
pub type Step<P, S, T> = Result<Pending<P, T>, Box<Refused<P, S>>>;

/// A client whose state was written down, and its message, if it has one.
pub type Saved<P, S> = (Client<P, S>, Option<Vec<u8>>);

/// A step that was taken but not yet said: save it, then send the message.
#[must_use = "a step that is not saved has not happened"]
pub struct Pending<P: ProofSystem, S> {
    client: Client<P, S>,
    message: Option<Vec<u8>>,
}

impl<P: ProofSystem, S: codec::State> Client<P, S> {
    /// The phase in which it speaks next; nothing when it has finished.
    pub fn next_phase(&self) -> Option<Phase> {
        let further = self.session.round.pairwise().unmask_rounds;
        self.state.next_phase(further)
    }
}

impl<P: ProofSystem, S: codec::State> Pending<P, S> {
    /// Writes the new state down and hands out the client and the message to send, if there is one.
    pub fn save(self, store: &mut dyn Store) -> io::Result<Saved<P, S>> {
        store.put(&self.client.to_saved(self.message.as_deref()))?;
        Ok((self.client, self.message))
    }
}

/// A step that was not taken: nothing was said, and the client is as it was.
pub struct Refused<P: ProofSystem, S> {
    /// The client, unchanged; it may try again with another package.
    pub client: Client<P, S>,
    /// Why.
    pub error: ClientError,
}

// States hold secrets: none of them is ever printed.
impl<P: ProofSystem, S> fmt::Debug for Client<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl<P: ProofSystem, S> fmt::Debug for Pending<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pending").field(&self.client).finish()
    }
}

impl<P: ProofSystem, S> fmt::Debug for Refused<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refused")
            .field(&self.client)
            .field(&self.error)
            .finish()
    }
}

/// Where a client writes its state down. What is put replaces what was put before, and must have
/// reached stable storage when `put` returns. It holds the client's secrets.
pub trait Store {
    /// Replaces the saved state.
    fn put(&mut self, state: &[u8]) -> io::Result<()>;
}

/// A store in memory, zeroized when dropped: for clients that do not outlive their process.
impl Store for Zeroizing<Vec<u8>> {
    fn put(&mut self, state: &[u8]) -> io::Result<()> {
        *self = Zeroizing::new(state.to_vec());
        Ok(())
    }
}
