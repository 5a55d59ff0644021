//! A lock beside a file that has one writer at a time, for as long as the writer lives.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;
use veragg_circuits::foreign::Foreign;

/// Bytes of the line in which the writer keeps a note.
const NOTE_LEN: usize = 64;
/// Most bytes of a lock file that are read.
const MAX_LEN: u64 = 1024;

/// A lock that is held. The operating system releases it when the process ends, however it ends; the lock
/// file itself stays.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    file: File,
}

/// Why a lock was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody else holds it.
    #[error("{} is in use by {holder}; stop that one first, or choose another file", Foreign::path(.file))]
    Held {
        /// The file that the lock protects.
        file: PathBuf,
        /// Who holds the lock, as the lock file says.
        holder: String,
    },
    /// A file with the name of the lock file is something else.
    #[error("{} is no lock file of veragg; move it away, or choose another file", Foreign::path(.lock))]
    NotALock {
        /// The file that has the lock file's name.
        lock: PathBuf,
    },
    /// The lock file cannot be used.
    #[error("the lock file {} cannot be used: {source}", Foreign::path(.lock))]
    Io {
        /// The lock file.
        lock: PathBuf,
        /// The cause of the failure.
        source: io::Error,
    },
}

/// Locks a file, unless somebody else holds the lock. A process that this program is starting just now holds a
/// copy of a lock that was released for a moment, so it is tried again for a tenth of a second.
pub(crate) fn try_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            done => return done,
        }
    }
    file.try_lock()
}

/// Whether the process that a lock file names may be alive.
fn is_alive(holder: &str) -> bool {
    let number = holder
        .split(' ')
        .nth(1)
        .and_then(|number| number.parse().ok());
    let processes = Path::new("/proc");
    number.is_some_and(|number: u32| {
        !processes.join("self").exists() || processes.join(number.to_string()).exists()
    })
}

/// The lock file of a file: its name and `.lock`.
fn lock_path(file: &Path) -> PathBuf {
    with_suffix(file, ".lock")
}

/// A file beside another one, whose name goes on with this.
pub(crate) fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
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

impl LockFile {
    /// Takes the lock of a file, and gives the note that its last writer left, if there is one. A file that
    /// is no lock file is not touched.
    pub(crate) fn acquire(path: &Path) -> Result<(Self, Option<String>), LockError> {
        let lock = lock_path(path);
        let refused = |source| LockError::Io {
            lock: lock.clone(),
            source,
        };
        let not_a_lock = || LockError::NotALock { lock: lock.clone() };
        match fs::symlink_metadata(&lock) {
            Ok(found) if !found.is_file() => return Err(not_a_lock()),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock)
            .map_err(refused)?;
        let held = match try_lock(&file) {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(source)) => return Err(refused(source)),
        };
        let text = read(&mut file).map_err(refused)?;
        let content = text.as_deref().and_then(Content::parse);
        if held {
            let holder = content.and_then(|content| content.holder);
            // Somebody who does not write to the lock file can hold it too.
            let holder = holder.filter(|holder| is_alive(holder));
            return Err(LockError::Held {
                file: path.to_path_buf(),
                holder: holder.unwrap_or_else(|| "another process".to_owned()),
            });
        }
        let note = content.ok_or_else(not_a_lock)?.note;
        let mut locked = Self {
            path: lock.clone(),
            file,
        };
        locked
            .write(note.as_deref().unwrap_or_default())
            .and_then(|()| sync_folder(path))
            .map_err(refused)?;
        Ok((locked, note))
    }

    /// Replaces the note, which has reached stable storage when this returns. It has at most 64 bytes.
    pub(crate) fn set_note(&mut self, note: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(line(note).as_bytes())?;
        self.file.sync_data()
    }

    /// Fails if somebody has removed or exchanged the lock file: then another process can hold a lock too.
    pub(crate) fn check(&self) -> io::Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let (ours, there) = (self.file.metadata()?, fs::symlink_metadata(&self.path)?);
            if (ours.dev(), ours.ino()) != (there.dev(), there.ino()) {
                return Err(io::Error::other("somebody has exchanged the lock file"));
            }
        }
        Ok(())
    }

    /// Writes the note, and who holds the lock.
    fn write(&mut self, note: &str) -> io::Result<()> {
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_name);
        let program = program.map_or_else(|| "unknown".into(), |name| name.to_string_lossy());
        let program: String = program.chars().take(NOTE_LEN).collect();
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

/// The text of a lock file; nothing if it is none.
fn read(file: &mut File) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MAX_LEN).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).ok())
}

/// What a lock file says.
struct Content {
    note: Option<String>,
    holder: Option<String>,
}

impl Content {
    /// A new lock file is empty. Any other has a note of fixed length, and then who holds it.
    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self {
                note: None,
                holder: None,
            });
        }
        let (note, rest) = text.split_at_checked(NOTE_LEN)?;
        let holder = rest.strip_prefix('\n')?.lines().next()?;
        if !holder.starts_with("process ") || note.contains('\n') {
            return None;
        }
        let note = Some(note.trim_end().to_owned()).filter(|note| !note.is_empty());
        // The text need not be ours.
        let shown = |text: &str| Foreign::message(text).at_most(2 * NOTE_LEN).to_string();
        Some(Self {
            note: note.map(|note| shown(&note)),
            holder: Some(shown(holder)),
        })
    }
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
        let (first, note) = LockFile::acquire(&path).unwrap();
        assert_eq!(note.as_deref(), Some("as far as this"));
        first.check().unwrap();
        #[cfg(unix)]
        {
            fs::remove_file(lock_path(&path)).unwrap();
            assert!(first.check().is_err());
        }
    }

    #[test]
    fn what_is_no_lock_file_is_not_touched() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Cargo");
        let lock = lock_path(&path);
        let long = vec![b'a'; 100_000];
        for text in [
            &b"three\nlines\nof text\n"[..],
            &[0xff; 70],
            &long,
            b"\x1b[2J\n",
        ] {
            fs::write(&lock, text).unwrap();
            let refused = LockFile::acquire(&path).unwrap_err();
            assert!(matches!(refused, LockError::NotALock { .. }), "{refused}");
            assert_eq!(fs::read(&lock).unwrap(), text);
        }
        #[cfg(unix)]
        {
            fs::rename(&lock, directory.path().join("elsewhere")).unwrap();
            std::os::unix::fs::symlink("elsewhere", &lock).unwrap();
            let refused = LockFile::acquire(&path).unwrap_err();
            assert!(matches!(refused, LockError::NotALock { .. }), "{refused}");
        }
    }
}
