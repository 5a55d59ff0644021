use ark_ff::Field;
use ark_groth16::Groth16;
use ark_poly::GeneralEvaluationDomain;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::groth16::derive::Powers;
use crate::groth16::testing::circuits;
use crate::group::bls12381::Pairing;

/// Our circuit in the eyes of `ark-groth16`.
struct Synthesized<'a>(&'a Circuit);

impl ConstraintSynthesizer<Fr> for Synthesized<'_> {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let circuit = self.0;
        let mut variables = vec![Variable::One];
        for number in 1..circuit.variables() {
            let value = || Ok(Fr::zero());
            variables.push(if number < circuit.instance() {
                cs.new_input_variable(value)?
            } else {
                cs.new_witness_variable(value)?
            });
        }
        let combination = |row: &Row| {
            let terms = row
                .iter()
                .map(|(coefficient, variable)| (*coefficient, variables[*variable]));
            LinearCombination(terms.collect())
        };
        let [a, b, c] = circuit.rows();
        for ((a, b), c) in a.iter().zip(b).zip(c) {
            cs.enforce_r1cs_constraint(|| combination(a), || combination(b), || combination(c))?;
        }
        Ok(())
    }
}

/// For known secrets the keys are those of `ark-groth16`, element by element.
#[test]
fn keys_from_powers_are_those_of_arkworks() {
    for circuit in circuits() {
        let seed = [7; 32];
        let [alpha, beta, delta] = [11u64, 13, 17].map(Fr::from);
        // `ark-groth16` draws tau itself.
        let domain = GeneralEvaluationDomain::<Fr>::new(circuit.domain()).unwrap();
        let tau = domain.sample_element_outside_domain(&mut ChaCha20Rng::from_seed(seed));
        let theirs = Groth16::<Pairing>::generate_parameters_with_qap(
            Synthesized(&circuit),
            alpha,
            beta,
            Fr::one(),
            delta,
            G1Projective::generator(),
            G2Projective::generator(),
            &mut ChaCha20Rng::from_seed(seed),
        );
        let theirs = theirs.unwrap();
        let first = derive(
            &circuit,
            20,
            &Powers::of_secrets(circuit.domain(), [tau, alpha, beta]),
        );
        let ours = multiply_delta(&first, &delta);
        assert_eq!(ours.verifying.alpha, theirs.vk.alpha_g1);
        assert_eq!(ours.verifying.beta, theirs.vk.beta_g2);
        assert_eq!(G2Projective::generator().into_affine(), theirs.vk.gamma_g2);
        assert_eq!(ours.verifying.delta, theirs.vk.delta_g2);
        assert_eq!(ours.verifying.ic, theirs.vk.gamma_abc_g1);
        assert_eq!(ours.beta, theirs.beta_g1);
        assert_eq!(ours.delta, theirs.delta_g1);
        assert_eq!(ours.a, theirs.a_query);
        assert_eq!(ours.b_1, theirs.b_g1_query);
        assert_eq!(ours.b_2, theirs.b_g2_query);
        assert_eq!(ours.l, theirs.l_query);
        assert_eq!(ours.h, theirs.h_query);
        let vanishing = tau.pow([circuit.domain() as u64]) - Fr::one();
        let eta = G1Projective::generator() * vanishing;
        assert_eq!(ours.verifying.eta, eta.into_affine());
        assert_eq!(ours.h[0] * delta, eta);
    }
}

/// The columns of the public variables in the matrix `A`, with the rows that are appended, are independent.
#[test]
fn the_polynomials_of_public_variables_are_independent() {
    for circuit in circuits() {
        let points = circuit.constraints() + circuit.instance();
        let columns = columns(&circuit.rows()[0], circuit.variables());
        let mut rows: Vec<Vec<Fr>> = (0..circuit.instance())
            .map(|variable| {
                let mut dense = vec![Fr::zero(); points];
                for (coefficient, row) in &columns[variable] {
                    dense[*row] = *coefficient;
                }
                dense[circuit.constraints() + variable] += Fr::one();
                dense
            })
            .collect();
        assert_eq!(rank(&mut rows), circuit.instance());
    }
}

fn rank(rows: &mut [Vec<Fr>]) -> usize {
    let mut rank = 0;
    for column in 0..rows[0].len() {
        let Some(pivot) = (rank..rows.len()).find(|row| !rows[*row][column].is_zero()) else {
            continue;
        };
        rows.swap(rank, pivot);
        let inverse = rows[rank][column].inverse().unwrap();
        for row in rank + 1..rows.len() {
            let factor = rows[row][column] * inverse;
            for at in column..rows[row].len() {
                let less = rows[rank][at] * factor;
                rows[row][at] -= less;
            }
        }
        rank += 1;
    }
    rank
}
