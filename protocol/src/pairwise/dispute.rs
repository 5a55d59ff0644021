//! Dispute: two neighbours that attested different things about the edge between them
//! (`specs/protocol.md` 3.6, 5.6).

use std::collections::{BTreeMap, BTreeSet};

use veragg_circuits::group::ristretto::KeyPoint;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::dleq::{self, Ends, Revealed};
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::Mask;
use crate::crypto::possession::Purpose;
use crate::pairwise::attest::Challenges;
use crate::pairwise::Breach;
use crate::round::graph::Graph;
use crate::round::lists;
use crate::round::Round;
use crate::rule::Rule;

/// An edge by its ends, the lower first.
pub type Edge = (ClientId, ClientId);

/// The edge between two clients.
pub fn edge(a: ClientId, b: ClientId) -> Edge {
    (a.min(b), a.max(b))
}

/// What is revealed of the edge between two clients with these mask keys.
pub fn ends<'a>(
    context: &'a Digest,
    (client, key): (ClientId, &'a KeyPoint),
    (other, other_key): (ClientId, &'a KeyPoint),
) -> Ends<'a> {
    Ends {
        context,
        purpose: Purpose::Mask,
        client,
        key,
        other,
        other_key,
    }
}

/// The mask of an edge whose point was revealed.
pub fn mask_of(context: &Digest, client: ClientId, revealed: &Revealed) -> Mask {
    Mask::of_point(context, client, revealed.other, &revealed.point)
}

/// The edges between two clients of `attested` about which they attested different things.
/// `said(i, j)` is what `i` attested about the edge to `j`, encoded, if that is known. Cost: a comparison an edge.
pub fn disputed<'a>(
    graph: &Graph,
    attested: &ClientSet,
    said: impl Fn(ClientId, ClientId) -> Option<&'a [u8]>,
) -> BTreeSet<Edge> {
    let mut edges = BTreeSet::new();
    for low in attested.iter() {
        let higher = lists::holders(graph, attested, low).into_iter();
        let higher = higher.filter(|&other| other > low);
        edges.extend(
            higher
                .filter(|&high| {
                    let both = said(low, high).zip(said(high, low));
                    both.is_some_and(|(one, other)| !Rule::EdgesAgree.holds(one == other))
                })
                .map(|high| (low, high)),
        );
    }
    edges
}

/// Disputed edges, settled as far as they were opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Who lied about an opened edge, with the edges.
    pub culprits: BTreeSet<(ClientId, Edge)>,
    /// Edges that nobody opened.
    pub unopened: BTreeSet<Edge>,
}

/// Settles disputed edges (5.6). `opened` holds what is true of those that were opened.
pub fn settle<'a>(
    disputed: &BTreeSet<Edge>,
    opened: &BTreeMap<Edge, Vec<u8>>,
    said: impl Fn(ClientId, ClientId) -> Option<&'a [u8]>,
) -> Settled {
    let is_opened = |edge: &Edge| Rule::Unopened.holds(opened.contains_key(edge));
    let mut settled = Settled {
        unopened: disputed.iter().copied().filter(|e| !is_opened(e)).collect(),
        culprits: BTreeSet::new(),
    };
    for &(low, high) in disputed {
        let Some(truth) = opened.get(&(low, high)) else {
            continue;
        };
        for (end, other) in [(low, high), (high, low)] {
            let is_true = said(end, other) == Some(truth);
            if !Rule::OpenedFalsely.holds(is_true) {
                settled.culprits.insert((end, (low, high)));
            }
        }
    }
    settled
}

impl Settled {
    /// Who is left of the attested: no client that attested falsely, none `faulty` by its own message, nor an end of an
    /// edge that nobody opened.
    pub fn contributors(&self, attested: &ClientSet, faulty: &ClientSet) -> ClientSet {
        let mut left = attested.clone();
        let ends = self.unopened.iter().flat_map(|&(low, high)| [low, high]);
        let culprits = self.culprits.iter().map(|&(culprit, _)| culprit);
        for client in ends.chain(culprits).chain(faulty.iter()) {
            left.remove(client);
        }
        left
    }

    /// Whether the client attested falsely about an opened edge.
    pub fn is_culprit(&self, client: ClientId) -> bool {
        let first = ClientId::from_index(0);
        let mut from_it = self.culprits.range((client, (first, first))..);
        from_it
            .next()
            .is_some_and(|&(culprit, _)| culprit == client)
    }
}

/// What a client opened of the disputed edges, each with what is true of it (5.6). `key` gives a client's
/// mask key, if there is one that all saw: points between others do not count, and are not judged.
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    (attested, disputed): (&ClientSet, &BTreeSet<Edge>),
    client: ClientId,
    body: &[u8],
    key: impl Fn(ClientId) -> Option<KeyPoint>,
) -> Result<Vec<(Edge, Vec<u8>)>, Breach> {
    let context = round.context();
    let others = lists::holders(round.graph(), attested, client);
    let mut truths = Vec::new();
    for revealed in dleq::decode(body, &others)? {
        let other = revealed.other;
        let (Some(mine), Some(theirs)) = (key(client), key(other)) else {
            continue;
        };
        let proven = ends(context, (client, &mine), (other, &theirs)).hold(&revealed);
        Rule::ProvenPoint.require(proven, || Breach::Point(other))?;
        let edge = edge(client, other);
        if disputed.contains(&edge) {
            let mask = mask_of(context, client, &revealed);
            truths.push((edge, challenges.commit(round, &mask).encode()));
        }
    }
    Ok(truths)
}

impl<P: ProofSystem> Round<P> {
    /// Lengths of the one part of a dispute, given who attested and the length of its body.
    pub fn dispute_lengths(
        &self,
        client: ClientId,
        attested: &ClientSet,
        body: usize,
    ) -> Vec<usize> {
        let most = lists::holders(self.graph(), attested, client).len();
        vec![dleq::body_len(body, most)]
    }
}
