//! The work of a prover does not depend on its input: the same counts for every vector of a
//! statement. Where the same work is done in other places (table look-ups), or an addition takes
//! another branch, no count differs (`specs/proofs.md` 7.14 says what is left).

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::work::{counted, Kind};

/// Five vectors as different as can be: zeros, the largest values, one of them, every other one, and
/// drawn ones.
fn vectors(segments: &[Segment]) -> Vec<Vec<u64>> {
    let bounds: Vec<u64> = segments
        .iter()
        .flat_map(|segment| std::iter::repeat_n(segment.bound, segment.len))
        .collect();
    let with = |is_largest: fn(usize) -> bool| -> Vec<u64> {
        let value = |(j, bound): (usize, &u64)| if is_largest(j) { bound - 1 } else { 0 };
        bounds.iter().enumerate().map(value).collect()
    };
    vec![
        with(|_| false),
        with(|_| true),
        with(|j| j == 1),
        with(|j| j % 2 == 0),
        drawn(segments, 5),
    ]
}

fn work_of(segments: &[Segment], columns: usize, x: &[u64]) -> [u64; 5] {
    let statement = Statement::new(segments.to_vec()).unwrap();
    let suite = RistrettoBitplane::new(&(), &statement, 20, columns).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    counted(|| {
        suite.prove(&binding(3), x, &mut rng).unwrap();
    })
}

#[test]
fn every_input_of_a_statement_takes_the_same_work() {
    let norm = Some(Norm {
        offset: 0,
        max_square: u64::MAX,
    });
    let sum = Some(SumRule::AtMost(u64::MAX));
    let claimed = Segment {
        norm,
        sum,
        ..Segment::range(70, 1000)
    };
    let kinds = [
        (vec![Segment::range(200, 1 << 16)], 16),
        // More digits than one, bounds that are no powers of two, and padding.
        (
            vec![Segment::range(37, (1 << 20) + 7), Segment::range(9, 3)],
            8,
        ),
        (vec![claimed, Segment::range(3, 2)], 16),
        // One whose opening is folded.
        (vec![Segment::range(1500, 1 << 8)], 1024),
    ];
    for (segments, columns) in kinds {
        let counts: Vec<_> = vectors(&segments)
            .iter()
            .map(|x| work_of(&segments, columns, x))
            .collect();
        assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
        for kind in [
            Kind::Point,
            Kind::Coordinate,
            Kind::Product,
            Kind::Reduction,
        ] {
            assert!(counts[0][kind as usize] > 0, "{kind:?} is not counted");
        }
    }
}

/// What the two skips that a prover once had would tell: additions of the identity, and values of a
/// byte that no coordinate has.
#[test]
fn a_skip_would_tell_how_sparse_an_input_is() {
    let segments = [Segment::range(200, 1 << 16)];
    let left_out = |x: &[u64]| {
        let planes = (0..16).map(|t| {
            let blocks = x.chunks(8);
            blocks
                .filter(|block| block.iter().all(|x| x >> t & 1 == 0))
                .count()
        });
        let bytes = (0..256).filter(|byte| x.iter().all(|x| x & 255 != *byte));
        (planes.sum::<usize>(), bytes.count())
    };
    let told: Vec<_> = vectors(&segments).iter().map(|x| left_out(x)).collect();
    assert_eq!(told[0], (400, 255));
    assert_eq!(told[1], (0, 255));
    for (i, one) in told.iter().enumerate() {
        assert!(told[..i].iter().all(|other| other != one), "{told:?}");
    }
}
