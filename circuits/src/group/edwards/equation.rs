//! The equation that a signature of Ed25519 keeps (RFC 8032, section 5.1.7).

use ark_curve25519::Fr;

/// A signature, as its equation has it: `R = s B - h A`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Equation {
    /// The encoding of `A`.
    pub(crate) key: [u8; 32],
    /// The encoding of `R`.
    pub(crate) commitment: [u8; 32],
    /// `s`.
    pub(crate) response: Fr,
    /// `h`.
    pub(crate) challenge: Fr,
}
