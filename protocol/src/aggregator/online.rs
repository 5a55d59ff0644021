//! Online: submit, acknowledge, unmask, publish (`specs/protocol.md` 3.4 to 3.7).

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::{Aggregator, Closed, Collecting, Dealt, Log, Needed};
use crate::advertise::RoundKeys;
use crate::dh::KeyPair;
use crate::masks::{self, Mask};
use crate::members::{ClientId, ClientSet};
use crate::message::Message;
use crate::phase::Phase;
use crate::publish::Publication;
use crate::round::Round;
use crate::rules;
use crate::share;
use crate::sharing::reconstruct;
use crate::submit::Submission;
use crate::unmask::{self, Secret};

/// What the online phases know of the set-up.
#[derive(Default)]
struct SetUp {
    advertised: ClientSet,
    keys: HashMap<ClientId, RoundKeys>,
    dealt: Dealt,
    participants: ClientSet,
}

/// Collects masked vectors.
pub struct Submitting {
    set_up: SetUp,
}

/// Collects acknowledgements.
pub struct Acknowledging<G: Group> {
    set_up: SetUp,
    contributors: ClientSet,
    /// Sum of the contributors' masked vectors.
    masked: Vec<G::Scalar>,
}

/// Collects shares.
pub struct Unmasking<G: Group> {
    set_up: SetUp,
    contributors: ClientSet,
    masked: Vec<G::Scalar>,
}

/// The round is over; the board is complete.
#[derive(Debug)]
pub struct Published<G: Group> {
    publication: Publication<G>,
}

/// Shares by whose secret they are of; or, turned around, by who holds them.
type Revealed = Vec<(ClientId, KeyScalar)>;

impl Submitting {
    pub(super) fn new(
        advertised: ClientSet,
        keys: HashMap<ClientId, RoundKeys>,
        dealt: Dealt,
        participants: ClientSet,
    ) -> Self {
        Self {
            set_up: SetUp {
                advertised,
                keys,
                dealt,
                participants,
            },
        }
    }
}

macro_rules! collecting {
    ($state:ty, |$this:ident, $round:ident, $client:ident| $lengths:expr) => {
        impl<P: ProofSystem> Collecting<P> for $state {
            fn lengths(&self, $round: &Round<P>, $client: ClientId, _: usize) -> Vec<usize> {
                let $this = self;
                $lengths
            }
            fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
                Needed::Envelope
            }
        }
    };
}

collecting!(Submitting, |_this, round, _client| round.submit_lengths());
collecting!(Acknowledging<P::Group>, |_this, _round, _client| Vec::new());
collecting!(Unmasking<P::Group>, |this, round, client| {
    round.unmask_lengths(client, &this.set_up.participants)
});

impl<P: ProofSystem, L: Log> Aggregator<P, L, Submitting> {
    /// 3.4: verifies the proofs in batches and lists whose input satisfies the statement; those
    /// are the contributors.
    pub fn close(self) -> Closed<P, L, Submitting, Acknowledging<P::Group>> {
        self.transition(|core, state| {
            let round = core.round();
            let mut masked = vec![<P::Group as Group>::Scalar::zero(); round.masked_scalars()];
            let accepted =
                core.judge_batches(|batch| sum_submissions(&round, batch, &mut masked))?;
            let contributors = accepted.valid(round.clients());
            enough(&round, Phase::Submit, &contributors)?;
            core.close(&contributors, |client| accepted.is_bad(client))?;
            let set_up = std::mem::take(&mut state.set_up);
            Ok(Acknowledging {
                set_up,
                contributors,
                masked,
            })
        })
    }
}

/// Refuses to go on with fewer clients than any contributor would unmask for.
fn enough<P: ProofSystem>(
    round: &Round<P>,
    phase: Phase,
    list: &ClientSet,
) -> Result<(), AggregatorError> {
    let (got, need) = (list.len(), round.configuration().min_contributors as usize);
    if got < need {
        return Err(AggregatorError::TooFew { phase, got, need });
    }
    Ok(())
}

fn add<F: Zero + Copy + std::ops::AddAssign + Send + Sync>(sum: &mut [F], vector: &[F]) {
    sum.par_iter_mut()
        .zip(vector)
        .for_each(|(sum, value)| *sum += *value);
}

/// Adds the masked vector of each submission in a batch whose proof holds to `sum`, and says whose
/// those are. Each message is gone as soon as it is decoded, and the batch when this returns.
fn sum_submissions<P: ProofSystem>(
    round: &Round<P>,
    batch: Vec<(ClientId, Message)>,
    sum: &mut [<P::Group as Group>::Scalar],
) -> Vec<(ClientId, Option<()>)> {
    let decoded: Vec<_> = batch
        .into_par_iter()
        .map(|(client, message)| (client, Submission::of_message(round, &message).ok()))
        .collect();
    let proofs: Vec<_> = decoded
        .iter()
        .filter_map(|(client, submission)| {
            Some((round.binding(*client), &submission.as_ref()?.proof))
        })
        .collect();
    let rejected: HashSet<u32> = round
        .proofs()
        .verify_batch(&proofs)
        .into_iter()
        .filter_map(|(index, _)| Some(proofs.get(index)?.0.client))
        .collect();
    decoded
        .into_iter()
        .map(|(client, submission)| {
            let accepted = submission.filter(|_| !rejected.contains(&client.number()));
            (client, accepted.map(|accepted| add(sum, &accepted.masked)))
        })
        .collect()
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Acknowledging<P::Group>> {
    /// 3.5: lists who has acknowledged the contributors.
    pub fn close(self) -> Closed<P, L, Acknowledging<P::Group>, Unmasking<P::Group>> {
        self.transition(|core, state| {
            let round = core.round();
            let findings = core.judge_each(|_, _| Some(()))?;
            let acknowledged = findings.valid(round.clients());
            enough(&round, Phase::Acknowledge, &acknowledged)?;
            core.close(&acknowledged, |client| findings.is_bad(client))?;
            Ok(Unmasking {
                set_up: std::mem::take(&mut state.set_up),
                contributors: state.contributors.clone(),
                masked: std::mem::take(&mut state.masked),
            })
        })
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
        let holders = rules::holders(round.graph(), &self.advertised, dealer);
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

    /// The shares that a client reveals, if every one of them is the committed one.
    fn judge_unmasking<P: ProofSystem>(
        &self,
        round: &Round<P>,
        contributors: &ClientSet,
        client: ClientId,
        message: &Message,
    ) -> Option<Revealed> {
        let shares = unmask::decode(&message.body).ok()?;
        let subjects = rules::holders(round.graph(), &self.participants, client);
        if shares.len() != subjects.len() {
            return None;
        }
        let revealed: Vec<_> = subjects.into_iter().zip(shares).collect();
        revealed
            .iter()
            .all(|(dealer, share)| {
                let secret = Secret::to_rebuild(contributors.contains(*dealer));
                self.holds(round, *dealer, client, secret, share)
            })
            .then_some(revealed)
    }

    /// Rebuilds one secret of each participant, and from it the masks that the sum still holds.
    fn masks_to_remove<P: ProofSystem>(
        &self,
        round: &Round<P>,
        contributors: &ClientSet,
        revealed: &HashMap<ClientId, Revealed>,
    ) -> Result<Vec<Mask>, AggregatorError> {
        let mut shares: HashMap<ClientId, Revealed> = HashMap::new();
        for (holder, of_others) in revealed {
            for (dealer, share) in of_others {
                shares.entry(*dealer).or_default().push((*holder, *share));
            }
        }
        let need = round.threshold();
        let rebuilt = self.participants.iter().map(|client| {
            let mut of_client = shares.remove(&client).unwrap_or_default();
            let got = of_client.len();
            if got < need {
                return Err(AggregatorError::Shares { client, got, need });
            }
            of_client.truncate(need);
            Ok((client, of_client))
        });
        let rebuilt = rebuilt.collect::<Result<Vec<_>, _>>()?;
        let masks = rebuilt.into_par_iter().flat_map(|(client, shares)| {
            self.masks_in_sum(round, contributors, client, reconstruct(&shares))
        });
        Ok(masks.collect())
    }

    /// The masks that stand in the sum of the contributors' vectors, each to be taken away: the
    /// seed of every contributor, and the edges between contributors and other participants.
    fn masks_in_sum<P: ProofSystem>(
        &self,
        round: &Round<P>,
        contributors: &ClientSet,
        dealer: ClientId,
        secret: KeyScalar,
    ) -> Vec<Mask> {
        let context = round.context();
        if contributors.contains(dealer) {
            return vec![Mask::of_seed(context, dealer, &secret).inverse()];
        }
        let pair = KeyPair::from_secret(secret);
        rules::holders(round.graph(), contributors, dealer)
            .into_iter()
            // The edge as the dropout would have added it is the inverse of what stands there.
            .filter_map(|other| {
                let public = &self.keys.get(&other)?.mask;
                Some(Mask::of_edge(context, dealer, &pair, other, public))
            })
            .collect()
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Unmasking<P::Group>> {
    /// 3.6 and 3.7: rebuilds one secret of each participant, removes the masks from the sum and
    /// publishes what is left.
    pub fn close(self) -> Closed<P, L, Unmasking<P::Group>, Published<P::Group>> {
        self.transition(|core, state| {
            let Unmasking {
                set_up,
                contributors,
                masked,
            } = state;
            let round = core.round();
            let findings = core.judge_each(|client, message| {
                set_up.judge_unmasking(&round, contributors, client, message)
            })?;
            let unmasked = findings.valid(round.clients());
            let revealed = findings.into_valid();
            let masks = set_up.masks_to_remove(&round, contributors, &revealed)?;
            core.close(&unmasked, |client| !revealed.contains_key(&client))?;
            let mut opening = std::mem::take(masked);
            masks::apply::<P::Group>(&mut opening, &masks);
            let publication = Publication {
                opening,
                outcomes: core.outcomes(contributors),
            };
            core.say(&[publication.encode()])?;
            core.close(contributors, |_| false)?;
            Ok(Published { publication })
        })
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Published<P::Group>> {
    /// What was published.
    pub fn publication(&self) -> &Publication<P::Group> {
        &self.state.publication
    }
}
