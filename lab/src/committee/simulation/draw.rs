//! Who takes part in a random round, and who is corrupt.

use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use veragg_protocol::round::committee::shape::Shape;
use veragg_protocol::round::configuration::SegmentConfiguration;

use crate::committee::Parties;

/// What a client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientDoes {
    /// What it should.
    Right,
    /// Nothing.
    Nothing,
    /// It commits to another pad for a trustee.
    AnotherPad,
    /// It sends a masked row that is no value of its polynomial.
    AnotherRow,
    /// It changes a byte of its message, and signs it.
    AnotherByte,
    /// It sends the key of another client.
    CopiedKey,
}

/// What a trustee does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TrusteeDoes {
    /// What it should.
    Right,
    /// It says nothing from this phase on: 0 check, 1 confirm, 2 open.
    Leaves(u8),
    /// It complains at random, and opens what it should.
    Complains,
    /// It sends bytes that are no complaints, and opens what it should.
    Noise,
    /// It opens other sums.
    OpensOthers,
}

/// A round that was drawn.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) shape: Shape,
    pub(super) len: usize,
    pub(super) clients: Vec<ClientDoes>,
    pub(super) trustees: Vec<TrusteeDoes>,
    /// Whether the aggregator does what it wants, too.
    pub(super) is_corrupt: bool,
}

/// A number below a bound.
pub(super) fn below(rng: &mut ChaCha20Rng, bound: usize) -> usize {
    (rng.next_u64() % bound.max(1) as u64) as usize
}

impl Drawn {
    pub(super) fn new(rng: &mut ChaCha20Rng) -> Self {
        let shape = loop {
            let (m, t) = (2 + below(rng, 6) as u32, 1 + below(rng, 2) as u32);
            let p = [1, 1, 2, 3][below(rng, 4)];
            if let Ok(shape) = Shape::new(m, t, p) {
                break shape;
            }
        };
        // Six rows, or one.
        let len = if shape.packed() > 1 || below(rng, 3) == 0 {
            24
        } else {
            2
        };
        let is_corrupt = below(rng, 3) == 0;
        let count = 4 + below(rng, 5);
        let clients = (0..count).map(|_| match below(rng, 12) {
            0 => ClientDoes::Nothing,
            1 => ClientDoes::AnotherPad,
            2 => ClientDoes::AnotherRow,
            3 => ClientDoes::AnotherByte,
            4 => ClientDoes::CopiedKey,
            _ => ClientDoes::Right,
        });
        let clients = clients.collect();
        let trustees = (0..shape.trustees()).map(|_| match below(rng, 14) {
            0 => TrusteeDoes::Leaves(below(rng, 3) as u8),
            1 => TrusteeDoes::Complains,
            2 => TrusteeDoes::Noise,
            3 => TrusteeDoes::OpensOthers,
            _ => TrusteeDoes::Right,
        });
        Self {
            trustees: trustees.collect(),
            shape,
            len,
            clients,
            is_corrupt,
        }
    }

    /// The parties, with fresh keys.
    pub(super) fn parties(&self) -> Parties {
        let bound = if self.len == 24 { 1 << 50 } else { 10 };
        let segments = vec![SegmentConfiguration::integers("answers", self.len, bound)];
        let shape = self.shape;
        let (m, t, p) = (shape.trustees(), shape.colluding(), shape.packed());
        Parties::new(self.clients.len() as u32, m, t, p, segments, 1)
    }

    /// The input of a client, from 1.
    pub(super) fn input(&self, client: u32) -> Vec<u64> {
        let of = |at: usize| (u64::from(client) + at as u64) % 10;
        (0..self.len).map(of).collect()
    }

    /// The numbers of the clients that do what they should.
    pub(super) fn honest(&self) -> impl Iterator<Item = u32> + '_ {
        let numbered = (1..).zip(&self.clients);
        numbered
            .filter(|(_, does)| **does == ClientDoes::Right)
            .map(|(number, _)| number)
    }

    /// How many trustees do what they should to the end.
    pub(super) fn right_trustees(&self) -> usize {
        let trustees = self.trustees.iter();
        trustees.filter(|does| **does == TrusteeDoes::Right).count()
    }
}
