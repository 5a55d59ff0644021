//! How many trustees must take part, and how many values of a sharing are drawn (`specs/committee.md` 2.1).

use thiserror::Error;

/// The most trustees of a committee.
pub const MAX_TRUSTEES: u32 = 128;

/// What an organiser fixes of a committee, and what follows from it (`specs/committee.md` 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    trustees: u32,
    colluding: u32,
    packed: u32,
}

/// Why a committee is refused (`specs/committee.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// There are no trustees, or more than [`MAX_TRUSTEES`].
    #[error("the committee has {0} trustees; it must have 1 to {MAX_TRUSTEES}")]
    Trustees(u32),
    /// No trustee is assumed to collude.
    #[error("the configuration assumes that no trustee colludes with the aggregator; assume at least one (`colluding`)")]
    Colluding,
    /// No row is packed.
    #[error("a sharing must pack at least one row (`packed`)")]
    Packed,
    /// Fewer trustees may be absent than the organiser wants.
    #[error("of {trustees} trustees, {colluding} of them colluding, {absent} cannot be absent; name more trustees, or let fewer be absent")]
    Absent {
        /// `m`.
        trustees: u32,
        /// `t`.
        colluding: u32,
        /// How many should be able to be absent.
        absent: u32,
    },
    /// More trustees must take part than there are.
    #[error("if {colluding} of the trustees may collude{}, {needed} must take part, but there are {trustees}; name more trustees, or let fewer collude", if *.packed == 1 { String::new() } else { format!(" and {packed} rows are packed at once") })]
    TooFew {
        /// `m`.
        trustees: u32,
        /// `t`.
        colluding: u32,
        /// `p`.
        packed: u32,
        /// `q`.
        needed: u32,
    },
}

impl Shape {
    /// The shape of a committee of `trustees` (`m`), of whom `colluding` (`t`) may collude with the aggregator, and in which
    /// a sharing packs `packed` rows (`p`).
    pub fn new(trustees: u32, colluding: u32, packed: u32) -> Result<Self, ShapeError> {
        if !(1..=MAX_TRUSTEES).contains(&trustees) {
            return Err(ShapeError::Trustees(trustees));
        }
        if colluding == 0 {
            return Err(ShapeError::Colluding);
        }
        if packed == 0 {
            return Err(ShapeError::Packed);
        }
        let needed = needed(trustees, colluding, packed);
        if needed > u64::from(trustees) {
            return Err(ShapeError::TooFew {
                trustees,
                colluding,
                packed,
                needed: u32::try_from(needed).unwrap_or(u32::MAX),
            });
        }
        Ok(Self {
            trustees,
            colluding,
            packed,
        })
    }

    /// `m`, trustees of the committee.
    pub fn trustees(&self) -> u32 {
        self.trustees
    }

    /// `t`, trustees that may collude with the aggregator.
    pub fn colluding(&self) -> u32 {
        self.colluding
    }

    /// `p`, rows that a sharing packs.
    pub fn packed(&self) -> u32 {
        self.packed
    }

    /// `q`, trustees that must check, confirm and open: also the number of values that fix a polynomial.
    pub fn needed(&self) -> u32 {
        // At most `m`, as `new` has found.
        needed(self.trustees, self.colluding, self.packed) as u32
    }

    /// `T`, values of each polynomial that the client draws: at least `t`.
    pub fn drawn(&self) -> u32 {
        self.needed() - self.packed
    }

    /// The trustees to whom a client sends masked rows: `T + 1, .., m`.
    pub fn masked(&self) -> u32 {
        self.trustees - self.drawn()
    }

    /// `m - q`, trustees that may be absent.
    pub fn may_be_absent(&self) -> u32 {
        self.trustees - self.needed()
    }
}

/// `q = max(p + t, floor((m + t) / 2) + 1)`.
fn needed(trustees: u32, colluding: u32, packed: u32) -> u64 {
    let [m, t, p] = [trustees, colluding, packed].map(u64::from);
    (p + t).max((m + t) / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_those_of_the_specification() {
        for (m, t, p, q, absent) in [
            (2, 1, 1, 2, 0),
            (3, 1, 2, 3, 0),
            (4, 1, 2, 3, 1),
            (7, 2, 3, 5, 2),
            (7, 2, 1, 5, 2),
            (10, 3, 4, 7, 3),
            (31, 10, 11, 21, 10),
        ] {
            let shape = Shape::new(m, t, p).unwrap();
            assert_eq!((shape.needed(), shape.may_be_absent()), (q, absent));
            assert_eq!(shape.drawn() + p, q);
        }
    }

    /// Of every shape that is taken: a corrupt coalition has no more values than are drawn, two sets of `q` have an honest
    /// trustee in common, and `q` trustees exist.
    #[test]
    fn shapes_keep_their_conditions() {
        for m in 0..=40 {
            for t in 0..=m + 1 {
                for p in 0..=m + 1 {
                    let shape = Shape::new(m, t, p);
                    let q = u64::from(p + t).max(u64::from((m + t) / 2 + 1));
                    let taken = t >= 1 && p >= 1 && q <= u64::from(m);
                    assert_eq!(shape.is_ok(), taken, "{m} {t} {p}");
                    if let Ok(shape) = shape {
                        assert!(shape.drawn() >= t && 2 * shape.needed() - m > t);
                        assert!(shape.masked() >= 1 && shape.needed() <= m);
                    }
                }
            }
        }
        assert_eq!(Shape::new(129, 1, 1), Err(ShapeError::Trustees(129)));
        assert_eq!(Shape::new(3, 0, 1), Err(ShapeError::Colluding));
        assert_eq!(Shape::new(3, 1, 0), Err(ShapeError::Packed));
        for huge in [u32::MAX, u32::MAX - 1] {
            assert!(Shape::new(3, huge, 1).is_err() && Shape::new(3, 1, huge).is_err());
        }
    }
}
