//! Acknowledge: signs the list of contributors (`specs/protocol.md` 3.7).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use super::codec::State;
use super::dispute::Disputed;
use super::error::ClientError;
use super::exposed::ExposedSecrets;
use super::received::Kept;
use super::{Client, Step};
use crate::crypto::ids::ClientSet;
use crate::round::phase::Phase;

/// Has signed the list of contributors.
pub struct Acknowledged {
    pub(super) kept: Kept,
    pub(super) contributors: ClientSet,
}

impl<P: ProofSystem> Client<P, Disputed> {
    /// 3.7: signs the list of contributors, by answering the checkpoint that holds it.
    pub fn acknowledge(self, package: &[u8]) -> Step<P, Disputed, Acknowledged> {
        self.attempt(|session, state| {
            let phase = Phase::Dispute;
            let package = session.check(phase, package)?;
            let need = session.round.configuration().min_contributors as usize;
            let got = package.list.len();
            if got < need {
                return Err(ClientError::TooFew { phase, got, need });
            }
            let answer = session.say(Phase::Acknowledge, Some(&package), &[]);
            Ok((
                answer,
                Acknowledged {
                    kept: state.kept.clone(),
                    contributors: package.list,
                },
            ))
        })
    }
}

impl State for Acknowledged {
    const TAG: u8 = 7;
    fn next_phase(&self, _: u8) -> Option<Phase> {
        Some(Phase::Unmask(0))
    }
    fn expose(&self) -> ExposedSecrets {
        ExposedSecrets::of_shares(&self.kept.received.held)
    }
    fn write(&self, writer: Writer) -> Writer {
        self.kept.write(writer.bytes(self.contributors.as_bytes()))
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            contributors: ClientSet::read(reader, clients, "contributors")?,
            kept: Kept::read(reader, clients)?,
        })
    }
}
