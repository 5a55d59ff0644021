//! Unmask: reconstructs secrets, and finds whose attestation they contradict (`specs/protocol.md` 3.8).

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::proof_system::ProofSystem;

use super::closing::{Closing, Then};
use super::core::Core;
use super::error::AggregatorError;
use super::publish::{self, Ended};
use super::set_up::SetUp;
use super::{Aggregator, Collecting, Log};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::sharing::reconstruct;
use crate::pairwise::attest::{Attested, Challenges};
use crate::pairwise::false_attestations::{self, Contradiction, Reconstructed, ShownBy};
use crate::pairwise::fraud_proof::{FalseAttestation, FraudProof};
use crate::pairwise::unmask::{self, Against, Secret, Shares};
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::message::BorrowedMessage;
use crate::wire::parts::Parts;

/// Collects shares, in some round of unmask.
pub struct Unmasking<P: ProofSystem> {
    set_up: SetUp,
    challenges: Challenges<P>,
    values: HashMap<ClientId, Attested>,
    /// Who is left of the contributors.
    contributors: ClientSet,
    acknowledged: ClientSet,
    round: u8,
    /// Who left in each round that has closed, and what shows that they attested falsely.
    left: BTreeMap<u8, Left>,
    seeds: BTreeMap<ClientId, KeyScalar>,
    masks: BTreeMap<ClientId, KeyScalar>,
}

/// Who left in a round of unmask, and what shows why.
struct Left {
    clients: ClientSet,
    fraud_proofs: BTreeMap<ClientId, FraudProof>,
}

/// What closing a round of unmask gives.
pub enum Unmasked<P: ProofSystem, L: Log> {
    /// Somebody attested falsely, and the culprits' mask secrets are needed too.
    Again(Box<Aggregator<P, L, Unmasking<P>>>),
    /// The sum is published; or the last round has passed, and there is none.
    Ended(Box<Aggregator<P, L, Ended<P::Group>>>),
}

impl<P: ProofSystem> Unmasking<P> {
    pub(super) fn new(
        set_up: SetUp,
        challenges: Challenges<P>,
        values: HashMap<ClientId, Attested>,
        contributors: ClientSet,
        acknowledged: ClientSet,
    ) -> Self {
        Self {
            left: BTreeMap::new(),
            set_up,
            challenges,
            values,
            contributors,
            acknowledged,
            round: 0,
            seeds: BTreeMap::new(),
            masks: BTreeMap::new(),
        }
    }

    /// Whose secrets are reconstructed in this round.
    fn subjects(&self) -> &ClientSet {
        let before = self.round.checked_sub(1);
        let left = before.and_then(|before| self.left.get(&before));
        left.map_or(&self.set_up.participants, |left| &left.clients)
    }

    /// Which secret of a client is reconstructed in this round.
    fn wanted(&self, client: ClientId) -> Secret {
        Secret::to_reconstruct(self.contributors.contains(client))
    }
}

/// What a round of unmask brings to light.
pub struct Revealed {
    /// All secrets reconstructed so far.
    seeds: BTreeMap<ClientId, KeyScalar>,
    masks: BTreeMap<ClientId, KeyScalar>,
    left: Left,
}

impl<P: ProofSystem> Collecting<P> for Unmasking<P> {
    type Derived = Revealed;
    type Next<L: Log> = Unmasked<P, L>;

    fn lengths(&self, round: &Round<P>, client: ClientId, _: usize) -> Vec<usize> {
        round.unmask_lengths(client, self.subjects())
    }

    fn fraud_proofs(&self, round: &Round<P>, closed: Phase, reader: ClientId) -> Vec<FraudProof> {
        let Phase::Unmask(closed) = closed else {
            return Vec::new();
        };
        let left = self.left.get(&closed).into_iter();
        left.flat_map(|left| {
            let neighbours = lists::holders(round.graph(), &left.clients, reader);
            let of = |client: ClientId| left.fraud_proofs.get(&client).cloned();
            neighbours.into_iter().filter_map(of).collect::<Vec<_>>()
        })
        .collect()
    }

    fn awaits(&self, round: &Round<P>, client: ClientId) -> bool {
        !lists::holders(round.graph(), self.subjects(), client).is_empty()
    }

    /// 3.8 and 3.9: reconstructs the secrets, and takes out whose attestations they contradict. If there is
    /// nobody, removes the masks from the sum; else the next round begins, if there is one.
    fn derive<L: Log>(&self, core: &Core<P, L>) -> Result<Closing<P, Revealed>, AggregatorError> {
        let round = core.round();
        let judged = core.judge_each(|client, message| {
            let against = |dealer| match self.committed(round, dealer, client) {
                Some(commitment) => Against::Commitment(commitment),
                None => Against::Missing,
            };
            unmask::judge(round, self.subjects(), client, message.body, against).ok()
        })?;
        // In the order of the clients, so that the same shares count after a restart.
        let shares: BTreeMap<_, _> = judged.into_valid().into_iter().collect();
        let reconstructed = self.reconstruct_secrets(round, shares)?;
        let contradictions = self.contradictions(round, &reconstructed);
        let (mut seeds, mut masks) = (self.seeds.clone(), self.masks.clone());
        for (client, secret) in reconstructed {
            match self.wanted(client) {
                Secret::Seed => seeds.insert(client, secret),
                Secret::Mask => masks.insert(client, secret),
            };
        }
        let mut contributors = self.contributors.clone();
        let mut left = ClientSet::empty(round.clients());
        let mut fraud_proofs = BTreeMap::new();
        for (culprit, contradiction) in &contradictions {
            let secrets = (&seeds, &masks);
            let fraud_proof = self.prove_fraud(core, *culprit, contradiction.shown_by, secrets)?;
            fraud_proofs.extend(fraud_proof.map(|fraud_proof| (*culprit, fraud_proof)));
            contributors.remove(*culprit);
            left.insert(*culprit);
        }
        let then = if contradictions.is_empty() {
            let set_up = &self.set_up;
            let opening = publish::open(core, set_up, &contributors, &seeds, &masks)?;
            Then::Publish(opening)
        } else if self.round < round.pairwise().unmask_rounds {
            let eligible = ClientSet::of(round.clients(), |client| {
                self.acknowledged.contains(client) && contributors.contains(client)
            });
            Then::Further(self.round + 1, eligible)
        } else {
            Then::Next
        };
        Ok(Closing {
            list: contributors,
            // Whoever has left has broken a rule.
            faulty: ClientSet::of(round.clients(), |_| true),
            then,
            derived: Revealed {
                seeds,
                masks,
                left: Left {
                    clients: left,
                    fraud_proofs,
                },
            },
        })
    }

    fn next<L: Log>(self, core: Core<P, L>, closing: Closing<P, Revealed>) -> Unmasked<P, L> {
        let Closing {
            list: contributors,
            then,
            derived,
            ..
        } = closing;
        let state = match then {
            Then::Next => Ended::without_sum(),
            Then::Publish(opening) => Ended::published(opening, core.outcomes()),
            Then::Further(round, _) => {
                let Revealed {
                    seeds,
                    masks,
                    left: of_round,
                } = derived;
                let mut left = self.left;
                left.insert(self.round, of_round);
                let state = Self {
                    round,
                    seeds,
                    masks,
                    left,
                    contributors,
                    ..self
                };
                return Unmasked::Again(Box::new(Aggregator { core, state }));
            }
        };
        Unmasked::Ended(Box::new(Aggregator { core, state }))
    }
}

impl<P: ProofSystem> Unmasking<P> {
    /// What a dealer committed to for a holder: its share of the secret that is reconstructed in this round.
    fn committed(&self, round: &Round<P>, dealer: ClientId, holder: ClientId) -> Option<[u8; 32]> {
        let holders = lists::holders(round.graph(), &self.set_up.advertised, dealer);
        let at = holders.binary_search(&holder).ok()?;
        let committed = self.set_up.committed.get(&dealer)?.get(at)?;
        committed.get(self.wanted(dealer).index()).copied()
    }

    /// Reconstructs one secret of each subject of this round.
    fn reconstruct_secrets(
        &self,
        round: &Round<P>,
        revealed: BTreeMap<ClientId, Shares>,
    ) -> Result<Vec<(ClientId, KeyScalar)>, AggregatorError> {
        let mut shares: HashMap<ClientId, Shares> = HashMap::new();
        for (holder, of_others) in revealed {
            for (dealer, share) in of_others {
                shares.entry(dealer).or_default().push((holder, share));
            }
        }
        let need = round.threshold();
        let mut enough = Vec::new();
        for client in self.subjects().iter() {
            let mut of_client = shares.remove(&client).unwrap_or_default();
            let got = of_client.len();
            Rule::EnoughShares.require(got >= need, || AggregatorError::Shares {
                client,
                got,
                need,
            })?;
            of_client.truncate(need);
            enough.push((client, of_client));
        }
        let reconstructed = enough.into_par_iter();
        Ok(reconstructed
            .map(|(client, shares)| (client, reconstruct(&shares)))
            .collect())
    }

    /// Whose attestations the secrets of this round contradict.
    fn contradictions(
        &self,
        round: &Round<P>,
        reconstructed: &[(ClientId, KeyScalar)],
    ) -> BTreeMap<ClientId, Contradiction> {
        let of = |kind: Secret| -> Vec<_> {
            let wanted = reconstructed
                .iter()
                .filter(|(client, _)| self.wanted(*client) == kind);
            wanted.copied().collect()
        };
        let (seeds, masks) = (of(Secret::Seed), of(Secret::Mask));
        let reconstructed = Reconstructed {
            seeds: &seeds,
            masks: &masks,
        };
        let lists = (&self.set_up.participants, &self.contributors);
        let key = |client| self.set_up.mask_key(client);
        false_attestations::find(
            round,
            &self.challenges,
            lists,
            &self.values,
            reconstructed,
            key,
        )
    }

    /// What shows to others that a client attested falsely.
    fn prove_fraud<L: Log>(
        &self,
        core: &Core<P, L>,
        culprit: ClientId,
        shown_by: ShownBy,
        (seeds, masks): (
            &BTreeMap<ClientId, KeyScalar>,
            &BTreeMap<ClientId, KeyScalar>,
        ),
    ) -> Result<Option<FraudProof>, AggregatorError> {
        let round = core.round();
        let parts = |phase, lengths: &[usize]| -> Result<Option<_>, AggregatorError> {
            let record = core.record_of(phase, culprit)?;
            Ok(record.and_then(|(_, record)| {
                let message = BorrowedMessage::decode(&record.bytes).ok()?;
                let parts = message.parts(lengths).ok()?;
                Some((message.envelope, Parts::of(&parts)))
            }))
        };
        let attested = round.attest_lengths(culprit, &self.set_up.participants);
        let Some((attestation, body)) = parts(Phase::Attest, &attested)? else {
            return Ok(None);
        };
        let shows = match shown_by {
            ShownBy::Seed => {
                let dealt = round.share_lengths(culprit, &self.set_up.advertised);
                parts(Phase::Share, &dealt)?.and_then(|(sharing, dealt)| {
                    Some(FalseAttestation::Seed {
                        secret: *seeds.get(&culprit)?,
                        sharing,
                        seed: dealt.part(0)?,
                    })
                })
            }
            ShownBy::Edge(neighbour) => {
                let neighbours = self.set_up.neighbours(round, culprit);
                let at = neighbours.partition_point(|&other| other < neighbour);
                let keys = neighbours
                    .iter()
                    .map(|other| Some(self.set_up.keys.get(other)?.mask));
                keys.collect::<Option<Vec<_>>>().and_then(|keys| {
                    Some(FalseAttestation::Edge {
                        secret: *masks.get(&neighbour)?,
                        neighbour,
                        keys,
                        edges: body.part(1 + at)?,
                    })
                })
            }
        };
        Ok(body.part(0).zip(shows).map(|(head, shows)| FraudProof {
            attestation,
            head,
            shows,
        }))
    }
}
