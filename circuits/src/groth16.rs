//! The suite `bls12381-groth16`: one row of packed scalars, proven by a pairing (`specs/proofs.md` 8).

pub mod circuit;
mod commit;
pub mod derive;
pub mod key;
mod proof;
mod prove;
mod verify;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rand_core::CryptoRngCore;

use crate::codec::DecodeError;
use crate::commitment::CommitKey;
use crate::group::bls12381::{Bls12381, G1Projective};
use crate::proof_system::{Binding, Proven};
use crate::statement::InputError;

use circuit::Circuit;
use key::{KeyError, ProvingKey, VerifyingKey};
use prove::Prover;
use verify::Verifier;

pub use proof::{encoded_len, Groth16Input};

/// The name of the suite.
pub const NAME: &str = "bls12381-groth16";

/// The suite for one key and roster size.
#[derive(Debug)]
pub struct Bls12381Groth16 {
    circuit: Arc<Circuit>,
    key: CommitKey<Bls12381>,
    verifier: Verifier,
    /// Nothing for who only verifies.
    prover: Option<Prover>,
}

impl Bls12381Groth16 {
    /// The suite of a verifying key, for a roster of so many clients.
    pub fn verifying(
        circuit: &Arc<Circuit>,
        key: &VerifyingKey,
        clients: u32,
    ) -> Result<Self, KeyError> {
        key.check(circuit, clients)?;
        let generators = CommitKey::<Bls12381>::derive(NAME, circuit.layout().scalars());
        Ok(Self {
            circuit: Arc::clone(circuit),
            verifier: Verifier::new(key, &row(&generators), clients),
            key: generators,
            prover: None,
        })
    }

    /// The same for who proves, too.
    pub fn proving(
        circuit: &Arc<Circuit>,
        key: &ProvingKey,
        clients: u32,
    ) -> Result<Self, KeyError> {
        let suite = Self::verifying(circuit, &key.verifying, clients)?;
        Ok(Self {
            prover: Some(Prover::new(key, &row(&suite.key))),
            ..suite
        })
    }

    /// The generators of the row.
    pub fn key(&self) -> &CommitKey<Bls12381> {
        &self.key
    }

    /// Commits to `x` and proves the statement; nothing without a proving key.
    pub fn prove(
        &self,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Option<Result<Proven<Bls12381>, InputError>> {
        let prover = self.prover.as_ref()?;
        Some(prover.prove(&self.circuit, self.verifier.prefix(), binding, x, rng))
    }

    /// Decodes commitment and proof.
    pub fn decode(&self, bytes: &[u8]) -> Result<Groth16Input, DecodeError> {
        Groth16Input::decode(bytes, self.circuit.layout().scalars())
    }

    /// The one row.
    pub fn row(&self, proof: &Groth16Input) -> G1Projective {
        proof.elements.row.into()
    }

    /// The places of the proofs of a batch that do not hold, in order.
    pub fn verify_batch(&self, batch: &[(Binding, &Groth16Input)]) -> Vec<usize> {
        self.verifier.bad(batch)
    }
}

/// `G_0, .., G_(C-1), H`.
fn row(key: &CommitKey<Bls12381>) -> Vec<G1Projective> {
    let columns = key.columns().iter().copied();
    columns.chain([key.blinding()]).collect()
}
