//! Prints results and numbers with units. Standard output may be closed early.

use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};
use std::time::Duration;

use serde::Serialize;

use super::error::CliError;
use super::Format;

/// Prints a result as text, or as one JSON object.
pub(super) fn print(
    format: Format,
    text: &impl Display,
    json: &impl Serialize,
) -> Result<(), CliError> {
    let mut bytes = match format {
        Format::Text => text.to_string().into_bytes(),
        Format::Json => {
            let text = serde_json::to_string_pretty(json).map_err(io::Error::from)?;
            unseen_escaped(&text).into_bytes()
        }
    };
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    write(&bytes)
}

/// Prints a text as it is.
pub(super) fn print_text(text: &str) -> Result<(), CliError> {
    write(text.as_bytes())
}

fn write(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    listened(out.write_all(bytes).and_then(|()| out.flush()))?;
    Ok(())
}

/// The same JSON, in which characters that a terminal obeys or that nobody sees are escaped. They can stand only in
/// texts, of which some are not ours.
pub(super) fn unseen_escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        let is_seen = match character {
            '\n' => true,
            character if character.is_ascii() => !character.is_ascii_control(),
            character => character.escape_debug().len() == 1,
        };
        if is_seen {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

/// Whether standard output is still read. If the reader has closed the pipe, as `| head` does, that is not an
/// error.
pub(super) fn listened(written: io::Result<()>) -> Result<bool, CliError> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A path as a shell takes it as one argument that is no option.
pub(super) fn quoted(path: &str) -> String {
    let path = match path.strip_prefix('-') {
        Some(_) => format!("./{path}"),
        None => path.to_owned(),
    };
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    match path.chars().all(plain) && !path.is_empty() {
        true => path,
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

/// A number of bytes with a decimal unit, and three or more significant digits.
pub(super) fn bytes(count: usize) -> String {
    let count = count as f64;
    for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] {
        if count >= size {
            return format!("{:.1} {unit}", count / size);
        }
    }
    format!("{count} B")
}

/// A duration in milliseconds, or in seconds from 1 s on.
pub(super) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{:.1} ms", duration.as_secs_f64() * 1e3)
    } else {
        format!("{:.2} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_one_argument() {
        for (path, want) in [
            ("out/round.board", "out/round.board"),
            ("my out", "'my out'"),
            ("-x", "./-x"),
            ("a;touch b", "'a;touch b'"),
            ("it's", "'it'\\''s'"),
            ("Zürich", "Zürich"),
        ] {
            assert_eq!(quoted(path), want);
        }
    }

    #[test]
    fn numbers_have_units() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(12_345), "12.3 kB");
        assert_eq!(bytes(2_500_000), "2.5 MB");
        assert_eq!(bytes(3_000_000_000), "3.0 GB");
        assert_eq!(seconds(Duration::from_micros(12_340)), "12.3 ms");
        assert_eq!(seconds(Duration::from_millis(1_234)), "1.23 s");
    }

    #[test]
    fn json_is_the_same_and_shows_everything() {
        let value = serde_json::json!({ "Zürich": "\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{e0001}\\n\n" });
        let text = unseen_escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(
            text,
            "{\n  \"Zürich\": \"\\u001b[2J\\u009b\\u007f\\u202e\\udb40\\udc01\\\\n\\n\"\n}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }

    #[test]
    fn only_a_closed_pipe_is_forgiven() {
        assert!(listened(Ok(())).unwrap());
        assert!(!listened(Err(io::ErrorKind::BrokenPipe.into())).unwrap());
        assert!(listened(Err(io::ErrorKind::StorageFull.into())).is_err());
    }
}
