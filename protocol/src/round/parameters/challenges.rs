//! How many challenge pairs an attestation needs (`specs/parameters.md` 6).

use veragg_circuits::group::Group;

/// Bits of security that remain after the colluders have chosen which of them attest.
const SECURITY_BITS: u32 = 104;

/// The smallest `q` with `corrupt + 104 <= q (capacity - ceil(log2(D + R)))`, where the capacity is
/// that of the suite's group ([`Group::CAPACITY`]). A pair does not show a false attestation with
/// probability `(D + R) / 2^capacity`; the colluders see it before they decide which of them attest,
/// and so have `2^corrupt` tries. On ristretto255 `q` is 1 up to about 128 colluders and a million
/// scalars.
pub fn challenge_pairs<G: Group>(corrupt: u32, masked_scalars: usize) -> u32 {
    let spent = masked_scalars.next_power_of_two().trailing_zeros();
    let bits_of_a_pair = G::CAPACITY.saturating_sub(spent).max(1);
    corrupt
        .saturating_add(SECURITY_BITS)
        .div_ceil(bits_of_a_pair)
}

#[cfg(test)]
mod tests {
    use super::*;
    use veragg_circuits::group::Ristretto;

    #[test]
    fn one_pair_is_enough_for_128_colluders_and_a_million_scalars() {
        assert_eq!(challenge_pairs::<Ristretto>(0, 1), 1);
        assert_eq!(challenge_pairs::<Ristretto>(128, 1 << 20), 1);
        assert_eq!(challenge_pairs::<Ristretto>(129, 1 << 20), 2);
        assert_eq!(challenge_pairs::<Ristretto>(128, (1 << 20) + 1), 2);
        assert_eq!(challenge_pairs::<Ristretto>(1000, 1 << 20), 5);
        assert_eq!(challenge_pairs::<Ristretto>(0, 0), 1);
    }

    /// How many sets of twenty colluders have errors that the challenges do not show, in a field of 101 elements. The
    /// colluders know the challenges before they decide which of them attest.
    fn unseen(pairs: usize) -> u32 {
        const COLLUDERS: usize = 20;
        const ORDER: u64 = 101;
        const LEN: usize = 8;
        let mut state = 7u64;
        let mut draw = || {
            // Any generator does; this one has the constants of Knuth's MMIX.
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 33) % ORDER
        };
        let errors: Vec<[u64; LEN]> = (0..COLLUDERS)
            .map(|_| std::array::from_fn(|_| draw()))
            .collect();
        let points: Vec<u64> = (0..pairs).map(|_| 1 + draw() % (ORDER - 1)).collect();
        let at = |error: &[u64; LEN], z: u64| {
            error
                .iter()
                .rev()
                .fold(0, |value, e| (value * z + e) % ORDER)
        };
        let seen: Vec<Vec<u64>> = errors
            .iter()
            .map(|error| points.iter().map(|&z| at(error, z)).collect())
            .collect();
        // All sets, each with one colluder more or less than the one before (Gray's order).
        let (mut sums, mut set, mut unseen) = (vec![0; pairs], 0u32, 0);
        for step in 1..1u32 << COLLUDERS {
            let who = step.trailing_zeros() as usize;
            set ^= 1 << who;
            let joins = set >> who & 1 == 1;
            for (sum, value) in sums.iter_mut().zip(&seen[who]) {
                *sum = (*sum + if joins { *value } else { ORDER - value }) % ORDER;
            }
            unseen += u32::from(sums.iter().all(|sum| *sum == 0));
        }
        unseen
    }

    #[test]
    fn colluders_who_choose_after_the_challenge_need_more_pairs() {
        // Under one pair, the errors of a hundredth of all sets cancel, and a check of their sum shows nothing.
        let one = unseen(1);
        assert!((9_000..12_000).contains(&one), "{one}");
        // log2(101) is 6.6: six pairs leave 20 bits beyond the 20 that the colluders choose.
        assert_eq!(unseen(6), 0);
    }
}
