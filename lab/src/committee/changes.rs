//! What a corrupt client changes in the parts of its submission.
#![allow(clippy::unwrap_used)]

use veragg_protocol::circuits::group::ristretto::{Fr, Ristretto};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::parts::{MaskedPlace, SALT_LEN};
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::ids::TrusteeId;

use super::Suite;
use crate::attack::input::{add_point, commit, Position};

/// Adds to one scalar of a masked row. Nothing happens if another change has left no row there.
pub(crate) fn add_to_row(
    parts: &mut [Vec<u8>],
    round: &Round<Suite>,
    place: MaskedPlace,
    scalar: usize,
    by: Fr,
) -> Option<()> {
    let layout = round.parts();
    let row = parts.get_mut(layout.masked_at(place))?;
    let encoded = row.get(SALT_LEN..)?;
    let mut scalars =
        Ristretto::decode_scalars(encoded, layout.row_scalars(), "masked row").ok()?;
    *scalars.get_mut(scalar)? += by;
    row.truncate(SALT_LEN);
    row.extend(Ristretto::encode_scalars(&scalars));
    Some(())
}

/// Another commitment to the pad of a trustee and a block, `by` more in its first scalar, with masked rows that fit it: only the trustee
/// can see it. Nothing happens if another change has left no commitment there.
pub(crate) fn another_pad(
    parts: &mut [Vec<u8>],
    round: &Round<Suite>,
    trustee: TrusteeId,
    block: usize,
    by: Fr,
) -> Option<()> {
    let layout = round.parts();
    let length = Ristretto::POINT_LEN;
    let pads = parts.get_mut(layout.pads_at(trustee))?;
    let pad = pads.get_mut(block * length..(block + 1) * length)?;
    let old = Ristretto::decode_point(pad, "pad").ok()?;
    let shifted = old + commit(round.proofs().key(), 0, by);
    pad.copy_from_slice(&Ristretto::encode_point(&shifted));
    for place in layout.places().filter(|place| place.block == block) {
        // The row of the trustee itself moves, or, if its pad is a value of the polynomial, those of all others.
        let moved = match place.trustee == trustee {
            true => -by,
            false => {
                let (_, drawn) = round.coefficients().at(place.trustee, layout);
                drawn
                    .get(trustee.index())
                    .map_or(Fr::from(0u64), |mu| by * mu)
            }
        };
        add_to_row(parts, round, place, 0, moved)?;
    }
    Some(())
}

/// Adds `by` to a number, in the commitments and in all masked rows alike: only the proof can show it. Nothing happens if another change
/// has left no commitment there.
pub(crate) fn shift(
    parts: &mut [Vec<u8>],
    round: &Round<Suite>,
    position: &Position,
    by: Fr,
) -> Option<()> {
    let layout = round.parts();
    let added = commit(round.proofs().key(), position.column, by);
    add_point::<Suite>(parts, position.commitment, added)?;
    let columns = layout.row_scalars() - 1;
    let (row, column) = (position.scalar / columns, position.scalar % columns);
    let packed = layout.shape().packed() as usize;
    for place in layout.places().filter(|it| it.block == row / packed) {
        let (rows, _) = round.coefficients().at(place.trustee, layout);
        let moved = position.weighted(by) * rows[row % packed];
        add_to_row(parts, round, place, column, moved)?;
    }
    Some(())
}
