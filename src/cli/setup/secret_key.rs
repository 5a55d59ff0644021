//! The secret key of a contributor, in a file that is made so that only its owner can read it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use rand_core::OsRng;
use veragg::SigningKey;
use zeroize::Zeroizing;

use crate::cli::error::CliError;

/// Bytes of a key.
const LEN: usize = 32;
/// The longest file that is read: the digits, with some space around them.
const MAX_LEN: usize = 1 << 10;

/// The key in this file; a fresh one, if there is no file yet.
pub(super) fn load_or_create(path: &Path) -> Result<SigningKey, CliError> {
    if !path.exists() {
        return create(path);
    }
    // It is not enlarged, so no copy of a part of it stays behind.
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_LEN));
    fs::File::open(path)
        .and_then(|file| file.take(MAX_LEN as u64).read_to_end(&mut text))
        .map_err(CliError::read(path))?;
    let key = decode(text.trim_ascii()).ok_or_else(|| {
        let reason = "this is no secret key: it must be 64 hexadecimal digits and nothing else. Name a file that does not exist, and a fresh key is written to it";
        CliError::malformed(path, reason)
    })?;
    Ok(SigningKey::from_bytes(&key))
}

/// The bytes that these digits stand for.
fn decode(digits: &[u8]) -> Option<Zeroizing<[u8; LEN]>> {
    let mut key = Zeroizing::new([0; LEN]);
    if digits.len() != 2 * LEN {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16);
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (value(pair[0])? << 4 | value(pair[1])?) as u8;
    }
    Some(key)
}

fn create(path: &Path) -> Result<SigningKey, CliError> {
    let failed = |source: io::Error| CliError::NewFile {
        file: path.to_path_buf(),
        source,
    };
    let key = SigningKey::generate(&mut OsRng);
    let secret = Zeroizing::new(key.to_bytes());
    let mut text = Zeroizing::new([b'\n'; 2 * LEN + 1]);
    let digits = secret.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    for (place, digit) in text.iter_mut().zip(digits) {
        *place = b"0123456789abcdef"[usize::from(digit)];
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_ref())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(key)
}
