//! The organiser: chooses the configuration of a round (`specs/protocol.md` 2).

use rand_core::CryptoRngCore;
use veragg_circuits::proof_system::{ProofSystem, SetUp, Suite};
use veragg_circuits::statement::{Statement, StatementError};
use veragg_circuits::with_suite;

use crate::crypto::context::Version;
use crate::crypto::signing::VerifyingKey;
use crate::round::configuration::{
    Configuration, ConfigurationError, SegmentConfiguration, GRAPH_SECURITY_BITS, NEVER,
};
use crate::round::parameters::{Assumptions, MaskingParameters};
use crate::round::phase::{Phase, MAX_UNMASK_ROUNDS};
use crate::round::protocol::{Pairwise, Protocol};
use crate::round::roster::Roster;

/// The least number of further rounds of unmask that is configured by default. They cost nothing unless a client attests
/// falsely.
const UNMASK_ROUNDS: u8 = 8;

/// What an organiser decides; everything else of the [`Configuration`] follows.
///
/// ```
/// use rand_core::OsRng;
/// use veragg_protocol::crypto::signing::SigningKey;
/// use veragg_protocol::round::configuration::SegmentConfiguration;
/// use veragg_protocol::round::organiser::ConfigurationBuilder;
/// use veragg_protocol::round::roster::Roster;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // The clients and the aggregator have sent their public keys.
/// let clients: Vec<_> = (0..5).map(|_| SigningKey::generate(&mut OsRng)).collect();
/// let roster = Roster::new(clients.iter().map(|key| key.verifying_key()).collect())?;
/// let aggregator = SigningKey::generate(&mut OsRng).verifying_key();
///
/// // Each client has three numbers from 0 to 100. No client is corrupt; one in five may drop out.
/// let answers = SegmentConfiguration::integers("answers", 3, 101);
/// let beacon = [7; 32]; // public randomness from after the roster was fixed
/// let configuration = ConfigurationBuilder::new(vec![answers], 0, 200_000, beacon)
///     .min_contributors(4)
///     .build(&roster, aggregator, &mut OsRng)?;
/// assert_eq!(configuration.clients(), 5);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ConfigurationBuilder {
    segments: Vec<SegmentConfiguration>,
    suite: Suite,
    key: Vec<u8>,
    corrupt_ppm: u32,
    dropout_ppm: u32,
    columns: Option<u32>,
    min_contributors: Option<u32>,
    unmask_rounds: Option<u8>,
    deadlines: [u64; Phase::OF_CLIENTS],
    beacon: [u8; 32],
}

impl ConfigurationBuilder {
    /// A round of the default suite, without deadlines, with as few contributors as the fractions allow, and
    /// in the columns that suit the statement best.
    ///
    /// `segments` is the vector, segment by segment. `corrupt_ppm` is the largest fraction of clients that may
    /// be corrupt, in parts per million, and `dropout_ppm` that of further clients that may drop out. `beacon`
    /// is public randomness that came after the roster was fixed.
    pub fn new(
        segments: Vec<SegmentConfiguration>,
        corrupt_ppm: u32,
        dropout_ppm: u32,
        beacon: [u8; 32],
    ) -> Self {
        Self {
            segments,
            suite: Suite::DEFAULT,
            key: Vec::new(),
            corrupt_ppm,
            dropout_ppm,
            columns: None,
            min_contributors: None,
            unmask_rounds: None,
            deadlines: [NEVER; Phase::OF_CLIENTS],
            beacon,
        }
    }

    /// Proves ranges with another suite than the default.
    pub fn suite(self, suite: Suite) -> Self {
        Self { suite, ..self }
    }

    /// The statement of the segments, for which a set-up makes a key.
    pub fn statement(&self) -> Result<Statement, StatementError> {
        Statement::new(self.segments.iter().map(|segment| segment.claims).collect())
    }

    /// The verifying key of a set-up, encoded, for a suite that needs one. The header of the board holds the same bytes
    /// ([`Header::sign_with_key`](crate::wire::header::Header::sign_with_key)).
    pub fn key(self, key: Vec<u8>) -> Self {
        Self { key, ..self }
    }

    /// Another fraction of corrupt clients, in parts per million.
    pub fn corrupt_ppm(self, corrupt_ppm: u32) -> Self {
        Self {
            corrupt_ppm,
            ..self
        }
    }

    /// Another fraction of clients that may drop out, in parts per million.
    pub fn dropout_ppm(self, dropout_ppm: u32) -> Self {
        Self {
            dropout_ppm,
            ..self
        }
    }

    /// `C`, scalars of a committed row. By default, those that suit the statement best.
    pub fn columns(self, columns: impl Into<Option<u32>>) -> Self {
        let columns = columns.into();
        Self { columns, ..self }
    }

    /// The least number of contributors. By default, the least that the fractions allow.
    pub fn min_contributors(self, min_contributors: impl Into<Option<u32>>) -> Self {
        let min_contributors = min_contributors.into();
        Self {
            min_contributors,
            ..self
        }
    }

    /// The most further rounds of unmask. A path of colluders can be so long that one false attestation is found in each
    /// round. By default there is one round for each client that may be corrupt, but at least 8 and at
    /// most 64.
    pub fn unmask_rounds(self, unmask_rounds: u8) -> Self {
        let unmask_rounds = Some(unmask_rounds);
        Self {
            unmask_rounds,
            ..self
        }
    }

    /// When each phase ends, in seconds since 1970 UTC. By default, never.
    pub fn deadlines(self, deadlines: [u64; Phase::OF_CLIENTS]) -> Self {
        Self { deadlines, ..self }
    }

    /// The configuration of a fresh round: a random round id, and the smallest `k` with its `t`. `aggregator` is
    /// the public key of the aggregator. Errors: no parameters are secure under these fractions, or the vector
    /// is one that the suite cannot take, or no vector satisfies the segments. Cost: up to two seconds on large rosters.
    pub fn build(
        self,
        roster: &Roster,
        aggregator: VerifyingKey,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Configuration, ConfigurationError> {
        with_suite!(self.suite, P => self.build_for::<P>(roster, aggregator, rng))
    }

    /// Like [`build`](Self::build), but for the suite `P`, whichever [`suite`](Self::suite) was chosen.
    pub fn build_for<P: ProofSystem>(
        self,
        roster: &Roster,
        aggregator: VerifyingKey,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Configuration, ConfigurationError> {
        let (clients, suite) = (roster.clients(), P::SUITE);
        let refuse = |error| ConfigurationError::Key { suite, error };
        let set_up = P::SetUp::read(&self.key).map_err(refuse)?;
        let assumptions = Assumptions {
            clients,
            corrupt_ppm: self.corrupt_ppm,
            dropout_ppm: self.dropout_ppm,
        };
        let masking = MaskingParameters::for_assumptions(&assumptions, GRAPH_SECURITY_BITS)?;
        let mut round_id = [0; 32];
        rng.fill_bytes(&mut round_id);
        let mut configuration = Configuration {
            version: Version::CURRENT,
            round_id,
            suite,
            key: suite.has_key().then(|| P::SetUp::digest(&self.key)),
            columns: 0,
            assumptions,
            roster: roster.digest(),
            beacon: self.beacon,
            aggregator,
            protocol: Protocol::Pairwise(Pairwise {
                masking,
                unmask_rounds: self.unmask_rounds.unwrap_or_else(|| {
                    let corrupt = u8::try_from(assumptions.corrupt()).unwrap_or(u8::MAX);
                    corrupt.clamp(UNMASK_ROUNDS, MAX_UNMASK_ROUNDS)
                }),
                deadlines: self.deadlines,
            }),
            min_contributors: self
                .min_contributors
                .unwrap_or(assumptions.min_contributors()),
            segments: self.segments,
        };
        let statement = configuration.statement()?;
        statement.check_possible()?;
        configuration.columns = self
            .columns
            .unwrap_or_else(|| P::best_columns(&set_up, &statement, clients) as u32);
        configuration.check()?;
        Ok(configuration)
    }
}
