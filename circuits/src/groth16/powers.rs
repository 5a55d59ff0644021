//! Powers of `tau`, `alpha` and `beta`, which the first phase of a set-up makes (`specs/set-up.md` 4.1, 5.3).

use std::iter::successors;

use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::One;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::heads::{paired, Heads, NotOfForm};
use super::points::{self, Element, ElementError};
use super::weights::Weights;
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
        let powers: Vec<Fr> = successors(Some(Fr::one()), |power| Some(*power * tau))
            .take(2 * domain - 1)
            .collect();
        let (one, two) = (G1Projective::generator(), G2Projective::generator());
        let in_1 = |factor: Fr, count: usize| {
            let powers = powers[..count].par_iter();
            G1Projective::normalize_batch(
                &powers
                    .map(|power| one * (*power * factor))
                    .collect::<Vec<_>>(),
            )
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

    /// Those of `tau = alpha = beta = 1`, with which a set-up begins: every element a generator.
    pub fn first(domain: usize) -> Self {
        let Heads {
            tau: one,
            tau_2: two,
            ..
        } = Heads::first();
        Self {
            tau_1: vec![one; 2 * domain - 1],
            tau_2: vec![two; domain],
            alpha: vec![one; domain],
            beta: vec![one; domain],
            beta_2: two,
        }
    }

    /// The elements that a record of a set-up holds.
    ///
    /// # Panics
    ///
    /// If there are no powers for a domain of two points.
    pub fn heads(&self) -> Heads {
        Heads {
            tau: self.tau_1[1],
            alpha: self.alpha[0],
            beta: self.beta[0],
            tau_2: self.tau_2[1],
            beta_2: self.beta_2,
        }
    }

    /// The powers of `tau`, `alpha`, `beta` times these factors (`specs/set-up.md` 4.1). Cost: a multiplication an element.
    pub fn multiply(&self, [tau, alpha, beta]: &[Fr; 3]) -> Self {
        let mut factors = Zeroizing::new(Vec::with_capacity(self.tau_1.len()));
        factors
            .extend(successors(Some(Fr::one()), |power| Some(*power * tau)).take(self.tau_1.len()));
        let times = |factor: &Fr| {
            let mut products = Zeroizing::new(Vec::with_capacity(self.alpha.len()));
            products.extend(
                factors
                    .iter()
                    .take(self.alpha.len())
                    .map(|power| *power * factor),
            );
            products
        };
        Self {
            tau_1: points::multiply(&self.tau_1, &factors),
            tau_2: points::multiply(&self.tau_2, &factors),
            alpha: points::multiply(&self.alpha, &times(alpha)),
            beta: points::multiply(&self.beta, &times(beta)),
            beta_2: (self.beta_2 * beta).into_affine(),
        }
    }

    /// Whether there are as many powers as a domain of `domain` points needs.
    pub fn are_for(&self, domain: usize) -> bool {
        self.tau_1.len() == 2 * domain - 1
            && [self.alpha.len(), self.beta.len(), self.tau_2.len()] == [domain; 3]
    }

    /// Bytes of the encoding, for a domain.
    pub fn encoded_len(domain: usize) -> usize {
        (4 * domain - 1) * G1Affine::LEN + (domain + 1) * G2Affine::LEN
    }

    /// `Powers` of `specs/set-up.md` 2.1.
    pub fn encode(&self) -> Vec<u8> {
        [
            points::encode(&self.tau_1),
            points::encode(&self.tau_2),
            points::encode(&self.alpha),
            points::encode(&self.beta),
            self.beta_2.encode(),
        ]
        .concat()
    }

    /// Decodes what is [so long](Self::encoded_len). Refuses points outside the subgroups, and identities. Cost: half a
    /// multiplication an element.
    pub fn decode(bytes: &[u8], domain: usize) -> Result<Self, ElementError> {
        let mut rest = bytes;
        let mut take = |count: usize, len: usize| {
            let (front, back) = rest.split_at((count * len).min(rest.len()));
            rest = back;
            front
        };
        Ok(Self {
            tau_1: points::decode(take(2 * domain - 1, G1Affine::LEN), "tau")?,
            tau_2: points::decode(take(domain, G2Affine::LEN), "tau_2")?,
            alpha: points::decode(take(domain, G1Affine::LEN), "alpha")?,
            beta: points::decode(take(domain, G1Affine::LEN), "beta")?,
            beta_2: {
                let beta_2 = points::decode(take(1, G2Affine::LEN), "beta_2")?;
                beta_2.first().copied().unwrap_or_default()
            },
        })
    }

    /// Whether these are the powers of `tau`, `alpha`, `beta` of the heads (`specs/set-up.md` 5.3), each head being in both
    /// groups the same. If not, says of which list. Cost: about ten pairings, and a combination of points with two terms
    /// an element.
    pub fn check(&self, heads: &Heads, weights: &mut Weights) -> Result<(), NotOfForm> {
        let one = Heads::first();
        let begins = [
            (
                self.tau_1[0] == one.tau && self.tau_1[1] == heads.tau,
                "tau",
            ),
            (
                self.tau_2[0] == one.tau_2 && self.tau_2[1] == heads.tau_2,
                "tau_2",
            ),
            (self.alpha[0] == heads.alpha, "alpha"),
            (self.beta[0] == heads.beta, "beta"),
            (self.beta_2 == heads.beta_2, "beta_2"),
        ];
        for (holds, list) in begins {
            NotOfForm::unless(holds, list)?;
        }
        let tau_1 = self.steps_of(&self.tau_1, heads, weights);
        NotOfForm::unless(tau_1, "tau")?;
        let weighted = weights.take(self.tau_2.len() - 1);
        let [low, high] = steps(&self.tau_2, &weighted);
        NotOfForm::unless(paired(heads.tau, low, one.tau, high), "tau_2")?;
        NotOfForm::unless(self.steps_of(&self.alpha, heads, weights), "alpha")?;
        NotOfForm::unless(self.steps_of(&self.beta, heads, weights), "beta")
    }

    /// Whether each element of a list in `G1` is the one before it times `tau`.
    fn steps_of(&self, list: &[G1Affine], heads: &Heads, weights: &mut Weights) -> bool {
        let [low, high] = steps(list, &weights.take(list.len() - 1));
        paired(high, Heads::first().tau_2, low, heads.tau_2)
    }
}

/// The weighted sums of all elements but the last, and of all but the first.
fn steps<P: Element>(list: &[P], weights: &[Fr]) -> [P; 2] {
    [list, &list[1..]].map(|list| points::weighted(list, weights).into_affine())
}

#[cfg(test)]
mod tests;
