//! The parts of a submission: how many, how long, and where (`specs/committee.md` 5.2); and the lengths of the parts of other messages.

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::Sizes;

use crate::crypto::ids::TrusteeId;
use crate::crypto::possession::Claimed;
use crate::round::committee::shape::Shape;

/// Bytes of a salt.
pub const SALT_LEN: usize = 32;

/// Bytes of part 1: a submission key with its proof of possession.
pub const KEY_LEN: usize = Claimed::LEN;

/// Bytes of a complaint, which is one part of a message of check.
pub const COMPLAINT_LEN: usize = 4 + 4 + 32 + 64;

/// What follows from configuration and suite about the parts of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    shape: Shape,
    proof_len: usize,
    /// Bytes of an encoded commitment.
    point_len: usize,
    /// Bytes of an encoded scalar.
    scalar_len: usize,
    /// `C`.
    columns: usize,
    /// `B`.
    blocks: usize,
}

/// Where a masked row belongs: to which trustee, and to which block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaskedPlace {
    /// `j`, above `T`.
    pub trustee: TrusteeId,
    /// `b`, from 0.
    pub block: usize,
}

impl Parts {
    /// The parts in a suite with the group `G`; nothing if `p` does not divide the rows.
    pub fn new<G: Group>(shape: Shape, sizes: &Sizes) -> Option<Self> {
        let (rows, packed) = (sizes.layout.rows(), shape.packed() as usize);
        (rows.is_multiple_of(packed)).then(|| Self {
            shape,
            proof_len: sizes.proof_len,
            point_len: G::POINT_LEN,
            scalar_len: G::SCALAR_LEN,
            columns: sizes.layout.columns(),
            blocks: rows / packed,
        })
    }

    /// The parts of a submission of ristretto255 with these numbers.
    #[cfg(test)]
    pub(crate) fn of_numbers(
        shape: Shape,
        proof_len: usize,
        columns: usize,
        blocks: usize,
    ) -> Self {
        Self {
            shape,
            proof_len,
            point_len: 32,
            scalar_len: 32,
            columns,
            blocks,
        }
    }

    /// The numbers of the committee.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// `B`, the blocks into which the rows are divided.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// `C + 1`, scalars of a row with its blinding.
    pub fn row_scalars(&self) -> usize {
        self.columns + 1
    }

    /// Parts that stand on the board: proof, submission key, and the pads of each trustee.
    pub fn public(&self) -> usize {
        2 + self.shape.trustees() as usize
    }

    /// `N`, all parts.
    pub fn count(&self) -> usize {
        self.public() + self.shape.masked() as usize * self.blocks
    }

    /// Bytes of the commitments to the pads of one trustee.
    pub fn pads_len(&self) -> usize {
        self.blocks * self.point_len
    }

    /// Bytes of a masked row with its salt.
    pub fn masked_len(&self) -> usize {
        SALT_LEN + self.row_scalars() * self.scalar_len
    }

    /// Bytes of an opening.
    pub fn opening_len(&self) -> usize {
        self.blocks * self.row_scalars() * self.scalar_len
    }

    /// The lengths of the parts that stand on the board.
    pub fn public_lengths(&self) -> Vec<usize> {
        let pads = std::iter::repeat_n(self.pads_len(), self.shape.trustees() as usize);
        [self.proof_len, KEY_LEN].into_iter().chain(pads).collect()
    }

    /// The lengths of all parts.
    pub fn lengths(&self) -> Vec<usize> {
        let mut lengths = self.public_lengths();
        lengths.resize(self.count(), self.masked_len());
        lengths
    }

    /// Bytes of the parts that stand on the board.
    pub fn public_len(&self) -> usize {
        self.proof_len + KEY_LEN + self.shape.trustees() as usize * self.pads_len()
    }

    /// Bytes of the whole body, in 64 bits: the caller compares them with what a message can hold.
    pub fn body_len(&self) -> u64 {
        let masked = u64::from(self.shape.masked()) * self.blocks as u64;
        self.public_len() as u64 + masked * self.masked_len() as u64
    }

    /// The position of a trustee's pads.
    pub fn pads_at(&self, trustee: TrusteeId) -> usize {
        2 + trustee.index()
    }

    /// The position of a masked row.
    pub fn masked_at(&self, place: MaskedPlace) -> usize {
        let behind = place.trustee.index() - self.shape.drawn() as usize;
        self.public() + behind * self.blocks + place.block
    }

    /// The masked row at a position; nothing if another part stands there.
    pub fn place_of(&self, position: usize) -> Option<MaskedPlace> {
        let masked = position.checked_sub(self.public())?;
        (position < self.count()).then(|| MaskedPlace {
            trustee: TrusteeId::from_index(self.shape.drawn() as usize + masked / self.blocks),
            block: masked % self.blocks,
        })
    }

    /// All masked rows, in the order of the parts.
    pub fn places(&self) -> impl Iterator<Item = MaskedPlace> + '_ {
        (self.public()..self.count()).filter_map(|position| self.place_of(position))
    }
}

/// The public parts of a submission, cut.
#[derive(Debug, Clone, Copy)]
pub struct PublicParts<'a> {
    /// Commitments and proof.
    pub proof: &'a [u8],
    /// The submission key.
    pub key: &'a [u8],
    /// The pads of all trustees, one behind the other.
    pub pads: &'a [u8],
}

impl<'a> PublicParts<'a> {
    /// Cuts the first bytes of a body; nothing if there are too few.
    pub fn cut(body: &'a [u8], parts: &Parts) -> Option<Self> {
        let public = body.get(..parts.public_len())?;
        let [proof, key] = *parts.public_lengths().first_chunk()?;
        let (proof, rest) = public.split_at_checked(proof)?;
        let (key, pads) = rest.split_at_checked(key)?;
        Some(Self { proof, key, pads })
    }

    /// The pads of one trustee.
    pub fn pads_of(&self, trustee: TrusteeId, parts: &Parts) -> &'a [u8] {
        let start = trustee.index() * parts.pads_len();
        self.pads
            .get(start..start + parts.pads_len())
            .unwrap_or_default()
    }

    /// Each part, in order.
    pub fn each(&self, parts: &Parts) -> impl Iterator<Item = &'a [u8]> {
        [self.proof, self.key]
            .into_iter()
            .chain(self.pads.chunks(parts.pads_len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::committee::tests::parts;

    #[test]
    fn positions_are_those_of_the_specification() {
        for (m, t, p, rows) in [(2, 1, 1, 1), (4, 1, 2, 6), (7, 2, 3, 12), (7, 2, 1, 1)] {
            let parts = parts(m, t, p, rows);
            let (q, blocks) = (parts.shape().needed(), parts.blocks());
            let drawn = q - p;
            assert_eq!(
                parts.count(),
                (2 + m + (m - drawn) * blocks as u32) as usize
            );
            assert_eq!(
                parts.lengths().iter().sum::<usize>() as u64,
                parts.body_len()
            );
            let public: usize = parts.public_lengths().iter().sum();
            assert_eq!(public, parts.public_len());
            let mut position = parts.public();
            for j in drawn + 1..=m {
                for block in 0..blocks {
                    let trustee = TrusteeId::new(j).unwrap();
                    let place = MaskedPlace { trustee, block };
                    assert_eq!(parts.masked_at(place), position);
                    assert_eq!(parts.place_of(position), Some(place));
                    position += 1;
                }
            }
            assert_eq!(position, parts.count());
            assert_eq!(parts.place_of(position), None);
            assert_eq!(parts.place_of(parts.public() - 1), None);
            assert_eq!(parts.places().count(), parts.count() - parts.public());
            let last = TrusteeId::new(m).unwrap();
            assert_eq!(parts.pads_at(last), parts.public() - 1);
        }
    }
}
