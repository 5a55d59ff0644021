//! The graph of neighbours: a random regular graph over the roster (`specs/graph.md`).
//!
//! Random pairing of points with rejection after Steger and Wormald, "Generating random regular
//! graphs quickly" (1999). Points that cannot be paired at the end are paired by edge switching.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use thiserror::Error;

use crate::crypto::ids::ClientId;

/// The largest `clients * degree` that a graph may have (`specs/graph.md` 1.2). Anybody can write a configuration: with
/// this limit every accepted one takes less than 200 MiB and half a minute.
pub const MAX_ENDS: u64 = 1 << 24;

/// Unsuitable pairs in a row after which an edge is switched (`specs/graph.md` 3.5).
const PATIENCE: u32 = 64;

/// Unsuitable pairs in a row after which the pairing starts again (`specs/graph.md` 3.7).
const STUCK: u32 = 1 << 12;

/// Pairings that may get stuck before the seed is given up (`specs/graph.md` 3.7).
const PAIRINGS: u32 = 64;

/// Why there is no such graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The roster is empty.
    #[error("the roster is empty; put at least one client on it")]
    Empty,
    /// A client cannot have that many neighbours.
    #[error("{clients} clients cannot have {degree} neighbours each; choose at most {}", clients - 1)]
    Degree {
        /// Clients on the roster.
        clients: u32,
        /// Neighbours asked for.
        degree: u32,
    },
    /// The number of edge ends is odd, but every edge has two.
    #[error("{clients} clients with {degree} neighbours each give an odd number of edge ends; choose an even degree")]
    Odd {
        /// Clients on the roster.
        clients: u32,
        /// Neighbours asked for.
        degree: u32,
    },
    /// The graph has more edges than [`MAX_ENDS`] allows.
    #[error("{clients} clients with {degree} neighbours each make more than {MAX_ENDS} edge ends; choose a smaller degree or roster")]
    TooLarge {
        /// Clients on the roster.
        clients: u32,
        /// Neighbours asked for.
        degree: u32,
    },
    /// No pairing of this seed came to its end.
    #[error("this beacon gives no graph within {PAIRINGS} pairings; take its next output")]
    Stuck,
}

/// A simple graph over the clients `1..=n`, in which each has the same number of neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    clients: u32,
    degree: u32,
    /// The neighbours of client 1 in order, then those of client 2, and so on.
    ends: Vec<ClientId>,
}

impl Graph {
    /// The graph of a roster, a function of the three arguments alone (`specs/graph.md` 1 to 4).
    ///
    /// With `degree = clients - 1` it is complete and the seed does not matter. Every client is
    /// treated alike: over random seeds the distribution does not change when clients swap their
    /// numbers, so that the neighbours of one client are a uniform subset of the others.
    ///
    /// Cost: about `clients * degree^2` comparisons of words (0.2 s for 10,000 clients of degree
    /// 132, half a minute at most within [`MAX_ENDS`]), and 8 bytes of memory for each of the
    /// `clients * degree` ends.
    pub fn new(clients: u32, degree: u32, seed: &[u8; 32]) -> Result<Self, GraphError> {
        if clients == 0 {
            return Err(GraphError::Empty);
        }
        if degree >= clients {
            return Err(GraphError::Degree { clients, degree });
        }
        let ends = u64::from(clients) * u64::from(degree);
        if ends % 2 == 1 {
            return Err(GraphError::Odd { clients, degree });
        }
        if ends > MAX_ENDS {
            return Err(GraphError::TooLarge { clients, degree });
        }
        // specs/graph.md 4.1
        let sparse = degree.min(clients - 1 - degree);
        let mut stream = ChaCha20Rng::from_seed(*seed);
        let ends = (0..PAIRINGS)
            .find_map(|_| Pairing::new(clients, sparse).run(&mut stream))
            .ok_or(GraphError::Stuck)?;
        let graph = Self::sorted(clients, sparse, ends);
        Ok(if sparse == degree {
            graph
        } else {
            graph.complement()
        })
    }

    fn sorted(clients: u32, degree: u32, mut ends: Vec<ClientId>) -> Self {
        if degree > 0 {
            ends.chunks_exact_mut(degree as usize)
                .for_each(<[ClientId]>::sort_unstable);
        }
        Self {
            clients,
            degree,
            ends,
        }
    }

    /// specs/graph.md 4.2
    fn complement(&self) -> Self {
        let degree = self.clients - 1 - self.degree;
        let mut ends = Vec::with_capacity(self.clients as usize * degree as usize);
        for client in ClientId::all(self.clients) {
            let mut without = self.neighbours(client).iter().peekable();
            ends.extend(
                ClientId::all(self.clients)
                    .filter(|other| without.next_if_eq(&other).is_none() && *other != client),
            );
        }
        Self {
            clients: self.clients,
            degree,
            ends,
        }
    }

    /// The neighbours of a client, in order; none for a client that is not on the roster.
    pub fn neighbours(&self, client: ClientId) -> &[ClientId] {
        if client.number() > self.clients {
            return &[];
        }
        let degree = self.degree as usize;
        let start = client.index() * degree;
        self.ends.get(start..start + degree).unwrap_or(&[])
    }

    /// Whether two clients are neighbours.
    pub fn are_neighbours(&self, one: ClientId, other: ClientId) -> bool {
        self.neighbours(one).binary_search(&other).is_ok()
    }

    /// Neighbours of each client.
    pub fn degree(&self) -> u32 {
        self.degree
    }

    /// The number of edges.
    pub fn edges(&self) -> usize {
        self.ends.len() / 2
    }

    /// Clients on the roster.
    pub fn clients(&self) -> u32 {
        self.clients
    }
}

/// An integer below `bound` (1 to 2^28), without bias (`specs/graph.md` 2.3).
fn draw(stream: &mut ChaCha20Rng, bound: usize) -> usize {
    let bound = bound as u64;
    let limit = (1u64 << 32) / bound * bound;
    loop {
        let word = u64::from(stream.next_u32());
        if word < limit {
            return (word % bound) as usize;
        }
    }
}

/// The state of a pairing of points (`specs/graph.md` 3).
struct Pairing {
    degree: usize,
    /// Each client is here once for each neighbour that it will have. The first `free` points
    /// have no partner yet; after them, partners are beside each other, at `2m` and `2m + 1`.
    points: Vec<ClientId>,
    free: usize,
    /// The neighbours so far: of the `degree` positions of client `c`, `known[c]` are filled.
    adjacent: Vec<ClientId>,
    known: Vec<u32>,
}

impl Pairing {
    /// specs/graph.md 3.1
    fn new(clients: u32, degree: u32) -> Self {
        let points: Vec<_> = ClientId::all(clients)
            .flat_map(|client| std::iter::repeat_n(client, degree as usize))
            .collect();
        Self {
            degree: degree as usize,
            free: points.len(),
            adjacent: points.clone(),
            points,
            known: vec![0; clients as usize],
        }
    }

    /// Pairs all points and returns the adjacency, unsorted; nothing if it got stuck.
    fn run(mut self, stream: &mut ChaCha20Rng) -> Option<Vec<ClientId>> {
        let mut failures = 0;
        while self.free > 0 {
            // specs/graph.md 3.2
            let first = draw(stream, self.free);
            self.points.swap(first, self.free - 1);
            let second = draw(stream, self.free - 1);
            self.points.swap(second, self.free - 2);
            // specs/graph.md 3.3 and 3.4
            let (u, v) = (self.points[self.free - 1], self.points[self.free - 2]);
            if self.suitable(u, v) {
                self.join(u, v);
            } else {
                failures += 1;
                if failures == STUCK {
                    return None;
                }
                if failures < PATIENCE || !self.switch(u, v, stream) {
                    continue;
                }
            }
            self.free -= 2;
            failures = 0;
        }
        Some(self.adjacent)
    }

    /// Opens a random pair and joins its points with `u` and `v` (`specs/graph.md` 3.5, 3.6).
    fn switch(&mut self, u: ClientId, v: ClientId, stream: &mut ChaCha20Rng) -> bool {
        let paired = self.points.len() - self.free;
        if paired == 0 {
            return false;
        }
        let at = self.free + draw(stream, paired);
        let (x, y) = (self.points[at], self.points[at ^ 1]);
        if !self.suitable(u, x) || !self.suitable(v, y) {
            return false;
        }
        self.points.swap(self.free - 2, at);
        self.replace(x, y, u);
        self.replace(y, x, v);
        self.append(u, x);
        self.append(v, y);
        true
    }

    fn suitable(&self, u: ClientId, v: ClientId) -> bool {
        u != v && !holds(self.neighbours(u), v)
    }

    fn neighbours(&self, client: ClientId) -> &[ClientId] {
        let start = client.index() * self.degree;
        &self.adjacent[start..start + self.known[client.index()] as usize]
    }

    fn join(&mut self, u: ClientId, v: ClientId) {
        self.append(u, v);
        self.append(v, u);
    }

    fn append(&mut self, client: ClientId, neighbour: ClientId) {
        let known = &mut self.known[client.index()];
        self.adjacent[client.index() * self.degree + *known as usize] = neighbour;
        *known += 1;
    }

    fn replace(&mut self, client: ClientId, old: ClientId, new: ClientId) {
        let start = client.index() * self.degree;
        let end = start + self.known[client.index()] as usize;
        if let Some(entry) = self.adjacent[start..end].iter_mut().find(|c| **c == old) {
            *entry = new;
        }
    }
}

/// Whether the list holds the client. It compares blocks, which compile to vector instructions.
fn holds(list: &[ClientId], client: ClientId) -> bool {
    list.chunks(16)
        .any(|block| block.iter().fold(false, |found, &c| found | (c == client)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert_eq, prop_assume, proptest};
    use sha2::{Digest, Sha256};

    fn client(number: u32) -> ClientId {
        ClientId::new(number).unwrap()
    }

    fn numbers(graph: &Graph) -> Vec<Vec<u32>> {
        ClientId::all(graph.clients())
            .map(|c| graph.neighbours(c).iter().map(|c| c.number()).collect())
            .collect()
    }

    /// specs/graph.md 5.1
    fn digest(graph: &Graph) -> String {
        let mut hash = Sha256::new();
        for number in numbers(graph).into_iter().flatten() {
            hash.update(number.to_le_bytes());
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    fn assert_regular(graph: &Graph) {
        let n = graph.clients();
        assert_eq!(graph.edges() * 2, n as usize * graph.degree() as usize);
        for c in ClientId::all(n) {
            let list = graph.neighbours(c);
            assert_eq!(list.len(), graph.degree() as usize);
            assert!(list.windows(2).all(|w| w[0] < w[1]), "sorted, no repeats");
            for &other in list {
                assert!(other != c && other.number() <= n);
                assert!(graph.are_neighbours(other, c), "symmetric");
            }
        }
    }

    #[test]
    fn every_small_graph_is_regular_and_simple() {
        for n in 1..=40 {
            for k in (0..n).filter(|k| n * k % 2 == 0) {
                for seed in 0..4 {
                    let graph = Graph::new(n, k, &[seed; 32]).unwrap();
                    assert_eq!((graph.clients(), graph.degree()), (n, k));
                    assert_regular(&graph);
                }
            }
        }
    }

    #[test]
    fn large_and_dense_graphs_are_regular_and_simple() {
        for (n, k) in [
            (1000, 104),
            (260, 258),
            (260, 257),
            (401, 200),
            (10_000, 132),
        ] {
            assert_regular(&Graph::new(n, k, &[9; 32]).unwrap());
        }
    }

    /// specs/graph.md 5.1 and 5.2; computed by a second implementation.
    #[test]
    fn the_vectors_of_the_specification() {
        let full = Graph::new(8, 4, &[0; 32]).unwrap();
        let want: [[u32; 4]; 8] = [
            [2, 4, 6, 8],
            [1, 5, 7, 8],
            [4, 5, 7, 8],
            [1, 3, 6, 8],
            [2, 3, 6, 7],
            [1, 4, 5, 7],
            [2, 3, 5, 6],
            [1, 2, 3, 4],
        ];
        assert_eq!(numbers(&full), want);
        for (n, k, byte, want) in [
            (
                8,
                4,
                0,
                "06e85421fdfb3644a73712a2c959333209bcd77b59d1e222011b2777d4eac733",
            ),
            (
                10,
                3,
                0,
                "59fb367a83bc93bc2da3e6bdcd9245c827d5ab193958d2263c4d63502a643531",
            ),
            (
                41,
                20,
                7,
                "adef709dee20814db8acea3667e7afa8406d3c92855cf9e3b15e41e4f7f1882f",
            ),
            (
                300,
                20,
                1,
                "5924f5bebab3f912d4acda2d08fb2589b8f32cbe95ca8f5af02875a232cdae0a",
            ),
            (
                1000,
                104,
                2,
                "5c093608ce13d24613feb6adc52e56c670d34e2faec7f1b286a5392320279f62",
            ),
        ] {
            assert_eq!(
                digest(&Graph::new(n, k, &[byte; 32]).unwrap()),
                want,
                "{n} {k}"
            );
        }
    }

    #[test]
    fn a_pairing_without_a_solution_ends() {
        let mut stream = ChaCha20Rng::from_seed([0; 32]);
        assert_eq!(Pairing::new(2, 2).run(&mut stream), None);
        assert_eq!(Pairing::new(1, 2).run(&mut stream), None);
    }

    proptest! {
        #[test]
        fn any_seed_gives_a_regular_graph(seed in any::<[u8; 32]>(), n in 2u32..80, k in 1u32..79) {
            prop_assume!(k < n && n * k % 2 == 0);
            let graph = Graph::new(n, k, &seed).unwrap();
            assert_regular(&graph);
            prop_assert_eq!(Graph::new(n, k, &seed), Ok(graph));
        }
    }

    #[test]
    fn strangers_have_no_neighbours() {
        let graph = Graph::new(6, 3, &[0; 32]).unwrap();
        for stranger in [7, 8, u32::MAX] {
            assert!(graph.neighbours(client(stranger)).is_empty());
            assert!(!graph.are_neighbours(client(1), client(stranger)));
            assert!(!graph.are_neighbours(client(stranger), client(1)));
        }
    }

    #[test]
    fn the_complete_graph_does_not_depend_on_the_seed() {
        let graph = Graph::new(5, 4, &[1; 32]).unwrap();
        assert_eq!(graph, Graph::new(5, 4, &[2; 32]).unwrap());
        assert_eq!(numbers(&graph)[2], [1, 2, 4, 5]);
        assert_eq!(graph.edges(), 10);
        assert_eq!(Graph::new(1, 0, &[0; 32]).unwrap().edges(), 0);
    }

    #[test]
    fn other_seeds_give_other_graphs() {
        let graphs: Vec<_> = (0..20)
            .map(|seed| numbers(&Graph::new(40, 5, &[seed; 32]).unwrap()))
            .collect();
        for (i, graph) in graphs.iter().enumerate() {
            assert!(!graphs[..i].contains(graph));
        }
    }

    #[test]
    fn impossible_graphs_are_refused() {
        let new = |n, k| Graph::new(n, k, &[0; 32]).unwrap_err();
        assert_eq!(new(0, 0), GraphError::Empty);
        assert!(matches!(new(5, 5), GraphError::Degree { .. }));
        assert!(matches!(new(5, 3), GraphError::Odd { .. }));
        assert!(matches!(new(1 << 20, 258), GraphError::TooLarge { .. }));
        assert!(matches!(
            new(u32::MAX, u32::MAX - 1),
            GraphError::TooLarge { .. }
        ));
        assert!(new(5, 5).to_string().contains("at most 4"));
    }

    #[test]
    fn draws_are_below_the_bound_and_reject_the_uneven_rest() {
        // With this bound a quarter of the words must be thrown away.
        let bound = 3 << 30;
        let mut stream = ChaCha20Rng::from_seed([3; 32]);
        let drawn: Vec<_> = (0..100).map(|_| draw(&mut stream, bound)).collect();
        let mut words = ChaCha20Rng::from_seed([3; 32]);
        let kept: Vec<_> = std::iter::repeat_with(|| words.next_u32() as usize)
            .filter(|&word| word < bound)
            .take(100)
            .collect();
        assert_eq!(drawn, kept);
    }

    /// Chi-square over the edges of small graphs, one sparse and one taken as a complement. For
    /// `m` cells the statistic has mean `m` and deviation about `sqrt(2 m)`; edges of one graph
    /// repel each other, which only lowers it.
    #[test]
    fn edges_are_equally_frequent() {
        for (n, k) in [(12u32, 5u32), (12, 8)] {
            let rounds = 4000u32;
            let mut counts = vec![0u32; (n * n) as usize];
            for round in 0..rounds {
                let mut seed = [0x5a; 32];
                seed[..4].copy_from_slice(&round.to_le_bytes());
                for (i, list) in numbers(&Graph::new(n, k, &seed).unwrap())
                    .iter()
                    .enumerate()
                {
                    for &j in list {
                        counts[i * n as usize + j as usize - 1] += 1;
                    }
                }
            }
            let p = f64::from(k) / f64::from(n - 1);
            let mean = f64::from(rounds) * p;
            let pairs: Vec<_> = (0..n as usize)
                .flat_map(|i| (0..i).map(move |j| i * n as usize + j))
                .collect();
            let chi: f64 = pairs
                .iter()
                .map(|&at| (f64::from(counts[at]) - mean).powi(2) / (mean * (1.0 - p)))
                .sum();
            let cells = pairs.len() as f64;
            assert!(chi < cells + 5.0 * (2.0 * cells).sqrt(), "{chi} of {cells}");
            assert!(chi > cells - 5.0 * (2.0 * cells).sqrt(), "{chi} of {cells}");
        }
    }
}
