//! What may be tuned without changing the form of a proof (`specs/proofs.md` 7.12): the columns
//! that a configuration has if it names none, and how many proofs a verifier takes at once. The
//! sizes that are part of the suite are in [`shape`](super::shape).

use super::shape::{Shape, MAX_COLUMNS};
use crate::group::Ristretto;
use crate::packing::Layout;
use crate::statement::Statement;

/// Points of one multiplication of the verifier: with more, the gain from the shared generators is
/// below a hundredth, and the memory (a hundred bytes a point) is not.
const MOST_POINTS: usize = 1 << 17;

/// The number of columns, a power of two, that makes proofs cheapest: a bit row and a column each
/// cost both sides a few scalar multiplications and 32 bytes, a packed scalar, of which the number
/// of clients decides, only the bytes.
pub(super) fn best_columns(statement: &Statement, clients: u32) -> usize {
    let cost = |columns: usize| {
        let packed = Layout::new::<Ristretto>(statement, clients, columns).scalars();
        let points = Shape::count_bit_rows(statement, columns) + columns;
        (points * 3).saturating_add(packed)
    };
    let powers = (0..).map(|power| 1 << power);
    powers
        .take_while(|&columns| columns <= MAX_COLUMNS)
        .min_by_key(|&columns| cost(columns))
        .unwrap_or(1)
}

/// How many proofs of so many points a verifier takes at once.
pub(super) fn batch(points: usize) -> usize {
    (MOST_POINTS / points.max(1)).max(1)
}
