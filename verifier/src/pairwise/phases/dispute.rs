//! Dispute: V-08.B and V-08.C, opened edges are judged, and the contributors follow.

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
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::pairwise::established::{Attestations, Established};
use crate::step::Step;
use crate::words;

/// The messages that were received so far. Each opened edge takes 100 bytes until it is judged.
pub(crate) struct Dispute<P: ProofSystem> {
    attestations: Attestations<P>,
    bodies: Vec<(ClientId, u64, Vec<u8>)>,
}

/// The disputed edges that were opened.
struct Opened {
    /// Clients whose message breaks a rule, so that it does not count.
    faulty: ClientSet,
    /// For each opened edge the commitments that its point gives.
    truths: BTreeMap<Edge, Vec<u8>>,
    /// For each opened edge the leaf of the first message that opened it.
    leaves: BTreeMap<Edge, u64>,
}

impl<P: ProofSystem> Dispute<P> {
    pub(crate) fn new(attestations: Attestations<P>) -> Self {
        Self {
            attestations,
            bodies: Vec::new(),
        }
    }

    /// V-08.B.1: the edges about which the two ends attested different commitments.
    fn disputed(
        &self,
        established: &Established<'_, P>,
        findings: &mut Findings,
    ) -> BTreeSet<Edge> {
        let (graph, attested) = (established.round.graph(), &established.eligible);
        let commitments = |client, other| self.attestations.towards(established, client, other);
        let disputed = dispute::disputed(graph, attested, commitments);
        let ends = attested.iter();
        let edges: usize = ends
            .map(|client| lists::holders(graph, attested, client).len())
            .sum();
        findings.computed(Check::Edges, edges / 2);
        findings.bad_records(Check::Edges, disputed.len());
        disputed
    }

    /// V-08.C.1 and V-08.C.2: judges the messages that opened edges.
    fn judge(
        &mut self,
        established: &Established<'_, P>,
        disputed: &BTreeSet<Edge>,
        findings: &mut Findings,
    ) -> Opened {
        let bodies = std::mem::take(&mut self.bodies);
        let challenges = &self.attestations.challenges;
        // Of a client that has equivocated it is not known which key its neighbours received, so no point of its
        // edges is judged.
        let counts = |client| Step::EdgeOfEquivocator.holds(!established.has_equivocated(client));
        let key = |client| established.mask_key(client).filter(|_| counts(client));
        let sets = (&established.eligible, disputed);
        let judged: Vec<_> = bodies
            .par_iter()
            .map(|(client, leaf, body)| {
                let truths =
                    dispute::judge(established.round, challenges, sets, *client, body, key);
                (*client, *leaf, truths)
            })
            .collect();
        let mut opened = Opened {
            faulty: established.set(|_| false),
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
                        Breach::Point(_) => (Step::EdgePoint, words::breach(&breach)),
                        other => {
                            let what =
                                format!("its message with opened edges is malformed: {other}");
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

    fn lengths(
        &self,
        established: &Established<'_, P>,
        client: ClientId,
        body: usize,
    ) -> Vec<usize> {
        // The clients that may dispute are those that attested.
        let attested = &established.eligible;
        established.round.dispute_lengths(client, attested, body)
    }

    fn take(
        &mut self,
        _: &mut Established<'_, P>,
        client: ClientId,
        message: ReadMessage<Vec<u8>>,
        _: &mut Findings,
    ) {
        self.bodies.push((client, message.leaf, message.content));
    }

    fn close<R: Read + Seek>(
        &mut self,
        end: &PhaseEnd<'_>,
        Workspace {
            established,
            findings,
            ..
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        let clients = established.round.clients();
        if findings.skips(Check::Disputes) {
            return Ok(Derived::of(end.listed.clone(), clients));
        }
        let disputed = self.disputed(established, findings);
        let records = self.bodies.len() + disputed.len();
        findings.computed(Check::Disputes, records);
        if records == 0 {
            findings.not_applicable(Check::Disputes, "all attestations agree");
        }
        let opened = self.judge(established, &disputed, findings);
        // V-08.C.3
        let attested = |client, other| self.attestations.towards(established, client, other);
        let settled = dispute::settle(&disputed, &opened.truths, attested);
        for (culprit, edge) in &settled.culprits {
            let attestation = self.attestations.leaf(*culprit);
            let leaves = [attestation, opened.leaves.get(edge).copied()];
            let other = if edge.0 == *culprit { edge.1 } else { edge.0 };
            let truth = opened.truths.get(edge).map_or(&[][..], Vec::as_slice);
            let what = format!("it attested false commitments about its edge to client {other}: the opened edge gives others");
            findings.record(
                Finding::fault(Step::Settled, *culprit, leaves.into_iter().flatten(), what)
                    .involving([other])
                    .showing(
                        "what it attested about the edge",
                        attested(*culprit, other).unwrap_or_default(),
                    )
                    .showing(
                        "what the other end attested",
                        attested(other, *culprit).unwrap_or_default(),
                    )
                    .showing("what the opened edge gives", truth),
            );
        }
        let excluded = |client| opened.faulty.contains(client) || settled.is_culprit(client);
        Ok(Derived {
            list: settled.contributors(&established.eligible, &opened.faulty),
            excluded: established.set(excluded),
            cleared: established.set(|_| false),
        })
    }

    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        _: &Digest,
        Workspace { established, .. }: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        established.contributors = list;
        let acknowledge = Acknowledge::new(self.attestations);
        Ok(Some(Open::Acknowledge(acknowledge)))
    }
}
