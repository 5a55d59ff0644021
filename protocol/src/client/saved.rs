//! How a client is written down (`specs/protocol.md` 6); [`super::any`] reads it.

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Writer};
use veragg_circuits::proof_system::ProofSystem;
use zeroize::Zeroizing;

use super::codec::State;
use super::Client;

/// The version of the saved form. It is this crate's own: no other party reads it.
pub(super) const FORMAT: u16 = 2;

/// Why a saved client cannot be restored. A client whose state is lost or uncertain drops out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the saved state is not this client's of this round ({0}); drop out of the round")]
pub struct ResumeError(#[from] DecodeError);

impl<P: ProofSystem, S: State> Client<P, S> {
    /// The bytes to write down, with the message to send; zeroized when dropped.
    pub(super) fn to_saved(&self, message: Option<&[u8]>) -> Zeroizing<Vec<u8>> {
        let writer = Writer::new().u16(FORMAT).u8(S::TAG);
        let writer = self.session.write(message, writer);
        Zeroizing::new(self.state.write(writer).finish())
    }
}
