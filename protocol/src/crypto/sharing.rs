//! Shamir sharing (1979) of secret scalars, and the public test that committed shares lie on a
//! polynomial of the right degree (`specs/protocol.md` 4.3).

use merlin::Transcript;
use rand_core::CryptoRngCore;
use rayon::prelude::*;
use veragg_circuits::ark_ff::{batch_inversion, AdditiveGroup};
use veragg_circuits::bad_ones::bad_ones_in_chunks;
use veragg_circuits::group::ristretto::{
    from_dalek, to_dalek, Fr, KeyPoint, KeyScalar, Ristretto, Term, KEY_TABLE,
};
use veragg_circuits::group::Group;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::crypto::context::Context;
use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::crypto::{keys, labels};

/// How many dealers are tested together. More would hardly save time for each.
const TOGETHER: usize = 64;

/// A random polynomial of degree below `t` whose value at 0 is the secret.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Polynomial {
    coefficients: Vec<KeyScalar>,
}

impl Polynomial {
    /// Shares `secret` so that `threshold` shares reconstruct it, and fewer reveal nothing.
    pub fn random(secret: &KeyScalar, threshold: usize, rng: &mut dyn CryptoRngCore) -> Self {
        let higher = (1..threshold).map(|_| KeyScalar::random(rng));
        Self {
            coefficients: std::iter::once(*secret).chain(higher).collect(),
        }
    }

    /// The share of a client: the value at its number. Constant time. Cost: `t` multiplications.
    pub fn share(&self, client: ClientId) -> KeyScalar {
        let x = KeyScalar::from(client.number());
        self.coefficients
            .iter()
            .rev()
            .fold(KeyScalar::ZERO, |value, c| value * x + c)
    }
}

/// Reconstructs a secret from shares of distinct clients, by Lagrange interpolation at 0. The result
/// is the secret if there are at least `t` of them. In variable time, since the shares are public. Cost: `t^2`
/// multiplications.
pub fn reconstruct(shares: &[(ClientId, KeyScalar)]) -> KeyScalar {
    let xs: Vec<Fr> = shares
        .iter()
        .map(|(client, _)| Fr::from(client.number()))
        .collect();
    // The coefficient of a share is the product of all numbers, divided by its own and by its differences to the others.
    let mut divisors: Vec<Fr> = xs
        .iter()
        .enumerate()
        .map(|(me, x)| {
            let others = xs.iter().enumerate().filter(|(other, _)| *other != me);
            others.fold(*x, |product, (_, other)| product * (*other - x))
        })
        .collect();
    // Distinct numbers from 1 to 2^32 - 1 have differences that are not zero.
    batch_inversion(&mut divisors);
    let all: Fr = xs.iter().product();
    let terms = shares.iter().zip(&divisors);
    let sum: Fr = terms
        .map(|((_, share), inverse)| from_dalek(share) * inverse)
        .sum();
    to_dalek(&(all * sum))
}

/// The commitments of a dealer to its two polynomials: at 0, and for each holder.
#[derive(Debug, Clone)]
pub struct CommittedShares<'a> {
    /// The mask key `S_i`.
    pub mask_key: &'a EncodedPoint,
    /// The holders of shares, in order.
    pub holders: &'a [ClientId],
    /// The commitments `S_i` and `B_i` to the secrets themselves, then those to the shares of each holder, of both secrets.
    pub points: &'a [[Term; 2]],
}

/// What the random codeword of the degree test is derived from: digests in the envelope of the dealer's
/// message.
#[derive(Debug, Clone, Copy)]
pub struct DealerMessage<'a> {
    /// Digest of the round's configuration.
    pub context: &'a Context,
    /// The checkpoint that the message answers, which fixes the holders.
    pub answers: &'a Digest,
    /// The root of the body, which fixes the committed points.
    pub body_root: &'a Digest,
}

/// The degree test of a dealer: a sum that is the identity if its committed values lie on polynomials of the right degree.
///
/// It is the test of SCRAPE (Cascudo and David 2017, section 3): committed values lie on a polynomial of degree below `t` if a
/// random word of the dual code is orthogonal to them; else they pass with probability `1/l`. The word is hashed from the
/// envelope of the dealer's message, which fixes the committed points and, through the list it answers, the holders; so anybody
/// repeats the test. Both secrets are tested at once, under a further challenge.
pub struct DegreeTest {
    scalars: Vec<Fr>,
    points: Vec<Term>,
    /// What the weight in a batch depends on: it stands for everything that the sum depends on.
    batch: [u8; 32],
}

impl DegreeTest {
    /// The test of one dealer (4.3.3). Nothing if there are too few holders to test anything with (4.3.2). Cost: `k^2` field
    /// multiplications.
    pub fn new(
        committed: &CommittedShares<'_>,
        threshold: usize,
        dealer: ClientId,
        message: &DealerMessage<'_>,
    ) -> Option<Self> {
        let CommittedShares {
            mask_key,
            holders,
            points,
        } = committed;
        // 4.3.2: the dual code has dimension points - t; below 1 there is nothing to test with.
        let dimension = points.len().checked_sub(threshold).filter(|&d| d > 0)?;
        if holders.len() + 1 != points.len() {
            return None;
        }
        let mut transcript = Transcript::new(labels::DEGREE.as_bytes());
        transcript.append_message(b"context", &message.context.digest);
        transcript.absorb_u64(b"dealer", u64::from(dealer.number()));
        transcript.absorb_u64(b"threshold", threshold as u64);
        transcript.append_message(b"mask key", mask_key.as_bytes());
        transcript.append_message(b"answers", message.answers);
        transcript.append_message(b"body", message.body_root);
        let both: Fr = transcript.challenge_scalar::<Ristretto>(b"both");
        let word: Vec<Fr> = transcript.challenge_scalars::<Ristretto>(b"word", dimension);
        let mut batch = [0; 32];
        transcript.challenge_bytes(b"batch", &mut batch);

        let xs: Vec<Fr> = std::iter::once(Fr::from(0u64))
            .chain(holders.iter().map(|holder| Fr::from(holder.number())))
            .collect();
        let mut weights: Vec<Fr> = xs
            .iter()
            .enumerate()
            .map(|(i, x)| {
                let others = xs.iter().enumerate().filter(|&(j, _)| j != i);
                others.map(|(_, other)| *x - other).product()
            })
            .collect();
        batch_inversion(&mut weights);
        for (weight, x) in weights.iter_mut().zip(&xs) {
            *weight *= word.iter().rev().fold(Fr::ZERO, |value, c| value * x + c);
        }
        Some(Self {
            scalars: weights
                .iter()
                .flat_map(|&weight| [weight, weight * both])
                .collect(),
            points: points.as_flattened().to_vec(),
            batch,
        })
    }

    /// The indices of all tests that fail, in order (4.3.5). Cost: for tests that hold a multi-scalar multiplication with
    /// `2 (k + 1)` points for each dealer.
    pub fn failing(tests: &[Self]) -> Vec<usize> {
        bad_ones_in_chunks(tests.len(), TOGETHER, |part| Self::all_hold(&tests[part]))
    }

    fn all_hold(tests: &[Self]) -> bool {
        let scalars: Vec<Fr> = match tests {
            [test] => test.scalars.clone(),
            _ => {
                let mut transcript = Transcript::new(labels::DEGREE_BATCH.as_bytes());
                for test in tests {
                    transcript.append_message(b"test", &test.batch);
                }
                let weighted = tests.iter().flat_map(|test| {
                    let weight = Fr::from(keys::short_weight(&mut transcript));
                    test.scalars.iter().map(move |scalar| weight * scalar)
                });
                weighted.collect()
            }
        };
        let points: Vec<Term> = tests
            .iter()
            .flat_map(|test| &test.points)
            .copied()
            .collect();
        Ristretto::sum_of_terms(&scalars, &points) == Ristretto::identity()
    }
}

/// The indices of all shares that are not the ones of their commitments, which are encoded, in order (5.8). `sum` adds up the
/// commitments, each times its weight, if all of them are points.
///
/// The shares themselves are computed with in constant time. Which of them are wrong can be seen from the time, and something of the
/// weights, which are a hash of all shares: that helps nobody who does not know the shares. Cost: for right shares half a term of a
/// multi-scalar multiplication each.
pub fn wrong_shares(
    shares: &[(&KeyScalar, &[u8; 32])],
    sum: impl FnOnce(&[Fr]) -> Option<KeyPoint>,
) -> Vec<usize> {
    let mut encoded = Zeroizing::new(vec![0; 32 * shares.len()]);
    for (to, (share, _)) in encoded.chunks_exact_mut(32).zip(shares) {
        to.copy_from_slice(share.as_bytes());
    }
    let commitments: Vec<u8> = shares
        .iter()
        .flat_map(|(_, commitment)| **commitment)
        .collect();
    let mut transcript = Transcript::new(labels::SHARES_BATCH.as_bytes());
    transcript.append_message(b"shares", &encoded);
    transcript.append_message(b"commitments", &commitments);
    let weights: Vec<u128> = shares
        .iter()
        .map(|_| keys::short_weight(&mut transcript))
        .collect();
    let terms = weights.iter().zip(shares);
    let of_shares: KeyScalar = terms
        .map(|(weight, (share, _))| KeyScalar::from(*weight) * *share)
        .sum();
    let of_shares = Zeroizing::new(of_shares);
    let weights: Vec<Fr> = weights.into_iter().map(Fr::from).collect();
    if sum(&weights) == Some(&*of_shares * KEY_TABLE) {
        return Vec::new();
    }
    let alone = |(share, commitment): &(&KeyScalar, &[u8; 32])| {
        (*share * KEY_TABLE).compress().as_bytes() == *commitment
    };
    let each = shares.par_iter().enumerate();
    each.filter(|(_, share)| !alone(share))
        .map(|(index, _)| index)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    const MESSAGE: DealerMessage<'_> = DealerMessage {
        context: &Context::sample(0),
        answers: &[2; 32],
        body_root: &[3; 32],
    };

    fn terms(points: &[[KeyPoint; 2]]) -> Vec<[Term; 2]> {
        let encoded = points.as_flattened().iter();
        let encoded: Vec<u8> = encoded.flat_map(Ristretto::encode_point).collect();
        let terms: Option<Vec<Term>> = Ristretto::decode_terms(&encoded).into_iter().collect();
        terms.unwrap().as_chunks().0.to_vec()
    }

    fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<ClientId> {
        numbers.into_iter().filter_map(ClientId::new).collect()
    }

    proptest! {
        #[test]
        fn any_t_shares_reconstruct_the_secret_and_fewer_do_not(
            seed: u64,
            threshold in 2usize..8,
            numbers in prop::collection::btree_set(1u32..1000, 8..14),
        ) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let secret = KeyScalar::random(&mut rng);
            let polynomial = Polynomial::random(&secret, threshold, &mut rng);
            let shares: Vec<_> =
                ids(numbers).into_iter().map(|id| (id, polynomial.share(id))).collect();
            prop_assert_eq!(reconstruct(&shares), secret);
            prop_assert_eq!(reconstruct(&shares[..threshold]), secret);
            prop_assert_eq!(reconstruct(&shares[shares.len() - threshold..]), secret);
            prop_assert_ne!(reconstruct(&shares[..threshold - 1]), secret);
        }

        #[test]
        fn only_the_right_degree_passes(
            seed: u64,
            threshold in 1usize..6,
            extra in 0usize..4,
            spoil: prop::sample::Index,
            which in 0usize..2,
        ) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let holders = ids((0..threshold + extra).map(|i| 3 * i as u32 + 2));
            let secrets = [KeyScalar::random(&mut rng), KeyScalar::random(&mut rng)];
            let commit = |degree_bound: usize, rng: &mut ChaCha20Rng| -> Vec<[KeyPoint; 2]> {
                let f: Vec<_> =
                    secrets.iter().map(|s| Polynomial::random(s, degree_bound, rng)).collect();
                holders.iter().map(|&h| [0, 1].map(|i| &f[i].share(h) * KEY_TABLE)).collect()
            };
            let test = |shares: &[[KeyPoint; 2]]| {
                let secrets = secrets.map(|s| &s * KEY_TABLE);
                let points = terms(&[&[secrets], shares].concat());
                let mask_key = &secrets[0].into();
                let committed = CommittedShares { mask_key, holders: &holders, points: &points };
                let test = DegreeTest::new(&committed, threshold, holders[0], &MESSAGE);
                test.is_some_and(|test| DegreeTest::failing(&[test]).is_empty())
            };
            let good = commit(threshold, &mut rng);
            prop_assert!(test(&good));
            // One more coefficient is one degree too many, as long as enough holders see it.
            prop_assert_eq!(test(&commit(threshold + 1, &mut rng)), false);
            let mut bad = good.clone();
            let at = spoil.index(bad.len());
            bad[at][which] += &KeyScalar::ONE * KEY_TABLE;
            prop_assert!(!test(&bad));
            prop_assert!(!test(&good[1..]));
        }
    }

    #[test]
    fn fewer_holders_than_the_threshold_are_refused() {
        let point = Ristretto::hash_to_point(b"point", 0);
        let committed = CommittedShares {
            mask_key: &point.into(),
            holders: &ids([1, 2]),
            points: &terms(&[[point; 2]; 3]),
        };
        assert!(DegreeTest::new(&committed, 3, ids([5])[0], &MESSAGE).is_none());
    }

    #[test]
    fn tests_that_cancel_without_weights_fail_in_a_batch() {
        let holders = ids([1, 2, 3, 4, 5]);
        let tests = |errors: [i64; 4]| -> Vec<DegreeTest> {
            let of = |(dealer, error): (ClientId, i64)| {
                let secrets = [KeyScalar::from(7u64), KeyScalar::from(8u64)];
                let shares = holders.iter().map(|holder| {
                    secrets.map(|secret| &(secret + KeyScalar::from(holder.number())) * KEY_TABLE)
                });
                let shares: Vec<_> = shares.collect();
                let secrets = secrets.map(|secret| &secret * KEY_TABLE);
                let committed = CommittedShares {
                    mask_key: &secrets[0].into(),
                    holders: &holders,
                    points: &terms(&[&[secrets], &shares[..]].concat()),
                };
                let mut test = DegreeTest::new(&committed, 3, dealer, &MESSAGE).unwrap();
                // An error of the sum, whatever the word.
                test.scalars.push(match error {
                    ..0 => -Fr::from(error.unsigned_abs()),
                    _ => Fr::from(error.unsigned_abs()),
                });
                let error = Ristretto::hash_to_point(b"error", 0);
                test.points.push(terms(&[[error; 2]])[0][0]);
                test
            };
            ids([11, 12, 13, 14])
                .into_iter()
                .zip(errors)
                .map(of)
                .collect()
        };
        assert_eq!(DegreeTest::failing(&tests([0, 0, 0, 0])), [0usize; 0]);
        assert_eq!(DegreeTest::failing(&tests([0, 5, -5, 0])), [1, 2]);
        assert_eq!(DegreeTest::failing(&tests([3, 0, 0, -3])), [0, 3]);
        assert_eq!(DegreeTest::failing(&tests([0, 0, 1, 0])), [2]);
        // The sums of the second batch cancel: without weights it would pass.
        let cancelling = tests([0, 5, -5, 0]);
        let scalars: Vec<Fr> = cancelling
            .iter()
            .flat_map(|test| test.scalars.clone())
            .collect();
        let points: Vec<Term> = cancelling
            .iter()
            .flat_map(|test| test.points.clone())
            .collect();
        assert!(Ristretto::sum_of_terms(&scalars, &points) == Ristretto::identity());
    }

    #[test]
    fn each_wrong_share_is_found_and_no_other() {
        let right = |n: u64| {
            let share = KeyScalar::from(n);
            (share, EncodedPoint::from(&share * KEY_TABLE))
        };
        let good: Vec<(KeyScalar, EncodedPoint)> = (1..40).map(right).collect();
        let wrong_shares = |shares: &[(KeyScalar, EncodedPoint)]| {
            let points: Vec<KeyPoint> = shares.iter().map(|(_, point)| **point).collect();
            let of = |(share, point): &'_ (KeyScalar, EncodedPoint)| (*share, *point.as_bytes());
            let shares: Vec<_> = shares.iter().map(of).collect();
            let shares: Vec<_> = shares.iter().map(|(share, point)| (share, point)).collect();
            super::wrong_shares(&shares, |weights| Some(Ristretto::msm(weights, &points)))
        };
        assert_eq!(wrong_shares(&good), [0usize; 0]);
        assert_eq!(wrong_shares(&[]), [0usize; 0]);
        // Two errors that cancel without weights.
        let mut bad = good.clone();
        bad[3].0 += KeyScalar::ONE;
        bad[20].0 -= KeyScalar::ONE;
        assert_eq!(wrong_shares(&bad), [3, 20]);
        let mut swapped = good;
        swapped.swap(0, 1);
        let commitments = [swapped[1].1, swapped[0].1];
        (swapped[0].1, swapped[1].1) = (commitments[0], commitments[1]);
        assert_eq!(wrong_shares(&swapped), [0, 1]);
    }
}
