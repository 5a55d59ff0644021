//! The vectors that are measured.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

/// Vectors of a length, of numbers of a width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Bits of a coordinate.
    pub bits: u32,
    /// Logarithm of the length to the base 2.
    pub log: u32,
}

impl Case {
    pub const fn new(bits: u32, log: u32) -> Self {
        Self { bits, log }
    }

    /// `d`, the number of coordinates.
    pub fn len(self) -> usize {
        1 << self.log
    }

    /// `M = 2^bits`.
    pub fn bound(self) -> u64 {
        1 << self.bits
    }

    /// A client's vector, uniform below the bound; the same in every run.
    pub fn uniform(self, client: u32) -> Vec<u64> {
        let mut rng = ChaCha20Rng::seed_from_u64(client.into());
        let mask = self.bound() - 1;
        (0..self.len()).map(|_| rng.next_u64() & mask).collect()
    }

    /// Where norms are measured from: the middle of the range.
    pub fn offset(self) -> u64 {
        self.bound() / 2
    }

    /// The largest distance from the offset at which a coordinate of
    /// [`clipped`](Self::clipped) stands: half the range, or less if the squared norm would not fit
    /// a `u64` otherwise (at 32 bits).
    fn radius(self) -> u64 {
        let fits = (u64::MAX / self.len() as u64).isqrt();
        self.offset().min(fits)
    }

    /// The squared norm that no [`clipped`](Self::clipped) vector exceeds.
    pub fn max_square(self) -> u64 {
        self.len() as u64 * self.radius().pow(2)
    }

    /// A client's vector, uniform around the offset within [`max_square`](Self::max_square). Up to
    /// 16 bits it is [`uniform`](Self::uniform).
    pub fn clipped(self, client: u32) -> Vec<u64> {
        let (offset, radius) = (self.offset(), self.radius());
        let mut x = self.uniform(client);
        if radius < offset {
            for value in &mut x {
                *value = offset - radius + *value % (2 * radius);
            }
        }
        x
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "2^{} of {} bits", self.log, self.bits)
    }
}
