//! How many challenge pairs an attestation needs (`specs/parameters.md` 6).

/// Bits of a scalar that a challenge draws from.
const CHALLENGE_BITS: u32 = 252;
/// Bits of security that are left after the cheaters have chosen who attests.
const SECURITY_BITS: u32 = 104;

/// The smallest `q` with `corrupt + 104 <= q (252 - ceil(log2(D + R)))`. A pair catches a lie but with
/// probability `(D + R) / 2^252`; the cheaters see it before they decide which of them attest, and
/// so have `2^corrupt` tries. It is 1 up to about 128 cheaters on a million scalars.
pub fn challenge_pairs(corrupt: u32, masked_scalars: usize) -> u32 {
    let spent = masked_scalars.next_power_of_two().trailing_zeros();
    let bits_of_a_pair = CHALLENGE_BITS.saturating_sub(spent).max(1);
    corrupt
        .saturating_add(SECURITY_BITS)
        .div_ceil(bits_of_a_pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pair_serves_up_to_128_cheaters_on_a_million_scalars() {
        assert_eq!(challenge_pairs(0, 1), 1);
        assert_eq!(challenge_pairs(128, 1 << 20), 1);
        assert_eq!(challenge_pairs(129, 1 << 20), 2);
        assert_eq!(challenge_pairs(128, (1 << 20) + 1), 2);
        assert_eq!(challenge_pairs(1000, 1 << 20), 5);
        assert_eq!(challenge_pairs(0, 0), 1);
    }
}
