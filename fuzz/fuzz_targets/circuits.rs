//! Decoders of `veragg-circuits`: scalars, points, input proofs. What decodes encodes to the same bytes again.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use veragg::circuits::group::ristretto::{decode_key_scalar, Ristretto};
use veragg::circuits::group::Group;
use veragg::circuits::proof_system::{Binding, ProofSystem};
use veragg::circuits::statement::{Segment, Statement};
use veragg_fuzz::{mutate, rng, Suite};

const BINDING: Binding = Binding {
    context: [0; 32],
    client: 1,
};

/// A statement with one-sided and two-sided ranges, and a valid proof of it.
fn proven() -> &'static (Suite, Vec<u8>) {
    static PROVEN: OnceLock<(Suite, Vec<u8>)> = OnceLock::new();
    PROVEN.get_or_init(|| {
        let segments = vec![Segment::range(2, 100), Segment::range(1, 256)];
        let statement = Statement::new(segments).expect("a good statement");
        let columns = Suite::best_columns(&(), &statement, 10);
        let suite = Suite::new(&(), &statement, 10, columns).expect("the suite takes it");
        let proven = suite.prove(&BINDING, &[1, 99, 255], &mut rng());
        (suite, proven.expect("the input is in range").bytes.clone())
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    match kind % 5 {
        0 => {
            if let Ok(scalar) = Ristretto::decode_scalar(data, "scalar") {
                assert_eq!(Ristretto::encode_scalar(&scalar), data);
            }
        }
        1 => {
            if let Ok(point) = Ristretto::decode_point(data, "point") {
                assert_eq!(Ristretto::encode_point(&point), data);
            }
        }
        2 => {
            if let Ok(secret) = decode_key_scalar(data, "secret") {
                assert_eq!(secret.as_bytes(), data);
            }
        }
        3 => check(data),
        _ => {
            let mut bytes = proven().1.clone();
            mutate(&mut bytes, data);
            check(&bytes);
        }
    }
});

/// The valid proof holds, and no other bytes are one.
fn check(bytes: &[u8]) {
    let (suite, valid) = proven();
    let Ok(proof) = suite.decode(bytes) else {
        return;
    };
    assert_eq!(suite.rows(&proof).len(), suite.layout().rows());
    let holds = suite.verify_batch(&[(BINDING, &proof)]).is_empty();
    assert_eq!(holds, bytes == valid);
}
