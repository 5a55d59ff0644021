//! Challenge pairs, fingerprints under them, and commitments to the fingerprints of masks
//! (`specs/protocol.md` 4.7.1 to 4.7.3).

use std::sync::Arc;

use merlin::Transcript;
use rayon::prelude::*;
use veragg_circuits::ark_ff::{Field, Zero};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroizing;

use crate::dh::expand;
use crate::hash::Digest;
use crate::labels;
use crate::masks::Mask;
use crate::round::Round;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;
type Point<P> = <<P as ProofSystem>::Group as Group>::Point;

/// One point at which vectors are compared: `z` and `kappa`.
#[derive(Debug, Clone)]
pub(super) struct Pair<F> {
    pub(super) kappa: F,
    /// `z^c` for each column.
    pub(super) columns: Vec<F>,
    /// `z^(C rho)` for each row.
    pub(super) rows: Vec<F>,
}

impl<F: Field> Pair<F> {
    fn new(z: F, kappa: F, columns: usize, rows: usize) -> Self {
        let powers = |base: F, count: usize| -> Vec<F> {
            let next = |power: &F| Some(*power * base);
            std::iter::successors(Some(F::one()), next)
                .take(count)
                .collect()
        };
        Self {
            kappa,
            columns: powers(z, columns),
            rows: powers(z.pow([columns as u64]), rows),
        }
    }
}

impl<F: Field> Pair<F> {
    /// `f(PRG(k))`, without the mask's sign.
    fn of_mask<G: Group<Scalar = F>>(&self, mask: &Mask) -> F {
        let mut stream = mask.stream::<G>();
        let rows = self.rows.iter();
        let values: F = rows.map(|row| *row * stream.weigh(&self.columns)).sum();
        values + self.kappa * stream.weigh(&self.rows)
    }
}

/// The points at which the masked vectors of a round are compared, drawn after they were submitted.
/// `C + R` scalars a pair in memory; a clone shares them.
#[derive(Debug)]
pub struct Challenges<P: ProofSystem> {
    submit: Digest,
    pub(super) pairs: Arc<[Pair<Scalar<P>>]>,
}

impl<P: ProofSystem> Clone for Challenges<P> {
    fn clone(&self) -> Self {
        Self {
            submit: self.submit,
            pairs: Arc::clone(&self.pairs),
        }
    }
}

/// A commitment to a mask's fingerprint, as who knows the mask's key opens it.
pub struct Committed<P: ProofSystem> {
    /// `Com(f(PRG(k)); rho)` for each pair.
    pub points: Vec<Point<P>>,
    /// `rho` for each pair, negated if the mask is taken away.
    pub(super) blindings: Zeroizing<Vec<Scalar<P>>>,
}

impl<P: ProofSystem> Challenges<P> {
    /// The pairs that follow from the checkpoint of submit, by its digest (4.7.1).
    pub fn new(round: &Round<P>, submit: &Digest) -> Self {
        let mut transcript = Transcript::new(labels::ATTESTATION.as_bytes());
        transcript.append_message(b"context", round.context());
        transcript.append_message(b"submit", submit);
        Self::draw(round, *submit, transcript, round.challenge_pairs())
    }

    /// The one pair under which a publication is recounted, by its entry (`specs/audit.md` 2.11).
    pub fn of_recount(round: &Round<P>, published: &Digest) -> Self {
        let mut transcript = Transcript::new(labels::RECOUNT.as_bytes());
        transcript.append_message(b"context", round.context());
        transcript.append_message(b"published", published);
        Self::draw(round, *published, transcript, 1)
    }

    fn draw(round: &Round<P>, submit: Digest, mut transcript: Transcript, count: usize) -> Self {
        let layout = round.layout();
        let pairs = (0..count).map(|_| {
            let z = transcript.challenge_scalar::<P::Group>(b"point");
            let kappa = transcript.challenge_scalar::<P::Group>(b"kappa");
            Pair::new(z, kappa, layout.columns(), layout.rows())
        });
        Self {
            submit,
            pairs: pairs.collect(),
        }
    }

    /// The digest of the checkpoint that the pairs follow from.
    pub fn submit(&self) -> &Digest {
        &self.submit
    }

    /// How many pairs.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none; there never are.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// `f(PRG(key))` for each pair, with the mask's sign.
    pub fn of_mask(&self, mask: &Mask) -> Vec<Scalar<P>> {
        let signed = |value: Scalar<P>| if mask.is_negative() { -value } else { value };
        let pairs = self.pairs.iter();
        pairs
            .map(|pair| signed(pair.of_mask::<P::Group>(mask)))
            .collect()
    }

    /// Commits to a mask (4.7.3): constant time in its key. The commitment has no sign.
    pub fn commit(&self, round: &Round<P>, mask: &Mask) -> Committed<P> {
        let key = round.proofs().key();
        let bases: Vec<Point<P>> = key
            .columns()
            .iter()
            .copied()
            .take(1)
            .chain([key.blinding()])
            .collect();
        let mut points = Vec::with_capacity(self.len());
        let mut blindings = Zeroizing::new(Vec::with_capacity(self.len()));
        for (index, pair) in self.pairs.iter().enumerate() {
            let value = pair.of_mask::<P::Group>(mask);
            let info: [&[u8]; 2] = [&self.submit, &(index as u32).to_be_bytes()];
            let wide = expand::<64>(mask.key().as_ref(), labels::ATTESTATION_BLINDING, &info);
            let blinding = P::Group::wide(&wide);
            let opening = Zeroizing::new([value, blinding]);
            points.push(P::Group::msm_secret(opening.as_ref(), &bases));
            blindings.push(if mask.is_negative() {
                -blinding
            } else {
                blinding
            });
        }
        Committed { points, blindings }
    }

    /// Commits to many masks, in parallel.
    pub fn commit_all(&self, round: &Round<P>, masks: &[Mask]) -> Vec<Committed<P>> {
        masks
            .par_iter()
            .map(|mask| self.commit(round, mask))
            .collect()
    }
}

impl<P: ProofSystem> Committed<P> {
    /// The points of all pairs, encoded.
    pub fn encode(&self) -> Vec<u8> {
        self.points
            .iter()
            .flat_map(P::Group::encode_point)
            .collect()
    }
}

/// The fingerprints of a vector that is read from front to back and not kept.
#[derive(Debug)]
pub struct Fingerprint<'a, P: ProofSystem> {
    challenges: &'a Challenges<P>,
    sums: Vec<Scalar<P>>,
    /// `sum_c z^c v_c` of the row that is being read.
    row: Vec<Scalar<P>>,
    read: usize,
}

impl<'a, P: ProofSystem> Fingerprint<'a, P> {
    /// Of a vector of which nothing was read yet.
    pub fn new(challenges: &'a Challenges<P>) -> Self {
        let zeros = vec![Scalar::<P>::zero(); challenges.len()];
        Self {
            challenges,
            row: zeros.clone(),
            sums: zeros,
            read: 0,
        }
    }

    /// The fingerprints of a vector.
    pub fn of(challenges: &'a Challenges<P>, vector: &[Scalar<P>]) -> Vec<Scalar<P>> {
        let mut fingerprint = Self::new(challenges);
        for scalar in vector {
            fingerprint.push(scalar);
        }
        fingerprint.finish()
    }

    /// Reads the next scalar.
    pub fn push(&mut self, scalar: &Scalar<P>) {
        let pairs = self.challenges.pairs.iter();
        for ((sum, row), pair) in self.sums.iter_mut().zip(&mut self.row).zip(pairs) {
            let (columns, rows) = (pair.columns.len(), pair.rows.len());
            let (at, column) = (self.read / columns, self.read % columns);
            if let Some(weight) = pair.rows.get(at) {
                *row += pair.columns[column] * scalar;
                if column + 1 == columns {
                    *sum += *weight * std::mem::take(row);
                }
            } else if let Some(weight) = pair.rows.get(self.read - rows * columns) {
                *sum += pair.kappa * weight * scalar;
            }
        }
        self.read += 1;
    }

    /// `f` of what was read, for each pair.
    pub fn finish(self) -> Vec<Scalar<P>> {
        self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::ClientId;
    use proptest::prelude::*;
    use veragg_circuits::group::ristretto::{Fr, KeyScalar, Ristretto};

    proptest! {
        /// 4.7.2, as it is written.
        #[test]
        fn fingerprints_are_the_polynomial(columns in 1usize..5, rows in 1usize..5, seed: u64) {
            let (z, kappa) = (Fr::from(seed) + Fr::from(3u64), Fr::from(seed).square());
            let pair = Pair::new(z, kappa, columns, rows);
            let values = columns * rows;
            let f = |vector: &[Fr]| -> Fr {
                let of_values = (0..values).map(|m| z.pow([m as u64]) * vector[m]).sum::<Fr>();
                let of_rows = (0..rows).map(|r| z.pow([(columns * r) as u64]) * vector[values + r]);
                of_values + kappa * of_rows.sum::<Fr>()
            };
            let mask = Mask::of_seed(&[7; 32], ClientId::from_index(2), &KeyScalar::from(seed));
            let mut vector = vec![Fr::from(0u64); values + rows];
            crate::masks::apply::<Ristretto>(&mut vector, std::slice::from_ref(&mask));
            prop_assert_eq!(pair.of_mask::<Ristretto>(&mask), f(&vector));
            let challenges = Challenges::<veragg_circuits::bitplane::RistrettoBitplane> {
                submit: [0; 32],
                pairs: vec![pair.clone(), pair].into(),
            };
            prop_assert_eq!(Fingerprint::of(&challenges, &vector), vec![f(&vector); 2]);
        }
    }
}
