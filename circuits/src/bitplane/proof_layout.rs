//! Where each element stands in the encoding of a proof (`specs/proofs.md` 7.10): all group
//! elements, then all scalars, then the range proofs.

use super::bases::Base;
use super::shape::Shape;

/// The positions of the group elements in the proofs of a shape, counted in elements.
#[derive(Debug, Clone)]
pub(super) struct ProofLayout {
    bit_rows: usize,
    bounded: usize,
    has_claims: bool,
    has_norms: bool,
    folds: usize,
}

impl ProofLayout {
    pub(super) fn new(shape: &Shape) -> Self {
        Self {
            bit_rows: shape.bit_rows(),
            bounded: shape
                .claims()
                .filter(|(_, claim)| claim.bound().is_some())
                .count(),
            has_claims: shape.has_claims(),
            has_norms: shape.has_norms(),
            folds: shape.folds,
        }
    }

    /// Number of bit rows, which come first.
    pub(super) fn bit_rows(&self) -> usize {
        self.bit_rows
    }

    /// `Gamma`, the commitment to the masking polynomial.
    pub(super) fn mask(&self) -> Base {
        Base::Own(self.bit_rows)
    }

    /// The commitment to the quantity of the `index`-th claim that has one.
    pub(super) fn bounded(&self, index: usize) -> Base {
        Base::Own(self.bit_rows + 1 + index)
    }

    /// Elements that are absorbed before the first challenge: bit rows, `Gamma`, quantities.
    pub(super) fn commitments(&self) -> usize {
        self.bit_rows + 1 + self.bounded
    }

    /// `Y`, the commitment to the bits at the point.
    pub(super) fn bit(&self) -> Base {
        Base::Own(self.commitments())
    }

    /// `Z_y`, the commitment to the square of what `Y` holds.
    pub(super) fn bit_square(&self) -> Base {
        Base::Own(self.commitments() + 1)
    }

    /// `X`, the commitment to the values at the point; only if there is a claim.
    pub(super) fn value(&self) -> Base {
        Base::Own(self.commitments() + 2)
    }

    /// `Z_x`, the commitment to the square of what `X` holds; only if there is a norm.
    pub(super) fn value_square(&self) -> Base {
        Base::Own(self.commitments() + 3)
    }

    /// Where the committed evaluations end and the announcements begin.
    pub(super) fn evaluations_end(&self) -> usize {
        self.commitments() + 2 + usize::from(self.has_claims) + usize::from(self.has_norms)
    }

    /// The announcement of the opened vector; those of the equations follow.
    pub(super) fn vector_announcement(&self) -> Base {
        Base::Own(self.evaluations_end())
    }

    /// The announcement of an equation.
    pub(super) fn announcement(&self, equation: usize) -> Base {
        Base::Own(self.evaluations_end() + 1 + equation)
    }

    /// Number of equations, that of the opened vector left out.
    fn equations(&self) -> usize {
        5 + usize::from(self.has_claims) + usize::from(self.has_norms)
    }

    /// Where the announcements end and the folds begin.
    pub(super) fn announcements_end(&self) -> usize {
        self.evaluations_end() + 1 + self.equations()
    }

    /// `L` and `R` of a fold.
    pub(super) fn fold(&self, fold: usize) -> (Base, Base) {
        let at = self.announcements_end() + 2 * fold;
        (Base::Own(at), Base::Own(at + 1))
    }

    /// Group elements in all.
    pub(super) fn points(&self) -> usize {
        self.announcements_end() + 2 * self.folds
    }
}
