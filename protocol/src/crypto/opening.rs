//! The homomorphic opening: the published scalars open the sum of the contributors' commitments
//! (`specs/protocol.md` 4.5).

use merlin::Transcript;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::transcript::TranscriptExt;

use crate::crypto::context::Context;
use crate::crypto::hash::Digest;
use crate::crypto::labels;

type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;
type Point<P> = <<P as ProofSystem>::Group as Group>::Point;

/// An opening (`Xhat`, then `rhat`: `D + R` scalars) that is read from front to back and not kept:
/// the sums of its rows under weights that were known before it. `2 R + C` scalars in memory.
///
/// All rows are checked at once, under weights hashed from the digest of everything that came
/// before: a wrong row passes with probability `1/l`.
#[derive(Debug)]
pub struct Opening<'a, P: ProofSystem> {
    proofs: &'a P,
    /// `D`: that many scalars are values, the others blindings.
    values: usize,
    weights: Vec<Scalar<P>>,
    /// `sum_rho w_rho Xhat_(rho C + c)` over what was read.
    columns: Vec<Scalar<P>>,
    /// `sum_rho w_rho rhat_rho` over what was read.
    blinding: Scalar<P>,
    read: usize,
}

impl<'a, P: ProofSystem> Opening<'a, P> {
    /// An opening of which nothing was read yet; `published` is the entry of the message that holds
    /// it (4.5, step 1).
    pub fn new(proofs: &'a P, context: &Context, published: &Digest) -> Self {
        let layout = proofs.layout();
        let mut transcript = Transcript::new(labels::OPENING.as_bytes());
        transcript.append_message(b"context", &context.digest);
        transcript.append_message(b"published", published);
        Self {
            values: layout.scalars(),
            weights: transcript.challenge_scalars::<P::Group>(b"row", layout.rows()),
            columns: vec![Scalar::<P>::zero(); layout.columns()],
            blinding: Scalar::<P>::zero(),
            read: 0,
            proofs,
        }
    }

    /// Reads the next scalar.
    pub fn push(&mut self, scalar: &Scalar<P>) {
        let columns = self.columns.len();
        let (row, sum) = match self.read.checked_sub(self.values) {
            None => (
                self.read / columns,
                self.columns.get_mut(self.read % columns),
            ),
            Some(row) => (row, Some(&mut self.blinding)),
        };
        if let (Some(weight), Some(sum)) = (self.weights.get(row), sum) {
            *sum += *weight * scalar;
        }
        self.read += 1;
    }

    /// Whether the whole opening was read, and opens the summed row commitments (4.5, step 2).
    /// Cost: one multi-scalar multiplication over `R + C + 1` points.
    #[must_use]
    pub fn opens(&self, rows: &[Point<P>]) -> bool {
        rows.len() == self.weights.len()
            && self.read == self.proofs.layout().scalars() + self.weights.len()
            && P::Group::msm(&self.weights, rows)
                == self
                    .proofs
                    .key()
                    .commit_row_vartime(&self.columns, self.blinding)
    }
}
