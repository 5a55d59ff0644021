//! A folder for configurations and tables, which are only read from files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

/// A folder of this process.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder. Nobody removes it: it holds the files of the last input.
    pub fn new() -> Self {
        let name = format!("veragg-fuzz-{}", process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder for temporary files");
        Self(path)
    }

    /// Writes a file, and gives its path.
    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("a folder that can be written to");
        path
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}
