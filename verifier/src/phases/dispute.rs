//! Dispute: V-08.B and V-08.C, edges that were opened are judged, and who, then, contributes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::dispute::{self, Edge};
use veragg_protocol::pairwise::Breach;
use veragg_protocol::round::lists;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;

use super::acknowledge::Acknowledge;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::ground::{Attestations, Ground};
use crate::step::Step;

/// The messages so far. 100 bytes an opened edge, until they are judged.
pub(crate) struct Dispute<P: ProofSystem> {
    attestations: Attestations<P>,
    bodies: Vec<(ClientId, u64, Vec<u8>)>,
}

/// What was opened of disputed edges.
struct Opened {
    /// Whose message does not count.
    faulty: ClientSet,
    /// What is true of an edge.
    truths: BTreeMap<Edge, Vec<u8>>,
    /// The leaf of the first message that opened it.
    leaves: BTreeMap<Edge, u64>,
}

impl<P: ProofSystem> Dispute<P> {
    pub(crate) fn new(attestations: Attestations<P>) -> Self {
        Self {
            attestations,
            bodies: Vec::new(),
        }
    }

    /// V-08.B.1: edges about which the two ends attested different things.
    fn disputed(&self, ground: &Ground<'_, P>, findings: &mut Findings) -> BTreeSet<Edge> {
        let (graph, attested) = (ground.round.graph(), &ground.eligible);
        let said = |client, other| self.attestations.towards(ground, client, other);
        let disputed = dispute::disputed(graph, attested, said);
        let ends = attested.iter();
        let edges: usize = ends
            .map(|client| lists::holders(graph, attested, client).len())
            .sum();
        findings.computed(Check::Edges, edges / 2);
        findings.bad_records(Check::Edges, disputed.len());
        disputed
    }

    /// V-08.C.1 and V-08.C.2: judges what was opened.
    fn judge(
        &mut self,
        ground: &Ground<'_, P>,
        disputed: &BTreeSet<Edge>,
        findings: &mut Findings,
    ) -> Opened {
        let bodies = std::mem::take(&mut self.bodies);
        let challenges = &self.attestations.challenges;
        // Without one key that all saw there is nothing to judge by, and nobody to blame.
        let one = |client| Step::EdgeOfEquivocator.holds(ground.said_one_thing(client));
        let key = |client| ground.mask_key(client).filter(|_| one(client));
        let sets = (&ground.eligible, disputed);
        let judged: Vec<_> = bodies
            .par_iter()
            .map(|(client, leaf, body)| {
                let truths = dispute::judge(ground.round, challenges, sets, *client, body, key);
                (*client, *leaf, truths)
            })
            .collect();
        let mut opened = Opened {
            faulty: ground.set(|_| false),
            truths: BTreeMap::new(),
            leaves: BTreeMap::new(),
        };
        for (client, leaf, truths) in judged {
            match truths {
                Ok(truths) => {
                    for (edge, truth) in truths {
                        opened.truths.insert(edge, truth);
                        opened.leaves.entry(edge).or_insert(leaf);
                    }
                }
                Err(breach) => {
                    let (step, what) = match breach {
                        Breach::Point(_) => (Step::EdgePoint, breach.to_string()),
                        other => {
                            let what = format!("the edges that it opened are malformed: {other}");
                            (Step::DisputeDecodes, what)
                        }
                    };
                    opened.faulty.insert(client);
                    findings.record(Finding::fault(step, client, [leaf], what));
                }
            }
        }
        opened
    }
}

impl<P: ProofSystem> Judge<P> for Dispute<P> {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Dispute
    }

    fn lengths(&self, ground: &Ground<'_, P>, client: ClientId, body: usize) -> Vec<usize> {
        // Whoever may dispute has attested.
        let attested = &ground.eligible;
        ground.round.dispute_lengths(client, attested, body)
    }

    fn take(
        &mut self,
        _: &mut Ground<'_, P>,
        client: ClientId,
        said: ReadMessage<Vec<u8>>,
        findings: &mut Findings,
    ) {
        findings.computed(Check::Disputes, 1);
        self.bodies.push((client, said.leaf, said.content));
    }

    fn close<R: Read + Seek>(
        &mut self,
        ending: &Ending<'_>,
        Desk {
            ground, findings, ..
        }: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let clients = ground.round.clients();
        if findings.skips(Check::Disputes) {
            return Ok(Derived::of(ending.listed.clone(), clients));
        }
        let disputed = self.disputed(ground, findings);
        if disputed.is_empty() && self.bodies.is_empty() {
            findings.not_applicable(Check::Disputes, "all attestations agree");
        } else {
            findings.computed(Check::Disputes, disputed.len());
        }
        let opened = self.judge(ground, &disputed, findings);
        // V-08.C.3
        let said = |client, other| self.attestations.towards(ground, client, other);
        let settled = dispute::settle(&disputed, &opened.truths, said);
        for (culprit, edge) in &settled.culprits {
            let attested = self.attestations.leaf(*culprit);
            let leaves = [attested, opened.leaves.get(edge).copied()];
            let other = if edge.0 == *culprit { edge.1 } else { edge.0 };
            let truth = opened.truths.get(edge).map_or(&[][..], Vec::as_slice);
            let what = format!("what it attested about its edge to client {other} is not what the opened edge gives");
            findings.record(
                Finding::fault(Step::Settled, *culprit, leaves.into_iter().flatten(), what)
                    .involving([other])
                    .showing(
                        "what it attested about the edge",
                        said(*culprit, other).unwrap_or_default(),
                    )
                    .showing(
                        "what the other end attested",
                        said(other, *culprit).unwrap_or_default(),
                    )
                    .showing("what the opened edge gives", truth),
            );
        }
        let excluded = |client| opened.faulty.contains(client) || settled.is_culprit(client);
        Ok(Derived {
            list: settled.contributors(&ground.eligible, &opened.faulty),
            excluded: ground.set(excluded),
            cleared: ground.set(|_| false),
        })
    }

    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        _: &Digest,
        Desk { ground, .. }: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        ground.contributors = list;
        let acknowledge = Acknowledge::new(self.attestations);
        Ok(Some(Open::Acknowledge(acknowledge)))
    }
}
