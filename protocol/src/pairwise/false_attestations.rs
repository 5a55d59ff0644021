//! Finds attestations that reconstructed secrets contradict (`specs/protocol.md` 3.8, 5.8).

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::encoded_point::EncodedPoint;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::Mask;
use crate::pairwise::attest::{Attested, Challenges};
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;

/// Which secret contradicts an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShownBy {
    /// The seed of the client that attested.
    Seed,
    /// The mask secret of a neighbour that does not contribute.
    Edge(ClientId),
}

/// A contradiction to an attestation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contradiction {
    /// The secret that shows the contradiction.
    pub shown_by: ShownBy,
    /// The true commitments, encoded: what the secret gives instead of the attested ones.
    pub truth: Vec<u8>,
}

/// Secrets that were reconstructed in one round of unmask, to compare attestations with.
#[derive(Debug, Clone, Copy)]
pub struct Reconstructed<'a> {
    /// Seeds of contributors.
    pub seeds: &'a [(ClientId, KeyScalar)],
    /// Mask secrets of participants that are no longer contributors.
    pub masks: &'a [(ClientId, KeyScalar)],
}

/// Finds the clients of `contributors` whose attestations the secrets contradict, each with its first contradiction.
/// `key` gives a client's mask key. Cost: one fingerprint for each seed, and for each edge between a contributor and
/// a client of `reconstructed.masks`.
pub fn find<P: ProofSystem>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    (participants, contributors): (&ClientSet, &ClientSet),
    attested: &HashMap<ClientId, Attested>,
    reconstructed: Reconstructed<'_>,
    key: impl Fn(ClientId) -> Option<EncodedPoint> + Sync,
) -> BTreeMap<ClientId, Contradiction> {
    let context = round.context();
    let compare = |rule: Rule, claimed: &[u8], shown_by: ShownBy, mask: &Mask| {
        let truth = challenges.commit(round, mask).encode();
        let is_true = rule.holds(claimed == truth);
        (!is_true).then_some(Contradiction { shown_by, truth })
    };
    let of_seeds = reconstructed.seeds.par_iter().filter_map(|(client, seed)| {
        let claimed = attested.get(client)?;
        let mask = Mask::of_seed(context, *client, seed);
        Some((
            *client,
            compare(Rule::TrueOwn, &claimed.own, ShownBy::Seed, &mask)?,
        ))
    });
    let edges: Vec<_> = reconstructed
        .masks
        .iter()
        .flat_map(|(gone, secret)| {
            lists::holders(round.graph(), contributors, *gone)
                .into_iter()
                .map(move |client| (client, *gone, secret))
        })
        .collect();
    let of_edges = edges.par_iter().filter_map(|(client, gone, secret)| {
        let neighbours = lists::holders(round.graph(), participants, *client);
        let claimed = attested.get(client)?.towards(&neighbours, *gone)?;
        let mask = Mask::of_point(context, *client, *gone, &(*key(*client)? * *secret));
        Some((
            *client,
            compare(Rule::TrueEdge, claimed, ShownBy::Edge(*gone), &mask)?,
        ))
    });
    let mut found: Vec<_> = of_seeds.chain(of_edges).collect();
    // Sorted descending, so the map keeps each client's smallest.
    found.par_sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().collect()
}
