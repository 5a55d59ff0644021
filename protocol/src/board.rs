//! The board as a file: header, then records, readable as a stream (`specs/wire.md` 7).

use std::io::{self, Read};

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::configuration::{Configuration, SignedConfiguration, MAX_CONFIGURATION_LEN};
use crate::roster::Roster;

/// The first bytes of a board: name and version of the format.
pub const MAGIC: [u8; 8] = *b"veragg\x00\x01";

/// Bytes in front of a record: kind and length.
pub const RECORD_HEAD_LEN: usize = 5;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// A signed message: a leaf of the tree.
    Message = 1,
    /// A checkpoint over the messages so far.
    Checkpoint = 2,
}

/// A record of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it holds.
    pub kind: RecordKind,
    /// The message or checkpoint.
    pub bytes: Vec<u8>,
}

/// What stands in front of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The signed configuration.
    pub configuration: SignedConfiguration,
    /// The roster's bytes.
    pub roster: Vec<u8>,
}

/// Why a board cannot be read on.
#[derive(Debug, Error)]
pub enum BoardError {
    /// Reading failed.
    #[error("the board cannot be read: {0}")]
    Io(#[from] io::Error),
    /// These are not the bytes of a board.
    #[error("not a board of this version: it begins with other bytes")]
    Magic,
    /// The header does not decode.
    #[error("the header of the board is malformed: {0}")]
    Header(DecodeError),
    /// The board ends inside a record.
    #[error("the board ends inside record {record}, at byte {offset}")]
    Truncated {
        /// Index of the record.
        record: u64,
        /// Where it begins.
        offset: u64,
    },
    /// A record of an unknown kind, or longer than any message of this configuration.
    #[error("record {record}, at byte {offset}, is no message or checkpoint of this round (kind {kind}, {length} bytes)")]
    Record {
        /// Index of the record.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// Its kind.
        kind: u8,
        /// Its length.
        length: u32,
    },
}

impl Header {
    /// The bytes that a board begins with.
    pub fn encode(&self) -> Vec<u8> {
        self.configuration
            .write(Writer::new().bytes(&MAGIC))
            .bytes(&self.roster)
            .finish()
    }

    /// Reads a header. What is allocated grows only with what is really there.
    pub fn read(source: &mut impl Read) -> Result<Self, BoardError> {
        let magic = take(source, MAGIC.len())?;
        if magic != MAGIC {
            return Err(BoardError::Magic);
        }
        let mut bytes = take(source, 4)?;
        let length = Reader::new(&bytes)
            .u32("configuration")
            .map_err(BoardError::Header)? as usize;
        if length > MAX_CONFIGURATION_LEN {
            return Err(BoardError::Header(DecodeError::Value {
                field: "configuration",
            }));
        }
        bytes.extend(take(source, length + 32 + 64)?);
        let mut reader = Reader::new(&bytes);
        let configuration = SignedConfiguration::read(&mut reader).map_err(BoardError::Header)?;
        reader.finish().map_err(BoardError::Header)?;
        let decoded = Configuration::decode(&configuration.bytes).map_err(BoardError::Header)?;
        let want = decoded.clients() as usize * Roster::ENTRY_LEN;
        let roster = take(source, want)?;
        if roster.len() < want {
            let (need, have) = (want, roster.len());
            return Err(BoardError::Header(DecodeError::Truncated {
                field: "roster",
                need,
                have,
            }));
        }
        Ok(Self {
            configuration,
            roster,
        })
    }
}

/// Up to `count` bytes; memory grows with what arrives, not with what was announced.
fn take(source: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.by_ref().take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Record {
    /// The bytes of the record: kind, length, content.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new().u8(self.kind as u8).long(&self.bytes).finish()
    }
}

/// Reads the records behind a header, one by one.
#[derive(Debug)]
pub struct Records<R> {
    source: R,
    longest: usize,
    record: u64,
    offset: u64,
}

impl<R: Read> Records<R> {
    /// Goes on behind a header of `header_len` bytes. No record longer than `longest` is read.
    pub fn new(source: R, header_len: usize, longest: usize) -> Self {
        Self {
            source,
            longest,
            record: 0,
            offset: header_len as u64,
        }
    }

    fn read(&mut self) -> Result<Option<Record>, BoardError> {
        let (record, offset) = (self.record, self.offset);
        let truncated = BoardError::Truncated { record, offset };
        let head = take(&mut self.source, RECORD_HEAD_LEN)?;
        if head.is_empty() {
            return Ok(None);
        }
        let mut reader = Reader::new(&head);
        let (Ok(kind), Ok(length)) = (reader.u8("kind"), reader.u32("length")) else {
            return Err(truncated);
        };
        let known = [RecordKind::Message, RecordKind::Checkpoint]
            .into_iter()
            .find(|known| *known as u8 == kind)
            .filter(|_| length as usize <= self.longest);
        let Some(known) = known else {
            return Err(BoardError::Record {
                record,
                offset,
                kind,
                length,
            });
        };
        let bytes = take(&mut self.source, length as usize)?;
        if bytes.len() < length as usize {
            return Err(truncated);
        }
        self.record += 1;
        self.offset += (RECORD_HEAD_LEN + bytes.len()) as u64;
        Ok(Some(Record { kind: known, bytes }))
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<Record, BoardError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::tests::sample;
    use crate::signing::SigningKey;

    fn board() -> Vec<u8> {
        let key = SigningKey::from_bytes(&[1; 32]);
        let configuration = SignedConfiguration::sign(&sample(10), &key);
        let mut bytes = Header {
            configuration,
            roster: vec![7; 10 * 32],
        }
        .encode();
        for kind in [RecordKind::Message, RecordKind::Checkpoint] {
            bytes.extend(
                Record {
                    kind,
                    bytes: vec![kind as u8; 9],
                }
                .encode(),
            );
        }
        bytes
    }

    fn records(bytes: &[u8]) -> Result<Vec<Record>, BoardError> {
        let mut source = bytes;
        let header = Header::read(&mut source)?;
        Records::new(source, header.encode().len(), 9).collect()
    }

    #[test]
    fn boards_round_trip() {
        let records = records(&board()).unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!(records[1].bytes, [2; 9]);
    }

    #[test]
    fn every_cut_is_noticed_or_ends_between_records() {
        let bytes = board();
        let clean: Vec<_> = [28, 14, 0].map(|tail| bytes.len() - tail).into();
        for end in 0..bytes.len() {
            assert_eq!(
                records(&bytes[..end]).is_ok(),
                clean.contains(&end),
                "cut at {end}"
            );
        }
    }

    #[test]
    fn a_record_longer_than_any_message_is_refused_unread() {
        let mut bytes = board();
        bytes.extend([1, 0xff, 0xff, 0xff, 0xff]);
        assert!(matches!(
            records(&bytes),
            Err(BoardError::Record {
                record: 2,
                length: u32::MAX,
                ..
            })
        ));
    }
}
