//! The files that commands read: receipts, checkpoints, boards, evidence. No file is read further than it can be long.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use veragg::circuits::foreign::Foreign;
use veragg::protocol::circuits::codec::DecodeError;
use veragg::protocol::round::configuration::Configuration;
use veragg::protocol::wire::board::BoardError;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::header::Header;
use veragg::protocol::wire::message::ENVELOPE_LEN;
use veragg::protocol::wire::receipt::Receipt;

use super::error::CliError;
use super::kind::{Kind, ENOUGH};
use super::output_folder::is_half_moved;

/// Reads a file that is the encoding of `what`, of exactly `len` bytes, and decodes it. `advice` says what else may be
/// wrong with a file of this kind.
fn read_exactly<T>(
    path: &Path,
    (kind, what, advice): (Kind, &str, &str),
    len: usize,
    decode: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, CliError> {
    refuse_folder(path, what)?;
    let most = len.max(ENOUGH);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(CliError::read(path))?;
    let error = match decode(&bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let other = Kind::of(&bytes).filter(|found| *found != kind);
    // The length of a pipe or a device is not known.
    let whole = fs::metadata(path).ok().filter(fs::Metadata::is_file);
    let whole = whole.map(|file| file.len());
    let has = whole.map(|whole| format!("; it has {whole}"));
    let has = has.unwrap_or_default();
    let reason = match (other, bytes.len().cmp(&len)) {
        (Some(other), _) => format!("this is not {what}: {other}"),
        (None, Ordering::Greater) if whole == Some(2 * len as u64) => format!("the file has {} bytes, two times the length of {what} ({len} bytes); if it holds two, write each to a file of its own", 2 * len),
        (None, Ordering::Greater) => format!("the file is longer than {len} bytes, the length of {what}{has}; check that it is the right file{advice}"),
        (None, _) if error == (DecodeError::Value { field: "version" }) => {
            format!("this is not {what} ({error}); check that it is the right file")
        }
        (None, Ordering::Less) => format!("the file has {} bytes, and {what} has {len}: it is cut short, or another file; get another copy of it{advice}", bytes.len()),
        (None, Ordering::Equal) => format!("this is not {what}, though it has the right length ({error}): it is damaged, or another file; get another copy of it{advice}"),
    };
    Err(CliError::malformed(path, reason))
}

/// Reads a receipt from a file.
pub(super) fn receipt(path: &Path) -> Result<Receipt, CliError> {
    let of = (Kind::Receipt, "a receipt", "");
    read_exactly(path, of, Receipt::LEN, Receipt::decode)
}

/// The most bytes of a message that is read from a file: the length of a record has 32 bits.
const MOST_MESSAGE: u64 = u32::MAX as u64;

/// Reads a message, or its envelope, from a file.
pub(super) fn message(path: &Path) -> Result<Vec<u8>, CliError> {
    let (file, length) = open(path, "a message")?;
    if length > MOST_MESSAGE {
        let reason = "the file is longer than any message; check that it is the right file";
        return Err(CliError::malformed(path, reason));
    }
    let mut bytes = Vec::new();
    let read = file.take(MOST_MESSAGE).read_to_end(&mut bytes);
    read.map_err(CliError::read(path))?;
    if bytes.len() < ENVELOPE_LEN {
        let reason = format!("the file has {} bytes, and a message has at least {ENVELOPE_LEN}; get another copy of it", bytes.len());
        return Err(CliError::malformed(path, reason));
    }
    Ok(bytes)
}

/// Reads a checkpoint of a round with this configuration from a file.
pub(super) fn checkpoint(path: &Path, round: &Configuration) -> Result<Checkpoint, CliError> {
    let (clients, dialect) = (round.clients(), round.dialect());
    let what = format!("a checkpoint of a round of {clients} clients");
    let len = Checkpoint::encoded_len(clients);
    let advice = ", and that the checkpoint is of a round with this number of clients";
    let of = (Kind::Checkpoint, &what[..], advice);
    read_exactly(path, of, len, |bytes| {
        Checkpoint::decode_of_protocol(bytes, clients, &dialect)
    })
}

/// Refuses a folder in place of a file.
fn refuse_folder(path: &Path, what: &str) -> Result<(), CliError> {
    let is_folder = fs::metadata(path).map_err(CliError::read(path))?.is_dir();
    if !is_folder {
        return Ok(());
    }
    let inside = path.join("round.board");
    let advice = match what {
        "a board" if inside.is_file() => "give the file round.board in it".to_owned(),
        "a file of evidence" => "give one of the files in it".to_owned(),
        _ => format!("give the file with {what}"),
    };
    let reason = format!("this is a folder, not {what}; {advice}");
    Err(CliError::malformed(path, reason))
}

/// Opens a board or evidence, which must be a file, since parts of it are read twice. Returns its length too.
pub(super) fn open(path: &Path, what: &str) -> Result<(File, u64), CliError> {
    let is_input = path.as_os_str() == "-" && !path.exists();
    if !is_input {
        refuse_folder(path, what)?;
    }
    // Whatever else is no file, such as a pipe, is not even opened: that could wait for ever.
    if is_input || !fs::metadata(path).map_err(CliError::read(path))?.is_file() {
        let reason = format!("{what} must be a file, not a pipe or a device, since parts of it are read twice; write it to a file first, and give that");
        return Err(CliError::malformed(path, reason));
    }
    let file = File::open(path).map_err(CliError::read(path))?;
    let length = file.metadata().map_err(CliError::read(path))?.len();
    Ok((file, length))
}

/// The error that a file is not of this kind, which `what` names, and what it is.
pub(super) fn other_kind(path: &Path, kind: Kind, what: &str) -> CliError {
    let hint = match Kind::of_file(path) {
        // All is right but the version.
        Some(found) if found == kind => {
            "it is of another version of the format; use the version of veragg that wrote it"
                .to_owned()
        }
        Some(found) => found.to_string(),
        None => "its first bytes are others; check that it is the right file".to_owned(),
    };
    CliError::malformed(
        path,
        format!("this is not {what} that veragg can read: {hint}"),
    )
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
    let (file, _) = open(path, "a board")?;
    if is_half_moved(path) {
        // If standard error cannot be written, the command goes on.
        let _ = writeln!(io::stderr(), "warning: the files in the folder of {} are of two rounds: a run was stopped while it moved its results there. Run again into this folder: that finishes the move first", Foreign::path(path));
    }
    let mut rest = BufReader::new(file);
    let header = Header::read(&mut rest).map_err(|error| match error {
        BoardError::Magic => other_kind(path, Kind::Board, "a board"),
        error => CliError::board(path, error),
    })?;
    let configuration = Configuration::decode(&header.configuration.bytes)
        .map_err(|error| CliError::board(path, BoardError::Header(error)))?;
    Ok(OpenBoard {
        rest,
        header,
        configuration,
    })
}
