//! Share: a client's two secrets, shared among its neighbours (`specs/protocol.md` 3.2).
//!
//! The body has one part for everybody and one for each holder, so a holder needs only its own.

use rayon::prelude::*;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::{KeyPoint, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::sealing::{SharePair, SEALED_LEN};
use crate::crypto::sharing::{CommittedShares, DegreeTest};
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
pub fn decode_head(bytes: &[u8]) -> Result<KeyPoint, DecodeError> {
    Ristretto::decode_point(bytes, "seed commitment")
}

/// A holder's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DealtPair {
    /// Commitments to the holder's share of the mask secret and of the seed.
    pub commitments: [KeyPoint; 2],
    /// The shares, sealed for the holder.
    pub sealed: Vec<u8>,
}

impl DealtPair {
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let [mask, seed] = self
            .commitments
            .map(|point| Ristretto::encode_point(&point));
        Writer::new()
            .bytes(&mask)
            .bytes(&seed)
            .bytes(&self.sealed)
            .finish()
    }

    /// Decodes a holder's part.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mask = Ristretto::read_point(&mut reader, "commitment to a share of the mask secret")?;
        let seed = Ristretto::read_point(&mut reader, "commitment to a share of the seed")?;
        let sealed = reader.bytes(SEALED_LEN, "sealed shares")?.to_vec();
        reader.finish()?;
        Ok(Self {
            commitments: [mask, seed],
            sealed,
        })
    }

    /// The two commitments of a part that was found canonical, still encoded.
    pub fn encoded_commitments(part: &[u8]) -> Option<[[u8; 32]; 2]> {
        let (mask, rest) = part.split_first_chunk()?;
        let (seed, _) = rest.split_first_chunk()?;
        Some([*mask, *seed])
    }

    /// Whether a pair of shares is the committed one. Constant time in the shares.
    #[must_use]
    pub fn commits_to(&self, pair: &SharePair) -> bool {
        self.commitments == [&pair.mask * KEY_TABLE, &pair.seed * KEY_TABLE]
    }
}

/// What a dealer committed to, and sealed, in a message that decodes.
#[derive(Debug, Clone)]
pub struct Dealt {
    /// `B_i`.
    pub seed: KeyPoint,
    /// Who holds a share, in order.
    pub holders: Vec<ClientId>,
    /// The parts of the holders.
    pub pairs: Vec<DealtPair>,
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
        Ok(Self {
            seed: decode_head(head)?,
            holders: lists::holders(round.graph(), advertised, dealer),
            pairs: pairs
                .iter()
                .map(|part| DealtPair::decode(part))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The degree test of its shares, with `mask_key` as the commitment to the mask secret. `envelope` is that of the dealer's
    /// message. Nothing if there are too few holders.
    pub fn degree_test(
        &self,
        threshold: usize,
        dealer: ClientId,
        mask_key: &KeyPoint,
        envelope: &Envelope,
    ) -> Option<DegreeTest> {
        let shares: Vec<_> = self.pairs.iter().map(|pair| pair.commitments).collect();
        let committed = CommittedShares {
            secrets: [*mask_key, self.seed],
            holders: &self.holders,
            shares: &shares,
        };
        DegreeTest::new(&committed, threshold, dealer, &envelope.dealer_message())
    }
}

/// How many dealers are tested together. With more of them the time for each hardly falls, and fewer threads would share the
/// dealers that an auditor tests at a time.
const DEALERS: usize = 16;

/// Whether the shares of dealers count (5.2): those of both secrets lie on polynomials of degree below `t`, the one of the mask
/// secret with the mask key at 0. In order. A test is nothing if there are too few holders.
pub fn judge(threshold: usize, tests: Vec<Option<DegreeTest>>) -> Vec<Result<(), Breach>> {
    let mut holds: Vec<bool> = tests.iter().map(Option::is_some).collect();
    let of: Vec<usize> = (0..tests.len()).filter(|&index| holds[index]).collect();
    let tests: Vec<DegreeTest> = tests.into_iter().flatten().collect();
    let failing: Vec<usize> = tests
        .par_chunks(DEALERS)
        .enumerate()
        .flat_map_iter(|(chunk, tests)| {
            let failing = DegreeTest::failing(tests);
            failing.into_iter().map(move |at| chunk * DEALERS + at)
        })
        .collect();
    for at in failing {
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
    use veragg_circuits::group::ristretto::KeyScalar;

    #[test]
    fn pairs_round_trip_and_commit_to_their_shares_only() {
        let (mask, seed) = (KeyScalar::from(5u64), KeyScalar::from(6u64));
        let dealt = DealtPair {
            commitments: [&mask * KEY_TABLE, &seed * KEY_TABLE],
            sealed: vec![9; SEALED_LEN],
        };
        let bytes = dealt.encode();
        assert_eq!(bytes.len(), PAIR_LEN);
        assert_eq!(DealtPair::decode(&bytes), Ok(dealt.clone()));
        assert!(DealtPair::decode(&bytes[1..]).is_err());
        assert!(DealtPair::decode(&[&[0; 32], &bytes[32..]].concat()).is_err());
        assert!(dealt.commits_to(&SharePair { mask, seed }));
        assert!(!dealt.commits_to(&SharePair {
            mask: seed,
            seed: mask
        }));
    }
}
