//! `veragg example`: writes an example that can be run, from the program alone.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use veragg::circuits::foreign::Foreign;

use super::error::CliError;
use super::{new_file, output, ExampleArgs, Format};

/// An example: its name, what it is, and its files.
struct Example {
    name: &'static str,
    what: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

/// The file of each example that is run.
const CONFIGURATION: &str = "round.toml";

const EXAMPLES: [Example; 4] = [
    Example {
        name: "hospitals",
        what: "means and deviations of 30 measurements of 569 patients in 30 hospitals",
        files: &[
            (
                CONFIGURATION,
                include_bytes!("../../examples/hospitals/round.toml"),
            ),
            (
                "breast_cancer.csv",
                include_bytes!("../../examples/hospitals/breast_cancer.csv"),
            ),
            (
                "README.md",
                include_bytes!("../../examples/hospitals/README.md"),
            ),
        ],
    },
    Example {
        name: "million",
        what: "a million synthetic numbers of each of 8 clients",
        files: &[(
            CONFIGURATION,
            include_bytes!("../../examples/million/round.toml"),
        )],
    },
    Example {
        name: "sensors",
        what: "means and a histogram of 1000 sensors that send one message each, with a committee of trustees",
        files: &[
            (
                CONFIGURATION,
                include_bytes!("../../examples/sensors/round.toml"),
            ),
            (
                "traffic.csv",
                include_bytes!("../../examples/sensors/traffic.csv"),
            ),
            (
                "README.md",
                include_bytes!("../../examples/sensors/README.md"),
            ),
        ],
    },
    Example {
        name: "vote",
        what: "500 voters choose one of twelve projects, with proofs that other programs can check",
        files: &[
            (
                CONFIGURATION,
                include_bytes!("../../examples/vote/round.toml"),
            ),
            ("votes.csv", include_bytes!("../../examples/vote/votes.csv")),
            ("README.md", include_bytes!("../../examples/vote/README.md")),
        ],
    },
];

/// The examples that there are.
#[derive(Serialize)]
struct List {
    examples: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    what: &'static str,
}

/// An example that was written.
#[derive(Serialize)]
struct Written {
    example: &'static str,
    files: Vec<String>,
    /// The command that runs it.
    run: String,
}

/// Runs the command.
pub(super) fn run(args: &ExampleArgs, format: Format) -> Result<u8, CliError> {
    let Some(name) = &args.name else {
        let examples = EXAMPLES.iter().map(|example| Listed {
            name: example.name,
            what: example.what,
        });
        let list = List {
            examples: examples.collect(),
        };
        output::print(format, &list, &list)?;
        return Ok(0);
    };
    let Some(example) = EXAMPLES.iter().find(|example| example.name == name) else {
        return Err(CliError::Usage(format!(
            "there is no example `{}`; choose among {}",
            Foreign::new(name),
            EXAMPLES
                .map(|example| format!("`{}`", example.name))
                .join(", ")
        )));
    };
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(name));
    new_file::folder(&out)?;
    for (name, bytes) in example.files {
        new_file::write(&out.join(name), bytes)?;
    }
    let files = example.files.iter();
    let written = Written {
        example: example.name,
        files: files.map(|(name, _)| shown(&out.join(name))).collect(),
        run: command(&out.join(CONFIGURATION)),
    };
    output::print(format, &written, &written)?;
    Ok(0)
}

fn shown(path: &Path) -> String {
    Foreign::path(path)
}

/// The command that runs this configuration.
pub(super) fn command(path: &Path) -> String {
    let path = shown(path);
    match path.contains(|it: char| it.is_whitespace() || "'\"$&;()<>|*?`!#~".contains(it)) {
        true => format!("veragg run '{}'", path.replace('\'', "'\\''")),
        false => format!("veragg run {path}"),
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Listed { name, what } in &self.examples {
            writeln!(f, "{name:<12}{what}")?;
        }
        writeln!(
            f,
            "\nTo write one to a new folder: veragg example NAME --out DIR"
        )
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "written: {file}")?;
        }
        writeln!(f, "\nTo run it: {}", self.run)
    }
}
