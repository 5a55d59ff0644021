//! Unmask: the shares that remove the masks from the sum (`specs/protocol.md` 3.8).

use crate::crypto::ids::{ClientId, ClientSet};
use crate::round::lists;
use crate::round::Round;
use veragg_circuits::codec::{DecodeError, Reader};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyScalar};
use veragg_circuits::proof_system::ProofSystem;

/// Bytes of a revealed share.
pub const SHARE_LEN: usize = 32;

/// The two secrets of a client, of which at most one is ever rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// `s_i`: of a participant that is no contributor.
    Mask,
    /// `b_i`: of a contributor.
    Seed,
}

impl Secret {
    /// Which secret of a participant is rebuilt (5.8).
    pub fn to_rebuild(is_contributor: bool) -> Self {
        if is_contributor {
            Secret::Seed
        } else {
            Secret::Mask
        }
    }

    /// The place of its commitment among a dealer's two.
    pub fn index(self) -> usize {
        match self {
            Secret::Mask => 0,
            Secret::Seed => 1,
        }
    }
}

/// Encodes revealed shares, in the order of the clients whose secrets they are of.
pub fn encode(shares: &[KeyScalar]) -> Vec<u8> {
    shares.iter().flat_map(|share| *share.as_bytes()).collect()
}

/// Decodes revealed shares that fill `bytes`.
pub fn decode(bytes: &[u8]) -> Result<Vec<KeyScalar>, DecodeError> {
    let mut reader = Reader::new(bytes);
    let mut shares = Vec::with_capacity(bytes.len() / SHARE_LEN);
    while reader.remaining() > 0 {
        let share = reader.bytes(SHARE_LEN, "revealed share")?;
        shares.push(decode_key_scalar(share, "revealed share")?);
    }
    Ok(shares)
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the one part of an unmasking, given whose secrets are rebuilt: of all participants, or
    /// in a further round of those who left.
    pub fn unmask_lengths(&self, client: ClientId, subjects: &ClientSet) -> Vec<usize> {
        let subjects = lists::holders(self.graph(), subjects, client).len();
        vec![subjects * SHARE_LEN]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revealed_shares_round_trip_and_must_be_canonical() {
        let shares = [KeyScalar::from(1u64), -KeyScalar::from(2u64)];
        let bytes = encode(&shares);
        assert_eq!(decode(&bytes), Ok(shares.to_vec()));
        assert!(decode(&bytes[1..]).is_err());
        assert!(decode(&[0xff; 32]).is_err());
    }

    #[test]
    fn a_contributor_loses_its_seed_and_nobody_both() {
        assert_eq!(Secret::to_rebuild(true), Secret::Seed);
        assert_eq!(Secret::to_rebuild(false), Secret::Mask);
        assert_ne!(Secret::Seed.index(), Secret::Mask.index());
    }
}
