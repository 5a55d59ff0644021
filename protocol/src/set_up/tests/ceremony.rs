//! What an honest set-up makes, and when nobody can contribute.

use veragg_circuits::groth16::contribution::beacon_factor;
use veragg_circuits::groth16::derive::{derive, multiply_delta, Powers};
use veragg_circuits::groth16::key::{ProvingKey, VerifyingKey};
use veragg_circuits::groth16::{Bls12381Groth16, Groth16SetUp};
use veragg_circuits::proof_system::{Binding, ProofSystem};

use super::*;

/// Tests of `veragg-circuits` compare what `derive` gives with arkworks.
#[test]
fn the_key_is_that_of_the_product_of_all_factors() {
    let stages = stages();
    let header = header();
    let secrets = [0, 1, 2].map(|at| powers_factors(0)[at] * powers_factors(1)[at]);
    let powers = Powers::of_secrets(header.domain() as usize, secrets);
    let beacon = beacon_factor(&stages.delta_2.delta_chain, BEACON);
    let delta = Fr::from(DELTA[0]) * Fr::from(DELTA[1]) * beacon;
    let expected = multiply_delta(&derive(header.circuit(), 3, &powers), &delta);
    let finished = &stages.finished;
    assert_eq!(
        ProvingKey::decode(&finished.proving_key),
        Ok(expected.clone())
    );
    assert_eq!(finished.verifying_key, expected.verifying.encode());
}

#[test]
fn proofs_with_the_key_verify() {
    let stages = stages();
    let file = &stages.finished.proving_key;
    let checked = stages.transcript.check_proving_key(file).unwrap();
    let again = CheckedProvingKey::checked_before(file, checked.digest()).unwrap();
    let verifying = VerifyingKey::decode(&stages.finished.verifying_key).unwrap();
    stages.transcript.check_verifying_key(&verifying).unwrap();
    let suite = |set_up: &Groth16SetUp| Bls12381Groth16::new(set_up, &statement(), 2, 1).unwrap();
    let verifier = suite(&verifying.into());
    let binding = Binding {
        context: [4; 32],
        client: 1,
    };
    for set_up in [checked.set_up(), again.set_up()] {
        for x in [0, 1] {
            let proven = suite(&set_up).prove(&binding, &[x], &mut rng()).unwrap();
            let proof = verifier.decode(&proven.bytes).unwrap();
            assert_eq!(verifier.verify_batch(&[(binding, &proof)]), []);
        }
    }
}

#[test]
fn contributors_draw_their_factors() {
    let rng = &mut rng();
    let file = stages().start.contribute_powers(&anna(), rng).unwrap();
    let file = file.contribute_powers(&ben(), rng).unwrap();
    assert_eq!(file.records(Phase::Powers), 2);
    let again = stages().start.contribute_powers(&anna(), rng).unwrap();
    assert_ne!(again.heads, file.heads);
    let file = file.contribute_delta(&anna(), rng).unwrap();
    let file = file.contribute_delta(&ben(), rng).unwrap();
    assert_eq!(file.records(Phase::Delta), 2);
    let again = SetUpFile::decode(&file.encode()).unwrap().verify().unwrap();
    assert_eq!(again.encode(), file.encode());
    // What is announced tells nothing about which factors are alike: each has a nonce of its own.
    let mut announced: Vec<_> = file.file.powers_records.iter().collect::<Vec<_>>();
    let first = announced.remove(0).knowledge.announcements;
    assert!(first[0] != first[1] && first[1] != first[2] && first[0] != first[2]);
}

#[test]
fn each_stage_takes_what_it_is_for() {
    let stages = stages();
    let rng = &mut rng();
    let refused = |result: Result<VerifiedSetUp, SetUpError>| {
        let error = result.expect_err("not now");
        assert_eq!(error.rule(), "4.5", "{error}");
    };
    for file in [&stages.delta_1, &stages.done, &stages.transcript.verified] {
        refused(file.contribute_powers(&anna(), rng));
    }
    for file in [&stages.start, &stages.done, &stages.transcript.verified] {
        refused(file.contribute_delta(&anna(), rng));
    }
    for file in [&stages.powers_2, &stages.done, &stages.transcript.verified] {
        refused(file.apply_beacon(BEACON));
    }
    for file in [
        &stages.powers_2,
        &stages.delta_2,
        &stages.transcript.verified,
    ] {
        assert_eq!(file.finish().unwrap_err().rule(), "4.5");
    }
    for value in [vec![], vec![0; 1001]] {
        let error = stages.delta_2.apply_beacon(&value).unwrap_err();
        assert_eq!(error, SetUpError::BeaconValue(value.len()));
    }
}

#[test]
fn a_phase_takes_a_bounded_number_of_records() {
    let rng = &mut rng();
    let mut full = stages().delta_1.clone();
    let record = full.file.delta_records[0].clone();
    full.file.delta_records = vec![record; phase::MAX_RECORDS];
    let error = full.contribute_delta(&anna(), rng).unwrap_err();
    assert_eq!(error, SetUpError::Full(Phase::Delta));
    let mut full = stages().powers_1.clone();
    let record = full.file.powers_records[0].clone();
    full.file.powers_records = vec![record; phase::MAX_RECORDS];
    let error = full.contribute_powers(&anna(), rng).unwrap_err();
    assert_eq!(error, SetUpError::Full(Phase::Powers));
}

/// A computer that multiplies wrongly.
#[test]
fn what_does_not_hold_does_not_leave_its_computer() {
    let mut file = stages()
        .powers_2
        .with_delta(&anna(), &[Fr::from(7u64)], &mut rng());
    other(&mut divided(&mut file).l[0]);
    let error = file.made().unwrap_err();
    assert_eq!(error.rule(), "4.5");
    assert!(matches!(error, SetUpError::Fault(inner) if inner.rule() == "5.5"));
}
