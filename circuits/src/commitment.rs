//! Pedersen vector commitments to the rows of a packed vector (`specs/proofs.md` 3).

use rayon::prelude::*;

use crate::group::Group;

/// The generators `G_0, .., G_(C-1), H` of a suite. Commitments bind as long as nobody knows a
/// relation between them.
///
/// ```
/// use veragg_circuits::commitment::CommitKey;
/// use veragg_circuits::group::ristretto::{Fr, Ristretto};
///
/// let key = CommitKey::<Ristretto>::derive("example", 2);
/// let [one, two, blinding] = [1u64, 2, 9].map(Fr::from);
/// let row = key.commit_row_vartime(&[one, two], blinding);
/// // Commitments add up to a commitment to the sums, under the sum of the blindings.
/// let other = key.commit(&one, &blinding);
/// assert_eq!(row + other, key.commit_row_vartime(&[two, two], blinding + blinding));
/// ```
#[derive(Debug, Clone)]
pub struct CommitKey<G: Group> {
    columns: Vec<G::Point>,
    blinding: G::Point,
    /// Of `G_0` and `H`.
    tables: [G::Table; 2],
}

impl<G: Group> CommitKey<G> {
    /// Derives the key of `columns` columns, at least one, from public labels for the suite
    /// `domain` (`specs/proofs.md` 3.1). Cost: `columns + 1` hashes to the group.
    pub fn derive(domain: &str, columns: usize) -> Self {
        let columns = (0..columns as u64).into_par_iter();
        let columns = columns.map(|c| Self::generator(domain, "column", c));
        Self::from_generators(columns.collect(), Self::generator(domain, "blinding", 0))
    }

    /// The key of given generators, which a set-up made, for instance. Whoever gives them vouches
    /// that nobody knows a relation between them.
    ///
    /// # Panics
    ///
    /// If there is no column.
    pub fn from_generators(columns: Vec<G::Point>, blinding: G::Point) -> Self {
        Self {
            tables: [columns[0], blinding].map(|g| G::table(&g)),
            columns,
            blinding,
        }
    }

    /// A generator of the suite `domain` for one purpose (`specs/proofs.md` 3.1).
    pub fn generator(domain: &str, purpose: &str, index: u64) -> G::Point {
        let label = format!("veragg/1 generator {domain} {purpose}");
        G::hash_to_point(label.as_bytes(), index)
    }

    /// The column generators `G_0, .., G_(C-1)`.
    pub fn columns(&self) -> &[G::Point] {
        &self.columns
    }

    /// The blinding generator `H`.
    pub fn blinding(&self) -> G::Point {
        self.blinding
    }

    /// `value G_0 + blinding H`, in constant time: for openings that are secret. Cost: half of a
    /// multiplication.
    pub fn commit(&self, value: &G::Scalar, blinding: &G::Scalar) -> G::Point {
        let [first, hiding] = &self.tables;
        G::multiply(first, value) + G::multiply(hiding, blinding)
    }

    /// The commitment `sum_c values_c G_c + blinding H` to a row, in variable time: for openings
    /// that are public. Missing values count as zero; a row has at most `C`. Cost: one multi-scalar
    /// multiplication over the values and the blinding.
    pub fn commit_row_vartime(&self, values: &[G::Scalar], blinding: G::Scalar) -> G::Point {
        let scalars: Vec<_> = values.iter().copied().chain([blinding]).collect();
        let points: Vec<_> = self
            .columns
            .iter()
            .take(values.len())
            .copied()
            .chain([self.blinding])
            .collect();
        G::msm(&scalars, &points)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::ristretto::{Fr, Ristretto};

    #[test]
    fn generators_differ_by_index_suite_and_role() {
        let a = CommitKey::<Ristretto>::derive("a", 3);
        let b = CommitKey::<Ristretto>::derive("b", 3);
        let mut all: Vec<_> = a.columns().iter().chain(b.columns()).copied().collect();
        all.extend([a.blinding(), b.blinding()]);
        for (i, p) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|q| q != p));
        }
        assert_eq!(
            CommitKey::<Ristretto>::derive("a", 1).columns()[0],
            a.columns()[0]
        );
    }

    #[test]
    fn openings_add_up() {
        let key = CommitKey::<Ristretto>::derive("test", 2);
        let f = |v: u64| Fr::from(v);
        let sum = key.commit_row_vartime(&[f(1), f(2)], f(3))
            + key.commit_row_vartime(&[f(10), f(20)], f(30));
        assert_eq!(sum, key.commit_row_vartime(&[f(11), f(22)], f(33)));
        assert_ne!(sum, key.commit_row_vartime(&[f(11), f(22)], f(34)));
        assert_eq!(
            key.commit(&f(5), &f(7)),
            key.commit_row_vartime(&[f(5)], f(7))
        );
    }
}
