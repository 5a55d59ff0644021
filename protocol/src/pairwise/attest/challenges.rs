//! Challenge pairs, fingerprints under them, and commitments to the fingerprints of masks
//! (`specs/protocol.md` 4.7.1 to 4.7.3).

use std::convert::Infallible;
use std::sync::Arc;

use merlin::Transcript;
use rayon::prelude::*;
use veragg_circuits::ark_ff::{Field, Zero};
use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::Zeroizing;

use crate::crypto::dh::expand;
use crate::crypto::hash::Digest;
use crate::crypto::labels;
use crate::crypto::masks::{Mask, BLOCK};
use crate::round::Round;
use crate::rule::Rule;

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

    /// Scalars of a vector: `D + R`.
    fn scalars(&self) -> usize {
        (self.columns.len() + 1) * self.rows.len()
    }

    /// The row in which a scalar of the vector stands, and the weights from there to the row's end; behind
    /// the rows stand the blindings.
    fn weights_from(&self, scalar: usize) -> Option<(usize, &[F])> {
        let (columns, rows) = (self.columns.len(), self.rows.len());
        let (row, column) = (scalar / columns, scalar % columns);
        let weights = if row < rows {
            self.columns.get(column..)
        } else {
            self.rows.get(scalar - rows * columns..)
        };
        weights
            .filter(|weights| !weights.is_empty())
            .map(|weights| (row, weights))
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
        transcript.append_message(b"context", &round.context().digest);
        transcript.append_message(b"submit", submit);
        Self::draw(round, *submit, transcript, round.challenge_pairs())
    }

    /// The one pair under which a publication is recounted, by its entry (`specs/audit.md` 2.11).
    pub fn of_recount(round: &Round<P>, published: &Digest) -> Self {
        let mut transcript = Transcript::new(labels::RECOUNT.as_bytes());
        transcript.append_message(b"context", &round.context().digest);
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
        self.of_stream(mask).into_iter().map(signed).collect()
    }

    /// `f(PRG(key))` for each pair.
    fn of_stream(&self, mask: &Mask) -> Vec<Scalar<P>> {
        let weigh = |weights: &[_], run: &[u8]| -> Result<_, Infallible> {
            Ok(P::Group::inner_product_with_masks(weights, run))
        };
        let mut fingerprint = Fingerprint::new(self);
        let mut stream = mask.stream::<P::Group>();
        let mut left = self.pairs.first().map_or(0, Pair::scalars);
        while left > 0 {
            let now = left.min(BLOCK);
            let Ok(()) = fingerprint.weigh(stream.next(now), P::Group::MASK_LEN, weigh);
            left -= now;
        }
        fingerprint.finish()
    }

    /// Commits to a mask (4.7.3). Multiplications of points are in constant time, and on
    /// ristretto255 the sums of weighted masks; the rest is arkworks', whose reductions branch
    /// (`specs/threat-model.md` 6.2). The commitment has no sign.
    pub fn commit(&self, round: &Round<P>, mask: &Mask) -> Committed<P> {
        let key = round.proofs().key();
        let mut points = Vec::with_capacity(self.len());
        let mut blindings = Zeroizing::new(Vec::with_capacity(self.len()));
        let values = Zeroizing::new(self.of_stream(mask));
        // Only a test can leave the rule out. Then all checkpoints have the same blindings.
        let same = Rule::FreshBlinding.holds(false);
        let submit = if same { [0; 32] } else { self.submit };
        for (index, value) in values.iter().enumerate() {
            let info: [&[u8]; 2] = [&submit, &(index as u32).to_be_bytes()];
            let bytes = expand::<64>(mask.key().as_ref(), labels::ATTESTATION_BLINDING, &info);
            let blinding = P::Group::from_uniform_bytes(&bytes);
            points.push(key.commit(value, &blinding));
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
    /// The sum of what is being read, a row or the blindings, before it is weighed itself.
    partial: Vec<Scalar<P>>,
    read: usize,
}

impl<'a, P: ProofSystem> Fingerprint<'a, P> {
    /// Of a vector of which nothing was read yet.
    pub fn new(challenges: &'a Challenges<P>) -> Self {
        let zeros = vec![Scalar::<P>::zero(); challenges.len()];
        Self {
            challenges,
            partial: zeros.clone(),
            sums: zeros,
            read: 0,
        }
    }

    /// Reads the next scalars, in their encodings. Cost: half of a field multiplication a scalar and
    /// pair.
    pub fn read(&mut self, encoded: &[u8]) -> Result<(), DecodeError> {
        self.weigh(encoded, P::Group::SCALAR_LEN, |weights, run| {
            P::Group::inner_product(weights, run, "vector")
        })
    }

    /// Reads the next scalars, of `size` bytes each. What follows the last one of the vector is ignored.
    fn weigh<E>(
        &mut self,
        mut bytes: &[u8],
        size: usize,
        weigh: impl Fn(&[Scalar<P>], &[u8]) -> Result<Scalar<P>, E>,
    ) -> Result<(), E> {
        loop {
            // Up to the end of a row, or of the blindings.
            let pair = self.challenges.pairs.first();
            let Some((row, weights)) = pair.and_then(|pair| pair.weights_from(self.read)) else {
                return Ok(());
            };
            let count = weights.len().min(bytes.len() / size);
            let ends = count == weights.len();
            let Some((run, rest)) = bytes.split_at_checked(count * size).filter(|_| count > 0)
            else {
                return Ok(());
            };
            let pairs = self.challenges.pairs.iter();
            for ((sum, partial), pair) in self.sums.iter_mut().zip(&mut self.partial).zip(pairs) {
                let Some((_, weights)) = pair.weights_from(self.read) else {
                    continue;
                };
                *partial += weigh(&weights[..count], run)?;
                if ends {
                    *sum += *pair.rows.get(row).unwrap_or(&pair.kappa) * std::mem::take(partial);
                }
            }
            self.read += count;
            bytes = rest;
        }
    }

    /// `f` of what was read, for each pair.
    pub fn finish(self) -> Vec<Scalar<P>> {
        self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::context::Context;
    use crate::crypto::ids::ClientId;
    use proptest::prelude::*;
    use veragg_circuits::group::ristretto::{Fr, KeyScalar, Ristretto};

    proptest! {
        /// 4.7.2, as it is written.
        #[test]
        fn fingerprints_are_the_polynomial(
            columns in 1usize..5, rows in 1usize..5, piece in 1usize..9, seed: u64,
        ) {
            let (z, kappa) = (Fr::from(seed) + Fr::from(3u64), Fr::from(seed).square());
            let pair = Pair::new(z, kappa, columns, rows);
            let values = columns * rows;
            let f = |vector: &[Fr]| -> Fr {
                let of_values = (0..values).map(|m| z.pow([m as u64]) * vector[m]).sum::<Fr>();
                let of_rows = (0..rows).map(|r| z.pow([(columns * r) as u64]) * vector[values + r]);
                of_values + kappa * of_rows.sum::<Fr>()
            };
            let mask = Mask::of_seed(&Context::sample(7), ClientId::from_index(2), &KeyScalar::from(seed));
            let mut vector = vec![Fr::from(0u64); values + rows];
            crate::crypto::masks::apply::<Ristretto>(&mut vector, std::slice::from_ref(&mask));
            let challenges = Challenges::<veragg_circuits::bitplane::RistrettoBitplane> {
                submit: [0; 32],
                pairs: vec![pair.clone(), pair].into(),
            };
            prop_assert_eq!(challenges.of_mask(&mask), vec![f(&vector); 2]);
            // In pieces of any size, and in other scalars than those of masks.
            vector.reverse();
            let encoded = Ristretto::encode_scalars(&vector);
            let mut fingerprint = Fingerprint::new(&challenges);
            for piece in encoded.chunks(32 * piece) {
                fingerprint.read(piece).unwrap();
            }
            prop_assert_eq!(fingerprint.finish(), vec![f(&vector); 2]);
        }
    }
}
