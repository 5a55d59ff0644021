//! Records that are forged, moved, left out, or taken from elsewhere (`specs/set-up.md` 3, 4, 5.2, 5.4).

use veragg_circuits::ark_ff::{Field, One};
use veragg_circuits::groth16::contribution::Knowledge;
use veragg_circuits::groth16::derive::Powers;
use veragg_circuits::groth16::heads::Delta;
use veragg_circuits::groth16::weights::Weights;

use super::super::record::{DeltaRecord, PowersRecord};
use super::*;
use crate::crypto::labels;

/// The chain before the last record of powers, and before the last of delta.
fn chains() -> ([u8; 32], [u8; 32]) {
    let stages = stages();
    (stages.powers_1.powers_chain, stages.delta_1.delta_chain)
}

#[test]
fn a_contribution_is_signed_by_its_contributor() {
    let (of_powers, of_delta) = chains();
    let signature = |phase, record| SetUpError::Signature { phase, record };
    let error = refused(&stages().powers_2, |file| {
        file.powers_records[1].sign(&mallory(), &of_powers);
    });
    assert_eq!(error, signature(Phase::Powers, 2));
    let error = refused(&stages().delta_2, |file| {
        file.delta_records[1].sign(&mallory(), &of_delta);
    });
    assert_eq!(error, signature(Phase::Delta, 2));
    assert_eq!(
        (error.rule(), signature(Phase::Powers, 1).rule()),
        ("5.4", "5.2")
    );
}

/// A signature of one phase is none in the other, whatever it is on.
#[test]
fn the_phases_sign_under_different_labels() {
    let (_, chain) = chains();
    let error = refused(&stages().delta_2, |file| {
        let record = &mut file.delta_records[1];
        let bytes = record.encode();
        let signed = &bytes[..bytes.len() - 64];
        let message = [&chain[..], signed].concat();
        record.signature = ben().sign(labels::SIGN_SET_UP_POWERS, &message);
    });
    let (phase, record) = (Phase::Delta, 2);
    assert_eq!(error, SetUpError::Signature { phase, record });
}

#[test]
fn records_stand_in_one_place_of_one_set_up() {
    let stages = stages();
    let moved = |change: &dyn Fn(&mut SetUpFile)| {
        let error = refused(&stages.delta_2, change);
        assert!(matches!(error, SetUpError::Signature { .. }), "{error}");
        error.rule()
    };
    // Reordered, left out, repeated.
    assert_eq!(moved(&|file| file.powers_records.swap(0, 1)), "5.2");
    assert_eq!(moved(&|file| file.delta_records.swap(0, 1)), "5.4");
    let first_of_powers =
        |file: &mut SetUpFile| file.powers_records = file.powers_records.split_off(1);
    assert_eq!(moved(&first_of_powers), "5.2");
    let first_of_delta =
        |file: &mut SetUpFile| file.delta_records = file.delta_records.split_off(1);
    assert_eq!(moved(&first_of_delta), "5.4");
    let repeat = |file: &mut SetUpFile| file.powers_records.push(file.powers_records[1].clone());
    assert_eq!(moved(&repeat), "5.2");
    // Left out at the end: the chain of delta goes on from all records of powers.
    let error = refused(&stages.delta_2, |file| file.powers_records.truncate(1));
    assert_eq!(error.rule(), "5.3");
    // In another set-up, of the same statement.
    let another = SetUpHeader::new(&statement(), 3, "a block", &mut rand_core::OsRng).unwrap();
    assert_eq!(moved(&|file| file.header = another.clone()), "5.2");
    let elsewhere = SetUpHeader::new(&statement(), 3, "another block", &mut rng()).unwrap();
    assert_eq!(elsewhere.id(), stages.start.header().id());
    assert_eq!(moved(&|file| file.header = elsewhere.clone()), "5.2");
}

/// A contribution to delta is to these powers and no others.
#[test]
fn records_of_delta_are_to_their_powers() {
    let stages = stages();
    let others = stages
        .powers_1
        .contribute_powers(&ben(), &mut rng())
        .unwrap();
    let mallory = others.with_delta(&mallory(), &[Fr::from(7u64)], &mut rng());
    let error = refused(&stages.delta_2, |file| {
        file.powers_records = mallory.powers_records;
        file.powers = mallory.powers;
    });
    let (phase, record) = (Phase::Delta, 1);
    assert_eq!(error, SetUpError::Signature { phase, record });
}

/// Somebody who takes the contribution of another as its own knows no factor of it.
#[test]
fn a_contribution_under_another_name_is_refused() {
    let (of_powers, of_delta) = chains();
    let thief = mallory();
    let error = refused(&stages().powers_2, |file| {
        let record = &mut file.powers_records[1];
        record.contributor = thief.verifying_key();
        record.sign(&thief, &of_powers);
    });
    assert!(matches!(
        error,
        SetUpError::Knowledge {
            record: 2,
            head: "tau",
            ..
        }
    ));
    assert_eq!(error.rule(), "5.2");
    let error = refused(&stages().delta_2, |file| {
        let record = &mut file.delta_records[1];
        record.contributor = thief.verifying_key();
        record.sign(&thief, &of_delta);
    });
    assert!(matches!(
        error,
        SetUpError::Knowledge {
            record: 2,
            head: "delta",
            ..
        }
    ));
    assert_eq!(error.rule(), "5.4");
}

/// The last contributor throws away what those before it did, and puts powers there of which it knows all secrets.
/// Everything fits but the proof of knowledge.
#[test]
fn nobody_cancels_the_factors_of_others() {
    let stages = stages();
    let before = &stages.powers_1;
    let secrets = [7u64, 11, 13].map(Fr::from);
    let powers = Powers::of_secrets(4, secrets);
    assert!(powers.heads().agree());
    let fits = powers.check(&powers.heads(), &mut Weights::new([0; 32]));
    assert_eq!(fits, Ok(()));
    let error = refused(before, |file| {
        let (chain, heads) = (&before.powers_chain, powers.heads());
        let rng = &mut rng();
        let record = PowersRecord::make(&mallory(), chain, &before.heads, heads, &secrets, rng);
        file.powers_records.push(record);
        file.powers = powers;
    });
    let (phase, record, head) = (Phase::Powers, 2, "tau");
    assert_eq!(
        error,
        SetUpError::Knowledge {
            phase,
            record,
            head
        }
    );

    let before = &stages.delta_1;
    let known = [Fr::from(7u64)];
    let factor = known[0] * Fr::from(DELTA[0]).inverse().unwrap();
    let error = refused(before, |file| {
        let (chain, delta) = (&before.delta_chain, Delta::first().multiply(&known[0]));
        let rng = &mut rng();
        let record = DeltaRecord::make(&mallory(), chain, &before.delta, delta, &known, rng);
        file.delta_records.push(record);
        *divided(file) = divided(file).for_multiplied(&factor);
    });
    let (phase, head) = (Phase::Delta, "delta");
    assert_eq!(
        error,
        SetUpError::Knowledge {
            phase,
            record,
            head
        }
    );
}

/// Each of the three proofs of a record counts.
#[test]
fn every_factor_is_proven() {
    let (chain, _) = chains();
    for (at, name) in ["tau", "alpha", "beta"].into_iter().enumerate() {
        let error = refused(&stages().powers_2, |file| {
            let record = &mut file.powers_records[1];
            record.knowledge.responses[at] += Fr::one();
            record.sign(&ben(), &chain);
        });
        assert!(matches!(error, SetUpError::Knowledge { head, .. } if head == name));
    }
    // The challenge is over all announcements: one is not chosen behind it.
    let error = refused(&stages().powers_2, |file| {
        let record = &mut file.powers_records[1];
        let c = record.challenge(&chain);
        let Knowledge {
            announcements,
            responses,
        } = &mut record.knowledge;
        responses[2] += Fr::one();
        let (before, behind) = (stages().powers_1.heads.beta, record.heads.beta);
        announcements[2] = (before * responses[2] - behind * c).into();
        record.sign(&ben(), &chain);
    });
    assert!(
        matches!(error, SetUpError::Knowledge { head: "tau", .. }),
        "{error}"
    );
}
