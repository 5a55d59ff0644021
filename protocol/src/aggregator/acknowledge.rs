//! Acknowledge: collects signatures on the list of contributors (`specs/protocol.md` 3.7).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::set_up::{enough, SetUp};
use super::unmask::Unmasking;
use super::{Aggregator, Closed, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::pairwise::attest::{Attested, Challenges};
use crate::round::phase::Phase;
use crate::round::Round;

/// Collects acknowledgements.
pub struct Acknowledging<P: ProofSystem> {
    pub(super) set_up: SetUp,
    pub(super) challenges: Challenges<P>,
    pub(super) contributors: ClientSet,
    pub(super) said: HashMap<ClientId, Attested>,
}

impl<P: ProofSystem> Collecting<P> for Acknowledging<P> {
    fn lengths(&self, round: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        round.acknowledge_lengths()
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Acknowledging<P>> {
    /// 3.7: lists who has acknowledged the contributors.
    pub fn close(self) -> Closed<P, L, Acknowledging<P>, Unmasking<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let findings = core.judge_each(|_, _| Some(()))?;
            let acknowledged = findings.valid(round.clients());
            enough(&round, Phase::Acknowledge, &acknowledged)?;
            core.close(&acknowledged, |_| false)?;
            Ok(Unmasking::new(
                std::mem::take(&mut state.set_up),
                state.challenges.clone(),
                std::mem::take(&mut state.said),
                state.contributors.clone(),
                acknowledged,
            ))
        })
    }
}
