//! A contribution to a set-up: factors, and the proof that their owner knows them (`specs/set-up.md` 4.2).

use ark_ec::VariableBaseMSM;
use ark_ff::{One, Zero};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::group::bls12381::{hash_to_scalar, Bls12381, Fr, G1Affine, G1Projective};
use crate::group::Group;

/// The label of challenges of contributions to powers.
pub const POWERS: &str = "veragg/2 setup powers contribution";
/// The label of challenges of contributions to delta.
pub const DELTA: &str = "veragg/2 setup delta contribution";
/// The label of the beacon's factor.
pub const BEACON: &str = "veragg/2 setup beacon";

/// Secret factors, uniform, none of them 0 or 1; wiped when dropped.
pub fn draw_factors<const M: usize>(rng: &mut dyn CryptoRngCore) -> Zeroizing<[Fr; M]> {
    draw(rng, |factor| !factor.is_zero() && !factor.is_one())
}

fn draw<const M: usize>(
    rng: &mut dyn CryptoRngCore,
    allowed: impl Fn(&Fr) -> bool,
) -> Zeroizing<[Fr; M]> {
    let mut drawn = Zeroizing::new([Fr::zero(); M]);
    for scalar in drawn.iter_mut() {
        loop {
            let mut bytes = Zeroizing::new([0; 64]);
            rng.fill_bytes(bytes.as_mut());
            *scalar = Bls12381::from_uniform_bytes(&bytes);
            if allowed(scalar) {
                break;
            }
        }
    }
    drawn
}

/// The factor that a beacon gives behind the records of `chain`, public. Zero gives no key.
pub fn beacon_factor(chain: &[u8; 32], value: &[u8]) -> Fr {
    hash_to_scalar(BEACON.as_bytes(), &[chain, value].concat())
}

/// The challenge of a record, from the chain before it and its bytes up to its announcements.
pub fn challenge(label: &str, chain: &[u8; 32], record: &[u8]) -> Fr {
    hash_to_scalar(label.as_bytes(), &[chain, record].concat())
}

/// The nonces of a proof, one of its own for each factor: two factors under one nonce give their difference away. Wiped
/// when dropped.
pub struct Nonces<const M: usize>(Zeroizing<[Fr; M]>);

impl<const M: usize> Nonces<M> {
    /// Fresh nonces, none of them 0.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        Self(draw(rng, |nonce| !nonce.is_zero()))
    }

    /// The announcements, over the heads before the contribution. In constant time.
    pub fn announce(&self, before: &[G1Affine; M]) -> [G1Affine; M] {
        std::array::from_fn(|at| {
            Bls12381::msm_constant_time(&self.0[at..=at], &[before[at].into()]).into()
        })
    }

    /// The responses. The nonces are used up.
    pub fn respond(self, challenge: &Fr, factors: &[Fr; M]) -> [Fr; M] {
        std::array::from_fn(|at| self.0[at] + *challenge * factors[at])
    }
}

/// A proof that somebody knows the factors by which heads were multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knowledge<const M: usize> {
    /// `K`, one for each factor.
    pub announcements: [G1Affine; M],
    /// `z`.
    pub responses: [Fr; M],
}

impl<const M: usize> Knowledge<M> {
    /// The first of the factors whose proof does not hold under a challenge. Cost: two multiplications each.
    pub fn first_bad(
        &self,
        before: &[G1Affine; M],
        behind: &[G1Affine; M],
        challenge: &Fr,
    ) -> Option<usize> {
        (0..M).find(|at| {
            let points = [before[*at], behind[*at]];
            let scalars = [self.responses[*at], -*challenge];
            G1Projective::msm_unchecked(&points, &scalars) != self.announcements[*at]
        })
    }
}

#[cfg(test)]
mod tests;
