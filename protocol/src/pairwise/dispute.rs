//! Dispute: two neighbours that attested different commitments to the mask between them
//! (`specs/protocol.md` 3.6, 5.6).

use std::collections::{BTreeMap, BTreeSet};

use veragg_circuits::group::ristretto::KeyPoint;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::context::Context;
use crate::crypto::dleq::{self, Ends, Revealed};
use crate::crypto::encoded_point::EncodedPoint;
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

/// The two ends of an edge, whose Diffie-Hellman point either of them can reveal. The keys are their mask keys.
pub fn ends<'a>(
    context: &'a Context,
    (client, key): (ClientId, &'a KeyPoint),
    (other, other_key): (ClientId, &'a KeyPoint),
) -> Ends<'a> {
    Ends {
        context,
        purpose: Purpose::Mask,
        revealer: client.number(),
        key,
        other,
        other_key,
    }
}

/// The mask of an edge whose point was revealed.
pub fn mask_of(context: &Context, client: ClientId, revealed: &Revealed) -> Mask {
    Mask::of_point(context, client, revealed.other, &revealed.point)
}

/// The disputed edges: both ends are in `attested`, and attested different commitments. `claim(i, j)` gives the
/// commitments that `i` attested for the edge to `j`, encoded, if they are known. Cost: one comparison for each edge.
pub fn disputed<'a>(
    graph: &Graph,
    attested: &ClientSet,
    claim: impl Fn(ClientId, ClientId) -> Option<&'a [u8]>,
) -> BTreeSet<Edge> {
    let mut edges = BTreeSet::new();
    for low in attested.iter() {
        let higher = lists::holders(graph, attested, low).into_iter();
        let higher = higher.filter(|&other| other > low);
        edges.extend(
            higher
                .filter(|&high| {
                    let both = claim(low, high).zip(claim(high, low));
                    both.is_some_and(|(one, other)| !Rule::EdgesAgree.holds(one == other))
                })
                .map(|high| (low, high)),
        );
    }
    edges
}

/// The result of dispute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Clients with a false attestation to an opened edge, each with the edge.
    pub culprits: BTreeSet<(ClientId, Edge)>,
    /// Disputed edges that neither end opened.
    pub unopened: BTreeSet<Edge>,
}

/// Settles disputed edges (5.6). `opened` holds the true commitments of the opened edges, encoded. `claim` is that of
/// [`disputed`].
pub fn settle<'a>(
    disputed: &BTreeSet<Edge>,
    opened: &BTreeMap<Edge, Vec<u8>>,
    claim: impl Fn(ClientId, ClientId) -> Option<&'a [u8]>,
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
            let is_true = claim(end, other) == Some(truth);
            if !Rule::OpenedFalsely.holds(is_true) {
                settled.culprits.insert((end, (low, high)));
            }
        }
    }
    settled
}

impl Settled {
    /// The contributors: the clients of `attested` without those that attested falsely, those that are `faulty` by
    /// their own message, and both ends of each unopened edge.
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

/// The disputed edges that a client opened, each with its true commitments (5.6). `key` gives a client's mask key;
/// nothing if the client has equivocated about it. Then points with that client do not count, and are not judged.
pub fn judge<P: ProofSystem>(
    round: &Round<P>,
    challenges: &Challenges<P>,
    (attested, disputed): (&ClientSet, &BTreeSet<Edge>),
    client: ClientId,
    body: &[u8],
    key: impl Fn(ClientId) -> Option<EncodedPoint>,
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
    /// Lengths of the one part of a message of dispute, given the clients that attested and the length of the body.
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
