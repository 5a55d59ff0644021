//! Unmask: the shares that remove the masks from the sum (`specs/protocol.md` 3.8).

use std::collections::BTreeMap;

use rayon::prelude::*;
use veragg_circuits::codec::{DecodeError, Reader};
use veragg_circuits::group::ristretto::{decode_key_scalar, KeyScalar, Ristretto};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::Mask;
use crate::crypto::sharing::wrong_shares;
use crate::pairwise::Breach;
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;

/// Bytes of a revealed share.
pub const SHARE_LEN: usize = 32;

/// The two secrets of a client, of which at most one is ever reconstructed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The mask secret `s_i`, of a participant that is no contributor.
    Mask,
    /// The seed `b_i`, of a contributor.
    Seed,
}

impl Secret {
    /// Which secret of a participant is reconstructed (5.8).
    pub fn to_reconstruct(is_contributor: bool) -> Self {
        if is_contributor {
            Secret::Seed
        } else {
            Secret::Mask
        }
    }

    /// The position of its commitment among the two of a dealt pair.
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

/// What a revealed share is compared with.
pub enum Against {
    /// The commitment of the dealer to this holder's share, encoded. The encoding was checked to be canonical when the share was
    /// dealt.
    Commitment([u8; 32]),
    /// Nothing: the share is not judged.
    Nothing,
    /// There is no commitment, so the share is wrong.
    Missing,
}

/// The shares that a client reveals, if all of them are right (5.8). `subjects` are the clients whose secrets are
/// reconstructed in this round. `against` says with which commitment of a dealer to this client a share is compared: to the
/// share of the secret that is reconstructed.
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    subjects: &ClientSet,
    client: ClientId,
    body: &[u8],
    against: impl Fn(ClientId) -> Against,
) -> Result<Shares, Breach> {
    let subjects = lists::holders(round.graph(), subjects, client);
    let shares = decode(body)?;
    if shares.len() != subjects.len() {
        let field = "revealed shares";
        return Err(DecodeError::Value { field }.into());
    }
    let revealed: Shares = subjects.into_iter().zip(shares).collect();
    let (mut wrong, mut of, mut commitments) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (dealer, _)) in revealed.iter().enumerate() {
        match against(*dealer) {
            Against::Commitment(commitment) => {
                of.push(index);
                commitments.push(commitment);
            }
            Against::Nothing => {}
            Against::Missing => wrong.push(index),
        }
    }
    let compared: Vec<_> = of
        .iter()
        .zip(&commitments)
        .map(|(&index, commitment)| (&revealed[index].1, commitment))
        .collect();
    let sum = |weights: &[_]| {
        let terms = Ristretto::decode_terms(commitments.as_flattened());
        let terms: Vec<_> = terms.into_iter().collect::<Option<_>>()?;
        Some(Ristretto::sum_of_terms(weights, &terms))
    };
    wrong.extend(wrong_shares(&compared, sum).into_iter().map(|at| of[at]));
    wrong.sort_unstable();
    let wrong: Shares = wrong.into_iter().map(|index| revealed[index]).collect();
    Rule::RevealedShare.require(wrong.is_empty(), || Breach::Shares(wrong))?;
    Ok(revealed)
}

/// The inverses of the masks in the sum of the contributors' vectors (3.8): of the self-mask of every contributor, and
/// of the pairwise masks between contributors and other participants. To add them removes the masks. Cost: one
/// multiplication for each edge. The error is a client whose secret or key is missing.
pub fn masks_in_sum<P: ProofSystem>(
    round: &Round<P>,
    (participants, contributors): (&ClientSet, &ClientSet),
    seeds: &BTreeMap<ClientId, KeyScalar>,
    masks: &BTreeMap<ClientId, KeyScalar>,
    key: impl Fn(ClientId) -> Option<EncodedPoint> + Sync,
) -> Result<Vec<Mask>, ClientId> {
    let context = round.context();
    let of = |client: ClientId| -> Result<Vec<Mask>, ClientId> {
        if contributors.contains(client) {
            let seed = seeds.get(&client).ok_or(client)?;
            return Ok(vec![Mask::of_seed(context, client, seed).inverse()]);
        }
        let secret = masks.get(&client).ok_or(client)?;
        // The absent client would have added the inverse of the mask that is in the sum.
        let edge = |other| {
            let point = *key(other).ok_or(other)? * secret;
            Ok(Mask::of_point(context, client, other, &point))
        };
        let others = lists::holders(round.graph(), contributors, client);
        others.into_iter().map(edge).collect()
    };
    let participants: Vec<_> = participants.iter().collect();
    let masks: Vec<_> = participants.into_par_iter().map(of).collect();
    // The first error in the order of the clients, so that the result does not depend on the threads.
    let masks = masks.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(masks.into_iter().flatten().collect())
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the one part of a message of unmask. `subjects` are the clients whose secrets are reconstructed: all
    /// participants, or in a further round the clients that left in the round before.
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
        assert_eq!(Secret::to_reconstruct(true), Secret::Seed);
        assert_eq!(Secret::to_reconstruct(false), Secret::Mask);
        assert_ne!(Secret::Seed.index(), Secret::Mask.index());
    }
}
