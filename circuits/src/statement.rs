//! What a client claims about its vector (`specs/proofs.md` 1).

mod decode;

use std::fmt;

use thiserror::Error;

use crate::codec::{DecodeError, Reader, Writer};

pub use decode::StatementDecodeError;

/// Longest vector that a statement may speak of, in coordinates. A configuration is signed, not
/// trusted: this bounds what a reader of it ever allocates.
pub const MAX_COORDINATES: usize = 1 << 27;
/// Most segments of a statement.
pub const MAX_SEGMENTS: usize = 1 << 12;

/// A conjunction of claims about a vector, segment by segment.
///
/// The widths of the integers keep every sum that a proof computes below the group order: a segment
/// has at most `2^27` coordinates below `2^64`, so even a sum of squares is at most `2^155`.
///
/// ```
/// use veragg_circuits::statement::{InputError, Norm, Segment, Statement, SumRule};
///
/// let clipped = Norm { offset: 128, max_square: 100 };
/// let statement = Statement::new(vec![
///     // Three bytes, as a vector that is at most 10 long, counted from 128.
///     Segment { norm: Some(clipped), ..Segment::range(3, 256) },
///     // One choice of four.
///     Segment { sum: Some(SumRule::Equal(1)), ..Segment::range(4, 2) },
/// ])?;
/// assert_eq!(statement.check(&[128, 136, 122, 0, 0, 1, 0]), Ok(()));
/// let two_choices = statement.check(&[128, 136, 122, 0, 1, 1, 0]);
/// assert!(matches!(two_choices, Err(InputError::Sum { segment: 1, sum: 2, .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    segments: Vec<Segment>,
}

/// A run of coordinates under common bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Number of coordinates, at least 1.
    pub len: usize,
    /// `M`: every coordinate satisfies `0 <= x < M`. Any integer of at least 2.
    pub bound: u64,
    /// An upper bound on the distance from an offset, if any.
    pub norm: Option<Norm>,
    /// A claim about the sum of the coordinates, if any.
    pub sum: Option<SumRule>,
}

/// `sum (x_j - offset)^2 <= max_square`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Norm {
    /// What is subtracted from each coordinate; below the segment's bound.
    pub offset: u64,
    /// The largest sum of squares `B^2` that is allowed.
    pub max_square: u64,
}

/// A claim about `sum x_j`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumRule {
    /// `sum x_j = S`.
    Equal(u64),
    /// `sum x_j <= S`.
    AtMost(u64),
}

impl fmt::Display for SumRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal(sum) => write!(f, "exactly {sum}"),
            Self::AtMost(sum) => write!(f, "at most {sum}"),
        }
    }
}

/// Why a statement is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StatementError {
    /// No segment, or too many.
    #[error("a statement needs 1 to {MAX_SEGMENTS} segments, this one has {0}; merge segments with equal bounds")]
    Segments(usize),
    /// A segment without coordinates, or more coordinates than [`MAX_COORDINATES`].
    #[error("segment {segment} (counted from 0) makes the vector {total} coordinates long; 1 to {MAX_COORDINATES} are allowed, at least 1 a segment")]
    Length {
        /// Index of the segment.
        segment: usize,
        /// Coordinates up to and with it.
        total: usize,
    },
    /// A bound below 2.
    #[error("segment {segment} (counted from 0) has the bound {bound}; every value is below it, so it must be at least 2")]
    Bound {
        /// Index of the segment.
        segment: usize,
        /// The bound `M` of the segment.
        bound: u64,
    },
    /// Claims that no vector satisfies.
    #[error("no vector satisfies the claims about segment {segment} (counted from 0): {len} values below {bound} that {what}; allow more, or ask for less")]
    Impossible {
        /// Index of the segment.
        segment: usize,
        /// Number of coordinates of the segment.
        len: usize,
        /// The bound `M` of the segment.
        bound: u64,
        /// What is asked of them, in words.
        what: String,
    },
    /// A norm's offset that no coordinate can take.
    #[error(
        "segment {segment} (counted from 0) measures its norm from {offset}, which is not below its bound {bound}; choose an offset that a value can have"
    )]
    Offset {
        /// Index of the segment.
        segment: usize,
        /// The offset of its norm.
        offset: u64,
        /// The bound `M` of the segment.
        bound: u64,
    },
}

/// How a vector breaks a statement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InputError {
    /// Wrong number of coordinates.
    #[error("the vector has {got} coordinates, and the statement asks for {want}; give one number for each")]
    Length {
        /// Number of coordinates given.
        got: usize,
        /// Number of coordinates of the statement.
        want: usize,
    },
    /// A coordinate at or above its bound.
    #[error("coordinate {coordinate} (counted from 0) is {value}; it must be below {bound}. Clip the value, or ask the organiser for a larger bound")]
    Range {
        /// Index of the coordinate in the whole vector.
        coordinate: usize,
        /// The value of the coordinate.
        value: u64,
        /// The bound of its segment.
        bound: u64,
    },
    /// A segment's norm above its bound.
    #[error(
        "segment {segment} (counted from 0) has the squared norm {square}, above {max_square}. Clip the vector"
    )]
    Norm {
        /// Index of the segment.
        segment: usize,
        /// The sum of squares of the segment, over the integers.
        square: u128,
        /// The largest sum of squares that is allowed.
        max_square: u64,
    },
    /// The prover's key is missing.
    #[error("the proving key of the set-up is missing, and without it nothing can be proven; enter the round with the key")]
    NoProvingKey,
    /// A segment's sum that breaks its rule.
    #[error("the values of segment {segment} (counted from 0) add up to {sum}; the statement asks for {rule}. Correct the values")]
    Sum {
        /// Index of the segment.
        segment: usize,
        /// The sum of the segment, over the integers.
        sum: u128,
        /// The rule that the sum breaks.
        rule: SumRule,
    },
}

impl Segment {
    /// `len` coordinates in `0..bound` and no other claim.
    pub fn range(len: usize, bound: u64) -> Self {
        Self {
            len,
            bound,
            norm: None,
            sum: None,
        }
    }
}

impl Statement {
    /// Checks the shape of a statement (`specs/proofs.md` 1.2).
    pub fn new(segments: Vec<Segment>) -> Result<Self, StatementError> {
        if segments.is_empty() || segments.len() > MAX_SEGMENTS {
            return Err(StatementError::Segments(segments.len()));
        }
        let mut total = 0usize;
        for (index, segment) in segments.iter().enumerate() {
            total = total.saturating_add(segment.len);
            if segment.len == 0 || total > MAX_COORDINATES {
                return Err(StatementError::Length {
                    segment: index,
                    total,
                });
            }
            let bound = segment.bound;
            if bound < 2 {
                return Err(StatementError::Bound {
                    segment: index,
                    bound,
                });
            }
            if let Some(Norm { offset, .. }) = segment.norm.filter(|norm| norm.offset >= bound) {
                return Err(StatementError::Offset {
                    segment: index,
                    offset,
                    bound,
                });
            }
        }
        Ok(Self { segments })
    }

    /// Refuses a statement that no vector satisfies. A round with such a statement would end without a contributor.
    /// Statements of others are read without it: that nobody can satisfy them harms nobody else.
    pub fn check_possible(&self) -> Result<(), StatementError> {
        for (index, segment) in self.segments.iter().enumerate() {
            if let Some(what) = segment.impossible() {
                return Err(StatementError::Impossible {
                    segment: index,
                    len: segment.len,
                    bound: segment.bound,
                    what,
                });
            }
        }
        Ok(())
    }

    /// The segments, in the order of their coordinates.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// `d`, the number of coordinates of all segments.
    pub fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.len).sum()
    }

    /// Never: a statement has at least one coordinate.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The canonical bytes: how many segments, then each. What proofs are bound to
    /// (`specs/proofs.md` 4.2).
    pub fn encode(&self) -> Vec<u8> {
        let writer = Writer::new().u64(self.segments.len() as u64);
        let write = |writer, segment: &Segment| segment.write(writer);
        self.segments.iter().fold(writer, write).finish()
    }

    /// Says whether a vector satisfies the statement, and if not, where first it does not.
    pub fn check(&self, x: &[u64]) -> Result<(), InputError> {
        if x.len() != self.len() {
            return Err(InputError::Length {
                got: x.len(),
                want: self.len(),
            });
        }
        let mut rest = x;
        for (index, segment) in self.segments.iter().enumerate() {
            let (values, tail) = rest.split_at(segment.len);
            let start = x.len() - rest.len();
            segment.check(index, start, values)?;
            rest = tail;
        }
        Ok(())
    }
}

impl Segment {
    /// What is asked of the coordinates, in words, if no coordinates satisfy it.
    fn impossible(&self) -> Option<String> {
        let (len, most) = (self.len as u128, u128::from(self.bound.saturating_sub(1)));
        let rule = self.sum?;
        let (SumRule::Equal(sum) | SumRule::AtMost(sum)) = rule;
        let together = format!("together are {rule}");
        let sum = u128::from(sum);
        if matches!(self.sum, Some(SumRule::Equal(_))) && sum > len * most {
            return Some(together);
        }
        let Norm { offset, max_square } = self.norm?;
        let at_offset = len * u128::from(offset);
        if matches!(self.sum, Some(SumRule::AtMost(_))) && sum >= at_offset {
            return None;
        }
        // The vector of this sum that is nearest to the offset has its distance spread evenly.
        let distance = sum.abs_diff(at_offset);
        let (each, longer) = (distance / len, distance % len);
        let square = (each * each).checked_mul(len - longer);
        let square =
            square.and_then(|square| square.checked_add((each + 1).pow(2).checked_mul(longer)?));
        let possible = square.is_some_and(|square| square <= u128::from(max_square));
        (!possible).then(|| {
            format!("{together} and whose squared distance from {offset} is at most {max_square}")
        })
    }

    /// Writes every field: length, bound, norm, sum.
    pub fn write(&self, writer: Writer) -> Writer {
        let writer = writer.u64(self.len as u64).u64(self.bound);
        let writer = match self.norm {
            None => writer.u8(0),
            Some(Norm { offset, max_square }) => writer.u8(1).u64(offset).u64(max_square),
        };
        match self.sum {
            None => writer.u8(0),
            Some(SumRule::Equal(s)) => writer.u8(1).u64(s),
            Some(SumRule::AtMost(s)) => writer.u8(2).u64(s),
        }
    }

    /// Reads what [`write`](Self::write) wrote. Whether the segment makes sense is for
    /// [`Statement::new`] to say.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let len = usize::try_from(reader.u64("segment length")?)
            .ok()
            .filter(|&len| len <= MAX_COORDINATES)
            .ok_or(DecodeError::Value {
                field: "segment length",
            })?;
        let bound = reader.u64("segment bound")?;
        let norm = match reader.u8("norm")? {
            0 => None,
            1 => Some(Norm {
                offset: reader.u64("norm offset")?,
                max_square: reader.u64("norm bound")?,
            }),
            _ => return Err(DecodeError::Value { field: "norm" }),
        };
        let sum = match reader.u8("sum rule")? {
            0 => None,
            1 => Some(SumRule::Equal(reader.u64("sum")?)),
            2 => Some(SumRule::AtMost(reader.u64("sum")?)),
            _ => return Err(DecodeError::Value { field: "sum rule" }),
        };
        Ok(Self {
            len,
            bound,
            norm,
            sum,
        })
    }

    fn check(&self, segment: usize, start: usize, values: &[u64]) -> Result<(), InputError> {
        if let Some(at) = values.iter().position(|&value| value >= self.bound) {
            let value = values[at];
            return Err(InputError::Range {
                coordinate: start + at,
                value,
                bound: self.bound,
            });
        }
        if let Some(Norm { offset, max_square }) = self.norm {
            // Saturates only far above every `max_square`.
            let square = values.iter().fold(0u128, |sum, &value| {
                let distance = u128::from(value.abs_diff(offset));
                sum.saturating_add(distance * distance)
            });
            if square > u128::from(max_square) {
                return Err(InputError::Norm {
                    segment,
                    square,
                    max_square,
                });
            }
        }
        if let Some(rule) = self.sum {
            let sum: u128 = values.iter().map(|&value| u128::from(value)).sum();
            let holds = match rule {
                SumRule::Equal(s) => sum == u128::from(s),
                SumRule::AtMost(s) => sum <= u128::from(s),
            };
            if !holds {
                return Err(InputError::Sum { segment, sum, rule });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_claim_is_checked_at_both_ends() {
        let norm = Some(Norm {
            offset: 5,
            max_square: 8,
        });
        let statement = Statement::new(vec![
            Segment::range(2, 3),
            Segment {
                len: 2,
                bound: 10,
                norm,
                sum: None,
            },
            Segment {
                len: 3,
                bound: 2,
                norm: None,
                sum: Some(SumRule::Equal(1)),
            },
            Segment {
                len: 1,
                bound: 9,
                norm: None,
                sum: Some(SumRule::AtMost(4)),
            },
        ])
        .unwrap();
        let good = [0, 2, 3, 7, 0, 1, 0, 4];
        assert_eq!(statement.check(&good), Ok(()));
        let with = |at: usize, value: u64| {
            let mut x = good;
            x[at] = value;
            statement.check(&x).unwrap_err()
        };
        assert_eq!(
            with(1, 3),
            InputError::Range {
                coordinate: 1,
                value: 3,
                bound: 3
            }
        );
        assert_eq!(
            with(3, 8),
            InputError::Norm {
                segment: 1,
                square: 13,
                max_square: 8
            }
        );
        assert_eq!(
            with(4, 1),
            InputError::Sum {
                segment: 2,
                sum: 2,
                rule: SumRule::Equal(1)
            }
        );
        assert_eq!(
            with(7, 5),
            InputError::Sum {
                segment: 3,
                sum: 5,
                rule: SumRule::AtMost(4)
            }
        );
        assert_eq!(
            statement.check(&good[..7]),
            Err(InputError::Length { got: 7, want: 8 })
        );
    }

    #[test]
    fn a_norm_of_the_largest_values_does_not_overflow() {
        let norm = Some(Norm {
            offset: 0,
            max_square: u64::MAX,
        });
        let statement = Statement::new(vec![Segment {
            len: 3,
            bound: u64::MAX,
            norm,
            sum: None,
        }])
        .unwrap();
        assert!(matches!(
            statement.check(&[u64::MAX - 1; 3]),
            Err(InputError::Norm { segment: 0, .. })
        ));
    }

    #[test]
    fn empty_and_degenerate_statements_are_refused() {
        assert_eq!(Statement::new(vec![]), Err(StatementError::Segments(0)));
        assert_eq!(
            Statement::new(vec![Segment::range(0, 2)]),
            Err(StatementError::Length {
                segment: 0,
                total: 0
            })
        );
        assert_eq!(
            Statement::new(vec![Segment::range(1, 1)]),
            Err(StatementError::Bound {
                segment: 0,
                bound: 1
            })
        );
        let total = MAX_COORDINATES + 1;
        assert_eq!(
            Statement::new(vec![
                Segment::range(1, 2),
                Segment::range(MAX_COORDINATES, 2)
            ]),
            Err(StatementError::Length { segment: 1, total })
        );
    }

    /// Every segment of a few small values, against all its vectors.
    #[test]
    fn a_statement_is_impossible_if_no_vector_satisfies_it() {
        let rules = (0..9).flat_map(|s| [SumRule::Equal(s), SumRule::AtMost(s)]);
        let sums: Vec<_> = rules.map(Some).chain([None]).collect();
        let (mut possible, mut impossible) = (0, 0);
        for (len, bound) in [(1u32, 2u64), (2, 2), (2, 4), (3, 3)] {
            let vectors: Vec<Vec<u64>> = (0..bound.pow(len))
                .map(|at: u64| {
                    (0..len)
                        .map(|digit| at / bound.pow(digit) % bound)
                        .collect()
                })
                .collect();
            let norms = (0..bound)
                .flat_map(|offset| (0..12).map(move |max_square| Norm { offset, max_square }));
            for norm in norms.map(Some).chain([None]) {
                for &sum in &sums {
                    let segment = Segment {
                        norm,
                        sum,
                        ..Segment::range(len as usize, bound)
                    };
                    let statement = Statement::new(vec![segment]).unwrap();
                    let exists = vectors.iter().any(|vector| statement.check(vector).is_ok());
                    assert_eq!(statement.check_possible().is_ok(), exists, "{segment:?}");
                    possible += u32::from(exists);
                    impossible += u32::from(!exists);
                }
            }
        }
        assert!(possible > 100 && impossible > 100);
        // The largest numbers overflow nothing.
        for offset in [0, u64::MAX - 1] {
            for sum in [0, u64::MAX] {
                let norm = Some(Norm {
                    offset,
                    max_square: u64::MAX,
                });
                let sum = Some(SumRule::Equal(sum));
                let segment = Segment {
                    norm,
                    sum,
                    ..Segment::range(MAX_COORDINATES, u64::MAX)
                };
                let _ = Statement::new(vec![segment]).unwrap().check_possible();
            }
        }
        let segment = Segment {
            sum: Some(SumRule::Equal(100)),
            ..Segment::range(4, 2)
        };
        let refused = Statement::new(vec![segment])
            .unwrap()
            .check_possible()
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "no vector satisfies the claims about segment 0 (counted from 0): 4 values below 2 that together are exactly 100; allow more, or ask for less"
        );
    }
}
