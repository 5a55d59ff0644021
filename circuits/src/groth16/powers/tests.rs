use ark_ec::AffineRepr;
use ark_ff::{Field, Zero};

use super::*;
use crate::codec::DecodeError;
use crate::groth16::testing::torsion;

const SECRETS: [u64; 3] = [11, 13, 17];

fn weights() -> Weights {
    Weights::new([9; 32])
}

/// Powers of known secrets, which are large, for a domain of 4 points.
fn powers() -> Powers {
    Powers::of_secrets(4, SECRETS.map(|secret| Fr::from(secret).pow([1234])))
}

/// What is said about powers, if their heads are those of the record.
fn checked(powers: &Powers) -> Result<(), NotOfForm> {
    powers.check(&self::powers().heads(), &mut weights())
}

#[test]
fn factors_multiply_to_the_powers_of_their_product() {
    let (a, b) = ([2u64, 3, 5].map(Fr::from), [7u64, 11, 13].map(Fr::from));
    let product = [0, 1, 2].map(|at| a[at] * b[at]);
    let multiplied = Powers::first(8).multiply(&a).multiply(&b);
    assert_eq!(multiplied, Powers::of_secrets(8, product));
    assert!(multiplied.heads().agree());
    assert_eq!(Powers::first(8).heads(), Heads::first());
    assert_eq!(Powers::first(8), Powers::of_secrets(8, [Fr::one(); 3]));
}

#[test]
fn what_is_encoded_is_decoded() {
    let powers = powers();
    let bytes = powers.encode();
    assert_eq!(bytes.len(), Powers::encoded_len(4));
    assert_eq!(Powers::decode(&bytes, 4), Ok(powers));
}

#[test]
fn honest_powers_are_taken() {
    assert_eq!(checked(&powers()), Ok(()));
    let first = Powers::first(4);
    assert_eq!(first.check(&Heads::first(), &mut weights()), Ok(()));
}

/// Every element of every list, changed by itself.
#[test]
fn every_element_is_checked() {
    let (one, two) = (Heads::first().tau, Heads::first().tau_2);
    type List = fn(&mut Powers) -> &mut Vec<G1Affine>;
    let in_1: [(List, &str); 3] = [
        (|powers| &mut powers.tau_1, "tau"),
        (|powers| &mut powers.alpha, "alpha"),
        (|powers| &mut powers.beta, "beta"),
    ];
    for (list, name) in in_1 {
        for at in 0..list(&mut powers()).len() {
            let mut other = powers();
            let element = &mut list(&mut other)[at];
            *element = (*element + one).into_affine();
            assert_eq!(checked(&other), Err(NotOfForm(name)), "{at}");
        }
    }
    for at in 0..4 {
        let mut other = powers();
        other.tau_2[at] = (other.tau_2[at] + two).into_affine();
        assert_eq!(checked(&other), Err(NotOfForm("tau_2")), "{at}");
    }
    let mut other = powers();
    other.beta_2 = two;
    assert_eq!(checked(&other), Err(NotOfForm("beta_2")));
}

/// Powers that are consistent, but of other secrets than the heads.
#[test]
fn powers_of_others_are_refused() {
    for at in 0..3 {
        let mut factors = [Fr::one(); 3];
        factors[at] = Fr::from(2u64);
        assert!(checked(&powers().multiply(&factors)).is_err());
    }
}

/// Two wrong elements that cancel each other out under weights that are known before: why the weights come from a digest
/// of everything that they weigh.
#[test]
fn known_weights_would_let_wrong_elements_pass() {
    let tau = Fr::from(SECRETS[0]).pow([1234]);
    // Element 5 is weighted `rho_4 - tau rho_5`, element 6, the last, `rho_5`.
    let rho = weights().take(6);
    let mut other = powers();
    let shift = |factor: Fr| Heads::first().tau * factor;
    other.tau_1[5] = (other.tau_1[5] + shift(rho[5])).into_affine();
    other.tau_1[6] = (other.tau_1[6] - shift(rho[4] - tau * rho[5])).into_affine();
    assert_eq!(checked(&other), Ok(()));
    let heads = powers().heads();
    let fresh = other.check(&heads, &mut Weights::new([8; 32]));
    assert_eq!(fresh, Err(NotOfForm("tau")));
}

#[test]
fn elements_outside_the_group_are_refused_where_they_stand() {
    let mut with_torsion = powers();
    with_torsion.alpha[2] = (with_torsion.alpha[2] + torsion()).into_affine();
    let error = Powers::decode(&with_torsion.encode(), 4).unwrap_err();
    assert_eq!((error.list, error.index), ("alpha", 2));
    assert!(matches!(error.reason, DecodeError::Point { .. }));
    // No equation of pairings would see it under every third weight.
    let rho = Fr::from(3u64);
    assert!((torsion() * rho).is_zero());

    let mut with_identity = powers();
    with_identity.tau_2[3] = G2Affine::identity();
    let error = Powers::decode(&with_identity.encode(), 4).unwrap_err();
    assert_eq!((error.list, error.index), ("tau_2", 3));
    assert!(matches!(error.reason, DecodeError::Identity { .. }));
    assert!(!torsion().is_zero());
}
