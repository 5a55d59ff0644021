//! How many challenge pairs an attestation needs (`specs/parameters.md` 6).

/// Bits of a scalar that a challenge draws from.
const CHALLENGE_BITS: f64 = 252.0;
/// Bits of security that are left after the cheaters have chosen who attests.
const SECURITY_BITS: f64 = 104.0;

/// The smallest `q` with `corrupt + 104 <= q (252 - log2(D + R))`. A pair catches a lie but with
/// probability `(D + R) / 2^252`; the cheaters see it before they decide which of them attest, and
/// so have `2^corrupt` tries. It is 1 up to about 128 cheaters on a million scalars.
pub fn challenge_pairs(corrupt: u32, masked_scalars: usize) -> u32 {
    let bits_of_a_pair = CHALLENGE_BITS - (masked_scalars.max(1) as f64).log2();
    ((f64::from(corrupt) + SECURITY_BITS) / bits_of_a_pair).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pair_serves_up_to_128_cheaters_on_a_million_scalars() {
        assert_eq!(challenge_pairs(0, 1), 1);
        assert_eq!(challenge_pairs(128, 1 << 20), 1);
        assert_eq!(challenge_pairs(129, 1 << 20), 2);
        assert_eq!(challenge_pairs(1000, 1 << 20), 5);
        assert_eq!(challenge_pairs(0, 0), 1);
    }
}
