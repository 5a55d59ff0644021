//! An honest client whose saved state an attack can read.

use rand_core::OsRng;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::roles::Client;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use crate::local::Party;

/// An honest client that keeps the state which it saved last.
pub struct RecordingClient {
    pub(crate) id: ClientId,
    /// The client in its current state.
    pub client: Client,
    pub(crate) input: Vec<u64>,
    /// The state that it saved last.
    pub store: Zeroizing<Vec<u8>>,
}

impl Party for RecordingClient {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, _: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let input = self.client.needs_input().then_some(self.input.as_slice());
        let message = self
            .client
            .advance(package, input, &mut OsRng, &mut self.store);
        message.ok().flatten().into_iter().collect()
    }
}
