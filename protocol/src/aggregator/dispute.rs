//! Dispute: settles disputed edges, and lists the contributors (`specs/protocol.md` 3.6).

use std::collections::{BTreeMap, HashMap};

use veragg_circuits::proof_system::ProofSystem;

use super::acknowledge::Acknowledging;
use super::set_up::{enough, SetUp};
use super::{Aggregator, Closed, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::tree::Tree;
use crate::pairwise::attest::{Attested, Challenges};
use crate::pairwise::dispute;
use crate::round::phase::Phase;
use crate::round::Round;

/// Collects opened edges.
pub struct Disputing<P: ProofSystem> {
    pub(super) set_up: SetUp,
    pub(super) challenges: Challenges<P>,
    pub(super) attested: ClientSet,
    /// The parts of the attestations.
    pub(super) parts: HashMap<ClientId, Tree<Vec<u8>>>,
    pub(super) said: HashMap<ClientId, Attested>,
}

impl<P: ProofSystem> Collecting<P> for Disputing<P> {
    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize> {
        round.dispute_lengths(client, &self.attested, body)
    }
    fn needed(&self, round: &Round<P>, reader: ClientId, author: ClientId) -> Needed<'_> {
        let neighbours = self.set_up.neighbours(round, author);
        let at = 1 + neighbours.partition_point(|&other| other < reader);
        Needed::part(self.parts.get(&author), at)
    }
}

impl<P: ProofSystem> Disputing<P> {
    fn said(&self, round: &Round<P>, client: ClientId, other: ClientId) -> Option<&[u8]> {
        let neighbours = self.set_up.neighbours(round, client);
        self.said.get(&client)?.towards(&neighbours, other)
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Disputing<P>> {
    /// 3.6: settles the disputed edges and lists the contributors.
    pub fn close(self) -> Closed<P, L, Disputing<P>, Acknowledging<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let said = |client, other| state.said(&round, client, other);
            let disputed = dispute::disputed(round.graph(), &state.attested, said);
            let findings = core.judge_each(|client, message| {
                let (lists, key) = ((&state.attested, &disputed), |c| state.set_up.mask_key(c));
                let challenges = &state.challenges;
                dispute::judge(&round, challenges, lists, client, &message.body, key).ok()
            })?;
            let faulty = ClientSet::of(round.clients(), |client| findings.is_bad(client));
            let opened: BTreeMap<_, _> = findings.into_valid().into_values().flatten().collect();
            let settled = dispute::settle(&disputed, &opened, said);
            let contributors = settled.contributors(&state.attested, &faulty);
            enough(&round, Phase::Dispute, &contributors)?;
            core.close(&contributors, |client| {
                faulty.contains(client) || settled.is_culprit(client)
            })?;
            Ok(Acknowledging {
                set_up: std::mem::take(&mut state.set_up),
                challenges: state.challenges.clone(),
                contributors,
                said: std::mem::take(&mut state.said),
            })
        })
    }
}
