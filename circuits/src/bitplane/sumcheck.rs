//! The masked sum-check, prover's side (`specs/proofs.md` 7.6).
//!
//! The rounds bind a limb of the plane variables first, on tables of values ([`limb`]); then the
//! columns, lane by lane ([`columns`]); then what is left of planes and rows, which is little
//! ([`rest`]). Each round's polynomial is `eq(theta, X) h(X)`, with a quadratic `h` of the
//! zero-check, plus what rides along of norms and sums.

mod columns;
mod limb;
mod rest;

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

    /// What `xt^2` and `xt` count in each segment's rows (`specs/proofs.md` 7.4).
    pub(super) fn coefficients(&self, shape: &Shape) -> Vec<Riding> {
        let mut out = vec![Riding::default(); shape.segments.len()];
        for ((segment, claim), alpha) in shape.claims().zip(&self.claims) {
            let riding = &mut out[segment];
            match claim {
                Claim::Norm { offset, .. } => {
                    riding.square += *alpha;
                    riding.linear -= *alpha * Fr::from(2 * u128::from(offset));
                }
                Claim::Equal(_) | Claim::AtMost(_) => riding.linear += *alpha,
            }
        }
        out
    }
}

/// The coefficients of `xt^2` and of `xt` in a segment's rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Riding {
    pub(super) square: Fr,
    pub(super) linear: Fr,
}

/// Some of the bits of a slot row: those of one limb.
#[derive(Debug, Clone, Copy)]
struct Lane {
    limb: usize,
    row: usize,
    /// `eq` of the limb and the row with `theta`.
    weight: Fr,
}

impl Lane {
    /// Its part of a coordinate's code.
    fn of(&self, code: u64) -> (usize, usize) {
        let bits = code >> (16 * self.limb);
        ((bits & 255) as usize, (bits >> 8 & 255) as usize)
    }
}

/// The lanes that can hold a bit that is set.
fn lanes(shape: &Shape, theta: &[Fr]) -> Vec<Lane> {
    let theta = shape.split(theta);
    let limbs = eq_table(&theta.planes[shape.limb_variables()..]);
    let rows = eq_table(&theta.rows);
    let all = shape.rows.iter().enumerate().flat_map(|(row, at)| {
        let bits = shape.segments[at.segment].bits;
        let limbs = limbs.iter().enumerate();
        let present = limbs.take_while(move |(limb, _)| 16 * limb < bits);
        let weight = rows[row];
        present.map(move |(limb, eq)| Lane {
            limb,
            row,
            weight: *eq * weight,
        })
    });
    all.collect()
}

/// What the sum-check leaves.
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

/// Runs all rounds. `total` is the sum of what rides along: each claim's sum under its challenge.
pub(super) fn prove(
    shape: &Shape,
    codes: &Codes,
    mask: &Mask,
    challenges: &Challenges,
    total: Fr,
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
        riding: total,
    };
    let riding = challenges.coefficients(shape);
    let lanes = lanes(shape, &challenges.theta);
    let tables = limb::bind(shape, codes, &lanes, &mut rounds);
    let bound = columns::bind(shape, codes, &tables, &lanes, &riding, &mut rounds);
    let (bit, value) = rest::bind(shape, &lanes, bound, &riding, &mut rounds);
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
    /// What rides along, at the point so far.
    riding: Fr,
}

impl Rounds<'_> {
    /// The coordinates of `theta` that are not bound yet.
    fn open(&self) -> &[Fr] {
        &self.challenges.theta[self.point.len()..]
    }

    /// `eq(0, .)` of the plane variables that are bound, which what rides along is multiplied by.
    fn bound_planes(&self, shape: &Shape) -> Fr {
        let (limb, columns) = (shape.limb_variables(), shape.column_variables);
        let high = limb + columns..columns + shape.plane_variables;
        let planes = (0..limb).chain(high).filter_map(|at| self.point.get(at));
        planes.map(|r| Fr::one() - r).product()
    }

    /// The quadratic `h` from `h(0)` and its leading coefficient: `(1 - theta) h(0) + theta h(1)` is
    /// known. (For `theta = 0` there is no such `h`, and the proof fails; its probability is `1/l`.)
    fn quadratic(&self, constant: Fr, leading: Fr) -> [Fr; 3] {
        let theta = self.open()[0];
        let inverse = theta.inverse().unwrap_or_default();
        let at_one = (self.zero_check - (Fr::one() - theta) * constant) * inverse;
        [constant, at_one - constant - leading, leading]
    }

    /// The quadratic that rides along, from its value at 0 and its leading coefficient.
    fn riding_quadratic(&self, constant: Fr, leading: Fr) -> [Fr; 4] {
        let linear = self.riding - constant - constant - leading;
        [constant, linear, leading, Fr::zero()]
    }

    /// What rides along in a round of a plane variable: `eq(0, X)` times what it was.
    fn riding_on_planes(&self) -> [Fr; 4] {
        [self.riding, -self.riding, Fr::zero(), Fr::zero()]
    }

    /// Masks and sends `eq(theta, X) h(X) + riding(X)`, and draws the challenge.
    fn send(&mut self, h: [Fr; 3], riding: [Fr; 4]) -> Fr {
        let theta = self.open()[0];
        // eq(theta, X) = (1 - theta) + (2 theta - 1) X
        let low = Fr::one() - theta;
        let slope = theta - low;
        let mut round = riding;
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
        self.riding = evaluate(&riding, r);
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
