//! The equations that the last proof shows, made from public values alone: between the committed
//! evaluations, the masking polynomial, and the first and last claim of the sum-check
//! (`specs/proofs.md` 7.7).
//! Prover and verifier build it with the same code; `tests/reference.rs` rebuilds it from the text.

use ark_ff::{One, Zero};

use super::bases::Base;
use super::linear::{Equation, Term};
use super::mask::{evaluation_weights, sum_weights};
use super::multilinear::{eq, eq_table, eq_zero, evaluate, sum_of_ends};
use super::proof_layout::ProofLayout;
use super::shape::{Claim, Shape};
use super::sumcheck::Challenges;
use crate::group::ristretto::Fr;

/// The indices of the short witnesses.
pub(super) mod witness {
    /// `y`, `B` at the point.
    pub(crate) const BIT: usize = 0;
    pub(crate) const BIT_BLINDING: usize = 1;
    /// The blinding of the commitment to its square, to the base `Y`.
    pub(crate) const BIT_SQUARE: usize = 2;
    /// The blindings of the first claim and of the last: `delta_0` and `delta_1`.
    pub(crate) const FIRST: usize = 3;
    pub(crate) const LAST: usize = 4;
    pub(crate) const MASK_BLINDING: usize = 5;
    /// The coefficients of the masking polynomial, 4 a variable, from here on.
    pub(crate) const MASK: usize = 6;
    /// Behind the mask, if there are claims: `x`, `xt` at the point; its blinding; that of its
    /// square, if there are norms.
    pub(crate) fn value(variables: usize) -> usize {
        MASK + 4 * variables
    }
}

impl Shape {
    /// Short witnesses, each with a response.
    pub(super) fn witnesses(&self) -> usize {
        witness::value(self.variables())
            + 2 * usize::from(self.has_claims())
            + usize::from(self.has_norms())
    }
}

/// The public values at the point where the sum-check ends.
#[derive(Debug)]
pub(super) struct AtPoint {
    /// The coefficients of `y`, `y^2`, `x` and `x^2` in the last claim.
    pub(super) bit: Fr,
    pub(super) bit_square: Fr,
    pub(super) value: Fr,
    pub(super) value_square: Fr,
    /// `eq` of the point's plane variables with each plane, and of its row variables with each row.
    pub(super) planes: Vec<Fr>,
    pub(super) rows: Vec<Fr>,
    /// The point's column variables.
    pub(super) columns: Vec<Fr>,
}

impl AtPoint {
    /// `specs/proofs.md` 7.4. Cost: a multiplication for every row and column.
    pub(super) fn new(shape: &Shape, challenges: &Challenges, point: &[Fr]) -> Self {
        let split = shape.split(point);
        let rows = eq_table(&split.rows);
        let columns = eq_table(&split.columns);
        let mut padding = Fr::zero();
        let (mut square, mut linear) = (Fr::zero(), Fr::zero());
        let claims = challenges.batched_claims(shape);
        for (row, eq) in shape.rows.iter().zip(&rows) {
            padding += *eq * columns[row.len..].iter().sum::<Fr>();
            square += *eq * claims[row.segment].square;
            linear += *eq * claims[row.segment].linear;
        }
        let eq = eq(&challenges.theta, point);
        let on_planes = eq_zero(&split.planes);
        Self {
            bit: eq * (Fr::one() - padding),
            bit_square: -eq,
            value: on_planes * linear,
            value_square: on_planes * square,
            planes: eq_table(&split.planes),
            rows,
            columns: split.columns,
        }
    }

    /// `omega`, the weight of each bit row in the opened vector: `eq (eq + sigma w)`, bit row by
    /// bit row.
    pub(super) fn row_weights(&self, shape: &Shape, sigma: Fr) -> Vec<Fr> {
        let of_segment: Vec<Vec<Fr>> = shape
            .segments
            .iter()
            .map(|segment| {
                let weight = |(t, eq): (usize, &Fr)| *eq + sigma * Fr::from(segment.weight(t));
                self.planes
                    .iter()
                    .take(segment.bits)
                    .enumerate()
                    .map(weight)
                    .collect()
            })
            .collect();
        let rows = shape.rows.iter().zip(&self.rows);
        rows.flat_map(|(row, eq)| of_segment[row.segment].iter().map(move |w| *w * eq))
            .collect()
    }
}

/// The equations, in the order of their announcements.
pub(super) fn equations(
    shape: &Shape,
    proof_layout: &ProofLayout,
    challenges: &Challenges,
    polynomials: &[[Fr; 4]],
    point: &[Fr],
    at: &AtPoint,
) -> Vec<Equation> {
    let variables = shape.variables();
    let lambda = challenges.lambda;
    let term = |witness, coefficient, base| Term {
        witness,
        coefficient,
        base,
    };
    let one = Fr::one();
    let commitment = |value, blinding, base, target| Equation {
        terms: vec![term(value, one, base), term(blinding, one, Base::Blinding)],
        target: vec![(one, target)],
    };
    let mask = |weights: Vec<Fr>, blinding: usize| -> Vec<Term> {
        let weights = weights.into_iter().enumerate();
        weights
            .map(|(i, weight)| term(witness::MASK + i, lambda * weight, Base::Value))
            .chain([term(blinding, one, Base::Blinding)])
            .collect()
    };

    let mut equations = vec![
        // Y = y U + . H, and the square to the base Y.
        commitment(
            witness::BIT,
            witness::BIT_BLINDING,
            Base::Value,
            proof_layout.bit(),
        ),
        commitment(
            witness::BIT,
            witness::BIT_SQUARE,
            proof_layout.bit(),
            proof_layout.bit_square(),
        ),
        // Gamma = <a, K> + . H
        Equation {
            terms: (0..4 * variables)
                .map(|i| term(witness::MASK + i, one, Base::Mask(i)))
                .chain([term(witness::MASK_BLINDING, one, Base::Blinding)])
                .collect(),
            target: vec![(one, proof_layout.mask())],
        },
    ];

    // The first claim: p_1(0) + p_1(1), less the batched claims, is the mask's sum.
    let mut known = polynomials.first().map_or(Fr::zero(), sum_of_ends);
    let mut first = Vec::new();
    let mut bounded = 0;
    for ((segment, claim), alpha) in shape.claims().zip(&challenges.claims) {
        match claim {
            Claim::Norm { offset, .. } => {
                // The sum of (x - o)^2 is N, so that of x^2 - 2 o x is N - len o^2.
                let len = Fr::from(shape.segments[segment].claims.len as u64);
                let offset = Fr::from(offset);
                known += *alpha * len * offset * offset;
            }
            Claim::Equal(sum) => known -= *alpha * Fr::from(sum),
            Claim::AtMost(_) => {}
        }
        if claim.bound().is_some() {
            first.push((-*alpha, proof_layout.bounded(bounded)));
            bounded += 1;
        }
    }
    first.push((known, Base::Value));
    equations.push(Equation {
        terms: mask(sum_weights(variables), witness::FIRST),
        target: first,
    });

    // The last claim: p(r), less what the evaluations give, is the mask at the point.
    let end = polynomials.last().zip(point.last());
    let end = end.map_or(Fr::zero(), |(polynomial, r)| evaluate(polynomial, *r));
    let mut last = vec![
        (end, Base::Value),
        (-at.bit, proof_layout.bit()),
        (-at.bit_square, proof_layout.bit_square()),
    ];
    if shape.has_claims() {
        last.push((-at.value, proof_layout.value()));
    }
    if shape.has_norms() {
        last.push((-at.value_square, proof_layout.value_square()));
    }
    equations.push(Equation {
        terms: mask(evaluation_weights(point), witness::LAST),
        target: last,
    });

    // X = x U + . H, and its square to the base X.
    let value = witness::value(variables);
    if shape.has_claims() {
        equations.push(commitment(
            value,
            value + 1,
            Base::Value,
            proof_layout.value(),
        ));
    }
    if shape.has_norms() {
        equations.push(commitment(
            value,
            value + 2,
            proof_layout.value(),
            proof_layout.value_square(),
        ));
    }
    equations
}
