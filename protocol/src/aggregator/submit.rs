//! Submit: collects masked vectors, and verifies the proofs in batches (`specs/protocol.md` 3.4).

use std::collections::HashMap;

use veragg_circuits::proof_system::ProofSystem;

use super::attest::Attesting;
use super::closing::Closing;
use super::core::Core;
use super::error::AggregatorError;
use super::judged::Batch;
use super::set_up::{enough, SetUp};
use super::{Aggregator, Collecting, Log};
use crate::crypto::ids::ClientId;
use crate::pairwise::attest::Challenges;
use crate::pairwise::submit::{self, Accepted, Submission};
use crate::round::phase::Phase;
use crate::round::Round;

/// Collects masked vectors.
pub struct Submitting {
    pub(super) set_up: SetUp,
}

impl<P: ProofSystem> Collecting<P> for Submitting {
    /// What is kept of the submissions of who is accepted.
    type Derived = HashMap<ClientId, Accepted<P>>;
    type Next<L: Log> = Aggregator<P, L, Attesting<P>>;

    fn lengths(&self, round: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        round.submit_lengths()
    }

    /// 3.4: verifies the proofs in batches and lists whose input satisfies the statement.
    fn derive<L: Log>(
        &self,
        core: &Core<P, L>,
    ) -> Result<Closing<P, Self::Derived>, AggregatorError> {
        let round = core.round();
        let judged = core.judge_batches(|batch| judge(round, batch))?;
        let accepted = judged.valid(round.clients());
        enough(round, Phase::Submit, &accepted)?;
        let faulty = judged.faulty(round.clients());
        Ok(Closing::next(accepted, faulty, judged.into_valid()))
    }

    fn next<L: Log>(
        self,
        core: Core<P, L>,
        closing: Closing<P, Self::Derived>,
    ) -> Aggregator<P, L, Attesting<P>> {
        let state = Attesting {
            set_up: self.set_up,
            challenges: Challenges::new(core.round(), core.chain()),
            accepted: closing.derived,
        };
        Aggregator { core, state }
    }
}

/// What is kept of each submission in a batch that counts.
fn judge<P: ProofSystem>(
    round: &Round<P>,
    batch: Batch<'_>,
) -> Vec<(ClientId, Option<Accepted<P>>)> {
    let bodies: Vec<&[u8]> = batch.iter().map(|(_, message)| message.body).collect();
    let decoded = Submission::proofs_of(round, &bodies).into_iter();
    let decoded = batch.iter().zip(decoded);
    let decoded: Vec<_> = decoded
        .map(|((client, message), proof)| (*client, message.envelope.entry(), proof))
        .collect();
    let proofs: Vec<_> = decoded
        .iter()
        .filter_map(|(client, _, proof)| Some((*client, proof.as_ref()?)))
        .collect();
    let mut judged = submit::judge(round, &proofs).into_iter();
    decoded
        .iter()
        .map(|(client, entry, proof)| {
            let rows = proof.as_ref().and_then(|_| judged.next()?.ok());
            let entry = *entry;
            (*client, rows.map(|rows| Accepted { entry, rows }))
        })
        .collect()
}
