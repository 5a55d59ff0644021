use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

use super::*;
use crate::groth16::heads::Heads;

/// A proof for three factors over the generators, and what it is about.
fn proven() -> ([G1Affine; 3], [G1Affine; 3], Knowledge<3>, Fr) {
    let rng = &mut ChaCha20Rng::seed_from_u64(3);
    let (factors, nonces) = (draw_factors::<3>(rng), Nonces::<3>::draw(rng));
    let before = Heads::first().in_1();
    let behind = std::array::from_fn(|at| (before[at] * factors[at]).into());
    let announcements = nonces.announce(&before);
    let c = challenge(POWERS, &[1; 32], b"record");
    let responses = nonces.respond(&c, &factors);
    let knowledge = Knowledge {
        announcements,
        responses,
    };
    (before, behind, knowledge, c)
}

#[test]
fn a_proof_holds_and_each_part_of_it_counts() {
    let (before, behind, knowledge, c) = proven();
    assert_eq!(knowledge.first_bad(&before, &behind, &c), None);
    for at in 0..3 {
        let mut other = knowledge;
        other.responses[at] += Fr::one();
        assert_eq!(other.first_bad(&before, &behind, &c), Some(at));
        let mut other = knowledge;
        other.announcements[at] = before[at];
        assert_eq!(other.first_bad(&before, &behind, &c), Some(at));
        let mut other = behind;
        other[at] = (other[at] + before[at]).into();
        assert_eq!(knowledge.first_bad(&before, &other, &c), Some(at));
    }
    assert_eq!(
        knowledge.first_bad(&before, &behind, &(c + Fr::one())),
        Some(0)
    );
}

/// Of each factor there is a nonce of its own: under one nonce for all, the difference of two responses would be the
/// challenge times that of the factors.
#[test]
fn no_two_announcements_are_alike() {
    let (
        _,
        _,
        Knowledge {
            announcements: [a, b, c],
            ..
        },
        _,
    ) = proven();
    assert!(a != b && b != c && a != c);
}

#[test]
fn a_challenge_depends_on_label_chain_and_record() {
    let one = challenge(POWERS, &[1; 32], b"record");
    assert_ne!(one, challenge(DELTA, &[1; 32], b"record"));
    assert_ne!(one, challenge(POWERS, &[2; 32], b"record"));
    assert_ne!(one, challenge(POWERS, &[1; 32], b"recorD"));
    assert_ne!(
        beacon_factor(&[1; 32], b"value"),
        beacon_factor(&[1; 32], b"valuE")
    );
}

/// A source that first gives 0, then 1, then 2.
struct Counting(u64);

impl RngCore for Counting {
    fn next_u32(&mut self) -> u32 {
        unreachable!("bytes are drawn")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("bytes are drawn")
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
        bytes[..8].copy_from_slice(&self.0.to_le_bytes());
        self.0 += 1;
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core::CryptoRng for Counting {}

#[test]
fn no_factor_is_zero_or_one() {
    let drawn = draw_factors::<2>(&mut Counting(0));
    assert_eq!(*drawn, [2u64, 3].map(Fr::from));
    let nonces = Nonces::<1>::draw(&mut Counting(0));
    assert_eq!(nonces.respond(&Fr::zero(), &[Fr::zero()]), [Fr::one()]);
}
