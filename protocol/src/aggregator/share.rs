//! Share: collects dealt shares (`specs/protocol.md` 3.2).

use std::collections::HashMap;

use rayon::prelude::*;
use veragg_circuits::proof_system::ProofSystem;

use super::closing::Closing;
use super::confirm::Confirming;
use super::core::Core;
use super::error::AggregatorError;
use super::set_up::enough;
use super::{Aggregator, Collecting, Log, Needed};
use crate::crypto::ids::{ClientId, ClientSet};
use crate::crypto::sharing::DegreeTest;
use crate::pairwise::advertise::RoundKeys;
use crate::pairwise::share::{self, Dealt};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::message::BorrowedMessage;
use crate::wire::parts::Parts;

/// How many dealers are judged at a time.
const DEALERS: usize = 64;

/// Collects shares.
pub struct Sharing {
    pub(super) advertised: ClientSet,
    pub(super) keys: HashMap<ClientId, RoundKeys>,
    /// The advertisements' bodies, of one part.
    pub(super) bodies: HashMap<ClientId, Parts>,
}

impl<P: ProofSystem> Collecting<P> for Sharing {
    /// The parts of the dealers' messages.
    type Derived = HashMap<ClientId, Parts>;
    type Next<L: Log> = Aggregator<P, L, Confirming>;

    fn lengths(&self, round: &Round<P>, client: ClientId, _: usize) -> Vec<usize> {
        round.share_lengths(client, &self.advertised)
    }

    fn needed(&self, _: &Round<P>, _: Phase, _: ClientId, author: ClientId) -> Needed<'_> {
        Needed::part(self.bodies.get(&author), 0)
    }

    /// 3.2: lists who has dealt shares on polynomials of the right degree.
    fn derive<L: Log>(
        &self,
        core: &Core<P, L>,
    ) -> Result<Closing<P, Self::Derived>, AggregatorError> {
        let round = core.round();
        // A test holds more than twice what a message does, so few are made at a time.
        let judged = core.judge_batches(|batch| {
            let few = batch.chunks(DEALERS);
            few.flat_map(|few| judge(round, self, few)).collect()
        })?;
        let dealers = judged.valid(round.clients());
        enough(round, Phase::Share, &dealers)?;
        let faulty = judged.faulty(round.clients());
        Ok(Closing::next(dealers, faulty, judged.into_valid()))
    }

    fn next<L: Log>(
        self,
        core: Core<P, L>,
        closing: Closing<P, Self::Derived>,
    ) -> Aggregator<P, L, Confirming> {
        let state = Confirming {
            advertised: self.advertised,
            dealers: closing.list,
            keys: self.keys,
            dealt: closing.derived,
        };
        Aggregator { core, state }
    }
}

/// The parts of a dealer's message, and its degree test, which is nothing if there are too few holders.
type Decoded = (Parts, Option<DegreeTest>);

/// The parts of each dealer's message that counts.
fn judge<P: ProofSystem>(
    round: &Round<P>,
    state: &Sharing,
    batch: &[(ClientId, BorrowedMessage<'_>)],
) -> Vec<(ClientId, Option<Parts>)> {
    let decoded: Vec<Option<Decoded>> = batch
        .par_iter()
        .map(|(client, message)| {
            let lengths = round.share_lengths(*client, &state.advertised);
            let parts = message.parts(&lengths).ok()?;
            let dealt = Dealt::decode(round, &state.advertised, *client, &parts).ok()?;
            let key = state.keys.get(client)?.mask;
            let test = dealt.degree_test(round.threshold(), *client, &key, &message.envelope);
            Some((Parts::of(&parts), test))
        })
        .collect();
    let (mut parts, mut tests) = (Vec::new(), Vec::new());
    for ((client, _), decoded) in batch.iter().zip(decoded) {
        let (of_client, test) = decoded.map_or((None, None), |(parts, test)| (Some(parts), test));
        parts.push((*client, of_client));
        tests.push(test);
    }
    for ((_, parts), judged) in parts.iter_mut().zip(share::judge(round.threshold(), tests)) {
        if judged.is_err() {
            *parts = None;
        }
    }
    parts
}
