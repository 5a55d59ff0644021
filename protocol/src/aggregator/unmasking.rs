//! Unmask and publish (`specs/protocol.md` 3.8, 3.9).

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::core::Core;
use super::error::AggregatorError;
use super::online::SetUp;
use super::{Aggregator, Collecting, Log, Needed, StillOpen};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::masks::{self, Mask};
use crate::crypto::sharing::reconstruct;
use crate::crypto::tree::Tree;
use crate::pairwise::attest::Challenges;
use crate::pairwise::conviction::{Conviction, Lie};
use crate::pairwise::lies::{self, Attested, Rebuilt, ShownBy};
use crate::pairwise::publish::Publication;
use crate::pairwise::share;
use crate::pairwise::submit::Submission;
use crate::pairwise::unmask::{self, Secret};
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::message::Message;
use crate::wire::part::Part;

/// Shares by whose secret they are of; or, turned around, by who holds them.
type Revealed = Vec<(ClientId, KeyScalar)>;

/// Collects shares, in some round of unmask.
pub struct Unmasking<P: ProofSystem> {
    set_up: SetUp,
    challenges: Challenges<P>,
    said: HashMap<ClientId, Attested>,
    /// Who is left of the contributors.
    contributors: ClientSet,
    acknowledged: ClientSet,
    round: u8,
    /// Who left in the round before.
    left: ClientSet,
    seeds: BTreeMap<ClientId, KeyScalar>,
    masks: BTreeMap<ClientId, KeyScalar>,
    /// What shows that those who left in the round before have lied.
    convictions: BTreeMap<ClientId, Conviction>,
}

/// The round is over; the board is complete.
#[derive(Debug)]
pub struct Ended<G: Group> {
    publication: Option<Publication<G>>,
}

/// What closing a round of unmask gives.
pub enum Unmasked<P: ProofSystem, L: Log> {
    /// Somebody has lied, and their mask secrets are needed too.
    Again(Box<Aggregator<P, L, Unmasking<P>>>),
    /// The sum is published; or the last round has passed, and there is none.
    Ended(Box<Aggregator<P, L, Ended<P::Group>>>),
}

impl<P: ProofSystem> Unmasking<P> {
    pub(super) fn new(
        set_up: SetUp,
        challenges: Challenges<P>,
        said: HashMap<ClientId, Attested>,
        contributors: ClientSet,
        acknowledged: ClientSet,
    ) -> Self {
        Self {
            left: ClientSet::empty(0),
            set_up,
            challenges,
            said,
            contributors,
            acknowledged,
            round: 0,
            seeds: BTreeMap::new(),
            masks: BTreeMap::new(),
            convictions: BTreeMap::new(),
        }
    }

    /// Whose secrets are rebuilt in this round.
    fn subjects(&self) -> &ClientSet {
        if self.round == 0 {
            &self.set_up.participants
        } else {
            &self.left
        }
    }

    /// Which secret of a client is rebuilt in this round.
    fn wanted(&self, client: ClientId) -> Secret {
        Secret::to_rebuild(self.contributors.contains(client))
    }
}

impl<P: ProofSystem> Collecting<P> for Unmasking<P> {
    fn lengths(&self, round: &Round<P>, client: ClientId, _: usize) -> Vec<usize> {
        round.unmask_lengths(client, self.subjects())
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
    fn convictions(&self, round: &Round<P>, reader: ClientId) -> Vec<Conviction> {
        let neighbours = lists::holders(round.graph(), &self.left, reader);
        let of = |client| self.convictions.get(client).cloned();
        neighbours.iter().filter_map(of).collect()
    }
}

impl SetUp {
    /// Whether a revealed share is the one that `dealer` committed to for `holder`.
    fn holds<P: ProofSystem>(
        &self,
        round: &Round<P>,
        dealer: ClientId,
        holder: ClientId,
        secret: Secret,
        revealed: &KeyScalar,
    ) -> bool {
        let holders = lists::holders(round.graph(), &self.advertised, dealer);
        let position = 1 + holders.partition_point(|&other| other < holder);
        // The encodings were found canonical when they were dealt: to compare them is cheaper than
        // to decode them again.
        self.dealt
            .get(&dealer)
            .and_then(|parts| parts.leaf(position as u64))
            .and_then(|part| share::encoded_commitments(part))
            .and_then(|commitments| commitments.get(secret.index()).copied())
            .is_some_and(|commitment| {
                Ristretto::encode_point(&(revealed * KEY_TABLE)) == commitment
            })
    }
}

impl<P: ProofSystem> Unmasking<P> {
    /// The shares that a client reveals, if every one of them is the committed one.
    fn judge(&self, round: &Round<P>, client: ClientId, message: &Message) -> Option<Revealed> {
        let shares = unmask::decode(&message.body).ok()?;
        let subjects = lists::holders(round.graph(), self.subjects(), client);
        if shares.len() != subjects.len() {
            return None;
        }
        let revealed: Vec<_> = subjects.into_iter().zip(shares).collect();
        revealed
            .iter()
            .all(|(dealer, share)| {
                let secret = self.wanted(*dealer);
                let holds = self.set_up.holds(round, *dealer, client, secret, share);
                Rule::RevealedShare.holds(holds)
            })
            .then_some(revealed)
    }

    /// Rebuilds one secret of each subject of this round.
    fn rebuild(
        &self,
        round: &Round<P>,
        revealed: &HashMap<ClientId, Revealed>,
    ) -> Result<Vec<(ClientId, KeyScalar)>, AggregatorError> {
        let mut shares: HashMap<ClientId, Revealed> = HashMap::new();
        for (holder, of_others) in revealed {
            for (dealer, share) in of_others {
                shares.entry(*dealer).or_default().push((*holder, *share));
            }
        }
        let need = round.threshold();
        let enough = self.subjects().iter().map(|client| {
            let mut of_client = shares.remove(&client).unwrap_or_default();
            let got = of_client.len();
            if !Rule::EnoughShares.holds(got >= need) {
                return Err(AggregatorError::Shares { client, got, need });
            }
            of_client.truncate(need);
            Ok((client, of_client))
        });
        let enough = enough.collect::<Result<Vec<_>, _>>()?;
        let rebuilt = enough.into_par_iter();
        Ok(rebuilt
            .map(|(client, shares)| (client, reconstruct(&shares)))
            .collect())
    }

    /// Whom the secrets of this round convict.
    fn find_lies(
        &self,
        round: &Round<P>,
        rebuilt: &[(ClientId, KeyScalar)],
    ) -> BTreeMap<ClientId, lies::Lie> {
        let of = |kind: Secret| -> Vec<_> {
            let wanted = rebuilt
                .iter()
                .filter(|(client, _)| self.wanted(*client) == kind);
            wanted.copied().collect()
        };
        let (seeds, masks) = (of(Secret::Seed), of(Secret::Mask));
        let rebuilt = Rebuilt {
            seeds: &seeds,
            masks: &masks,
        };
        let lists = (&self.set_up.participants, &self.contributors);
        let key = |client| self.set_up.keys.get(&client).map(|keys| keys.mask);
        lies::find(round, &self.challenges, lists, &self.said, rebuilt, key)
    }

    /// The masks that stand in the sum of the contributors' vectors, each to be taken away: the
    /// seed of every contributor, and the edges between contributors and other participants.
    fn masks_in_sum(&self, round: &Round<P>) -> Vec<Mask> {
        let context = round.context();
        let seeds = self.seeds.par_iter();
        let own = seeds
            .filter(|(client, _)| self.contributors.contains(**client))
            .map(|(client, seed)| Mask::of_seed(context, *client, seed).inverse());
        let edges = self.masks.par_iter().flat_map_iter(|(gone, secret)| {
            lists::holders(round.graph(), &self.contributors, *gone)
                .into_iter()
                // The edge as the dropout would have added it is the inverse of what stands there.
                .filter_map(move |other| {
                    let point = self.set_up.keys.get(&other)?.mask * secret;
                    Some(Mask::of_point(context, *gone, other, &point))
                })
        });
        own.chain(edges).collect()
    }

    /// The sum of the contributors' vectors without any mask.
    fn open<L: Log>(
        &self,
        core: &Core<P, L>,
    ) -> Result<Vec<<P::Group as Group>::Scalar>, AggregatorError> {
        let round = core.round();
        let mut sum = vec![<P::Group as Group>::Scalar::zero(); round.masked_scalars()];
        core.read_batches(Phase::Submit, &self.contributors, |batch| {
            let decoded: Vec<_> = batch
                .into_par_iter()
                .filter_map(|(_, message)| Submission::<P>::masked_of(&round, &message).ok())
                .collect();
            for masked in decoded {
                sum.par_iter_mut()
                    .zip(masked)
                    .for_each(|(sum, value)| *sum += value);
            }
        })?;
        masks::apply::<P::Group>(&mut sum, &self.masks_in_sum(&round));
        Ok(sum)
    }

    /// What shows to others that a client has lied.
    fn convict<L: Log>(
        &self,
        core: &Core<P, L>,
        liar: ClientId,
        shown_by: ShownBy,
    ) -> Result<Option<Conviction>, AggregatorError> {
        let round = core.round();
        let parts = |phase, lengths: &[usize]| -> Result<Option<_>, AggregatorError> {
            let message = core.message(phase, liar)?;
            Ok(message.and_then(|message| {
                let parts = message.parts(lengths).ok()?;
                let tree: Tree<Vec<u8>> = parts.iter().map(|part| part.to_vec()).collect();
                Some((message.envelope.clone(), tree))
            }))
        };
        let part = |tree: &Tree<Vec<u8>>, position: usize| -> Option<Part> {
            Some(Part {
                position: position as u32,
                bytes: tree.leaf(position as u64)?.clone(),
                proof: tree.inclusion(position as u64)?,
            })
        };
        let attested = round.attest_lengths(liar, &self.set_up.participants);
        let Some((attestation, tree)) = parts(Phase::Attest, &attested)? else {
            return Ok(None);
        };
        let lie = match shown_by {
            ShownBy::Seed => {
                let dealt = round.share_lengths(liar, &self.set_up.advertised);
                parts(Phase::Share, &dealt)?.and_then(|(sharing, dealt)| {
                    Some(Lie::Seed {
                        secret: *self.seeds.get(&liar)?,
                        sharing,
                        seed: part(&dealt, 0)?,
                    })
                })
            }
            ShownBy::Edge(neighbour) => {
                let neighbours = self.set_up.neighbours(&round, liar);
                let at = neighbours.partition_point(|&other| other < neighbour);
                let keys = neighbours
                    .iter()
                    .map(|other| Some(self.set_up.keys.get(other)?.mask));
                keys.collect::<Option<Vec<_>>>().and_then(|keys| {
                    Some(Lie::Edge {
                        secret: *self.masks.get(&neighbour)?,
                        neighbour,
                        keys,
                        edges: part(&tree, 1 + at)?,
                    })
                })
            }
        };
        Ok(part(&tree, 0).zip(lie).map(|(head, lie)| Conviction {
            attestation,
            head,
            lie,
        }))
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Unmasking<P>> {
    /// 3.8 and 3.9: rebuilds the secrets, and takes out who has lied. If nobody has, removes the masks
    /// from the sum and publishes what is left; else the next round begins, if there is one.
    pub fn close(self) -> Result<Unmasked<P, L>, Box<StillOpen<Self>>> {
        let Self {
            mut core,
            mut state,
        } = self;
        match close_round(&mut core, &mut state) {
            Ok(Some(state)) => Ok(Unmasked::Ended(Box::new(Aggregator { core, state }))),
            Ok(None) => Ok(Unmasked::Again(Box::new(Aggregator { core, state }))),
            Err(error) => Err(Box::new(StillOpen {
                aggregator: Self { core, state },
                error,
            })),
        }
    }
}

fn close_round<P: ProofSystem, L: Log>(
    core: &mut Core<P, L>,
    state: &mut Unmasking<P>,
) -> Result<Option<Ended<P::Group>>, AggregatorError> {
    let round = core.round();
    let findings = core.judge_each(|client, message| state.judge(&round, client, message))?;
    let rebuilt = state.rebuild(&round, &findings.into_valid())?;
    let lies = state.find_lies(&round, &rebuilt);
    for (client, secret) in rebuilt {
        match state.wanted(client) {
            Secret::Seed => state.seeds.insert(client, secret),
            Secret::Mask => state.masks.insert(client, secret),
        };
    }
    if lies.is_empty() {
        let opening = state.open(core)?;
        core.close(&state.contributors, |_| true)?;
        let publication = Publication {
            opening,
            outcomes: core.outcomes(),
        };
        core.say(&[publication.encode()])?;
        core.close(&state.contributors, |_| false)?;
        let publication = Some(publication);
        return Ok(Some(Ended { publication }));
    }
    let mut convictions = BTreeMap::new();
    let (mut left, mut contributors) = (
        ClientSet::empty(round.clients()),
        state.contributors.clone(),
    );
    for (liar, lie) in lies {
        if let Some(conviction) = state.convict(core, liar, lie.shown_by)? {
            convictions.insert(liar, conviction);
        }
        contributors.remove(liar);
        left.insert(liar);
    }
    core.close(&contributors, |_| true)?;
    if state.round >= round.configuration().unmask_rounds {
        return Ok(Some(Ended { publication: None }));
    }
    state.round += 1;
    let eligible = |client| state.acknowledged.contains(client) && contributors.contains(client);
    core.open_further(state.round, ClientSet::of(round.clients(), eligible));
    state.convictions = convictions;
    state.contributors = contributors;
    state.left = left;
    Ok(None)
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Ended<P::Group>> {
    /// What was published; nothing if liars were left when the last round of unmask had passed.
    pub fn publication(&self) -> Option<&Publication<P::Group>> {
        self.state.publication.as_ref()
    }
}
