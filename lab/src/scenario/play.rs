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
use veragg_protocol::wire::receipt::Receipt;
use veragg_verifier::{audit, Options};

use super::expected::VerdictName;
use super::{Auditor, Cheat, Outcome, Scenario, SuiteName};
use crate::attack::file::FileOf;
use crate::attack::{FileAttack, NotPlayable};
use crate::corrupt_aggregator::CorruptAggregator;
use crate::delivery::Delivered;
use crate::finished::Finished;
use crate::fixtures::{auditor, ready_after, PlaySetUp};
use crate::local::{board, LocalRoundError};
use crate::network::Network;
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
    /// The scenario is not for this suite.
    #[error("the scenario is not played on the suite {0}")]
    OtherSuite(Suite),
    /// The round came to no end.
    #[error("the aggregator stopped: {0}")]
    Stopped(#[from] AggregatorError),
    /// The board is none.
    #[error("the board that came out is no board: {0}")]
    Board(String),
}

impl Unplayable {
    /// Whether that is so on this suite, and not on another: the scenario is not for it, or it has no proof for what the round
    /// asks for.
    pub fn is_for_suite(&self) -> bool {
        matches!(
            self,
            Self::OtherSuite(_) | Self::Round(LocalRoundError::Round(RoundError::Unsupported(_)))
        )
    }
}

impl Scenario {
    /// Plays the scenario on a suite, and audits its board. Nothing but the seed decides what comes out.
    pub fn play_on(&self, suite: Suite, seed: u64) -> Result<Outcome, Unplayable> {
        if !self.suites.is_empty() && !self.suites.contains(&SuiteName(suite)) {
            return Err(Unplayable::OtherSuite(suite));
        }
        with_suite!(suite, P => self.play::<P>(seed))
    }

    fn play<P: ProofSystem<SetUp: PlaySetUp>>(&self, seed: u64) -> Result<Outcome, Unplayable> {
        let (delivered, file) = self.deliver::<P>(seed)?;
        let finished = delivered.finished;
        let options = self.auditor.options(&finished);
        let is_verified = self.expect.verdict == VerdictName::Verified;
        let aggregate = is_verified.then(|| finished.sum(&self.expect.contributors));
        let given = Options {
            aggregate,
            ..options.clone()
        };
        let report = audit(Cursor::new(&file), &given);
        let receipts = finished.receipts.into_iter();
        Ok(Outcome {
            report: report.map_err(|error| Unplayable::Board(error.to_string()))?,
            board: file,
            refused: finished.refusals.len(),
            refused_of: finished.refusals.iter().map(|it| it.0.number()).collect(),
            stopped: delivered.stopped.map(|error| error.to_string()),
            published: delivered.published,
            receipts: receipts.map(|(_, _, receipt)| receipt).collect(),
            noticed: delivered.noticed,
            silent: Vec::new(),
            inputs: finished.inputs,
            options,
        })
    }

    /// Plays the round, and gives the file of the board.
    fn deliver<P: ProofSystem<SetUp: PlaySetUp>>(
        &self,
        seed: u64,
    ) -> Result<(Delivered<P>, Vec<u8>), Unplayable> {
        let rng = &mut ChaCha20Rng::seed_from_u64(seed);
        let clients = self.round.clients;
        let set_up = match self.round.known_set_up {
            true => P::SetUp::known,
            false => P::SetUp::of,
        };
        let local = ready_after::<P>(set_up, clients, self.round.builder::<P>(), rng)?;
        let mut scene = Scene::with_inputs(local, self.round.inputs(), rng);
        let splices = self.file.iter().any(FileAttack::needs_earlier);
        let earlier = match splices {
            true => scene.earlier(),
            false => Vec::new(),
        };
        scene = Cheat::apply_all(&self.cheat, scene)?;
        // Last, since an attack can replace the client that leaves.
        for dropout in &self.dropout {
            scene = scene.leaving(dropout.client, dropout.after.0);
        }
        let turns = self.cheat.iter().filter_map(Cheat::turn).collect();
        let network = Network::new(self.network, turns, seed);
        let delivered = if self.aggregator.is_empty() {
            scene.play_over(network)?
        } else {
            let mut corrupt = CorruptAggregator::new();
            for attack in &self.aggregator {
                corrupt = attack.apply(corrupt, &scene)?;
            }
            Delivered {
                finished: corrupt.play_over(scene, network),
                stopped: None,
                published: None,
                noticed: Vec::new(),
            }
        };
        let finished = &delivered.finished;
        let local = &finished.local;
        let (mut header, mut records) = (local.header.clone(), finished.records.clone());
        let of = FileOf {
            configuration: local.round.configuration(),
            earlier: &earlier,
            parts: None,
        };
        for attack in &self.file {
            attack.apply(&of, &mut header, &mut records)?;
        }
        let file = board(&header, &records);
        Ok((delivered, file))
    }
}

impl Auditor {
    /// What the auditor of a round has, but for the sum.
    fn options<P: ProofSystem>(&self, finished: &Finished<P>) -> Options {
        let local = &finished.local;
        let of = |clients: &[u32]| {
            let clients = clients.to_vec();
            let receipts = finished.receipts.iter();
            receipts.filter(move |(client, ..)| clients.contains(&client.number()))
        };
        let mut receipts: Vec<_> = of(&self.receipts).map(|it| it.2.clone()).collect();
        receipts.extend(of(&self.forged_receipts).map(|(client, _, it)| {
            let (key, context) = (&local.client_keys[client.index()], *local.round.context());
            Receipt::sign(key, context, it.index, it.entry)
        }));
        Options {
            receipts,
            checkpoints: match self.shown {
                true => finished.shown.clone(),
                false => Vec::new(),
            },
            ..auditor(local)
        }
    }
}
