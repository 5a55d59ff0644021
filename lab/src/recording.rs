//! An honest client whose owner reads what it writes down.
// A test gives up where this panics.
#![allow(clippy::unwrap_used)]

use rand_core::OsRng;
use veragg_protocol::client::AnyClient;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::phase::Phase;
use zeroize::Zeroizing;

use crate::local::Party;
use crate::Suite;

/// An honest member that keeps what it writes down.
pub struct RecordingClient {
    pub(crate) id: ClientId,
    /// The client, in its state of now.
    pub client: Option<AnyClient<Suite>>,
    pub(crate) input: Vec<u64>,
    /// What it wrote down last.
    pub store: Zeroizing<Vec<u8>>,
}

impl Party for RecordingClient {
    fn id(&self) -> ClientId {
        self.id
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let wanted = matches!(phase, Phase::Submit | Phase::Attest);
        let input = wanted.then_some(self.input.as_slice());
        let client = self.client.take().unwrap();
        let (client, said) = client.advance(package, input, &mut OsRng, &mut self.store);
        self.client = Some(client);
        said.ok().flatten().into_iter().collect()
    }
}
