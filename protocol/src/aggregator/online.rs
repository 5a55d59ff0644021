//! Online: submit, acknowledge, unmask, publish (`specs/protocol.md` 3.4 to 3.7).

use std::collections::HashMap;

use rayon::prelude::*;
use veragg_circuits::ark_ff::Zero;
use veragg_circuits::group::ristretto::{KeyScalar, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::setup::Dealt;
use super::{Aggregator, Collecting, Log, Needed};
use crate::advertise::RoundKeys;
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
            fn lengths(&self, $round: &Round<P>, $client: ClientId) -> Vec<usize> {
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
    pub fn close(mut self) -> Result<Aggregator<P, L, Acknowledging<P::Group>>, AggregatorError> {
        let round = self.core.round();
        let accepted = self
            .core
            .judge_batches(|batch| judge_submissions(&round, batch))?;
        let contributors = accepted.valid(round.clients());
        self.core.note(&contributors, |_| false);
        let (got, need) = (
            contributors.len(),
            round.configuration().min_contributors as usize,
        );
        if got < need {
            return Err(AggregatorError::TooFew {
                phase: Phase::Submit,
                got,
                need,
            });
        }
        let mut masked = vec![<P::Group as Group>::Scalar::zero(); round.masked_scalars()];
        for (_, vector) in accepted.into_valid() {
            add(&mut masked, &vector);
        }
        self.core.close(contributors.clone())?;
        let state = Acknowledging {
            set_up: self.state.set_up,
            contributors,
            masked,
        };
        Ok(Aggregator {
            core: self.core,
            state,
        })
    }
}

fn add<F: Zero + Copy + std::ops::AddAssign + Send + Sync>(sum: &mut [F], vector: &[F]) {
    sum.par_iter_mut()
        .zip(vector)
        .for_each(|(sum, value)| *sum += *value);
}

/// The masked vector of each submission in a batch whose proof holds.
#[allow(clippy::type_complexity)]
fn judge_submissions<P: ProofSystem>(
    round: &Round<P>,
    batch: Vec<(ClientId, Message)>,
) -> Vec<(ClientId, Option<Vec<<P::Group as Group>::Scalar>>)> {
    let decoded: Vec<_> = batch
        .par_iter()
        .map(|(client, message)| (*client, Submission::of_message(round, message).ok()))
        .collect();
    let proofs: Vec<_> = decoded
        .iter()
        .filter_map(|(client, submission)| {
            Some((round.binding(*client), &submission.as_ref()?.proof))
        })
        .collect();
    let rejected: Vec<u32> = round
        .proofs()
        .verify_batch(&proofs)
        .into_iter()
        .filter_map(|(index, _)| Some(proofs.get(index)?.0.client))
        .collect();
    decoded
        .into_iter()
        .map(|(client, submission)| {
            let accepted = submission.filter(|_| !rejected.contains(&client.number()));
            (client, accepted.map(|submission| submission.masked))
        })
        .collect()
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Acknowledging<P::Group>> {
    /// 3.5: lists who has acknowledged the contributors.
    pub fn close(mut self) -> Result<Aggregator<P, L, Unmasking<P::Group>>, AggregatorError> {
        let round = self.core.round();
        let acknowledged = self
            .core
            .judge_each(|_, _| Some(()))?
            .valid(round.clients());
        let (got, need) = (
            acknowledged.len(),
            round.configuration().min_contributors as usize,
        );
        if got < need {
            return Err(AggregatorError::TooFew {
                phase: Phase::Acknowledge,
                got,
                need,
            });
        }
        self.core.close(acknowledged)?;
        let Acknowledging {
            set_up,
            contributors,
            masked,
        } = self.state;
        Ok(Aggregator {
            core: self.core,
            state: Unmasking {
                set_up,
                contributors,
                masked,
            },
        })
    }
}

impl SetUp {
    /// The commitment to the share of `dealer`'s secret that `holder` holds.
    fn holds<P: ProofSystem>(
        &self,
        round: &Round<P>,
        dealer: ClientId,
        holder: ClientId,
        secret: Secret,
        share: &KeyScalar,
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
            .is_some_and(|commitment| Ristretto::encode_point(&(share * KEY_TABLE)) == commitment)
    }

    /// The shares that a client reveals, if every one of them is the committed one.
    fn judge_unmasking<P: ProofSystem>(
        &self,
        round: &Round<P>,
        contributors: &ClientSet,
        client: ClientId,
        message: &Message,
    ) -> Option<Vec<(ClientId, KeyScalar)>> {
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
        let pair = crate::dh::KeyPair::from_secret(secret);
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
    pub fn close(mut self) -> Result<Aggregator<P, L, Published<P::Group>>, AggregatorError> {
        let Self {
            core,
            state:
                Unmasking {
                    set_up,
                    contributors,
                    masked,
                },
        } = &mut self;
        let round = core.round();
        let findings = core.judge_each(|client, message| {
            set_up.judge_unmasking(&round, contributors, client, message)
        })?;
        let unmasked = findings.valid(round.clients());
        let mut shares: HashMap<ClientId, Vec<(ClientId, KeyScalar)>> = HashMap::new();
        for (holder, revealed) in findings.into_valid() {
            for (dealer, share) in revealed {
                shares.entry(dealer).or_default().push((holder, share));
            }
        }
        let need = round.threshold();
        let masks = set_up
            .participants
            .iter()
            .map(|client| {
                let mut of_client = shares.remove(&client).unwrap_or_default();
                let got = of_client.len();
                if got < need {
                    return Err(AggregatorError::Shares { client, got, need });
                }
                of_client.truncate(need);
                Ok((client, of_client))
            })
            .collect::<Result<Vec<_>, _>>()?
            .into_par_iter()
            .flat_map(|(client, shares)| {
                set_up.masks_in_sum(&round, contributors, client, reconstruct(&shares))
            })
            .collect::<Vec<_>>();
        masks::apply::<P::Group>(masked, &masks);
        core.close(unmasked)?;
        let opening = std::mem::take(masked);
        let publication = Publication {
            opening,
            outcomes: core.outcomes(contributors),
        };
        core.say(&[publication.encode()])?;
        core.close(contributors.clone())?;
        Ok(Aggregator {
            core: self.core,
            state: Published { publication },
        })
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Published<P::Group>> {
    /// What was published.
    pub fn publication(&self) -> &Publication<P::Group> {
        &self.state.publication
    }
}
