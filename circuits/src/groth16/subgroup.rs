//! Whether many points of the curve are in `G1`, checked together (`specs/proofs.md` 8.7.2).

use ark_ec::CurveGroup;
use ark_ff::{AdditiveGroup, Zero};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

use crate::group::bls12381::{G1Affine, G1Projective};
use crate::transcript::Transcript;

/// Digits to the base 3 of a byte of the stream, and so sums that are made together.
const DIGITS: usize = 5;
/// `3^DIGITS`.
const BUCKETS: usize = 243;
/// Bytes of the stream for each point: `3^-85 < 2^-134`.
const WINDOWS: usize = 17;
/// With fewer points each is checked by itself: the sums have to be checked, too.
const FEWEST: usize = 200;

/// Whether all these points of the curve are in `G1`, but for a probability of `3^-85` that is decided by a hash of the
/// `digests`, on which every point must depend. Cost: 17 additions a point, and 8000 besides.
pub(super) fn all_inside(points: &[G1Affine], digests: &[[u8; 32]]) -> bool {
    let inside = |point: &G1Affine| point.is_in_correct_subgroup_assuming_on_curve();
    if points.len() < FEWEST {
        return points.par_iter().all(inside);
    }
    let bytes = stream(digests, points.len());
    let windows = (0..WINDOWS).into_par_iter();
    windows.all(|window| {
        let mut buckets = vec![G1Projective::zero(); BUCKETS];
        for (point, bytes) in points.iter().zip(&bytes) {
            buckets[usize::from(bytes[window])] += point;
        }
        G1Projective::normalize_batch(&sums(buckets))
            .iter()
            .all(inside)
    })
}

/// The bytes of each point.
fn stream(digests: &[[u8; 32]], points: usize) -> Vec<[u8; WINDOWS]> {
    let mut transcript = Transcript::new(b"veragg/2 groth16 subgroup");
    for digest in digests {
        transcript.append_message(b"proof", digest);
    }
    let mut key = [0; 32];
    transcript.challenge_bytes(b"digits", &mut key);
    let mut rng = ChaCha20Rng::from_seed(key);
    // Whole words at a time: of a word that is begun the generator drops the rest.
    let blocks = std::iter::repeat_with(|| {
        let mut block = [0; 64];
        rng.fill_bytes(&mut block);
        block
    });
    let mut digits = blocks.flatten().filter(|byte| usize::from(*byte) < BUCKETS);
    let mut of_point = || [(); WINDOWS].map(|()| digits.next().unwrap_or_default());
    (0..points).map(|_| of_point()).collect()
}

/// For each digit, highest first, the sum of the buckets, each times this digit of its number. Cost: `2 BUCKETS` additions.
fn sums(mut buckets: Vec<G1Projective>) -> [G1Projective; DIGITS] {
    [(); DIGITS].map(|()| {
        // The highest digit is 0, 1, 2 in the first, second and last third.
        let third = buckets.len() / 3;
        let (low, high) = buckets.split_at(third);
        let (ones, twos) = high.split_at(third);
        let mut sum: G1Projective = twos.iter().sum();
        sum.double_in_place();
        sum += ones.iter().sum::<G1Projective>();
        let folded = low.iter().zip(ones).zip(twos);
        buckets = folded.map(|((low, one), two)| *low + one + two).collect();
        sum
    })
}

#[cfg(test)]
mod tests;
