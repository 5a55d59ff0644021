//! The organiser: turns what a round is for into a configuration (`specs/protocol.md` 2).

use rand_core::CryptoRngCore;
use veragg_circuits::proof_system::ProofSystem;

use crate::crypto::signing::VerifyingKey;
use crate::round::configuration::{
    Configuration, ConfigurationError, SegmentConfiguration, GRAPH_SECURITY_BITS, NEVER,
};
use crate::round::parameters::{Assumptions, MaskingParameters};
use crate::round::phase::{Phase, MAX_UNMASK_ROUNDS};
use crate::round::roster::Roster;

/// Fewest further rounds of unmask, if the organiser says nothing. They cost nothing unless somebody attests falsely.
const UNMASK_ROUNDS: u8 = 8;

/// What an organiser decides; everything else follows.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigurationBuilder {
    /// The vector, segment by segment.
    pub segments: Vec<SegmentConfiguration>,
    /// Largest fraction of clients that may be corrupt, in parts per million.
    pub corrupt_ppm: u32,
    /// Largest fraction of clients that may drop out, in parts per million.
    pub dropout_ppm: u32,
    /// `C`, scalars of a committed row; those that suit the statement best, if not given.
    pub columns: Option<u32>,
    /// Fewest contributors; the least that the fractions allow, if not given.
    pub min_contributors: Option<u32>,
    /// Most further rounds of unmask: how long a path of colluders can get whose false attestations come out one
    /// after the other. If not given, one for each client that may be corrupt, as far as there may be
    /// so many.
    pub unmask_rounds: Option<u8>,
    /// When each phase ends, in seconds since 1970 UTC; never, if not given.
    pub deadlines: Option<[u64; Phase::OF_CLIENTS]>,
    /// Public randomness that came after the roster was fixed.
    pub beacon: [u8; 32],
}

impl ConfigurationBuilder {
    /// A round without deadlines, with as few contributors as the fractions allow, and in the
    /// columns that suit the statement best.
    pub fn new(
        segments: Vec<SegmentConfiguration>,
        corrupt_ppm: u32,
        dropout_ppm: u32,
        beacon: [u8; 32],
    ) -> Self {
        Self {
            segments,
            corrupt_ppm,
            dropout_ppm,
            columns: None,
            min_contributors: None,
            unmask_rounds: None,
            deadlines: None,
            beacon,
        }
    }

    /// The configuration of a fresh round: a random round id, and the smallest `k` with its `t`.
    pub fn configure<P: ProofSystem>(
        self,
        roster: &Roster,
        aggregator: VerifyingKey,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Configuration, ConfigurationError> {
        let clients = roster.clients();
        let assumptions = Assumptions {
            clients,
            corrupt_ppm: self.corrupt_ppm,
            dropout_ppm: self.dropout_ppm,
        };
        let masking = MaskingParameters::for_assumptions(&assumptions, GRAPH_SECURITY_BITS)?;
        let mut round_id = [0; 32];
        rng.fill_bytes(&mut round_id);
        let mut configuration = Configuration {
            round_id,
            suite: P::SUITE,
            columns: 0,
            assumptions,
            roster: roster.digest(),
            beacon: self.beacon,
            aggregator,
            masking,
            min_contributors: self
                .min_contributors
                .unwrap_or(assumptions.min_contributors()),
            unmask_rounds: self.unmask_rounds.unwrap_or_else(|| {
                let corrupt = u8::try_from(assumptions.corrupt()).unwrap_or(u8::MAX);
                corrupt.clamp(UNMASK_ROUNDS, MAX_UNMASK_ROUNDS)
            }),
            deadlines: self.deadlines.unwrap_or([NEVER; Phase::OF_CLIENTS]),
            segments: self.segments,
        };
        let statement = configuration.statement()?;
        configuration.columns = self
            .columns
            .unwrap_or_else(|| P::best_columns(&statement, clients) as u32);
        configuration.check()?;
        Ok(configuration)
    }
}
