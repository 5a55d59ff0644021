//! Dispute: opens the edges about which the ends disagree (`specs/protocol.md` 3.6).

use rand_core::CryptoRngCore;
use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use super::attest::Attested;
use super::codec::State;
use super::error::ClientError;
use super::exposed::ExposedSecrets;
use super::received::Kept;
use super::{Client, Step};
use crate::crypto::dleq;
use crate::pairwise::dispute;
use crate::round::lists;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Has seen what its neighbours attested, and opened the edges about which they disagree.
pub struct Disputed {
    pub(super) kept: Kept,
}

impl<P: ProofSystem> Client<P, Attested> {
    /// 3.6: compares what its neighbours attested about their edges with what it attested itself, and
    /// opens those that differ. Mostly there is nothing to say.
    pub fn dispute(
        self,
        package: &[u8],
        rng: &mut dyn CryptoRngCore,
    ) -> Step<P, Attested, Disputed> {
        self.attempt(|session, state| {
            let phase = Phase::Attest;
            let package = session.check(phase, package)?;
            let (context, me) = (session.round.context(), session.me());
            let participate = session.neighbours(&state.participants);
            let mut opened = Vec::new();
            for client in session.neighbours(&package.list) {
                let not_shown = ClientError::NotShown { phase, client };
                let theirs = lists::holders(session.round.graph(), &state.participants, client);
                let at = theirs.partition_point(|&other| other < me);
                let part = package
                    .messages
                    .get(&client)
                    .and_then(|item| item.part(1 + at, 1 + theirs.len()));
                let mine = participate.binary_search(&client).ok();
                let mine = mine.and_then(|at| state.edges.part(at));
                let key = state.received.peers.get(&client);
                let (Some(part), Some(mine), Some(key)) = (part, mine, key) else {
                    return Err(not_shown);
                };
                if Rule::OnlyDisputed.holds(part != mine) {
                    let own = state.mask.public();
                    let ends = dispute::ends(context, (me, own), (client, key));
                    opened.push(ends.reveal(&state.mask, rng));
                }
            }
            let answer = if opened.is_empty() {
                session.follow(&package)
            } else {
                session.say(Phase::Dispute, Some(&package), &[dleq::encode(&opened)])
            };
            let kept = Kept {
                submit: state.submit,
                participants: state.participants.clone(),
                received: state.received.clone(),
            };
            Ok((answer, Disputed { kept }))
        })
    }
}

impl State for Disputed {
    const TAG: u8 = 6;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Acknowledge)
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets::of_shares(&self.kept.received.held)
    }
    fn write(&self, writer: Writer) -> Writer {
        self.kept.write(writer)
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        let kept = Kept::read(reader, clients)?;
        Ok(Self { kept })
    }
}
