//! Encodings that are not the canonical ones.

use veragg_protocol::circuits::group::Group;

/// Adds the order of the group to an encoded scalar, which then encodes the same number in another way. What does not fit
/// in the bytes is lost.
pub fn add_order<G: Group>(scalar: &mut [u8]) {
    // The order less 1, of which the lowest byte is the first.
    let less = G::encode_scalar(&-G::Scalar::from(1u64));
    let mut carry = 1;
    for (byte, less) in scalar.iter_mut().zip(less) {
        let sum = u16::from(*byte) + u16::from(less) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}
