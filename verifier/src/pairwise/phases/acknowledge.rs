//! Acknowledge: V-08.D, every acknowledgement is for the one list of contributors.
//!
//! V-04 has shown that each is signed and answers the checkpoint that holds the list. An acknowledgement has
//! no other content, so V-08.D.1 needs no code.

use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;

use super::unmask::Unmask;
use super::{Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::check::Check;
use crate::findings::Findings;
use crate::pairwise::established::{Attestations, Established};

/// The phase keeps no messages: the pass knows who sent one, and that is who acknowledged.
pub(crate) struct Acknowledge<P: ProofSystem> {
    attestations: Attestations<P>,
}

impl<P: ProofSystem> Acknowledge<P> {
    pub(crate) fn new(attestations: Attestations<P>) -> Self {
        Self { attestations }
    }
}

impl<P: ProofSystem> Judge<P> for Acknowledge<P> {
    whole_body!();

    fn phase(&self) -> Phase {
        Phase::Acknowledge
    }

    fn lengths(&self, established: &Established<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        established.round.acknowledge_lengths()
    }

    fn take(
        &mut self,
        _: &mut Established<'_, P>,
        _: ClientId,
        _: ReadMessage<Vec<u8>>,
        _: &mut Findings,
    ) {
    }

    fn close<R: Read + Seek>(
        &mut self,
        end: &PhaseEnd<'_>,
        Workspace {
            established,
            findings,
            ..
        }: Workspace<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        if !findings.skips(Check::Acknowledgements) {
            findings.computed(Check::Acknowledgements, end.received.len());
        }
        Ok(Derived::of(
            end.received.clone(),
            established.round.clients(),
        ))
    }

    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        _: &Digest,
        Workspace { established, .. }: Workspace<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        established.acknowledged = list;
        let unmask = Unmask::new(self.attestations, established.participants.clone());
        Ok(Some(Open::Unmask(unmask)))
    }
}
