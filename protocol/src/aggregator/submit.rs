//! Submit: collects masked vectors, and verifies the proofs in batches (`specs/protocol.md` 3.4).

use rayon::prelude::*;
use veragg_circuits::proof_system::ProofSystem;

use super::attest::Attesting;
use super::set_up::{enough, SetUp};
use super::{Aggregator, Closed, Collecting, Log, Needed};
use crate::crypto::ids::ClientId;
use crate::pairwise::attest::Challenges;
use crate::pairwise::submit::{self, Accepted, Submission};
use crate::round::phase::Phase;
use crate::round::Round;
use crate::wire::message::Message;

/// Collects masked vectors.
pub struct Submitting {
    pub(super) set_up: SetUp,
}

impl<P: ProofSystem> Collecting<P> for Submitting {
    fn lengths(&self, round: &Round<P>, _: ClientId, _: usize) -> Vec<usize> {
        round.submit_lengths()
    }
    fn needed(&self, _: &Round<P>, _: ClientId, _: ClientId) -> Needed<'_> {
        Needed::Envelope
    }
}

impl<P: ProofSystem, L: Log> Aggregator<P, L, Submitting> {
    /// 3.4: verifies the proofs in batches and lists whose input satisfies the statement.
    pub fn close(self) -> Closed<P, L, Submitting, Attesting<P>> {
        self.transition(|core, state| {
            let round = core.round();
            let findings = core.judge_batches(|batch| judge(&round, batch))?;
            let accepted = findings.valid(round.clients());
            enough(&round, Phase::Submit, &accepted)?;
            core.close(&accepted, |client| findings.is_bad(client))?;
            Ok(Attesting {
                set_up: std::mem::take(&mut state.set_up),
                challenges: Challenges::new(&round, core.chain()),
                accepted: findings.into_valid(),
            })
        })
    }
}

/// What is kept of each submission in a batch that counts.
fn judge<P: ProofSystem>(
    round: &Round<P>,
    batch: Vec<(ClientId, Message)>,
) -> Vec<(ClientId, Option<Accepted<P>>)> {
    let decoded: Vec<_> = batch
        .into_par_iter()
        .map(|(client, message)| {
            let proof = Submission::of_message(round, &message).map(|decoded| decoded.proof);
            (client, message.envelope.entry(), proof.ok())
        })
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
