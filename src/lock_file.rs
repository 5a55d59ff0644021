//! A lock beside a file that has one writer at a time, for as long as the writer lives.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Bytes of the line in which the writer keeps a note.
const NOTE_LEN: usize = 64;

/// A lock that is held. The operating system releases it when the process ends, however it ends; the lock
/// file itself stays.
#[derive(Debug)]
pub(crate) struct LockFile {
    file: File,
}

/// Why a lock was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody else holds it.
    #[error("{} is in use by {holder}; stop that one first, or choose another file", .file.display())]
    Held {
        /// The file that the lock protects.
        file: PathBuf,
        /// Who holds the lock, as the lock file says.
        holder: String,
    },
    /// The lock file cannot be used.
    #[error("the lock file {} cannot be used: {source}", .lock.display())]
    Io {
        /// The lock file.
        lock: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The lock file of a file: its name and `.lock`.
fn lock_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

impl LockFile {
    /// Takes the lock of a file, and gives the note that its last writer left, if there is one.
    pub(crate) fn acquire(path: &Path) -> Result<(Self, Option<String>), LockError> {
        let lock = lock_path(path);
        let refused = |source| LockError::Io {
            lock: lock.clone(),
            source,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock)
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held {
                    file: path.to_path_buf(),
                    holder: holder(&mut file).unwrap_or_else(|| "another process".to_owned()),
                })
            }
            Err(TryLockError::Error(source)) => return Err(refused(source)),
        }
        let (note, _) = read(&mut file).map_err(refused)?;
        let mut locked = Self { file };
        let text = note.clone().unwrap_or_default();
        locked.write(&text).map_err(refused)?;
        Ok((locked, note))
    }

    /// Replaces the note, which has reached stable storage when this returns. It has at most 64 bytes.
    pub(crate) fn set_note(&mut self, note: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(line(note).as_bytes())?;
        self.file.sync_data()
    }

    /// Writes the note, and who holds the lock.
    fn write(&mut self, note: &str) -> io::Result<()> {
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_name);
        let program = program.map_or_else(|| "unknown".into(), |name| name.to_string_lossy());
        let holder = format!("process {} ({program})\n", std::process::id());
        let text = line(note) + &holder;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)?;
        self.file.sync_all()
    }
}

/// The line of a note: always as long, so that one write replaces another.
fn line(note: &str) -> String {
    format!("{note:<NOTE_LEN$}\n")
}

/// Note and holder.
fn read(file: &mut File) -> io::Result<(Option<String>, Option<String>)> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(4096).read_to_string(&mut text)?;
    let mut lines = text.lines().map(|line| line.trim_end().to_owned());
    let not_empty = |line: &String| !line.is_empty();
    Ok((
        lines.next().filter(not_empty),
        lines.next().filter(not_empty),
    ))
}

fn holder(file: &mut File) -> Option<String> {
    // Its text is not ours: control characters in it would reach a terminal.
    let (_, holder) = read(file).ok()?;
    Some(holder?.escape_debug().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_the_lock() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let (mut first, note) = LockFile::acquire(&path).unwrap();
        assert_eq!(note, None);
        first.set_note("as far as this").unwrap();
        let second = LockFile::acquire(&path).unwrap_err().to_string();
        assert!(
            second.contains(&format!("process {} (", std::process::id())),
            "{second}"
        );
        drop(first);
        let (_, note) = LockFile::acquire(&path).unwrap();
        assert_eq!(note.as_deref(), Some("as far as this"));
    }
}
