//! How a client is written down (`specs/protocol.md` 6); [`super::any`] reads it.

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Writer};
use veragg_circuits::proof_system::ProofSystem;
use zeroize::Zeroizing;

use super::codec::State;
use super::Client;

/// The version of the saved form. It is this crate's own: no other party reads it.
pub(super) const FORMAT: u16 = 3;

/// Why a saved client cannot be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The state is of another round.
    #[error(
        "the saved state is of another round; give the header of the round that this client is in"
    )]
    OtherRound,
    /// The state is of another client.
    #[error("the saved state is of another client; give the key with which this client joined")]
    OtherClient,
    /// Another version of veragg saved it.
    #[error("another version of veragg saved this state; finish the round with that version, or drop out")]
    Format,
    /// The client has yet to prove its input, and the round was entered without the key that clients prove with.
    #[error("the suite of this round needs the proving key of its set-up; enter the round with the key that this client joined with")]
    NoProvingKey,
    /// The bytes are not a state that was saved.
    #[error("the saved state is damaged ({0}); restore nothing older, drop out of the round")]
    Damaged(#[from] DecodeError),
}

impl<P: ProofSystem, S: State> Client<P, S> {
    /// The bytes to write down, with the message to send; zeroized when dropped.
    pub(super) fn to_saved(&self, message: Option<&[u8]>) -> Zeroizing<Vec<u8>> {
        let writer = Writer::secret().u16(FORMAT).u8(S::TAG);
        let writer = self.session.write(message, writer);
        Zeroizing::new(self.state.write(writer).finish())
    }
}
