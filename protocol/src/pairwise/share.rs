//! Share: a client's two secrets, shared among its neighbours (`specs/protocol.md` 3.2).
//!
//! The body has one part for everybody and one for each holder, so a holder needs only its own.

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, Term, KEY_TABLE};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::Zeroizing;

use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::sealing::{SharePair, SEALED_LEN};
use crate::crypto::sharing::{wrong_shares, CommittedShares, DegreeTest};
use crate::pairwise::Breach;
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::message::Envelope;

/// Bytes of the first part: `B_i`.
pub const HEAD_LEN: usize = 32;
/// Bytes of a holder's part: two commitments and the sealed pair.
pub const PAIR_LEN: usize = 2 * 32 + SEALED_LEN;

/// The first part: the commitment `B_i = b_i G` to the self-mask seed.
pub fn decode_head(bytes: &[u8]) -> Result<EncodedPoint, DecodeError> {
    let mut reader = Reader::new(bytes);
    let seed = EncodedPoint::read(&mut reader, "seed commitment")?;
    reader.finish()?;
    Ok(seed)
}

/// A holder's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealtPair {
    /// Commitments to the holder's share of the mask secret and of the seed.
    pub commitments: [EncodedPoint; 2],
    /// The shares, sealed for the holder.
    pub sealed: Vec<u8>,
}

impl DealtPair {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let [mask, seed] = &self.commitments;
        Writer::new()
            .bytes(mask.as_bytes())
            .bytes(seed.as_bytes())
            .bytes(&self.sealed)
            .finish()
    }

    /// Decodes a holder's part.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mask = EncodedPoint::read(&mut reader, "commitment to a share of the mask secret")?;
        let seed = EncodedPoint::read(&mut reader, "commitment to a share of the seed")?;
        let sealed = reader.bytes(SEALED_LEN, "sealed shares")?.to_vec();
        reader.finish()?;
        Ok(Self {
            commitments: [mask, seed],
            sealed,
        })
    }

    /// The two commitments of a part, still encoded; nothing for a part of another length.
    pub fn encoded_commitments(part: &[u8]) -> Option<[[u8; 32]; 2]> {
        let (mask, rest) = part.split_first_chunk()?;
        let (seed, sealed) = rest.split_first_chunk()?;
        (sealed.len() == SEALED_LEN).then_some([*mask, *seed])
    }

    /// Whether a pair of shares is the committed one. Constant time in the shares.
    #[must_use]
    pub fn commits_to(&self, pair: &SharePair) -> bool {
        let [mask, seed] = &self.commitments;
        [**mask, **seed] == [&pair.mask * KEY_TABLE, &pair.seed * KEY_TABLE]
    }
}

/// The commitments to pairs of shares, in order. Constant time in the shares.
pub fn commit(pairs: &[SharePair]) -> Vec<[EncodedPoint; 2]> {
    // Doubles are encoded together, which is cheaper. So this computes the halves first.
    let half = KeyScalar::from(2u64).invert();
    let halves: Vec<KeyPoint> = pairs
        .iter()
        .flat_map(|pair| [&pair.mask, &pair.seed])
        .map(|share| &*Zeroizing::new(share * half) * KEY_TABLE)
        .collect();
    EncodedPoint::doubles(&halves).as_chunks().0.to_vec()
}

/// The indices of all pairs of shares that are not the committed ones, in order. Time and cost: see
/// [`wrong_shares`].
pub fn wrong_pairs(pairs: &[(&DealtPair, &SharePair)]) -> Vec<usize> {
    let both = pairs.iter().flat_map(|(dealt, pair)| {
        let [mask, seed] = &dealt.commitments;
        [(&pair.mask, mask), (&pair.seed, seed)]
    });
    let (shares, points): (Vec<_>, Vec<KeyPoint>) = both
        .map(|(share, commitment)| ((share, commitment.as_bytes()), **commitment))
        .unzip();
    let wrong = wrong_shares(&shares, |weights| Some(Ristretto::msm(weights, &points)));
    let mut wrong: Vec<usize> = wrong.into_iter().map(|at| at / 2).collect();
    wrong.dedup();
    wrong
}

/// What a dealer committed to, in a message that decodes.
#[derive(Debug, Clone)]
pub struct Dealt {
    /// `B_i`.
    pub seed: EncodedPoint,
    /// Who holds a share, in order.
    pub holders: Vec<ClientId>,
    /// The commitments to the shares of the holders, encoded.
    pub commitments: Vec<[[u8; 32]; 2]>,
    /// The same, decoded.
    terms: Vec<Term>,
}

impl Dealt {
    /// Decodes the parts of a dealer's message. `advertised` are those among whom it had to share.
    pub fn decode<P: ProofSystem>(
        round: &Round<P>,
        advertised: &ClientSet,
        dealer: ClientId,
        parts: &[&[u8]],
    ) -> Result<Self, Breach> {
        let wrong = DecodeError::Value { field: "parts" };
        let (head, pairs) = parts.split_first().ok_or(wrong)?;
        let seed = decode_head(head)?;
        let commitments: Vec<[[u8; 32]; 2]> = pairs
            .iter()
            .map(|part| DealtPair::encoded_commitments(part).ok_or(wrong))
            .collect::<Result<_, _>>()?;
        let decoded = Ristretto::decode_terms(commitments.as_flattened().as_flattened());
        if let Some(at) = decoded.iter().position(Option::is_none) {
            // This says what is wrong with it.
            DealtPair::decode(pairs[at / 2])?;
            return Err(wrong.into());
        }
        Ok(Self {
            seed,
            holders: lists::holders(round.graph(), advertised, dealer),
            commitments,
            terms: decoded.into_iter().flatten().collect(),
        })
    }

    /// The degree test of its shares, with `mask_key` as the commitment to the mask secret. `envelope` is that of the dealer's
    /// message. Nothing if there are too few holders.
    pub fn degree_test(
        &self,
        threshold: usize,
        dealer: ClientId,
        mask_key: &EncodedPoint,
        envelope: &Envelope,
    ) -> Option<DegreeTest> {
        let secrets = [*mask_key.as_bytes(), *self.seed.as_bytes()];
        let secrets = Ristretto::decode_terms(secrets.as_flattened());
        let mut terms: Vec<Term> = secrets.into_iter().collect::<Option<_>>()?;
        terms.extend_from_slice(&self.terms);
        let committed = CommittedShares {
            mask_key,
            holders: &self.holders,
            points: terms.as_chunks().0,
        };
        DegreeTest::new(&committed, threshold, dealer, &envelope.dealer_message())
    }
}

/// Whether the shares of dealers count (5.2): those of both secrets lie on polynomials of degree below `t`, the one of the mask
/// secret with the mask key at 0. In order. A test is nothing if there are too few holders.
pub fn judge(threshold: usize, tests: Vec<Option<DegreeTest>>) -> Vec<Result<(), Breach>> {
    let mut holds: Vec<bool> = tests.iter().map(Option::is_some).collect();
    let of: Vec<usize> = (0..tests.len()).filter(|&index| holds[index]).collect();
    let tests: Vec<DegreeTest> = tests.into_iter().flatten().collect();
    for at in DegreeTest::failing(&tests) {
        holds[of[at]] = false;
    }
    let judge = |holds| Rule::Degree.require(holds, || Breach::Degree { threshold });
    holds.into_iter().map(judge).collect()
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the parts of a client's shares, given who advertised.
    pub fn share_lengths(&self, client: ClientId, advertised: &ClientSet) -> Vec<usize> {
        let holders = lists::holders(self.graph(), advertised, client).len();
        std::iter::once(HEAD_LEN)
            .chain(std::iter::repeat_n(PAIR_LEN, holders))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_round_trip_and_commit_to_their_shares_only() {
        let (mask, seed) = (KeyScalar::from(5u64), KeyScalar::from(6u64));
        let pair = SharePair { mask, seed };
        let dealt = DealtPair {
            commitments: commit(std::slice::from_ref(&pair))[0],
            sealed: vec![9; SEALED_LEN],
        };
        let bytes = dealt.encode();
        assert_eq!(bytes.len(), PAIR_LEN);
        assert_eq!(DealtPair::decode(&bytes), Ok(dealt.clone()));
        assert!(DealtPair::decode(&bytes[1..]).is_err());
        assert!(DealtPair::decode(&[&[0; 32], &bytes[32..]].concat()).is_err());
        let swapped = SharePair {
            mask: seed,
            seed: mask,
        };
        assert!(dealt.commits_to(&pair));
        assert!(!dealt.commits_to(&swapped));
        assert_eq!(wrong_pairs(&[(&dealt, &pair); 3]), [0usize; 0]);
        assert_eq!(wrong_pairs(&[(&dealt, &pair), (&dealt, &swapped)]), [1]);
    }
}
