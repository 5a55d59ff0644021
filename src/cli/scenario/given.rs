//! What the auditor of a scenario has besides the board and the organiser's key: files beside the board, for `veragg audit`.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::wire::checkpoint::Checkpoint;
use veragg::protocol::wire::receipt::Receipt;
use veragg::verifier::Options;

use crate::cli::output::quoted;

/// One of them.
#[derive(Debug, Serialize)]
pub(super) struct Given {
    /// The option of `veragg audit`, without the dashes.
    option: &'static str,
    /// The path of the file, or the key.
    value: String,
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{} {}", self.option, quoted(&self.value))
    }
}

/// What the options hold, and the files to write for it: `BOARD.receipt-1` and so on.
pub(super) fn beside(board: &Path, options: &Options) -> (Vec<Given>, Vec<(PathBuf, Vec<u8>)>) {
    let receipts = options.receipts.iter().map(Receipt::encode).collect();
    let checkpoints = options.checkpoints.iter().map(Checkpoint::encode).collect();
    let messages = options.messages.clone();
    let set_up = options.set_up.iter().cloned().collect();
    let kinds: [(&'static str, Vec<Vec<u8>>); 4] = [
        ("receipt", receipts),
        ("checkpoint", checkpoints),
        ("message", messages),
        ("setup", set_up),
    ];
    let (mut given, mut files) = (Vec::new(), Vec::new());
    for (option, contents) in kinds {
        for (number, bytes) in (1..).zip(contents) {
            let mut path = board.as_os_str().to_owned();
            path.push(format!(".{option}-{number}"));
            let value = path.to_string_lossy().into_owned();
            given.push(Given { option, value });
            files.push((PathBuf::from(path), bytes));
        }
    }
    let keys = options.contributors.iter().map(VerifyingKey::fingerprint);
    given.extend(keys.map(|value| Given {
        option: "contributor",
        value,
    }));
    (given, files)
}
