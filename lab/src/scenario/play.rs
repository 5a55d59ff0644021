//! Plays a scenario on a suite.

use std::io::Cursor;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use thiserror::Error;
use veragg_protocol::aggregator::AggregatorError;
use veragg_protocol::circuits::proof_system::{ProofSystem, Suite};
use veragg_protocol::circuits::statement::StatementError;
use veragg_protocol::circuits::with_suite;
use veragg_protocol::round::RoundError;
use veragg_verifier::{audit, Options};

use super::expected::VerdictName;
use super::{Cheat, Outcome, Scenario};
use crate::attack::NotPlayable;
use crate::corrupt_aggregator::CorruptAggregator;
use crate::finished::Finished;
use crate::fixtures::{auditor, ready_with, PlaySetUp};
use crate::local::LocalRoundError;
use crate::scene::Scene;

/// Why a scenario cannot be played on a suite.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unplayable {
    /// The claims of a segment are none.
    #[error("the round: {0}")]
    Statement(#[from] StatementError),
    /// There is no such round, or not on this suite.
    #[error("the round: {0}")]
    Round(#[from] LocalRoundError),
    /// An attack does not fit the round, or another attack.
    #[error(transparent)]
    Attack(#[from] NotPlayable),
    /// The round came to no end.
    #[error("the aggregator stopped: {0}")]
    Stopped(#[from] AggregatorError),
    /// The board is none.
    #[error("the board that came out is no board: {0}")]
    Board(String),
}

impl Unplayable {
    /// Whether the suite has no proof for what the round asks for. On another suite it may have one.
    pub fn is_for_suite(&self) -> bool {
        matches!(
            self,
            Self::Round(LocalRoundError::Round(RoundError::Unsupported(_)))
        )
    }
}

impl Scenario {
    /// Plays the scenario on a suite, and audits its board. Nothing but the seed decides what comes out.
    pub fn play_on(&self, suite: Suite, seed: u64) -> Result<Outcome, Unplayable> {
        with_suite!(suite, P => self.play::<P>(seed))
    }

    fn play<P: ProofSystem<SetUp: PlaySetUp>>(&self, seed: u64) -> Result<Outcome, Unplayable> {
        let (finished, stopped) = self.finish::<P>(seed)?;
        let options = auditor(&finished.local);
        let is_verified = self.expect.verdict == VerdictName::Verified;
        let sum = || finished.sum(&self.expect.contributors);
        outcome(&finished, stopped, options, is_verified.then(sum))
    }

    fn finish<P: ProofSystem<SetUp: PlaySetUp>>(
        &self,
        seed: u64,
    ) -> Result<(Finished<P>, Option<AggregatorError>), Unplayable> {
        let rng = &mut ChaCha20Rng::seed_from_u64(seed);
        let clients = self.round.clients;
        let local = ready_with::<P>(clients, self.round.builder::<P>(), rng)?;
        let mut scene = Scene::with_inputs(local, self.round.inputs(), rng);
        scene = Cheat::apply_all(&self.cheat, scene)?;
        // Last, since an attack can replace the client that leaves.
        for dropout in &self.dropout {
            scene = scene.leaving(dropout.client, dropout.after.0);
        }
        if self.aggregator.is_empty() {
            return Ok(scene.play_in_order()?);
        }
        let mut corrupt = CorruptAggregator::new();
        for attack in &self.aggregator {
            corrupt = attack.apply(corrupt, &scene)?;
        }
        Ok((corrupt.play(scene), None))
    }
}

fn outcome<P: ProofSystem>(
    finished: &Finished<P>,
    stopped: Option<AggregatorError>,
    options: Options,
    aggregate: Option<Vec<u128>>,
) -> Result<Outcome, Unplayable> {
    let board = finished.local.board(&finished.records);
    let given = Options {
        aggregate,
        ..options.clone()
    };
    let report = audit(Cursor::new(&board), &given);
    Ok(Outcome {
        report: report.map_err(|error| Unplayable::Board(error.to_string()))?,
        board,
        refused: finished.refusals.len(),
        stopped: stopped.map(|error| error.to_string()),
        inputs: finished.inputs.clone(),
        options,
    })
}
