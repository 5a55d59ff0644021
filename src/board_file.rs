//! A board in a file: the aggregator's log, written as it grows (`specs/wire.md` 7).

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

use veragg_protocol::aggregator::Log;
use veragg_protocol::wire::board::{
    BoardError, Header, Record, RecordKind, Records, RECORD_HEAD_LEN,
};

/// The log of an aggregator as a board file. Only where each record stands is in memory.
#[derive(Debug)]
pub struct BoardFile {
    file: Mutex<File>,
    places: Vec<Place>,
    end: u64,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    kind: RecordKind,
    offset: u64,
    length: usize,
}

/// Where the next record stands, whose head begins at `end`; all of it is there.
fn next_place<R: Read>(records: &mut Records<R>, end: u64) -> Result<Option<Place>, BoardError> {
    let Some(record) = records.next_record()? else {
        return Ok(None);
    };
    let place = Place {
        kind: record.kind(),
        offset: end + RECORD_HEAD_LEN as u64,
        length: record.remaining(),
    };
    record.skip()?;
    Ok(Some(place))
}

impl BoardFile {
    /// Creates the file with the header of a round; a file that is there is replaced.
    pub fn create(path: &Path, header: &Header) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        let bytes = header.encode();
        file.write_all(&bytes)?;
        Ok(Self {
            file: Mutex::new(file),
            places: Vec::new(),
            end: bytes.len() as u64,
        })
    }

    /// Opens the file of a round that was interrupted, and cuts off a record that the crash left
    /// unfinished: no receipt was given for it. `longest` is the longest record of the round.
    pub fn open(path: &Path, longest: usize) -> Result<(Header, Self), BoardError> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut source = BufReader::new(&file);
        let header = Header::read(&mut source)?;
        let header_len = header.encode().len();
        let (mut places, mut end) = (Vec::new(), header_len as u64);
        let mut records = Records::new(source, header_len, longest);
        loop {
            let place = match next_place(&mut records, end) {
                Ok(Some(place)) => place,
                Ok(None) | Err(BoardError::Truncated { .. }) => break,
                Err(error) => return Err(error),
            };
            end = place.offset + place.length as u64;
            places.push(place);
        }
        file.set_len(end)?;
        Ok((
            header,
            Self {
                file: Mutex::new(file),
                places,
                end,
            },
        ))
    }

    fn lock(&self) -> io::Result<std::sync::MutexGuard<'_, File>> {
        self.file
            .lock()
            .map_err(|_| io::Error::other("another thread failed while it held the board"))
    }
}

impl Log for BoardFile {
    fn append(&mut self, record: Record) -> io::Result<()> {
        let bytes = record.encode();
        let mut file = self.lock()?;
        // A receipt or a checkpoint goes out for this: it must not be forgotten in a crash.
        let written = file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| file.write_all(&bytes))
            .and_then(|()| file.sync_data());
        if written.is_err() {
            // What came of it would stand behind a shorter record that is appended next.
            file.set_len(self.end)?;
        }
        written?;
        drop(file);
        let (kind, offset) = (record.kind, self.end + RECORD_HEAD_LEN as u64);
        self.places.push(Place {
            kind,
            offset,
            length: record.bytes.len(),
        });
        self.end += bytes.len() as u64;
        Ok(())
    }

    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>> {
        let place = usize::try_from(index)
            .ok()
            .and_then(|index| self.places.get(index));
        let Place {
            kind,
            offset,
            length,
        } = *place.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut bytes = vec![0; length];
        let mut file = self.lock()?;
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut bytes)?;
        Ok(Cow::Owned(Record { kind, bytes }))
    }

    fn len(&self) -> u64 {
        self.places.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_after_a_crash() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("round.board");
        let header = veragg_lab::local_round(4, &[(3, 100)]).header;
        let record = |byte| Record {
            kind: RecordKind::Message,
            bytes: vec![byte; 5],
        };
        let mut board = BoardFile::create(&path, &header).unwrap();
        board.append(record(1)).unwrap();
        board.append(record(2)).unwrap();
        assert_eq!(*board.read(0).unwrap(), record(1));
        drop(board);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let (read, mut board) = BoardFile::open(&path, 5).unwrap();
        assert_eq!(read, header);
        assert_eq!(board.len(), 1);
        board.append(record(2)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        assert!(board.read(2).is_err());
    }
}
