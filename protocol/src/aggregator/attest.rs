//! Attest: collects attestations, and verifies the row links in batches (`specs/protocol.md` 3.5).

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::closing::Closing;
use super::core::Core;
use super::dispute::Disputing;
use super::error::AggregatorError;
use super::judged::Batch;
use super::set_up::{enough, SetUp};
use super::{Aggregator, Collecting, Log};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::attest::{self, Attested, Candidate, Challenges, Fingerprint};
use crate::pairwise::submit::{self, Accepted};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::parts::Parts;

/// Collects attestations.
pub struct Attesting<P: ProofSystem> {
    pub(super) set_up: SetUp,
    pub(super) challenges: Challenges<P>,
    /// What is kept of the submissions of who is accepted.
    pub(super) accepted: HashMap<ClientId, Accepted<P>>,
}

/// Fingerprints of masked vectors, for each challenge pair.
type Fingerprints<P> = HashMap<ClientId, Vec<<<P as ProofSystem>::Group as Group>::Scalar>>;

/// What is kept of an attestation: its parts, and what it says.
type Kept = (Parts, Attested);

/// What is kept of the attestations that count.
#[derive(Default)]
pub struct Attestations {
    parts: HashMap<ClientId, Parts>,
    values: HashMap<ClientId, Attested>,
}

impl<P: ProofSystem> Collecting<P> for Attesting<P> {
    type Derived = Attestations;
    type Next<L: Log> = Aggregator<P, L, Disputing<P>>;

    fn lengths(&self, round: &Round<P>, client: ClientId, _: usize) -> Vec<usize> {
        round.attest_lengths(client, &self.set_up.participants)
    }

    /// 3.5: lists whose attestation links its masked vector to its commitments.
    fn derive<L: Log>(
        &self,
        core: &Core<P, L>,
    ) -> Result<Closing<P, Attestations>, AggregatorError> {
        let round = core.round();
        let masked = fingerprints(core, &self.challenges, &core.spoke())?;
        let judged = core.judge_batches(|batch| judge(round, self, &masked, batch))?;
        let attested = judged.valid(round.clients());
        enough(round, Phase::Attest, &attested)?;
        let faulty = judged.faulty(round.clients());
        let mut derived = Attestations::default();
        for (client, (tree, of_client)) in judged.into_valid() {
            derived.parts.insert(client, tree);
            derived.values.insert(client, of_client);
        }
        Ok(Closing::next(attested, faulty, derived))
    }

    fn next<L: Log>(
        self,
        core: Core<P, L>,
        closing: Closing<P, Attestations>,
    ) -> Aggregator<P, L, Disputing<P>> {
        let state = Disputing::new(
            core.round(),
            self.set_up,
            self.challenges,
            closing.list,
            closing.derived.parts,
            closing.derived.values,
        );
        Aggregator { core, state }
    }
}

/// `f(y)` of the masked vectors that these clients submitted.
fn fingerprints<P: ProofSystem, L: Log>(
    core: &Core<P, L>,
    challenges: &Challenges<P>,
    clients: &ClientSet,
) -> Result<Fingerprints<P>, AggregatorError> {
    let round = core.round();
    let mut all = HashMap::new();
    core.read_batches(Phase::Submit, clients, |batch| {
        let of_batch = batch.into_par_iter().filter_map(|(client, message)| {
            let (_, masked) = submit::halves(round, message.body).ok()?;
            let mut fingerprint = Fingerprint::new(challenges);
            fingerprint.read(masked).ok()?;
            Some((client, fingerprint.finish()))
        });
        all.extend(of_batch.collect::<Vec<_>>());
    })?;
    Ok(all)
}

/// What is kept of each attestation in a batch that counts.
fn judge<P: ProofSystem>(
    round: &Round<P>,
    state: &Attesting<P>,
    masked: &Fingerprints<P>,
    batch: Batch<'_>,
) -> Vec<(ClientId, Option<Kept>)> {
    let set_up = &state.set_up;
    let (attestations, points) = attest::decode(round, &set_up.participants, &batch);
    let decoded: Vec<_> = batch
        .into_par_iter()
        .zip(attestations)
        .map(|((client, message), attestation)| {
            let neighbours = set_up.neighbours(round, client);
            let attestation = attestation.ok();
            let attestation = attestation.filter(|attestation| {
                let keys = neighbours.iter().map(|&other| set_up.mask_key(other));
                let keys = keys.collect::<Option<Vec<_>>>();
                keys.is_some_and(|keys| attest::judge_keys(&attestation.head.keys, &keys).is_ok())
            });
            (client, message.envelope.entry(), neighbours, attestation)
        })
        .collect();
    let candidates: Vec<_> = decoded
        .iter()
        .enumerate()
        .filter_map(|(index, (client, entry, neighbours, attestation))| {
            Some(Candidate {
                client: *client,
                entry: *entry,
                index,
                attestation: attestation.as_ref()?,
                neighbours,
                submission: state.accepted.get(client)?,
                masked: masked.get(client)?,
            })
        })
        .collect();
    let judged = attest::judge(round, &state.challenges, &points, &candidates);
    let linked: HashSet<ClientId> = candidates
        .iter()
        .zip(judged)
        .filter(|(_, judged)| judged.is_ok())
        .map(|(candidate, _)| candidate.client)
        .collect();
    decoded
        .into_iter()
        .map(|(client, _, _, attestation)| {
            let holds = attestation.filter(|_| linked.contains(&client));
            let kept = holds.map(|attestation| {
                let body = Parts::of(&attestation.parts());
                (body, Attested::of(attestation))
            });
            (client, kept)
        })
        .collect()
}
