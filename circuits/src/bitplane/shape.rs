//! The sizes of everything in a proof, from the statement and the number of columns alone
//! (`specs/proofs.md` 7.2).

use std::ops::Range;

use ark_ff::PrimeField;

use crate::statement::{Segment, Statement, SumRule};

/// Bits of a digit of a coordinate, as a power of two: digits of 16 bits are looked up in tables
/// that a processor's cache holds, longer ones would not be.
const DIGIT_VARIABLES: usize = 4;
/// Most columns: what deriving the generators of a foreign configuration may cost, about a second.
pub(super) const MAX_COLUMNS: usize = 1 << 16;
/// Most bit rows: 32 MiB of commitments.
pub(super) const MAX_BIT_ROWS: usize = 1 << 20;
/// Columns from which on the opened vector is folded, and how often. With fewer the points of the
/// folds cost more than the scalars that they save; a third fold would save 4 KiB of 167 at 2^20
/// coordinates.
const FOLDED: (usize, usize) = (1024, 2);

/// The shape of a statement's proofs.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) columns: usize,
    pub(super) segments: Vec<SegmentShape>,
    /// The slot rows: `C` consecutive coordinates of a segment each, the last of them padded.
    pub(super) rows: Vec<Row>,
    /// `kappa`, `tau` and `eta`: variables of columns, bit planes and rows.
    pub(super) column_variables: usize,
    pub(super) plane_variables: usize,
    pub(super) row_variables: usize,
    /// How often the opened vector is folded.
    pub(super) folds: usize,
}

/// A segment's part of a [`Shape`].
#[derive(Debug, Clone)]
pub(super) struct SegmentShape {
    pub(super) claims: Segment,
    /// `b`, bits of a coordinate.
    pub(super) bits: usize,
    /// Which of the shape's slot rows are its own.
    pub(super) rows: Range<usize>,
}

/// A slot row: up to `C` consecutive coordinates of one segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Index of its segment.
    pub(super) segment: usize,
    /// First coordinate, counted in the whole vector.
    pub(super) start: usize,
    /// Number of coordinates; the columns behind them are padding.
    pub(super) len: usize,
    /// Its first bit row, that of the lowest bit; those of the other bits follow.
    pub(super) bit_row: usize,
}

/// What is claimed of a segment's sum of squares or of values, besides the ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// `sum (x - offset)^2 <= max_square`.
    Norm { offset: u64, max_square: u64 },
    /// `sum x = S`.
    Equal(u64),
    /// `sum x <= S`.
    AtMost(u64),
}

impl Claim {
    /// What a committed quantity may be at most; nothing where none is committed.
    pub(super) fn bound(self) -> Option<u64> {
        match self {
            Claim::Norm { max_square, .. } => Some(max_square),
            Claim::AtMost(most) => Some(most),
            Claim::Equal(_) => None,
        }
    }
}

impl SegmentShape {
    /// `w_t`, the weight of bit `t`: the sums of subsets of the weights are exactly `0..M`.
    pub(super) fn weight(&self, bit: usize) -> u64 {
        if bit + 1 < self.bits {
            1 << bit
        } else {
            self.top_weight()
        }
    }

    fn top_weight(&self) -> u64 {
        self.claims.bound - (1 << (self.bits - 1))
    }

    /// The bits of a value below the bound, as an integer: `sum_t bit_t w_t` is the value.
    pub(super) fn code(&self, value: u64) -> u64 {
        let top = 1 << (self.bits - 1);
        // All ones where the top bit is set. It then counts `top_weight` in place of `top`.
        let beyond = u64::from(value >= top).wrapping_neg();
        value.wrapping_add(beyond & (top - self.top_weight()))
    }

    /// Its claims besides the range, in the order of their challenges.
    pub(super) fn claims(&self) -> impl Iterator<Item = Claim> {
        let norm = self.claims.norm.map(|norm| Claim::Norm {
            offset: norm.offset,
            max_square: norm.max_square,
        });
        let sum = self.claims.sum.map(|rule| match rule {
            SumRule::Equal(sum) => Claim::Equal(sum),
            SumRule::AtMost(most) => Claim::AtMost(most),
        });
        norm.into_iter().chain(sum)
    }
}

impl Shape {
    /// The shape for `columns` columns, a power of two.
    pub(super) fn new(statement: &Statement, columns: usize) -> Self {
        let (mut start, mut bit_row) = (0, 0);
        let (mut segments, mut rows) = (Vec::new(), Vec::new());
        for (index, claims) in statement.segments().iter().enumerate() {
            let bits = bits(claims.bound);
            let first = rows.len();
            for at in (0..claims.len).step_by(columns) {
                rows.push(Row {
                    segment: index,
                    start: start + at,
                    len: columns.min(claims.len - at),
                    bit_row,
                });
                bit_row += bits;
            }
            segments.push(SegmentShape {
                claims: *claims,
                bits,
                rows: first..rows.len(),
            });
            start += claims.len;
        }
        let planes = segments.iter().map(|s| s.bits).max().unwrap_or(1);
        Self {
            columns,
            column_variables: variables(columns),
            plane_variables: variables(planes),
            // At least one, so that there is a round.
            row_variables: variables(rows.len()).max(1),
            folds: folds(columns),
            segments,
            rows,
        }
    }

    /// How many bit rows a statement has; cheaper than its shape.
    pub(super) fn count_bit_rows(statement: &Statement, columns: usize) -> usize {
        let rows = |s: &Segment| s.len.div_ceil(columns) * bits(s.bound);
        statement.segments().iter().map(rows).sum()
    }

    /// Number of bit rows: as many commitments are sent.
    pub(super) fn bit_rows(&self) -> usize {
        self.rows
            .last()
            .map_or(0, |row| row.bit_row + self.segments[row.segment].bits)
    }

    /// `nu`, rounds of the sum-check.
    pub(super) fn variables(&self) -> usize {
        self.column_variables + self.plane_variables + self.row_variables
    }

    /// `mu`, plane variables that are bound before the columns.
    pub(super) fn digit_variables(&self) -> usize {
        self.plane_variables.min(DIGIT_VARIABLES)
    }

    /// The claims of all segments, with the index of the segment, in the order of their challenges.
    pub(super) fn claims(&self) -> impl Iterator<Item = (usize, Claim)> + '_ {
        let of = |(index, segment): (usize, &SegmentShape)| {
            segment
                .claims()
                .map(move |claim| (index, claim))
                .collect::<Vec<_>>()
        };
        self.segments.iter().enumerate().flat_map(of)
    }

    /// Whether there is any claim besides ranges: then `xt` at the point is committed.
    pub(super) fn has_claims(&self) -> bool {
        self.claims().next().is_some()
    }

    /// Whether there is a norm: then the square of `xt` at the point is committed.
    pub(super) fn has_norms(&self) -> bool {
        self.claims()
            .any(|(_, claim)| matches!(claim, Claim::Norm { .. }))
    }

    /// Scalars that are left of the opened vector after the folds.
    pub(super) fn folded_len(&self) -> usize {
        self.columns >> self.folds
    }
}

/// The parts of the point that the sum-check ends in, in the order of the bits of each index
/// (`specs/proofs.md` 7.4).
#[derive(Debug, Clone)]
pub(super) struct Split<F> {
    pub(super) planes: Vec<F>,
    pub(super) columns: Vec<F>,
    pub(super) rows: Vec<F>,
}

impl Shape {
    /// Cuts a point, in the order of the rounds: the lowest plane variables, the columns, the other
    /// plane variables, the rows.
    pub(super) fn split<F: PrimeField>(&self, point: &[F]) -> Split<F> {
        let (digit, rest) = point.split_at(self.digit_variables());
        let (columns, rest) = rest.split_at(self.column_variables);
        let (high, rows) = rest.split_at(self.plane_variables - self.digit_variables());
        Split {
            planes: [digit, high].concat(),
            columns: columns.to_vec(),
            rows: rows.to_vec(),
        }
    }
}

/// How often the opened vector of so many columns is folded.
fn folds(columns: usize) -> usize {
    if columns < FOLDED.0 {
        0
    } else {
        FOLDED.1
    }
}

/// `b = ceil(log2 M)`.
fn bits(bound: u64) -> usize {
    (u64::BITS - (bound - 1).leading_zeros()) as usize
}

/// `ceil(log2 count)`, the variables of an index below `count`.
fn variables(count: usize) -> usize {
    count.next_power_of_two().trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_values_weighed() {
        for bound in [2, 3, 4, 5, 1000, 1 << 16, (1 << 16) + 1, u64::MAX] {
            let statement = Statement::new(vec![Segment::range(1, bound)]).unwrap();
            let segment = &Shape::new(&statement, 1).segments[0];
            let all: u128 = (0..segment.bits)
                .map(|t| u128::from(segment.weight(t)))
                .sum();
            assert_eq!(all, u128::from(bound - 1), "{bound}");
            for value in [0, 1, bound / 2, bound / 2 + 1, bound - 2, bound - 1] {
                let code = segment.code(value.min(bound - 1));
                assert!(u128::from(code) < 1 << segment.bits);
                let sum: u64 = (0..segment.bits)
                    .filter(|t| code >> t & 1 == 1)
                    .map(|t| segment.weight(t))
                    .sum();
                assert_eq!(sum, value.min(bound - 1), "{bound}");
            }
        }
    }

    #[test]
    fn rows_are_runs_of_a_segment() {
        let segments = vec![
            Segment::range(10, 1000),
            Segment::range(4, 2),
            Segment::range(3, 3),
        ];
        let statement = Statement::new(segments).unwrap();
        let shape = Shape::new(&statement, 4);
        let rows: Vec<_> = shape
            .rows
            .iter()
            .map(|row| (row.segment, row.start, row.len, row.bit_row))
            .collect();
        assert_eq!(
            rows,
            [
                (0, 0, 4, 0),
                (0, 4, 4, 10),
                (0, 8, 2, 20),
                (1, 10, 4, 30),
                (2, 14, 3, 31)
            ]
        );
        assert_eq!(shape.bit_rows(), 33);
        assert_eq!(shape.bit_rows(), Shape::count_bit_rows(&statement, 4));
        let variables = [
            shape.column_variables,
            shape.plane_variables,
            shape.row_variables,
        ];
        assert_eq!(variables, [2, 4, 3]);
    }
}
