//! The secret key of a contributor, in a file that only its owner can read.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use rand_core::OsRng;
use veragg::protocol::crypto::signing::{hex, unhex};
use veragg::text_file;
use veragg::SigningKey;
use zeroize::Zeroizing;

use crate::cli::error::CliError;

/// Bytes of the text of a key, with some space around it.
const MAX_LEN: u64 = 1 << 10;

/// The key in this file; a fresh one, if there is no file yet.
pub(super) fn load_or_create(path: &Path) -> Result<SigningKey, CliError> {
    if !path.exists() {
        return create(path);
    }
    let text = text_file::read(path, MAX_LEN).map_err(|error| CliError::text(path, error))?;
    let text = Zeroizing::new(text);
    let bytes = unhex(text.trim()).map(Zeroizing::new);
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    let bytes = bytes.map(Zeroizing::new).ok_or_else(|| {
        let reason = "this is no secret key: it must be 64 hexadecimal digits and nothing else. Name a file that does not exist, and a fresh key is written to it";
        CliError::malformed(path, reason)
    })?;
    Ok(SigningKey::from_bytes(&bytes))
}

fn create(path: &Path) -> Result<SigningKey, CliError> {
    let failed = |source: io::Error| CliError::NewFile {
        file: path.to_path_buf(),
        source,
    };
    let key = SigningKey::generate(&mut OsRng);
    let secret = Zeroizing::new(key.to_bytes());
    let text = Zeroizing::new(hex(secret.as_ref()) + "\n");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(key)
}
