//! Confirm: checks the shares that it received, and complains about bad ones (`specs/protocol.md` 3.3).

use std::collections::BTreeMap;

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::group::ristretto::KeyScalar;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::codec::{read_pair, read_secret, write_secret, State};
use super::error::ClientError;
use super::exposed::ExposedSecrets;
use super::received::Received;
use super::session::Session;
use super::share::Shared;
use super::{Client, Step};
use crate::crypto::dh::KeyPair;
use crate::crypto::dleq::{self, Revealed};
use crate::crypto::ids::ClientId;
use crate::crypto::sealing::{Channel, SharePair};
use crate::pairwise::advertise::RoundKeys;
use crate::pairwise::confirm::Complaint;
use crate::pairwise::share::{self, DealtPair};
use crate::round::lists;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has checked and confirmed the shares that it holds.
#[derive(ZeroizeOnDrop)]
pub struct Confirmed {
    pub(super) mask: KeyPair,
    pub(super) seed: Box<KeyScalar>,
    /// Its secrets zeroize themselves.
    #[zeroize(skip)]
    pub(super) received: Received,
}

impl<P: ProofSystem> Client<P, Shared> {
    /// 3.3: opens and checks every share that a neighbour dealt; confirms those that are right, and
    /// complains about those that are not.
    pub fn confirm(
        self,
        package: &[u8],
        rng: &mut dyn CryptoRngCore,
    ) -> Step<P, Shared, Confirmed> {
        self.attempt(|session, state| {
            let phase = Phase::Share;
            let package = session.check(phase, package)?;
            let mut opened = Vec::new();
            for dealer in session.enough_neighbours(phase, &package.list)? {
                let not_shown = ClientError::NotShown {
                    phase,
                    client: dealer,
                };
                let (Some(keys), Some(item)) =
                    (state.peers.get(&dealer), package.messages.get(&dealer))
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
                let pair = state.open(session, dealer, keys, &dealt).map(Box::new);
                opened.push((dealer, keys, dealt, pair));
            }
            reject_wrong(&mut opened);
            let (mut held, mut peers) = (BTreeMap::new(), BTreeMap::new());
            let mut complaints = Vec::new();
            for (dealer, keys, _, pair) in opened {
                match pair {
                    Some(pair) => {
                        held.insert(dealer, pair);
                        peers.insert(dealer, keys.mask);
                    }
                    None => complaints.push(state.complain(session, dealer, keys, rng)),
                }
            }
            let parts = [dleq::encode(&complaints)];
            let answer = session.say(Phase::Confirm, Some(&package), &parts);
            Ok((
                answer,
                Confirmed {
                    mask: state.mask.clone(),
                    seed: state.seed.clone(),
                    received: Received {
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

/// What a dealer sealed for this client, with its keys: the shares are nothing if they do not open.
type Opened<'a> = (ClientId, &'a RoundKeys, DealtPair, Option<Box<SharePair>>);

/// Takes out shares that are not the committed ones.
fn reject_wrong(opened: &mut [Opened<'_>]) {
    let (mut at, mut pairs) = (Vec::new(), Vec::new());
    for (index, (_, _, dealt, pair)) in opened.iter().enumerate() {
        if let Some(pair) = pair {
            at.push(index);
            pairs.push((dealt, &**pair));
        }
    }
    for wrong in share::wrong_pairs(&pairs) {
        if !Rule::CommittedShare.holds(false) {
            opened[at[wrong]].3 = None;
        }
    }
}

impl Shared {
    /// The shares that a dealer sealed for this client.
    fn open<P: ProofSystem>(
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
        match self.points.get(&dealer) {
            Some(point) => channel.open(point, &dealt.sealed),
            None => channel.open(&self.channel.shared_point(&keys.channel), &dealt.sealed),
        }
    }

    /// What lets anybody open what the dealer sealed for this client.
    fn complain<P: ProofSystem>(
        &self,
        session: &Session<P>,
        dealer: ClientId,
        keys: &RoundKeys,
        rng: &mut dyn CryptoRngCore,
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

impl State for Confirmed {
    const TAG: u8 = 3;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Submit)
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets {
            mask: Some(self.mask.clone()),
            seed: Some(Zeroizing::new(*self.seed)),
            ..ExposedSecrets::of_shares(&self.received.held)
        }
    }
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_secret(writer, &self.mask).bytes(self.seed.as_bytes());
        self.received.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            seed: Box::new(read_secret(reader)?),
            received: Received::read(reader, clients)?,
        })
    }
}
