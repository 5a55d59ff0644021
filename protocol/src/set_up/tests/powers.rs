//! Powers that are not those of their records (`specs/set-up.md` 5.3).

use veragg_circuits::ark_ff::{FftField, One};
use veragg_circuits::groth16::derive::Powers;
use veragg_circuits::groth16::heads::NotOfForm;

use super::*;

#[test]
fn a_contribution_is_applied() {
    let stages = stages();
    // A record, and nothing multiplied.
    let error = refused(&stages.powers_2, |file| {
        file.powers = stages.powers_1.file.powers.clone();
    });
    assert_eq!(error, SetUpError::Powers(NotOfForm("tau")));
    // Something multiplied, and no record.
    let error = refused(&stages.powers_1, |file| {
        file.powers = stages.powers_2.file.powers.clone();
    });
    assert_eq!(error, SetUpError::Powers(NotOfForm("tau")));
    let error = refused(&stages.start, |file| {
        file.powers = stages.powers_2.file.powers.clone();
    });
    assert_eq!(error, SetUpError::Powers(NotOfForm("tau")));
    // Of each of the three alone.
    for (at, list) in [(1, "alpha"), (2, "beta")] {
        let mut factors = [Fr::one(); 3];
        factors[at] = Fr::from(3u64);
        let error = refused(&stages.powers_2, |file| {
            file.powers = file.powers.multiply(&factors);
        });
        assert_eq!(error, SetUpError::Powers(NotOfForm(list)));
        assert_eq!(error.rule(), "5.3");
    }
}

/// First, head, one between, last: each of each list. (Tests of `veragg-circuits` take every element.)
#[test]
fn every_list_is_consistent() {
    let stages = stages();
    for file in [
        &stages.powers_2,
        &stages.delta_2,
        &stages.transcript.verified,
    ] {
        for (list, at) in [("tau", 0), ("tau", 1), ("tau", 3), ("tau", 6)]
            .into_iter()
            .chain([("alpha", 0), ("alpha", 1), ("alpha", 3)])
            .chain([("beta", 0), ("beta", 2), ("beta", 3)])
        {
            let error = refused(file, |file| {
                let powers = &mut file.powers;
                other(match list {
                    "tau" => &mut powers.tau_1[at],
                    "alpha" => &mut powers.alpha[at],
                    _ => &mut powers.beta[at],
                });
            });
            assert_eq!(error, SetUpError::Powers(NotOfForm(list)));
        }
        for at in 0..4 {
            let error = refused(file, |file| file.powers.tau_2[at] = file.powers.beta_2);
            assert_eq!(error, SetUpError::Powers(NotOfForm("tau_2")));
        }
        let error = refused(file, |file| file.powers.beta_2 = file.powers.tau_2[0]);
        assert_eq!(error, SetUpError::Powers(NotOfForm("beta_2")));
    }
}

/// With a `tau` of the domain `eta` is the identity, and what is committed over the key has no blinding.
#[test]
fn tau_is_no_point_of_the_domain() {
    let root = Fr::get_root_of_unity(4).unwrap();
    let secrets = [root, Fr::from(3u64), Fr::from(5u64)];
    let made = stages().start.with_powers(&anna(), &secrets, &mut rng());
    let powers = Powers::of_secrets(4, secrets);
    assert_eq!(made.powers, powers);
    assert_eq!(powers.tau_1[4], powers.tau_1[0]);
    let error = made.verify().unwrap_err();
    assert_eq!((error.rule(), error), ("5.3", SetUpError::InDomain));
}
