//! Open: the sums of pads that trustees open, and the sums of rows that follow (`specs/committee.md` 3.4, 3.5).

use merlin::Transcript;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::transcript::TranscriptExt;

use super::interpolation::{coefficients, of_row, of_trustee};
use super::pads::commit_public;
use super::parts::Parts;
use super::round::Round;
use crate::crypto::hash::Digest;
use crate::crypto::ids::TrusteeId;
use crate::crypto::labels;

/// The scalars of an opening: `S_(j,b)` for each block.
pub fn decode<G: Group>(body: &[u8], parts: &Parts) -> Result<Vec<G::Scalar>, DecodeError> {
    let count = parts.blocks() * parts.row_scalars();
    G::decode_scalars(body, count, "opening")
}

/// Whether an opening opens the sums of the commitments to the pads, which are given for each block (4.2). `entry` is that of its
/// message. Cost: one multi-scalar multiplication over `B + C + 1` points.
#[must_use]
pub fn holds<P: ProofSystem>(
    round: &Round<P>,
    entry: &Digest,
    opening: &[<P::Group as Group>::Scalar],
    sums: &[<P::Group as Group>::Point],
) -> bool {
    let parts = round.parts();
    let mut transcript = Transcript::new(labels::COMMITTEE_OPENING.as_bytes());
    transcript.append_message(b"context", &round.context().digest);
    transcript.append_message(b"opening", entry);
    let weights = transcript.challenge_scalars::<P::Group>(b"block", parts.blocks());
    let row = parts.row_scalars();
    if opening.len() != row * parts.blocks() || sums.len() != parts.blocks() {
        return false;
    }
    let mut combined = vec![<P::Group as Group>::Scalar::zero(); row];
    for (weight, block) in weights.iter().zip(opening.chunks(row)) {
        for (sum, scalar) in combined.iter_mut().zip(block) {
            *sum += *weight * scalar;
        }
    }
    commit_public(round.proofs().key(), &combined) == P::Group::msm(&weights, sums)
}

/// The sums of the rows, blindings among them, from `q` values of each polynomial: `(j, F_b(j) for each block)`. Rows come in order,
/// each with its `C` values and, last, its blinding. Nothing if there are fewer than `q` values.
pub fn reconstruct<G: Group>(
    values: &[(TrusteeId, Vec<G::Scalar>)],
    parts: &Parts,
) -> Option<Vec<Vec<G::Scalar>>> {
    let needed = parts.shape().needed() as usize;
    let values = values.get(..needed)?;
    let points: Vec<G::Scalar> = values
        .iter()
        .map(|(trustee, _)| of_trustee(trustee.number()))
        .collect();
    let packed = 0..parts.shape().packed();
    let at: Vec<Vec<G::Scalar>> = packed.map(|k| coefficients(&points, of_row(k))).collect();
    let row = parts.row_scalars();
    let blocks = (0..parts.blocks()).flat_map(|block| {
        let range = block * row..(block + 1) * row;
        at.iter().map(move |coefficients| {
            let mut sum = vec![G::Scalar::zero(); row];
            for (coefficient, (_, value)) in coefficients.iter().zip(values) {
                for (sum, scalar) in sum.iter_mut().zip(&value[range.clone()]) {
                    *sum += *coefficient * scalar;
                }
            }
            sum
        })
    });
    Some(blocks.collect())
}
