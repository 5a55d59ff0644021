//! The place of a board that another board, which is made elsewhere, takes when it is complete.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use veragg_protocol::wire::header::Header;

use super::{round_of, BoardFileError, Locked, Note};
use crate::lock_file::{sync_folder, LockFile};

/// The path of a board, kept free of writers. The board that is there, if any, stays until
/// [`give_to`](Self::give_to) puts a complete one in its place.
#[derive(Debug)]
pub struct BoardPlace {
    path: PathBuf,
    lock: LockFile,
    /// The board that is there, under a lock of its own: it can have another name.
    there: Option<File>,
}

impl BoardPlace {
    /// Takes the lock of the board file at this path, which need not exist. Errors: somebody writes to it, or it
    /// is something else than a file. Nothing but the lock file is touched.
    pub fn lock(path: &Path) -> Result<Self, BoardFileError> {
        let (lock, _) = LockFile::acquire(path)?;
        let note = None;
        let locked = Locked { path, lock, note };
        let there = match locked.has_board()? {
            true => Some(locked.open(false)?),
            false => None,
        };
        Ok(Self {
            path: path.to_path_buf(),
            lock: locked.lock,
            there,
        })
    }

    /// Moves a complete board, which nobody writes to any more, to this place. `from` must be in the same file
    /// system. After a crash there is the board of before or the new one, and never a part of one.
    pub fn give_to(&mut self, from: &Path) -> Result<(), BoardFileError> {
        let failed = |file: &Path, source| BoardFileError::Io {
            file: file.to_path_buf(),
            source,
        };
        let board = File::open(from).map_err(|source| failed(from, source))?;
        let header = Header::read(&mut BufReader::new(&board))?;
        let give = || -> io::Result<()> {
            board.sync_all()?;
            let length = board.metadata()?.len();
            drop((board, self.there.take()));
            // In between, the lock file is about neither board.
            self.lock.set_note("")?;
            fs::rename(from, &self.path)?;
            sync_folder(&self.path)?;
            let note = Note::text(length, &round_of(&header));
            self.lock.set_note(&note)
        };
        give().map_err(|source| failed(&self.path, source))
    }
}
