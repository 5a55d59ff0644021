//! The keys of a circuit from powers of `tau` (`specs/proofs.md` 8.4, 9): sums of Lagrange polynomials at `tau`, which nobody
//! knows.

use ark_ec::{CurveGroup, PrimeGroup, ScalarMul};
use ark_ff::{One, Zero};
use ark_poly::domain::DomainCoeff;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rayon::prelude::*;

use super::circuit::{Circuit, Row};
use super::key::{ProvingKey, VerifyingKey};
use crate::group::bls12381::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};

/// Powers of `tau` in both groups, which the first phase of a set-up ends with. For a domain of `N` points:
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Powers {
    /// `[tau^i]_1` for `i` from 0 to `2N - 2`.
    pub tau_1: Vec<G1Affine>,
    /// `[tau^i]_2` for `i` from 0 to `N - 1`.
    pub tau_2: Vec<G2Affine>,
    /// `[alpha tau^i]_1` for `i` from 0 to `N - 1`.
    pub alpha: Vec<G1Affine>,
    /// `[beta tau^i]_1` for `i` from 0 to `N - 1`.
    pub beta: Vec<G1Affine>,
    /// `[beta]_2`.
    pub beta_2: G2Affine,
}

impl Powers {
    /// The powers of known `tau`, `alpha`, `beta`. Whoever knows one of them proves anything: for tests and measurements.
    pub fn of_secrets(domain: usize, [tau, alpha, beta]: [Fr; 3]) -> Self {
        let powers: Vec<Fr> = std::iter::successors(Some(Fr::one()), |power| Some(*power * tau))
            .take(2 * domain - 1)
            .collect();
        let (one, two) = (G1Projective::generator(), G2Projective::generator());
        let in_1 = |factor: Fr, count: usize| {
            let powers = powers[..count].par_iter();
            normalized(powers.map(|power| one * (*power * factor)).collect())
        };
        let in_2: Vec<_> = powers[..domain]
            .par_iter()
            .map(|power| two * power)
            .collect();
        Self {
            tau_1: in_1(Fr::one(), 2 * domain - 1),
            tau_2: G2Projective::normalize_batch(&in_2),
            alpha: in_1(alpha, domain),
            beta: in_1(beta, domain),
            beta_2: (two * beta).into_affine(),
        }
    }

    /// Whether there are as many powers as a domain of `domain` points needs.
    pub fn are_for(&self, domain: usize) -> bool {
        self.tau_1.len() == 2 * domain - 1
            && [self.alpha.len(), self.beta.len(), self.tau_2.len()] == [domain; 3]
    }
}

/// The polynomials of the points of the domain, at `tau`: `L_j` is 1 at `omega^j` and 0 at the other points.
fn lagrange<P>(domain: &Radix2EvaluationDomain<Fr>, powers: &[P::MulBase]) -> Vec<P>
where
    P: CurveGroup<ScalarField = Fr> + ScalarMul + DomainCoeff<Fr>,
{
    let mut points: Vec<P> = powers.iter().map(|point| (*point).into()).collect();
    domain.ifft_in_place(&mut points);
    points
}

/// `sum coefficient * points[place]`.
fn combine<P: PrimeGroup<ScalarField = Fr>>(terms: &[(Fr, usize)], points: &[P]) -> P {
    let mut sum = P::zero();
    for (coefficient, place) in terms {
        if coefficient.is_one() {
            sum += points[*place];
        } else if (-*coefficient).is_one() {
            sum -= points[*place];
        } else {
            sum += points[*place] * coefficient;
        }
    }
    sum
}

/// The columns of a matrix: for each variable the rows that it stands in, with its coefficients.
fn columns(rows: &[Row], variables: usize) -> Vec<Vec<(Fr, usize)>> {
    let mut columns = vec![Vec::new(); variables];
    for (row, entries) in rows.iter().enumerate() {
        for (coefficient, variable) in entries {
            columns[*variable].push((*coefficient, row));
        }
    }
    columns
}

fn normalized(points: Vec<G1Projective>) -> Vec<G1Affine> {
    G1Projective::normalize_batch(&points)
}

/// The keys of a circuit with `delta = 1`: [`multiply_delta`] makes it another. Cost: some ten multiplications a row.
///
/// # Panics
///
/// If there are not as many powers as [`Powers::are_for`] asks for.
pub fn derive(circuit: &Circuit, max_clients: u32, powers: &Powers) -> ProvingKey {
    let size = circuit.domain();
    assert!(
        powers.are_for(size),
        "there must be powers for {size} points"
    );
    let domain = Radix2EvaluationDomain::<Fr>::new(size);
    let domain = domain.expect("BLS12-381 has domains of up to 2^32 points");
    let tau: Vec<G1Projective> = lagrange(&domain, &powers.tau_1[..size]);
    let alpha: Vec<G1Projective> = lagrange(&domain, &powers.alpha);
    let beta: Vec<G1Projective> = lagrange(&domain, &powers.beta);
    let tau_2: Vec<G2Projective> = lagrange(&domain, &powers.tau_2);
    let (variables, instance) = (circuit.variables(), circuit.instance());
    let [mut a, b, c] = circuit
        .rows()
        .each_ref()
        .map(|rows| columns(rows, variables));
    // One more row for each public variable, so that their polynomials are independent.
    for (variable, column) in a.iter_mut().enumerate().take(instance) {
        column.push((Fr::one(), circuit.constraints() + variable));
    }
    let of = |columns: &[Vec<(Fr, usize)>], points: &[G1Projective]| -> Vec<G1Projective> {
        columns
            .par_iter()
            .map(|column| combine(column, points))
            .collect()
    };
    let sums = of(&a, &beta)
        .into_iter()
        .zip(of(&b, &alpha))
        .zip(of(&c, &tau));
    let sums: Vec<_> = sums.map(|((a, b), c)| a + b + c).collect();
    let (public, witnesses) = sums.split_at(instance);
    let b_2: Vec<G2Projective> = b.par_iter().map(|column| combine(column, &tau_2)).collect();
    let vanishing = |power: usize| powers.tau_1[power + size] - powers.tau_1[power];
    let one = G1Projective::generator().into_affine();
    ProvingKey {
        verifying: VerifyingKey {
            max_clients,
            statement: circuit.statement().encode(),
            domain: size as u32,
            matrices: circuit.digest(),
            alpha: powers.alpha[0],
            beta: powers.beta_2,
            delta: G2Projective::generator().into_affine(),
            eta: vanishing(0).into_affine(),
            ic: normalized(public.to_vec()),
        },
        beta: powers.beta[0],
        delta: one,
        a: normalized(of(&a, &tau)),
        b_1: normalized(of(&b, &tau)),
        b_2: G2Projective::normalize_batch(&b_2),
        l: normalized(witnesses.to_vec()),
        h: normalized((0..size - 1).map(vanishing).collect()),
    }
}

/// The keys in which `delta` is multiplied by a factor, which must not be zero: what a contribution to the second phase of
/// a set-up does. Cost: a multiplication for each witness and row.
pub fn multiply_delta(key: &ProvingKey, factor: &Fr) -> ProvingKey {
    let inverse = ark_ff::Field::inverse(factor).unwrap_or_else(Fr::zero);
    let divided = |points: &[G1Affine]| {
        let points: Vec<G1Projective> = points.par_iter().map(|point| *point * inverse).collect();
        normalized(points)
    };
    ProvingKey {
        verifying: VerifyingKey {
            delta: (key.verifying.delta * factor).into_affine(),
            ..key.verifying.clone()
        },
        delta: (key.delta * factor).into_affine(),
        l: divided(&key.l),
        h: divided(&key.h),
        ..key.clone()
    }
}

#[cfg(test)]
mod tests;
