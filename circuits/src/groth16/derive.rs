//! The keys of a circuit from powers of `tau` (`specs/proofs.md` 8.4): sums of Lagrange polynomials at `tau`, which nobody
//! knows.

use ark_ec::{CurveGroup, PrimeGroup, ScalarMul};
use ark_ff::{One, Zero};
use ark_poly::domain::DomainCoeff;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rayon::prelude::*;

use super::circuit::{Circuit, Row};
use super::key::{ProvingKey, VerifyingKey};
use super::points::{self, Element, ElementError};
use crate::group::bls12381::{Fr, G1Affine, G1Projective, G2Projective};

pub use super::powers::Powers;

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

/// Sums of the points of a domain for each variable of a circuit: its polynomials at `tau`.
struct Lagrange<'a> {
    circuit: &'a Circuit,
    powers: &'a Powers,
    domain: Radix2EvaluationDomain<Fr>,
    /// `[L_j(tau)]_1`.
    tau: Vec<G1Projective>,
    /// The columns of the matrices.
    columns: [Vec<Vec<(Fr, usize)>>; 3],
}

impl<'a> Lagrange<'a> {
    /// Cost: a Fourier transform in the group.
    fn new(circuit: &'a Circuit, powers: &'a Powers) -> Self {
        let size = circuit.domain();
        assert!(
            powers.are_for(size),
            "there must be powers for {size} points"
        );
        let domain = Radix2EvaluationDomain::<Fr>::new(size);
        let domain = domain.expect("BLS12-381 has domains of up to 2^32 points");
        let rows = circuit.rows().each_ref();
        let mut columns = rows.map(|rows| columns(rows, circuit.variables()));
        // One more row for each public variable, so that their polynomials are independent.
        for (variable, column) in columns[0].iter_mut().enumerate().take(circuit.instance()) {
            column.push((Fr::one(), circuit.constraints() + variable));
        }
        Self {
            tau: lagrange(&domain, &powers.tau_1[..size]),
            circuit,
            powers,
            domain,
            columns,
        }
    }

    /// The sums of one matrix.
    fn sums<P: PrimeGroup<ScalarField = Fr>>(&self, matrix: usize, points: &[P]) -> Vec<P> {
        let columns = self.columns[matrix].par_iter();
        columns.map(|column| combine(column, points)).collect()
    }

    /// `[beta a_i(tau) + alpha b_i(tau) + c_i(tau)]_1` for every variable. Cost: two more transforms.
    fn all(&self) -> Vec<G1Projective> {
        let alpha: Vec<G1Projective> = lagrange(&self.domain, &self.powers.alpha);
        let beta: Vec<G1Projective> = lagrange(&self.domain, &self.powers.beta);
        let [a, b, c] = [(0, &beta), (1, &alpha), (2, &self.tau)]
            .map(|(matrix, points)| self.sums(matrix, points));
        let sums = a.into_iter().zip(b).zip(c);
        sums.map(|((a, b), c)| a + b + c).collect()
    }

    /// `[tau^power t(tau)]_1`.
    fn vanishing(&self, power: usize) -> G1Projective {
        self.powers.tau_1[power + self.circuit.domain()] - self.powers.tau_1[power]
    }

    /// What `delta = 1` divides, of all [`sums`](Self::all).
    fn divided(&self, all: &[G1Projective]) -> Divided {
        let h = (0..self.circuit.domain() - 1).map(|power| self.vanishing(power));
        Divided {
            l: normalized(all[self.circuit.instance()..].to_vec()),
            h: normalized(h.collect()),
        }
    }
}

/// The elements of a key that are divided by `delta`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divided {
    /// `[(beta a_i(tau) + alpha b_i(tau) + c_i(tau))/delta]_1` for every witness.
    pub l: Vec<G1Affine>,
    /// `[tau^i t(tau)/delta]_1` for `i` from 0 to `N - 2`.
    pub h: Vec<G1Affine>,
}

impl Divided {
    /// Those of a circuit with `delta = 1`. Cost: three Fourier transforms in the group, and some multiplications a row.
    ///
    /// # Panics
    ///
    /// If there are not as many powers as [`Powers::are_for`] asks for.
    pub fn derive(circuit: &Circuit, powers: &Powers) -> Self {
        let lagrange = Lagrange::new(circuit, powers);
        lagrange.divided(&lagrange.all())
    }

    /// Those for another `delta`, which is this one times a factor that is not zero. Cost: a multiplication for each
    /// witness and row.
    pub fn for_multiplied(&self, factor: &Fr) -> Self {
        let inverse = ark_ff::Field::inverse(factor).unwrap_or_else(Fr::zero);
        let inverse = zeroize::Zeroizing::new(inverse);
        Self {
            l: points::multiply_by(&self.l, &inverse),
            h: points::multiply_by(&self.h, &inverse),
        }
    }

    /// Bytes of the encoding, for a circuit.
    pub fn encoded_len(circuit: &Circuit) -> usize {
        let witnesses = circuit.variables() - circuit.instance();
        (witnesses + circuit.domain() - 1) * G1Affine::LEN
    }

    /// `Divided` of `specs/set-up.md` 2.1.
    pub fn encode(&self) -> Vec<u8> {
        [points::encode(&self.l), points::encode(&self.h)].concat()
    }

    /// Decodes what is [so long](Self::encoded_len).
    pub fn decode(bytes: &[u8], circuit: &Circuit) -> Result<Self, ElementError> {
        let witnesses = circuit.variables() - circuit.instance();
        let (l, h) = bytes.split_at((witnesses * G1Affine::LEN).min(bytes.len()));
        Ok(Self {
            l: points::decode(l, "L")?,
            h: points::decode(h, "T")?,
        })
    }
}

/// The keys of a circuit with `delta = 1`: [`multiply_delta`] makes it another. Cost: some ten multiplications a row.
///
/// # Panics
///
/// If there are not as many powers as [`Powers::are_for`] asks for.
pub fn derive(circuit: &Circuit, max_clients: u32, powers: &Powers) -> ProvingKey {
    let lagrange = Lagrange::new(circuit, powers);
    let tau_2: Vec<G2Projective> = self::lagrange(&lagrange.domain, &powers.tau_2);
    let all = lagrange.all();
    let Divided { l, h } = lagrange.divided(&all);
    ProvingKey {
        verifying: VerifyingKey {
            max_clients,
            statement: circuit.statement().encode(),
            domain: circuit.domain() as u32,
            matrices: circuit.digest(),
            alpha: powers.alpha[0],
            beta: powers.beta_2,
            delta: G2Projective::generator().into_affine(),
            eta: lagrange.vanishing(0).into_affine(),
            ic: normalized(all[..circuit.instance()].to_vec()),
        },
        beta: powers.beta[0],
        delta: G1Projective::generator().into_affine(),
        a: normalized(lagrange.sums(0, &lagrange.tau)),
        b_1: normalized(lagrange.sums(1, &lagrange.tau)),
        b_2: G2Projective::normalize_batch(&lagrange.sums(1, &tau_2)),
        l,
        h,
    }
}

/// The keys in which `delta` is multiplied by a factor, which must not be zero. Cost: a multiplication for each witness
/// and row.
pub fn multiply_delta(key: &ProvingKey, factor: &Fr) -> ProvingKey {
    let (l, h) = (key.l.clone(), key.h.clone());
    let Divided { l, h } = Divided { l, h }.for_multiplied(factor);
    ProvingKey {
        verifying: VerifyingKey {
            delta: (key.verifying.delta * factor).into_affine(),
            ..key.verifying.clone()
        },
        delta: (key.delta * factor).into_affine(),
        l,
        h,
        ..key.clone()
    }
}

#[cfg(test)]
mod tests;
