//! What follows from a configuration that was not refused.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use veragg::circuits::proof_system::ProofSystem;
use veragg_lab::Suite;

use super::super::bytes::{point, Digest};
use super::arithmetic::{lagrange, Generators};
use super::board::{ENVELOPE, TRUSTEES};
use super::settings::{Segment, Settings};
use super::tree::{consistency_length, path_length};

pub(super) struct Round {
    pub(super) context: Digest,
    pub(super) aggregator: [u8; 32],
    roster: Vec<[u8; 32]>,
    /// Identity and `E_j` of each trustee.
    trustees: Vec<([u8; 32], RistrettoPoint)>,
    /// `n`
    pub(super) clients: u32,
    pub(super) min_contributors: usize,
    /// `p`
    packed: usize,
    /// `q`
    pub(super) needed: usize,
    /// `C`
    pub(super) columns: usize,
    /// `R`
    pub(super) rows: usize,
    pub(super) segments: Vec<Segment>,
    pub(super) proofs: Suite,
    pub(super) generators: Generators,
}

impl Round {
    /// `specs/committee.md` 2.1; nothing if a rule of V-01.4 is broken.
    pub(super) fn new(
        settings: Settings,
        context: Digest,
        roster: &[[u8; 32]],
        proofs: Suite,
    ) -> Option<Self> {
        let (clients, columns) = (settings.clients, settings.columns);
        let needed = settings.needed();
        let segments = settings.segments.iter();
        let scalars: u64 = segments
            .map(|segment| segment.scalars(clients, columns))
            .sum();
        let trustees = settings.trustees.iter().map(|trustee| {
            let sealing_key = point(&trustee.sealing_key).expect("the configuration decodes");
            (trustee.identity, sealing_key)
        });
        let round = Self {
            context,
            aggregator: settings.aggregator,
            roster: roster.to_vec(),
            trustees: trustees.collect(),
            clients: clients as u32,
            min_contributors: settings.min_contributors as usize,
            packed: settings.packed as usize,
            needed: needed as usize,
            columns: columns as usize,
            rows: (scalars / columns) as usize,
            generators: Generators::new(columns),
            segments: settings.segments,
            proofs,
        };
        let message = ENVELOPE + round.submission_lengths().iter().sum::<usize>();
        let longest = message.max(round.longest()) as u64;
        (round.rows.is_multiple_of(round.packed) && longest < 1 << 32).then_some(round)
    }

    /// `m`
    pub(super) fn trustees(&self) -> usize {
        self.trustees.len()
    }

    /// `T`
    pub(super) fn drawn(&self) -> usize {
        self.needed - self.packed
    }

    /// `B`
    pub(super) fn blocks(&self) -> usize {
        self.rows / self.packed
    }

    /// `C + 1`
    pub(super) fn width(&self) -> usize {
        self.columns + 1
    }

    /// `N`
    pub(super) fn parts(&self) -> usize {
        2 + self.trustees() + (self.trustees() - self.drawn()) * self.blocks()
    }

    /// The parts of a submission that the board holds.
    pub(super) fn public_parts(&self) -> usize {
        2 + self.trustees()
    }

    /// The length of a part with a masked row.
    pub(super) fn masked_length(&self) -> usize {
        32 + 32 * self.width()
    }

    /// The lengths of the parts of a message of submit (5.2).
    pub(super) fn submission_lengths(&self) -> Vec<usize> {
        let mut lengths = vec![self.proofs.proof_len(), 96];
        lengths.resize(self.public_parts(), 32 * self.blocks());
        lengths.resize(self.parts(), self.masked_length());
        lengths
    }

    /// The length of the opening in a publication, `32 (D + R)`.
    pub(super) fn opening_length(&self) -> usize {
        32 * self.rows * self.width()
    }

    pub(super) fn publication_length(&self) -> usize {
        self.opening_length() + self.clients as usize
    }

    /// The longest record (5.6).
    pub(super) fn longest(&self) -> usize {
        let (public, parts) = (self.public_parts(), self.parts());
        let lengths = self.submission_lengths();
        let submission = lengths[..public].iter().sum::<usize>();
        let rest = 32 * consistency_length(public, parts);
        let path = (public..parts).map(|position| 32 * path_length(position, parts));
        let shown = 4 + self.masked_length() + path.max().unwrap_or(0);
        let bodies = [
            submission + rest + shown,
            104 * self.clients as usize,
            self.opening_length() / self.rows * self.blocks(),
            self.publication_length(),
        ];
        let longest = ENVELOPE + bodies.into_iter().max().unwrap_or(0);
        longest.max(171 + self.clients.div_ceil(8) as usize)
    }

    pub(super) fn is_client(&self, sender: u32) -> bool {
        (1..=self.clients).contains(&sender)
    }

    /// The number `j` of a trustee by its number as a sender (4.4).
    pub(super) fn trustee(&self, sender: u32) -> Option<u32> {
        let trustee = sender.checked_sub(TRUSTEES)?;
        (1..=self.trustees() as u32)
            .contains(&trustee)
            .then_some(trustee)
    }

    /// The key of a sender.
    pub(super) fn key(&self, sender: u32) -> Option<&[u8; 32]> {
        if sender == 0 {
            return Some(&self.aggregator);
        }
        if let Some(trustee) = self.trustee(sender) {
            return Some(&self.trustees[trustee as usize - 1].0);
        }
        self.roster.get(sender as usize - 1)
    }

    /// `E_j`
    pub(super) fn sealing_key(&self, trustee: u32) -> &RistrettoPoint {
        &self.trustees[trustee as usize - 1].1
    }

    /// The coefficients at `j` of the points `-k`, then of the points `s` (3.1, closing).
    pub(super) fn coefficients(&self, trustee: u32) -> Vec<Scalar> {
        let packed = (0..self.packed as u64).map(|k| -Scalar::from(k));
        let drawn = (1..=self.drawn() as u64).map(Scalar::from);
        let points: Vec<Scalar> = packed.chain(drawn).collect();
        lagrange(Scalar::from(trustee), &points)
    }

    /// The rows of a block, `b p` to `b p + p - 1`.
    pub(super) fn rows_of(&self, block: usize) -> std::ops::Range<usize> {
        block * self.packed..(block + 1) * self.packed
    }

    /// How a culprit is called.
    pub(super) fn name(&self, sender: u32) -> String {
        match self.trustee(sender) {
            Some(trustee) => format!("trustee {trustee}"),
            None => format!("client {sender}"),
        }
    }
}
