//! `veragg simulate`: random rounds with random attackers, judged by a simple oracle.

use std::fmt;

use clap::Args;
use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::circuits::proof_system::Suite;
use veragg::lab::committee;
use veragg::lab::protocol_name::ProtocolName;
use veragg::lab::simulation::{simulate, Simulated};

use super::error::CliError;
use super::{output, Format};

#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// How many rounds to play.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    rounds: u64,
    /// What all rounds are drawn from. The same seed gives the same rounds.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// The suite to play on. Rounds of the committee protocol are played on the default suite.
    #[arg(long, value_name = "NAME", default_value_t = Suite::DEFAULT)]
    suite: Suite,
    /// The protocol of the rounds: pairwise or committee.
    #[arg(long, value_name = "NAME", default_value_t = ProtocolName::Pairwise)]
    protocol: ProtocolName,
}

/// Runs the command. Exit code 1 if something was found.
pub(super) fn run(args: &SimulateArgs, format: Format) -> Result<u8, CliError> {
    if args.protocol == ProtocolName::Committee {
        return run_committee(args, format);
    }
    let simulated = simulate(args.suite, args.rounds, args.seed);
    let told = Told::of(args, &simulated);
    output::print(format, &told, &told)?;
    Ok(u8::from(!told.findings.is_empty()))
}

/// The same on the committee protocol.
fn run_committee(args: &SimulateArgs, format: Format) -> Result<u8, CliError> {
    if args.suite != Suite::DEFAULT {
        return Err(CliError::Usage(format!(
            "--suite {}: rounds of the committee protocol are played on {}; leave --suite out",
            args.suite,
            Suite::DEFAULT
        )));
    }
    let simulated = committee::simulation::simulate(args.rounds, args.seed);
    let told = ToldOfCommittee::of(args, &simulated);
    output::print(format, &told, &told)?;
    Ok(u8::from(!told.findings.is_empty()))
}

#[derive(Debug, Serialize)]
struct ToldOfCommittee {
    protocol: &'static str,
    seed: u64,
    rounds: u64,
    /// Rounds that ended without a verified sum.
    without_sum: u64,
    /// Rounds in which somebody was named.
    named: u64,
    findings: Vec<FindingOfCommittee>,
}

#[derive(Debug, Serialize)]
struct FindingOfCommittee {
    round: u64,
    what: String,
    /// Who was corrupt, and how.
    drawn: String,
}

impl ToldOfCommittee {
    fn of(args: &SimulateArgs, simulated: &committee::simulation::Simulated) -> Self {
        let findings = simulated.findings.iter().map(|finding| FindingOfCommittee {
            round: finding.round,
            what: finding.what.clone(),
            drawn: finding.drawn.clone(),
        });
        Self {
            protocol: args.protocol.name(),
            seed: args.seed,
            rounds: args.rounds,
            without_sum: simulated.unfinished,
            named: simulated.named,
            findings: findings.collect(),
        }
    }
}

impl fmt::Display for ToldOfCommittee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "FOUND in round {}:", finding.round)?;
            writeln!(f, "  {}", Foreign::message(&finding.what).at_most(2000))?;
            writeln!(f, "  {}\n", finding.drawn)?;
        }
        writeln!(
            f,
            "{} rounds of the committee protocol drawn from seed {} ({} with somebody named, {} without a verified sum)",
            self.rounds, self.seed, self.named, self.without_sum
        )?;
        match self.findings.len() {
            0 => write!(
                f,
                "found nothing: nobody honest was named, and every verified sum was right"
            ),
            found => write!(f, "{found} FOUND"),
        }
    }
}

#[derive(Debug, Serialize)]
struct Told {
    suite: &'static str,
    seed: u64,
    rounds: u64,
    /// Rounds that were played, of those drawn.
    played: u64,
    /// Rounds whose attacks did not fit the round that was drawn with them.
    unplayable: u64,
    /// Rounds that ended without a sum.
    without_sum: u64,
    /// Rounds in which somebody was named.
    named: u64,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Finding {
    round: u64,
    /// The seed to play the scenario from.
    seed: u64,
    what: Vec<String>,
    /// The smallest scenario that shows it, as a file.
    scenario: String,
}

impl Told {
    fn of(args: &SimulateArgs, simulated: &Simulated) -> Self {
        let findings = simulated.findings.iter().map(|finding| Finding {
            round: finding.round,
            seed: finding.seed,
            what: finding.what.clone(),
            // What was read from a scenario can be written as one.
            scenario: finding.scenario.to_toml().unwrap_or_default(),
        });
        Self {
            suite: args.suite.name(),
            seed: args.seed,
            rounds: args.rounds,
            played: simulated.played,
            unplayable: simulated.unplayable,
            without_sum: simulated.unfinished,
            named: simulated.named,
            findings: findings.collect(),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "FOUND in round {}:", finding.round)?;
            for what in &finding.what {
                writeln!(f, "  {}", Foreign::message(what))?;
            }
            let seed = finding.seed;
            writeln!(
                f,
                "  the smallest scenario that shows it; write it to FILE.toml and play it with `veragg scenario run FILE.toml --suite {} --seed {seed}`:\n",
                self.suite
            )?;
            writeln!(f, "{}", finding.scenario)?;
        }
        writeln!(
            f,
            "{} rounds drawn from seed {}, on {}: {} played ({} with somebody named, {} without a sum), {} not played, since an attack does not fit its round",
            self.rounds, self.seed, self.suite, self.played, self.named, self.without_sum, self.unplayable
        )?;
        match self.findings.len() {
            0 => write!(
                f,
                "found nothing: nobody honest was named, and every verified sum was right"
            ),
            found => write!(f, "{found} FOUND"),
        }
    }
}
