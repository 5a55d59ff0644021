//! Set-up: advertise, share, confirm (`specs/protocol.md` 3.1 to 3.3).

use std::collections::HashMap;

use veragg_circuits::codec::DecodeError;
use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::online::Submitting;
use super::{Aggregator, Closed, Collecting, Dealt, Log, Needed};
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
    pub fn close(self) -> Closed<P, L, Advertising, Sharing> {
        self.transition(|core, _| {
            let round = core.round();
            let findings = core.judge_each(|client, message| {
                let body = Advertisement::decode(&message.body).ok()?;
                let keys = body.verify(round.context(), client)?;
                Some((keys, Tree::from_iter([message.body.clone()])))
            })?;
            let advertised = findings.valid(round.clients());
            let (got, need) = (advertised.len(), round.configuration().min_advertised());
            if got < need {
                let phase = Phase::Advertise;
                return Err(AggregatorError::TooFew { phase, got, need });
            }
            core.close(&advertised, |client| findings.is_valid(client))?;
            let mut keys = HashMap::new();
            let mut bodies = HashMap::new();
            for (client, (key, body)) in findings.into_valid() {
                keys.insert(client, key);
                bodies.insert(client, body);
            }
            Ok(Sharing {
                advertised,
                keys,
                bodies,
            })
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
    pub fn close(self) -> Closed<P, L, Sharing, Confirming> {
        self.transition(|core, state| {
            let round = core.round();
            let findings =
                core.judge_each(|client, message| judge_shares(&round, state, client, message))?;
            let dealers = findings.valid(round.clients());
            core.close(&dealers, |client| findings.is_valid(client))?;
            Ok(Confirming {
                advertised: state.advertised.clone(),
                keys: std::mem::take(&mut state.keys),
                dealt: findings.into_valid(),
            })
        })
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Confirming> {
    /// 3.3: lists the participants: who confirmed and keeps enough neighbours that did.
    pub fn close(self) -> Closed<P, L, Confirming, Submitting> {
        self.transition(|core, state| {
            let round = core.round();
            let confirmed = core.judge_each(|_, _| Some(()))?;
            let valid = confirmed.valid(round.clients());
            let participants = rules::participants(round.graph(), &valid, round.threshold());
            core.close(&participants, |client| confirmed.is_valid(client))?;
            Ok(Submitting::new(
                state.advertised.clone(),
                std::mem::take(&mut state.keys),
                std::mem::take(&mut state.dealt),
                participants,
            ))
        })
    }
}
