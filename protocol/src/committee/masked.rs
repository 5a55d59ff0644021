//! Masked rows: whether they are values of the committed polynomials under the committed pads (`specs/committee.md` 3.1, 4.1).

use merlin::Transcript;
use veragg_circuits::ark_ff::{One, Zero};
use veragg_circuits::bad_ones::bad_ones_in_chunks;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::pads::{commit_public, generators};
use super::parts::{MaskedPlace, Parts, SALT_LEN};
use super::round::Round;
use super::submit::Shared;
use crate::crypto::hash::Digest;
use crate::crypto::ids::TrusteeId;
use crate::crypto::keys::short_weight;
use crate::crypto::labels;
use crate::rule::CommitteeRule;

/// How many submissions are checked together.
const TOGETHER: usize = 64;

/// The scalars of a masked row, from its part.
pub fn decode<G: Group>(part: &[u8], parts: &Parts) -> Result<Vec<G::Scalar>, DecodeError> {
    let field = "masked row";
    let scalars = part.get(SALT_LEN..).ok_or(DecodeError::Value { field })?;
    G::decode_scalars(scalars, parts.row_scalars(), field)
}

/// Whether one masked row keeps its equation, given the commitments `Chat` to all rows. Cost: one multi-scalar multiplication over
/// `C + q + 2` points.
#[must_use]
pub fn holds<P: ProofSystem>(
    round: &Round<P>,
    committed: &[<P::Group as Group>::Point],
    shared: &Shared<P>,
    place: MaskedPlace,
    masked: &[<P::Group as Group>::Scalar],
) -> bool {
    let parts = round.parts();
    let (rows, drawn) = round.coefficients().at(place.trustee, parts);
    let packed = rows.len();
    let first = place.block * packed;
    let committed = &committed[first..first + packed];
    // Those of the first trustees, and the own one on the other side of the equation.
    let first = (0..drawn.len()).map(TrusteeId::from_index);
    let pads: Vec<_> = first
        .chain([place.trustee])
        .map(|trustee| shared.pads_of(trustee, parts)[place.block])
        .collect();
    let own = -<P::Group as Group>::Scalar::one();
    let right =
        P::Group::msm(rows, committed) + P::Group::sum_of_terms(&[drawn, &[own]].concat(), &pads);
    commit_public(round.proofs().key(), masked) == right
}

/// A submission with its masked rows.
#[derive(Debug)]
pub struct Masked<'a, P: ProofSystem> {
    /// The entry of the message.
    pub entry: Digest,
    /// What it shares.
    pub shared: &'a Shared<P>,
    /// The scalars of all masked rows, in the order of the parts.
    pub rows: Vec<Vec<<P::Group as Group>::Scalar>>,
}

/// The indices of the submissions with a masked row that breaks its equation, in order. Cost: one multi-scalar multiplication with
/// `R + m B` points for each submission.
pub fn failing<P: ProofSystem>(round: &Round<P>, batch: &[Masked<'_, P>]) -> Vec<usize> {
    bad_ones_in_chunks(batch.len(), TOGETHER, |part| {
        CommitteeRule::MaskedRows.holds(all_hold(round, &batch[part]))
    })
}

/// The first masked row of a submission that breaks its equation.
pub fn first_bad<P: ProofSystem>(round: &Round<P>, masked: &Masked<'_, P>) -> Option<MaskedPlace> {
    let committed = round.proofs().rows(&masked.shared.proof);
    let mut places = round.parts().places().zip(&masked.rows);
    places
        .find(|(place, row)| !holds(round, &committed, masked.shared, *place, row))
        .map(|(place, _)| place)
}

/// Whether all equations of these submissions hold, each times its weight, added up (4.1).
fn all_hold<P: ProofSystem>(round: &Round<P>, batch: &[Masked<'_, P>]) -> bool {
    type Scalar<P> = <<P as ProofSystem>::Group as Group>::Scalar;
    let (parts, coefficients) = (round.parts(), round.coefficients());
    let (packed, blocks) = (parts.shape().packed() as usize, parts.blocks());
    let mut transcript = Transcript::new(labels::SHARING_BATCH.as_bytes());
    transcript.append_message(b"context", &round.context().digest);
    for masked in batch {
        transcript.append_message(b"submission", &masked.entry);
    }
    let mut columns = vec![Scalar::<P>::zero(); parts.row_scalars()];
    let (mut scalars, mut points) = (Vec::new(), Vec::new());
    let (mut weights, mut pads) = (Vec::new(), Vec::new());
    for Masked { shared, rows, .. } in batch {
        let committed = round.proofs().rows(&shared.proof);
        let mut of_rows = vec![Scalar::<P>::zero(); committed.len()];
        let mut of_pads = vec![Scalar::<P>::zero(); shared.pads.len()];
        for (place, row) in parts.places().zip(rows) {
            let weight = Scalar::<P>::from(short_weight(&mut transcript));
            for (sum, value) in columns.iter_mut().zip(row) {
                *sum += weight * value;
            }
            let MaskedPlace { trustee, block } = place;
            let (lambda, mu) = coefficients.at(trustee, parts);
            for (sum, lambda) in of_rows[block * packed..].iter_mut().zip(lambda) {
                *sum -= weight * lambda;
            }
            for (s, mu) in mu.iter().enumerate() {
                of_pads[s * blocks + block] -= weight * mu;
            }
            of_pads[trustee.index() * blocks + block] += weight;
        }
        scalars.extend(of_rows);
        points.extend(committed);
        weights.extend(of_pads);
        pads.extend(&shared.pads);
    }
    scalars.extend(columns);
    points.extend(generators(round.proofs().key()));
    let sum = P::Group::msm(&scalars, &points) + P::Group::sum_of_terms(&weights, &pads);
    sum == P::Group::identity()
}
