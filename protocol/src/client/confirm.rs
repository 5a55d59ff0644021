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
use crate::pairwise::share::DealtPair;
use crate::round::lists;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has checked and confirmed the shares that it holds.
#[derive(ZeroizeOnDrop)]
pub struct Confirmed {
    pub(super) mask: KeyPair,
    pub(super) seed: KeyScalar,
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
            let mut held = BTreeMap::new();
            let mut peers = BTreeMap::new();
            let mut complaints = Vec::new();
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
                match state.receive(session, dealer, keys, &dealt) {
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
                    seed: state.seed,
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
            seed: Some(Zeroizing::new(self.seed)),
            ..ExposedSecrets::of_received(&self.received)
        }
    }
    fn write(&self, writer: Writer) -> Writer {
        let writer = write_secret(writer, &self.mask).bytes(self.seed.as_bytes());
        self.received.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            mask: read_pair(reader)?,
            seed: read_secret(reader)?,
            received: Received::read(reader, clients)?,
        })
    }
}
