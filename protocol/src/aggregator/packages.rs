//! Packages: what a client is sent at the close of a phase (`specs/wire.md` 8).

use veragg_circuits::proof_system::ProofSystem;

use super::core::{ClosedPhase, Core};
use super::Log;
use crate::crypto::ids::ClientId;
use crate::pairwise::fraud_proof::FraudProof;
use crate::pairwise::package::{Item, Package};
use crate::round::phase::Phase;
use crate::wire::parts::Parts;

/// What a client needs of another client's message.
pub enum Needed<'a> {
    /// The envelope.
    Envelope,
    /// One part of this body.
    Part(&'a Parts, usize),
}

impl<'a> Needed<'a> {
    /// A part of a body, if its parts were kept.
    pub(super) fn part(body: Option<&'a Parts>, position: usize) -> Self {
        body.map_or(Self::Envelope, |body| Self::Part(body, position))
    }
}

impl<P: ProofSystem, L: Log> Core<P, L> {
    /// The closed phase with whose package a client goes on that speaks next in `phase`, if packages of it
    /// are still made.
    pub(super) fn before(&self, phase: Phase) -> Option<&ClosedPhase> {
        let mut closed = self.earlier.iter().chain(&self.last);
        closed.find(|closed| match closed.checkpoint.phase {
            // Whether a further round follows or not: it is this package that says so.
            Phase::Unmask(round) => phase == Phase::Unmask(round.saturating_add(1)),
            closed => closed.next() == Some(phase),
        })
    }

    /// The package of a closed phase.
    pub(super) fn package<'a>(
        &self,
        closed: &ClosedPhase,
        reader: ClientId,
        needed: impl Fn(ClientId) -> Needed<'a>,
        fraud_proofs: Vec<FraudProof>,
    ) -> Vec<u8> {
        let list = &closed.checkpoint.list;
        let graph = self.round.graph();
        let neighbours = graph
            .neighbours(reader)
            .iter()
            .copied()
            .filter(|&c| list.contains(c));
        let mut authors: Vec<_> = neighbours.collect();
        let mut acknowledgements = Vec::new();
        // 8.2 of the wire format.
        match closed.checkpoint.phase {
            Phase::Acknowledge => {
                // 3.8: enough acknowledgements in all, whoever they are of; the reader's own counts.
                let need = self.round.configuration().min_contributors as usize - 1;
                let others = list
                    .iter()
                    .filter(|&c| c != reader && !graph.are_neighbours(reader, c));
                authors.extend(others.take(need.saturating_sub(authors.len())));
                authors.sort_unstable();
                let signed = authors.drain(..).filter_map(|author| {
                    let shown = closed.shown.get(&author)?;
                    Some((author, shown.envelope.signature))
                });
                acknowledgements = signed.collect();
            }
            // In these not everybody speaks, and nothing of it is needed.
            Phase::Dispute | Phase::Unmask(_) => authors.clear(),
            // The reader sees that the board has its own message, and not one of another device.
            _ => authors.push(reader),
        }
        let items = authors.into_iter().filter_map(|author| {
            let shown = closed.shown.get(&author)?;
            let parts = match needed(author) {
                Needed::Part(body, position) if author != reader => vec![body.part(position)?],
                _ => Vec::new(),
            };
            Some(Item {
                index: shown.index,
                envelope: shown.envelope.clone(),
                inclusion: shown.inclusion.clone(),
                parts,
            })
        });
        let package = Package {
            items: items.collect(),
            acknowledgements,
            consistency: closed.consistency.clone(),
            checkpoint: closed.checkpoint.clone(),
            fraud_proofs,
        };
        package.encode()
    }
}
