//! The files that `veragg audit --evidence` writes: one for all faults of a culprit under a check.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write as _};
use std::path::{Path, PathBuf};

use veragg::circuits::foreign::Foreign;
use veragg::verifier::evidence::{self, Bundle, EvidenceError};
use veragg::verifier::{Options, Report};

use super::error::CliError;
use super::evidence_problem::EvidenceFilesError;
use super::files;

/// The most files that are open at once. Each group of so many needs one pass over the board.
const OPEN: usize = 128;

/// Writes the evidence for the faults of a report, and says on standard error which files there are. A file that
/// exists is not touched: then nothing is written. If a file cannot be written, none of them is kept. All files are
/// complete before the first one gets its name.
pub(super) fn write(
    board: &Path,
    options: &Options,
    report: &Report,
    folder: &Path,
) -> Result<(), CliError> {
    if folder.exists() && !folder.is_dir() {
        return Err(EvidenceFilesError::NotFolder(folder.to_path_buf()).into());
    }
    let bundles = evidence::bundles(report);
    let paths: Vec<_> = bundles
        .iter()
        .map(|bundle| folder.join(name(bundle)))
        .collect();
    // A link that leads nowhere exists too.
    let existing = paths.iter().find(|path| path.symlink_metadata().is_ok());
    if let Some(path) = existing {
        return Err(EvidenceFilesError::Exists(path.clone()).into());
    }
    fs::create_dir_all(folder).map_err(refused(folder))?;
    let mut created = Vec::new();
    if let Err(error) = write_all(board, options, report, (&bundles, &paths), &mut created) {
        for path in created {
            // The error that is returned is the first one.
            let _ = fs::remove_file(path);
        }
        return Err(error);
    }
    say(&bundles, &paths);
    Ok(())
}

/// Writes all files under other names first, and then gives them their names. `created` holds the paths of all files
/// that were created.
fn write_all(
    board: &Path,
    options: &Options,
    report: &Report,
    (bundles, paths): (&[Bundle], &[PathBuf]),
    created: &mut Vec<PathBuf>,
) -> Result<(), CliError> {
    let (mut source, _) = files::open(board, "a board")?;
    let mut parts = Vec::new();
    for (bundles, paths) in bundles.chunks(OPEN).zip(paths.chunks(OPEN)) {
        source.rewind().map_err(CliError::read(board))?;
        let of = (board, &source);
        let written = write_group(of, options, report, (bundles, paths), created)?;
        parts.extend(written);
    }
    for (part, path) in parts.iter().zip(paths) {
        name_part(part, path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => EvidenceFilesError::Exists(path.clone()),
            _ => refused(path)(source),
        })?;
        created.push(path.clone());
    }
    Ok(())
}

/// The most unfinished files of killed processes that are passed over.
const MOST_LEFT: usize = 1000;

/// Creates the file that is to become the one at `path`. A process that was killed may have left such files; they
/// are not touched.
fn create_part(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 0;
    loop {
        let part = path.with_file_name(format!(".{name}.part{number}"));
        // This does not follow a link.
        match File::create_new(&part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MOST_LEFT => {
                number += 1;
            }
            created => return created.map(|file| (file, part)),
        }
    }
}

/// Gives a complete file its name. A file that has this name is not replaced.
fn name_part(part: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(part, path) {
        Ok(()) => fs::remove_file(part),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // This file system has no hard links. The file that is replaced is the empty one that was just created.
        Err(_) => File::create_new(path).and_then(|_| fs::rename(part, path)),
    }
}

/// Writes these files in one pass over the board, and returns the paths that they have until they get their names.
fn write_group(
    (board, source): (&Path, &File),
    options: &Options,
    report: &Report,
    (bundles, paths): (&[Bundle], &[PathBuf]),
    created: &mut Vec<PathBuf>,
) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    let mut parts = Vec::new();
    for (bundle, path) in bundles.iter().zip(paths) {
        let (file, part) = create_part(path).map_err(refused(path))?;
        created.push(part.clone());
        parts.push(part);
        files.push((bundle.clone(), BufWriter::new(file)));
    }
    evidence::export(source, options, report, &mut files).map_err(|error| match error {
        EvidenceError::Write { file, source } => match paths.get(file) {
            Some(path) => refused(path)(source).into(),
            None => CliError::from(source),
        },
        EvidenceError::Board(error) => CliError::board(board, error),
        error => CliError::malformed(board, error),
    })?;
    Ok(parts)
}

fn refused(path: &Path) -> impl FnOnce(io::Error) -> EvidenceFilesError + '_ {
    move |source| EvidenceFilesError::Write {
        file: path.to_path_buf(),
        source,
    }
}

/// Says which faults each file shows. Standard output holds the report alone.
fn say(bundles: &[Bundle], paths: &[PathBuf]) {
    let mut text = String::new();
    for (bundle, path) in bundles.iter().zip(paths) {
        let numbers: Vec<_> = bundle.faults.iter().map(usize::to_string).collect();
        let faults = match numbers.len() {
            1 => "fault",
            _ => "faults",
        };
        let (numbers, path) = (numbers.join(", "), Foreign::path(path));
        // Writing to a text cannot fail.
        let _ = writeln!(text, "evidence of {faults} {numbers}: {path}");
    }
    if bundles.is_empty() {
        text += "the audit names nobody, so there is no evidence to write\n";
    }
    // If standard error cannot be written, the files are there nevertheless.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// The name of the file for a bundle, with the number of its first fault.
fn name(bundle: &Bundle) -> String {
    let culprit = bundle.culprit.to_string().replace(' ', "-");
    let number = bundle.faults.first().copied().unwrap_or_default();
    format!("fault-{number:02}-{culprit}-{}.evidence", bundle.check)
}
