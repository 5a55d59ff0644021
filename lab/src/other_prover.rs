//! A client whose proof is not the one of its input. It knows only what an honest client knows about itself: its own
//! software tells it.
// What is unwrapped here is made by the client's own software.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::SigningKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;

use crate::fixtures::id;
use crate::local::Party;
use crate::messages::sign_again;
use crate::recording::RecordingClient;
use crate::scene::Scene;

/// The scalars of a suite.
pub(crate) type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;

/// What takes the place of a client's honest proof.
pub(crate) struct Instead<P: ProofSystem> {
    /// Commitments and proof.
    pub(crate) proof: Vec<u8>,
    /// The packed vector that it commits to.
    pub(crate) packed: Vec<Scalar<P>>,
    /// The blinding of each row.
    pub(crate) blindings: Vec<Scalar<P>>,
}

/// Makes it; nothing if it cannot be made.
pub(crate) type Prove<P> = dyn Fn(&mut dyn CryptoRngCore) -> Option<Instead<P>> + Send;

struct OtherProver<P: ProofSystem> {
    client: RecordingClient<P>,
    round: Arc<Round<P>>,
    key: Arc<SigningKey>,
    input: Vec<u64>,
    prove: Box<Prove<P>>,
}

impl<P: ProofSystem> OtherProver<P> {
    /// Its submission with the other proof, and with the masked vector that fits it.
    fn submit(&self, honest: &[u8]) -> Option<Vec<u8>> {
        let other = (self.prove)(&mut self.client.apart(1))?;
        let layout = self.round.layout();
        let blindings = self.client.client.expose_secrets().blindings?;
        let blindings = P::Group::decode_scalars(&blindings, layout.rows(), "blinding").ok()?;
        let packed = layout.pack(&self.input).ok()?;
        let own = packed.iter().chain(&blindings);
        let others = other.packed.iter().chain(&other.blindings);
        let more: Vec<Scalar<P>> = own.zip(others).map(|(own, other)| *other - own).collect();
        let scalars = self.round.masked_scalars();
        let lengths = self.round.submit_lengths();
        Some(sign_again(&self.key, honest, &lengths, &mut |parts| {
            let mut masked = P::Group::decode_scalars(&parts[1], scalars, "masked").unwrap();
            for (masked, more) in masked.iter_mut().zip(&more) {
                *masked += *more;
            }
            *parts = vec![other.proof.clone(), P::Group::encode_scalars(&masked)];
        }))
    }
}

impl<P: ProofSystem> Party for OtherProver<P> {
    fn id(&self) -> ClientId {
        self.client.id()
    }

    fn speak(&mut self, phase: Phase, package: &[u8]) -> Vec<Vec<u8>> {
        let messages = self.client.speak(phase, package);
        match (phase, messages.first()) {
            (Phase::Submit, Some(honest)) => self.submit(honest).map_or(messages, |it| vec![it]),
            _ => messages,
        }
    }
}

impl<P: ProofSystem> Scene<P> {
    /// The client submits what `prove` makes, with a masked vector that fits.
    pub(crate) fn proving_otherwise(self, number: u32, prove: Box<Prove<P>>) -> Self {
        let client = OtherProver {
            client: self.recording(number),
            round: Arc::clone(&self.local.round),
            key: self.key(number),
            input: self.inputs[id(number).index()].clone(),
            prove,
        };
        self.with(number, client)
    }
}
