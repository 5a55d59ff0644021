//! Dispute: settles disputed edges, and lists the contributors (`specs/protocol.md` 3.6).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use veragg_circuits::proof_system::ProofSystem;

use super::acknowledge::Acknowledging;
use super::closing::Closing;
use super::core::Core;
use super::error::AggregatorError;
use super::set_up::{enough, SetUp};
use super::{Aggregator, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::attest::{Attested, Challenges};
use crate::pairwise::dispute::{self, Edge};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::parts::Parts;

/// Collects opened edges.
pub struct Disputing<P: ProofSystem> {
    set_up: SetUp,
    challenges: Challenges<P>,
    attested: ClientSet,
    /// The parts of the attestations.
    parts: HashMap<ClientId, Parts>,
    values: HashMap<ClientId, Attested>,
    /// Edges whose ends attested different values.
    disputed: BTreeSet<Edge>,
    /// The ends of these edges.
    ends: ClientSet,
}

impl<P: ProofSystem> Disputing<P> {
    pub(super) fn new(
        round: &Round<P>,
        set_up: SetUp,
        challenges: Challenges<P>,
        attested: ClientSet,
        parts: HashMap<ClientId, Parts>,
        values: HashMap<ClientId, Attested>,
    ) -> Self {
        let value = |client, other| value(round, &set_up, &values, client, other);
        let disputed = dispute::disputed(round.graph(), &attested, value);
        let mut ends = ClientSet::empty(round.clients());
        for &(one, other) in &disputed {
            ends.insert(one);
            ends.insert(other);
        }
        Self {
            set_up,
            challenges,
            attested,
            parts,
            values,
            disputed,
            ends,
        }
    }
}

/// What a client attested of its edge to another.
fn value<'a, P: ProofSystem>(
    round: &Round<P>,
    set_up: &SetUp,
    values: &'a HashMap<ClientId, Attested>,
    client: ClientId,
    other: ClientId,
) -> Option<&'a [u8]> {
    let neighbours = set_up.neighbours(round, client);
    values.get(&client)?.towards(&neighbours, other)
}

impl<P: ProofSystem> Collecting<P> for Disputing<P> {
    type Derived = ();
    type Next<L: Log> = Aggregator<P, L, Acknowledging<P>>;

    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize> {
        round.dispute_lengths(client, &self.attested, body)
    }

    fn needed(&self, round: &Round<P>, _: Phase, reader: ClientId, author: ClientId) -> Needed<'_> {
        self.set_up
            .of_attestation(round, &self.parts, reader, author)
    }

    fn awaits(&self, _: &Round<P>, client: ClientId) -> bool {
        self.ends.contains(client)
    }

    /// 3.6: settles the disputed edges and lists the contributors.
    fn derive<L: Log>(&self, core: &Core<P, L>) -> Result<Closing<P, ()>, AggregatorError> {
        let round = core.round();
        let judged = core.judge_each(|client, message| {
            let lists = (&self.attested, &self.disputed);
            let key = |client| self.set_up.mask_key(client);
            dispute::judge(round, &self.challenges, lists, client, message.body, key).ok()
        })?;
        let mut faulty = judged.faulty(round.clients());
        let opened: BTreeMap<_, _> = judged.into_valid().into_values().flatten().collect();
        let value = |client, other| value(round, &self.set_up, &self.values, client, other);
        let settled = dispute::settle(&self.disputed, &opened, value);
        let contributors = settled.contributors(&self.attested, &faulty);
        enough(round, Phase::Dispute, &contributors)?;
        for client in ClientId::all(round.clients()).filter(|&client| settled.is_culprit(client)) {
            faulty.insert(client);
        }
        Ok(Closing::next(contributors, faulty, ()))
    }

    fn next<L: Log>(
        self,
        core: Core<P, L>,
        closing: Closing<P, ()>,
    ) -> Aggregator<P, L, Acknowledging<P>> {
        let state = Acknowledging {
            set_up: self.set_up,
            challenges: self.challenges,
            contributors: closing.list,
            values: self.values,
            parts: self.parts,
        };
        Aggregator { core, state }
    }
}
