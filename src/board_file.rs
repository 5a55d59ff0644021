//! A board in a file: the aggregator's log, written as it grows (`specs/wire.md` 7).

mod place;

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use veragg_circuits::foreign::Foreign;
use veragg_protocol::aggregator::{AppendError, Log};
use veragg_protocol::crypto::signing::hex;
use veragg_protocol::wire::board::{BoardError, Record, RecordKind, Records, RECORD_HEAD_LEN};
use veragg_protocol::wire::header::Header;

use crate::lock_file::{sync_folder, try_lock, with_suffix, LockError, LockFile};

pub use place::BoardPlace;

/// The log of an aggregator as a board file. Only where each record stands is in memory.
///
/// The file has one writer: a lock beside it (`FILE.lock`) is held as long as this value lives, and a second
/// writer is refused before it touches anything. Readers need no lock. The lock file also keeps how many bytes
/// of the board have reached stable storage. What stands behind them when the file is opened again was left by
/// a crash, and nobody has a receipt for it: it is moved to `FILE.cut` (`FILE.cut2` after a second crash).
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
/// # let header = Header::sign(&configuration, &roster, &organiser)?;
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
    /// The round, as the note names it.
    round: String,
    /// The longest record that it can be opened with again.
    longest: usize,
}

/// Where the bytes of a record are in the file.
#[derive(Debug, Clone, Copy)]
struct Span {
    kind: RecordKind,
    offset: u64,
    /// A record is no longer than its head can say.
    length: u32,
}

/// Why a board file cannot be written to. Nothing in it has changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BoardFileError {
    /// Another process writes to it, or its lock cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is a board already.
    #[error("{} is there already: open it to go on with its round, or choose another file", Foreign::path(.file))]
    Exists {
        /// The path of the file.
        file: PathBuf,
    },
    /// A crash left a file without a whole header.
    #[error("{} holds no board: a crash came before it was begun. Create it", Foreign::path(.file))]
    NotBegun {
        /// The path of the file.
        file: PathBuf,
    },
    /// The board is of another round.
    #[error("{} is the board of another round; choose another file", Foreign::path(.file))]
    OtherRound {
        /// The path of the file.
        file: PathBuf,
    },
    /// Bytes are missing that had reached the disk.
    #[error("{} has only {whole} bytes that can be read, but its lock file says that {synced} bytes had reached the disk: there may be receipts for what is missing. Restore the file from a copy of that length", Foreign::path(.file))]
    Lost {
        /// The path of the file.
        file: PathBuf,
        /// Bytes that can be read.
        whole: u64,
        /// Bytes that were there.
        synced: u64,
    },
    /// The lock file does not say how much of this board had reached the disk.
    #[error("the lock file of {} says `{note}`, which is not about this board; use the lock file that belongs to the board, or remove this one if you know that the board is whole and that nobody writes to it", Foreign::path(.file))]
    Note {
        /// The path of the file.
        file: PathBuf,
        /// What it says.
        note: String,
    },
    /// The file does not hold a board.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The file cannot be read or written.
    #[error("{} cannot be used: {source}", Foreign::path(.file))]
    Io {
        /// The path of the file.
        file: PathBuf,
        /// The cause of the failure.
        source: io::Error,
    },
}

/// What the lock file of a board says: how many bytes of it have reached stable storage, and of which round.
struct Note {
    synced: u64,
    round: String,
}

impl Note {
    fn text(synced: u64, round: &str) -> String {
        format!("synced {synced} round {round}")
    }

    fn parse(text: &str) -> Option<Self> {
        let (synced, round) = text.strip_prefix("synced ")?.split_once(" round ")?;
        let digits = synced.bytes().all(|byte| byte.is_ascii_digit());
        let synced = synced.parse().ok().filter(|_| digits)?;
        let round = round.to_owned();
        Some(Self { synced, round })
    }
}

/// Enough of the context of a round to tell it from others.
fn round_of(header: &Header) -> String {
    hex(&header.context().digest[..8])
}

/// Where the next record stands, whose head begins at `end`; all of it is there.
fn next_span<R: Read>(records: &mut Records<R>, end: u64) -> Result<Option<Span>, BoardError> {
    let Some(record) = records.next_record()? else {
        return Ok(None);
    };
    let span = Span {
        kind: record.kind(),
        offset: end + RECORD_HEAD_LEN as u64,
        length: record.remaining() as u32,
    };
    record.skip()?;
    Ok(Some(span))
}

/// A path under its lock.
struct Locked<'a> {
    path: &'a Path,
    lock: LockFile,
    note: Option<Note>,
}

impl<'a> Locked<'a> {
    fn acquire(path: &'a Path) -> Result<Self, BoardFileError> {
        let (lock, text) = LockFile::acquire(path)?;
        let note = text.map(|text| {
            Note::parse(&text).ok_or_else(|| BoardFileError::Note {
                file: path.to_path_buf(),
                note: text,
            })
        });
        let note = note.transpose()?;
        Ok(Self { path, lock, note })
    }

    fn failed(&self, source: io::Error) -> BoardFileError {
        BoardFileError::Io {
            file: self.path.to_path_buf(),
            source,
        }
    }

    fn synced(&self) -> Option<u64> {
        self.note.as_ref().map(|note| note.synced)
    }

    /// Whether there is a board, be it a damaged one. What a crash left of the beginning of one is none. A
    /// board that is gone, or empty, is an error if some of it had reached the disk.
    fn has_board(&self) -> Result<bool, BoardFileError> {
        let exists = self.path.try_exists().map_err(|e| self.failed(e))?;
        if exists {
            let found = fs::metadata(self.path).map_err(|e| self.failed(e))?;
            if !found.is_file() {
                return Err(self.failed(io::Error::other("it is not a regular file")));
            }
            if found.len() > 0 {
                return Ok(self.synced() != Some(0));
            }
        }
        match self.synced() {
            Some(synced) if synced > 0 => Err(BoardFileError::Lost {
                file: self.path.to_path_buf(),
                whole: 0,
                synced,
            }),
            _ => Ok(false),
        }
    }

    /// Opens the file, and locks it too: it may be reached by another name, which has another lock file.
    fn open(&self, create: bool) -> Result<File, BoardFileError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(create);
        let file = options.open(self.path).map_err(|e| self.failed(e))?;
        // Elsewhere such a lock keeps readers out.
        #[cfg(unix)]
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(BoardFileError::Lock(LockError::Held {
                    file: self.path.to_path_buf(),
                    holder:
                        "another process, which uses another name of the file or not its lock file"
                            .to_owned(),
                }))
            }
            Err(TryLockError::Error(source)) => return Err(self.failed(source)),
        }
        Ok(file)
    }

    /// Begins a board in place of whatever is there.
    fn begin(mut self, header: &Header, longest: usize) -> Result<BoardFile, BoardFileError> {
        let mut file = self.open(true)?;
        let bytes = header.encode();
        let (end, round) = (bytes.len() as u64, round_of(header));
        let mut write = || -> io::Result<()> {
            // As long as the header is not whole there is no board.
            self.lock.set_note(&Note::text(0, &round))?;
            file.set_len(0)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            sync_folder(self.path)?;
            self.lock.set_note(&Note::text(end, &round))
        };
        let written = write();
        written.map_err(|source| self.failed(source))?;
        Ok(BoardFile {
            file: Mutex::new(file),
            spans: Vec::new(),
            end,
            lock: self.lock,
            round,
            longest,
        })
    }

    /// Goes on with the board that is there, if it is of the expected round.
    fn go_on(
        mut self,
        longest: usize,
        expected: Option<&Header>,
    ) -> Result<(Header, BoardFile), BoardFileError> {
        let mut file = self.open(false)?;
        let mut source = BufReader::new(&file);
        let header = Header::read(&mut source)?;
        if expected.is_some_and(|expected| header != *expected) {
            return Err(BoardFileError::OtherRound {
                file: self.path.to_path_buf(),
            });
        }
        let round = round_of(&header);
        if let Some(note) = self.note.as_ref().filter(|note| note.round != round) {
            return Err(BoardFileError::Note {
                file: self.path.to_path_buf(),
                note: Note::text(note.synced, &note.round),
            });
        }
        let header_len = header.encode().len();
        let (mut spans, mut end) = (Vec::new(), header_len as u64);
        let mut records = Records::new(source, header_len, longest);
        // What stands behind the synchronised bytes is not looked at.
        while self.synced().is_none_or(|synced| end < synced) {
            let span = match next_span(&mut records, end) {
                Ok(Some(span)) => span,
                Ok(None) | Err(BoardError::Truncated { .. }) => break,
                Err(BoardError::Io(source)) => return Err(self.failed(source)),
                Err(error) => return Err(error.into()),
            };
            end = span.offset + u64::from(span.length);
            spans.push(span);
        }
        if let Some(synced) = self.synced().filter(|&synced| end != synced) {
            return Err(BoardFileError::Lost {
                file: self.path.to_path_buf(),
                whole: end,
                synced,
            });
        }
        let cut = cut(&mut file, self.path, end);
        cut.and_then(|()| self.lock.set_note(&Note::text(end, &round)))
            .map_err(|source| self.failed(source))?;
        let board = BoardFile {
            file: Mutex::new(file),
            spans,
            end,
            lock: self.lock,
            round,
            longest,
        };
        Ok((header, board))
    }
}

/// Moves what stands behind `end` to `FILE.cut`, or to `FILE.cut2` and so on if that is there already. Nobody has
/// a receipt for it, but it may tell what happened.
fn cut(file: &mut File, path: &Path, end: u64) -> io::Result<()> {
    if file.metadata()?.len() > end {
        let names =
            std::iter::once(".cut".to_owned()).chain((2..).map(|n: u64| format!(".cut{n}")));
        let mut made = names.map(|name| File::create_new(with_suffix(path, &name)));
        let taken = |made: &io::Result<File>| matches!(made, Err(error) if error.kind() == io::ErrorKind::AlreadyExists);
        let mut rest = made
            .find(|made| !taken(made))
            .unwrap_or(Err(io::ErrorKind::AlreadyExists.into()))?;
        file.seek(SeekFrom::Start(end))?;
        io::copy(file, &mut rest)?;
        rest.sync_all()?;
        file.set_len(end)?;
    }
    file.sync_all()
}

impl BoardFile {
    /// Creates the file with the header of a round. Errors: the file is there already, is in use, or was there
    /// and is gone.
    pub fn create(path: &Path, header: &Header) -> Result<Self, BoardFileError> {
        let locked = Locked::acquire(path)?;
        if locked.has_board()? {
            return Err(BoardFileError::Exists {
                file: path.to_path_buf(),
            });
        }
        locked.begin(header, usize::MAX)
    }

    /// Opens the file of a round that was interrupted, and moves what a crash left unfinished to `FILE.cut`.
    /// `longest` is the longest record of the round, in bytes. Errors: the file is in use, is no board, or lacks
    /// bytes that had reached the disk.
    pub fn open(path: &Path, longest: usize) -> Result<(Header, Self), BoardFileError> {
        // A file that is not there leaves no lock file behind.
        fs::metadata(path).map_err(|source| BoardFileError::Io {
            file: path.to_path_buf(),
            source,
        })?;
        let locked = Locked::acquire(path)?;
        if !locked.has_board()? {
            return Err(BoardFileError::NotBegun {
                file: path.to_path_buf(),
            });
        }
        locked.go_on(longest, None)
    }

    /// The board of a round: a new one, or the one that was interrupted. An aggregator that starts calls this
    /// without asking whether it starts again. `longest` is the longest record of the round
    /// ([`Round::longest_record`](crate::Round::longest_record)); longer ones are not appended. Errors: those of
    /// [`create`](Self::create) and [`open`](Self::open), and a file that holds another round.
    pub fn open_or_create(
        path: &Path,
        header: &Header,
        longest: usize,
    ) -> Result<Self, BoardFileError> {
        let locked = Locked::acquire(path)?;
        if !locked.has_board()? {
            return locked.begin(header, longest);
        }
        let (_, board) = locked.go_on(longest, Some(header))?;
        Ok(board)
    }

    fn file(&self) -> MutexGuard<'_, File> {
        // Whoever panicked while it held the file has left only a position, which the next one sets.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fails if somebody else has shortened, extended or removed the file.
fn check_file(file: &File, end: u64) -> io::Result<()> {
    let found = file.metadata()?;
    #[cfg(unix)]
    let removed = std::os::unix::fs::MetadataExt::nlink(&found) == 0;
    #[cfg(not(unix))]
    let removed = false;
    if removed || found.len() != end {
        return Err(io::Error::other("somebody else has changed or removed the board file; restore it before the aggregator goes on"));
    }
    Ok(())
}

impl Log for BoardFile {
    fn append(&mut self, expected: u64, records: Vec<Record>) -> Result<(), AppendError> {
        AppendError::unless_expected(expected, self.len())?;
        if let Some(record) = records.iter().find(|r| r.bytes.len() > self.longest) {
            let (bytes, longest) = (record.bytes.len(), self.longest);
            return Err(io::Error::other(format!(
                "a record has {bytes} bytes, and the board was opened for records of at most {longest}; open it with the round's longest record"
            ))
            .into());
        }
        let mut spans = Vec::with_capacity(records.len());
        let mut end = self.end;
        let lock = &mut self.lock;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        check_file(&file, self.end)?;
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
                    length: length as u32,
                });
                end = offset + length as u64;
            }
            writer.flush()?;
            drop(writer);
            // Receipts and checkpoints go out for this: it must not be forgotten in a crash.
            file.sync_data()?;
            lock.set_note(&Note::text(end, &self.round))
        };
        if let Err(error) = write() {
            // What came of it would stand behind a shorter record that is appended next.
            lock.set_note(&Note::text(self.end, &self.round))?;
            file.set_len(self.end)?;
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
        let mut bytes = vec![0; length as usize];
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
mod tests;
