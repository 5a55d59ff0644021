//! Verification, one by one and in batches (`specs/proofs.md` 8.6, 8.7).

use ark_ec::pairing::{MillerLoopOutput, Pairing as _, PairingOutput};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{PrimeField, Zero};
use rayon::prelude::*;

use super::key::{generators, VerifyingKey};
use super::proof::{Groth16Input, Prefix};
use crate::bad_ones::bad_ones;
use crate::group::bls12381::{public_sum, Fr, G1Affine, G1Projective, OddMultiples, Pairing};
use crate::proof_system::Binding;
use crate::transcript::{Transcript, TranscriptExt};

type Prepared = <Pairing as ark_ec::pairing::Pairing>::G2Prepared;
type Target = <Pairing as ark_ec::pairing::Pairing>::TargetField;

/// What a verifier holds of a key.
#[derive(Debug)]
pub(super) struct Verifier {
    prefix: Prefix,
    key: [u8; 32],
    alpha: G1Affine,
    /// `pair([alpha]_1, [beta]_2)`.
    alpha_beta: PairingOutput<Pairing>,
    first: G1Affine,
    beta: Prepared,
    delta: Prepared,
    generator: Prepared,
    /// `IC_1, .., IC_C, eta`, then `G_0, .., G_(C-1), H`.
    bases: Vec<G1Affine>,
    /// The same, by which the equations of one proof are checked.
    multiples: Vec<OddMultiples>,
}

/// The weights of the three equations of a proof.
type Weights = [Fr; 3];

/// How many pairs share the squarings of one Miller loop in arkworks.
const PAIRS: usize = 4;

/// `scalar point`, for a scalar of few bits.
fn short_multiple(point: &G1Affine, scalar: &Fr) -> G1Projective {
    point.mul_bigint(scalar.into_bigint())
}

impl Verifier {
    pub(super) fn new(key: &VerifyingKey, row: &[G1Projective], clients: u32) -> Self {
        let over_key = key.ic[1..].iter().chain([&key.eta]).copied();
        let row = G1Projective::normalize_batch(row);
        let bases: Vec<G1Affine> = over_key.chain(row).collect();
        Self {
            prefix: Prefix::new(key, clients),
            key: key.digest(),
            alpha: key.alpha,
            alpha_beta: Pairing::pairing(key.alpha, key.beta),
            first: key.ic[0],
            beta: key.beta.into(),
            delta: key.delta.into(),
            generator: generators().1.into_affine().into(),
            multiples: bases.par_iter().map(OddMultiples::new).collect(),
            bases,
        }
    }

    pub(super) fn prefix(&self) -> &Prefix {
        &self.prefix
    }

    /// The places of all proofs that do not hold, in order.
    pub(super) fn bad(&self, batch: &[(Binding, &Groth16Input)]) -> Vec<usize> {
        bad_ones(batch.len(), |part| match &batch[part] {
            // Of a single proof each equation is checked by itself.
            [(binding, proof)] => self.holds_alone(binding, proof),
            batch => self.holds(batch, &self.weights(batch)),
        })
    }

    /// Whether each equation of a proof holds.
    fn holds_alone(&self, binding: &Binding, proof: &Groth16Input) -> bool {
        let (elements, responses) = (&proof.elements, &proof.responses);
        let e = elements.challenge(&self.prefix, binding);
        let (over_key, over_row) = self.multiples.split_at(self.multiples.len() / 2);
        let linked = |bases: &[OddMultiples], last, committed, announced: G1Affine| {
            let scalars = responses.packed.iter().copied().chain([last]);
            let committed = OddMultiples::new(&committed);
            let terms = bases.iter().zip(scalars).chain([(&committed, -e)]);
            public_sum(terms) == announced
        };
        let inputs = (self.first + elements.packed).into_affine();
        let left = [elements.a, -inputs, -elements.q];
        let paired = || {
            let right = [
                elements.b.into(),
                self.generator.clone(),
                self.delta.clone(),
            ];
            Pairing::multi_pairing(left, right) == self.alpha_beta
        };
        let linked_over_key = || {
            let (committed, announced) = (elements.packed, elements.announced_packed);
            linked(over_key, responses.sigma, committed, announced)
        };
        let linked_over_row = || {
            let (committed, announced) = (elements.row, elements.announced_row);
            linked(over_row, responses.blinding, committed, announced)
        };
        let (paired, linked) =
            rayon::join(paired, || rayon::join(linked_over_key, linked_over_row));
        paired && linked == (true, true)
    }

    /// Weights that depend on everything that is weighed.
    fn weights(&self, batch: &[(Binding, &Groth16Input)]) -> Vec<Weights> {
        let mut transcript = Transcript::new(b"veragg/2 groth16 batch");
        transcript.append_message(b"key", &self.key);
        for (binding, proof) in batch {
            transcript.append_message(b"context", &self.prefix.of(&binding.context));
            transcript.absorb_u64(b"client", binding.client.into());
            transcript.append_message(b"proof", &proof.digest);
        }
        let mut weight = || {
            let mut bytes = [0; 16];
            transcript.challenge_bytes(b"weight", &mut bytes);
            Fr::from_le_bytes_mod_order(&bytes)
        };
        batch.iter().map(|_| [(); 3].map(|()| weight())).collect()
    }

    /// Whether the weighted product of pairings is 1, and the weighted sum of points the identity.
    fn holds(&self, batch: &[(Binding, &Groth16Input)], weights: &[Weights]) -> bool {
        self.linked(batch, weights) && self.paired(batch, weights)
    }

    /// Whether the weighted sum of points of both links is the identity.
    fn linked(&self, batch: &[(Binding, &Groth16Input)], weights: &[Weights]) -> bool {
        let columns = self.bases.len() / 2 - 1;
        let over_bases = self.bases.par_iter().enumerate().map(|(place, base)| {
            let (link, column) = (place / (columns + 1), place % (columns + 1));
            let sum: Fr = batch
                .iter()
                .zip(weights)
                .map(|((_, proof), weights)| weights[1 + link] * proof.responses.of(link, column))
                .sum();
            // The minus is here, since a negative weight would not be short.
            (*base, -sum)
        });
        let over_proofs =
            batch
                .par_iter()
                .zip(weights)
                .flat_map_iter(|((binding, proof), [_, key, row])| {
                    let elements = &proof.elements;
                    let e = elements.challenge(&self.prefix, binding);
                    [
                        (elements.announced_packed, *key),
                        (elements.packed, *key * e),
                        (elements.announced_row, *row),
                        (elements.row, *row * e),
                    ]
                });
        let (points, scalars): (Vec<G1Affine>, Vec<Fr>) = over_bases.chain(over_proofs).unzip();
        G1Projective::msm_unchecked(&points, &scalars).is_zero()
    }

    /// Whether the weighted product of pairings is 1.
    fn paired(&self, batch: &[(Binding, &Groth16Input)], weights: &[Weights]) -> bool {
        let weights: Vec<Fr> = weights.iter().map(|[pairing, _, _]| *pairing).collect();
        let total: Fr = weights.iter().sum();
        let sum = |of: fn(&Groth16Input) -> G1Affine| {
            let points: Vec<G1Affine> = batch.iter().map(|(_, proof)| of(proof)).collect();
            G1Projective::msm_unchecked(&points, &weights)
        };
        let inputs = self.first * total + sum(|proof| proof.elements.packed);
        let q = sum(|proof| proof.elements.q);
        let fixed = [-(self.alpha * total), -inputs, -q];
        let fixed = Pairing::multi_miller_loop(
            G1Projective::normalize_batch(&fixed),
            [&self.beta, &self.generator, &self.delta].map(Prepared::clone),
        );
        // An element of G2 that is prepared has 20 KB: it is kept only as long as its loop takes.
        let of_proofs = batch.par_chunks(PAIRS).zip(weights.par_chunks(PAIRS));
        let of_proofs = of_proofs.map(|(batch, weights)| {
            let elements = batch.iter().map(|(_, proof)| &proof.elements);
            let a: Vec<_> = elements
                .clone()
                .zip(weights)
                .map(|(elements, weight)| short_multiple(&elements.a, weight))
                .collect();
            let b = elements.map(|elements| elements.b);
            Pairing::multi_miller_loop(G1Projective::normalize_batch(&a), b).0
        });
        let product = fixed.0 * of_proofs.product::<Target>();
        Pairing::final_exponentiation(MillerLoopOutput(product)) == Some(PairingOutput::zero())
    }
}
