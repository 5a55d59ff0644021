//! The arguments of the command line, and the exit code.

mod aggregate;
mod audit;
mod board;
mod error;
mod evidence;
mod evidence_files;
mod evidence_problem;
mod example;
mod explain;
mod failed;
mod fault;
mod files;
mod init;
mod key;
mod kind;
mod names;
mod new_file;
mod output;
mod output_folder;
mod params;
mod progress;
mod proof;
mod run;
mod scenario;
mod set_up_files;
mod setup;
mod simulate;
mod stopped;
mod story;
mod summary;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use veragg::circuits::foreign::Foreign;
use veragg::circuits::proof_system::Suite;
use veragg::circuits::statement::MAX_COORDINATES;
use veragg::protocol::crypto::context::Version;
use veragg::verifier::Program;

use error::CliError;

/// What `--version` prints: the versions of program and protocol, and the commit.
fn version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let (version, current, commit) =
            (env!("CARGO_PKG_VERSION"), Version::CURRENT, Program::COMMIT);
        format!("{version} (protocol {current}, commit {commit})")
    });
    &TEXT
}

/// Verifiable secure aggregation: nobody can read a client's input, and anybody can check the sum.
#[derive(Debug, Parser)]
#[command(name = "veragg", version = version(), after_help = EXIT_CODES)]
struct Cli {
    /// The form in which results are printed on standard output.
    #[arg(long, global = true, value_enum, default_value = "text")]
    format: AskedFormat,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 verified, or the command is done; 1 the audit failed, or what was asked for does not hold; 2 wrong arguments; 3 malformed input; \
4 no check failed, but one was skipped, or the organiser's key was not given, or nobody vouches for a set-up; 5 input or output error; 75 the round is not finished.";

/// The form that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AskedFormat {
    /// Text for people.
    Text,
    /// One JSON object.
    Json,
    /// A page that stands alone; only of `scenario run --all`.
    Html,
}

impl AskedFormat {
    /// The form of a command that has no page.
    fn plain(self, command: &str) -> Result<Format, CliError> {
        match self {
            Self::Text => Ok(Format::Text),
            Self::Json => Ok(Format::Json),
            Self::Html => Err(CliError::Usage(format!(
                "--format html: `{command}` has no page, only `scenario run --all` has; take text or json"
            ))),
        }
    }
}

/// The form in which results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Text for people.
    Text,
    /// One JSON object.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a whole round on this machine, from a configuration to its audit.
    Run(RunArgs),
    /// Write a first configuration, with comments; for a table of your own if you name one.
    Init(InitArgs),
    /// List the examples, or write one to a new folder.
    Example(ExampleArgs),
    /// Audit a board: recompute everything, name every culprit, trust nobody.
    Audit(AuditArgs),
    /// Explain in plain words what the board shows about one client, or about one fault.
    Explain(ExplainArgs),
    /// Check the faults in a file of evidence, which `veragg audit --evidence` has written. The board is not needed.
    Evidence(EvidenceArgs),
    /// Make a key of the suite bls12381-groth16, by several people of whom one must be honest.
    Setup(setup::SetupArgs),
    /// Write a proof of the suite bls12381-groth16 in the form of another program.
    Proof(proof::ProofArgs),
    /// Compute neighbours, threshold and bytes for a number of clients.
    Params(ParamsArgs),
    /// List the messages and checkpoints of a board, without checking them.
    Board(BoardArgs),
    /// Play attacks on rounds: those that come with the program, or your own.
    Scenario(scenario::ScenarioArgs),
    /// Play random rounds with random attackers, and object to what must not happen.
    Simulate(simulate::SimulateArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// The configuration (TOML). `veragg init` writes one.
    config: PathBuf,
    /// The folder that the results are written to.
    #[arg(long, value_name = "DIR", default_value = "veragg-out")]
    out: PathBuf,
    /// A folder of `veragg setup finish`, for a suite that needs a set-up. Without it, one is played with two contributors
    /// on this machine.
    #[arg(long, value_name = "DIR")]
    setup: Option<PathBuf>,
    /// The key of a contributor to that set-up whom you trust: 64 hexadecimal digits, or a file that holds them. May be
    /// repeated.
    #[arg(long = "contributor", value_name = "KEY", requires = "setup")]
    contributors: Vec<String>,
}

#[derive(Debug, Args)]
struct InitArgs {
    /// The file to write. If there is one already, it is not touched.
    file: PathBuf,
    /// A CSV table. The configuration measures its columns of numbers, and runs as it is.
    #[arg(long, value_name = "CSV")]
    table: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ExampleArgs {
    /// The example: hospitals, million or vote. Without it, they are listed.
    name: Option<String>,
    /// The folder to write, which must be new or empty. By default it is called like the example.
    #[arg(long, value_name = "DIR", requires = "name")]
    out: Option<PathBuf>,
}

/// What an auditor has, and what the audit leaves out.
#[derive(Debug, Args)]
struct AuditorArgs {
    /// The file with the board.
    board: PathBuf,
    /// The organiser's key, known beforehand: 64 hexadecimal digits, or a file that holds them. Without it the audit
    /// is incomplete, since anybody can make a whole board with a key of their own.
    #[arg(long, value_name = "KEY")]
    organiser: Option<String>,
    /// Accept the board of any organiser. The audit is then complete without the organiser's key, and says nothing
    /// about whose board it is.
    #[arg(long, conflicts_with = "organiser")]
    any_organiser: bool,
    /// A receipt that a client was given, to see whether the aggregator kept the message. May be repeated.
    #[arg(long = "receipt", value_name = "FILE")]
    receipts: Vec<PathBuf>,
    /// A checkpoint that a client received, to compare with the one on the board. May be repeated.
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// A message that a client or a trustee of the committee protocol handed over, as it sent it, or its first 167 bytes. Two that
    /// differ name who signed both. May be repeated.
    #[arg(long = "message", value_name = "FILE")]
    messages: Vec<PathBuf>,
    /// Sums that were published elsewhere, to compare with those on the board; an aggregate.json of `veragg run`.
    #[arg(long, value_name = "FILE")]
    aggregate: Option<PathBuf>,
    /// The transcript of the set-up, if the suite has one, such as setup.transcript of `veragg run`. Without it the audit
    /// is incomplete.
    #[arg(long, value_name = "FILE")]
    setup: Option<PathBuf>,
    /// The key of a contributor to the set-up whom you trust to have forgotten its secrets: 64 hexadecimal digits, or a
    /// file that holds them. May be repeated. Unless one took part in each phase, the audit is incomplete.
    #[arg(long = "contributor", value_name = "KEY", requires = "setup")]
    contributors: Vec<String>,
    /// The names of the clients, in a file that the organiser signed (wire.md 9), such as names.txt of `veragg run`. They
    /// stand behind the clients' numbers in the output.
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// A check to leave out, such as V-09. V-07 means all its parts. May be repeated. The audit is then incomplete.
    #[arg(long, value_name = "ID")]
    skip: Vec<String>,
}

#[derive(Debug, Args)]
struct AuditArgs {
    #[command(flatten)]
    auditor: AuditorArgs,
    /// A folder. The faults of each culprit under each check are written to one file in it, which `veragg evidence`
    /// checks. No file is replaced.
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("asked").required(true).args(["client", "trustee", "fault"])))]
struct ExplainArgs {
    #[command(flatten)]
    auditor: AuditorArgs,
    /// The client's number on the roster, counted from 1.
    #[arg(long, value_name = "ID")]
    client: Option<u64>,
    /// The trustee's number in the committee, counted from 1, on a board of the committee protocol.
    #[arg(long, value_name = "ID")]
    trustee: Option<u64>,
    /// The fault's number in the report of `veragg audit` with the same arguments, counted from 1.
    #[arg(long, value_name = "N")]
    fault: Option<usize>,
}

#[derive(Debug, Args)]
struct EvidenceArgs {
    /// The file with the evidence.
    file: PathBuf,
    /// The organiser's key, known beforehand: 64 hexadecimal digits, or a file that holds them.
    #[arg(long, value_name = "KEY")]
    organiser: String,
    /// The names of the clients, in a file that the organiser signed (wire.md 9), such as names.txt of `veragg run`. They
    /// stand behind the clients' numbers in the output.
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ParamsArgs {
    /// The number of clients on the roster.
    #[arg(long, value_name = "N")]
    clients: u32,
    /// The fraction of clients that may collude with the aggregator, such as 0.05.
    #[arg(long, value_name = "FRACTION", value_parser = params::parts_per_million, allow_negative_numbers = true)]
    corrupt: u32,
    /// The fraction of further clients that may drop out, such as 0.1.
    #[arg(long, value_name = "FRACTION", value_parser = params::parts_per_million, allow_negative_numbers = true)]
    dropout: u32,
    /// The number of coordinates of each client's vector. With --max, bytes are computed too.
    #[arg(long, value_name = "D", requires = "max", value_parser = clap::value_parser!(u32).range(1..=MAX_COORDINATES as i64))]
    len: Option<u32>,
    /// The largest value of a coordinate. The smallest is 0.
    #[arg(long, value_name = "M", requires = "len", value_parser = clap::value_parser!(u64).range(1..u64::MAX))]
    max: Option<u64>,
    /// The suite, which proves the ranges. It changes the bytes, but not the neighbours.
    #[arg(long, value_name = "NAME", default_value_t = Suite::DEFAULT)]
    suite: Suite,
    /// The trustees of the committee protocol, with which the pairwise protocol is compared.
    #[arg(long, value_name = "M", default_value_t = 7)]
    trustees: u32,
    /// How many of the trustees may collude with the aggregator.
    #[arg(long, value_name = "T", default_value_t = 2)]
    colluding: u32,
    /// How many of the trustees may be absent.
    #[arg(long, value_name = "F", default_value_t = 2)]
    absent: u32,
}

#[derive(Debug, Args)]
struct BoardArgs {
    /// The file with the board.
    board: PathBuf,
}

/// Runs the command that the process was started with.
pub(super) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // The parser repeats arguments as they are. One with a control character could forge a line.
            let mut arguments = std::env::args_os().map(|it| it.to_string_lossy().into_owned());
            let forged = arguments.find(|it| it.chars().any(char::is_control));
            // If the help cannot be printed, the exit code does not change.
            let _ = match forged {
                Some(argument) => writeln!(
                    std::io::stderr(),
                    "error: the arguments are wrong, and one holds a control character: `{}`",
                    Foreign::new(&argument)
                ),
                None => error.print(),
            };
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = act(&cli.command, cli.format);
    ExitCode::from(done.unwrap_or_else(|error| {
        // If standard error cannot be written, the exit code is all that is left.
        let _ = writeln!(std::io::stderr(), "error: {error}");
        error.exit_code()
    }))
}

fn act(command: &Command, asked: AskedFormat) -> Result<u8, CliError> {
    let plain = |command| asked.plain(command);
    match command {
        Command::Run(args) => run::run(args, plain("run")?),
        Command::Init(args) => init::run(args, plain("init")?),
        Command::Example(args) => example::run(args, plain("example")?),
        Command::Audit(args) => audit::run(args, plain("audit")?),
        Command::Explain(args) => explain::run(args, plain("explain")?),
        Command::Evidence(args) => evidence::run(args, plain("evidence")?),
        Command::Setup(args) => setup::run(args, plain("setup")?),
        Command::Proof(args) => proof::run(args, plain("proof")?),
        Command::Params(args) => params::run(args, plain("params")?),
        Command::Board(args) => board::run(args, plain("board")?),
        Command::Scenario(args) => scenario::run(args, asked),
        Command::Simulate(args) => simulate::run(args, plain("simulate")?),
    }
}
