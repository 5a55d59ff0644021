//! Linear functions of the bits of a code, by look-up: a table for each byte.

use crate::group::ristretto::Fr;

/// `sum_t bit_t weights_t` of a code, as a sum of one entry a byte.
#[derive(Debug)]
pub(super) struct ByteTables(Vec<[Fr; 256]>);

impl ByteTables {
    /// Cost: 256 additions for each 8 weights.
    pub(super) fn new(weights: &[Fr]) -> Self {
        Self(weights.chunks(8).map(subset_sums).collect())
    }

    /// The sum of the weights of a code's bits. It has no bits beyond the weights.
    #[inline(always)]
    pub(super) fn at(&self, code: u64) -> Fr {
        let entry = |(at, table): (usize, &[Fr; 256])| table[(code >> (8 * at) & 255) as usize];
        let mut entries = self.0.iter().enumerate().map(entry);
        let first = entries.next().unwrap_or_default();
        entries.fold(first, |sum, entry| sum + entry)
    }
}

/// The sums of all subsets of up to 8 weights; bit `t` of the index is weight `t`.
fn subset_sums(weights: &[Fr]) -> [Fr; 256] {
    let mut sums = [Fr::default(); 256];
    for (t, weight) in weights.iter().enumerate() {
        for value in 0..1 << t {
            sums[value | 1 << t] = sums[value] + weight;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_are_the_sums(bits in 1usize..=64, code: u64) {
            let code = code >> (64 - bits);
            let weights: Vec<Fr> = (0..bits as u64).map(|t| Fr::from(3 + 7 * t * t)).collect();
            let set = (0..bits).filter(|t| code >> t & 1 == 1);
            let want: Fr = set.map(|t| weights[t]).sum();
            prop_assert_eq!(ByteTables::new(&weights).at(code), want);
        }
    }
}
