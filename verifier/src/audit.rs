//! The audit: enters the round, reads the board in one pass, and concludes (`specs/audit.md` 2 to 4).

use std::collections::BTreeSet;
use std::io::{BufReader, Read, Seek};

use thiserror::Error;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::circuits::with_suite;
use veragg_protocol::committee::round::Round as CommitteeRound;
use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::hash::{digest, Digest};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::labels;
use veragg_protocol::crypto::signing::{hex, VerifyingKey};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::protocol::Dialect;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::round::{Round, RoundError};
use veragg_protocol::wire::board::{BoardError, RecordKind, Records, PIECE_LEN};
use veragg_protocol::wire::header::Header;

use crate::check::Check;
use crate::checks;
use crate::committee;
use crate::findings::{Finding, Findings};
use crate::given::{Given, GivenError};
use crate::options::Options;
use crate::pairwise;
use crate::passed::Passed;
use crate::program::Program;
use crate::report::{
    Absent, ClientTimeline, Culprit, OrganiserReport, ProtocolReport, Report, RoundReport, Status,
    Verdict,
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
    /// A message that the auditor was given is none, or there are too many.
    #[error(transparent)]
    Given(#[from] GivenError),
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
    let signed = &header.configuration;
    let dialect = Configuration::decode(&signed.bytes)
        .map_err(BoardError::Header)?
        .dialect();
    let given = Given::decode(&options.messages, &dialect)?;
    let header_len = header.encode().len();
    let mut findings = findings_of(&dialect, options);
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
        trustees: Vec::new(),
        timeline: None,
    };
    let records = Records::new(board, header_len, 0)
        .of_board_at(start)
        .of(&dialect);
    let last = match enter(&header, &organiser, options, &mut findings) {
        Err(by) => refused(&mut report, findings, records, &header, by)?,
        Ok((configuration, roster)) => with_suite!(configuration.suite, P => {
            let entered = Entered { header: &header, organiser, options, given: &given };
            if dialect.is_committee {
                audit_committee::<P>(&entered, configuration, &roster, records, findings, &mut report)?
            } else {
                audit_pairwise::<P>(&entered, configuration, roster, records, findings, &mut report)?
            }
        }),
    };
    report.board = hex(&digest(labels::BOARD, &[&header.encode(), &last]));
    Ok(report)
}

/// Nothing was found yet, of a round of this protocol.
fn findings_of(dialect: &Dialect, options: &Options) -> Findings {
    let (checks, first, together) = match dialect.is_committee {
        true => (Check::COMMITTEE, Phase::Submit, TOGETHER_IN_COMMITTEE),
        false => (Check::PAIRWISE, Phase::Advertise, TOGETHER_IN_PAIRWISE),
    };
    let skip = with_parts(&options.skip, together);
    Findings::new(checks, first, skip, options.follow)
}

/// V-01.1 to V-01.3, V-02 and V-15: the configuration and the roster; or the check that ends the audit.
fn enter(
    header: &Header,
    organiser: &VerifyingKey,
    options: &Options,
    findings: &mut Findings,
) -> Result<(Configuration, Roster), Check> {
    let given = options.organiser.is_some();
    let signed = &header.configuration;
    let configuration = checks::configuration::check(signed, organiser, given, findings);
    let configuration = configuration.ok_or(Check::Configuration)?;
    let roster = checks::roster::check(&configuration, organiser, &header.roster, given, findings);
    let Some(roster) = roster else {
        let part = "V-01.4, whether the suite takes the statement, since V-02 failed";
        findings.skipped_part(Check::Configuration, part);
        return Err(Check::Roster);
    };
    if let Some(committee) = configuration.committee() {
        if !checks::committee::check(&configuration, committee, organiser, given, findings) {
            let part = "V-01.4, whether the suite takes the statement, since V-15 failed";
            findings.skipped_part(Check::Configuration, part);
            return Err(Check::Committee);
        }
    }
    Ok((configuration, roster))
}

/// What is known when the round is entered.
struct Entered<'a> {
    header: &'a Header,
    organiser: VerifyingKey,
    options: &'a Options,
    given: &'a Given,
}

impl Entered<'_> {
    /// V-01.4: records why the round cannot be assembled.
    fn record_refusal(&self, error: &RoundError, findings: &mut Findings) {
        // Anybody can put another key into the file.
        let signed = *error != RoundError::OtherKey;
        let given = self.options.organiser.filter(|_| signed);
        let culprit = given.map(|_| Culprit::Organiser);
        let finding = Finding::failure(Step::SuiteAndGraph, error.to_string());
        findings.record(finding.by(culprit).by_signature());
    }
}

/// Audits a board of the pairwise protocol. Returns the digest of the last checkpoint.
fn audit_pairwise<P: ProofSystem>(
    entered: &Entered<'_>,
    configuration: Configuration,
    roster: Roster,
    records: Records<impl Read + Seek>,
    mut findings: Findings,
    report: &mut Report,
) -> Result<Digest, BoardError> {
    let Entered {
        header, options, ..
    } = *entered;
    let context = header.context();
    let round = match Round::<P>::assemble(None, configuration, context, roster, &header.key) {
        Ok(round) => round,
        Err(error) => {
            entered.record_refusal(&error, &mut findings);
            return refused(report, findings, records, header, Check::Configuration);
        }
    };
    let masking = round.pairwise().masking;
    let protocol = ProtocolReport::Pairwise {
        degree: masking.degree,
        threshold: masking.threshold,
    };
    let coordinates = round.layout().coordinates();
    report.round = Some(describe(
        &context,
        round.configuration(),
        protocol,
        coordinates,
    ));
    pairwise::checks::graph::check(&round, &mut findings);
    checks::trusted_set_up::check::<P>(&header.key, options, &mut findings);
    let records = records.up_to(round.longest_record());
    let passed = pairwise::Pass::new(&round, options, findings).run(records)?;
    Ok(concluded(report, passed, options))
}

/// Audits a board of the committee protocol. Returns the digest of the last checkpoint.
fn audit_committee<P: ProofSystem>(
    entered: &Entered<'_>,
    configuration: Configuration,
    roster: &Roster,
    records: Records<impl Read + Seek>,
    mut findings: Findings,
    report: &mut Report,
) -> Result<Digest, BoardError> {
    let Entered {
        header, options, ..
    } = *entered;
    let (context, organiser) = (header.context(), entered.organiser);
    let key = &header.key;
    let round = CommitteeRound::<P>::assemble(None, configuration, context, organiser, key);
    let round = match round {
        Ok(round) => round,
        Err(error) => {
            entered.record_refusal(&error, &mut findings);
            return refused(report, findings, records, header, Check::Configuration);
        }
    };
    let shape = round.shape();
    let protocol = ProtocolReport::Committee {
        trustees: shape.trustees(),
        colluding: shape.colluding(),
        packed: shape.packed(),
        needed: shape.needed(),
    };
    let coordinates = round.layout().coordinates();
    report.round = Some(describe(
        &context,
        round.configuration(),
        protocol,
        coordinates,
    ));
    checks::trusted_set_up::check::<P>(key, options, &mut findings);
    let records = records.up_to(round.longest_record());
    let passed = committee::Pass::new(&round, roster, options, entered.given, findings);
    let passed = passed.run(records)?;
    Ok(concluded(report, passed, options))
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

/// Checks of the pairwise protocol that are decided together: one proof decides the parts of V-07, and one list follows from
/// V-08.A to V-08.C.
const TOGETHER_IN_PAIRWISE: &[&[Check]] = &[
    &[
        Check::InputCommitments,
        Check::InputRange,
        Check::InputNorm,
        Check::InputSum,
    ],
    &[Check::RowLinks, Check::Edges, Check::Disputes],
];

/// Checks of the committee protocol that are decided together.
const TOGETHER_IN_COMMITTEE: &[&[Check]] = &[&[
    Check::InputCommitments,
    Check::InputRange,
    Check::InputNorm,
    Check::InputSum,
    Check::Sharing,
]];

/// The checks to skip, with all those that are decided together with one of them. None of these may count as
/// passed.
fn with_parts(skip: &BTreeSet<Check>, together: &[&'static [Check]]) -> BTreeSet<Check> {
    let skipped = together
        .iter()
        .filter(|parts| parts.iter().any(|part| skip.contains(part)));
    let skipped = skipped.flat_map(|parts| parts.iter());
    skip.iter().chain(skipped).copied().collect()
}

/// Completes the report with what the pass over the records comes to. Returns the digest of the last checkpoint.
fn concluded(report: &mut Report, passed: Passed, options: &Options) -> Digest {
    let Passed {
        findings,
        finished,
        clients,
        trustees,
        timeline,
        last,
    } = passed;
    report.trustees = trustees;
    for (index, outcome) in clients.iter().enumerate() {
        let client = ClientId::from_index(index);
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
    last
}

/// The settings of the round, for the report.
fn describe(
    context: &Context,
    configuration: &Configuration,
    protocol: ProtocolReport,
    coordinates: usize,
) -> RoundReport {
    RoundReport {
        context: context.to_string(),
        suite: configuration.suite,
        clients: configuration.clients(),
        protocol,
        min_contributors: configuration.min_contributors,
        coordinates,
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
