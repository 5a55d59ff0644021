//! Unmask: reveals one share of each neighbour, and a second only against a conviction
//! (`specs/protocol.md` 3.8).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use super::acknowledge::Acknowledged;
use super::codec::State;
use super::error::ClientError;
use super::received::Unmasking;
use super::{Client, Step};
use crate::crypto::ids::ClientSet;
use crate::pairwise::attest::Challenges;
use crate::pairwise::conviction::Seen;
use crate::pairwise::unmask::Secret;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has revealed shares, and reveals others only of clients that are convicted.
pub struct Unmasked {
    pub(super) unmasking: Unmasking,
    /// Who is left of the contributors.
    pub(super) contributors: ClientSet,
    /// The round of unmask in which it revealed last, or had nothing to reveal.
    pub(super) round: u8,
}

impl<P: ProofSystem> Client<P, Acknowledged> {
    /// 3.8, round 0: having seen enough acknowledgements of the same list, reveals for each neighbour
    /// that participated the share of its seed if it contributed, else that of its mask secret.
    pub fn unmask(self, packet: &[u8]) -> Step<P, Acknowledged, Unmasked> {
        self.attempt(|session, state| {
            let phase = Phase::Acknowledge;
            let packet = session.check(phase, packet)?;
            session.enough_neighbours(phase, &packet.list)?;
            // Every acknowledgement in `said` was verified; this client's own is one more.
            let got = packet.said.len() + 1;
            let need = session.round.configuration().min_contributors as usize;
            Rule::Acknowledgements.require(got >= need, || ClientError::TooFew {
                phase,
                got,
                need,
            })?;
            let Acknowledged {
                unmasking,
                contributors,
            } = state;
            let secret = |client| Secret::to_rebuild(contributors.contains(client));
            let shares = unmasking.shares(session, &unmasking.participants, secret)?;
            let said = session.say(Phase::Unmask(0), Some(&packet), &[shares]);
            Ok((
                said,
                Unmasked {
                    unmasking: unmasking.clone(),
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
                unmasking,
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
                let challenges = Challenges::new(&session.round, &unmasking.submit);
                let seen = Seen {
                    round: &session.round,
                    advertise: &unmasking.received.advertise,
                    advertised: &unmasking.received.advertised,
                    participants: &unmasking.participants,
                    challenges: &challenges,
                };
                for client in neighbours.iter().copied() {
                    let of = packet.convictions.iter();
                    let mut of = of.filter(|one| one.convicted() == Some(client));
                    let key = unmasking.received.peers.get(&client);
                    let convicted = key.is_some_and(|key| of.any(|one| one.holds(&seen, key)));
                    Rule::Convicted
                        .require(convicted, || ClientError::NotConvicted { phase, client })?;
                }
            }
            let said = if neighbours.is_empty() {
                session.follow(&packet)
            } else {
                let shares = unmasking.shares(session, &left, |_| Secret::Mask)?;
                session.say(Phase::Unmask(next), Some(&packet), &[shares])
            };
            Ok((
                said,
                Unmasked {
                    unmasking: unmasking.clone(),
                    contributors: packet.list,
                    round: next,
                },
            ))
        })
    }
}
impl State for Unmasked {
    const TAG: u8 = 8;
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer.u8(self.round).bytes(self.contributors.as_bytes());
        self.unmasking.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            round: reader.u8("round of unmask")?,
            contributors: ClientSet::read(reader, clients, "contributors")?,
            unmasking: Unmasking::read(reader, clients)?,
        })
    }
}
