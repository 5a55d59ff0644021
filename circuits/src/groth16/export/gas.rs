//! What the calls of a contract cost (`specs/proofs.md` 8.11), by the schedules of EIP-2537 (status Final, section *Gas
//! schedule*), of the Yellow Paper (SHA-256) and of EIP-2028 (calldata).

/// `G1ADD`.
pub const G1_ADD: u64 = 375;
/// One multiplication in `G1`, before the discount.
const G1_MULTIPLICATION: u64 = 12_000;
/// Of each pair, and once, of the pairing check.
const PAIRING: (u64, u64) = (32_600, 37_700);
/// The discounts of a sum of 1, 2, .. multiples in `G1`, in thousandths. Beyond the last, the last one holds.
const G1_DISCOUNT: [u64; 128] = [
    1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665,
    661, 658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615,
    613, 611, 609, 608, 606, 604, 603, 601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585,
    584, 582, 581, 580, 579, 577, 576, 575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563,
    562, 561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545,
    544, 543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531, 530, 529,
    528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519,
];
/// A byte of calldata that is 0, and one that is not.
const CALLDATA: (u64, u64) = (4, 16);
/// A `STATICCALL` to a precompile, whose address is always warm (EIP-2929).
pub const STATIC_CALL: u64 = 100;

/// A sum of so many multiples in `G1`.
pub fn g1_msm(pairs: usize) -> u64 {
    let Some(last) = pairs.checked_sub(1) else {
        return 0;
    };
    let discount = G1_DISCOUNT[last.min(G1_DISCOUNT.len() - 1)];
    pairs as u64 * G1_MULTIPLICATION * discount / 1000
}

/// A pairing check of so many pairs.
pub fn pairing(pairs: usize) -> u64 {
    PAIRING.0 * pairs as u64 + PAIRING.1
}

/// The hash of so many bytes.
pub fn sha256(bytes: usize) -> u64 {
    60 + 12 * bytes.div_ceil(32) as u64
}

/// What a transaction pays for these bytes.
pub fn calldata(bytes: &[u8]) -> u64 {
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    CALLDATA.0 * zeros as u64 + CALLDATA.1 * (bytes.len() - zeros) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the vectors beside the EIP (`assets/eip-2537/msm_G1_bls.json` and `pairing_check_bls.json`).
    #[test]
    fn the_schedule_is_that_of_the_eip() {
        assert_eq!(g1_msm(1), 12_000);
        assert_eq!(g1_msm(2), 22_776);
        assert_eq!(g1_msm(128), 797_184);
        assert_eq!(g1_msm(129), 803_412);
        assert_eq!(g1_msm(0), 0);
        assert_eq!(pairing(1), 70_300);
        assert_eq!(pairing(2), 102_900);
        assert_eq!(sha256(0), 60);
        assert_eq!(sha256(33), 84);
        assert_eq!(calldata(&[0, 1, 0]), 24);
    }
}
