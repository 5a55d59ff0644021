//! What is divided by delta, and the beacon (`specs/set-up.md` 4.5, 4.6, 5.4, 5.5).

use veragg_circuits::ark_ff::{FftField, Field, Zero};
use veragg_circuits::groth16::contribution::beacon_factor;
use veragg_circuits::groth16::heads::{Delta, NotOfForm};

use super::super::file::Rest;
use super::super::verify::with_beacon;
use super::*;

#[test]
fn a_contribution_is_applied() {
    let stages = stages();
    // A record, and nothing divided.
    let error = refused(&stages.delta_2, |file| {
        file.rest = stages.delta_1.file.rest.clone();
    });
    assert_eq!(error, SetUpError::Divided(NotOfForm("L")));
    assert_eq!(error.rule(), "5.5");
    // Something divided, and no record.
    let error = refused(&stages.delta_1, |file| {
        file.rest = stages.delta_2.file.rest.clone();
    });
    assert_eq!(error, SetUpError::Divided(NotOfForm("L")));
}

/// `[L_j(tau)]_1`, the point of a Lagrange polynomial: `(sum_k omega^(-jk) [tau^k]_1) / N`.
fn lagrange(file: &SetUpFile, point: u64) -> G1Affine {
    let root = Fr::get_root_of_unity(4).unwrap().inverse().unwrap();
    let quarter = Fr::from(4u64).inverse().unwrap();
    let powers = file.powers.tau_1[..4].iter().zip(0u64..);
    let sum = powers.map(|(power, k)| *power * (root.pow([point * k]) * quarter));
    sum.fold(G1Affine::default(), |sum, term| (sum + term).into())
}

/// Whoever is handed such a file would divide a point of a Lagrange polynomial by its secret, and give away what one
/// forges with. No check of the transcript could see it, since it does not hold what was divided.
#[test]
fn nobody_divides_the_point_of_a_lagrange_polynomial() {
    let stages = stages();
    let put = |file: &mut SetUpFile| divided(file).l[0] = lagrange(file, 0);
    let error = refused(&stages.delta_1, put);
    assert_eq!(error, SetUpError::Divided(NotOfForm("L")));

    // If Ben had taken it:
    let mut handed = stages.delta_1.clone();
    put(&mut handed.file);
    let made = handed.with_delta(&ben(), &[Fr::from(DELTA[1])], &mut rng());
    let point = lagrange(&made, 0) * Fr::from(DELTA[1]).inverse().unwrap();
    assert_eq!(made.divided().unwrap().l[0], G1Affine::from(point));
    let transcript = SetUpFile {
        rest: Rest::Transcript(BEACON.to_vec()),
        ..made
    };
    assert!(Transcript::verify(&transcript.encode()).is_ok());
}

#[test]
fn every_divided_element_is_checked() {
    let stages = stages();
    for file in [&stages.delta_1, &stages.delta_2, &stages.done] {
        let error = refused(file, |file| other(&mut divided(file).l[0]));
        assert_eq!(error, SetUpError::Divided(NotOfForm("L")));
        for at in 0..3 {
            let error = refused(file, |file| other(&mut divided(file).h[at]));
            assert_eq!(error, SetUpError::Divided(NotOfForm("T")));
        }
    }
}

#[test]
fn another_beacon_is_refused() {
    let stages = stages();
    let error = refused(&stages.done, |file| {
        let divided = divided(file).clone();
        file.rest = Rest::Done(b"another block".to_vec(), divided);
    });
    assert_eq!(error, SetUpError::Divided(NotOfForm("L")));
    // In the transcript it makes another delta than the key has.
    let other = changed(&stages.transcript.verified, |file| {
        file.rest = Rest::Transcript(b"another block".to_vec());
    });
    let other = Transcript::verify(&other.unwrap().encode()).unwrap();
    let error = other.check_proving_key(&stages.finished.proving_key);
    assert_eq!(error.unwrap_err(), SetUpError::OtherKey("delta"));
    // The beacon is that behind these records.
    let factor = beacon_factor(&stages.delta_1.delta_chain, BEACON);
    assert_ne!(factor, beacon_factor(&stages.delta_2.delta_chain, BEACON));
    assert!(!factor.is_zero());
}

/// If the beacon happens to undo what contributors did.
#[test]
fn behind_the_beacon_delta_is_not_one() {
    let chain = [5; 32];
    let undone = beacon_factor(&chain, BEACON).inverse().unwrap();
    let delta = Delta::first().multiply(&undone);
    let error = with_beacon(&delta, &chain, BEACON).unwrap_err();
    assert_eq!((error.rule(), error), ("5.4", SetUpError::BeaconOne));
}
