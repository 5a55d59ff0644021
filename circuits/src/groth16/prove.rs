//! Commitment and proof of a vector (`specs/proofs.md` 8.5).

use ark_ec::{AffineRepr, CurveGroup};
use ark_groth16::r1cs_to_qap::LibsnarkReduction;
use ark_groth16::Groth16;
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::circuit::Circuit;
use super::commit::{commit, Committer};
use super::key::ProvingKey;
use super::proof::{encode, Elements, Prefix, Responses};
use crate::apart::apart;
use crate::group::bls12381::{Bls12381, Fr, G1Projective, Pairing};
use crate::group::Group;
use crate::proof_system::{Binding, Proven};
use crate::statement::InputError;

/// What a prover holds of a key.
#[derive(Debug)]
pub(super) struct Prover {
    key: ark_groth16::ProvingKey<Pairing>,
    /// The generators of the row, `G_0, .., H`.
    row: Committer,
    /// Those over the key: `IC_1, .., IC_C, eta`.
    packed: Committer,
    /// `T_0`, by which the blinding over the key is taken out of the proof.
    unblinding: Committer,
}

fn uniform(rng: &mut dyn CryptoRngCore) -> Fr {
    let mut bytes = Zeroizing::new([0; 64]);
    rng.fill_bytes(bytes.as_mut());
    Bls12381::from_uniform_bytes(&bytes)
}

impl Prover {
    /// Cost: less than a multiplication a packed scalar.
    pub(super) fn new(key: &ProvingKey, generators: &[G1Projective]) -> Self {
        let verifying = &key.verifying;
        let over_key = verifying.ic[1..].iter().chain([&verifying.eta]);
        let over_key: Vec<G1Projective> = over_key.map(|point| point.into_group()).collect();
        let unblinding: Vec<_> = key
            .h
            .iter()
            .take(1)
            .map(|point| point.into_group())
            .collect();
        Self {
            row: Committer::new(generators),
            packed: Committer::new(&over_key),
            unblinding: Committer::new(&unblinding),
            key: key.for_arkworks(),
        }
    }

    /// Commits to `x` and proves it. Refuses a vector that does not satisfy the statement.
    pub(super) fn prove(
        &self,
        circuit: &Circuit,
        prefix: &Prefix,
        binding: &Binding,
        x: &[u64],
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Proven<Bls12381>, InputError> {
        let assignment = circuit.assign(x)?;
        let columns = circuit.layout().scalars();
        // The packed scalars; then a blinding, which is put behind them for each commitment.
        let with = |scalars: &[Fr], blinding: Fr| {
            let mut all = Zeroizing::new(Vec::with_capacity(columns + 1));
            all.extend_from_slice(scalars);
            all.push(blinding);
            all
        };
        let rng = &mut prefix
            .hedge(binding)
            .input(circuit.statement(), x)
            .stream(rng);
        let mut draw = |count: usize| {
            let mut drawn = Zeroizing::new(Vec::with_capacity(count));
            drawn.extend((0..count).map(|_| uniform(rng)));
            drawn
        };
        let (secrets, nonces) = (draw(4), draw(columns + 2));
        let [rhat, sigma, mu, nu] = [0, 1, 2, 3].map(|at| secrets[at]);
        let packed = &assignment[1..=columns];
        let [row_scalars, key_scalars] = [rhat, sigma].map(|blinding| with(packed, blinding));
        let row_nonces = with(&nonces[..columns], nonces[columns + 1]);
        // Neither needs the other: small circuits keep only one thread busy.
        let both = || {
            rayon::join(
                || {
                    Groth16::<Pairing, LibsnarkReduction>::create_proof_with_reduction_and_matrices(
                        &self.key,
                        mu,
                        nu,
                        circuit.rows(),
                        circuit.instance(),
                        circuit.constraints(),
                        &assignment,
                    )
                },
                || {
                    commit([
                        (&self.row, &row_scalars),
                        (&self.packed, &key_scalars),
                        (&self.packed, &nonces[..=columns]),
                        (&self.row, &row_nonces),
                        (&self.unblinding, &[sigma]),
                    ])
                },
            )
        };
        let (proof, commitments) = apart(both);
        let proof = proof.expect("BLS12-381 has a domain of this size");
        let [row, over_key, announced_packed, announced_row, unblinding] = commitments;
        let elements = Elements {
            row,
            packed: over_key,
            announced_packed,
            announced_row,
            a: proof.a,
            b: proof.b,
            q: (proof.c.into_group() - unblinding).into_affine(),
        };
        let e = elements.challenge(prefix, binding);
        let responses = Responses {
            packed: nonces
                .iter()
                .zip(packed)
                .map(|(nonce, p)| *nonce + e * p)
                .collect(),
            sigma: nonces[columns] + e * sigma,
            blinding: nonces[columns + 1] + e * rhat,
        };
        Ok(Proven {
            bytes: encode(&elements, &responses),
            blindings: vec![rhat],
        })
    }
}
