//! Shamir sharing (1979) of secret scalars, and the public test that committed shares lie on a
//! polynomial of the right degree (`specs/protocol.md` 4.3).

use merlin::Transcript;
use rand_core::CryptoRngCore;
use veragg_circuits::ark_ff::{batch_inversion, AdditiveGroup};
use veragg_circuits::group::ristretto::{Fr, KeyPoint, KeyScalar, Ristretto};
use veragg_circuits::group::Group;
use veragg_circuits::transcript::TranscriptExt;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::crypto::context::Context;
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
use crate::crypto::keys;
use crate::crypto::labels;

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
/// is the secret if there are at least `t` of them. Cost: `t^2` multiplications.
pub fn reconstruct(shares: &[(ClientId, KeyScalar)]) -> KeyScalar {
    let x = |client: &ClientId| KeyScalar::from(client.number());
    let mut denominators: Vec<KeyScalar> = shares
        .iter()
        .map(|(me, _)| {
            let others = shares.iter().filter(|(other, _)| other != me);
            others.map(|(other, _)| x(other) - x(me)).product()
        })
        .collect();
    // Distinct numbers below 2^32 have differences that are not zero.
    keys::invert_all(&mut denominators);
    shares
        .iter()
        .zip(&denominators)
        .map(|((me, share), inverse)| {
            let others = shares.iter().filter(|(other, _)| other != me);
            others.map(|(other, _)| x(other)).product::<KeyScalar>() * inverse * share
        })
        .sum()
}

/// The commitments of a dealer to its two polynomials: at 0, and for each holder.
#[derive(Debug, Clone)]
pub struct CommittedShares<'a> {
    /// The commitments `S_i` and `B_i` to the secrets themselves.
    pub secrets: [KeyPoint; 2],
    /// The holders of shares, in order.
    pub holders: &'a [ClientId],
    /// The holders' share commitments, of both secrets.
    pub shares: &'a [[KeyPoint; 2]],
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

/// The test of SCRAPE (Cascudo and David 2017, section 3): committed values lie on a polynomial of
/// degree below `t` if a random word of the dual code is orthogonal to them; else they pass with
/// probability `1/l`. The word is hashed from the envelope of the dealer's message, which fixes the
/// committed points and, through the list it answers, the holders; so anybody repeats the test.
/// Both secrets are tested at once, under a further challenge. Cost: one multi-scalar
/// multiplication over `2 (k + 1)` points and `k^2` field multiplications.
#[must_use]
pub fn degree_holds(
    committed: &CommittedShares<'_>,
    threshold: usize,
    dealer: ClientId,
    message: &DealerMessage<'_>,
) -> bool {
    let CommittedShares {
        secrets,
        holders,
        shares,
    } = committed;
    let points = holders.len() + 1;
    // 4.3.2: the dual code has dimension points - t; below 1 there is nothing to test with.
    let Some(dimension) = points.checked_sub(threshold).filter(|&d| d > 0) else {
        return false;
    };
    if holders.len() != shares.len() {
        return false;
    }
    let mut transcript = Transcript::new(labels::DEGREE.as_bytes());
    transcript.append_message(b"context", &message.context.digest);
    transcript.absorb_u64(b"dealer", u64::from(dealer.number()));
    transcript.absorb_u64(b"threshold", threshold as u64);
    transcript.absorb_point::<Ristretto>(b"mask key", &secrets[0]);
    transcript.append_message(b"answers", message.answers);
    transcript.append_message(b"body", message.body_root);
    let both: Fr = transcript.challenge_scalar::<Ristretto>(b"both");
    let word: Vec<Fr> = transcript.challenge_scalars::<Ristretto>(b"word", dimension);

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
    let scalars: Vec<Fr> = weights
        .iter()
        .flat_map(|&weight| [weight, weight * both])
        .collect();
    let points: Vec<KeyPoint> = std::iter::once(secrets)
        .chain(shares.iter())
        .flatten()
        .copied()
        .collect();
    Ristretto::msm(&scalars, &points) == Ristretto::identity()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use veragg_circuits::group::ristretto::KEY_TABLE;

    const MESSAGE: DealerMessage<'_> = DealerMessage {
        context: &Context::sample(0),
        answers: &[2; 32],
        body_root: &[3; 32],
    };

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
                let committed = CommittedShares { secrets, holders: &holders, shares };
                degree_holds(&committed, threshold, holders[0], &MESSAGE)
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
        let committed = CommittedShares {
            secrets: [Ristretto::identity(); 2],
            holders: &ids([1, 2]),
            shares: &[[Ristretto::identity(); 2]; 2],
        };
        assert!(!degree_holds(&committed, 3, ids([5])[0], &MESSAGE));
    }
}
