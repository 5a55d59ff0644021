//! `ark-groth16` alone, on the circuit of our suite: without commitments, and bound to nobody.

use ark_bls12_381::{Bls12_381, Fr};
use ark_ff::Field;
use ark_groth16::r1cs_to_qap::LibsnarkReduction;
use ark_groth16::{prepare_verifying_key, Groth16, PreparedVerifyingKey, Proof};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use rayon::prelude::*;
use veragg::circuits::groth16::circuit::Circuit;
use veragg::circuits::groth16::key::ProvingKey;

type Ark = Groth16<Bls12_381, LibsnarkReduction>;

/// A circuit, its key, and a vector.
pub struct Plain {
    circuit: Circuit,
    key: ark_groth16::ProvingKey<Bls12_381>,
    prepared: PreparedVerifyingKey<Bls12_381>,
    assignment: Vec<Fr>,
}

impl Plain {
    pub fn new(circuit: Circuit, key: &ProvingKey, x: &[u64]) -> Self {
        let key = key.for_arkworks();
        let assignment = circuit.assign(x).expect("a vector that satisfies");
        Self {
            prepared: prepare_verifying_key(&key.vk),
            assignment: assignment.to_vec(),
            circuit,
            key,
        }
    }

    /// The bytes of a proof.
    pub fn prove(&self) -> Vec<u8> {
        let [mu, nu] = [17u64, 19].map(|number| Fr::from(number).pow([987_654_321]));
        let proof = Ark::create_proof_with_reduction_and_matrices(
            &self.key,
            mu,
            nu,
            self.circuit.rows(),
            self.circuit.instance(),
            self.circuit.constraints(),
            &self.assignment,
        );
        let mut bytes = Vec::new();
        let proof = proof.expect("a vector that satisfies");
        let written = proof.serialize_compressed(&mut bytes);
        written.expect("a vector takes all bytes");
        bytes
    }

    /// From bytes, with all checks of the points.
    pub fn verify(&self, bytes: &[u8]) {
        let proof = Proof::deserialize_compressed(bytes).expect("a canonical proof");
        let inputs = &self.assignment[1..self.circuit.instance()];
        let holds = Ark::verify_proof(&self.prepared, &proof, inputs);
        assert!(holds.expect("as many inputs as the key takes"));
    }

    /// So many, as fast as all threads can.
    pub fn verify_many(&self, count: usize, bytes: &[u8]) {
        (0..count).into_par_iter().for_each(|_| self.verify(bytes));
    }
}
