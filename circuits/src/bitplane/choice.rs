//! How the suite chooses its sizes: every rule that rests on a measurement, and on nothing else
//! (`specs/proofs.md` 7.12). `columns` of the configuration overrides the first; the second and the
//! third are part of the suite, so that a proof has one form; the last only says how a verifier
//! works, and nothing depends on it but time and memory.

use super::shape::Shape;
use crate::packing::Layout;
use crate::statement::Statement;

/// Most columns: what deriving the generators of a foreign configuration may cost, about a second.
pub(super) const MAX_COLUMNS: usize = 1 << 16;
/// Most bit rows: 32 MiB of commitments.
pub(super) const MAX_BIT_ROWS: usize = 1 << 20;
/// Bits of a coordinate's limb, as a power of two: limbs of 16 bits are looked up in tables that a
/// processor's cache holds, longer ones would not be.
const LIMB_VARIABLES: usize = 4;
/// Columns from which on the opened vector is folded, and how often. With fewer the points of the
/// folds cost more than the scalars that they save; a third fold would save 4 KiB of 167 at 2^20
/// coordinates.
const FOLDED: (usize, usize) = (1024, 2);
/// Points of one multiplication of the verifier: with more, the gain from the shared generators is
/// below a hundredth, and the memory (a hundred bytes a point) is not.
const MOST_POINTS: usize = 1 << 17;

/// The number of columns, a power of two, that makes proofs cheapest: a bit row and a column each
/// cost both sides a few scalar multiplications and 32 bytes, a packed scalar, of which the number
/// of clients decides, only the bytes.
pub(super) fn best_columns(statement: &Statement, clients: u32) -> usize {
    let cost = |columns: usize| {
        let packed = Layout::new(statement, clients, columns).scalars();
        let points = Shape::count_bit_rows(statement, columns) + columns;
        (points * 3).saturating_add(packed)
    };
    let powers = (0..).map(|power| 1 << power);
    powers
        .take_while(|&columns| columns <= MAX_COLUMNS)
        .min_by_key(|&columns| cost(columns))
        .unwrap_or(1)
}

/// `mu`, of `tau` variables of bit planes: those that are bound before the columns.
pub(super) fn limb_variables(plane_variables: usize) -> usize {
    plane_variables.min(LIMB_VARIABLES)
}

/// How often the opened vector of so many columns is folded.
pub(super) fn folds(columns: usize) -> usize {
    if columns < FOLDED.0 {
        0
    } else {
        FOLDED.1
    }
}

/// How many proofs of so many points a verifier takes at once.
pub(super) fn batch(points: usize) -> usize {
    (MOST_POINTS / points.max(1)).max(1)
}
