//! The saved state of a client in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;
use veragg_protocol::client::Store;
use zeroize::Zeroizing;

use crate::board_file::sync_folder;
use crate::lock_file::{LockError, LockFile};

/// A [`Store`] in a file, one for each client and round. It holds the client's secrets.
///
/// A new state is written beside the old one, synchronised, and renamed over it: after a crash the file holds
/// one or the other, whole. A lock beside it (`FILE.lock`) is held as long as this value lives, since two
/// processes of one client would sign different messages of one phase, which is evidence against its key.
///
/// A state that is older than the last one must never be used again: leave the file out of backups.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    _lock: LockFile,
}

/// Why a state file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// Another process uses it, or its lock cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What a client saved last; nothing if it has saved nothing yet.
pub type SavedState = Option<Zeroizing<Vec<u8>>>;

impl StateFile {
    /// Opens the file, and gives the state that was saved in it last; nothing if there is none yet. Errors: the
    /// file is in use, or cannot be read.
    pub fn open(path: &Path) -> Result<(Self, SavedState), StateFileError> {
        let (lock, _) = LockFile::acquire(path)?;
        let saved = match fs::read(path) {
            Ok(saved) => Some(Zeroizing::new(saved)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => {
                return Err(StateFileError::Io {
                    file: path.to_path_buf(),
                    source,
                })
            }
        };
        let file = Self {
            path: path.to_path_buf(),
            _lock: lock,
        };
        Ok((file, saved))
    }
}

/// Creates a file that only its owner can read.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

impl Store for StateFile {
    fn put(&mut self, state: &[u8]) -> io::Result<()> {
        let mut new = self.path.as_os_str().to_owned();
        new.push(".new");
        let mut file = create(Path::new(&new))?;
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
        let second = StateFile::open(&path).unwrap_err();
        assert!(
            matches!(second, StateFileError::Lock(LockError::Held { .. })),
            "{second}"
        );
        drop(file);
        let (_, saved) = StateFile::open(&path).unwrap();
        assert_eq!(saved.unwrap().as_slice(), b"short");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "nobody else reads the secrets");
        }
    }

    #[test]
    fn a_state_that_cannot_be_written_leaves_the_last_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("client.state");
        let (mut file, _) = StateFile::open(&path).unwrap();
        file.put(b"first").unwrap();
        // Something stands where the new state is written first.
        fs::create_dir(directory.path().join("client.state.new")).unwrap();
        assert!(file.put(b"second").is_err());
        drop(file);
        let (_, saved) = StateFile::open(&path).unwrap();
        assert_eq!(saved.unwrap().as_slice(), b"first");
    }
}
