//! A proof in the forms of other programs (`specs/proofs.md` 8.11). Only a proof that holds is exported.

pub mod eip2537;
pub mod gas;
pub mod snarkjs;

#[cfg(test)]
mod evaluator;
#[cfg(test)]
mod tests;

use ark_ec::CurveGroup;

use super::key::VerifyingKey;
use super::proof::{Elements, Groth16Input, Responses};
use super::{row, Bls12381Groth16};
use crate::group::bls12381::{Fr, G1Affine, G1Projective};
use crate::proof_system::{Binding, ProofSystem};

/// A proof that holds, with what it holds under.
#[derive(Debug, Clone)]
pub struct Export<'a> {
    key: &'a VerifyingKey,
    elements: &'a Elements,
    responses: &'a Responses,
    /// `G_0, .., G_(C-1), H`.
    row: Vec<G1Affine>,
    /// The first 32 bytes of what the challenge is the hash of.
    prefix: [u8; 32],
    client: u32,
    /// What the challenge is the hash of.
    message: Vec<u8>,
    /// The challenge.
    e: Fr,
}

impl Bls12381Groth16 {
    /// The proof in the forms of other programs; nothing if it does not hold under this binding. Cost: a verification.
    pub fn export<'a>(&'a self, binding: &Binding, proof: &'a Groth16Input) -> Option<Export<'a>> {
        let holds = self.verify_batch(&[(*binding, proof)]).is_empty();
        holds.then(|| Export::unverified(self, binding, &proof.elements, &proof.responses))
    }
}

impl<'a> Export<'a> {
    fn unverified(
        suite: &'a Bls12381Groth16,
        binding: &Binding,
        elements: &'a Elements,
        responses: &'a Responses,
    ) -> Self {
        let prefix = suite.verifier.prefix();
        Self {
            key: &suite.verifying,
            elements,
            responses,
            row: G1Projective::normalize_batch(&row(&suite.key)),
            prefix: prefix.of(&binding.context),
            client: binding.client,
            message: elements.message(prefix, binding),
            e: elements.challenge(prefix, binding),
        }
    }

    /// The digest of the verifying key, by which the configuration names it.
    pub fn key_digest(&self) -> [u8; 32] {
        self.key.digest()
    }

    /// `IC_0 + Phat`, which stands against `g_2` in the pairing equation.
    fn inputs(&self) -> G1Affine {
        (self.key.ic[0] + self.elements.packed).into_affine()
    }
}
