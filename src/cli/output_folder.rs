//! The folder that `veragg run` writes its results to.
//!
//! A round writes to the folder `unfinished` inside it. Only when everything is there, the new results take the
//! place of those of an earlier run: `unfinished` becomes `finished`, and its files move up one by one. If a crash
//! comes between, the next run goes on where this one was. So the results of a run are there until those of the
//! next one are complete. A mark tells these two folders from others that have their names.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use veragg::circuits::foreign::Foreign;
use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::round::phase::Phase;
use veragg::protocol::wire::header::Header;
use veragg::protocol::wire::message::Sender;
use veragg::protocol::wire::receipt::Receipt;
use veragg::{BoardFile, BoardPlace, ClientNames};

use super::aggregate::Aggregate;
use super::error::CliError;
use super::set_up_files::{SetUpFiles, PROVING_KEY, TRANSCRIPT};
use super::summary::Files;

const BOARD: &str = "round.board";
const AGGREGATE: &str = "aggregate.json";
const NAMES: &str = "names.txt";
const ORGANISER: &str = "organiser.pub";
/// The files that not every round has. Those of an earlier round would be wrong for a later one.
const OPTIONAL: [&str; 3] = [NAMES, TRANSCRIPT, PROVING_KEY];
const RECEIPTS: &str = "receipts";
/// Where a round writes to, and where complete results wait.
const UNFINISHED: &str = "unfinished";
const FINISHED: &str = "finished";
/// Where the receipts of the earlier run wait to be removed.
const EARLIER: &str = "earlier-receipts";
/// The file by which a folder is known to be one of those two.
const MARK: &str = "veragg-run.txt";
const MARK_TEXT: &str =
    "veragg run writes to this folder, and takes it away when the round is complete.\n";
/// The messages of a round whose board does not hold all of them.
const LOG: &str = "messages.log";
/// What stands beside a board, and beside the messages.
const BESIDE_BOARD: [&str; 5] = [
    "round.board.lock",
    "round.board.cut",
    LOG,
    "messages.log.lock",
    "messages.log.cut",
];

/// The folder, locked against other runs as long as this value lives.
pub(super) struct OutputFolder {
    out: PathBuf,
    place: BoardPlace,
}

/// Whether a file has a name that [`OutputFolder::write`] gives. Other files are not touched.
fn is_own_receipt(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let inner = name
        .strip_prefix("client-")
        .or(name.strip_prefix("trustee-"))
        .and_then(|name| name.strip_suffix(".receipt"));
    inner
        .and_then(|inner| inner.split_once('-'))
        .is_some_and(|(number, phase)| {
            number.parse::<u32>().is_ok() && Phase::from_name(phase).is_some()
        })
}

impl OutputFolder {
    /// Takes the folder, which is made if there is none, for a new round. If another run has it, nothing is
    /// touched. What is left of a round that did not come to its end is removed; complete results are moved to
    /// their place.
    pub(super) fn take(out: &Path) -> Result<Self, CliError> {
        if out.exists() && !out.is_dir() {
            let reason = io::Error::other("it is a file, not a folder");
            return Err(CliError::write(out)(reason));
        }
        fs::create_dir_all(out).map_err(CliError::write(out))?;
        let place = BoardPlace::lock(&out.join(BOARD))?;
        let mut folder = Self {
            out: out.to_path_buf(),
            place,
        };
        for name in [AGGREGATE, ORGANISER].into_iter().chain(OPTIONAL) {
            let path = folder.out.join(name);
            if path.is_dir() {
                let reason = io::Error::other("it is a folder; move it away");
                return Err(CliError::write(&path)(reason));
            }
        }
        let receipts = folder.out.join(RECEIPTS);
        match fs::symlink_metadata(&receipts) {
            Ok(found) if !found.is_dir() => {
                let reason = io::Error::other("it is not a folder; move it away");
                return Err(CliError::write(&receipts)(reason));
            }
            _ => {}
        }
        if is_own(&folder.out.join(FINISHED))? {
            folder.move_all_up()?;
        }
        let unfinished = folder.out.join(UNFINISHED);
        if is_own(&unfinished)? {
            // Somebody may still use the board of a round that stopped.
            drop(BoardPlace::lock(&unfinished.join(BOARD))?);
            remove_results(&unfinished)?;
        }
        fs::create_dir(&unfinished).map_err(CliError::write(&unfinished))?;
        write(&unfinished.join(MARK), MARK_TEXT.as_bytes())?;
        let receipts = unfinished.join(RECEIPTS);
        fs::create_dir(&receipts).map_err(CliError::write(&receipts))?;
        Ok(folder)
    }

    /// The path of the board while the round is not finished.
    pub(super) fn board(&self) -> PathBuf {
        self.out.join(UNFINISHED).join(BOARD)
    }

    /// Begins the board, and writes the organiser's key beside it.
    pub(super) fn begin(
        &self,
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<BoardFile, CliError> {
        let key = organiser.fingerprint() + "\n";
        write(&self.out.join(UNFINISHED).join(ORGANISER), key.as_bytes())?;
        Ok(BoardFile::create(&self.board(), header)?)
    }

    /// The path of the messages of a round whose board does not hold all of them.
    pub(super) fn log(&self) -> PathBuf {
        self.out.join(UNFINISHED).join(LOG)
    }

    /// Begins the file of the messages, and writes the organiser's key beside it.
    pub(super) fn begin_log(
        &self,
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<BoardFile, CliError> {
        let key = organiser.fingerprint() + "\n";
        write(&self.out.join(UNFINISHED).join(ORGANISER), key.as_bytes())?;
        Ok(BoardFile::create(&self.log(), header)?)
    }

    /// Begins the board, of a round whose messages are in a file of their own.
    pub(super) fn begin_board(&self, header: &Header) -> Result<BoardFile, CliError> {
        Ok(BoardFile::create(&self.board(), header)?)
    }

    /// Removes the messages. Nobody must use them any more.
    pub(super) fn remove_log(&self) -> Result<(), CliError> {
        let unfinished = self.out.join(UNFINISHED);
        for name in BESIDE_BOARD.iter().filter(|name| name.starts_with(LOG)) {
            let path = unfinished.join(name);
            if path.exists() {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Writes the other results beside the board.
    pub(super) fn write<'a>(
        &self,
        clients: u32,
        receipts: impl Iterator<Item = (Sender, Phase, &'a Receipt)>,
        aggregate: &Aggregate,
        names: Option<&ClientNames>,
        set_up: Option<&SetUpFiles>,
    ) -> Result<(), CliError> {
        let unfinished = self.out.join(UNFINISHED);
        aggregate.save(&unfinished.join(AGGREGATE))?;
        if let Some(files) = set_up {
            write(&unfinished.join(TRANSCRIPT), &files.transcript)?;
            write(&unfinished.join(PROVING_KEY), &files.proving_key)?;
        }
        if let Some(names) = names {
            write(&unfinished.join(NAMES), names.to_string().as_bytes())?;
        }
        let digits = clients.to_string().len().max(2);
        for (sender, phase, receipt) in receipts {
            let name = match sender {
                Sender::Client(client) => {
                    format!("client-{:0digits$}-{phase}.receipt", client.number())
                }
                Sender::Trustee(trustee) => format!("trustee-{trustee}-{phase}.receipt"),
                Sender::Aggregator => continue,
            };
            let path = unfinished.join(RECEIPTS).join(name);
            // There can be very many, so they are not synchronised one by one.
            fs::write(&path, receipt.encode()).map_err(CliError::write(&path))?;
        }
        Ok(())
    }

    /// Puts the results, which are complete, in the place of those of an earlier run. Nobody must write to the
    /// board any more. Returns their paths.
    pub(super) fn finish(mut self) -> Result<Files, CliError> {
        rename(&self.out.join(UNFINISHED), &self.out.join(FINISHED))?;
        self.move_all_up()?;
        let name = |name| Foreign::path(&self.out.join(name));
        let optional = |it| self.out.join(it).exists().then(|| name(it));
        Ok(Files {
            board: name(BOARD),
            aggregate: name(AGGREGATE),
            receipts: name(RECEIPTS),
            names: optional(NAMES),
            organiser: name(ORGANISER),
            setup: optional(TRANSCRIPT),
            proving_key: optional(PROVING_KEY),
        })
    }

    /// The same as [`move_up`](Self::move_up); an error says that the folder now holds files of two rounds.
    fn move_all_up(&mut self) -> Result<(), CliError> {
        self.move_up().map_err(|source| CliError::HalfMoved {
            folder: self.out.clone(),
            finished: self.out.join(FINISHED),
            source: Box::new(source),
        })
    }

    /// Moves complete results to their place. What was moved before a crash is not moved again.
    fn move_up(&mut self) -> Result<(), CliError> {
        let finished = self.out.join(FINISHED);
        let (receipts, earlier) = (self.out.join(RECEIPTS), finished.join(EARLIER));
        let new_receipts = finished.join(RECEIPTS);
        if new_receipts.exists() {
            if receipts.exists() {
                rename(&receipts, &earlier)?;
            }
            for name in OPTIONAL {
                let earlier = self.out.join(name);
                if earlier.exists() && !finished.join(name).exists() {
                    remove(&earlier)?;
                }
            }
            rename(&new_receipts, &receipts)?;
        }
        for name in [AGGREGATE, ORGANISER].into_iter().chain(OPTIONAL) {
            let path = finished.join(name);
            if path.exists() {
                rename(&path, &self.out.join(name))?;
            }
        }
        let board = finished.join(BOARD);
        if board.exists() {
            self.place.give_to(&board)?;
        }
        if earlier.exists() {
            // Somebody may keep files of their own beside the receipts.
            for path in entries(&earlier)? {
                match path.file_name() {
                    Some(name) if !is_own_receipt(&path) => rename(&path, &receipts.join(name))?,
                    _ => remove(&path)?,
                }
            }
            fs::remove_dir(&earlier).map_err(CliError::write(&earlier))?;
        }
        remove_results(&finished)
    }
}

/// Whether there is a folder of this name that an earlier run has made. A folder that somebody else has made, and
/// that holds something, is refused.
fn is_own(folder: &Path) -> Result<bool, CliError> {
    if fs::symlink_metadata(folder).is_err() {
        return Ok(false);
    }
    if folder.join(MARK).is_file() {
        return Ok(true);
    }
    // A crash may have come before the mark was made.
    if fs::remove_dir(folder).is_ok() {
        return Ok(false);
    }
    let reason = "`veragg run` needs this name, and did not make what is there; move it away";
    Err(CliError::write(folder)(io::Error::other(reason)))
}

/// Whether the results beside this file are of two rounds, since a run was stopped while it moved its results.
pub(super) fn is_half_moved(beside: &Path) -> bool {
    let folder = beside.parent().unwrap_or(Path::new(""));
    folder.join(FINISHED).join(MARK).is_file()
}

/// Removes a folder with results, and nothing that a run does not write.
fn remove_results(folder: &Path) -> Result<(), CliError> {
    let receipts = folder.join(RECEIPTS);
    if receipts.exists() {
        for path in entries(&receipts)?
            .iter()
            .filter(|path| is_own_receipt(path))
        {
            remove(path)?;
        }
        remove_folder(&receipts)?;
    }
    // The mark goes last: without it the folder would not be known.
    let names = [BOARD, AGGREGATE, ORGANISER].into_iter().chain(OPTIONAL);
    for name in names.chain(BESIDE_BOARD).chain([MARK]) {
        let path = folder.join(name);
        if path.exists() {
            remove(&path)?;
        }
    }
    remove_folder(folder)
}

fn remove_folder(folder: &Path) -> Result<(), CliError> {
    fs::remove_dir(folder).map_err(|error| match error.kind() {
        io::ErrorKind::DirectoryNotEmpty => {
            let reason = "it holds files that veragg did not write; move them away";
            CliError::write(folder)(io::Error::other(reason))
        }
        _ => CliError::write(folder)(error),
    })
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        let paths = entries.map(|entry| Ok(entry?.path()));
        paths.collect::<io::Result<_>>()
    });
    entries.map_err(CliError::read(folder))
}

fn remove(path: &Path) -> Result<(), CliError> {
    fs::remove_file(path).map_err(CliError::write(path))
}

fn rename(from: &Path, to: &Path) -> Result<(), CliError> {
    fs::rename(from, to).map_err(CliError::write(to))
}

/// Writes a file that has reached the disk when this returns.
fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let put = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    put().map_err(CliError::write(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_receipts_are_replaced() {
        let own = |name| is_own_receipt(Path::new(name));
        for written in [
            "out/receipts/client-07-submit.receipt",
            "out/receipts/client-7-acknowledge.receipt",
            "out/receipts/trustee-2-check.receipt",
            "out/receipts/trustee-2-confirm.receipt",
            "out/receipts/trustee-2-open.receipt",
        ] {
            assert!(own(written), "{written}");
        }
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
