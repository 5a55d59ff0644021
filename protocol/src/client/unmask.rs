//! Unmask: reveals one share of each neighbour, and a second only against a fraud proof
//! (`specs/protocol.md` 3.8).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use super::acknowledge::Acknowledged;
use super::codec::State;
use super::error::ClientError;
use super::exposed::ExposedSecrets;
use super::received::Kept;
use super::{Client, Step};
use crate::crypto::ids::ClientSet;
use crate::pairwise::attest::Challenges;
use crate::pairwise::fraud_proof::Seen;
use crate::pairwise::unmask::Secret;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has revealed shares, and reveals others only of clients against whom there is a fraud proof.
pub struct Unmasked {
    pub(super) kept: Kept,
    /// Who is left of the contributors.
    pub(super) contributors: ClientSet,
    /// The round of unmask in which it revealed last, or had nothing to reveal; the last that there can be, once
    /// the round is over.
    pub(super) round: u8,
}

impl<P: ProofSystem> Client<P, Acknowledged> {
    /// 3.8, round 0: having seen enough acknowledgements of the same list, reveals for each neighbour
    /// that participated the share of its seed if it contributed, else that of its mask secret.
    pub fn unmask(self, package: &[u8]) -> Step<P, Acknowledged, Unmasked> {
        self.attempt(|session, state| {
            let phase = Phase::Acknowledge;
            let package = session.check(phase, package)?;
            session.enough_neighbours(phase, &package.list)?;
            // Every acknowledgement in `acknowledged` was verified; this client's own is one more.
            let got = package.acknowledged.len() + 1;
            let need = session.round.configuration().min_contributors as usize;
            Rule::Acknowledgements.require(got >= need, || ClientError::TooFew {
                phase,
                got,
                need,
            })?;
            let Acknowledged { kept, contributors } = state;
            let secret = |client| Secret::to_reconstruct(contributors.contains(client));
            let shares = kept.shares(session, &kept.participants, secret)?;
            let answer = session.say(Phase::Unmask(0), Some(&package), &[shares]);
            Ok((
                answer,
                Unmasked {
                    kept: kept.clone(),
                    contributors: contributors.clone(),
                    round: 0,
                },
            ))
        })
    }
}

impl<P: ProofSystem> Client<P, Unmasked> {
    /// 3.8, round `r >= 1`: of neighbours that are proven to have attested falsely, and of nobody else,
    /// reveals the share of the mask secret too. Often there is nothing to say. If nobody has left, the round is
    /// over, and the client has finished.
    pub fn unmask_again(self, package: &[u8]) -> Step<P, Unmasked, Unmasked> {
        self.attempt(|session, state| {
            let Unmasked {
                kept,
                contributors,
                round,
            } = state;
            let most = session.round.pairwise().unmask_rounds;
            if *round >= most {
                return Err(ClientError::Finished);
            }
            let phase = Phase::Unmask(*round);
            let package = session.check_within(phase, package, contributors)?;
            let over = package.list == *contributors;
            let next = if over { most } else { round + 1 };
            let left = ClientSet::of(session.round.clients(), |client| {
                contributors.contains(client) && !package.list.contains(client)
            });
            let neighbours = session.neighbours(&left);
            if !neighbours.is_empty() {
                let challenges = Challenges::new(&session.round, &kept.submit);
                let seen = Seen {
                    round: &session.round,
                    advertise: &kept.received.advertise,
                    advertised: &kept.received.advertised,
                    participants: &kept.participants,
                    challenges: &challenges,
                };
                for client in neighbours.iter().copied() {
                    let of = package.fraud_proofs.iter();
                    let mut of = of.filter(|one| one.culprit() == Some(client));
                    let key = kept.received.peers.get(&client);
                    let shown = key.is_some_and(|key| of.any(|one| one.holds(&seen, key)));
                    Rule::FraudShown
                        .require(shown, || ClientError::NoFraudProof { phase, client })?;
                }
            }
            let answer = if neighbours.is_empty() {
                session.follow(&package)
            } else {
                let shares = kept.shares(session, &left, |_| Secret::Mask)?;
                session.say(Phase::Unmask(next), Some(&package), &[shares])
            };
            Ok((
                answer,
                Unmasked {
                    kept: kept.clone(),
                    contributors: package.list,
                    round: next,
                },
            ))
        })
    }
}

impl State for Unmasked {
    const TAG: u8 = 8;
    fn next_phase(&self, further: u8) -> Option<Phase> {
        (self.round < further).then(|| Phase::Unmask(self.round + 1))
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets::of_shares(&self.kept.received.held)
    }
    fn write(&self, writer: Writer) -> Writer {
        let writer = writer.u8(self.round).bytes(self.contributors.as_bytes());
        self.kept.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            round: reader.u8("round of unmask")?,
            contributors: ClientSet::read(reader, clients, "contributors")?,
            kept: Kept::read(reader, clients)?,
        })
    }
}
