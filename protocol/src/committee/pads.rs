//! Pads: the masks that a client and a trustee have in common (`specs/committee.md` 3.1).

use veragg_circuits::ark_ff::Zero;
use veragg_circuits::commitment::CommitKey;
use veragg_circuits::group::ristretto::KeyPoint;
use veragg_circuits::group::Group;
use zeroize::Zeroizing;

use super::parts::Parts;
use crate::crypto::context::Context;
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::masks::{self, Mask};

/// The pads of one client for one trustee: a row of `C + 1` scalars for each block, one behind the other. Secret.
pub type Pads<G> = Zeroizing<Vec<<G as Group>::Scalar>>;

/// The pads that follow from the Diffie-Hellman point `s_i E_j = e_j X_i`. Cost: [`Group::MASK_LEN`] bytes of ChaCha20 a
/// scalar.
pub fn of_point<G: Group>(
    context: &Context,
    client: ClientId,
    trustee: TrusteeId,
    point: &KeyPoint,
    parts: &Parts,
) -> Pads<G> {
    let count = parts.blocks() * parts.row_scalars();
    let mut pads = Zeroizing::new(vec![G::Scalar::zero(); count]);
    let mask = Mask::of_pads(context, client, trustee, point);
    masks::apply::<G>(&mut pads, std::slice::from_ref(&mask));
    pads
}

/// The pad of one block.
pub fn of_block<'a, G: Group>(
    pads: &'a [G::Scalar],
    block: usize,
    parts: &Parts,
) -> &'a [G::Scalar] {
    let row = parts.row_scalars();
    pads.get(block * row..(block + 1) * row).unwrap_or_default()
}

/// The encoded commitments `Com(pad)` to the pads of several trustees, block by block, one behind the other. Cost:
/// [`Group::encoded_sums_of_rows`].
pub fn commit<G: Group>(key: &CommitKey<G>, pads: &[Pads<G>]) -> Vec<u8> {
    let generators = generators(key);
    let rows: Vec<&[G::Scalar]> = pads
        .iter()
        .flat_map(|pads| pads.chunks(generators.len()))
        .collect();
    G::encoded_sums_of_rows(&rows, &generators)
}

/// The generators of a row with its blinding: `G_0, .., G_(C-1), H`.
pub fn generators<G: Group>(key: &CommitKey<G>) -> Vec<G::Point> {
    let columns = key.columns().iter().copied();
    columns.chain([key.blinding()]).collect()
}

/// `Com(row)` of a row that is public: its last scalar is the blinding. Cost: one multi-scalar multiplication.
pub fn commit_public<G: Group>(key: &CommitKey<G>, row: &[G::Scalar]) -> G::Point {
    match row.split_last() {
        Some((blinding, values)) => key.commit_row_vartime(values, *blinding),
        None => G::identity(),
    }
}
