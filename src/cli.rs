//! What the command line understands, and how it ends.

mod aggregate;
mod audit;
mod board;
mod error;
mod evidence;
mod explain;
mod fault;
mod files;
mod output;
mod output_files;
mod params;
mod run;
mod summary;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use veragg::circuits::proof_system::Suite;
use veragg::protocol::crypto::labels::VERSION;

// `--version` says which protocol is spoken; a literal, since clap wants a constant.
const VERSIONS: &str = concat!(env!("CARGO_PKG_VERSION"), " (protocol 1)");
const _: () = assert!(VERSION == 1);

/// Verifiable secure aggregation: a sum that nobody's input can be read from and that anybody can
/// check.
#[derive(Debug, Parser)]
#[command(name = "veragg", version = VERSIONS, after_help = EXIT_CODES)]
struct Cli {
    /// How results are printed on standard output.
    #[arg(long, global = true, value_enum, default_value = "text")]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 verified or done; 1 the audit failed; 2 usage; 3 malformed input; \
4 nothing failed but a check was skipped; 5 input or output error; 75 the round is not finished.";

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For parties.
    Text,
    /// One JSON object.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a whole round on this machine, from a configuration to its audit.
    Run(RunArgs),
    /// Audit a board: recompute everything, name every cheater, trust nobody.
    Audit(AuditArgs),
    /// Say what the board shows of one client, or of one fault, in plain words.
    Explain(ExplainArgs),
    /// Check one fault from its file alone, as `veragg audit --evidence` writes it.
    Evidence(EvidenceArgs),
    /// Work out neighbours, threshold and bytes for a number of clients.
    Params(ParamsArgs),
    /// List what is on a board, without checking it.
    Board(BoardArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// The configuration (TOML); the comments in examples/hospitals/round.toml explain the keys.
    config: PathBuf,
    /// Folder that the results are written to.
    #[arg(long, value_name = "DIR", default_value = "veragg-out")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct AuditArgs {
    /// The board file.
    board: PathBuf,
    /// The organiser's key, learned beforehand: 64 hexadecimal digits, or a file that holds them.
    #[arg(long, value_name = "KEY")]
    organiser: Option<String>,
    /// A receipt that a client was given; may be repeated.
    #[arg(long = "receipt", value_name = "FILE")]
    receipts: Vec<PathBuf>,
    /// A checkpoint that somebody was shown.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Sums published elsewhere, as `veragg run` writes them to aggregate.json.
    #[arg(long, value_name = "FILE")]
    aggregate: Option<PathBuf>,
    /// Folder to write each fault to, as a file that `veragg evidence` checks.
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// A check to leave out, such as V-09; V-07 means all its parts; may be repeated.
    #[arg(long, value_name = "ID")]
    skip: Vec<String>,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    /// The board file.
    board: PathBuf,
    /// The client's number on the roster, from 1.
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "fault",
        conflicts_with = "fault"
    )]
    client: Option<u32>,
    /// The fault's number in the report of `veragg audit`, from 1.
    #[arg(long, value_name = "N")]
    fault: Option<usize>,
    /// The organiser's key, learned beforehand: 64 hexadecimal digits, or a file that holds them.
    #[arg(long, value_name = "KEY")]
    organiser: Option<String>,
}

#[derive(Debug, Args)]
struct EvidenceArgs {
    /// The file.
    file: PathBuf,
    /// The organiser's key, learned beforehand: 64 hexadecimal digits, or a file that holds them.
    #[arg(long, value_name = "KEY")]
    organiser: String,
}

#[derive(Debug, Args)]
struct ParamsArgs {
    /// Clients on the roster.
    #[arg(long, value_name = "N")]
    clients: u32,
    /// Fraction that may collude with the aggregator, such as 0.05.
    #[arg(long, value_name = "FRACTION", value_parser = params::parts_per_million, allow_negative_numbers = true)]
    corrupt: u32,
    /// Fraction of further clients that may drop out, such as 0.1.
    #[arg(long, value_name = "FRACTION", value_parser = params::parts_per_million, allow_negative_numbers = true)]
    dropout: u32,
    /// Coordinates of each client's vector; with --max, bytes are worked out too.
    #[arg(long, value_name = "D", requires = "max", value_parser = clap::value_parser!(u32).range(1..))]
    len: Option<u32>,
    /// Largest value of a coordinate; the smallest is 0.
    #[arg(long, value_name = "M", requires = "len", value_parser = clap::value_parser!(u64).range(1..u64::MAX))]
    max: Option<u64>,
    /// What the ranges are proven with; it decides the bytes, not the neighbours.
    #[arg(long, value_name = "NAME", default_value_t = Suite::DEFAULT)]
    suite: Suite,
}

#[derive(Debug, Args)]
struct BoardArgs {
    /// The board file.
    board: PathBuf,
}

/// Runs the command that the process was started with.
pub(super) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help that nobody reads is no failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let format = cli.format;
    let done = match &cli.command {
        Command::Run(args) => run::run(args, format),
        Command::Audit(args) => audit::run(args, format),
        Command::Explain(args) => explain::run(args, format),
        Command::Evidence(args) => evidence::run(args, format),
        Command::Params(args) => params::run(args, format),
        Command::Board(args) => board::run(args, format),
    };
    ExitCode::from(done.unwrap_or_else(|error| {
        // There is nowhere left to say that this failed.
        let _ = writeln!(std::io::stderr(), "error: {error}");
        error.exit_code()
    }))
}
