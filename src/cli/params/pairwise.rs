//! The graph of neighbours of the pairwise protocol, and what a client sends and receives in it.

use std::fmt;

use serde::Serialize;
use veragg::circuits::proof_system::{ProofSystem, Suite};
use veragg::circuits::statement::Statement;
use veragg::circuits::with_suite;
use veragg::costs::{self, Times};
use veragg::protocol::pairwise::sizes;
use veragg::protocol::round::configuration::GRAPH_SECURITY_BITS;
use veragg::protocol::round::parameters::{
    challenge_pairs, Assumptions, Failure, MaskingParameters, ParameterError, COMPLETE_UP_TO,
};

use crate::cli::error::CliError;
use crate::cli::{output, ParamsArgs};

/// The graph, and how likely it fails.
#[derive(Debug, Serialize)]
pub(super) struct Graph {
    degree: u32,
    threshold: u32,
    complete: bool,
    security_bits: f64,
    failure: Probabilities,
}

/// Binary logarithms of probabilities; null in JSON if the event is impossible.
#[derive(Debug, Serialize)]
struct Probabilities {
    majority_log2: f64,
    availability_log2: f64,
    connectivity_log2: f64,
    total_log2: f64,
}

impl Graph {
    pub(super) fn new(
        assumptions: &Assumptions,
        masking: MaskingParameters,
    ) -> Result<Self, ParameterError> {
        let failure = Failure::of(assumptions, masking)?;
        Ok(Self {
            degree: masking.degree,
            threshold: masking.threshold,
            complete: assumptions.clients <= COMPLETE_UP_TO,
            security_bits: GRAPH_SECURITY_BITS,
            failure: Probabilities {
                majority_log2: failure.majority,
                availability_log2: failure.availability,
                connectivity_log2: failure.connectivity,
                total_log2: failure.total(),
            },
        })
    }
}

/// A probability as text.
fn chance(log2: f64) -> String {
    if log2 == f64::NEG_INFINITY {
        "impossible".to_owned()
    } else {
        format!("2^{log2:.1}")
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graph = if self.complete {
            "every other client"
        } else {
            "drawn at random from the roster and the beacon"
        };
        writeln!(f, "neighbours k      {} ({graph})", self.degree)?;
        writeln!(
            f,
            "threshold t       {} shares reconstruct a secret",
            self.threshold
        )?;
        let failure = &self.failure;
        writeln!(
            f,
            "\nprobability that the graph fails (at most 2^-{} is allowed)",
            self.security_bits
        )?;
        for (name, log2, what) in [
            (
                "majority",
                failure.majority_log2,
                "both secrets of a client can be reconstructed",
            ),
            (
                "availability",
                failure.availability_log2,
                "a client has too few neighbours that stay",
            ),
            (
                "connectivity",
                failure.connectivity_log2,
                "the honest clients can be split into groups",
            ),
            ("total", failure.total_log2, "any of these"),
        ] {
            writeln!(f, "  {name:<14}{:<12}{what}", chance(log2))?;
        }
        Ok(())
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Bytes {
    suite: &'static str,
    len: usize,
    max: u64,
    /// The number of points at which masked vectors are compared with commitments.
    challenge_pairs: u32,
    phases: Vec<PhaseBytes>,
    /// What the roles take, in seconds of one core.
    times: Times,
    /// The whole round, in each suite that takes the statement.
    suites: Vec<SuiteBytes>,
    /// Which suite to take.
    advice: String,
}

/// Bytes of one client in the whole round.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SuiteBytes {
    pub(super) suite: &'static str,
    pub(super) sent: usize,
    pub(super) received_at_most: usize,
    needs_set_up: bool,
}

#[derive(Debug, Serialize)]
struct PhaseBytes {
    phase: &'static str,
    sent: usize,
    received_at_most: usize,
}

impl Bytes {
    /// The bytes in the suite that was asked for, and of the whole round in each suite that takes the statement.
    pub(super) fn in_each_suite(
        args: &ParamsArgs,
        statement: &Statement,
        assumptions: &Assumptions,
        masking: MaskingParameters,
    ) -> Result<Self, CliError> {
        let max = args.max.unwrap_or(0);
        let mut bytes = with_suite!(args.suite, P => {
            Self::new::<P>(statement, assumptions, masking, max)
        })?;
        let others = Suite::ALL.iter().filter_map(|&suite| {
            let other = with_suite!(suite, P => {
                Self::new::<P>(statement, assumptions, masking, max)
            });
            // A suite that does not take the statement is no choice.
            Some(other.ok()?.total(suite.has_key()))
        });
        bytes.suites = others.collect();
        bytes.advice = advice(&bytes.suites);
        Ok(bytes)
    }

    /// What stands beside the committee protocol.
    pub(super) fn beside(&self, args: &ParamsArgs) -> (SuiteBytes, Times) {
        (self.total(args.suite.has_key()), self.times)
    }

    fn new<P: ProofSystem>(
        statement: &Statement,
        assumptions: &Assumptions,
        masking: MaskingParameters,
        max: u64,
    ) -> Result<Self, CliError> {
        let (clients, min_contributors) = (assumptions.clients, assumptions.min_contributors());
        // For planning no key is needed: it is one for as many clients.
        let planned = P::SetUp::default();
        let columns = P::best_columns(&planned, statement, clients);
        let sizes = P::sizes(&planned, statement, clients, columns)
            .map_err(|error| CliError::Usage(error.to_string()))?;
        let masked_scalars = sizes.layout.scalars() + sizes.layout.rows();
        let challenge_pairs = challenge_pairs::<P::Group>(assumptions.corrupt(), masked_scalars);
        let bodies = sizes::Bodies::of::<P::Group>(&sizes, challenge_pairs as usize);
        let phases = sizes::per_phase(clients, masking, min_contributors, &bodies)
            .into_iter()
            .map(|bytes| PhaseBytes {
                phase: bytes.phase.name(),
                sent: bytes.sent,
                received_at_most: bytes.received,
            })
            .collect();
        Ok(Self {
            suite: P::SUITE.name(),
            len: statement.len(),
            max,
            challenge_pairs,
            phases,
            times: costs::pairwise(P::SUITE, statement, clients, masking.degree, masked_scalars),
            suites: Vec::new(),
            advice: String::new(),
        })
    }

    fn total(&self, needs_set_up: bool) -> SuiteBytes {
        let sum = |of: fn(&PhaseBytes) -> usize| self.phases.iter().map(of).sum();
        SuiteBytes {
            suite: self.suite,
            sent: sum(|phase| phase.sent),
            received_at_most: sum(|phase| phase.received_at_most),
            needs_set_up,
        }
    }
}

/// Which suite to take. One that needs a set-up is named only where a client sends less in it, and never without its
/// price.
fn advice(suites: &[SuiteBytes]) -> String {
    let default = Suite::DEFAULT.name();
    let of_default = suites.iter().find(|suite| suite.suite == default);
    let least = suites.iter().min_by_key(|suite| suite.sent);
    match (of_default, least) {
        (Some(default), Some(least)) if least.needs_set_up => format!(
            "take {}, unless {} fewer bytes of a client are worth a set-up by several people: then take {}",
            default.suite,
            default.sent - least.sent,
            least.suite
        ),
        (Some(default), Some(least)) if least.sent < default.sent => format!(
            "take {}, unless {} fewer bytes of a client are worth many times the work: then take {}",
            default.suite,
            default.sent - least.sent,
            least.suite
        ),
        _ => format!("take {default}"),
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nbytes of one client with {} coordinates from 0 to {} ({})",
            self.len, self.max, self.suite
        )?;
        writeln!(
            f,
            "  {:<12}{:>10}  {:>18}",
            "phase", "sends", "receives at most"
        )?;
        let (mut up, mut down) = (0, 0);
        for phase in &self.phases {
            let (sent, received) = (phase.sent, phase.received_at_most);
            (up, down) = (up + sent, down + received);
            line(f, phase.phase, sent, received)?;
        }
        line(f, "total", up, down)?;
        writeln!(f, "\nthe whole round by suite (sends, receives at most)")?;
        for suite in &self.suites {
            let (sent, received) = (
                output::bytes(suite.sent),
                output::bytes(suite.received_at_most),
            );
            let note = if suite.needs_set_up {
                "  needs a set-up"
            } else {
                ""
            };
            writeln!(f, "  {:<26}{sent:>10}  {received:>10}{note}", suite.suite)?;
        }
        writeln!(f, "{}", self.advice)?;
        writeln!(
            f,
            "\nchallenge pairs q {} (points at which masked vectors are compared with the commitments)",
            self.challenge_pairs
        )
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, sent: usize, received: usize) -> fmt::Result {
    let (sent, received) = (output::bytes(sent), output::bytes(received));
    writeln!(f, "  {name:<12}{sent:>10}  {received:>18}")
}
