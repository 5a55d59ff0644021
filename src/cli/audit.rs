//! `veragg audit`: audits the board in a file.

use std::collections::BTreeSet;
use std::io::{Read, Seek};
use std::path::Path;

use veragg::circuits::foreign::Foreign;
use veragg::verifier::{audit, AuditError, Check, GivenError, Options, Report};
use veragg::ClientNames;

use super::aggregate::Aggregate;
use super::error::CliError;
use super::names::{self, Named};
use super::progress::Watched;
use super::{evidence_files, files, key, output, set_up_files, AuditArgs, AuditorArgs, Format};

/// Runs the command. The verdict gives the exit code.
pub(super) fn run(args: &AuditArgs, format: Format) -> Result<u8, CliError> {
    let board = &args.auditor.board;
    let options = options(&args.auditor)?;
    let names = names(&args.auditor, &options)?;
    let report = audit_watched(board, &options)?;
    let named = Named {
        result: &report,
        names: names.as_ref(),
    };
    output::print(format, &named, &named)?;
    if let Some(folder) = &args.evidence {
        evidence_files::write(board, &options, &report, folder)?;
    }
    Ok(report.verdict.exit_code())
}

/// What the auditor has, read from files.
pub(super) fn options(args: &AuditorArgs) -> Result<Options, CliError> {
    let mut options = Options {
        organiser: args.organiser.as_deref().map(key::organiser).transpose()?,
        any_organiser: args.any_organiser,
        receipts: args
            .receipts
            .iter()
            .map(|path| files::receipt(path))
            .collect::<Result<_, _>>()?,
        messages: args
            .messages
            .iter()
            .map(|path| files::message(path))
            .collect::<Result<_, _>>()?,
        set_up: args.setup.as_deref().map(set_up_files::bytes).transpose()?,
        contributors: args
            .contributors
            .iter()
            .map(|given| key::contributor(given))
            .collect::<Result<_, _>>()?,
        skip: checks_to_skip(&args.skip)?,
        ..Options::default()
    };
    let board = files::open_board(&args.board)?;
    let configuration = &board.configuration;
    for path in &args.checkpoints {
        let checkpoint = files::checkpoint(path, configuration)?;
        options.checkpoints.push(checkpoint);
    }
    if let Some(path) = &args.aggregate {
        let aggregate = Aggregate::load(path, configuration)?;
        options.aggregate = Some(aggregate.sums());
        options.metadata = Some(aggregate.metadata());
    }
    Ok(options)
}

/// The names of the clients, if the auditor has them.
pub(super) fn names(
    args: &AuditorArgs,
    options: &Options,
) -> Result<Option<ClientNames>, CliError> {
    let Some(path) = &args.names else {
        return Ok(None);
    };
    let board = files::open_board(&args.board)?;
    let signed = &board.header.configuration;
    let organiser = options.organiser.unwrap_or(signed.organiser);
    let clients = board.configuration.clients();
    names::load(path, clients, &signed.context().digest, &organiser).map(Some)
}

/// Audits the board in a file.
pub(super) fn audit_file(path: &Path, options: &Options) -> Result<Report, CliError> {
    let (file, _) = files::open(path, "a board")?;
    audit_source(path, file, options)
}

/// The same. On a terminal a bar shows how far the audit is.
pub(super) fn audit_watched(path: &Path, options: &Options) -> Result<Report, CliError> {
    let (file, length) = files::open(path, "a board")?;
    audit_source(path, Watched::new(file, length), options)
}

fn audit_source(
    path: &Path,
    source: impl Read + Seek,
    options: &Options,
) -> Result<Report, CliError> {
    audit(source, options).map_err(|error| match error {
        AuditError::Board(error) => CliError::board(path, error),
        AuditError::Skip(_) => CliError::Usage(error.to_string()),
        AuditError::Given(GivenError::OtherProtocol | GivenError::TooMany { .. }) => {
            CliError::Usage(format!("--message: {error}"))
        }
        // Any other error is about the bytes of the file.
        error => CliError::malformed(path, error),
    })
}

/// The checks of these ids; `V-07` stands for all whose ids begin with `V-07.`.
fn checks_to_skip(ids: &[String]) -> Result<BTreeSet<Check>, CliError> {
    let mut skip = BTreeSet::new();
    for id in ids {
        let parts = format!("{id}.");
        let named: Vec<Check> = Check::ALL
            .iter()
            .copied()
            .filter(|check| check.id() == id || check.id().starts_with(&parts))
            .collect();
        let problem = if named.is_empty() {
            "is not a check"
        } else if !named.iter().all(|check| check.can_be_skipped()) {
            "cannot be skipped, since every later check relies on it"
        } else {
            skip.extend(named);
            continue;
        };
        let possible: Vec<_> = Check::ALL
            .iter()
            .filter(|check| check.can_be_skipped())
            .map(|check| check.id())
            .collect();
        let possible = possible.join(", ");
        let id = Foreign::new(id);
        return Err(CliError::Usage(format!(
            "--skip {id}: {id} {problem}; choose among {possible} (V-07 means all its parts)"
        )));
    }
    Ok(skip)
}
