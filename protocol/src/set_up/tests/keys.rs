//! Keys that are not those of their transcript (`specs/set-up.md` 6.1, 6.2).

use std::sync::Arc;

use rand_core::RngCore;
use veragg_circuits::ark_ff::PrimeField;
use veragg_circuits::groth16::check::Checker;
use veragg_circuits::groth16::derive::Divided;
use veragg_circuits::groth16::heads::Heads;
use veragg_circuits::groth16::key::{ProvingKey, VerifyingKey};
use veragg_circuits::groth16::weights::Weights;
use veragg_circuits::groth16::{Bls12381Groth16, Groth16SetUp};
use veragg_circuits::group::bls12381::G2Affine;
use veragg_circuits::proof_system::{Binding, ProofSystem};

use super::*;
use crate::crypto::hash::digest;
use crate::crypto::labels;

fn verifying_key() -> VerifyingKey {
    VerifyingKey::decode(&stages().finished.verifying_key).unwrap()
}

fn proving_key() -> ProvingKey {
    ProvingKey::decode(&stages().finished.proving_key).unwrap()
}

/// Why a changed verifying key is refused, by itself and in the file of a proving key.
#[track_caller]
fn not_verifying(change: impl Fn(&mut VerifyingKey)) -> SetUpError {
    let transcript = &stages().transcript;
    let mut key = verifying_key();
    change(&mut key);
    let error = transcript.check_verifying_key(&key).unwrap_err();
    assert_eq!(error.rule(), "6.1");
    let mut whole = proving_key();
    whole.verifying = key;
    assert!(transcript.check_proving_key(&whole.encode()).is_err());
    error
}

/// Why a changed proving key is refused.
#[track_caller]
fn not_proving(change: impl Fn(&mut ProvingKey)) -> SetUpError {
    let mut key = proving_key();
    change(&mut key);
    let transcript = &stages().transcript;
    transcript.check_proving_key(&key.encode()).unwrap_err()
}

#[test]
fn every_element_of_a_verifying_key_is_compared() {
    let two = |point: G2Affine| G2Affine::from(point * Fr::from(2u64));
    let refused = SetUpError::OtherKey;
    assert_eq!(not_verifying(|key| other(&mut key.alpha)), refused("alpha"));
    assert_eq!(
        not_verifying(|key| key.beta = two(key.beta)),
        refused("beta")
    );
    assert_eq!(
        not_verifying(|key| key.delta = two(key.delta)),
        refused("delta")
    );
    assert_eq!(not_verifying(|key| other(&mut key.eta)), refused("eta"));
    for at in 0..2 {
        assert_eq!(not_verifying(|key| other(&mut key.ic[at])), refused("IC"));
    }
    // Swapped: their sum is the same.
    assert_eq!(not_verifying(|key| key.ic.swap(0, 1)), refused("IC"));
    // Nobody contributed to delta.
    let error = not_verifying(|key| key.delta = Heads::first().tau_2);
    assert!(matches!(error, SetUpError::Key(_)));
    // What no reader takes.
    let error = not_verifying(|key| key.eta = G1Affine::default());
    assert!(matches!(error, SetUpError::Key(_)));
    // Other fields, which no circuit gives.
    let error = not_verifying(|key| key.matrices[0] ^= 1);
    assert!(matches!(error, SetUpError::Key(_)));
    let error = not_verifying(|key| key.domain = 8);
    assert!(matches!(error, SetUpError::Key(_)));
    // A largest roster of which the circuit is the same.
    let error = not_verifying(|key| key.max_clients = 2);
    assert_eq!(error, refused("number of clients"));
}

/// With `eta = k IC_1` the Schnorr proof opens a commitment to any `p` for which `p + k sigma` is the same.
#[test]
fn eta_is_no_multiple_of_a_public_input() {
    let k = Fr::from(77u64);
    let mut key = verifying_key();
    key.eta = (key.ic[1] * k).into();
    // One commitment, two openings.
    let commit =
        |p: u64, sigma: u64| G1Affine::from(key.ic[1] * Fr::from(p) + key.eta * Fr::from(sigma));
    assert_eq!(commit(78, 5), commit(1, 6));
    let error = not_verifying(|key| key.eta = (key.ic[1] * k).into());
    assert_eq!(error, SetUpError::OtherKey("eta"));
}

#[test]
fn the_transcript_of_another_key_is_refused() {
    let elsewhere = SetUpHeader::new(&statement(), 3, "a block", &mut rand_core::OsRng).unwrap();
    let another = of_header(elsewhere);
    // The same factors, but for the beacon, which depends on the chain.
    let error = another.transcript.check_verifying_key(&verifying_key());
    assert_eq!(error.unwrap_err(), SetUpError::OtherKey("delta"));
    let error = another
        .transcript
        .check_proving_key(&stages().finished.proving_key);
    assert_eq!(error.unwrap_err().rule(), "6.1");
    // Of another statement.
    let longer = Statement::new(vec![Segment::range(2, 2)]).unwrap();
    let longer = SetUpHeader::new(&longer, 3, "a block", &mut rng()).unwrap();
    let another = of_header(longer);
    let error = another.transcript.check_verifying_key(&verifying_key());
    assert_eq!(error.unwrap_err(), SetUpError::OtherKey("statement"));
    // A file of another stage shows nothing.
    let error = Transcript::verify(&stages().done.encode()).unwrap_err();
    assert!(matches!(error, SetUpError::Stage { got: 3, .. }));
}

#[test]
fn every_query_of_a_proving_key_is_checked() {
    let refused = SetUpError::OtherProvingKey;
    assert_eq!(not_proving(|key| other(&mut key.beta)), refused("beta"));
    let error = not_proving(|key| other(&mut key.delta));
    assert_eq!((error.rule(), error), ("6.2", refused("delta")));
    let variables = proving_key().a.len();
    let one = Heads::first();
    let plus = |point: &mut G1Affine| *point = (*point + one.tau).into();
    for at in 0..variables {
        assert_eq!(not_proving(|key| plus(&mut key.a[at])), refused("u"));
        assert_eq!(not_proving(|key| plus(&mut key.b_1[at])), refused("v"));
        let in_2 = |key: &mut ProvingKey| key.b_2[at] = (key.b_2[at] + one.tau_2).into();
        assert_eq!(not_proving(in_2), refused("v in G2"));
    }
    assert_eq!(not_proving(|key| plus(&mut key.l[0])), refused("L"));
    for at in 0..3 {
        assert_eq!(not_proving(|key| plus(&mut key.h[at])), refused("T"));
    }
    let mut bytes = stages().finished.proving_key.clone();
    bytes.pop();
    let error = stages().transcript.check_proving_key(&bytes).unwrap_err();
    assert_eq!(error.rule(), "2.3");
}

/// What a client would give away under a key that it did not check.
#[test]
fn an_element_added_in_one_place_tells_a_bit() {
    let mut key = proving_key();
    let bit = key.a.len() - 1;
    key.a[bit] = (key.a[bit] + Heads::first().tau).into();
    let suite = |set_up: &Groth16SetUp| Bls12381Groth16::new(set_up, &statement(), 2, 1).unwrap();
    let verifier = suite(&verifying_key().into());
    let prover = suite(&Groth16SetUp::to_prove(Arc::new(key)));
    let binding = Binding {
        context: [4; 32],
        client: 1,
    };
    let holds = [0, 1].map(|x| {
        let proven = prover.prove(&binding, &[x], &mut rng()).unwrap();
        let proof = verifier.decode(&proven.bytes).unwrap();
        verifier.verify_batch(&[(binding, &proof)]).is_empty()
    });
    assert_eq!(holds, [true, false]);
}

/// If only the transcript were hashed into the weights, whoever makes the key would know them: two elements that are wrong
/// would cancel each other out, and proofs fail for some inputs only.
#[test]
fn the_weights_of_a_key_depend_on_all_of_it() {
    let longer = Statement::new(vec![Segment::range(2, 2)]).unwrap();
    let stages = of_header(SetUpHeader::new(&longer, 3, "a block", &mut rng()).unwrap());
    let transcript = &stages.transcript;
    let mut key = ProvingKey::decode(&stages.finished.proving_key).unwrap();
    let known = || {
        let parts: [&[u8]; 1] = [&stages.finished.transcript];
        digest(labels::SET_UP_KEY_WEIGHTS, &parts)
    };
    // The weights are those of the stream, in the order of the lists; `L` comes behind `IC`, `u`, `v` and `v` in G2.
    let before = key.verifying.ic.len() + 3 * key.a.len();
    let rho = stream(known(), before + 2);
    let (rho_a, rho_b) = (rho[before], rho[before + 1]);
    let shift = |factor| Heads::first().tau * (Fr::from(3u64) * factor);
    key.l[0] = (key.l[0] + shift(rho_b)).into();
    key.l[1] = (key.l[1] - shift(rho_a)).into();

    let file = &transcript.verified.file;
    let checker = Checker::new(file.header.circuit(), &file.powers);
    let weights = &mut Weights::new(known());
    assert_eq!(checker.ic(&key.verifying.ic, weights), Ok(()));
    assert_eq!(checker.queries(&key, weights), Ok(()));
    let (l, h) = (key.l.clone(), key.h.clone());
    let passes = checker.divided(&Divided { l, h }, &transcript.verified.delta, weights);
    assert_eq!(passes, Ok(()));
    let error = transcript.check_proving_key(&key.encode()).unwrap_err();
    assert_eq!(error, SetUpError::OtherProvingKey("L"));
}

/// The first weights under a key.
fn stream(key: [u8; 32], count: usize) -> Vec<Fr> {
    let mut stream = ChaCha20Rng::from_seed(key);
    let mut weights = Vec::new();
    for _ in 0..count {
        let mut bytes = [0; 16];
        stream.fill_bytes(&mut bytes);
        weights.push(Fr::from_le_bytes_mod_order(&bytes));
    }
    weights
}

/// A client keeps that it has checked a file, under the digest of its bytes.
#[test]
fn only_the_file_that_was_checked_is_taken_again() {
    let file = &stages().finished.proving_key;
    let kept = *stages()
        .transcript
        .check_proving_key(file)
        .unwrap()
        .digest();
    assert!(CheckedProvingKey::checked_before(file, &kept).is_ok());
    // The verifying key in it is the same.
    let mut key = proving_key();
    other(&mut key.a[1]);
    let error = CheckedProvingKey::checked_before(&key.encode(), &kept).unwrap_err();
    assert_eq!((error.rule(), error), ("6.2", SetUpError::NotChecked));
}
