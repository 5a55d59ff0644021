//! Files that are written where none is yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use veragg::circuits::foreign::Foreign;

use super::error::CliError;

/// Writes a new file. If there is one already, it is not touched.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => CliError::Usage(format!(
            "{}: there is a file already, which is not overwritten; give another path",
            Foreign::path(path)
        )),
        _ => CliError::NewFile {
            file: path.to_path_buf(),
            source,
        },
    };
    let new = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = new.map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}

/// Creates a folder, which must be new or empty.
pub(super) fn folder(path: &Path) -> Result<(), CliError> {
    let failed = |source| CliError::NewFile {
        file: path.to_path_buf(),
        source,
    };
    fs::create_dir_all(path).map_err(failed)?;
    match fs::read_dir(path).map_err(failed)?.next() {
        None => Ok(()),
        Some(_) => Err(CliError::Usage(format!(
            "{}: this folder is not empty, and nothing in it is overwritten; give another one with --out",
            Foreign::path(path)
        ))),
    }
}
