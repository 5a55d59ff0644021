//! Without the input: dispute, acknowledge, unmask (`specs/protocol.md` 3.6 to 3.8).

use rand_core::CryptoRngCore;
use veragg_circuits::proof_system::ProofSystem;

use super::error::ClientError;
use super::online::Attested;
use super::session::Session;
use super::setup::{enough_neighbours, Holding};
use super::{Client, Step};
use crate::crypto::dleq;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::sealing::SharePair;
use crate::pairwise::attest::Challenges;
use crate::pairwise::conviction::Seen;
use crate::pairwise::dispute;
use crate::pairwise::unmask::{self, Secret};
use crate::round::lists;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has seen what its neighbours attested, and opened the edges about which they lied.
pub struct Disputed {
    pub(super) knows: Knows,
}

/// Has signed the list of contributors.
pub struct Acknowledged {
    pub(super) knows: Knows,
    pub(super) contributors: ClientSet,
}

/// Has revealed shares, and reveals others only of clients that are convicted.
pub struct Unmasked {
    pub(super) knows: Knows,
    /// Who is left of the contributors.
    pub(super) contributors: ClientSet,
    /// The round of unmask in which it revealed last, or had nothing to reveal.
    pub(super) round: u8,
}

/// What a client knows once it needs its own secrets no more. The shares in it zeroize themselves.
#[derive(Clone)]
pub(super) struct Knows {
    /// The digest of the checkpoint of submit.
    pub(super) submit: Digest,
    pub(super) participants: ClientSet,
    pub(super) holding: Holding,
}

impl<P: ProofSystem> Client<P, Attested> {
    /// 3.6: compares what its neighbours attested about their edges with what it attested itself, and
    /// opens those that differ. Mostly there is nothing to say.
    pub fn dispute(
        self,
        packet: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Step<P, Attested, Disputed> {
        self.attempt(|session, state| {
            let phase = Phase::Attest;
            let packet = session.check(phase, packet)?;
            let (context, me) = (session.round.context(), session.me());
            let participate = session.neighbours(&state.participants);
            let mut opened = Vec::new();
            for client in session.neighbours(&packet.list) {
                let not_shown = ClientError::NotShown { phase, client };
                let theirs = lists::holders(session.round.graph(), &state.participants, client);
                let at = theirs.partition_point(|&other| other < me);
                let part = packet
                    .said
                    .get(&client)
                    .and_then(|item| item.part(1 + at, 1 + theirs.len()));
                let mine = participate.binary_search(&client).ok();
                let mine = mine.and_then(|at| state.edges.get(at));
                let key = state.holding.peers.get(&client);
                let (Some(part), Some(mine), Some(key)) = (part, mine, key) else {
                    return Err(not_shown);
                };
                if Rule::OnlyDisputed.holds(part != mine.as_slice()) {
                    let own = state.mask.public();
                    let ends = dispute::ends(context, (me, own), (client, key));
                    opened.push(ends.reveal(&state.mask, rng));
                }
            }
            let said = if opened.is_empty() {
                session.follow(&packet)
            } else {
                session.say(Phase::Dispute, Some(&packet), &[dleq::encode(&opened)])
            };
            let knows = Knows {
                submit: state.submit,
                participants: state.participants.clone(),
                holding: state.holding.clone(),
            };
            Ok((said, Disputed { knows }))
        })
    }
}

impl<P: ProofSystem> Client<P, Disputed> {
    /// 3.7: signs the list of contributors, by answering the checkpoint that holds it.
    pub fn acknowledge(self, packet: &[u8]) -> Step<P, Disputed, Acknowledged> {
        self.attempt(|session, state| {
            let phase = Phase::Dispute;
            let packet = session.check(phase, packet)?;
            let need = session.round.configuration().min_contributors as usize;
            let got = packet.list.len();
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let said = session.say(Phase::Acknowledge, Some(&packet), &[]);
            Ok((
                said,
                Acknowledged {
                    knows: state.knows.clone(),
                    contributors: packet.list,
                },
            ))
        })
    }
}

impl Knows {
    /// The shares of one secret of each of these neighbours.
    fn shares<P: ProofSystem>(
        &self,
        session: &Session<P>,
        subjects: &ClientSet,
        secret: impl Fn(ClientId) -> Secret,
    ) -> Result<Vec<u8>, ClientError> {
        let phase = Phase::Confirm;
        let reveal = |client: ClientId| {
            let SharePair { mask, seed } = self
                .holding
                .held
                .get(&client)
                .ok_or(ClientError::NotShown { phase, client })?;
            Ok(match secret(client) {
                Secret::Seed => *seed,
                Secret::Mask => *mask,
            })
        };
        let subjects = session.neighbours(subjects).into_iter();
        let shares = subjects
            .map(reveal)
            .collect::<Result<Vec<_>, ClientError>>()?;
        Ok(unmask::encode(&shares))
    }
}

impl<P: ProofSystem> Client<P, Acknowledged> {
    /// 3.8, round 0: having seen enough acknowledgements of the same list, reveals for each neighbour
    /// that participated the share of its seed if it contributed, else that of its mask secret.
    pub fn unmask(self, packet: &[u8]) -> Step<P, Acknowledged, Unmasked> {
        self.attempt(|session, state| {
            let phase = Phase::Acknowledge;
            let packet = session.check(phase, packet)?;
            enough_neighbours(session, phase, &packet.list)?;
            // Every acknowledgement in `said` was verified; this client's own is one more.
            let got = packet.said.len() + 1;
            let need = session.round.configuration().min_contributors as usize;
            if !Rule::Acknowledgements.holds(got >= need) {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let Acknowledged {
                knows,
                contributors,
            } = state;
            let secret = |client| Secret::to_rebuild(contributors.contains(client));
            let shares = knows.shares(session, &knows.participants, secret)?;
            let said = session.say(Phase::Unmask(0), Some(&packet), &[shares]);
            Ok((
                said,
                Unmasked {
                    knows: knows.clone(),
                    contributors: contributors.clone(),
                    round: 0,
                },
            ))
        })
    }
}

impl<P: ProofSystem> Client<P, Unmasked> {
    /// 3.8, round `r >= 1`: of neighbours that are proven to have attested a lie, and of nobody else,
    /// reveals the share of the mask secret too. Often there is nothing to say.
    pub fn unmask_again(self, packet: &[u8]) -> Step<P, Unmasked, Unmasked> {
        self.attempt(|session, state| {
            let Unmasked {
                knows,
                contributors,
                round,
            } = state;
            let phase = Phase::Unmask(*round);
            let packet = session.check_within(phase, packet, contributors)?;
            let next = round + 1;
            if packet.list == *contributors || next > session.round.configuration().unmask_rounds {
                return Err(ClientError::Finished);
            }
            let left = ClientSet::of(session.round.clients(), |client| {
                contributors.contains(client) && !packet.list.contains(client)
            });
            let neighbours = session.neighbours(&left);
            if !neighbours.is_empty() {
                let challenges = Challenges::new(&session.round, &knows.submit);
                let seen = Seen {
                    round: &session.round,
                    advertise: &knows.holding.advertise,
                    advertised: &knows.holding.advertised,
                    participants: &knows.participants,
                    challenges: &challenges,
                };
                for client in neighbours.iter().copied() {
                    let of = packet.convictions.iter();
                    let mut of = of.filter(|one| one.convicted() == Some(client));
                    let key = knows.holding.peers.get(&client);
                    let convicted = key.is_some_and(|key| of.any(|one| one.holds(&seen, key)));
                    if !Rule::Convicted.holds(convicted) {
                        return Err(ClientError::NotConvicted { phase, client });
                    }
                }
            }
            let said = if neighbours.is_empty() {
                session.follow(&packet)
            } else {
                let shares = knows.shares(session, &left, |_| Secret::Mask)?;
                session.say(Phase::Unmask(next), Some(&packet), &[shares])
            };
            Ok((
                said,
                Unmasked {
                    knows: knows.clone(),
                    contributors: packet.list,
                    round: next,
                },
            ))
        })
    }
}
