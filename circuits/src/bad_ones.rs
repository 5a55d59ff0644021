//! Finds the bad ones of a batch of which a part can be checked at once.

use std::ops::Range;

use rayon::prelude::*;

/// The indices below `count` of all that do not hold, in order. `holds` checks a part that is not empty: it is true if all
/// of the part hold, and false if one does not.
///
/// As long as the bad ones are in one half of what does not hold, that half is halved again. When both halves have some, each
/// is checked by itself. So whoever sends bad proofs multiplies the work by little: halving down to each of many bad ones
/// would take several times what checking each takes. Cost: for one bad one, at most three times the check of the whole; for
/// many, at most twice that check, and a check of each.
pub fn bad_ones(count: usize, holds: impl Fn(Range<usize>) -> bool + Sync) -> Vec<usize> {
    let alone = |index: &usize| !holds(*index..*index + 1);
    let one_by_one = |part: Range<usize>| part.into_par_iter().filter(alone).collect();
    if count == 0 || holds(0..count) {
        return Vec::new();
    }
    let mut part = 0..count;
    while part.len() > 1 {
        let middle = part.start + part.len() / 2;
        let (left, right) = (part.start..middle, middle..part.end);
        part = match holds(left.clone()) {
            // So a bad one is on the right.
            true => right,
            false if holds(right) => left,
            false => return one_by_one(part),
        };
    }
    // Nobody is named who was not checked alone. A part is taken for good by mistake with a chance that nobody will see;
    // then this one can be good.
    if alone(&part.start) {
        vec![part.start]
    } else {
        one_by_one(0..count)
    }
}

/// The same of many, in chunks of `size` that are searched in parallel.
pub fn bad_ones_in_chunks(
    count: usize,
    size: usize,
    holds: impl Fn(Range<usize>) -> bool + Sync,
) -> Vec<usize> {
    let starts: Vec<usize> = (0..count).step_by(size).collect();
    let of_chunk = |start: usize| {
        let shifted = |part: Range<usize>| holds(start + part.start..start + part.end);
        let found = bad_ones(size.min(count - start), shifted);
        found.into_iter().map(move |index| start + index)
    };
    starts.into_par_iter().flat_map_iter(of_chunk).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;

    /// The bad ones that are found, and of how many in all a part was checked.
    fn found(bad: &[bool]) -> (Vec<usize>, usize) {
        let checked = AtomicUsize::new(0);
        let found = bad_ones(bad.len(), |part| {
            assert!(!part.is_empty());
            checked.fetch_add(part.len(), Ordering::Relaxed);
            bad[part].iter().all(|bad| !bad)
        });
        (found, checked.into_inner())
    }

    proptest! {
        #[test]
        fn all_bad_ones_are_found_and_no_other(bad in prop::collection::vec(prop::bool::weighted(0.1), 0..70)) {
            let (found, checked) = found(&bad);
            let expected: Vec<usize> = (0..bad.len()).filter(|&index| bad[index]).collect();
            prop_assert_eq!(&found, &expected);
            let bound = match expected.len() {
                0 => bad.len(),
                1 => 3 * bad.len() + 1,
                // Halves, until the bad ones are on both sides: then each of what is left.
                _ => 4 * bad.len(),
            };
            prop_assert!(checked <= bound, "{} of {}", checked, bad.len());
        }
    }

    #[test]
    fn chunks_find_what_the_whole_has() {
        let bad = |index: usize| [0, 6, 7, 20].contains(&index);
        for count in [0, 1, 7, 8, 21, 30] {
            let holds = |part: Range<usize>| !part.into_iter().any(bad);
            let found = bad_ones_in_chunks(count, 7, holds);
            assert_eq!(found, bad_ones(count, holds), "{count}");
        }
    }

    #[test]
    fn many_bad_ones_cost_little_more_than_a_check_of_each() {
        let (bad, checked) = found(&[true; 251]);
        assert_eq!(bad.len(), 251);
        assert_eq!(checked, 3 * 251);
    }

    #[test]
    fn nobody_is_named_who_holds_alone() {
        // A check that takes a part with a bad one for good: the left half, with the bad one.
        let found = bad_ones(8, |part| part == (0..4) || !part.contains(&2));
        assert_eq!(found, [2]);
    }
}
