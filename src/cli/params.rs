//! `veragg params`: neighbours, threshold, bytes and times for a number of clients.

mod committee;

use std::fmt;

use serde::Serialize;
use veragg::circuits::proof_system::{ProofSystem, Suite};
use veragg::circuits::statement::{Segment, Statement};
use veragg::circuits::with_suite;
use veragg::costs::{self, Times};
use veragg::protocol::pairwise::sizes;
use veragg::protocol::round::configuration::GRAPH_SECURITY_BITS;
use veragg::protocol::round::parameters::{
    challenge_pairs, Assumptions, Failure, MaskingParameters, COMPLETE_UP_TO,
};

use super::error::CliError;
use super::{output, Format, ParamsArgs};
use committee::Comparison;

const MILLION: f64 = 1e6;

/// Parses a fraction as parts per million.
pub(super) fn parts_per_million(text: &str) -> Result<u32, String> {
    let fraction: f64 = text.parse().unwrap_or(f64::NAN);
    if !(0.0..1.0).contains(&fraction) {
        return Err("give a fraction of at least 0 and below 1, such as 0.05".to_owned());
    }
    let (parts, whole) = (fraction * MILLION, (fraction * MILLION).round());
    // A fraction of six digits is read with an error of less than a millionth of a part.
    if (parts - whole).abs() > 1e-6 || whole >= MILLION {
        return Err("give at most six digits after the point, such as 0.000001".to_owned());
    }
    // Whole, and from 0 to 999,999.
    Ok(whole as u32)
}

/// Runs the command.
pub(super) fn run(args: &ParamsArgs, format: Format) -> Result<u8, CliError> {
    let parameters = Parameters::new(args)?;
    output::print(format, &parameters, &parameters)?;
    Ok(0)
}

#[derive(Debug, Serialize)]
struct Parameters {
    clients: u32,
    /// How many clients may be corrupt, and how many of the others may be absent.
    corrupt: u32,
    absent: u32,
    degree: u32,
    threshold: u32,
    min_contributors: u32,
    complete: bool,
    security_bits: f64,
    failure: Probabilities,
    bytes: Option<Bytes>,
    /// The committee protocol with the same vector, and the pairwise protocol beside it.
    committee: Option<Comparison>,
    warning: Option<&'static str>,
}

/// Binary logarithms of probabilities; null in JSON if the event is impossible.
#[derive(Debug, Serialize)]
struct Probabilities {
    majority_log2: f64,
    availability_log2: f64,
    connectivity_log2: f64,
    total_log2: f64,
}

#[derive(Debug, Serialize)]
struct Bytes {
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
struct SuiteBytes {
    suite: &'static str,
    sent: usize,
    received_at_most: usize,
    needs_set_up: bool,
}

#[derive(Debug, Serialize)]
struct PhaseBytes {
    phase: &'static str,
    sent: usize,
    received_at_most: usize,
}

const NOBODY: &str =
    "of this many clients the fractions allow for no corrupt and no absent client. A single client that \
colludes with the aggregator may break privacy, and a single client that drops out may end the round. \
Give larger fractions, or more clients";

impl Parameters {
    fn new(args: &ParamsArgs) -> Result<Self, CliError> {
        let refuse = |error: &dyn fmt::Display| CliError::Usage(error.to_string());
        let assumptions = Assumptions {
            clients: args.clients,
            corrupt_ppm: args.corrupt,
            dropout_ppm: args.dropout,
        };
        let masking = MaskingParameters::for_assumptions(&assumptions, GRAPH_SECURITY_BITS)
            .map_err(|error| refuse(&error))?;
        let failure = Failure::of(&assumptions, masking).map_err(|error| refuse(&error))?;
        let min_contributors = assumptions.min_contributors();
        let mut committee = None;
        let bytes = match (args.len, args.max) {
            (Some(len), Some(max)) => {
                let segment = Segment::range(len as usize, max.saturating_add(1));
                let statement = Statement::new(vec![segment]).map_err(|error| refuse(&error))?;
                let mut bytes = with_suite!(args.suite, P => {
                    Bytes::new::<P>(&statement, &assumptions, masking, max)
                })?;
                let others = Suite::ALL.iter().filter_map(|&suite| {
                    let other = with_suite!(suite, P => {
                        Bytes::new::<P>(&statement, &assumptions, masking, max)
                    });
                    // A suite that does not take the statement is no choice.
                    Some(other.ok()?.total(suite.has_key()))
                });
                bytes.suites = others.collect();
                bytes.advice = advice(&bytes.suites);
                let pairwise = bytes.total(args.suite.has_key());
                let compared = with_suite!(args.suite, P => {
                    Comparison::new::<P>(args, &statement, &pairwise, bytes.times)
                });
                committee = Some(compared?);
                Some(bytes)
            }
            _ => None,
        };
        Ok(Self {
            clients: args.clients,
            corrupt: assumptions.corrupt(),
            absent: assumptions.absent(),
            degree: masking.degree,
            threshold: masking.threshold,
            min_contributors,
            complete: args.clients <= COMPLETE_UP_TO,
            security_bits: GRAPH_SECURITY_BITS,
            failure: Probabilities {
                majority_log2: failure.majority,
                availability_log2: failure.availability,
                connectivity_log2: failure.connectivity,
                total_log2: failure.total(),
            },
            bytes,
            committee,
            warning: (assumptions.corrupt() == 0 && assumptions.absent() == 0).then_some(NOBODY),
        })
    }
}

impl Bytes {
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

/// A probability as text.
fn chance(log2: f64) -> String {
    if log2 == f64::NEG_INFINITY {
        "impossible".to_owned()
    } else {
        format!("2^{log2:.1}")
    }
}

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(warning) = self.warning {
            writeln!(f, "WARNING: {warning}\n")?;
        }
        let graph = if self.complete {
            "every other client"
        } else {
            "drawn at random from the roster and the beacon"
        };
        writeln!(f, "clients           {}", self.clients)?;
        writeln!(f, "may be corrupt    {}", self.corrupt)?;
        writeln!(f, "may be absent     {} of the others", self.absent)?;
        writeln!(f, "neighbours k      {} ({graph})", self.degree)?;
        writeln!(
            f,
            "threshold t       {} shares reconstruct a secret",
            self.threshold
        )?;
        writeln!(
            f,
            "min_contributors  {} or more; with fewer, there is no sum",
            self.min_contributors
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
        let Some(bytes) = &self.bytes else {
            return writeln!(
                f,
                "\nTo compute the bytes of each phase, add --len and --max: the length of a vector and its largest value."
            );
        };
        writeln!(
            f,
            "\nbytes of one client with {} coordinates from 0 to {} ({})",
            bytes.len, bytes.max, bytes.suite
        )?;
        writeln!(
            f,
            "  {:<12}{:>10}  {:>18}",
            "phase", "sends", "receives at most"
        )?;
        let (mut up, mut down) = (0, 0);
        for phase in &bytes.phases {
            let (sent, received) = (phase.sent, phase.received_at_most);
            (up, down) = (up + sent, down + received);
            line(f, phase.phase, sent, received)?;
        }
        line(f, "total", up, down)?;
        writeln!(f, "\nthe whole round by suite (sends, receives at most)")?;
        for suite in &bytes.suites {
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
        writeln!(f, "{}", bytes.advice)?;
        writeln!(
            f,
            "\nchallenge pairs q {} (points at which masked vectors are compared with the commitments)",
            bytes.challenge_pairs
        )?;
        self.committee.as_ref().map_or(Ok(()), |it| it.fmt(f))
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, sent: usize, received: usize) -> fmt::Result {
    let (sent, received) = (output::bytes(sent), output::bytes(received));
    writeln!(f, "  {name:<12}{sent:>10}  {received:>18}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_below_one() {
        assert_eq!(parts_per_million("0"), Ok(0));
        assert_eq!(parts_per_million("0.05"), Ok(50_000));
        for bad in [
            "0.9999999",
            "0.0000005",
            "1e-7",
            "1",
            "-0.1",
            "nan",
            "",
            "5%",
        ] {
            assert!(parts_per_million(bad).is_err(), "{bad}");
        }
    }
}
