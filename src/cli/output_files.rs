//! The folder that `veragg run` writes its results to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use veragg::local::Played;
use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::board::Header;
use veragg::BoardFile;

use super::aggregate::Aggregate;
use super::error::CliError;
use super::summary::Files;

/// The paths of the files with the results.
pub(super) struct OutputFiles {
    pub(super) board: PathBuf,
    aggregate: PathBuf,
    receipts: PathBuf,
    organiser: PathBuf,
}

/// Whether a file has a name that [`OutputFiles::write`] gives. Other files are not touched.
fn is_own_receipt(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let inner = name
        .strip_prefix("client-")
        .and_then(|name| name.strip_suffix(".receipt"));
    inner
        .and_then(|inner| inner.split_once('-'))
        .is_some_and(|(number, phase)| {
            number.parse::<u32>().is_ok() && Phase::from_name(phase).is_some()
        })
}

impl OutputFiles {
    /// Creates the folders.
    pub(super) fn create(out: &Path) -> Result<Self, CliError> {
        let receipts = out.join("receipts");
        fs::create_dir_all(&receipts).map_err(CliError::write(&receipts))?;
        Ok(Self {
            board: out.join("round.board"),
            aggregate: out.join("aggregate.json"),
            organiser: out.join("organiser.pub"),
            receipts,
        })
    }

    /// Begins the board, in place of that of an earlier round, whose other results are taken away, and writes
    /// the organiser's key. If another process writes to the board, nothing is touched.
    pub(super) fn begin(
        &self,
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<BoardFile, CliError> {
        let board = BoardFile::replace(&self.board, header)?;
        let refused = |source| CliError::write(&self.receipts)(source);
        for entry in fs::read_dir(&self.receipts).map_err(refused)? {
            let path = entry.map_err(refused)?.path();
            if is_own_receipt(&path) {
                fs::remove_file(&path).map_err(CliError::write(&path))?;
            }
        }
        match fs::remove_file(&self.aggregate) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CliError::write(&self.aggregate)(error));
            }
            _ => {}
        }
        let key = organiser.fingerprint() + "\n";
        fs::write(&self.organiser, key).map_err(CliError::write(&self.organiser))?;
        Ok(board)
    }

    pub(super) fn write(&self, played: &Played, aggregate: &Aggregate) -> Result<(), CliError> {
        aggregate.save(&self.aggregate)?;
        let digits = played.traffic.len().to_string().len().max(2);
        for (client, phase, receipt) in &played.receipts {
            let name = format!("client-{:0digits$}-{phase}.receipt", client.number());
            let path = self.receipts.join(name);
            fs::write(&path, receipt.encode()).map_err(CliError::write(&path))?;
        }
        Ok(())
    }

    pub(super) fn names(&self) -> Files {
        let name = |path: &Path| path.display().to_string();
        Files {
            board: name(&self.board),
            aggregate: name(&self.aggregate),
            receipts: name(&self.receipts),
            organiser: name(&self.organiser),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_receipts_are_replaced() {
        let own = |name| is_own_receipt(Path::new(name));
        assert!(own("out/receipts/client-07-submit.receipt"));
        for other in [
            "evidence.receipt",
            "client-07.receipt",
            "client-x-submit.receipt",
            "client-7-submit.txt",
        ] {
            assert!(!own(other), "{other}");
        }
    }
}
