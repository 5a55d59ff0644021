//! The records of a board as a file, readable as a stream (`specs/wire.md` 7). They stand behind its
//! [header](super::header).

use std::io::{self, Read, Seek, SeekFrom};

use thiserror::Error;
use veragg_circuits::codec::{DecodeError, Reader, Writer};

use crate::round::protocol::Dialect;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Envelope, ENVELOPE_LEN};

/// Bytes in front of a record: kind and length.
pub const RECORD_HEAD_LEN: usize = 5;

/// The most bytes of a record that are in memory while it is read as a stream.
pub const PIECE_LEN: usize = 1 << 16;

/// The kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordKind {
    /// A signed message: a leaf of the tree.
    Message = 1,
    /// A checkpoint over the messages so far.
    Checkpoint = 2,
    /// A client's message of the committee protocol, without its masked rows (`specs/committee.md` 5.4): a leaf of the tree.
    Submission = 3,
}

/// A record of the board, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whether it is a message or a checkpoint.
    pub kind: RecordKind,
    /// The encoded message or checkpoint.
    pub bytes: Vec<u8>,
}

/// Why a board cannot be read any further.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BoardError {
    /// The file or stream cannot be read.
    #[error("the board cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The first bytes are not those of a board.
    #[error("not a veragg board, or one of another version (wrong first bytes)")]
    Magic,
    /// The header does not decode.
    #[error("the header of the board is malformed: {0}")]
    Header(DecodeError),
    /// The board ends inside a record.
    #[error("the board ends inside record {record}, at byte {offset}")]
    Truncated {
        /// Index of the record.
        record: u64,
        /// The offset at which it begins.
        offset: u64,
    },
    /// A record of an unknown kind, or longer than any message of this configuration.
    #[error("record {record}, at byte {offset}, is no message or checkpoint of this round (kind {kind}, {length} bytes)")]
    Record {
        /// Index of the record.
        record: u64,
        /// The offset at which it begins.
        offset: u64,
        /// The number of its kind.
        kind: u8,
        /// Its length in bytes.
        length: u32,
    },
}

impl BoardError {
    /// The error for a board that changed between two readings.
    pub fn changed() -> Self {
        let what = "it changed while it was read; read it again when no program writes to it";
        Self::Io(io::Error::new(io::ErrorKind::InvalidData, what))
    }
}

/// Reads up to `count` bytes. It allocates as much as it reads, even if `count` is larger.
pub(super) fn take(source: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.by_ref().take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Record {
    /// The head of the record: kind and length.
    pub fn head(&self) -> [u8; RECORD_HEAD_LEN] {
        // A round whose messages are longer is refused before it begins.
        let [a, b, c, d] = (self.bytes.len() as u32).to_be_bytes();
        [self.kind as u8, a, b, c, d]
    }

    /// The bytes of the record: kind, length, content.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new()
            .bytes(&self.head())
            .bytes(&self.bytes)
            .finish()
    }
}

/// The position of a record on the board.
#[derive(Debug, Clone, Copy)]
pub struct RecordPosition {
    record: u64,
    offset: u64,
}

/// The records behind a header, read from front to back. Each is read as a stream, so that the reader decides how much of
/// a long record it keeps in memory.
#[derive(Debug)]
pub struct Records<R> {
    source: R,
    /// The offset in the source at which the board begins.
    start: u64,
    longest: usize,
    /// Whether there are records of submissions without masked rows.
    submissions: bool,
    next: RecordPosition,
    /// The record that is being read, and how many of its bytes have not been read.
    open: RecordPosition,
    left: usize,
    piece: Vec<u8>,
}

impl<R: Read> Records<R> {
    /// Reads the records behind a header of `header_len` bytes. A record longer than `longest` is an error.
    pub fn new(source: R, header_len: usize, longest: usize) -> Self {
        let first = RecordPosition {
            record: 0,
            offset: header_len as u64,
        };
        Self {
            source,
            start: 0,
            longest,
            submissions: false,
            next: first,
            open: first,
            left: 0,
            piece: Vec::with_capacity(PIECE_LEN),
        }
    }

    /// Reads the head of the next record, if there is one. It skips what was not read of the record before.
    pub fn next_record(&mut self) -> Result<Option<OpenRecord<'_, R>>, BoardError> {
        self.skip()?;
        self.open = self.next;
        let head = take(&mut self.source, RECORD_HEAD_LEN)?;
        if head.is_empty() {
            return Ok(None);
        }
        let mut reader = Reader::new(&head);
        let (Ok(kind), Ok(length)) = (reader.u8("kind"), reader.u32("length")) else {
            return Err(self.truncated());
        };
        let known = [
            RecordKind::Message,
            RecordKind::Checkpoint,
            RecordKind::Submission,
        ]
        .into_iter()
        .find(|known| *known as u8 == kind)
        .filter(|known| self.submissions || *known != RecordKind::Submission)
        .filter(|_| length as usize <= self.longest);
        let RecordPosition { record, offset } = self.open;
        let Some(kind) = known else {
            return Err(BoardError::Record {
                record,
                offset,
                kind,
                length,
            });
        };
        self.left = length as usize;
        self.next = RecordPosition {
            record: record + 1,
            offset: offset + RECORD_HEAD_LEN as u64 + u64::from(length),
        };
        Ok(Some(OpenRecord {
            kind,
            records: self,
        }))
    }

    fn truncated(&self) -> BoardError {
        let RecordPosition { record, offset } = self.open;
        BoardError::Truncated { record, offset }
    }

    fn piece(&mut self, most: usize) -> Result<&[u8], BoardError> {
        let count = most.min(self.left).min(PIECE_LEN);
        self.piece.clear();
        let mut source = self.source.by_ref().take(count as u64);
        source.read_to_end(&mut self.piece)?;
        if self.piece.len() < count {
            return Err(self.truncated());
        }
        self.left -= count;
        Ok(&self.piece)
    }

    fn skip(&mut self) -> Result<(), BoardError> {
        while !self.piece(PIECE_LEN)?.is_empty() {}
        Ok(())
    }
}

impl<R> Records<R> {
    /// How many records were read, the one that is being read among them.
    pub fn count(&self) -> u64 {
        self.next.record
    }

    /// The same records, of a round of this protocol: which kinds there are depends on it.
    #[must_use]
    pub fn of(self, dialect: &Dialect) -> Self {
        Self {
            submissions: dialect.is_committee,
            ..self
        }
    }

    /// The same records, with this limit on the length of a record.
    #[must_use]
    pub fn up_to(self, longest: usize) -> Self {
        Self { longest, ..self }
    }
}

impl<R: Read + Seek> Records<R> {
    /// The same records, if the board begins at this offset of the source.
    #[must_use]
    pub fn of_board_at(self, start: u64) -> Self {
        Self { start, ..self }
    }

    /// Reads a record a second time, from byte `start` of its content, and then returns to the current position. The
    /// source must not have changed in between: nothing is hashed a second time.
    pub fn again<T>(
        &mut self,
        position: RecordPosition,
        start: usize,
        read: impl FnOnce(OpenRecord<'_, R>) -> Result<T, BoardError>,
    ) -> Result<T, BoardError> {
        self.skip()?;
        let next = std::mem::replace(&mut self.next, position);
        self.seek(position)?;
        let Some(OpenRecord { kind, .. }) = self.next_record()? else {
            return Err(self.truncated());
        };
        let start = start.min(self.left);
        self.source.seek_relative(start as i64)?;
        self.left -= start;
        let records = self;
        let read = read(OpenRecord {
            kind,
            records: &mut *records,
        })?;
        let this = records;
        this.left = 0;
        this.next = next;
        this.seek(next)?;
        Ok(read)
    }

    /// The envelopes of the next messages, up to so many records and bytes ahead, and the number of the record behind the last one.
    /// Then it returns to the current position. It ends before whatever is no record, and leaves out what is no envelope.
    pub fn envelopes_ahead(
        &mut self,
        most: u64,
        bytes: u64,
    ) -> Result<(Vec<Envelope>, u64), BoardError> {
        self.skip()?;
        let here = self.next;
        let mut envelopes = Vec::new();
        while self.next.record - here.record < most && self.next.offset - here.offset < bytes {
            match self.envelope_ahead() {
                Ok(Some(envelope)) => envelopes.extend(envelope),
                // Whoever reads this record gets the error.
                Ok(None) | Err(_) => break,
            }
        }
        let until = self.next.record.max(here.record + 1);
        self.left = 0;
        self.next = here;
        self.seek(here)?;
        Ok((envelopes, until))
    }

    /// The envelope of the next record, if there is a record, and if it has one.
    fn envelope_ahead(&mut self) -> Result<Option<Option<Envelope>>, BoardError> {
        let Some(mut record) = self.next_record()? else {
            return Ok(None);
        };
        let envelope = match record.kind() {
            RecordKind::Checkpoint => None,
            _ => Envelope::decode(&record.bytes(ENVELOPE_LEN)?).ok(),
        };
        self.source.seek_relative(self.left as i64)?;
        self.left = 0;
        Ok(Some(envelope))
    }

    fn seek(&mut self, position: RecordPosition) -> io::Result<()> {
        let at = self.start + position.offset;
        self.source.seek(SeekFrom::Start(at)).map(|_| ())
    }
}

/// A record whose head has been read. The content can be read as a stream.
#[derive(Debug)]
pub struct OpenRecord<'a, R> {
    kind: RecordKind,
    records: &'a mut Records<R>,
}

impl<R: Read> OpenRecord<'_, R> {
    /// Whether it is a message or a checkpoint.
    pub fn kind(&self) -> RecordKind {
        self.kind
    }

    /// Its position on the board.
    pub fn position(&self) -> RecordPosition {
        self.records.open
    }

    /// Bytes of the content that have not been read.
    pub fn remaining(&self) -> usize {
        self.records.left
    }

    /// The next `most` bytes, or [`PIECE_LEN`] of them, or what remains: whichever is least.
    pub fn piece(&mut self, most: usize) -> Result<&[u8], BoardError> {
        self.records.piece(most)
    }

    /// The next `most` bytes, or what remains if that is less. It allocates as much as it reads.
    pub fn bytes(&mut self, most: usize) -> Result<Vec<u8>, BoardError> {
        let mut bytes = Vec::new();
        loop {
            let piece = self.piece(most - bytes.len())?;
            if piece.is_empty() {
                return Ok(bytes);
            }
            bytes.extend_from_slice(piece);
        }
    }

    /// The envelope that the content of a message begins with.
    pub fn envelope(
        &mut self,
        dialect: &Dialect,
    ) -> Result<Result<Envelope, DecodeError>, BoardError> {
        Ok(Envelope::decode_of(&self.bytes(ENVELOPE_LEN)?, dialect))
    }

    /// The checkpoint over a roster of `clients` that fills the content.
    pub fn checkpoint(
        mut self,
        dialect: &Dialect,
        clients: u32,
    ) -> Result<Result<Checkpoint, DecodeError>, BoardError> {
        let bytes = self.bytes(Checkpoint::encoded_len(clients))?;
        let extra = self.remaining();
        self.records.skip()?;
        Ok(match Checkpoint::decode(&bytes, clients) {
            Ok(_) if extra > 0 => Err(DecodeError::Trailing { extra }),
            Ok(checkpoint) => {
                let known = dialect.require(&checkpoint.context, checkpoint.phase);
                known.map(|()| checkpoint)
            }
            Err(error) => Err(error),
        })
    }

    /// The whole record, in memory.
    pub fn whole(mut self) -> Result<Record, BoardError> {
        let bytes = self.bytes(self.remaining())?;
        Ok(Record {
            kind: self.kind,
            bytes,
        })
    }

    /// Skips what remains. Errors: the board ends before.
    pub fn skip(self) -> Result<(), BoardError> {
        self.records.skip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::context::Context;
    use crate::crypto::ids::ClientSet;
    use crate::crypto::signing::SigningKey;
    use crate::crypto::tree::Root;
    use crate::round::configuration::tests::sample;
    use crate::round::configuration::SignedConfiguration;
    use crate::round::phase::Phase;
    use crate::wire::header::Header;

    fn board() -> Vec<u8> {
        let key = SigningKey::from_bytes(&[1; 32]);
        let configuration = SignedConfiguration::sign(&sample(10), &key);
        let mut bytes = Header {
            configuration,
            roster: vec![7; 10 * 32],
            key: Vec::new(),
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
        let mut records = Records::new(source, header.encode().len(), 9);
        let mut out = Vec::new();
        while let Some(record) = records.next_record()? {
            out.push(record.whole()?);
        }
        Ok(out)
    }

    #[test]
    fn boards_round_trip() {
        let records = records(&board()).unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!(records[1].bytes, [2; 9]);
    }

    #[test]
    fn what_is_left_of_a_record_is_passed_over() {
        let bytes = board();
        let mut source = &bytes[..];
        let header_len = Header::read(&mut source).unwrap().encode().len();
        let mut records = Records::new(source, header_len, 9);
        let mut first = records.next_record().unwrap().unwrap();
        assert_eq!(first.kind(), RecordKind::Message);
        assert_eq!(first.piece(4).unwrap(), [1; 4]);
        assert_eq!(first.remaining(), 5);
        let second = records.next_record().unwrap().unwrap();
        assert_eq!(second.whole().unwrap().bytes, [2; 9]);
        assert!(records.next_record().unwrap().is_none());
        // Bytes that are skipped must exist.
        let mut records = Records::new(&source[..RECORD_HEAD_LEN + 8], header_len, 9);
        records.next_record().unwrap().unwrap();
        assert!(matches!(
            records.next_record(),
            Err(BoardError::Truncated { record: 0, offset }) if offset == header_len as u64
        ));
    }

    #[test]
    fn a_checkpoint_fills_its_record() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let list = ClientSet::of(11, |_| true);
        let checkpoint = Checkpoint::sign(
            &key,
            Context::sample(2),
            Phase::Share,
            [3; 32],
            Root::empty(),
            list,
        );
        let encoded = checkpoint.encode();
        for (bytes, clients) in [
            (encoded.clone(), 11),
            (encoded[1..].to_vec(), 11),
            ([&encoded[..], &[0; 9]].concat(), 11),
            (vec![0; 500], 11),
            (encoded, 12),
        ] {
            let kind = RecordKind::Checkpoint;
            let expected = Checkpoint::decode(&bytes, clients);
            let record = Record { kind, bytes }.encode();
            let mut records = Records::new(&record[..], 0, 500);
            let record = records.next_record().unwrap().unwrap();
            assert_eq!(
                record.checkpoint(&sample(10).dialect(), clients).unwrap(),
                expected
            );
            assert!(records.next_record().unwrap().is_none());
        }
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
