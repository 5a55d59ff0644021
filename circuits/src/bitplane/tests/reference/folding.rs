//! The response for `V`, folded (7.8).

use super::{combine, inner, mul, F, P};

/// `z`, `G'` and `k`, folded so far.
#[derive(Clone)]
pub(crate) struct Folding {
    pub(crate) z: Vec<F>,
    pub(crate) g: Vec<P>,
    pub(crate) k: Vec<F>,
}

impl Folding {
    /// `L` and `R` of the next fold, `base` being `h U`.
    pub(crate) fn sides(&self, base: P) -> [P; 2] {
        let half = self.z.len() / 2;
        let (z_lo, z_hi) = self.z.split_at(half);
        let (g_lo, g_hi) = self.g.split_at(half);
        let (k_lo, k_hi) = self.k.split_at(half);
        [(z_lo, g_hi, k_hi), (z_hi, g_lo, k_lo)]
            .map(|(z, g, k)| combine(z, g) + mul(inner(z, k), base))
    }

    /// Folds all three.
    pub(crate) fn fold(&mut self, u: F) {
        let half = self.z.len() / 2;
        let Self { z, g, k } = self;
        *z = (0..half).map(|j| z[j] + u * z[half + j]).collect();
        *g = (0..half).map(|j| mul(u, g[j]) + g[half + j]).collect();
        *k = (0..half).map(|j| u * k[j] + k[half + j]).collect();
    }

    /// `<z, G'> + h <z, k> U`.
    pub(crate) fn opened(&self, base: P) -> P {
        combine(&self.z, &self.g) + mul(inner(&self.z, &self.k), base)
    }
}
