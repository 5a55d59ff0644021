//! Whether the elements of a key are those that `specs/proofs.md` 8.4 derives from powers (`specs/set-up.md` 5.5, 6).
//!
//! Weighted sums of polynomials are interpolated once, over the field, and then combined with the powers: no Fourier
//! transform in the group is needed.

use ark_ec::CurveGroup;
use ark_ff::Zero;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

use super::circuit::Circuit;
use super::derive::Divided;
use super::heads::{paired, Delta, Heads, NotOfForm};
use super::key::ProvingKey;
use super::points::weighted;
use super::powers::Powers;
use super::weights::Weights;
use crate::group::bls12381::{Fr, G1Affine, G1Projective, G2Affine};

/// What the elements of a key must follow from: powers that were checked, for the circuit.
#[derive(Debug, Clone, Copy)]
pub struct Checker<'a> {
    circuit: &'a Circuit,
    powers: &'a Powers,
}

impl<'a> Checker<'a> {
    /// # Panics
    ///
    /// If there are not as many powers as [`Powers::are_for`] asks for.
    pub fn new(circuit: &'a Circuit, powers: &'a Powers) -> Self {
        let domain = circuit.domain();
        assert!(
            powers.are_for(domain),
            "there must be powers for {domain} points"
        );
        Self { circuit, powers }
    }

    /// The coefficients of `sum_i weights_i p_i`, where `p_i` is the polynomial of variable `i` in a matrix. Cost: one
    /// inverse Fourier transform over the field.
    fn combined(&self, matrix: usize, weights: &[Fr]) -> Vec<Fr> {
        let circuit = self.circuit;
        let mut values = vec![Fr::zero(); circuit.domain()];
        for (value, row) in values.iter_mut().zip(&circuit.rows()[matrix]) {
            let terms = row.iter();
            *value = terms
                .map(|(coefficient, variable)| *coefficient * weights[*variable])
                .sum();
        }
        if matrix == 0 {
            // The rows of the public variables, which make their polynomials independent.
            let (first, instance) = (circuit.constraints(), circuit.instance());
            values[first..first + instance].copy_from_slice(&weights[..instance]);
        }
        let domain = Radix2EvaluationDomain::<Fr>::new(circuit.domain());
        let domain = domain.expect("BLS12-381 has domains of up to 2^32 points");
        domain.ifft_in_place(&mut values);
        values
    }

    /// `sum_i weights_i [beta u_i(tau) + alpha v_i(tau) + w_i(tau)]_1` over all variables.
    fn sums(&self, weights: &[Fr]) -> G1Projective {
        let powers = self.powers;
        weighted(&powers.beta, &self.combined(0, weights))
            + weighted(&powers.alpha, &self.combined(1, weights))
            + weighted(&powers.tau_1, &self.combined(2, weights))
    }

    /// Whether `eta` is what follows.
    pub fn eta(&self, eta: &G1Affine) -> Result<(), NotOfForm> {
        let powers = &self.powers.tau_1;
        NotOfForm::unless(powers[self.circuit.domain()] - powers[0] == *eta, "eta")
    }

    /// Whether the `IC_i` are what follows (`specs/set-up.md` 6.1). Cost: one transform for each matrix, and a combination
    /// of points with three terms for each point of the domain.
    pub fn ic(&self, ic: &[G1Affine], weights: &mut Weights) -> Result<(), NotOfForm> {
        let instance = self.circuit.instance();
        NotOfForm::unless(ic.len() == instance, "IC")?;
        let mut all = weights.take(instance);
        let given: G1Projective = weighted(ic, &all);
        all.resize(self.circuit.variables(), Fr::zero());
        NotOfForm::unless(given == self.sums(&all), "IC")
    }

    /// Whether `u`, `v` and `v` in `G2` are what follows (`specs/set-up.md` 6.2). Cost: as for [`ic`](Self::ic), once in
    /// `G2`.
    pub fn queries(&self, key: &ProvingKey, weights: &mut Weights) -> Result<(), NotOfForm> {
        let variables = self.circuit.variables();
        let in_1 = [(&key.a, 0, "u"), (&key.b_1, 1, "v")];
        for (given, matrix, name) in in_1 {
            let all = weights.take(variables);
            let follows: G1Projective = weighted(&self.powers.tau_1, &self.combined(matrix, &all));
            let holds = given.len() == variables && weighted(given, &all) == follows;
            NotOfForm::unless(holds, name)?;
        }
        let all = weights.take(variables);
        let follows = weighted(&self.powers.tau_2, &self.combined(1, &all));
        let holds = key.b_2.len() == variables && weighted(&key.b_2, &all) == follows;
        NotOfForm::unless(holds, "v in G2")
    }

    /// Whether what is divided by `delta` is what follows (`specs/set-up.md` 5.5). Cost: as for [`ic`](Self::ic), and four
    /// pairings.
    pub fn divided(
        &self,
        divided: &Divided,
        delta: &Delta,
        weights: &mut Weights,
    ) -> Result<(), NotOfForm> {
        let (instance, domain) = (self.circuit.instance(), self.circuit.domain());
        let witnesses = self.circuit.variables() - instance;
        NotOfForm::unless(divided.l.len() == witnesses, "L")?;
        NotOfForm::unless(divided.h.len() == domain - 1, "T")?;
        let of_l = weights.take(witnesses);
        let all = [vec![Fr::zero(); instance], of_l.clone()].concat();
        let follows = self.sums(&all);
        let in_delta = |given: G1Projective, follows: G1Projective| {
            let (given, follows): (G1Affine, G1Affine) =
                (given.into_affine(), follows.into_affine());
            let two: G2Affine = Heads::first().tau_2;
            paired(given, delta.in_2, follows, two)
        };
        NotOfForm::unless(in_delta(weighted(&divided.l, &of_l), follows), "L")?;
        let of_h = weights.take(domain - 1);
        let tau = &self.powers.tau_1;
        let follows = weighted(&tau[domain..], &of_h) - weighted(tau, &of_h);
        NotOfForm::unless(in_delta(weighted(&divided.h, &of_h), follows), "T")
    }
}

#[cfg(test)]
mod tests;
