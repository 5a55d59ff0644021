//! Attest: collects attestations, and verifies the row links in batches (`specs/protocol.md` 3.5).

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::core::Core;
use super::dispute::Disputing;
use super::error::AggregatorError;
use super::set_up::{enough, SetUp};
use super::{Aggregator, Closed, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::tree::Tree;
use crate::pairwise::attest::{self, Attested, Candidate, Challenges, Fingerprint};
use crate::pairwise::submit::{self, Accepted};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::message::Message;

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
type Kept = (Tree<Vec<u8>>, Attested);

impl<P: ProofSystem> Collecting<P> for Attesting<P> {
    fn lengths(&self, round: &Round<P>, client: ClientId, _: usize) -> Vec<usize> {
        round.attest_lengths(client, &self.set_up.participants)
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Attesting<P>> {
    /// 3.5: lists whose attestation links its masked vector to its commitments.
    pub fn close(self) -> Closed<P, L, Attesting<P>, Disputing<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let masked = fingerprints(core, &state.challenges, &core.spoke())?;
            let findings = core.judge_batches(|batch| judge(&round, state, &masked, batch))?;
            let attested = findings.valid(round.clients());
            enough(&round, Phase::Attest, &attested)?;
            core.close(&attested, |client| findings.is_bad(client))?;
            let (mut parts, mut said) = (HashMap::new(), HashMap::new());
            for (client, (tree, attested)) in findings.into_valid() {
                parts.insert(client, tree);
                said.insert(client, attested);
            }
            Ok(Disputing {
                set_up: std::mem::take(&mut state.set_up),
                challenges: state.challenges.clone(),
                attested,
                parts,
                said,
            })
        })
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
            let (_, masked) = submit::halves(&round, &message).ok()?;
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
    batch: Vec<(ClientId, Message)>,
) -> Vec<(ClientId, Option<Kept>)> {
    let set_up = &state.set_up;
    let decoded: Vec<_> = batch
        .into_par_iter()
        .map(|(client, message)| {
            let neighbours = set_up.neighbours(round, client);
            let attestation = attest::decode(round, &set_up.participants, client, &message).ok();
            let attestation = attestation.filter(|attestation| {
                let keys = neighbours
                    .iter()
                    .map(|other| Some(&set_up.keys.get(other)?.mask));
                let keys = keys.collect::<Option<Vec<_>>>();
                keys.is_some_and(|keys| attest::judge_keys(&attestation.head.keys, keys).is_ok())
            });
            (client, message.envelope.entry(), neighbours, attestation)
        })
        .collect();
    let candidates: Vec<_> = decoded
        .iter()
        .filter_map(|(client, entry, neighbours, attestation)| {
            Some(Candidate {
                client: *client,
                entry: *entry,
                attestation: attestation.as_ref()?,
                neighbours,
                submission: state.accepted.get(client)?,
                masked: masked.get(client)?,
            })
        })
        .collect();
    let judged = attest::judge(round, &state.challenges, &candidates);
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
                let tree: Tree<_> = attestation.parts().into_iter().collect();
                (tree, Attested::of(attestation))
            });
            (client, kept)
        })
        .collect()
}
