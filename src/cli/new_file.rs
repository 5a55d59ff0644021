//! Files that are written where none is yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use veragg::circuits::foreign::Foreign;

use super::error::CliError;

/// Writes a new file. If there is one already, it is not touched.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => CliError::NewFile {
            file: path.to_path_buf(),
            source,
        },
    };
    let new = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = new.map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}

/// Writes new files. If there is one of them already, none is written.
pub(super) fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), CliError> {
    // A link that leads nowhere exists too.
    let mut paths = files.iter().map(|(path, _)| path);
    if let Some(path) = paths.find(|path| path.symlink_metadata().is_ok()) {
        return Err(exists(path));
    }
    files
        .iter()
        .try_for_each(|(path, bytes)| write(path, bytes))
}

fn exists(path: &Path) -> CliError {
    CliError::Usage(format!(
        "{}: there is a file already, which is not overwritten; give another path",
        Foreign::path(path)
    ))
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
