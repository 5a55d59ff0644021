//! `veragg scenario`: plays attacks on rounds, and says whether they come out as they must.

mod given;
mod page;
mod ran;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::circuits::proof_system::Suite;
use veragg::lab::protocol_name::ProtocolName;
use veragg::lab::scenario::{catalogue, ScenarioFile};
use veragg::protocol::wire::header::Header;
use veragg::text_file;

use super::error::CliError;
use super::{new_file, output, AskedFormat, Format};
use ran::{Many, One, Ran};

#[derive(Debug, Args)]
pub(super) struct ScenarioArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List the scenarios that come with the program.
    List {
        /// List only those on this protocol: pairwise or committee.
        #[arg(long, value_name = "NAME")]
        protocol: Option<ProtocolName>,
    },
    /// Show the file of a scenario, to read it or to change a copy.
    Show {
        /// Its name.
        name: String,
    },
    /// Play a scenario, or all, and audit what comes out. Exit code 1 if something else comes out than the file says.
    Run(RunArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// The name of a scenario, or a file of your own that ends in `.toml`.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    scenario: Option<String>,
    /// Play all that come with the program.
    #[arg(long)]
    all: bool,
    /// With `--all`, play only those on this protocol: pairwise or committee.
    #[arg(long, value_name = "NAME", conflicts_with = "scenario")]
    protocol: Option<ProtocolName>,
    /// The suite to play on. Scenarios on the committee protocol are played on the default suite. With `--all`, scenarios that the suite has no proof for are left out, and listed.
    #[arg(long, value_name = "NAME", default_value_t = Suite::DEFAULT)]
    suite: Suite,
    /// What all keys, blindings and nonces are drawn from. The same seed gives the same board.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// The file to write the board to, for `veragg audit` and `veragg explain`, and the beginning of the names of files with what else its auditor has. If there is one already, it is not touched.
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    board: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &ScenarioArgs, format: AskedFormat) -> Result<u8, CliError> {
    match &args.act {
        Act::List { protocol } => {
            let entries = catalogue::all().iter();
            let listed = entries.map(|entry| Listed::of(entry.name, entry.text));
            let mut listed = Catalogue(listed.collect::<Result<_, _>>()?);
            let asked = |own: ProtocolName| protocol.is_none_or(|asked| asked == own);
            listed.0.retain(|listed| asked(listed.protocol));
            output::print(format.plain("scenario list")?, &listed, &listed)?;
            Ok(0)
        }
        Act::Show { name } => {
            let text = named(name)?.text;
            let scenario = parse(name, text)?;
            let shown = Shown {
                protocol: scenario.round().protocol,
                text,
            };
            output::print(format.plain("scenario show")?, &shown, &scenario)?;
            Ok(0)
        }
        Act::Run(args) if args.all => run_all(args, format),
        Act::Run(args) => run_one(args, format.plain("scenario run NAME")?),
    }
}

fn run_one(args: &RunArgs, format: Format) -> Result<u8, CliError> {
    let name = args.scenario.as_deref().unwrap_or_default();
    let text;
    let scenario = if Path::new(name).extension().is_some_and(|it| it == "toml") {
        text = read(Path::new(name))?;
        parse(name, &text)?
    } else {
        parse(name, named(name)?.text)?
    };
    let outcome = scenario.play_on(args.suite, args.seed);
    let outcome = outcome.map_err(|error| malformed(name, error.to_string()))?;
    let mut given = Vec::new();
    if let Some(path) = &args.board {
        let (beside, mut files) = given::beside(path, &outcome.options);
        files.push((path.clone(), outcome.board.clone()));
        new_file::write_all(&files)?;
        given = beside;
    }
    let organiser = Header::read(&mut &outcome.board[..]);
    let organiser = organiser.map(|header| header.configuration.organiser.fingerprint());
    let ran = Ran::of(name, &scenario, args.suite, args.seed, &outcome);
    let code = u8::from(!ran.is_as_expected());
    let one = One {
        ran,
        board: args.board.as_ref().map(|path| path.display().to_string()),
        given,
        organiser: organiser.unwrap_or_default(),
        report: outcome.report,
    };
    output::print(format, &one, &one)?;
    Ok(code)
}

fn run_all(args: &RunArgs, format: AskedFormat) -> Result<u8, CliError> {
    let all = catalogue::play_all(args.suite, args.seed, args.protocol);
    let all = all.map_err(|error| malformed("the catalogue", error.to_string()))?;
    let ran = all.iter().map(|played| {
        let (name, scenario) = (played.name, &played.scenario);
        match &played.outcome {
            Ok(outcome) => Ok(Ran::of(name, scenario, args.suite, args.seed, outcome)),
            Err(error) if error.is_for_suite() => {
                Ok(Ran::left_out(name, scenario, args.suite, error))
            }
            Err(error) => Err(malformed(name, error.to_string())),
        }
    });
    let many = Many {
        suite: args.suite.name(),
        seed: args.seed,
        scenarios: ran.collect::<Result<_, CliError>>()?,
    };
    match format {
        AskedFormat::Html => output::print_text(&page::page(&many))?,
        AskedFormat::Text => output::print(Format::Text, &many, &many)?,
        AskedFormat::Json => output::print(Format::Json, &many, &many)?,
    }
    Ok(u8::from(many.unexpected() > 0))
}

fn named(name: &str) -> Result<&'static catalogue::Entry, CliError> {
    catalogue::find(name).ok_or_else(|| {
        CliError::Usage(format!(
            "there is no scenario `{}`; `veragg scenario list` has all names, and a file of your own ends in .toml",
            Foreign::new(name)
        ))
    })
}

fn parse(name: &str, text: &str) -> Result<ScenarioFile, CliError> {
    ScenarioFile::parse(text).map_err(|error| malformed(name, error.to_string()))
}

fn malformed(name: &str, reason: String) -> CliError {
    CliError::Malformed {
        file: name.into(),
        reason,
    }
}

/// The most bytes of a scenario.
const LONGEST: u64 = 1 << 20;

fn read(path: &Path) -> Result<String, CliError> {
    text_file::read(path, LONGEST)
        .map_err(|error| malformed(&path.display().to_string(), error.to_string()))
}

/// A line of the list.
#[derive(Debug, Serialize)]
struct Listed {
    name: &'static str,
    protocol: ProtocolName,
    title: String,
}

impl Listed {
    fn of(name: &'static str, text: &str) -> Result<Self, CliError> {
        let scenario = parse(name, text)?;
        Ok(Self {
            name,
            protocol: scenario.round().protocol,
            title: scenario.title().to_owned(),
        })
    }
}

#[derive(Debug, Serialize)]
struct Catalogue(Vec<Listed>);

impl fmt::Display for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for listed in &self.0 {
            let Listed {
                name,
                protocol,
                title,
            } = listed;
            writeln!(f, "{name:<48}{:<11}{title}", protocol.name())?;
        }
        write!(f, "{} scenarios", self.0.len())
    }
}

/// The file as it is, behind a comment that names its protocol.
struct Shown {
    protocol: ProtocolName,
    text: &'static str,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# A scenario on the {} protocol.", self.protocol)?;
        f.write_str(self.text)
    }
}
