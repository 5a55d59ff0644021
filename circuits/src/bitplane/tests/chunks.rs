//! More quantities than one range proof takes (`specs/proofs.md` 7.9).

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::agreement::Both;
use super::reference::messages::Messages;
use super::reference::verifier::Equation::Range;
use super::*;

/// A coordinate a segment. Sums of all 128, norms of the first 65: range proofs of 64 norms, of 1
/// norm, of 64 sums, of 64 sums.
const NORMS: usize = 65;
const SUMS: usize = 128;

fn x() -> Vec<u64> {
    (0..SUMS as u64).map(|j| j % 3).collect()
}

/// With all bounds tight; the norm or sum of `beyond` is to be one less than it is.
fn many(beyond: Option<(ProofPart, usize)>) -> Both {
    let less = |part, j| u64::from(beyond == Some((part, j)));
    let segment = |(j, x): (usize, u64)| Segment {
        norm: (j < NORMS).then(|| Norm {
            offset: 0,
            max_square: x * x - less(ProofPart::Norm, j),
        }),
        sum: Some(SumRule::AtMost(x - less(ProofPart::Sum, j))),
        ..Segment::range(1, 3)
    };
    Both::new(x().into_iter().enumerate().map(segment).collect(), 1)
}

#[test]
fn they_are_the_reference_too() {
    let both = many(None);
    let chunks = both.setting.chunks();
    assert_eq!(
        chunks.iter().map(Vec::len).collect::<Vec<_>>(),
        [64, 1, 64, 64]
    );
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let proven = both.suite.prove(&binding(3), &x(), &mut rng).unwrap();
    assert!(both.prover(&x()).prove() == proven.bytes);
    both.refuses(&proven.bytes, &[]);

    // None of them can stand in the place of another: of a norm's, or of one that speaks of sums too.
    for (a, b, part) in [(0, 2, ProofPart::Norm), (2, 3, ProofPart::Sum)] {
        let mut sent = Messages::decode(&both.setting, &proven.bytes).unwrap();
        sent.ranges.swap(a, b);
        let bytes = sent.encode();
        let failing = [a, b].map(|chunk| [1, 2].map(|equation| Range(chunk, equation)));
        both.refuses(&bytes, &failing.concat());
        assert_eq!(both.verdict(&bytes), [(0, part)]);
    }
}

#[test]
fn each_bound_is_held_by_its_own_range_proof() {
    // One norm of the first proof, the only one of the second, the first sum of the last.
    for (part, j, chunk) in [
        (ProofPart::Norm, 62, 0),
        (ProofPart::Norm, 64, 1),
        (ProofPart::Sum, 64, 3),
    ] {
        let both = many(Some((part, j)));
        let bytes = both.prover(&x()).prove();
        both.refuses(&bytes, &[Range(chunk, 1)]);
        assert_eq!(both.verdict(&bytes), [(0, part)]);
    }
}
