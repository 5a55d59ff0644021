//! Unmask: the shares that remove the masks from the sum (`specs/protocol.md` 3.8).

use std::collections::BTreeMap;

use rayon::prelude::*;
use veragg_circuits::codec::{DecodeError, Reader};
use veragg_circuits::group::ristretto::{
    decode_key_scalar, KeyPoint, KeyScalar, Ristretto, KEY_TABLE,
};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::Mask;
use crate::pairwise::Breach;
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;

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

/// Pairs of a client and a share. The client is the dealer or the holder: each use says which.
pub type Shares = Vec<(ClientId, KeyScalar)>;

/// Whether a share is the one of this commitment, encoded. The encoding was found canonical when it was
/// dealt: to compare it is cheaper than to decode it again.
#[must_use]
pub fn is_committed(share: &KeyScalar, commitment: &[u8; 32]) -> bool {
    Ristretto::encode_point(&(share * KEY_TABLE)) == commitment
}

/// The shares that a client reveals, if every one of them is right (5.8). `subjects` are those whose secrets
/// are rebuilt in this round. `is_right` says of a dealer's share whether it is the one that the dealer
/// committed to for this client ([`is_committed`]), of the secret that is rebuilt.
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    subjects: &ClientSet,
    client: ClientId,
    body: &[u8],
    is_right: impl Fn(ClientId, &KeyScalar) -> bool + Sync,
) -> Result<Shares, Breach> {
    let subjects = lists::holders(round.graph(), subjects, client);
    let shares = decode(body)?;
    if shares.len() != subjects.len() {
        let field = "revealed shares";
        return Err(DecodeError::Value { field }.into());
    }
    let revealed: Shares = subjects.into_iter().zip(shares).collect();
    let wrong: Shares = revealed
        .par_iter()
        .filter(|(dealer, share)| !is_right(*dealer, share))
        .copied()
        .collect();
    Rule::RevealedShare.require(wrong.is_empty(), || Breach::Shares(wrong))?;
    Ok(revealed)
}

/// The masks that stand in the sum of the contributors' vectors, as they are to be added to take them
/// away (3.8): the seed of every contributor, and the edges between contributors and other participants.
/// Cost: a multiplication an edge. The error names a client whose secret or key is missing.
pub fn masks_in_sum<P: ProofSystem>(
    round: &Round<P>,
    (participants, contributors): (&ClientSet, &ClientSet),
    seeds: &BTreeMap<ClientId, KeyScalar>,
    masks: &BTreeMap<ClientId, KeyScalar>,
    key: impl Fn(ClientId) -> Option<KeyPoint> + Sync,
) -> Result<Vec<Mask>, ClientId> {
    let context = round.context();
    let of = |client: ClientId| -> Result<Vec<Mask>, ClientId> {
        if contributors.contains(client) {
            let seed = seeds.get(&client).ok_or(client)?;
            return Ok(vec![Mask::of_seed(context, client, seed).inverse()]);
        }
        let secret = masks.get(&client).ok_or(client)?;
        // The edge as the absent client would have added it is the inverse of what stands there.
        let edge = |other| {
            let point = key(other).ok_or(other)? * secret;
            Ok(Mask::of_point(context, client, other, &point))
        };
        let others = lists::holders(round.graph(), contributors, client);
        others.into_iter().map(edge).collect()
    };
    let participants: Vec<_> = participants.iter().collect();
    let masks: Vec<_> = participants.into_par_iter().map(of).collect();
    // The first error in the order of the clients, whichever thread was faster.
    let masks = masks.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(masks.into_iter().flatten().collect())
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
