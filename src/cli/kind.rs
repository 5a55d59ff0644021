//! What a file is, as far as its beginning shows it: for who gives a file where another one belongs.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use veragg::protocol::circuits::codec::Reader;
use veragg::protocol::crypto::context::{Context, Version};
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::header;
use veragg::protocol::wire::receipt::Receipt;
use veragg::verifier::evidence;

/// How many bytes are enough to tell.
pub(super) const ENOUGH: usize = 256;

/// The kinds of files that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    Board,
    Evidence,
    Receipt,
    Checkpoint,
    Key,
    Json,
    Gzip,
    Zip,
}

impl Kind {
    /// What these first bytes of a file are; `None` if they are not known.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        // A version follows: of a board in two bytes, of evidence in one.
        let is_of = |name: &[u8], zero: &[u8]| {
            start
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(zero))
        };
        let text = start.trim_ascii_start();
        Some(if start.is_empty() {
            Self::Empty
        } else if is_of(&header::NAME, &[0]) {
            Self::Board
        } else if is_of(&evidence::MAGIC, &[]) {
            Self::Evidence
        } else if start.starts_with(b"\x1f\x8b") {
            Self::Gzip
        } else if start.starts_with(b"PK\x03\x04") {
            Self::Zip
        } else if is_receipt(start) {
            Self::Receipt
        } else if is_checkpoint(start) {
            Self::Checkpoint
        } else if is_key(text) {
            Self::Key
        } else if text.starts_with(b"{") {
            Self::Json
        } else {
            return None;
        })
    }

    /// What the file at this path is. A pipe is not opened a second time.
    pub(super) fn of_file(path: &Path) -> Option<Self> {
        if !path.is_file() {
            return None;
        }
        let mut start = Vec::new();
        let file = File::open(path).ok()?;
        let read = file.take(ENOUGH as u64).read_to_end(&mut start);
        read.ok().and_then(|_| Self::of(&start))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty; give another copy of it",
            Self::Board => "this is a board; `veragg audit FILE` takes it",
            Self::Evidence => {
                "this is a file of evidence; `veragg evidence FILE --organiser KEY` takes it"
            }
            Self::Receipt => "this is a receipt; `veragg audit BOARD --receipt FILE` takes it",
            Self::Checkpoint => {
                "this is a checkpoint; `veragg audit BOARD --checkpoint FILE` takes it"
            }
            Self::Key => "this is a key; `veragg audit BOARD --organiser FILE` takes it",
            Self::Json => {
                "this is JSON; `veragg audit BOARD --aggregate FILE` takes an aggregate.json"
            }
            Self::Gzip => "this is compressed with gzip; unpack it first, with `gunzip`",
            Self::Zip => "this is a zip archive; unpack it first",
        })
    }
}

/// A key is 64 hexadecimal digits, and then the file or the line ends.
fn is_key(text: &[u8]) -> bool {
    let digits = text
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    digits == 64 && text.get(64).is_none_or(u8::is_ascii_whitespace)
}

/// Receipts are the only files of this length that begin with the version.
fn is_receipt(start: &[u8]) -> bool {
    start.len() == Receipt::LEN && Receipt::decode(start).is_ok()
}

/// A checkpoint begins with the version and a context, and then names a phase. All of it is longer than a receipt.
fn is_checkpoint(start: &[u8]) -> bool {
    let is_versioned = Version::read(&mut Reader::new(start)).is_ok();
    let phase = start
        .get(Context::LEN)
        .copied()
        .and_then(Phase::from_number);
    is_versioned && start.len() > Receipt::LEN && phase.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use veragg::protocol::crypto::ids::ClientSet;
    use veragg::protocol::crypto::signing::SigningKey;
    use veragg::protocol::crypto::tree::Root;
    use veragg::protocol::wire::checkpoint::Checkpoint;

    const CONTEXT: Context = Context {
        version: Version::CURRENT,
        digest: [7; 32],
    };

    #[test]
    fn files_of_veragg_are_told_apart() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let list = ClientSet::of(3, |_| true);
        let receipt = Receipt::sign(&key, CONTEXT, 3, [8; 32]).encode();
        let checkpoint =
            Checkpoint::sign(&key, CONTEXT, Phase::Submit, [8; 32], Root::empty(), list).encode();
        for (bytes, what) in [
            (&b""[..], "the file is empty"),
            (b"veragg\x00\x01", "a board"),
            (b"veragg\x00\x09", "a board"),
            (&evidence::MAGIC[..], "a file of evidence"),
            (&receipt[..], "a receipt"),
            (&checkpoint[..], "a checkpoint"),
            (&[b'a'; 64][..], "a key"),
            (b"\n{\"protocol\": 1", "JSON"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"PK\x03\x04", "zip"),
        ] {
            assert!(
                Kind::of(bytes).unwrap().to_string().contains(what),
                "{what}"
            );
        }
        for bytes in [&b"clinic,age\n"[..], &[b'a'; 65], &[0; 200], &[0xff; 9]] {
            assert_eq!(Kind::of(bytes), None);
        }
    }
}
