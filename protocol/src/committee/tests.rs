//! What the tests of the committee protocol have in common.

mod ranks;

use super::parts::Parts;
use crate::round::committee::shape::Shape;

/// The parts of a submission with so many rows of three columns.
pub(crate) fn parts(m: u32, t: u32, p: u32, rows: usize) -> Parts {
    Parts::of_numbers(Shape::new(m, t, p).unwrap(), 50, 3, rows / p as usize)
}
