//! Files of a set-up, keys, and proofs of the suite that needs one. What decodes encodes to the same bytes again, and only
//! the unchanged bytes hold.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use veragg::circuits::groth16::key::VerifyingKey;
use veragg::circuits::groth16::Bls12381Groth16;
use veragg::circuits::proof_system::{Binding, ProofSystem};
use veragg::circuits::statement::{Segment, Statement};
use veragg::protocol::crypto::signing::SigningKey;
use veragg::protocol::set_up::{Finished, SetUpFile, SetUpHeader, Transcript, VerifiedSetUp};
use veragg_fuzz::{mutate, rng};

const CLIENTS: u32 = 3;
const BINDING: Binding = Binding {
    context: [0; 32],
    client: 1,
};

/// A small set-up, what came of it, and a proof with its key.
struct Made {
    /// The file in the stages of powers, of delta and behind the beacon.
    files: [Vec<u8>; 3],
    finished: Finished,
    transcript: Transcript,
    suite: Bls12381Groth16,
    proof: Vec<u8>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let rng = &mut rng();
        let statement = Statement::new(vec![Segment::range(1, 2)]).expect("a good statement");
        let key = SigningKey::from_bytes(&[1; 32]);
        let header = SetUpHeader::new(&statement, CLIENTS, "tomorrow", rng).expect("it is short");
        let start = VerifiedSetUp::start(header).expect("nothing is there to refuse");
        let powers = start.contribute_powers(&key, rng).expect("the first");
        let delta = powers.contribute_delta(&key, rng).expect("the second");
        let done = delta.apply_beacon(b"today").expect("the last");
        let finished = done.finish().expect("all is there");
        let transcript = Transcript::verify(&finished.transcript).expect("it holds");
        let key = transcript.check_proving_key(&finished.proving_key);
        let set_up = key.expect("it is the one of the transcript").set_up();
        let suite = Bls12381Groth16::new(&set_up, &statement, CLIENTS, 1).expect("a good key");
        let proven = suite.prove(&BINDING, &[1], rng).expect("1 is in range");
        Made {
            files: [powers, delta, done].map(|file| file.encode()),
            finished,
            transcript,
            suite,
            proof: proven.bytes.clone(),
        }
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    let made = made();
    let changed = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        mutate(&mut bytes, data);
        bytes
    };
    match kind % 8 {
        0 => file(data, &[]),
        number @ 1..=3 => {
            let valid = &made.files[usize::from(number) - 1];
            file(&changed(valid), valid);
        }
        4 => {
            // Nobody signs the beacon: with another one it is the transcript of another key.
            let valid = &made.finished.transcript;
            let bytes = changed(valid);
            let verified = Transcript::verify(&bytes);
            let of_key = verified.is_ok_and(|transcript| {
                let key = VerifyingKey::decode(&made.finished.verifying_key);
                let key = key.expect("the key of the set-up");
                transcript.check_verifying_key(&key).is_ok()
            });
            assert_eq!(of_key, bytes == *valid);
        }
        5 => {
            let valid = &made.finished.proving_key;
            let bytes = changed(valid);
            let checked = made.transcript.check_proving_key(&bytes);
            assert_eq!(checked.is_ok(), bytes == *valid);
        }
        6 => {
            let valid = &made.finished.verifying_key;
            let bytes = changed(valid);
            if let Ok(key) = VerifyingKey::decode(&bytes) {
                assert_eq!(key.encode(), bytes);
                let checked = made.transcript.check_verifying_key(&key);
                assert_eq!(checked.is_ok(), bytes == *valid);
            }
        }
        _ => {
            let bytes = changed(&made.proof);
            if let Ok(proof) = made.suite.decode(&bytes) {
                let holds = made.suite.verify_batch(&[(BINDING, &proof)]).is_empty();
                assert_eq!(holds, bytes == made.proof);
            }
        }
    }
});

/// The valid file holds, and no other one of the same set-up.
fn file(bytes: &[u8], valid: &[u8]) {
    let Ok(file) = SetUpFile::decode(bytes) else {
        return;
    };
    assert_eq!(file.encode(), bytes);
    assert_eq!(file.verify().is_ok(), bytes == valid);
}
