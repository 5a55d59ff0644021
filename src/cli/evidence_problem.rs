//! Why the files with evidence are not written.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use veragg::circuits::foreign::Foreign;

/// Why evidence was not written.
#[derive(Debug, Error)]
pub(super) enum EvidenceFilesError {
    /// A file of this name is there.
    #[error("{}: exists already, so no evidence was written; give --evidence an empty or a new folder", Foreign::path(.0))]
    Exists(PathBuf),
    /// A file stands where the folder belongs.
    #[error("{}: is a file, not a folder, so no evidence was written; give a folder with --evidence", Foreign::path(.0))]
    NotFolder(PathBuf),
    /// The folder or a file cannot be written.
    #[error("{}: cannot be written ({source}), so no evidence was kept; choose another folder with --evidence", Foreign::path(.file))]
    Write {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        source: io::Error,
    },
}
