//! Advertise: collects round keys (`specs/protocol.md` 3.1).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::closing::Closing;
use super::core::Core;
use super::error::AggregatorError;
use super::share::Sharing;
use super::{Aggregator, Collecting, Log};
use crate::crypto::ids::ClientId;
use crate::pairwise::advertise::{self, RoundKeys};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::parts::Parts;

/// Collects round keys.
#[derive(Debug)]
pub struct Advertising;

/// Who has which keys, and the bodies that show them, of one part.
#[derive(Default)]
pub struct Keys {
    keys: HashMap<ClientId, RoundKeys>,
    bodies: HashMap<ClientId, Parts>,
}

impl<P: ProofSystem> Collecting<P> for Advertising {
    type Derived = Keys;
    type Next<L: Log> = Aggregator<P, L, Sharing>;

    fn lengths(&self, round: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        round.advertise_lengths()
    }

    /// 3.1: lists who has advertised keys that it knows the secrets of.
    fn derive<L: Log>(&self, core: &Core<P, L>) -> Result<Closing<P, Keys>, AggregatorError> {
        let round = core.round();
        let judged = core.judge_batches(|batch| {
            let bodies: Vec<(ClientId, &[u8])> = batch
                .iter()
                .map(|(client, message)| (*client, message.body))
                .collect();
            let judged = advertise::judge(round.context(), &bodies);
            let kept = judged
                .into_iter()
                .zip(bodies)
                .map(|(keys, (client, body))| {
                    let kept = |keys| (keys, Parts::of(&[body]));
                    (client, keys.ok().map(kept))
                });
            kept.collect()
        })?;
        let advertised = judged.valid(round.clients());
        let (got, need) = (advertised.len(), round.configuration().min_advertised());
        if got < need {
            let phase = Phase::Advertise;
            return Err(AggregatorError::TooFew { phase, got, need });
        }
        let faulty = judged.faulty(round.clients());
        let mut derived = Keys::default();
        for (client, (key, body)) in judged.into_valid() {
            derived.keys.insert(client, key);
            derived.bodies.insert(client, body);
        }
        Ok(Closing::next(advertised, faulty, derived))
    }

    fn next<L: Log>(
        self,
        core: Core<P, L>,
        closing: Closing<P, Keys>,
    ) -> Aggregator<P, L, Sharing> {
        let state = Sharing {
            advertised: closing.list,
            keys: closing.derived.keys,
            bodies: closing.derived.bodies,
        };
        Aggregator { core, state }
    }
}
