//! Text files as editors and spreadsheets write them: with or without a byte order mark, in UTF-8 or UTF-16,
//! with any line ends. Whatever else a file is, it is refused with the right word.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

/// Why a file is not read as text.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TextFileError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The path is that of a folder.
    #[error("is a folder; give the path of a file")]
    Folder,
    /// The file is longer than such a file can be.
    #[error("is longer than {most} bytes, the most that such a file can have; check that it is the right file")]
    TooLong {
        /// The most bytes that are read.
        most: u64,
    },
    /// The bytes are those of another kind of file.
    #[error("is {what}; {advice}")]
    Kind {
        /// What the file is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The text is in another encoding.
    #[error("line {line}: the byte {byte:#04x} is not UTF-8 text; the file is in another encoding, such as Windows-1252: save it as UTF-8")]
    Encoding {
        /// The line, counted from 1.
        line: usize,
        /// The first byte that is wrong.
        byte: u8,
    },
    /// The text holds a zero byte.
    #[error("line {line}: there is a byte with the value zero, which no text holds; remove it, or save the file again as UTF-8 text")]
    Zero {
        /// The line, counted from 1.
        line: usize,
    },
    /// UTF-16 text is cut off or damaged.
    #[error("line {line}: the UTF-16 text is damaged; save the file again, as UTF-8")]
    Utf16 {
        /// The line, counted from 1.
        line: usize,
    },
}

impl TextFileError {
    /// The line that is wrong, if one is.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Encoding { line, .. } | Self::Zero { line } | Self::Utf16 { line } => Some(*line),
            _ => None,
        }
    }
}

/// Reads a text file of at most `most` bytes. No more bytes are read, and memory is allocated only for bytes
/// that arrive.
pub fn read(path: &Path, most: u64) -> Result<String, TextFileError> {
    if std::fs::metadata(path)?.is_dir() {
        return Err(TextFileError::Folder);
    }
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(TextFileError::TooLong { most });
    }
    decode(bytes)
}

/// First bytes of files that are not text, and what they are.
const KINDS: [(&[u8], &str, &str); 6] = [
    (
        b"\x1f\x8b",
        "compressed with gzip",
        "unpack it first, with `gunzip`",
    ),
    (
        b"PK\x03\x04",
        "a spreadsheet or a zip archive",
        "save it as text (tables: as CSV)",
    ),
    (
        b"%PDF-",
        "a PDF document",
        "give the text that it was made from (tables: as CSV)",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "an old spreadsheet or document of Office",
        "save it as text (tables: as CSV)",
    ),
    (b"\xff\xfe\0\0", "text in UTF-32", "save it as UTF-8"),
    (b"\0\0\xfe\xff", "text in UTF-32", "save it as UTF-8"),
];

/// The text that these bytes encode. A byte order mark is left out. Where lines end with a carriage return alone,
/// they end with a line feed instead.
pub fn decode(mut bytes: Vec<u8>) -> Result<String, TextFileError> {
    for (first, what, advice) in KINDS {
        if bytes.starts_with(first) {
            return Err(TextFileError::Kind { what, advice });
        }
    }
    let text = match bytes.get(..2) {
        Some([0xff, 0xfe]) => utf16(&bytes[2..], u16::from_le_bytes)?,
        Some([0xfe, 0xff]) => utf16(&bytes[2..], u16::from_be_bytes)?,
        _ => {
            if bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            let zeros = bytes.iter().filter(|&&byte| byte == 0).count();
            // Text in UTF-16 has a zero beside each ASCII character.
            if zeros > 0 && (4 * zeros >= bytes.len() || std::str::from_utf8(&bytes).is_err()) {
                return Err(TextFileError::Kind {
                    what: "binary, or text in UTF-16 without a byte order mark",
                    advice: "save it as UTF-8 text",
                });
            }
            if zeros > 0 {
                let before = bytes.iter().copied().take_while(|&byte| byte != 0);
                return Err(TextFileError::Zero { line: line(before) });
            }
            String::from_utf8(bytes).map_err(|error| {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                TextFileError::Encoding {
                    line: line(bytes.iter().take(valid).copied()),
                    byte: bytes.get(valid).copied().unwrap_or_default(),
                }
            })?
        }
    };
    if text.contains('\r') && !text.contains('\n') {
        return Ok(text.replace('\r', "\n"));
    }
    Ok(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, TextFileError> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len() / 2);
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => {
                return Err(TextFileError::Utf16 {
                    line: line(text.bytes()),
                })
            }
        }
    }
    match bytes.len() % 2 {
        0 => Ok(text),
        _ => Err(TextFileError::Utf16 {
            line: line(text.bytes()),
        }),
    }
}

/// The number of the line after these bytes. A line ends with a line feed, a carriage return, or both.
fn line(bytes: impl Iterator<Item = u8>) -> usize {
    let (mut lines, mut returned) = (1, false);
    for byte in bytes {
        lines += usize::from(byte == b'\r' || byte == b'\n' && !returned);
        returned = byte == b'\r';
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(bytes).collect()
    }

    #[test]
    fn what_editors_write_is_read() {
        let text = "clinic,x\r\nZürich,1\r\n東京,🦀\r\n";
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked,
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            assert_eq!(decode(bytes).unwrap(), text);
        }
        assert_eq!(decode(b"a\rb\r".to_vec()).unwrap(), "a\nb\n");
        assert_eq!(decode(Vec::new()).unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_refused_with_the_right_word() {
        let mut surrogate = utf16("a\n", u16::to_le_bytes);
        surrogate.extend([0x00, 0xd8]);
        let mut odd = utf16("a\r\nb", u16::to_le_bytes);
        odd.push(0);
        for (bytes, want) in [
            (&b"\x1f\x8b\x08"[..], "is compressed with gzip; unpack it first, with `gunzip`"),
            (b"PK\x03\x04..", "is a spreadsheet or a zip archive; save it as text (tables: as CSV)"),
            (b"%PDF-1.7\n", "is a PDF document; give the text that it was made from (tables: as CSV)"),
            (b"clinic,x\nA,1\nB\0,2\n", "line 3: there is a byte with the value zero, which no text holds; remove it, or save the file again as UTF-8 text"),
            (b"\xd0\xcf\x11\xe0", "is an old spreadsheet or document of Office; save it as text (tables: as CSV)"),
            (b"\xff\xfe\0\0a\0\0\0", "is text in UTF-32; save it as UTF-8"),
            (b"a\0b\0", "is binary, or text in UTF-16 without a byte order mark; save it as UTF-8 text"),
            (b"a\r\nb\rGen\xe8ve", "line 3: the byte 0xe8 is not UTF-8 text; the file is in another encoding, such as Windows-1252: save it as UTF-8"),
            (&surrogate, "line 2: the UTF-16 text is damaged; save the file again, as UTF-8"),
            (&odd, "line 2: the UTF-16 text is damaged; save the file again, as UTF-8"),
        ] {
            assert_eq!(decode(bytes.to_vec()).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn no_file_is_read_further_than_it_may_be() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), "12345");
        assert!(matches!(
            read(&path, 4),
            Err(TextFileError::TooLong { most: 4 })
        ));
        assert!(matches!(
            read(directory.path(), 4),
            Err(TextFileError::Folder)
        ));
        #[cfg(unix)]
        assert!(matches!(
            read(Path::new("/dev/zero"), 4),
            Err(TextFileError::TooLong { most: 4 })
        ));
    }
}
