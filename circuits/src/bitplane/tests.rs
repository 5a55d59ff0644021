//! Proofs as a whole.

mod absorbed;
mod agreement;
mod attacks;
mod batches;
mod chunks;
mod false_claims;
mod hidden;
mod needed;
mod nonces;
mod reference;
mod simulator;
mod vectors;
mod work;

use proptest::prelude::*;
use rand_core::OsRng;

use super::*;
use crate::statement::{Norm, Segment, SumRule};

fn binding(client: u32) -> Binding {
    Binding {
        context: [7; 32],
        client,
    }
}

/// Proves, decodes, verifies, and checks the rows against an opening.
fn round_trip(segments: Vec<Segment>, columns: usize, x: &[u64]) {
    let statement = Statement::new(segments).unwrap();
    let suite = RistrettoBitplane::new(&(), &statement, 20, columns).unwrap();
    let proven = suite.prove(&binding(3), x, &mut OsRng).unwrap();
    assert_eq!(proven.bytes.len(), suite.proof_len());
    let proof = suite.decode(&proven.bytes).unwrap();
    assert_eq!(suite.verify_batch(&[(binding(3), &proof)]), []);
    assert_eq!(
        suite.verify_batch(&[(binding(4), &proof)]),
        [(0, ProofPart::Range)]
    );
    let packed = suite.layout().pack::<Fr>(x).unwrap();
    let rows = suite.rows(&proof);
    assert_eq!(rows.len(), suite.layout().rows());
    for ((row, values), blinding) in rows
        .iter()
        .zip(packed.chunks_exact(columns))
        .zip(&proven.blindings)
    {
        assert_eq!(*row, suite.key().commit_row_vartime(values, *blinding));
    }
}

fn drawn(segments: &[Segment], seed: u64) -> Vec<u64> {
    let mut state = seed;
    let bounds = segments
        .iter()
        .flat_map(|s| std::iter::repeat_n(s.bound, s.len));
    bounds
        .map(|bound| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            match state >> 62 {
                0 => 0,
                1 => bound - 1,
                _ => (state >> 3) % bound,
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn ranges_are_proven(
        columns in prop::sample::select(vec![1usize, 2, 8, 32]),
        segments in prop::collection::vec(
            (1usize..70, prop::sample::select(vec![2u64, 3, 4, 5, 200, 256, 257, 1000, 1 << 16, (1 << 16) + 1, 1 << 20, u64::MAX])),
            1..4,
        ),
        seed: u64,
    ) {
        let segments: Vec<_> = segments.into_iter().map(|(len, bound)| Segment::range(len, bound)).collect();
        let x = drawn(&segments, seed);
        round_trip(segments, columns, &x);
    }

    #[test]
    fn norms_and_sums_are_proven(
        columns in prop::sample::select(vec![1usize, 4, 16]),
        len in 1usize..40,
        bound in prop::sample::select(vec![3u64, 256, 1000, 1 << 20]),
        seed: u64,
    ) {
        let range = Segment::range(len, bound);
        let offset = bound / 2;
        let x = drawn(&[range, range, range], seed);
        let square: u64 = x[..len].iter().map(|x| x.abs_diff(offset).pow(2)).sum();
        let sum: u64 = x[len..2 * len].iter().sum();
        let last: u64 = x[2 * len..].iter().sum();
        let last_square: u64 = x[2 * len..].iter().map(|x| x.pow(2)).sum();
        let segments = vec![
            Segment { norm: Some(Norm { offset, max_square: square }), ..range },
            Segment { sum: Some(SumRule::Equal(sum)), ..range },
            Segment { norm: Some(Norm { offset: 0, max_square: last_square + 9 }), sum: Some(SumRule::AtMost(last + 1)), ..range },
        ];
        round_trip(segments, columns, &x);
    }
}

#[test]
fn folded_openings_are_proven() {
    let segments = vec![Segment::range(5000, 1 << 16), Segment::range(70, 5)];
    let x = drawn(&segments, 1);
    round_trip(segments, 1024, &x);
}
