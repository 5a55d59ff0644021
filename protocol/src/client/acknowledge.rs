//! Acknowledge: signs the list of contributors (`specs/protocol.md` 3.7).

use veragg_circuits::codec::{DecodeError, Reader, Writer};
use veragg_circuits::proof_system::ProofSystem;

use super::codec::State;
use super::dispute::Disputed;
use super::error::ClientError;
use super::received::Unmasking;
use super::{Client, Step};
use crate::crypto::ids::ClientSet;
use crate::round::phase::Phase;

/// Has signed the list of contributors.
pub struct Acknowledged {
    pub(super) unmasking: Unmasking,
    pub(super) contributors: ClientSet,
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
                    unmasking: state.unmasking.clone(),
                    contributors: packet.list,
                },
            ))
        })
    }
}

impl State for Acknowledged {
    const TAG: u8 = 7;
    fn write(&self, writer: Writer) -> Writer {
        self.unmasking
            .write(writer.bytes(self.contributors.as_bytes()))
    }
    fn read(reader: &mut Reader<'_>, clients: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            contributors: ClientSet::read(reader, clients, "contributors")?,
            unmasking: Unmasking::read(reader, clients)?,
        })
    }
}
