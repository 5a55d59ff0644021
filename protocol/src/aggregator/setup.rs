//! Set-up: advertise, share, confirm (`specs/protocol.md` 3.1 to 3.3).

use std::collections::HashMap;

use veragg_circuits::codec::DecodeError;
use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::online::Submitting;
use super::{Aggregator, Collecting, Dealt, Log, Needed};
use crate::advertise::{Advertisement, RoundKeys};
use crate::members::{ClientId, ClientSet};
use crate::message::Message;
use crate::phase::Phase;
use crate::round::Round;
use crate::rules;
use crate::share::{self, DealtPair};
use crate::sharing::{degree_holds, CommittedShares};
use crate::tree::Tree;

/// Collects round keys.
#[derive(Debug)]
pub struct Advertising;

/// Collects shares.
pub struct Sharing {
    advertised: ClientSet,
    keys: HashMap<ClientId, RoundKeys>,
    /// The advertisements' bodies, as trees of one part.
    bodies: HashMap<ClientId, Tree<Vec<u8>>>,
}

/// Collects confirmations.
pub struct Confirming {
    advertised: ClientSet,
    keys: HashMap<ClientId, RoundKeys>,
    dealt: Dealt,
}

fn part_of<'a>(tree: Option<&'a Tree<Vec<u8>>>, position: usize) -> Needed<'a> {
    tree.map_or(Needed::Envelope, |tree| Needed::Part(tree, position))
}

impl<P: ProofSystem> Collecting<P> for Advertising {
    fn lengths(&self, round: &Round<P>, _: ClientId) -> Vec<usize> {
        round.advertise_lengths()
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
}

impl<P: ProofSystem> Collecting<P> for Sharing {
    fn lengths(&self, round: &Round<P>, client: ClientId) -> Vec<usize> {
        round.share_lengths(client, &self.advertised)
    }
    fn needed(&self, _: &Round<P>, _: ClientId, author: ClientId) -> Needed<'_> {
        part_of(self.bodies.get(&author), 0)
    }
}

impl<P: ProofSystem> Collecting<P> for Confirming {
    fn lengths(&self, _: &Round<P>, _: ClientId) -> Vec<usize> {
        Vec::new()
    }
    fn needed(&self, round: &Round<P>, reader: ClientId, author: ClientId) -> Needed<'_> {
        let holders = rules::holders(round.graph(), &self.advertised, author);
        part_of(
            self.dealt.get(&author),
            1 + holders.partition_point(|&holder| holder < reader),
        )
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Advertising> {
    /// 3.1: lists who has advertised keys that it knows the secrets of.
    pub fn close(mut self) -> Result<Aggregator<P, L, Sharing>, AggregatorError> {
        let round = self.core.round();
        let findings = self.core.judge_each(|client, message| {
            let body = Advertisement::decode(&message.body).ok()?;
            let keys = body.verify(round.context(), client)?;
            Some((keys, Tree::from_iter([message.body.clone()])))
        })?;
        let advertised = findings.valid(round.clients());
        let (got, need) = (advertised.len(), round.configuration().min_advertised());
        if got < need {
            return Err(AggregatorError::TooFew {
                phase: Phase::Advertise,
                got,
                need,
            });
        }
        self.core.note(&advertised, |_| false);
        let mut keys = HashMap::new();
        let mut bodies = HashMap::new();
        for (client, (key, body)) in findings.into_valid() {
            keys.insert(client, key);
            bodies.insert(client, body);
        }
        self.core.close(advertised.clone())?;
        Ok(Aggregator {
            core: self.core,
            state: Sharing {
                advertised,
                keys,
                bodies,
            },
        })
    }
}

/// The parts of a dealer's message, if they decode and pass the degree test.
fn judge_shares<P: ProofSystem>(
    round: &Round<P>,
    state: &Sharing,
    client: ClientId,
    message: &Message,
) -> Option<Tree<Vec<u8>>> {
    let parts = message
        .parts(&round.share_lengths(client, &state.advertised))
        .ok()?;
    let (head, pairs) = parts.split_first()?;
    let seed = share::decode_head(head).ok()?;
    let shares = pairs
        .iter()
        .map(|part| DealtPair::decode(part).map(|pair| pair.commitments))
        .collect::<Result<Vec<_>, DecodeError>>()
        .ok()?;
    let holders = rules::holders(round.graph(), &state.advertised, client);
    let secrets = [state.keys.get(&client)?.mask, seed];
    let committed = CommittedShares {
        secrets,
        holders: &holders,
        shares: &shares,
    };
    degree_holds(&committed, round.threshold(), client, &message.envelope)
        .then(|| parts.iter().map(|part| part.to_vec()).collect())
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Sharing> {
    /// 3.2: lists who has dealt shares on polynomials of the right degree.
    pub fn close(mut self) -> Result<Aggregator<P, L, Confirming>, AggregatorError> {
        let Self { core, state } = &mut self;
        let round = core.round();
        let findings =
            core.judge_each(|client, message| judge_shares(&round, state, client, message))?;
        let dealers = findings.valid(round.clients());
        core.note(&dealers, |_| false);
        core.close(dealers)?;
        let Sharing {
            advertised, keys, ..
        } = self.state;
        let dealt = findings.into_valid();
        Ok(Aggregator {
            core: self.core,
            state: Confirming {
                advertised,
                keys,
                dealt,
            },
        })
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Confirming> {
    /// 3.3: lists the participants: who confirmed and keeps enough neighbours that did.
    pub fn close(mut self) -> Result<Aggregator<P, L, Submitting>, AggregatorError> {
        let round = self.core.round();
        let confirmed = self.core.judge_each(|_, _| Some(()))?;
        let valid = confirmed.valid(round.clients());
        let participants = rules::participants(round.graph(), &valid, round.threshold());
        self.core
            .note(&participants, |client| confirmed.is_valid(client));
        self.core.close(participants.clone())?;
        let Confirming {
            advertised,
            keys,
            dealt,
        } = self.state;
        let state = Submitting::new(advertised, keys, dealt, participants);
        Ok(Aggregator {
            core: self.core,
            state,
        })
    }
}
