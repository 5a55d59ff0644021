//! The opening of one long vector under a linear form, folded (`specs/proofs.md` 7.8).
//!
//! A Schnorr proof's response need not be sent: the prover can prove that it knows it. Each fold
//! halves what is sent of the response and sends two group elements instead (Attema, Cramer,
//! *Compressed Sigma-Protocol Theory*, CRYPTO 2020; the fold is that of Bulletproofs, section 3).

use ark_ff::{One, Zero};

use super::bases::Bases;
use super::multilinear::eq_table;
use crate::group::edwards::{encode, msm, Affine, Point};
use crate::group::ristretto::products::inner;
use crate::group::ristretto::{Fr, Ristretto};
use crate::group::Group;
use crate::transcript::{Transcript, TranscriptExt};

/// What the prover sends of a vector that it folds.
pub(super) struct Folded {
    /// `L` and `R` of each fold.
    pub(super) points: Vec<Point>,
    /// The vector that is left after the last fold.
    pub(super) vector: Vec<Fr>,
}

/// Folds a response whose inner product with `eq(point, .)` is claimed. Nothing here is secret.
pub(super) fn fold(
    bases: &Bases,
    mut vector: Vec<Fr>,
    point: &[Fr],
    folds: usize,
    transcript: &mut Transcript,
) -> Folded {
    let base = transcript.challenge_scalar::<Ristretto>(b"form");
    let mut form = eq_table(point);
    let mut blocks = vec![Fr::one()];
    let mut points = Vec::with_capacity(2 * folds);
    for _ in 0..folds {
        let half = vector.len() / 2;
        let (low, high) = vector.split_at(half);
        let (form_low, form_high) = form.split_at(half);
        // `L` or `R`: one half of the vector with the other half of every block of generators.
        let cross = |own: &[Fr], other: usize, form: &[Fr]| {
            let scalars: Vec<Fr> = blocks
                .iter()
                .flat_map(|block| own.iter().map(move |v| *v * block))
                .chain([base * inner(own, form)])
                .collect();
            let others = bases
                .columns
                .chunks_exact(half)
                .skip(other)
                .step_by(2)
                .flatten();
            let generators: Vec<Affine> = others.copied().chain([bases.value]).collect();
            msm(&scalars, &generators)
        };
        let (left, right) = rayon::join(|| cross(low, 1, form_high), || cross(high, 0, form_low));
        let u = absorb_fold(transcript, &encode(&[left, right]).concat());
        points.extend([left, right]);
        vector = low.iter().zip(high).map(|(l, h)| *l + u * h).collect();
        form = form_low
            .iter()
            .zip(form_high)
            .map(|(l, h)| u * l + h)
            .collect();
        blocks = blocks
            .iter()
            .flat_map(|block| [*block * u, *block])
            .collect();
    }
    Folded { points, vector }
}

/// Absorbs a fold's two encoded points and draws its challenge.
fn absorb_fold(transcript: &mut Transcript, points: &[u8]) -> Fr {
    transcript.append_message(b"fold", points);
    transcript.challenge_scalar::<Ristretto>(b"u")
}

/// The verifier's challenges of an opening.
#[derive(Debug)]
pub(super) struct Challenges {
    /// `h`, the factor of `U` times the inner product.
    pub(super) base: Fr,
    /// The challenge `u` of each fold, in order.
    pub(super) folds: Vec<Fr>,
}

impl Challenges {
    /// From the encoded points of all folds, two each.
    pub(super) fn squeeze(encoded: &[u8], transcript: &mut Transcript) -> Self {
        let base = transcript.challenge_scalar::<Ristretto>(b"form");
        let folds = encoded
            .chunks_exact(2 * Ristretto::POINT_LEN)
            .map(|points| absorb_fold(transcript, points));
        Self {
            base,
            folds: folds.collect(),
        }
    }

    /// The coefficient of each block of generators in the folded generators.
    pub(super) fn blocks(&self) -> Vec<Fr> {
        self.folds.iter().fold(vec![Fr::one()], |blocks, u| {
            blocks
                .iter()
                .flat_map(|block| [*block * u, *block])
                .collect()
        })
    }

    /// The coefficient of the opened commitment, and those of each fold's `L` and `R`, since
    /// `Q' = L + u Q + u^2 R`.
    pub(super) fn counts(&self) -> (Fr, Vec<(Fr, Fr)>) {
        let mut product = Fr::one();
        let mut sides = vec![(Fr::zero(), Fr::zero()); self.folds.len()];
        for (side, u) in sides.iter_mut().zip(&self.folds).rev() {
            *side = (product, product * u * u);
            product *= u;
        }
        (product, sides)
    }

    /// `<vector, form>` for the folded form `eq(point, .)`.
    pub(super) fn form(&self, vector: &[Fr], point: &[Fr]) -> Fr {
        let (kept, folded) = point.split_at(point.len() - self.folds.len());
        // The first fold binds the highest variable.
        let factor = |(u, r): (&Fr, &Fr)| *u * (Fr::one() - r) + r;
        let factors: Fr = self
            .folds
            .iter()
            .zip(folded.iter().rev())
            .map(factor)
            .product();
        factors * inner(vector, &eq_table(kept))
    }
}
