//! The public rules that derive one list from another (`specs/protocol.md` 5).

use std::collections::VecDeque;

use crate::crypto::ids::{ClientId, ClientSet};
use crate::round::graph::Graph;
use crate::rule::Rule;

/// The neighbours of a client that are in a set, in order. For the clients that advertised, these are the holders of its
/// shares (5.2). For the participants, these are the clients that it has pairwise masks with, and whose shares it may
/// reveal (5.4, 5.8).
pub fn holders(graph: &Graph, set: &ClientSet, client: ClientId) -> Vec<ClientId> {
    graph
        .neighbours(client)
        .iter()
        .copied()
        .filter(|&other| set.contains(other))
        .collect()
}

/// The largest subset of `confirmed` in which each client has at least `threshold` neighbours (5.3).
/// It is unique: the union of two such subsets is one. Cost: one visit of each edge.
pub fn participants(graph: &Graph, confirmed: &ClientSet, threshold: usize) -> ClientSet {
    let mut set = confirmed.clone();
    let mut count = vec![0usize; graph.clients() as usize];
    let mut leaving = VecDeque::new();
    for client in confirmed.iter() {
        let neighbours = holders(graph, confirmed, client).len();
        if let Some(slot) = count.get_mut(client.index()) {
            *slot = neighbours;
        }
        if !Rule::EnoughPartners.holds(neighbours >= threshold) {
            set.remove(client);
            leaving.push_back(client);
        }
    }
    while let Some(gone) = leaving.pop_front() {
        for other in holders(graph, &set, gone) {
            if let Some(slot) = count.get_mut(other.index()) {
                *slot -= 1;
                if !Rule::EnoughPartners.holds(*slot >= threshold) {
                    set.remove(other);
                    leaving.push_back(other);
                }
            }
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rule as in the specification: remove a client with too few neighbours, until there is none.
    fn slow_participants(graph: &Graph, confirmed: &ClientSet, threshold: usize) -> ClientSet {
        let mut set = confirmed.clone();
        loop {
            let next = ClientSet::of(graph.clients(), |client| {
                let degree = graph
                    .neighbours(client)
                    .iter()
                    .filter(|&&o| set.contains(o))
                    .count();
                set.contains(client) && degree >= threshold
            });
            if next == set {
                return set;
            }
            set = next;
        }
    }

    proptest! {
        #[test]
        fn participants_are_the_fixpoint(
            seed: [u8; 32],
            absent in prop::collection::btree_set(1u32..=24, 0..16),
            threshold in 0usize..9,
        ) {
            let graph = Graph::new(24, 8, &seed).unwrap();
            let confirmed = ClientSet::of(24, |client| !absent.contains(&client.number()));
            prop_assert_eq!(
                participants(&graph, &confirmed, threshold),
                slow_participants(&graph, &confirmed, threshold)
            );
        }
    }
}
