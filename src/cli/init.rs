//! `veragg init`: writes a first configuration, with comments.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::survey;

use super::error::CliError;
use super::{example, new_file, output, Format, InitArgs};

/// A configuration that explains every key.
const TEMPLATE: &str = include_str!("init/template.toml");

/// A configuration that was written.
#[derive(Serialize)]
struct Written {
    file: String,
    /// The command that runs it; absent if it has to be completed first.
    run: Option<String>,
    /// The number of columns that seem to hold numbers, or that have no name of their own, and are not measured.
    left_out: usize,
}

/// Runs the command.
pub(super) fn run(args: &InitArgs, format: Format) -> Result<u8, CliError> {
    let (text, left_out) = match &args.table {
        Some(table) => {
            let draft = survey::draft(table, &path_from(&args.file, table)?)?;
            (draft.text, draft.left_out)
        }
        None => (TEMPLATE.to_owned(), 0),
    };
    new_file::write(&args.file, text.as_bytes())?;
    let written = Written {
        file: Foreign::path(&args.file),
        run: args.table.as_ref().map(|_| example::command(&args.file)),
        left_out,
    };
    output::print(format, &written, &written)?;
    Ok(0)
}

/// The path of the table as the configuration writes it: from its own folder, if there is such a path.
fn path_from(configuration: &Path, table: &Path) -> Result<String, CliError> {
    let folder = match configuration.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let path = relative(folder, table).unwrap_or_else(|_| table.to_path_buf());
    path.to_str().map(str::to_owned).ok_or_else(|| {
        CliError::Usage(format!(
            "{}: a name in this path is not Unicode text, and a configuration cannot hold it; rename the file or the folder",
            Foreign::path(&path)
        ))
    })
}

fn relative(folder: &Path, table: &Path) -> io::Result<PathBuf> {
    let (folder, table) = (folder.canonicalize()?, table.canonicalize()?);
    let common = folder
        .components()
        .zip(table.components())
        .take_while(|(one, other)| one == other)
        .count();
    // Paths on two drives have nothing in common.
    if common == 0 {
        return Ok(table);
    }
    let up = folder
        .components()
        .skip(common)
        .map(|_| Component::ParentDir);
    Ok(up.chain(table.components().skip(common)).collect())
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "written: {}", self.file)?;
        match self.left_out {
            0 => {}
            1 => writeln!(
                f,
                "1 column is not measured; its comment at the end says why"
            )?,
            more => writeln!(
                f,
                "{more} columns are not measured; their comments at the end say why"
            )?,
        }
        match &self.run {
            Some(run) => writeln!(
                f,
                "\nIt runs as it is. Look through its comments, then: {run}"
            ),
            None => writeln!(
                f,
                "\nIt explains every key. Say in it where your table is, what is measured, and whose each row is."
            ),
        }
    }
}
