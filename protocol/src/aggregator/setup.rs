//! Set-up: advertise, share, confirm (`specs/protocol.md` 3.1 to 3.3).

use std::collections::HashMap;

use veragg_circuits::codec::DecodeError;
use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::online::{SetUp, Submitting};
use super::{Aggregator, Closed, Collecting, Dealt, Log, Needed};
use crate::crypto::dleq;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::sharing::{degree_holds, CommittedShares};
use crate::crypto::tree::Tree;
use crate::pairwise::advertise::{Advertisement, RoundKeys};
use crate::pairwise::confirm::{Complaint, Confirmations, Ruling};
use crate::pairwise::share::{self, DealtPair};
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;
use crate::wire::message::Message;

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
    dealers: ClientSet,
    keys: HashMap<ClientId, RoundKeys>,
    dealt: Dealt,
}

fn part_of<'a>(tree: Option<&'a Tree<Vec<u8>>>, position: usize) -> Needed<'a> {
    tree.map_or(Needed::Envelope, |tree| Needed::Part(tree, position))
}

impl<P: ProofSystem> Collecting<P> for Advertising {
    fn lengths(&self, round: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        round.advertise_lengths()
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
}

impl<P: ProofSystem> Collecting<P> for Sharing {
    fn lengths(&self, round: &Round<P>, client: ClientId, _: usize) -> Vec<usize> {
        round.share_lengths(client, &self.advertised)
    }
    fn needed(&self, _: &Round<P>, _: ClientId, author: ClientId) -> Needed<'_> {
        part_of(self.bodies.get(&author), 0)
    }
}

impl<P: ProofSystem> Collecting<P> for Confirming {
    fn lengths(&self, round: &Round<P>, client: ClientId, body: usize) -> Vec<usize> {
        round.confirm_lengths(client, &self.dealers, body)
    }
    fn needed(&self, round: &Round<P>, reader: ClientId, author: ClientId) -> Needed<'_> {
        let holders = lists::holders(round.graph(), &self.advertised, author);
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
                let proven = body.verify(round.context(), client).is_some();
                let body_tree = || Tree::from_iter([message.body.clone()]);
                Rule::ProvenKeys
                    .holds(proven)
                    .then(|| (body.keys, body_tree()))
            })?;
            let advertised = findings.valid(round.clients());
            let (got, need) = (advertised.len(), round.configuration().min_advertised());
            if got < need {
                let phase = Phase::Advertise;
                return Err(AggregatorError::TooFew { phase, got, need });
            }
            core.close(&advertised, |client| findings.is_bad(client))?;
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
    let holders = lists::holders(round.graph(), &state.advertised, client);
    let secrets = [state.keys.get(&client)?.mask, seed];
    let committed = CommittedShares {
        secrets,
        holders: &holders,
        shares: &shares,
    };
    let dealing = message.envelope.dealing();
    let holds = degree_holds(&committed, round.threshold(), client, &dealing);
    Rule::Degree
        .holds(holds)
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
            core.close(&dealers, |client| findings.is_bad(client))?;
            Ok(Confirming {
                advertised: state.advertised.clone(),
                dealers,
                keys: std::mem::take(&mut state.keys),
                dealt: findings.into_valid(),
            })
        })
    }
}

/// What the dealer sealed for a holder, with the commitments to it.
fn dealt_to<P: ProofSystem>(
    round: &Round<P>,
    state: &Confirming,
    dealer: ClientId,
    holder: ClientId,
) -> Option<DealtPair> {
    let holders = lists::holders(round.graph(), &state.advertised, dealer);
    let position = 1 + holders.binary_search(&holder).ok()?;
    DealtPair::decode(state.dealt.get(&dealer)?.leaf(position as u64)?).ok()
}

/// How a client's complaints are judged, if its body decodes.
fn judge_complaints<P: ProofSystem>(
    round: &Round<P>,
    state: &Confirming,
    client: ClientId,
    message: &Message,
) -> Option<Vec<(ClientId, Ruling)>> {
    let dealers = lists::holders(round.graph(), &state.dealers, client);
    let complaints = dleq::decode(&message.body, &dealers).ok()?;
    complaints
        .iter()
        .map(|revealed| {
            let dealer = revealed.other;
            let complaint = Complaint {
                context: round.context(),
                accuser: (client, state.keys.get(&client)?),
                dealer: (dealer, state.keys.get(&dealer)?),
            };
            let ruling = complaint.judge(revealed, &dealt_to(round, state, dealer, client)?);
            Some((dealer, ruling))
        })
        .collect()
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Confirming> {
    /// 3.3: judges the complaints and lists the participants: who confirmed, was not convicted, and
    /// keeps enough such neighbours.
    pub fn close(self) -> Closed<P, L, Confirming, Submitting> {
        self.transition(|core, state| {
            let round = core.round();
            let findings = core
                .judge_each(|client, message| judge_complaints(&round, state, client, message))?;
            let mut confirmations = Confirmations::new(round.clients());
            for (client, complaints) in findings.into_valid() {
                confirmations.take(client, &complaints);
            }
            let participants = confirmations.participants(round.graph(), round.threshold());
            let Confirmations { honest, convicted } = confirmations;
            let spoke = core.spoke();
            core.close(&participants, |client| {
                let is_false = spoke.contains(client) && !honest.contains(client);
                is_false || convicted.contains(client)
            })?;
            Ok(Submitting {
                set_up: SetUp {
                    advertised: state.advertised.clone(),
                    keys: std::mem::take(&mut state.keys),
                    dealt: std::mem::take(&mut state.dealt),
                    participants,
                },
            })
        })
    }
}
