use ark_ec::AffineRepr;
use ark_ff::{Field, One};

use super::*;
use crate::groth16::testing::{circuits, Secrets};

/// A circuit, powers, and the key for a delta.
struct Setting {
    circuit: Circuit,
    powers: Powers,
    key: ProvingKey,
    delta: Delta,
}

fn settings() -> Vec<Setting> {
    let secrets = Secrets::of(1);
    let setting = |circuit: Circuit| Setting {
        powers: Powers::of_secrets(circuit.domain(), [secrets.tau, secrets.alpha, secrets.beta]),
        key: secrets.key(&circuit, 20),
        delta: Delta::first().multiply(&secrets.delta),
        circuit,
    };
    circuits().into_iter().map(setting).collect()
}

impl Setting {
    /// All checks of a key, one after the other.
    fn checked(&self, key: &ProvingKey, seed: u8) -> Result<(), NotOfForm> {
        let checker = Checker::new(&self.circuit, &self.powers);
        let weights = &mut Weights::new([seed; 32]);
        checker.eta(&key.verifying.eta)?;
        checker.ic(&key.verifying.ic, weights)?;
        checker.queries(key, weights)?;
        let (l, h) = (key.l.clone(), key.h.clone());
        checker.divided(&Divided { l, h }, &self.delta, weights)
    }
}

#[test]
fn the_key_that_is_derived_is_taken() {
    for setting in settings() {
        assert!(setting.delta.agrees());
        assert_eq!(setting.checked(&setting.key, 1), Ok(()));
    }
}

/// Every element of every list, changed by itself.
#[test]
fn every_element_is_checked() {
    let one = G1Affine::generator();
    type List = fn(&mut ProvingKey) -> &mut [G1Affine];
    let lists: [(List, &str); 6] = [
        (|key| std::slice::from_mut(&mut key.verifying.eta), "eta"),
        (|key| &mut key.verifying.ic, "IC"),
        (|key| &mut key.a, "u"),
        (|key| &mut key.b_1, "v"),
        (|key| &mut key.l, "L"),
        (|key| &mut key.h, "T"),
    ];
    // The smallest circuit whole, and the ends of the lists of one with all claims.
    let settings = settings();
    for (setting, whole) in [(&settings[0], true), (&settings[2], false)] {
        let places = |len: usize| -> Vec<usize> {
            if whole {
                (0..len).collect()
            } else {
                vec![0, len - 1]
            }
        };
        for (list, name) in lists {
            for at in places(list(&mut setting.key.clone()).len()) {
                let mut key = setting.key.clone();
                let element = &mut list(&mut key)[at];
                *element = (*element + one).into_affine();
                assert_eq!(setting.checked(&key, 1), Err(NotOfForm(name)), "{at}");
            }
        }
        for at in places(setting.key.b_2.len()) {
            let mut key = setting.key.clone();
            key.b_2[at] = (key.b_2[at] + G2Affine::generator()).into_affine();
            assert_eq!(setting.checked(&key, 1), Err(NotOfForm("v in G2")), "{at}");
        }
    }
}

#[test]
fn lists_of_another_length_are_refused() {
    let setting = settings().remove(0);
    let shorter: [fn(&mut ProvingKey); 6] = [
        |key| {
            key.verifying.ic.pop();
        },
        |key| {
            key.a.pop();
        },
        |key| {
            key.b_1.pop();
        },
        |key| {
            key.b_2.pop();
        },
        |key| {
            key.l.pop();
        },
        |key| {
            key.h.pop();
        },
    ];
    for shorten in shorter {
        let mut key = setting.key.clone();
        shorten(&mut key);
        assert!(setting.checked(&key, 1).is_err());
    }
}

/// Another delta than the elements are divided by.
#[test]
fn elements_for_another_delta_are_refused() {
    let mut setting = settings().remove(0);
    setting.delta = setting.delta.multiply(&Fr::from(2u64));
    assert_eq!(setting.checked(&setting.key, 1), Err(NotOfForm("L")));
}

/// Under weights that are known before, two wrong elements cancel each other out.
#[test]
fn known_weights_would_let_wrong_elements_pass() {
    let setting = settings().remove(1);
    let (instance, variables) = (setting.circuit.instance(), setting.circuit.variables());
    let before = instance + 3 * variables;
    let rho = Weights::new([1; 32]).take(before + 2);
    let (rho_a, rho_b) = (rho[before], rho[before + 1]);
    let shift = |factor: Fr| G1Affine::generator() * (factor * Fr::from(3u64));
    let mut key = setting.key.clone();
    key.l[0] = (key.l[0] + shift(rho_b)).into_affine();
    key.l[1] = (key.l[1] - shift(rho_a)).into_affine();
    assert_eq!(setting.checked(&key, 1), Ok(()));
    assert_eq!(setting.checked(&key, 2), Err(NotOfForm("L")));
    assert!(rho_a != Fr::one() && rho_a.inverse().is_some());
}
