//! A board in a file: the aggregator's log, written as it grows (`specs/wire.md` 7).

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use veragg_protocol::aggregator::{AppendError, Log};
use veragg_protocol::wire::board::{
    BoardError, Header, Record, RecordKind, Records, RECORD_HEAD_LEN,
};

use crate::lock_file::{LockError, LockFile};

/// The log of an aggregator as a board file. Only where each record stands is in memory.
///
/// The file has one writer: a lock beside it (`FILE.lock`) is held as long as this value lives, and a second
/// writer is refused before it touches anything. Readers need no lock. The lock file also keeps how many bytes
/// of the board have reached stable storage: what stands behind them when the file is opened again was cut off
/// by a crash, and nobody has a receipt for it.
///
/// ```
/// use veragg::{BoardFile, Log};
/// # use veragg::{ConfigurationBuilder, Header, Roster, SegmentConfiguration, SigningKey};
/// # use rand_core::OsRng;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys: Vec<_> = (0..3).map(|_| SigningKey::generate(&mut OsRng)).collect();
/// # let roster = Roster::new(keys.iter().map(|key| key.verifying_key()).collect())?;
/// # let (organiser, aggregator) = (SigningKey::generate(&mut OsRng), SigningKey::generate(&mut OsRng));
/// # let segments = vec![SegmentConfiguration::integers("answers", 1, 10)];
/// # let configuration = ConfigurationBuilder::new(segments, 0, 0, [7; 32])
/// #     .build(&roster, aggregator.verifying_key(), &mut OsRng)?;
/// # let header = Header::sign(&configuration, &roster, &organiser);
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("round.board");
/// let board = BoardFile::create(&path, &header)?;
/// assert!(board.is_empty());
/// // A second writer is refused, and told which process holds the file.
/// assert!(BoardFile::open(&path, 1000).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BoardFile {
    file: Mutex<File>,
    spans: Vec<Span>,
    end: u64,
    lock: LockFile,
}

/// Where the bytes of a record are in the file.
#[derive(Debug, Clone, Copy)]
struct Span {
    kind: RecordKind,
    offset: u64,
    length: usize,
}

/// Why a board file cannot be written to. Nothing in it has changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BoardFileError {
    /// Another process writes to it, or its lock cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is a board already.
    #[error("{} is there already: open it to go on with its round, or choose another file", .file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The board is of another round.
    #[error("{} is the board of another round; choose another file", .file.display())]
    OtherRound {
        /// The file.
        file: PathBuf,
    },
    /// Bytes are missing that had reached the disk.
    #[error("{} is whole only up to byte {whole}, but its lock file says that {synced} bytes had reached the disk: there may be receipts for what is missing. Restore the file from a copy of that length", .file.display())]
    Lost {
        /// The file.
        file: PathBuf,
        /// Bytes that can be read.
        whole: u64,
        /// Bytes that were there.
        synced: u64,
    },
    /// The lock file does not say how much of the board had reached the disk.
    #[error("the lock file of {} says `{}`, not how many bytes of the board had reached the disk; if you know that the board is whole, remove the lock file", .file.display(), .note.escape_debug())]
    Note {
        /// The file.
        file: PathBuf,
        /// What it says.
        note: String,
    },
    /// The file does not hold a board.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The file cannot be read or written.
    #[error("{} cannot be used: {source}", .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes sure that a new file is found in its folder after a crash.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened as files.
    #[cfg(unix)]
    {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn note(synced: u64) -> String {
    format!("synced {synced}")
}

fn synced(note: &str) -> Option<u64> {
    note.strip_prefix("synced ")?.parse().ok()
}

/// Where the next record stands, whose head begins at `end`; all of it is there.
fn next_span<R: Read>(records: &mut Records<R>, end: u64) -> Result<Option<Span>, BoardError> {
    let Some(record) = records.next_record()? else {
        return Ok(None);
    };
    let span = Span {
        kind: record.kind(),
        offset: end + RECORD_HEAD_LEN as u64,
        length: record.remaining(),
    };
    record.skip()?;
    Ok(Some(span))
}

impl BoardFile {
    /// Creates the file with the header of a round. Errors: the file is there already, or is in use.
    pub fn create(path: &Path, header: &Header) -> Result<Self, BoardFileError> {
        let (lock, _) = LockFile::acquire(path)?;
        let mut options = OpenOptions::new();
        options.create_new(true);
        Self::start(path, header, lock, options)
    }

    /// The same, but a board that is there is replaced, unless it is in use.
    pub fn replace(path: &Path, header: &Header) -> Result<Self, BoardFileError> {
        let (lock, _) = LockFile::acquire(path)?;
        Self::replace_locked(path, header, lock)
    }

    fn replace_locked(
        path: &Path,
        header: &Header,
        mut lock: LockFile,
    ) -> Result<Self, BoardFileError> {
        // From here on nobody can miss what was there.
        lock.set_note(&note(0))
            .map_err(|source| BoardFileError::Io {
                file: path.to_path_buf(),
                source,
            })?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(true);
        Self::start(path, header, lock, options)
    }

    fn start(
        path: &Path,
        header: &Header,
        mut lock: LockFile,
        mut options: OpenOptions,
    ) -> Result<Self, BoardFileError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => BoardFileError::Exists {
                file: path.to_path_buf(),
            },
            _ => BoardFileError::Io {
                file: path.to_path_buf(),
                source,
            },
        };
        let bytes = header.encode();
        let end = bytes.len() as u64;
        let mut file = options.read(true).write(true).open(path).map_err(failed)?;
        let mut write = || -> io::Result<()> {
            lock.set_note(&note(0))?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            sync_folder(path)?;
            lock.set_note(&note(end))
        };
        write().map_err(failed)?;
        Ok(Self {
            file: Mutex::new(file),
            spans: Vec::new(),
            end,
            lock,
        })
    }

    /// Opens the file of a round that was interrupted, and cuts off what a crash left unfinished. `longest` is
    /// the longest record of the round, in bytes. Errors: the file is in use, is no board, or lacks bytes that
    /// had reached the disk.
    pub fn open(path: &Path, longest: usize) -> Result<(Header, Self), BoardFileError> {
        let failed = |source| BoardFileError::Io {
            file: path.to_path_buf(),
            source,
        };
        let mut options = OpenOptions::new();
        // A file that is not there leaves no lock file behind.
        options.read(true).write(true).open(path).map_err(failed)?;
        let (lock, left) = LockFile::acquire(path)?;
        Self::open_locked(path, longest, lock, left)
    }

    fn open_locked(
        path: &Path,
        longest: usize,
        mut lock: LockFile,
        left: Option<String>,
    ) -> Result<(Header, Self), BoardFileError> {
        let failed = |source| BoardFileError::Io {
            file: path.to_path_buf(),
            source,
        };
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).open(path).map_err(failed)?;
        let synced = match left {
            None => None,
            Some(note) => Some(synced(&note).ok_or_else(|| BoardFileError::Note {
                file: path.to_path_buf(),
                note,
            })?),
        };
        let mut source = BufReader::new(&file);
        let header = Header::read(&mut source)?;
        let header_len = header.encode().len();
        let (mut spans, mut end) = (Vec::new(), header_len as u64);
        let mut records = Records::new(source, header_len, longest);
        // What stands behind the synced bytes is not looked at.
        while synced.is_none_or(|synced| end < synced) {
            let span = match next_span(&mut records, end) {
                Ok(Some(span)) => span,
                Ok(None) | Err(BoardError::Truncated { .. }) => break,
                Err(BoardError::Io(source)) => return Err(failed(source)),
                Err(error) => return Err(error.into()),
            };
            end = span.offset + span.length as u64;
            spans.push(span);
        }
        if let Some(synced) = synced.filter(|&synced| end != synced) {
            return Err(BoardFileError::Lost {
                file: path.to_path_buf(),
                whole: end,
                synced,
            });
        }
        let cut = || -> io::Result<()> {
            file.set_len(end)?;
            file.sync_all()
        };
        cut().map_err(failed)?;
        lock.set_note(&note(end)).map_err(failed)?;
        Ok((
            header,
            Self {
                file: Mutex::new(file),
                spans,
                end,
                lock,
            },
        ))
    }

    /// The board of a round: a new one, or the one that was interrupted. An aggregator that starts calls this
    /// without asking whether it starts again. Errors: those of [`create`](Self::create) and
    /// [`open`](Self::open), and a file that holds another round.
    pub fn open_or_create(
        path: &Path,
        header: &Header,
        longest: usize,
    ) -> Result<Self, BoardFileError> {
        let (lock, left) = LockFile::acquire(path)?;
        // A crash may have left a file without a whole header.
        let begun = left.as_deref() == Some(note(0).as_str());
        if begun || !path.exists() {
            return Self::replace_locked(path, header, lock);
        }
        let (theirs, board) = Self::open_locked(path, longest, lock, left)?;
        if theirs != *header {
            return Err(BoardFileError::OtherRound {
                file: path.to_path_buf(),
            });
        }
        Ok(board)
    }

    fn file(&self) -> MutexGuard<'_, File> {
        // Whoever panicked while it held the file has left only a position, which the next one sets.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for BoardFile {
    fn append(&mut self, expected: u64, records: Vec<Record>) -> Result<(), AppendError> {
        AppendError::unless_expected(expected, self.len())?;
        let mut spans = Vec::with_capacity(records.len());
        let mut end = self.end;
        let lock = &mut self.lock;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut write = || -> io::Result<()> {
            file.seek(SeekFrom::Start(end))?;
            let mut writer = io::BufWriter::with_capacity(1 << 16, &mut *file);
            for record in &records {
                let (kind, length) = (record.kind, record.bytes.len());
                writer.write_all(&record.head())?;
                writer.write_all(&record.bytes)?;
                let offset = end + RECORD_HEAD_LEN as u64;
                spans.push(Span {
                    kind,
                    offset,
                    length,
                });
                end = offset + length as u64;
            }
            writer.flush()?;
            drop(writer);
            // Receipts and checkpoints go out for this: it must not be forgotten in a crash.
            file.sync_data()?;
            lock.set_note(&note(end))
        };
        if let Err(error) = write() {
            // What came of it would stand behind a shorter record that is appended next.
            file.set_len(self.end)?;
            lock.set_note(&note(self.end))?;
            return Err(error.into());
        }
        drop(file);
        self.spans.append(&mut spans);
        self.end = end;
        Ok(())
    }

    fn read(&self, index: u64) -> io::Result<Cow<'_, Record>> {
        let span = usize::try_from(index)
            .ok()
            .and_then(|index| self.spans.get(index));
        let Span {
            kind,
            offset,
            length,
        } = *span.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut bytes = vec![0; length];
        let mut file = self.file();
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut bytes)?;
        Ok(Cow::Owned(Record { kind, bytes }))
    }

    fn len(&self) -> u64 {
        self.spans.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn header() -> Header {
        veragg_lab::local_round(4, &[(3, 100)]).header
    }

    fn record(byte: u8) -> Record {
        Record {
            kind: RecordKind::Message,
            bytes: vec![byte; 5],
        }
    }

    #[test]
    fn what_a_crash_left_unfinished_is_cut_off() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("round.board");
        let header = header();
        let mut board = BoardFile::create(&path, &header).unwrap();
        board.append(0, vec![record(1), record(2)]).unwrap();
        assert_eq!(*board.read(0).unwrap(), record(1));
        drop(board);
        let whole = fs::read(&path).unwrap();
        // A record that was cut short, a whole one, zeros, and bytes of anything.
        for tail in [
            &whole[whole.len() - 10..whole.len() - 3],
            &whole[whole.len() - 10..],
            &[0; 700],
            &[9; 3],
        ] {
            fs::write(&path, [&whole, tail].concat()).unwrap();
            let (read, mut board) = BoardFile::open(&path, 5).unwrap();
            assert_eq!((read, board.len()), (header.clone(), 2));
            assert_eq!(fs::read(&path).unwrap(), whole);
            board.append(2, vec![record(3)]).unwrap();
            assert_eq!(*board.read(2).unwrap(), record(3));
            assert!(board.read(3).is_err());
            drop(board);
            fs::write(&path, &whole).unwrap();
            // The copy that was just made is shorter than what had been synced.
            let lost = BoardFile::open(&path, 5).unwrap_err();
            assert!(matches!(lost, BoardFileError::Lost { .. }), "{lost}");
            fs::remove_file(directory.path().join("round.board.lock")).unwrap();
            let (_, board) = BoardFile::open(&path, 5).unwrap();
            assert_eq!(board.len(), 2);
        }
    }

    #[test]
    fn without_its_lock_file_a_board_loses_only_a_record_that_is_not_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("round.board");
        let mut board = BoardFile::create(&path, &header()).unwrap();
        board.append(0, vec![record(1), record(2)]).unwrap();
        drop(board);
        let whole = fs::read(&path).unwrap();
        fs::remove_file(directory.path().join("round.board.lock")).unwrap();
        fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let (_, board) = BoardFile::open(&path, 5).unwrap();
        assert_eq!(board.len(), 1);
    }

    #[test]
    fn the_second_writer_is_refused_and_nothing_is_touched() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("round.board");
        let (header, other) = (header(), header());
        let mut board = BoardFile::create(&path, &header).unwrap();
        board.append(0, vec![record(1)]).unwrap();
        let before = fs::read(&path).unwrap();
        let attempts = [
            BoardFile::create(&path, &other).map(drop),
            BoardFile::replace(&path, &other).map(drop),
            BoardFile::open(&path, 5).map(drop),
            BoardFile::open_or_create(&path, &header, 5).map(drop),
        ];
        for refused in attempts {
            let refused = refused.unwrap_err();
            assert!(
                matches!(refused, BoardFileError::Lock(LockError::Held { .. })),
                "{refused}"
            );
            let holder = format!("process {} (", std::process::id());
            assert!(refused.to_string().contains(&holder), "{refused}");
        }
        assert_eq!(fs::read(&path).unwrap(), before);
        board.append(1, vec![record(2)]).unwrap();
        drop(board);
        assert!(matches!(
            BoardFile::create(&path, &other),
            Err(BoardFileError::Exists { .. })
        ));
        let refused = BoardFile::open_or_create(&path, &other, 5);
        assert!(matches!(refused, Err(BoardFileError::OtherRound { .. })));
        assert_eq!(
            BoardFile::open_or_create(&path, &header, 5).unwrap().len(),
            2
        );
    }

    #[test]
    fn a_writer_that_is_behind_appends_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("round.board");
        let mut board = BoardFile::create(&path, &header()).unwrap();
        board.append(0, vec![record(1)]).unwrap();
        let behind = board.append(0, vec![record(2)]);
        assert!(matches!(
            behind,
            Err(AppendError::Grown {
                expected: 0,
                len: 1
            })
        ));
        assert_eq!(board.len(), 1);
    }
}
