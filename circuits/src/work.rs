//! Counts of what a prover does, kept in tests alone.
//!
//! A clock tells little on a busy machine. A count tells exactly whether the work depends on an
//! input: it is the same for every input of a statement, or it is not. Outside tests nothing is
//! counted, and nothing of this is compiled.

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An addition or subtraction of points, or a doubling.
    Point,
    /// A multiplication or squaring modulo `2^255 - 19`.
    Coordinate,
    /// A product of scalars that is added to a sum of products.
    Product,
    /// The reduction of such a sum.
    Reduction,
    /// An integer that becomes a scalar.
    Scalar,
}

#[cfg(test)]
std::thread_local! {
    static COUNTS: std::cell::Cell<[u64; 5]> = const { std::cell::Cell::new([0; 5]) };
}

/// Counts one.
#[inline(always)]
pub(crate) fn count(kind: Kind) {
    #[cfg(test)]
    COUNTS.with(|counts| {
        let mut all = counts.get();
        all[kind as usize] += 1;
        counts.set(all);
    });
    #[cfg(not(test))]
    let _ = kind;
}

/// Does what is public, and may take as long as it likes: it is not counted.
#[inline(always)]
pub(crate) fn of_public<T>(does: impl FnOnce() -> T) -> T {
    #[cfg(test)]
    let before = COUNTS.with(std::cell::Cell::get);
    let out = does();
    #[cfg(test)]
    COUNTS.with(|counts| counts.set(before));
    out
}

/// What `does` counts, by kind. It runs on one thread of its own, so that nothing else is counted
/// with it.
#[cfg(test)]
pub(crate) fn counted(does: impl FnOnce() + Send) -> [u64; 5] {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.unwrap().install(|| {
        COUNTS.with(|counts| counts.set([0; 5]));
        does();
        COUNTS.with(std::cell::Cell::get)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_counted_but_what_is_public_is_not() {
        let counts = counted(|| {
            count(Kind::Point);
            of_public(|| count(Kind::Point));
            count(Kind::Scalar);
        });
        assert_eq!(counts, [1, 0, 0, 0, 1]);
    }
}
