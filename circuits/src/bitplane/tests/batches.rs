//! Proofs that are verified together (`specs/proofs.md` 7.11, *Batches*).

use ark_ff::{One, Zero};

use super::agreement::Both;
use super::reference::verifier::replay;
use super::reference::verifier::Equation::Opening;
use super::*;

/// Two slot rows of four columns: three columns of padding.
fn both() -> (Both, Vec<u64>) {
    let both = Both::new(vec![Segment::range(5, 11)], 4);
    (both, vec![0, 10, 3, 7, 5])
}

#[test]
fn bad_proofs_among_good_ones_are_named_exactly() {
    let (both, x) = both();
    let mut rng = OsRng;
    let mut prove = |client| {
        both.suite
            .prove(&binding(client), &x, &mut rng)
            .unwrap()
            .bytes
            .clone()
    };
    let mut bytes: Vec<Vec<u8>> = (0..40).map(&mut prove).collect();
    for bad in [7, 8, 31] {
        // What is left of the opened vector.
        let end = bytes[bad].len() - 32;
        bytes[bad][end] ^= 1;
    }
    let proofs: Vec<_> = bytes
        .iter()
        .map(|bytes| both.suite.decode(bytes).unwrap())
        .collect();
    let batch: Vec<_> = (0..).map(binding).zip(&proofs).collect();
    let named = [7, 8, 31].map(|index| (index, ProofPart::Range));
    assert_eq!(both.suite.verify_batch(&batch), named);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(pool.install(|| both.suite.verify_batch(&batch)), named);
    }
    // A proof that was parsed for another statement, beside one that was not.
    let other = RistrettoBitplane::new(
        &(),
        &Statement::new(vec![Segment::range(5, 3)]).unwrap(),
        20,
        4,
    )
    .unwrap();
    let mixed = [(binding(0), &proofs[0]), (binding(1), &proofs[1])];
    assert_eq!(
        other.verify_batch(&mixed),
        [(0, ProofPart::Range), (1, ProofPart::Range)]
    );
}

/// Proofs of client 3 of which all hold but the opening, and of those each is off by a multiple of
/// the same point: what is left of the opened vector is shifted by what the linear form does not see.
fn shifted(both: &Both, x: &[u64], by: &[Fr]) -> Vec<BitplaneInput> {
    let mut prover = both.prover(x);
    prover.commit();
    prover.send_commitments();
    prover.sum_check();
    let form = prover.relations().columns.clone();
    let prove = |by: &Fr| {
        // The same randomness each time, so that the forms are the same.
        let (mut sent, _) =
            replay(&both.setting, &binding(3), None, &both.prover(x).prove()).unwrap();
        sent.rest[0] += form[1] * by;
        sent.rest[1] -= form[0] * by;
        let bytes = sent.encode();
        let failing: &[_] = if by.is_zero() { &[] } else { &[Opening] };
        both.refuses(&bytes, failing);
        both.suite.decode(&bytes).unwrap()
    };
    by.iter().map(prove).collect()
}

#[test]
fn errors_that_cancel_each_other_pass_without_weights_and_are_named_with_them() {
    let (both, x) = both();
    let one = Fr::one();
    for (by, bad) in [
        (vec![one, -one], vec![0, 1]),
        (vec![one, Fr::zero(), -one], vec![0, 2]),
        (vec![one, one, -one - one, Fr::zero()], vec![0, 1, 2]),
    ] {
        let proofs = shifted(&both, &x, &by);
        let batch: Vec<_> = proofs.iter().map(|proof| (binding(3), proof)).collect();
        assert!(verify::hold_without_weights(&both.suite, &batch));
        let named = bad.iter().map(|&index| (index, ProofPart::Range));
        assert_eq!(both.suite.verify_batch(&batch), named.collect::<Vec<_>>());
        // It is not that the switch lets everything through.
        for &index in &bad {
            let alone = &batch[index..=index];
            assert!(!verify::hold_without_weights(&both.suite, alone));
        }
    }
}
