//! Set-up, which needs no input: advertise, share, confirm (`specs/protocol.md` 3.1 to 3.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_circuits::group::ristretto::{KeyPoint, KeyScalar, Ristretto, KEY_TABLE};
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::ZeroizeOnDrop;

use super::error::ClientError;
use super::session::Session;
use super::{Client, Step};
use crate::crypto::dh::KeyPair;
use crate::crypto::dleq::{self, Revealed};
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::possession::{Possession, Purpose};
use crate::crypto::sealing::{Channel, SharePair};
use crate::crypto::sharing::Polynomial;
use crate::crypto::signing::SigningKey;
use crate::pairwise::advertise::{Advertisement, RoundKeys};
use crate::pairwise::confirm::Complaint;
use crate::pairwise::share::DealtPair;
use crate::round::lists;
use crate::round::phase::Phase;
use crate::round::Round;
use crate::rule::Rule;

/// On the roster, and has said nothing.
#[derive(Debug)]
pub struct Joined;

/// Has advertised its keys.
#[derive(ZeroizeOnDrop)]
pub struct Advertised {
    pub(super) mask: KeyPair,
    pub(super) channel: KeyPair,
}

/// Has shared its secrets.
#[derive(ZeroizeOnDrop)]
pub struct Shared {
    pub(super) mask: KeyPair,
    pub(super) channel: KeyPair,
    pub(super) seed: KeyScalar,
    #[zeroize(skip)]
    pub(super) peers: BTreeMap<ClientId, RoundKeys>,
}

/// Has checked and confirmed the shares that it holds.
#[derive(ZeroizeOnDrop)]
pub struct Confirmed {
    pub(super) mask: KeyPair,
    pub(super) seed: KeyScalar,
    /// Its secrets zeroize themselves.
    #[zeroize(skip)]
    pub(super) holding: Holding,
}

/// What a client keeps of the set-up to the end.
#[derive(Clone)]
pub(super) struct Holding {
    /// The digest of the checkpoint of advertise, and its list.
    pub(super) advertise: Digest,
    pub(super) advertised: ClientSet,
    /// The mask keys of neighbours whose shares it holds.
    pub(super) peers: BTreeMap<ClientId, KeyPoint>,
    /// The shares.
    pub(super) held: BTreeMap<ClientId, SharePair>,
}

impl<P: ProofSystem> Client<P, Joined> {
    /// Joins a round with a long-term key; nothing if the key is not on the roster.
    pub fn join(round: Arc<Round<P>>, identity: impl Into<Arc<SigningKey>>) -> Option<Self> {
        let identity = identity.into();
        let key = identity.verifying_key();
        let me = ClientId::all(round.clients()).find(|&id| round.roster().key(id) == Some(&key))?;
        Some(Self {
            session: Session::new(round, me, identity),
            state: Joined,
        })
    }

    /// 3.1: draws the round's keys and advertises them.
    pub fn advertise(self, rng: &mut impl CryptoRngCore) -> Step<P, Joined, Advertised> {
        self.attempt(|session, _| {
            let (mask, channel) = (KeyPair::generate(rng), KeyPair::generate(rng));
            let (context, me) = (session.round.context(), session.me());
            let body = Advertisement {
                keys: RoundKeys {
                    mask: *mask.public(),
                    channel: *channel.public(),
                },
                mask_proof: Possession::prove(&mask, context, me, Purpose::Mask, rng),
                channel_proof: Possession::prove(&channel, context, me, Purpose::Channel, rng),
            };
            let said = session.say(Phase::Advertise, None, &[body.encode()]);
            Ok((said, Advertised { mask, channel }))
        })
    }
}

impl<P: ProofSystem> Client<P, Advertised> {
    /// 3.2: checks who advertised, and shares the mask secret and a fresh seed among the
    /// neighbours that did.
    pub fn share(self, packet: &[u8], rng: &mut impl CryptoRngCore) -> Step<P, Advertised, Shared> {
        self.attempt(|session, Advertised { mask, channel }| {
            let phase = Phase::Advertise;
            let packet = session.check(phase, packet)?;
            let (got, need) = (
                packet.list.len(),
                session.round.configuration().min_advertised(),
            );
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let holders = enough_neighbours(session, phase, &packet.list)?;
            let mut peers = BTreeMap::new();
            for &client in &holders {
                let keys = packet
                    .said
                    .get(&client)
                    .and_then(|item| item.part(0, 1))
                    .ok_or(ClientError::NotShown { phase, client })
                    .map(|body| Advertisement::decode(body).ok())?
                    .filter(|body| {
                        let proven = body.verify(session.round.context(), client).is_some();
                        Rule::Possession.holds(proven)
                    })
                    .map(|body| body.keys);
                let what = "the keys come without proofs of possession";
                peers.insert(
                    client,
                    keys.ok_or(ClientError::FalselyListed {
                        phase,
                        client,
                        what,
                    })?,
                );
            }
            let seed = KeyScalar::random(rng);
            let parts = deal(session, mask, channel, &seed, &peers, rng);
            let said = session.say(Phase::Share, Some(&packet), &parts);
            let (mask, channel) = (mask.clone(), channel.clone());
            Ok((
                said,
                Shared {
                    mask,
                    channel,
                    seed,
                    peers,
                },
            ))
        })
    }
}

/// The parts of a dealer's message: `B_i`, then a sealed and committed pair for each holder.
fn deal<P: ProofSystem>(
    session: &Session<P>,
    mask: &KeyPair,
    channel: &KeyPair,
    seed: &KeyScalar,
    holders: &BTreeMap<ClientId, RoundKeys>,
    rng: &mut impl CryptoRngCore,
) -> Vec<Vec<u8>> {
    let threshold = session.round.threshold();
    let of_mask = Polynomial::random(mask.secret(), threshold, rng);
    let of_seed = Polynomial::random(seed, threshold, rng);
    let mut parts = vec![Ristretto::encode_point(&(seed * KEY_TABLE))];
    for (&recipient, keys) in holders {
        let pair = SharePair {
            mask: of_mask.share(recipient),
            seed: of_seed.share(recipient),
        };
        let context = session.round.context();
        let between = Channel {
            context,
            dealer: session.me(),
            recipient,
        };
        let dealt = DealtPair {
            commitments: [&pair.mask * KEY_TABLE, &pair.seed * KEY_TABLE],
            sealed: between.seal(&channel.shared_point(&keys.channel), &pair),
        };
        parts.push(dealt.encode());
    }
    parts
}

impl<P: ProofSystem> Client<P, Shared> {
    /// 3.3: opens and checks every share that a neighbour dealt; confirms those that are right, and
    /// complains about those that are not.
    pub fn confirm(
        self,
        packet: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Step<P, Shared, Confirmed> {
        self.attempt(|session, state| {
            let phase = Phase::Share;
            let packet = session.check(phase, packet)?;
            let mut held = BTreeMap::new();
            let mut peers = BTreeMap::new();
            let mut complaints = Vec::new();
            for dealer in enough_neighbours(session, phase, &packet.list)? {
                let not_shown = ClientError::NotShown {
                    phase,
                    client: dealer,
                };
                let (Some(keys), Some(item)) = (state.peers.get(&dealer), packet.said.get(&dealer))
                else {
                    return Err(not_shown);
                };
                // The dealer shared among those of its neighbours that advertised.
                let holders =
                    lists::holders(session.round.graph(), session.answered_list(), dealer);
                let position = 1 + holders.partition_point(|&holder| holder < session.me());
                let part = item.part(position, 1 + holders.len()).ok_or(not_shown)?;
                let what = "its commitments are not canonical";
                let dealt = DealtPair::decode(part).map_err(|_| ClientError::FalselyListed {
                    phase,
                    client: dealer,
                    what,
                })?;
                match state.receive(session, dealer, keys, &dealt) {
                    Some(pair) => {
                        held.insert(dealer, pair);
                        peers.insert(dealer, keys.mask);
                    }
                    None => complaints.push(state.complain(session, dealer, keys, rng)),
                }
            }
            let parts = [dleq::encode(&complaints)];
            let said = session.say(Phase::Confirm, Some(&packet), &parts);
            Ok((
                said,
                Confirmed {
                    mask: state.mask.clone(),
                    seed: state.seed,
                    holding: Holding {
                        advertise: *session.answered(),
                        advertised: session.answered_list().clone(),
                        peers,
                        held,
                    },
                },
            ))
        })
    }
}

impl Shared {
    /// The shares that a dealer sealed for this client, if they are the committed ones.
    fn receive<P: ProofSystem>(
        &self,
        session: &Session<P>,
        dealer: ClientId,
        keys: &RoundKeys,
        dealt: &DealtPair,
    ) -> Option<SharePair> {
        let channel = Channel {
            context: session.round.context(),
            dealer,
            recipient: session.me(),
        };
        let point = self.channel.shared_point(&keys.channel);
        let pair = channel.open(&point, &dealt.sealed)?;
        Rule::CommittedShare
            .holds(dealt.commits_to(&pair))
            .then_some(pair)
    }

    /// What lets anybody open what the dealer sealed for this client.
    fn complain<P: ProofSystem>(
        &self,
        session: &Session<P>,
        dealer: ClientId,
        keys: &RoundKeys,
        rng: &mut impl CryptoRngCore,
    ) -> Revealed {
        let mine = RoundKeys {
            mask: *self.mask.public(),
            channel: *self.channel.public(),
        };
        let complaint = Complaint {
            context: session.round.context(),
            accuser: (session.me(), &mine),
            dealer: (dealer, keys),
        };
        complaint.ends().reveal(&self.channel, rng)
    }
}

/// The neighbours on a list, if they are enough to rebuild a secret.
pub(super) fn enough_neighbours<P: ProofSystem>(
    session: &Session<P>,
    phase: Phase,
    list: &ClientSet,
) -> Result<Vec<ClientId>, ClientError> {
    let neighbours = session.neighbours(list);
    let (got, need) = (neighbours.len(), session.round.threshold());
    let rule = match phase {
        Phase::Advertise => Rule::Holders,
        _ => Rule::Neighbours,
    };
    if !rule.holds(got >= need) {
        return Err(ClientError::TooFewNeighbours { phase, got, need });
    }
    Ok(neighbours)
}
