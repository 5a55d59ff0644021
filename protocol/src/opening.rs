//! The homomorphic opening: the published scalars open the sum of the contributors' commitments
//! (`specs/protocol.md` 4.5).

use merlin::Transcript;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::transcript::TranscriptExt;

use crate::hash::Digest;
use crate::labels;
use crate::round::Round;

/// Whether `opening` (`Xhat`, then `rhat`: `D + R` scalars) opens the summed row commitments.
/// All rows at once, under weights hashed from `published`, the digest of everything that came
/// before: a wrong row passes with probability `1/l`. Cost: one multi-scalar multiplication over
/// `R + C + 1` points.
#[must_use]
pub fn opens<P: ProofSystem>(
    round: &Round<P>,
    rows: &[<P::Group as Group>::Point],
    opening: &[<P::Group as Group>::Scalar],
    published: &Digest,
) -> bool {
    let layout = round.layout();
    if rows.len() != layout.rows() || opening.len() != round.masked_scalars() {
        return false;
    }
    let (values, blindings) = opening.split_at(layout.scalars());
    let mut transcript = Transcript::new(labels::OPENING.as_bytes());
    transcript.append_message(b"context", round.context());
    transcript.append_message(b"published", published);
    let weights = transcript.challenge_scalars::<P::Group>(b"row", rows.len());

    let mut columns = vec![<P::Group as Group>::Scalar::zero(); layout.columns()];
    let mut blinding = <P::Group as Group>::Scalar::zero();
    for ((weight, row), rhat) in weights
        .iter()
        .zip(values.chunks_exact(layout.columns()))
        .zip(blindings)
    {
        for (column, value) in columns.iter_mut().zip(row) {
            *column += *weight * value;
        }
        blinding += *weight * rhat;
    }
    P::Group::msm(&weights, rows) == round.proofs().key().open(&columns, blinding)
}
