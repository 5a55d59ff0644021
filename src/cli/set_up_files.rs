//! The files of a set-up, by their names, and how they are read.

use std::fs;
use std::io::Read;
use std::path::Path;

use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::set_up::SetUpError;

use super::error::CliError;

/// The longest file of a set-up, and of a key: those of `2^14` rows are shorter.
const MAX_FILE: u64 = 64 << 20;
/// The names of the files that a set-up ends with.
pub(super) const TRANSCRIPT: &str = "setup.transcript";
pub(super) const PROVING_KEY: &str = "proving.key";
pub(super) const VERIFYING_KEY: &str = "verifying.key";

/// What stands beside the board of a round with a set-up.
#[derive(Debug)]
pub(super) struct SetUpFiles {
    pub(super) transcript: Vec<u8>,
    pub(super) proving_key: Vec<u8>,
    /// The contributors whom the audit of this run takes for honest.
    pub(super) contributors: Vec<VerifyingKey>,
    /// Whether this run has played it.
    pub(super) played: bool,
}

/// The error that this file is refused.
pub(super) fn refused(path: &Path) -> impl FnOnce(SetUpError) -> CliError + '_ {
    move |source| CliError::SetUp {
        file: path.to_path_buf(),
        source,
    }
}

/// The bytes of a file of a set-up.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
        .map_err(CliError::read(path))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(CliError::malformed(
            path,
            "the file is longer than any of a set-up; check that it is the right file",
        ));
    }
    Ok(bytes)
}
