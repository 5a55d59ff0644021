//! The saved state of a client in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;
use veragg_circuits::foreign::Foreign;
use veragg_protocol::client::Store;
use zeroize::Zeroizing;

use crate::lock_file::{sync_folder, with_suffix, LockError, LockFile};

/// A [`Store`] in a file, one for each client and round. It holds the client's secrets.
///
/// A new state is written beside the old one, synchronised, and renamed over it: after a crash the file holds
/// one or the other, whole. A lock beside it (`FILE.lock`) is held as long as this value lives, since two
/// processes of one client would sign different messages of one phase, which is evidence against its key.
///
/// A state that is older than the last one must never be used again: leave the file out of backups.
///
/// ```
/// use veragg::{StateFile, Store};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("client.state");
/// let (mut store, saved) = StateFile::open(&path)?;
/// assert!(saved.is_none()); // nothing yet: join the round
/// store.put(b"what the client hands over")?;
/// drop(store);
///
/// let (_store, saved) = StateFile::open(&path)?;
/// assert_eq!(saved.unwrap().as_slice(), b"what the client hands over"); // resume
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    lock: LockFile,
}

/// Why a state file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// Another process uses it, or its lock cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The file cannot be read.
    #[error("{} cannot be used: {source}", Foreign::path(.file))]
    Io {
        /// The path of the file.
        file: PathBuf,
        /// The cause of the failure.
        source: io::Error,
    },
}

/// What a client saved last; nothing if it has saved nothing yet.
pub type SavedState = Option<Zeroizing<Vec<u8>>>;

/// One name for one file, however it is reached: the lock goes by the name.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(error)?;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            Ok(fs::canonicalize(folder.unwrap_or(Path::new(".")))?.join(name))
        }
        found => found,
    }
}

impl StateFile {
    /// Opens the file, and gives the state that was saved in it last; nothing if there is none yet. Errors: the
    /// file is in use, or cannot be read.
    pub fn open(path: &Path) -> Result<(Self, SavedState), StateFileError> {
        let failed = |source| StateFileError::Io {
            file: path.to_path_buf(),
            source,
        };
        let path = resolved(path).map_err(failed)?;
        let (lock, _) = LockFile::acquire(&path)?;
        let state = Self { path, lock };
        let saved = state.load().map_err(failed)?;
        Ok((state, saved))
    }

    fn load(&self) -> io::Result<SavedState> {
        // A crash may have left secrets here.
        self.remove_new()?;
        if !self.path.try_exists()? {
            return Ok(None);
        }
        if !fs::metadata(&self.path)?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let saved = Zeroizing::new(fs::read(&self.path)?);
        // What is given out here must not be undone by a crash: the client speaks from it.
        File::open(&self.path)?.sync_all()?;
        sync_folder(&self.path)?;
        Ok(Some(saved))
    }

    fn new_path(&self) -> PathBuf {
        with_suffix(&self.path, ".new")
    }

    fn remove_new(&self) -> io::Result<()> {
        match fs::remove_file(self.new_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Creates a file that only its owner can read, and follows no link.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

impl Store for StateFile {
    fn put(&mut self, state: &[u8]) -> io::Result<()> {
        self.lock.check()?;
        self.remove_new()?;
        let new = self.new_path();
        let mut file = create(&new)?;
        file.write_all(state)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&new, &self.path)?;
        sync_folder(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_state_comes_back_and_one_process_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("client.state");
        let (mut file, saved) = StateFile::open(&path).unwrap();
        assert_eq!(saved, None);
        file.put(&[1; 5000]).unwrap();
        file.put(b"short").unwrap();
        let held = |path: &Path| {
            let second = StateFile::open(path).unwrap_err();
            let is_held = matches!(second, StateFileError::Lock(LockError::Held { .. }));
            assert!(is_held, "{second}");
        };
        held(&path);
        #[cfg(unix)]
        {
            let link = directory.path().join("link");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            held(&link);
        }
        drop(file);
        let (_, saved) = StateFile::open(&path).unwrap();
        assert_eq!(saved.unwrap().as_slice(), b"short");
    }

    #[test]
    fn a_state_that_cannot_be_written_leaves_the_last_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("client.state");
        let (mut file, _) = StateFile::open(&path).unwrap();
        file.put(b"first").unwrap();
        // Something stands where the new state is written first.
        let new = directory.path().join("client.state.new");
        fs::create_dir(&new).unwrap();
        assert!(file.put(b"second").is_err());
        drop(file);
        fs::remove_dir(&new).unwrap();
        let (mut file, saved) = StateFile::open(&path).unwrap();
        assert_eq!(saved.unwrap().as_slice(), b"first");
        // Without its lock file another process could use the state.
        fs::remove_file(directory.path().join("client.state.lock")).unwrap();
        #[cfg(unix)]
        assert!(file.put(b"second").is_err());
        #[cfg(not(unix))]
        let _ = &mut file;
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_secrets() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("client.state");
        let new = directory.path().join("client.state.new");
        let elsewhere = directory.path().join("elsewhere");
        let (mut file, _) = StateFile::open(&path).unwrap();
        // Left by a crash, or put there by somebody.
        fs::write(&new, b"old").unwrap();
        fs::set_permissions(&new, fs::Permissions::from_mode(0o666)).unwrap();
        file.put(b"secret").unwrap();
        std::os::unix::fs::symlink(&elsewhere, &new).unwrap();
        file.put(b"secret").unwrap();
        assert!(!elsewhere.exists());
        let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o177_777, 0o100_600);
    }
}
