//! Advertise: collects round keys (`specs/protocol.md` 3.1).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::error::AggregatorError;
use super::share::Sharing;
use super::{Aggregator, Closed, Collecting, Log, Needed};
use crate::crypto::ids::ClientId;
use crate::crypto::tree::Tree;
use crate::pairwise::advertise;
use crate::round::phase::Phase;
use crate::round::Round;

/// Collects round keys.
#[derive(Debug)]
pub struct Advertising;

impl<P: ProofSystem> Collecting<P> for Advertising {
    fn lengths(&self, round: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        round.advertise_lengths()
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Advertising> {
    /// 3.1: lists who has advertised keys that it knows the secrets of.
    pub fn close(self) -> Closed<P, L, Advertising, Sharing> {
        self.transition(|core, _| {
            let round = core.round();
            let findings = core.judge_each(|client, message| {
                let keys = advertise::judge(round.context(), client, &message.body).ok()?;
                Some((keys, Tree::from_iter([message.body.clone()])))
            })?;
            let advertised = findings.valid(round.clients());
            let (got, need) = (advertised.len(), round.configuration().min_advertised());
            if got < need {
                let phase = Phase::Advertise;
                return Err(AggregatorError::TooFew { phase, got, need });
            }
            core.close(&advertised, |client| findings.is_bad(client))?;
            let mut keys = HashMap::new();
            let mut bodies = HashMap::new();
            for (client, (key, body)) in findings.into_valid() {
                keys.insert(client, key);
                bodies.insert(client, body);
            }
            Ok(Sharing {
                advertised,
                keys,
                bodies,
            })
        })
    }
}
