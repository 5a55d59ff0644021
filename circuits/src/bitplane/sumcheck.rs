//! The masked sum-check, prover's side (`specs/proofs.md` 7.6).
//!
//! The sum has two parts: the zero-check of the bits, and the claims about norms and sums, batched
//! under their challenges. A coordinate's code is read as digits of 16 bits; the bits of one digit
//! in one slot row are a [`BitBlock`]. The rounds come in three groups:
//!
//! | module | variables that its rounds bind | what it works on |
//! |---|---|---|
//! | [`digit`] | the plane variables within a digit | tables over the values of a byte |
//! | [`columns`] | the columns | the coordinates, bit block by bit block |
//! | [`tail`] | the other plane variables, then the rows | one value a bit block |
//!
//! The polynomial of a round is `eq(theta, X) h(X)`, with a quadratic `h` of the zero-check, plus
//! that of the batched claims.

mod columns;
mod digit;
mod tail;

use ark_ff::{Field, One, Zero};
use zeroize::Zeroizing;

use super::commit::Codes;
use super::mask::Mask;
use super::multilinear::{eq_table, evaluate};
use super::shape::{Claim, Shape};
use crate::group::ristretto::{Fr, Ristretto};
use crate::transcript::{Transcript, TranscriptExt};

/// The challenges before the first round, in the order of the transcript.
#[derive(Debug, Clone)]
pub(super) struct Challenges {
    /// The point of the zero-check, in the order of the rounds.
    pub(super) theta: Vec<Fr>,
    /// The weight of the masking polynomial.
    pub(super) lambda: Fr,
    /// One weight a claim.
    pub(super) claims: Vec<Fr>,
}

impl Challenges {
    /// `specs/proofs.md` 7.5, step 5.
    pub(super) fn squeeze(shape: &Shape, transcript: &mut Transcript) -> Self {
        let theta = transcript.challenge_scalars::<Ristretto>(b"theta", shape.variables());
        Self {
            theta,
            lambda: transcript.challenge_scalar::<Ristretto>(b"lambda"),
            claims: transcript.challenge_scalars::<Ristretto>(b"claim", shape.claims().count()),
        }
    }

    /// The claims of each segment, batched under their challenges: what `xt^2` and `xt` count in
    /// the segment's rows (`specs/proofs.md` 7.4).
    pub(super) fn batched_claims(&self, shape: &Shape) -> Vec<BatchedClaims> {
        let mut out = vec![BatchedClaims::default(); shape.segments.len()];
        for ((segment, claim), alpha) in shape.claims().zip(&self.claims) {
            let batched = &mut out[segment];
            match claim {
                Claim::Norm { offset, .. } => {
                    batched.square += *alpha;
                    batched.linear -= *alpha * Fr::from(2 * u128::from(offset));
                }
                Claim::Equal(_) | Claim::AtMost(_) => batched.linear += *alpha,
            }
        }
        out
    }
}

/// A segment's claims under their challenges: the coefficients of `xt^2` and of `xt` in its rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BatchedClaims {
    pub(super) square: Fr,
    pub(super) linear: Fr,
}

/// The bits of one digit in a slot row.
#[derive(Debug, Clone, Copy)]
struct BitBlock {
    digit: usize,
    row: usize,
    /// `eq(theta, .)` at the digit and the row.
    weight: Fr,
}

impl BitBlock {
    /// The low and the high byte of this digit of a coordinate's code.
    fn bytes_of(&self, code: u64) -> (usize, usize) {
        let bits = code >> (16 * self.digit);
        ((bits & 255) as usize, (bits >> 8 & 255) as usize)
    }
}

/// The bit blocks that can hold a bit that is set: of each slot row those below its segment's bits.
fn bit_blocks(shape: &Shape, theta: &[Fr]) -> Vec<BitBlock> {
    let theta = shape.split(theta);
    let digits = eq_table(&theta.planes[shape.digit_variables()..]);
    let rows = eq_table(&theta.rows);
    let all = shape.rows.iter().enumerate().flat_map(|(row, at)| {
        let bits = shape.segments[at.segment].bits;
        let digits = digits.iter().enumerate();
        let present = digits.take_while(move |(digit, _)| 16 * digit < bits);
        let weight = rows[row];
        present.map(move |(digit, eq)| BitBlock {
            digit,
            row,
            weight: *eq * weight,
        })
    });
    all.collect()
}

/// What the sum-check sends, and where it ends.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The masked round polynomials.
    pub(super) polynomials: Vec<[Fr; 4]>,
    /// The challenges that answered them.
    pub(super) point: Vec<Fr>,
    /// `B` at the point.
    pub(super) bit: Zeroizing<Fr>,
    /// `xt` at the point's columns and rows.
    pub(super) value: Zeroizing<Fr>,
}

/// Runs all rounds. `claimed` is the sum of the batched claims: each claim's sum under its
/// challenge.
pub(super) fn prove(
    shape: &Shape,
    codes: &Codes,
    mask: &Mask,
    challenges: &Challenges,
    claimed: Fr,
    transcript: &mut Transcript,
) -> Outcome {
    let mut rounds = Rounds {
        transcript,
        mask,
        challenges,
        polynomials: Vec::with_capacity(shape.variables()),
        point: Vec::with_capacity(shape.variables()),
        eq: Fr::one(),
        zero_check: Fr::zero(),
        batched_claims: claimed,
    };
    let claims = challenges.batched_claims(shape);
    let blocks = bit_blocks(shape, &challenges.theta);
    let tables = digit::bind(shape, codes, &blocks, &mut rounds);
    let bound = columns::bind(shape, codes, &tables, &blocks, &claims, &mut rounds);
    let (bit, value) = tail::bind(shape, &blocks, bound, &claims, &mut rounds);
    Outcome {
        polynomials: rounds.polynomials,
        point: rounds.point,
        bit: Zeroizing::new(bit),
        value: Zeroizing::new(value),
    }
}

/// The state between two rounds.
struct Rounds<'a> {
    transcript: &'a mut Transcript,
    mask: &'a Mask,
    challenges: &'a Challenges,
    polynomials: Vec<[Fr; 4]>,
    point: Vec<Fr>,
    /// `eq(theta, point)` so far.
    eq: Fr,
    /// What the zero-check's `h` has to sum to: `h` of the last round at its challenge.
    zero_check: Fr,
    /// What the polynomial of the batched claims has to sum to: that of the last round at its
    /// challenge.
    batched_claims: Fr,
}

impl Rounds<'_> {
    /// The coordinates of `theta` that are not bound yet.
    fn unbound_theta(&self) -> &[Fr] {
        &self.challenges.theta[self.point.len()..]
    }

    /// `eq(0, .)` of the plane variables that are bound: the factor of the batched claims.
    fn bound_planes(&self, shape: &Shape) -> Fr {
        let (digit, columns) = (shape.digit_variables(), shape.column_variables);
        let high = digit + columns..columns + shape.plane_variables;
        let planes = (0..digit).chain(high).filter_map(|at| self.point.get(at));
        planes.map(|r| Fr::one() - r).product()
    }

    /// The quadratic `h` from `h(0)` and its leading coefficient: `(1 - theta) h(0) + theta h(1)` is
    /// known. (For `theta = 0` there is no such `h`, and the proof fails; its probability is `1/l`.)
    fn quadratic(&self, constant: Fr, leading: Fr) -> [Fr; 3] {
        let theta = self.unbound_theta()[0];
        let inverse = theta.inverse().unwrap_or_default();
        let at_one = (self.zero_check - (Fr::one() - theta) * constant) * inverse;
        [constant, at_one - constant - leading, leading]
    }

    /// The quadratic of the batched claims, from its value at 0 and its leading coefficient.
    fn claims_quadratic(&self, constant: Fr, leading: Fr) -> [Fr; 4] {
        let linear = self.batched_claims - constant - constant - leading;
        [constant, linear, leading, Fr::zero()]
    }

    /// The polynomial of the batched claims in a round of a plane variable: `eq(0, X)` times their
    /// sum.
    fn claims_on_planes(&self) -> [Fr; 4] {
        [
            self.batched_claims,
            -self.batched_claims,
            Fr::zero(),
            Fr::zero(),
        ]
    }

    /// Masks and sends `eq(theta, X) h(X) + claims(X)`, and draws the challenge.
    fn send(&mut self, h: [Fr; 3], claims: [Fr; 4]) -> Fr {
        let theta = self.unbound_theta()[0];
        // eq(theta, X) = (1 - theta) + (2 theta - 1) X
        let low = Fr::one() - theta;
        let slope = theta - low;
        let mut round = claims;
        for (j, h) in h.iter().enumerate() {
            round[j] += self.eq * low * h;
            round[j + 1] += self.eq * slope * h;
        }
        let mask = self.mask.round(&self.point);
        for (coefficient, mask) in round.iter_mut().zip(mask) {
            *coefficient += self.challenges.lambda * mask;
        }
        let r = absorb_round(self.transcript, &round);
        self.polynomials.push(round);
        self.point.push(r);
        self.eq *= low + slope * r;
        self.zero_check = evaluate(&h, r);
        self.batched_claims = evaluate(&claims, r);
        r
    }
}

/// Absorbs a round polynomial and draws its challenge (`specs/proofs.md` 7.5, step 6).
pub(super) fn absorb_round(transcript: &mut Transcript, round: &[Fr; 4]) -> Fr {
    for coefficient in round {
        transcript.absorb_scalar::<Ristretto>(b"round", coefficient);
    }
    transcript.challenge_scalar::<Ristretto>(b"r")
}

/// `low + r (high - low)`.
fn between(low: Fr, high: Fr, r: Fr) -> Fr {
    low + r * (high - low)
}
