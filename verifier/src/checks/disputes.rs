//! V-08.C: edges that were opened are judged, and who, then, contributes.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::dleq::{self, Revealed};
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::dispute::{self, Edge};
use veragg_protocol::round::lists;

use super::attestations::{Attestations, Ground};
use crate::check::Check;
use crate::findings::{Details, Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// The messages so far. 100 bytes an opened edge, until they are judged.
#[derive(Default)]
pub(crate) struct Disputes {
    bodies: Vec<(ClientId, u64, Vec<u8>)>,
}

/// Who contributes, and who is to blame that others do not.
pub(crate) struct Judged {
    pub(crate) contributors: ClientSet,
    pub(crate) excluded: ClientSet,
}

impl Disputes {
    /// Takes a message of dispute.
    pub(crate) fn take(&mut self, by: (ClientId, u64), body: Vec<u8>, findings: &mut Findings) {
        findings.computed(Check::Disputes, 1);
        self.bodies.push((by.0, by.1, body));
    }

    /// V-08.C.1 to V-08.C.3: judges all disputed edges.
    pub(crate) fn close<P: ProofSystem>(
        &mut self,
        ground: &Ground<'_, P>,
        attestations: &Attestations<P>,
        attested: &ClientSet,
        findings: &mut Findings,
    ) -> Judged {
        let disputed = attestations.disputed(ground, attested, findings);
        if disputed.is_empty() && self.bodies.is_empty() {
            findings.not_applicable(Check::Disputes, "all attestations agree");
        } else {
            findings.computed(Check::Disputes, disputed.len());
        }
        let bodies = std::mem::take(&mut self.bodies);
        let judged: Vec<_> = bodies
            .par_iter()
            .map(|(client, leaf, body)| {
                let others = lists::holders(ground.round.graph(), attested, *client);
                let opened = dleq::decode(body, &others);
                let truth =
                    opened.map(|opened| judge(ground, attestations, &disputed, *client, &opened));
                (*client, *leaf, truth)
            })
            .collect();
        let mut faulty = ClientSet::empty(ground.round.clients());
        let (mut truths, mut openings) = (BTreeMap::new(), BTreeMap::new());
        for (client, leaf, truth) in judged {
            let mut faulty_for = |check, what: String| {
                faulty.insert(client);
                findings.fault(Finding {
                    check,
                    culprit: Some(Culprit::Client(client)),
                    evidence: vec![leaf],
                    what,
                });
            };
            let truth = match truth {
                Ok(truth) => truth,
                Err(error) => {
                    let what = format!("the edges that it opened are malformed: {error}");
                    if !Step::DisputeDecodes.holds(false) {
                        faulty_for(Check::Messages, what);
                    }
                    continue;
                }
            };
            let Some(truth) = truth else {
                let what = "it opened an edge with a point that is not proven to be the edge's";
                faulty_for(Check::Disputes, what.to_owned());
                continue;
            };
            for (edge, truth) in truth {
                truths.insert(edge, truth);
                openings.entry(edge).or_insert(leaf);
            }
        }
        let said = |client, other| attestations.towards(ground, client, other);
        let settled = if !Step::Settled.holds(false) {
            dispute::settle(&disputed, &truths, said)
        } else {
            dispute::Settled::default()
        };
        for (liar, edge) in &settled.liars {
            let leaves = [attestations.leaf(*liar), openings.get(edge).copied()];
            let other = if edge.0 == *liar { edge.1 } else { edge.0 };
            let details = Details::involving([other])
                .showing(
                    "what it attested about the edge",
                    said(*liar, other).unwrap_or_default(),
                )
                .showing(
                    "what the other end attested",
                    said(other, *liar).unwrap_or_default(),
                )
                .showing(
                    "what the opened edge gives",
                    truths.get(edge).map_or(&[][..], Vec::as_slice),
                );
            let finding = Finding {
                check: Check::Disputes,
                culprit: Some(Culprit::Client(*liar)),
                evidence: leaves.into_iter().flatten().collect(),
                what: format!("what it attested about its edge to client {other} is not what the opened edge gives"),
            };
            findings.fault_with(finding, details);
        }
        let clients = ground.round.clients();
        Judged {
            contributors: settled.contributors(attested, &faulty),
            excluded: ClientSet::of(clients, |client| {
                faulty.contains(client) || settled.is_liar(client)
            }),
        }
    }
}

/// What is true of the disputed edges that a client opened; nothing if one of its points is not proven.
fn judge<P: ProofSystem>(
    ground: &Ground<'_, P>,
    attestations: &Attestations<P>,
    disputed: &BTreeSet<Edge>,
    client: ClientId,
    opened: &[Revealed],
) -> Option<Vec<(Edge, Vec<u8>)>> {
    let Ground { round, set_up, .. } = ground;
    let context = round.context();
    let mut truths = Vec::new();
    for revealed in opened {
        let other = revealed.other;
        // V-08.C.2: without one key that all saw there is nothing to judge by, and nobody to blame.
        let keys = |client| set_up.keys_to_all(Step::EdgeOfDoubted, client);
        let (Some(mine), Some(theirs)) = (keys(client), keys(other)) else {
            continue;
        };
        let ends = dispute::ends(context, (client, &mine.mask), (other, &theirs.mask));
        if !Step::EdgePoint.holds(ends.hold(revealed)) {
            return None;
        }
        let edge = dispute::edge(client, other);
        if disputed.contains(&edge) {
            let mask = dispute::mask_of(context, client, revealed);
            truths.push((
                edge,
                attestations.challenges().commit(round, &mask).encode(),
            ));
        }
    }
    Some(truths)
}
