//! `veragg evidence`: checks a file of evidence.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::protocol::crypto::signing::{unhex, VerifyingKey};
use veragg::protocol::round::parameters::MAX_CLIENTS;
use veragg::protocol::wire::board::BoardError;
use veragg::verifier::evidence::{self, Confirmed, EvidenceError};
use veragg::verifier::{Culprit, Program};
use veragg::ClientNames;

use super::error::CliError;
use super::fault::{article, ExplainedFault};
use super::kind::Kind;
use super::names::{self, Named};
use super::progress::Watched;
use super::{files, key, output, EvidenceArgs, Format};

const WHAT: &str = "a file of evidence";

/// Checks a file of evidence. The exit code is 0 if the file shows what it claims, else 1.
pub(super) fn run(args: &EvidenceArgs, format: Format) -> Result<u8, CliError> {
    let organiser = key::organiser(&args.organiser)?;
    let path = &args.file;
    let (file, length) = files::open(path, WHAT)?;
    let checked = evidence::check(Watched::new(file, length), &organiser);
    let confirmed = checked.map_err(problem(path))?;
    let faults: Vec<_> = confirmed
        .faults
        .iter()
        .map(|fault| ExplainedFault::new(None, fault))
        .collect();
    let checked = Checked {
        culprit: confirmed.claim.culprit,
        check: confirmed.claim.check.id(),
        program: &confirmed.program,
        board: &confirmed.board,
        context: confirmed.context.as_deref(),
        refused: confirmed.refused.as_deref(),
        holds: !faults.is_empty(),
        faults,
    };
    let names = names(args, &organiser, &confirmed)?;
    let named = Named {
        result: &checked,
        names: names.as_ref(),
    };
    output::print(format, &named, &named)?;
    Ok(u8::from(!checked.holds))
}

/// The names of the clients of the round that the evidence is about, if they are given.
fn names(
    args: &EvidenceArgs,
    organiser: &VerifyingKey,
    confirmed: &Confirmed,
) -> Result<Option<ClientNames>, CliError> {
    let context = confirmed.context.as_deref().and_then(unhex);
    match (&args.names, context.and_then(|bytes| bytes.try_into().ok())) {
        (Some(path), Some(context)) => {
            names::load(path, MAX_CLIENTS, &context, organiser).map(Some)
        }
        // Of a round that is refused there are no names.
        _ => Ok(None),
    }
}

/// The error that this file of evidence is refused or cannot be read.
fn problem(path: &Path) -> impl FnOnce(EvidenceError) -> CliError + '_ {
    move |error| {
        match error {
        EvidenceError::Magic => files::other_kind(path, Kind::Evidence, WHAT),
        EvidenceError::Head(error) => CliError::damaged(path, "the claim at the beginning of the evidence", error),
        EvidenceError::Board(BoardError::Magic) => CliError::malformed(
            path,
            "no board follows the claim at the beginning of the evidence: the file is damaged or cut short; get another copy of it",
        ),
        EvidenceError::Board(error) => CliError::board(path, error),
        EvidenceError::Io(source) => CliError::read(path)(source),
        error => CliError::malformed(path, error),
    }
    }
}

/// The result of checking a file of evidence.
#[derive(Serialize)]
struct Checked<'a> {
    culprit: Culprit,
    check: &'static str,
    program: &'a Program,
    /// The digest of the part of the board that the file holds.
    board: &'a str,
    context: Option<&'a str>,
    /// Why the round is refused, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a str>,
    holds: bool,
    faults: Vec<ExplainedFault<'a>>,
}

impl fmt::Display for Checked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (culprit, check) = (self.culprit, self.check);
        let the = article(culprit);
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        if let Some(context) = self.context {
            writeln!(f, "round      {context}")?;
        }
        writeln!(f, "board      {}, as far as this file holds it", self.board)?;
        writeln!(f, "checked by {}", self.program)?;
        if self.holds {
            writeln!(
                f,
                "SHOWN: {the}{culprit} broke the rules, as {check} finds."
            )
        } else {
            if let Some(refused) = self.refused {
                writeln!(
                    f,
                    "\nThe round is refused: {}.",
                    Foreign::message(refused).at_most(usize::MAX)
                )?;
            }
            writeln!(f, "NOT SHOWN: this file does not show a fault of {the}{culprit} under {check} in a round of this organiser.")
        }
    }
}
