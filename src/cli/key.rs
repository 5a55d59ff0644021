//! A public key, as it is given on the command line or in a file.

use std::fs;
use std::io;
use std::path::Path;

use veragg::circuits::foreign::Foreign;
use veragg::protocol::crypto::signing::{unhex, VerifyingKey};
use veragg::text_file::{self, TextFileError};

use super::error::CliError;

/// The longest file in which a key is looked for.
const MAX_FILE_LEN: u64 = 1 << 10;

/// What is expected, in every message about a key.
const EXPECTED: &str =
    "a key is 64 hexadecimal digits and nothing else, as in organiser.pub of `veragg run`";

/// The organiser's key: 64 hexadecimal digits, or a file that holds them.
pub(super) fn organiser(given: &str) -> Result<VerifyingKey, CliError> {
    read("organiser", given)
}

/// The key of a contributor to a set-up, likewise.
pub(super) fn contributor(given: &str) -> Result<VerifyingKey, CliError> {
    read("contributor", given)
}

/// The key of whom the argument of this name gives.
fn read(whose: &str, given: &str) -> Result<VerifyingKey, CliError> {
    let path = Path::new(given);
    if let Some(key) = decode(whose, given) {
        return key.map_err(|reason| CliError::Usage(format!("--{whose} {given}: {reason}")));
    }
    if !path.exists() {
        return Err(match mistake(given) {
            Some(mistake) => {
                let given = Foreign::new(given);
                CliError::Usage(format!("--{whose} {given}: the key {mistake}; {EXPECTED}"))
            }
            None => CliError::read(path)(io::Error::new(
                io::ErrorKind::NotFound,
                "no such file, and not a key of 64 hexadecimal digits either",
            )),
        });
    }
    let text = text_file::read(path, MAX_FILE_LEN).map_err(|error| match error {
        TextFileError::Io(source) => CliError::read(path)(source),
        _ if fs::metadata(path).is_ok_and(|file| file.len() == 32) => CliError::malformed(
            path,
            format!("the file holds 32 binary bytes; write the key as 64 hexadecimal digits. {EXPECTED}"),
        ),
        error => CliError::malformed(
            path,
            format!("the file of the {whose}'s key {error}; {EXPECTED}"),
        ),
    })?;
    let text = text.trim();
    match decode(whose, text) {
        Some(Ok(key)) => Ok(key),
        Some(Err(reason)) => Err(CliError::malformed(path, reason)),
        None => {
            let mistake = mistake(text).map_or_else(
                || format!("`{}` is no key", Foreign::new(text)),
                |mistake| format!("the key in this file {mistake}"),
            );
            Err(CliError::malformed(path, format!("{mistake}; {EXPECTED}")))
        }
    }
}

/// The key that 64 hexadecimal digits stand for; `None` if the text is something else.
fn decode(whose: &str, text: &str) -> Option<Result<VerifyingKey, String>> {
    let bytes: [u8; 32] = unhex(text)?.try_into().ok()?;
    let key = VerifyingKey::from_bytes(&bytes, "key");
    Some(key.map_err(|_| {
        format!("these are 64 hexadecimal digits, but no Ed25519 key; copy the {whose}'s key again")
    }))
}

/// What keeps a text from being a key, if it looks like one.
fn mistake(text: &str) -> Option<String> {
    let text = text.trim();
    let digits: String = text
        .trim_start_matches("0x")
        .trim_start_matches("0X")
        .chars()
        .filter(|c| !c.is_whitespace() && !"\"':-,;".contains(*c))
        .collect();
    let is_hex = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
    Some(if text.is_empty() {
        "is empty".to_owned()
    } else if text.starts_with("-----BEGIN") {
        "is a key in PEM form, which veragg does not take".to_owned()
    } else if text.starts_with("ssh-") || text.starts_with("ecdsa-") {
        "is a key of SSH, which veragg does not take".to_owned()
    } else if is_hex && digits.len() == 64 && text.to_ascii_lowercase().starts_with("0x") {
        "begins with 0x; leave that out".to_owned()
    } else if is_hex && digits.len() == 64 && text.contains(['"', '\'']) {
        "has quotation marks; leave them out".to_owned()
    } else if is_hex && digits.len() == 64 {
        "has spaces, line ends or signs between the digits; leave them out".to_owned()
    } else if is_hex && digits.len() >= 32 {
        format!("has {} hexadecimal digits, not 64", digits.len())
    } else if let Some(wrong) = wrong_digit(&digits) {
        let wrong = Foreign::new(wrong);
        format!("has the character `{wrong}`, which is no hexadecimal digit; the digits are 0 to 9 and a to f")
    } else if text.len() == 44 && text.ends_with('=') {
        "is in Base64, which veragg does not take".to_owned()
    } else {
        return None;
    })
}

/// The first character that keeps a text of the length of a key from being one, if most others are digits.
fn wrong_digit(digits: &str) -> Option<&str> {
    let is_wrong = |c: char| !c.is_ascii_hexdigit();
    let count = digits.chars().filter(|c| is_wrong(*c)).count();
    let looks = digits.chars().count() == 64 && count <= 8;
    digits.matches(is_wrong).next().filter(|_| looks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use veragg::protocol::crypto::signing::SigningKey;

    fn key() -> VerifyingKey {
        SigningKey::from_bytes(&[1; 32]).verifying_key()
    }

    #[test]
    fn a_key_is_read_from_text_of_any_editor() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("organiser.pub");
        let hex = key().fingerprint();
        let utf16: Vec<u8> = format!("\u{feff}{hex}\r\n")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            format!("{hex}\n").into_bytes(),
            format!("\u{feff}{hex}\r\n").into_bytes(),
            hex.to_uppercase().into_bytes(),
            utf16,
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(organiser(path.to_str().unwrap()).unwrap(), key());
        }
        assert_eq!(organiser(&hex).unwrap(), key());
    }

    #[test]
    fn what_is_no_key_is_refused_with_the_right_word() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let hex = key().fingerprint();
        let spaced = format!("{} {}", &hex[..32], &hex[32..]);
        for (text, word) in [
            (String::new(), "is empty"),
            (format!("0x{hex}"), "begins with 0x; leave that out"),
            (format!("\"{hex}\""), "has quotation marks; leave them out"),
            (spaced, "has spaces, line ends or signs between the digits"),
            (hex[1..].to_owned(), "has 63 hexadecimal digits, not 64"),
            (format!("{hex}{hex}"), "has 128 hexadecimal digits, not 64"),
            (
                "-----BEGIN PUBLIC KEY-----\nMCow".to_owned(),
                "is a key in PEM form",
            ),
            ("ssh-ed25519 AAAA".to_owned(), "is a key of SSH"),
            ("A".repeat(43) + "=", "is in Base64"),
            ("hello\u{1b}".to_owned(), "`hello\\u{1b}` is no key"),
            (
                hex.replacen(|c: char| c.is_ascii_digit(), "O", 1),
                "has the character `O`, which is no hexadecimal digit",
            ),
            ("00".repeat(32), "but no Ed25519 key"),
        ] {
            std::fs::write(&path, &text).unwrap();
            let error = organiser(path.to_str().unwrap()).unwrap_err().to_string();
            assert!(error.contains(word), "{word}: {error}");
            if !text.is_empty() && !word.starts_with('`') {
                let error = organiser(&text).unwrap_err();
                assert!(error.to_string().contains(word), "{word}: {error}");
                assert_eq!(error.exit_code(), 2);
            }
        }
        std::fs::write(&path, [0xe8; 32]).unwrap();
        let error = organiser(path.to_str().unwrap()).unwrap_err().to_string();
        assert!(error.contains("holds 32 binary bytes; write"), "{error}");
        std::fs::write(&path, b"Gen\xe8ve").unwrap();
        let error = organiser(path.to_str().unwrap()).unwrap_err().to_string();
        assert!(
            error.contains("line 1: the byte 0xe8 is not UTF-8"),
            "{error}"
        );
        let error = organiser("nowhere.pub").unwrap_err().to_string();
        assert!(error.contains("no such file, and not a key of"), "{error}");
    }
}
