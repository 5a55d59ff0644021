//! Which values stand in which range proof: a function of the statement alone
//! (`specs/proofs.md` 6.3).

use std::ops::Range;

use crate::range_proof::{encoded_len, MAX_VALUES};
use crate::statement::Statement;

/// The coordinates of one aggregated range proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Index of the segment in the statement.
    pub(super) segment: usize,
    /// Index of the chunk in its segment.
    pub(super) index: usize,
    /// The coordinates, counted in the whole vector.
    pub(super) coordinates: Range<usize>,
    /// The bound `M` of each coordinate.
    pub(super) bound: u64,
    /// `N`: each value is proven to lie in `0..2^N`; 8, 16, 32 or 64.
    pub(super) bits: usize,
    /// Whether `M - 1 - x` is proven besides `x`, because `M` is not `2^N`.
    pub(super) two_sided: bool,
}

impl Chunk {
    /// Values of the range proof: those of the coordinates, padded to a power of two.
    pub(super) fn parties(&self) -> usize {
        let sides = if self.two_sided { 2 } else { 1 };
        (self.coordinates.len() * sides).next_power_of_two()
    }

    /// `log2(N m)`, the rounds of the inner-product argument.
    pub(super) fn rounds(&self) -> usize {
        (self.bits * self.parties()).ilog2() as usize
    }

    /// Bytes of the range proof.
    pub(super) fn proof_len(&self) -> usize {
        encoded_len(self.rounds())
    }

    /// Takes something that each coordinate of the chunk has, and gives it for each value of the
    /// range proof: that of the coordinate, then its `mirror` if the range is two-sided, and `zero`
    /// up to the power of two. Nothing is reallocated, so no copy of a secret stays behind.
    pub(super) fn values<T: Copy>(&self, items: &[T], mirror: impl Fn(T) -> T, zero: T) -> Vec<T> {
        let mut out = Vec::with_capacity(self.parties());
        for &item in items {
            out.push(item);
            if self.two_sided {
                out.push(mirror(item));
            }
        }
        out.resize(self.parties(), zero);
        out
    }
}

/// The chunks of all segments, in the order of their coordinates.
pub(super) fn chunks(statement: &Statement) -> Vec<Chunk> {
    let mut out = Vec::new();
    let mut start = 0;
    for (segment, claim) in statement.segments().iter().enumerate() {
        let end = start + claim.len;
        let (bits, two_sided) = range(claim.bound);
        let step = if two_sided {
            MAX_VALUES / 2
        } else {
            MAX_VALUES
        };
        out.extend(
            (start..end)
                .step_by(step)
                .enumerate()
                .map(|(index, first)| Chunk {
                    segment,
                    index,
                    coordinates: first..end.min(first + step),
                    bound: claim.bound,
                    bits,
                    two_sided,
                }),
        );
        start = end;
    }
    out
}

/// The smallest `N` of 8, 16, 32 and 64 with `bound <= 2^N`, and whether `bound < 2^N`.
fn range(bound: u64) -> (usize, bool) {
    let fits = |bits: &usize| u128::from(bound) <= 1 << bits;
    let bits = [8, 16, 32].into_iter().find(fits).unwrap_or(64);
    (bits, u128::from(bound) < 1 << bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Segment;

    #[test]
    fn ranges_at_their_borders() {
        let cases = [
            (2, (8, true)),
            (255, (8, true)),
            (256, (8, false)),
            (257, (16, true)),
            ((1 << 16) - 1, (16, true)),
            (1 << 16, (16, false)),
            ((1 << 16) + 1, (32, true)),
            ((1 << 32) - 1, (32, true)),
            (1 << 32, (32, false)),
            ((1 << 32) + 1, (64, true)),
            (u64::MAX, (64, true)),
        ];
        for (bound, want) in cases {
            assert_eq!(range(bound), want, "{bound}");
        }
    }

    #[test]
    fn every_coordinate_stands_in_one_chunk_of_its_segment() {
        for len in [1, 2, 31, 32, 33, 63, 64, 65, 129, 1000] {
            let statement = Statement::new(vec![
                Segment::range(len, 1000),
                Segment::range(len, 256),
                Segment::range(1, 2),
            ])
            .unwrap();
            let chunks = chunks(&statement);
            let mut next = 0;
            for chunk in &chunks {
                assert_eq!(chunk.coordinates.start, next);
                next = chunk.coordinates.end;
                assert!(chunk.parties() <= MAX_VALUES);
                assert_eq!(chunk.segment, [len, 2 * len].partition_point(|&e| e < next));
                assert_eq!(chunk.bound, statement.segments()[chunk.segment].bound);
            }
            assert_eq!(next, 2 * len + 1);
            let counts = [0, 1, 2].map(|s| chunks.iter().filter(|c| c.segment == s).count());
            let want = [(2 * len).div_ceil(MAX_VALUES), len.div_ceil(MAX_VALUES), 1];
            assert_eq!(counts, want);
        }
    }

    #[test]
    fn values_are_interleaved_and_padded() {
        let chunk = Chunk {
            segment: 0,
            index: 0,
            coordinates: 1..4,
            bound: 1000,
            bits: 16,
            two_sided: true,
        };
        let values = chunk.values(&[1, 2, 3], |x| 999 - x, 0);
        assert_eq!(values, [1, 998, 2, 997, 3, 996, 0, 0]);
        assert_eq!(chunk.rounds(), 7);
        assert_eq!(chunk.proof_len(), 32 * 23);
    }
}
