//! `veragg params`: neighbours, threshold, bytes and times for a number of clients.

mod committee;
mod pairwise;

use std::fmt;

use serde::Serialize;
use veragg::circuits::statement::{Segment, Statement};
use veragg::circuits::with_suite;
use veragg::protocol::round::configuration::GRAPH_SECURITY_BITS;
use veragg::protocol::round::parameters::{Assumptions, MaskingParameters, ParameterError};

use super::error::CliError;
use super::{output, Format, ParamsArgs};
use committee::Comparison;
use pairwise::{Bytes, Graph};

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
    min_contributors: u32,
    /// What the pairwise protocol needs; nothing if it is not possible.
    #[serde(flatten)]
    graph: Option<Graph>,
    /// Why the pairwise protocol is not possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_graph: Option<String>,
    /// What clients send and receive in the pairwise protocol.
    bytes: Option<Bytes>,
    /// The committee protocol with the same vector, and the pairwise protocol beside it.
    committee: Option<Comparison>,
    warning: Option<&'static str>,
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
        let shape = committee::shape(args)?;
        let statement = match (args.len, args.max) {
            (Some(len), Some(max)) => {
                let segment = Segment::range(len as usize, max.saturating_add(1));
                Some(Statement::new(vec![segment]).map_err(|error| refuse(&error))?)
            }
            _ => None,
        };
        let of_pairwise = MaskingParameters::for_assumptions(&assumptions, GRAPH_SECURITY_BITS);
        let min_contributors = assumptions.min_contributors();
        let (masking, no_graph) = match of_pairwise {
            Ok(masking) => (Some(masking), None),
            // A committee needs no neighbours.
            Err(error) if is_of_graph(&error) && min_contributors <= args.clients => {
                match statement {
                    Some(_) => (None, Some(error.to_string())),
                    None => return Err(refuse(&format!("{error}. The committee protocol needs no neighbours: add --len and --max to compute what it needs"))),
                }
            }
            Err(error) => return Err(refuse(&error)),
        };
        let graph = masking.map(|masking| Graph::new(&assumptions, masking));
        let graph = graph.transpose().map_err(|error| refuse(&error))?;
        let (mut bytes, mut committee) = (None, None);
        if let Some(statement) = &statement {
            if let Some(masking) = masking {
                let chosen = Bytes::in_each_suite(args, statement, &assumptions, masking)?;
                bytes = Some(chosen);
            }
            let beside = bytes.as_ref().map(|bytes| bytes.beside(args));
            let compared = with_suite!(args.suite, P => {
                Comparison::new::<P>(args, statement, shape, beside)
            });
            committee = Some(compared?);
        }
        Ok(Self {
            clients: args.clients,
            corrupt: assumptions.corrupt(),
            absent: assumptions.absent(),
            min_contributors,
            graph,
            no_graph,
            bytes,
            committee,
            warning: (assumptions.corrupt() == 0 && assumptions.absent() == 0).then_some(NOBODY),
        })
    }
}

/// Whether there is no graph of neighbours, although roster and fractions are some that a round can have.
fn is_of_graph(error: &ParameterError) -> bool {
    matches!(
        error,
        ParameterError::Fractions { .. } | ParameterError::NoParameters { .. }
    )
}

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(warning) = self.warning {
            writeln!(f, "WARNING: {warning}\n")?;
        }
        writeln!(f, "clients           {}", self.clients)?;
        writeln!(f, "may be corrupt    {}", self.corrupt)?;
        writeln!(f, "may be absent     {} of the others", self.absent)?;
        writeln!(
            f,
            "min_contributors  {} or more; with fewer, there is no sum",
            self.min_contributors
        )?;
        if let Some(graph) = &self.graph {
            graph.fmt(f)?;
        }
        if let Some(why) = &self.no_graph {
            writeln!(f, "\nthe pairwise protocol is not possible: {why}")?;
        }
        if let Some(bytes) = &self.bytes {
            bytes.fmt(f)?;
        }
        match &self.committee {
            Some(committee) => committee.fmt(f),
            None => writeln!(
                f,
                "\nTo compute bytes and times in both protocols, add --len and --max: the length of a vector and its largest value."
            ),
        }
    }
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
