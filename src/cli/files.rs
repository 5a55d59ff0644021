//! The files that commands read: keys, receipts, checkpoints, the header of a board.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use veragg::protocol::crypto::signing::{unhex, VerifyingKey};
use veragg::protocol::round::configuration::Configuration;
use veragg::protocol::wire::board::{BoardError, Header};
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::receipt::Receipt;

use super::error::CliError;

/// The longest file in which a key is looked for.
const MAX_KEY_FILE_LEN: usize = 1 << 10;

/// Reads a file, but no more than `most + 1` bytes: those are enough to see that it is too long.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(CliError::read(path))?;
    Ok(bytes)
}

fn key(text: &str) -> Option<Result<VerifyingKey, String>> {
    let bytes: [u8; 32] = unhex(text)?.try_into().ok()?;
    Some(VerifyingKey::from_bytes(&bytes, "organiser's key").map_err(|error| error.to_string()))
}

/// The organiser's key: 64 hexadecimal digits, or a file that holds them.
pub(super) fn organiser(given: &str) -> Result<VerifyingKey, CliError> {
    if let Some(key) = key(given) {
        return key.map_err(|error| CliError::Usage(format!("--organiser {given}: {error}")));
    }
    let path = Path::new(given);
    if !path.exists() {
        return Err(CliError::Read {
            file: path.to_path_buf(),
            source: std::io::Error::new(
                std::io::ErrorKind::NotFound,
                "no such file, and not a key of 64 hexadecimal digits either",
            ),
        });
    }
    let bytes = read(path, MAX_KEY_FILE_LEN)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    match key(text) {
        Some(Ok(key)) => Ok(key),
        Some(Err(error)) => Err(CliError::malformed(path, error)),
        None => Err(CliError::malformed(
            path,
            "not a key; the file must hold 64 hexadecimal digits, as organiser.pub of `veragg run` does",
        )),
    }
}

/// Reads a receipt from a file.
pub(super) fn receipt(path: &Path) -> Result<Receipt, CliError> {
    let bytes = read(path, Receipt::LEN)?;
    Receipt::decode(&bytes)
        .map_err(|error| CliError::malformed(path, format!("not a receipt ({error}); give a file from the folder receipts of `veragg run`, or from the client")))
}

/// Reads a checkpoint of a round of `clients` clients from a file.
pub(super) fn checkpoint(path: &Path, clients: u32) -> Result<Checkpoint, CliError> {
    let bytes = read(path, Checkpoint::encoded_len(clients))?;
    Checkpoint::decode(&bytes, clients).map_err(|error| {
        let reason = format!("not a checkpoint of a round of {clients} clients: {error}");
        CliError::malformed(path, reason)
    })
}

/// A board whose header was read.
pub(super) struct OpenBoard {
    /// The file, from which the records can be read.
    pub(super) rest: BufReader<File>,
    /// The header of the board.
    pub(super) header: Header,
    /// The configuration in the header. It is decoded, but not checked.
    pub(super) configuration: Configuration,
}

/// Opens a board and reads its header.
pub(super) fn open_board(path: &Path) -> Result<OpenBoard, CliError> {
    let file = File::open(path).map_err(CliError::read(path))?;
    let mut rest = BufReader::new(file);
    let header = Header::read(&mut rest).map_err(|error| CliError::board(path, error))?;
    let configuration = Configuration::decode(&header.configuration.bytes)
        .map_err(|error| CliError::board(path, BoardError::Header(error)))?;
    Ok(OpenBoard {
        rest,
        header,
        configuration,
    })
}
