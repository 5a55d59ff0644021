//! The generalised Schnorr proof: knowledge of scalars that satisfy linear equations in the group
//! (`specs/proofs.md` 7.7; Maurer, *Unifying Zero-Knowledge Proofs of Knowledge*, AFRICACRYPT 2009).

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::bases::{Base, Bases};
use crate::group::edwards::{msm_constant_time, Affine, Point};
use crate::group::ristretto::{uniform, Fr};

/// `sum witness_i coefficient base = target`.
#[derive(Debug, Default)]
pub(super) struct Equation {
    pub(super) terms: Vec<Term>,
    /// A combination of bases, all of it public.
    pub(super) target: Vec<(Fr, Base)>,
}

/// `coefficient witness base`: one summand of an [`Equation`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    /// Index of the witness.
    pub(super) witness: usize,
    pub(super) coefficient: Fr,
    pub(super) base: Base,
}

/// The nonces of a proof and what they give in each equation.
pub(super) struct Announced {
    pub(super) nonces: Zeroizing<Vec<Fr>>,
    pub(super) points: Vec<Point>,
}

/// Draws a nonce for each witness and commits to it in each equation. Points are multiplied in
/// constant time; the scalars before are arkworks', whose reductions branch.
pub(super) fn announce(
    equations: &[Equation],
    witnesses: usize,
    bases: &Bases,
    own: impl Fn(usize) -> Affine,
    rng: &mut dyn CryptoRngCore,
) -> Announced {
    let nonces: Vec<Fr> = (0..witnesses).map(|_| uniform(rng)).collect();
    let points = equations
        .iter()
        .map(|equation| equation.image(&nonces, bases, &own))
        .collect();
    Announced {
        nonces: Zeroizing::new(nonces),
        points,
    }
}

/// The responses `nonce + challenge witness`, one for each witness.
pub(super) fn respond(nonces: &[Fr], challenge: Fr, witnesses: &[Fr]) -> Vec<Fr> {
    let respond = |(nonce, witness): (&Fr, &Fr)| *nonce + challenge * witness;
    nonces.iter().zip(witnesses).map(respond).collect()
}

impl Equation {
    /// `sum scalars_i coefficient base`. Points are multiplied in constant time.
    fn image(&self, scalars: &[Fr], bases: &Bases, own: impl Fn(usize) -> Affine) -> Point {
        let (mut value, mut blinding) = (Fr::default(), Fr::default());
        // At full size: a vector that grows leaves copies of secrets behind.
        let mut others = Zeroizing::new(Vec::with_capacity(self.terms.len()));
        let mut points = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            let scalar = scalars[term.witness] * term.coefficient;
            let point = match term.base {
                Base::Value => {
                    value += scalar;
                    continue;
                }
                Base::Blinding => {
                    blinding += scalar;
                    continue;
                }
                Base::Mask(i) => bases.masks[i],
                Base::Own(i) => own(i),
            };
            others.push(scalar);
            points.push(point);
        }
        bases.commit(&value, &blinding) + msm_constant_time(&others, &points)
    }

    /// Gives to `add`, base by base, the sum
    /// `weight (sum responses_i coefficient base - announcement - challenge target)`, which is the
    /// identity if the equation holds.
    pub(super) fn check(
        &self,
        responses: &[Fr],
        announcement: Base,
        challenge: Fr,
        weight: Fr,
        mut add: impl FnMut(Base, Fr),
    ) {
        for term in &self.terms {
            let response = responses.get(term.witness).copied().unwrap_or_default();
            add(term.base, weight * term.coefficient * response);
        }
        add(announcement, -weight);
        for (coefficient, base) in &self.target {
            add(*base, -weight * challenge * coefficient);
        }
    }
}
