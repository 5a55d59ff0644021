//! Acknowledge: V-08.D, each acknowledgement is of the one list of contributors.
//!
//! V-04 has found each to answer the checkpoint that holds the list, and to be signed; an acknowledgement
//! says nothing else. So V-08.D.1 needs no step of its own.

use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::BoardError;

use super::unmask::Unmask;
use super::{Derived, Desk, Ending, Judge, Open, ReadMessage};
use crate::check::Check;
use crate::findings::Findings;
use crate::ground::{Attestations, Ground};

/// The phase keeps nothing of its own: the pass knows who has spoken, and so who acknowledged.
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

    fn lengths(&self, ground: &Ground<'_, P>, _: ClientId, _: usize) -> Vec<usize> {
        ground.round.acknowledge_lengths()
    }

    fn take(
        &mut self,
        _: &mut Ground<'_, P>,
        _: ClientId,
        _: ReadMessage<Vec<u8>>,
        _: &mut Findings,
    ) {
    }

    fn close<R: Read + Seek>(
        &mut self,
        ending: &Ending<'_>,
        Desk {
            ground, findings, ..
        }: Desk<'_, '_, P, R>,
    ) -> Result<Derived, BoardError> {
        if !findings.skips(Check::Acknowledgements) {
            findings.computed(Check::Acknowledgements, ending.received.len());
        }
        Ok(Derived::of(ending.received.clone(), ground.round.clients()))
    }

    fn follow<R: Read + Seek>(
        self,
        list: ClientSet,
        _: &Digest,
        Desk { ground, .. }: Desk<'_, '_, P, R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        ground.acknowledged = list;
        let unmask = Unmask::new(self.attestations, ground.participants.clone());
        Ok(Some(Open::Unmask(unmask)))
    }
}
