//! What follows from the configuration and the roster alone.

use curve25519_dalek::ristretto::RistrettoPoint;
use veragg::circuits::proof_system::ProofSystem;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::configuration::Configuration;
use veragg::protocol::round::graph::Graph;

use super::board::{Board, Clients, Message, CONFIRM, DISPUTE};
use super::bytes::{digest, tree_root, Digest};
use veragg_lab::Suite;

pub(crate) struct Frame {
    pub(crate) version: u64,
    pub(crate) context: Digest,
    pub(crate) aggregator: [u8; 32],
    pub(crate) roster: Vec<[u8; 32]>,
    neighbours: Vec<Vec<u32>>,
    pub(crate) clients: u32,
    pub(crate) threshold: usize,
    pub(crate) unmask_rounds: u8,
    /// Challenge pairs, `q`.
    pub(crate) pairs: usize,
    pub(crate) proofs: Suite,
    /// `C`, `D` and `R`.
    pub(crate) columns: usize,
    pub(crate) scalars: usize,
    pub(crate) rows: usize,
    /// `G_0, .., G_(C-1)` and `H`.
    pub(crate) generators: Vec<RistrettoPoint>,
    pub(crate) blinding: RistrettoPoint,
}

impl Frame {
    pub(crate) fn new(board: &Board) -> Self {
        let configuration = Configuration::decode(&board.configuration).unwrap();
        let assumptions = &configuration.assumptions;
        let clients = assumptions.clients;
        let context = digest(
            "veragg/1 context",
            &[&board.configuration, &board.organiser],
        );
        let roster_digest = digest("veragg/1 roster", &[&board.roster.concat()]);
        assert_eq!(roster_digest, configuration.roster);
        let pairwise = configuration.pairwise().unwrap();
        let seed = digest("veragg/1 graph", &[&roster_digest, &configuration.beacon]);
        let graph = Graph::new(clients, pairwise.masking.degree, &seed).unwrap();
        let neighbours = ClientId::all(clients).map(|client| {
            let neighbours = graph.neighbours(client).iter();
            neighbours.map(|neighbour| neighbour.number()).collect()
        });
        let statement = configuration.statement().unwrap();
        let columns = configuration.columns as usize;
        let proofs = Suite::new(&(), &statement, clients, columns).unwrap();
        let (scalars, rows) = (proofs.layout().scalars(), proofs.layout().rows());
        let corrupt = u64::from(clients) * u64::from(assumptions.corrupt_ppm) / 1_000_000;
        Self {
            version: board.version,
            context,
            aggregator: *configuration.aggregator.as_bytes(),
            roster: board.roster.clone(),
            neighbours: neighbours.collect(),
            clients,
            threshold: pairwise.masking.threshold as usize,
            unmask_rounds: pairwise.unmask_rounds,
            pairs: challenge_pairs(corrupt, (scalars + rows) as u64),
            columns,
            scalars,
            rows,
            generators: proofs.key().columns().to_vec(),
            blinding: proofs.key().blinding(),
            proofs,
        }
    }

    /// `h(i, L)`
    pub(crate) fn h(&self, client: u32, list: &Clients) -> Vec<u32> {
        let neighbours = self.neighbours[client as usize - 1].iter().copied();
        neighbours.filter(|other| list.contains(other)).collect()
    }

    pub(crate) fn everybody(&self) -> Clients {
        (1..=self.clients).collect()
    }

    /// The parts of a body, if these are its lengths and the envelope names their root; of confirm and
    /// dispute `most` bytes at most, in whole hundreds (`specs/wire.md` 4.2, 4.3).
    pub(crate) fn parts(&self, message: &Message, lengths: &[usize]) -> Option<Vec<Vec<u8>>> {
        let mut lengths = lengths.to_vec();
        let body = &message.body;
        if [CONFIRM, DISPUTE].contains(&message.phase) {
            if body.len() > lengths[0] || !body.len().is_multiple_of(100) {
                return None;
            }
            lengths = vec![body.len()];
        }
        if lengths.iter().sum::<usize>() != body.len() {
            return None;
        }
        let mut rest = &body[..];
        let mut parts = Vec::new();
        for length in lengths {
            let (part, behind) = rest.split_at(length);
            parts.push(part.to_vec());
            rest = behind;
        }
        (tree_root(&parts) == message.body_root).then_some(parts)
    }
}

/// `specs/protocol.md` 4.7.1: the least `q` with `corrupt + 104 <= q (252 - ceil(log2(scalars)))`.
fn challenge_pairs(corrupt: u64, scalars: u64) -> usize {
    let mut log2 = 0;
    while 1 << log2 < scalars {
        log2 += 1;
    }
    let mut pairs = 0;
    while corrupt + 104 > pairs * (252 - log2) {
        pairs += 1;
    }
    pairs as usize
}

/// The sign of the mask between two clients in the vector of the first (`specs/protocol.md` 3.4).
pub(crate) fn is_added(client: u32, other: u32) -> bool {
    client < other
}
