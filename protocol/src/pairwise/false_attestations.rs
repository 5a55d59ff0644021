//! Finds attestations that rebuilt secrets contradict (`specs/protocol.md` 3.8, 5.8).

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use veragg_circuits::group::ristretto::{KeyPoint, KeyScalar};
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::Mask;
use crate::pairwise::attest::{Attested, Challenges};
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;

/// Which secret contradicts an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShownBy {
    /// The own seed of whoever attested.
    Seed,
    /// The mask secret of a neighbour that does not contribute.
    Edge(ClientId),
}

/// What contradicts an attestation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contradiction {
    /// The secret that shows it.
    pub shown_by: ShownBy,
    /// What the secret gives in place of what was attested.
    pub truth: Vec<u8>,
}

/// Secrets that were rebuilt in one round of unmask, by which somebody is judged.
#[derive(Debug, Clone, Copy)]
pub struct Rebuilt<'a> {
    /// Seeds of contributors.
    pub seeds: &'a [(ClientId, KeyScalar)],
    /// Mask secrets of participants that contribute no more.
    pub masks: &'a [(ClientId, KeyScalar)],
}

/// Finds everybody among `contributors` whose attestation the secrets show to be false, and of each the
/// contradiction that the first of them shows. `key` gives a client's mask key. Cost: a fingerprint for each seed,
/// and for each edge between a contributor and a client of `rebuilt.masks`.
pub fn find<P: ProofSystem>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    (participants, contributors): (&ClientSet, &ClientSet),
    attested: &HashMap<ClientId, Attested>,
    rebuilt: Rebuilt<'_>,
    key: impl Fn(ClientId) -> Option<KeyPoint> + Sync,
) -> BTreeMap<ClientId, Contradiction> {
    let context = round.context();
    let compare = |rule: Rule, said: &[u8], shown_by: ShownBy, mask: &Mask| {
        let truth = challenges.commit(round, mask).encode();
        let is_true = rule.holds(said == truth);
        (!is_true).then_some(Contradiction { shown_by, truth })
    };
    let of_seeds = rebuilt.seeds.par_iter().filter_map(|(client, seed)| {
        let said = attested.get(client)?;
        let mask = Mask::of_seed(context, *client, seed);
        Some((
            *client,
            compare(Rule::TrueOwn, &said.own, ShownBy::Seed, &mask)?,
        ))
    });
    let edges: Vec<_> = rebuilt
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
        let said = attested.get(client)?.towards(&neighbours, *gone)?;
        let mask = Mask::of_point(context, *client, *gone, &(key(*client)? * *secret));
        Some((
            *client,
            compare(Rule::TrueEdge, said, ShownBy::Edge(*gone), &mask)?,
        ))
    });
    let mut found: Vec<_> = of_seeds.chain(of_edges).collect();
    // Sorted descending, so the map keeps each client's smallest.
    found.par_sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().collect()
}
