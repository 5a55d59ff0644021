//! The audit: enters the round, reads the board in one pass, and concludes (`specs/audit.md` 2 to 4).

use std::collections::BTreeSet;
use std::io::{BufReader, Read, Seek};

use thiserror::Error;
use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::circuits::with_suite;
use veragg_protocol::crypto::hash::{digest, Digest};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::labels;
use veragg_protocol::crypto::signing::hex;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::{Round, RoundError};
use veragg_protocol::wire::board::{BoardError, RecordKind, Records, PIECE_LEN};
use veragg_protocol::wire::header::Header;

use crate::check::Check;
use crate::checks;
use crate::findings::{Finding, Findings};
use crate::options::Options;
use crate::pass::{Outcomes, Pass};
use crate::program::Program;
use crate::report::{
    Absent, ClientTimeline, Culprit, OrganiserReport, Report, RoundReport, Status, Verdict,
};
use crate::step::Step;

/// Why an audit gives no report.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The bytes are not a board, end inside a record, or cannot be read.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The options skip a check that cannot be skipped.
    #[error("{0} cannot be skipped, since every later check relies on it; remove it from the checks to skip")]
    Skip(Check),
}

/// Audits a board.
///
/// The time is about that of verifying every proof and attestation, and of two hashes over every byte. The
/// memory does not grow with the length of the masked vectors: it holds the header, one batch of proofs, a
/// piece of 64 KiB, and for each client its row commitments, about 1 KiB, and 130 bytes a neighbour
/// (`specs/audit.md` 5). The source must not change while it is read, since parts of it are read twice.
///
/// ```
/// use std::io::Cursor;
///
/// use veragg_verifier::{audit, AuditError, Options};
///
/// // Bytes that are not a board give an error. A board gives a report, whatever is wrong in it.
/// let result = audit(Cursor::new(b"not a board"), &Options::default());
/// assert!(matches!(result, Err(AuditError::Board(_))));
/// ```
///
/// ```no_run
/// use std::fs::File;
///
/// use veragg_verifier::{audit, Options, Verdict};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let organiser = None;
/// // `organiser` is the key that the organiser published.
/// let options = Options { organiser, ..Options::default() };
/// let report = audit(File::open("round.board")?, &options)?;
/// for fault in &report.faults {
///     println!("{} broke rule {}: {}", fault.culprit, fault.rule, fault.what);
/// }
/// assert_eq!(report.verdict, Verdict::Verified);
/// # Ok(())
/// # }
/// ```
pub fn audit(mut board: impl Read + Seek, options: &Options) -> Result<Report, AuditError> {
    audit_source(&mut board, options)
}

/// The source of the bytes of a board. It is used through a pointer, so that the audit is compiled once, here,
/// and not again for each kind of source.
trait Source: Read + Seek {}

impl<R: Read + Seek> Source for R {}

fn audit_source(board: &mut dyn Source, options: &Options) -> Result<Report, AuditError> {
    if let Some(check) = options.skip.iter().find(|check| !check.can_be_skipped()) {
        return Err(AuditError::Skip(*check));
    }
    let mut board = BufReader::with_capacity(PIECE_LEN, board);
    let start = board.stream_position().map_err(BoardError::from)?;
    let header = Header::read(&mut board)?;
    let configuration = Configuration::decode(&header.configuration.bytes);
    if configuration.is_ok_and(|configuration| configuration.committee().is_some()) {
        // Boards of the committee protocol are not audited yet.
        return Err(BoardError::Header(DecodeError::Value { field: "protocol" }).into());
    }
    let encoded = header.encode();
    let mut findings = Findings::new(with_parts(&options.skip), options.follow);
    let signed = &header.configuration;
    let organiser = options.organiser.unwrap_or(signed.organiser);
    let mut report = Report {
        protocol: header.context().version.number(),
        program: Program::this(),
        verdict: Verdict::Failed,
        organiser: OrganiserReport {
            key: organiser.fingerprint(),
            given: options.organiser.is_some(),
        },
        board: String::new(),
        round: None,
        checks: Vec::new(),
        faults: Vec::new(),
        contributors: Vec::new(),
        absent: Vec::new(),
        timeline: None,
    };
    let configuration = checks::configuration::check(
        signed,
        &organiser,
        options.organiser.is_some(),
        &mut findings,
    );
    let context = signed.context();
    let records = Records::new(board, encoded.len(), 0).of_board_at(start);
    let last = match configuration {
        None => refused(
            &mut report,
            findings,
            records,
            &header,
            Check::Configuration,
        )?,
        Some(configuration) => {
            let given = options.organiser.is_some();
            match checks::roster::check(
                &configuration,
                &organiser,
                &header.roster,
                given,
                &mut findings,
            ) {
                None => {
                    findings.skipped_part(
                        Check::Configuration,
                        "V-01.4, whether the suite takes the statement, since V-02 failed",
                    );
                    refused(&mut report, findings, records, &header, Check::Roster)?
                }
                Some(roster) => with_suite!(configuration.suite, P => {
                    // V-01.4
                    match Round::<P>::assemble(None, configuration, context, roster, &header.key) {
                        Err(error) => {
                            // Anybody can put another key into the file.
                            let signed = error != RoundError::OtherKey;
                            let given = options.organiser.filter(|_| signed);
                            let culprit = given.map(|_| Culprit::Organiser);
                            let finding = Finding::failure(Step::SuiteAndGraph, error.to_string());
                            findings.record(finding.by(culprit).by_signature());
                            refused(&mut report, findings, records, &header, Check::Configuration)?
                        }
                        Ok(round) => {
                            audit_round(&round, &header.key, records, options, findings, &mut report)?
                        }
                    }
                }),
            }
        }
    };
    report.board = hex(&digest(labels::BOARD, &[&encoded, &last]));
    Ok(report)
}

/// Concludes the report on a board whose configuration or roster is refused. Returns the digest of the last
/// checkpoint, as far as the records can be read.
fn refused(
    report: &mut Report,
    findings: Findings,
    records: Records<impl Read>,
    header: &Header,
    by: Check,
) -> Result<Digest, BoardError> {
    let unreached = format!("{by} failed, and every later check relies on it");
    conclude(
        report,
        findings,
        Concluded {
            finished: false,
            any_organiser: false,
        },
        &unreached,
    );
    let mut last = header.context().digest;
    let configuration = Configuration::decode(&header.configuration.bytes);
    let configuration = configuration.map_err(BoardError::Header)?;
    let (dialect, clients) = (configuration.dialect(), configuration.clients());
    let mut records = records.up_to(usize::MAX);
    loop {
        let next = records.next_record().and_then(|record| match record {
            Some(record) if record.kind() == RecordKind::Checkpoint => {
                Ok(Some(record.checkpoint(&dialect, clients)?.ok()))
            }
            Some(record) => record.skip().map(|()| Some(None)),
            None => Ok(None),
        });
        match next {
            Ok(Some(Some(checkpoint))) => last = checkpoint.digest(),
            Ok(Some(None)) => {}
            Err(BoardError::Io(error)) => return Err(error.into()),
            // The records of a round that is refused may be anything.
            Ok(None) | Err(_) => return Ok(last),
        }
    }
}

/// Checks that are decided together: one proof decides the parts of V-07, and one list follows from V-08.A to
/// V-08.C.
const TOGETHER: [&[Check]; 2] = [
    &[
        Check::InputCommitments,
        Check::InputRange,
        Check::InputNorm,
        Check::InputSum,
    ],
    &[Check::RowLinks, Check::Edges, Check::Disputes],
];

/// The checks to skip, with all those that are decided together with one of them. None of these may count as
/// passed.
fn with_parts(skip: &BTreeSet<Check>) -> BTreeSet<Check> {
    let skipped = TOGETHER
        .into_iter()
        .filter(|parts| parts.iter().any(|part| skip.contains(part)));
    skip.iter().chain(skipped.flatten()).copied().collect()
}

/// Audits the records of a round that can be entered. Returns the digest of the last checkpoint.
fn audit_round<P: ProofSystem>(
    round: &Round<P>,
    key: &[u8],
    records: Records<impl Read + Seek>,
    options: &Options,
    mut findings: Findings,
    report: &mut Report,
) -> Result<Digest, BoardError> {
    report.round = Some(describe(round));
    checks::graph::check(round, &mut findings);
    checks::trusted_set_up::check::<P>(key, options, &mut findings);
    let records = records.up_to(round.longest_record());
    let Outcomes {
        findings,
        finished,
        clients,
        timeline,
        last,
    } = Pass::new(round, options, findings).run(records)?;
    for (client, outcome) in ClientId::all(round.clients()).zip(&clients) {
        match outcome {
            Some(Outcome::Contributed) => report.contributors.push(client.number()),
            Some(outcome) => report.absent.push(Absent {
                client: client.number(),
                outcome: outcome.to_string(),
            }),
            None => {}
        }
    }
    report.timeline = options.follow.map(|client| {
        let outcome = clients.get(client.index()).copied().flatten();
        ClientTimeline {
            client: client.number(),
            messages: timeline,
            outcome: outcome.map_or("not decided yet".to_owned(), |outcome| outcome.to_string()),
            contributed: outcome == Some(Outcome::Contributed),
            faults: Vec::new(),
        }
    });
    conclude(
        report,
        findings,
        Concluded {
            finished,
            any_organiser: options.any_organiser,
        },
        "the board ends before the data that the check needs",
    );
    Ok(last)
}

/// The settings of the round, for the report.
fn describe<P: ProofSystem>(round: &Round<P>) -> RoundReport {
    let configuration = round.configuration();
    RoundReport {
        context: round.context().to_string(),
        suite: configuration.suite,
        clients: configuration.clients(),
        degree: round.pairwise().masking.degree,
        threshold: round.pairwise().masking.threshold,
        min_contributors: configuration.min_contributors,
        coordinates: round.layout().coordinates(),
    }
}

/// What the verdict depends on besides the checks.
struct Concluded {
    /// Whether the last phase was closed.
    finished: bool,
    /// Whether the board of any organiser will do.
    any_organiser: bool,
}

/// Completes the report with the checks, the faults and the verdict (`specs/audit.md` 4.2).
fn conclude(report: &mut Report, findings: Findings, concluded: Concluded, unreached: &str) {
    let Concluded {
        finished,
        any_organiser,
    } = concluded;
    let (checks, faults, concerned) = findings.finish(unreached);
    let any = |holds: fn(&Status) -> bool| checks.iter().any(|check| holds(&check.status));
    let in_part = any(|status| matches!(status, Status::PassedInPart { .. }));
    let unvouched = checks.iter().any(|check| {
        check.id == Check::TrustedSetUp && matches!(check.status, Status::PassedInPart { .. })
    });
    report.verdict = if any(|status| matches!(status, Status::Failed { .. })) {
        Verdict::Failed
    } else if !finished {
        Verdict::Unfinished
    } else if any(|status| matches!(status, Status::Skipped))
        || in_part && !any_organiser
        || unvouched
    {
        Verdict::Incomplete
    } else {
        Verdict::Verified
    };
    report.checks = checks;
    report.faults = faults;
    if let Some(timeline) = &mut report.timeline {
        timeline.faults = concerned;
    }
}
