//! `veragg explain`: explains in plain words what a board shows about one client, or about one fault.

use std::fmt::{self, Write};

use serde::Serialize;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::crypto::signing::VerifyingKey;
use veragg::protocol::pairwise::publish::Outcome;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::report::ClientTimeline;
use veragg::verifier::{Check, Culprit, Fault, Options, Report, Status, Verdict};

use super::audit::audit_file;
use super::error::CliError;
use super::fault::ExplainedFault;
use super::{files, output, ExplainArgs, Format};

/// Runs the command. The verdict on the whole board gives the exit code.
pub(super) fn run(args: &ExplainArgs, format: Format) -> Result<u8, CliError> {
    let organiser = args
        .organiser
        .as_deref()
        .map(files::organiser)
        .transpose()?;
    let clients = files::open_board(&args.board)?.configuration.clients();
    let Some(number) = args.client else {
        return run_fault(args, organiser, format);
    };
    let client = ClientId::new(number).filter(|client| client.number() <= clients);
    let Some(client) = client else {
        return Err(CliError::Usage(format!(
            "--client {number}: this board has no such client; give a number from 1 to {clients}",
        )));
    };
    let options = Options {
        organiser,
        follow: Some(client),
        ..Options::default()
    };
    let report = audit_file(&args.board, &options)?;
    let explained = Explained::new(&report, client);
    output::print(format, &explained, &explained)?;
    Ok(report.verdict.exit_code())
}

/// Explains one fault of the report.
fn run_fault(
    args: &ExplainArgs,
    organiser: Option<VerifyingKey>,
    format: Format,
) -> Result<u8, CliError> {
    let options = Options {
        organiser,
        ..Options::default()
    };
    let report = audit_file(&args.board, &options)?;
    let number = args.fault.unwrap_or_default();
    let fault = number.checked_sub(1).and_then(|at| report.faults.get(at));
    let Some(fault) = fault else {
        let advice = match report.faults.len() {
            0 => "the audit of this board finds none".to_owned(),
            faults => {
                format!("give a number from 1 to {faults}, as in the report of `veragg audit`")
            }
        };
        return Err(CliError::Usage(format!(
            "--fault {number}: no such fault; {advice}"
        )));
    };
    let explained = ExplainedFault::new(Some(number), fault);
    output::print(format, &explained, &explained)?;
    Ok(report.verdict.exit_code())
}

/// Everything that is explained about a client.
#[derive(Serialize)]
struct Explained<'a> {
    client: u32,
    clients: u32,
    organiser_given: bool,
    verdict: Verdict,
    timeline: Option<&'a ClientTimeline>,
    in_words: String,
    checks: Vec<ClientCheck>,
    faults: Vec<&'a Fault>,
}

/// What a check found about the client.
#[derive(Serialize)]
struct ClientCheck {
    id: &'static str,
    what: &'static str,
    found: &'static str,
}

impl<'a> Explained<'a> {
    fn new(report: &'a Report, client: ClientId) -> Self {
        let timeline = report.timeline.as_ref();
        let faults: Vec<_> = report
            .faults
            .iter()
            .filter(|fault| fault.culprit == Culprit::Client(client))
            .collect();
        let spoke = |phase: Phase| {
            timeline.is_some_and(|timeline| timeline.messages.iter().any(|m| m.phase == phase))
        };
        let checks = Check::ALL
            .iter()
            .filter_map(|&check| {
                let (phases, what) = concerns(check)?;
                let found = found(report, check, &faults);
                phases.iter().any(|&phase| spoke(phase)).then_some({
                    let id = check.id();
                    ClientCheck { id, what, found }
                })
            })
            .collect();
        Self {
            client: client.number(),
            clients: report.round.as_ref().map_or(0, |round| round.clients),
            organiser_given: report.organiser.given,
            verdict: report.verdict,
            timeline,
            in_words: timeline.map_or_else(
                || "The configuration or the roster of the board is refused, so nothing is known about the client.".to_owned(),
                |timeline| in_words(timeline, report.verdict),
            ),
            checks,
            faults,
        }
    }
}

/// The phases whose messages a check is about, and what it requires of them. `None` for checks that are not
/// about the messages of a single client.
fn concerns(check: Check) -> Option<(&'static [Phase], &'static str)> {
    Some(match check {
        Check::Messages => (&Phase::ALL, "each message is signed by it, and was sent in its phase"),
        Check::SetUp => (
            &[Phase::Advertise, Phase::Share, Phase::Confirm],
            "it knows the secrets of its keys, its shares have the right form, and no complaint about it or by it counts against it",
        ),
        Check::InputCommitments => (&[Phase::Submit], "its proof and its commitments have the right form"),
        Check::InputRange => (
            &[Phase::Submit],
            "each number of its input is within its bound",
        ),
        Check::InputNorm => (&[Phase::Submit], "the norm of its input is within its bound"),
        Check::InputSum => (&[Phase::Submit], "the sum over its input is the one that is allowed"),
        Check::RowLinks => (
            &[Phase::Attest],
            "its masked vector is its committed input plus its masks",
        ),
        Check::Disputes => (
            &[Phase::Attest, Phase::Dispute],
            "what it attested about its edges agrees with the edges that were opened",
        ),
        Check::Acknowledgements => (
            &[Phase::Acknowledge],
            "it agreed to the list of contributors",
        ),
        Check::Unmasking => (
            &[Phase::Attest, Phase::Unmask(0)],
            "the shares that it revealed are those that it was dealt, and what it attested about its masks is true",
        ),
        Check::Configuration
        | Check::Roster
        | Check::Chain
        | Check::Graph
        | Check::Edges
        | Check::Contributors
        | Check::Opening
        | Check::Aggregate
        | Check::Receipts
        | Check::TrustedSetUp => return None,
        // A later check has no words here yet.
        _ => (&Phase::ALL, check.title()),
    })
}

fn found(report: &Report, check: Check, faults: &[&Fault]) -> &'static str {
    if faults.iter().any(|fault| fault.check == check) {
        return "A FAULT, see below";
    }
    match report.status(check) {
        Some(Status::Passed { .. } | Status::PassedWithFaults { .. }) => "nothing wrong",
        Some(Status::Failed { .. }) => {
            "the check failed for this board, but does not name this client"
        }
        Some(Status::Skipped) => "skipped on request",
        Some(Status::NotApplicable { .. }) | None => "nothing to check in this round",
    }
}

fn in_words(timeline: &ClientTimeline, verdict: Verdict) -> String {
    if verdict == Verdict::Failed {
        return format!(
            "The outcome of the client that follows from the board is: {}. But the audit of the board FAILED, so do not rely on it.",
            timeline.outcome
        );
    }
    if timeline.contributed {
        let mut words = "Its input is in the sum. Nobody can read the input from the board: only the sum of all contributors was opened.".to_owned();
        let last = timeline.messages.last().map(|message| message.phase);
        if last != Some(Phase::Unmask(0)) {
            words += " It sent no message in the last phase. That does not matter: after it had attested its input, its neighbours could finish without it.";
        }
        return words;
    }
    let outcome = Phase::ALL
        .into_iter()
        .flat_map(|phase| [Outcome::Dropped(phase), Outcome::Faulty(phase)])
        .chain([Outcome::Isolated])
        .find(|outcome| outcome.to_string() == timeline.outcome);
    match outcome {
        Some(Outcome::Dropped(Phase::Dispute)) => "Its input is not in the sum: it and a neighbour attested different commitments about the edge between them, and neither opened the edge. Nobody can know which of the two attested falsely, so neither is accused.".to_owned(),
        Some(Outcome::Dropped(phase)) => format!(
            "Its input is not in the sum: in the phase `{phase}` the board holds no message of it. That is no accusation: its connection may have failed, or the aggregator may have left it out. If the client has a receipt for the missing message, `veragg audit --receipt FILE` shows that the aggregator left it out."
        ),
        Some(Outcome::Faulty(phase)) => format!(
            "Its input is not in the sum: in the phase `{phase}` the board shows that it broke the rules, so it is excluded. The faults below say how it broke them, and anybody can check them."
        ),
        Some(Outcome::Isolated) => "Its input is not in the sum: too few of its neighbours confirmed their shares, so its secrets could not be reconstructed later. It did nothing wrong.".to_owned(),
        Some(Outcome::Contributed) | None => {
            "The board ends before it is decided whether its input is in the sum.".to_owned()
        }
    }
}

/// What a client sends in a phase.
fn meaning(phase: Phase) -> &'static str {
    match phase {
        Phase::Advertise => "its keys for this round",
        Phase::Share => "the shares of its secrets, encrypted for its neighbours",
        Phase::Confirm => {
            "its answer to the shares that it received: it confirms them, or complains"
        }
        Phase::Submit => "its masked input, with a proof that the input is within its bounds",
        Phase::Attest => "its proof that its masked vector is its committed input plus its masks",
        Phase::Dispute => {
            "the edges that it opened, because the other end attested other commitments"
        }
        Phase::Acknowledge => "its signature on the list of contributors",
        Phase::Unmask(_) => "its shares that remove the masks from the sum",
        Phase::Publish => "",
    }
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.organiser_given {
            writeln!(f, "WARNING: no organiser's key was given, so anybody may have made this whole board. Give the key with --organiser.\n")?;
        }
        writeln!(f, "client {} of {}", self.client, self.clients)?;
        writeln!(f, "\n{}", self.in_words)?;
        let messages = self.timeline.map_or(&[][..], |timeline| &timeline.messages);
        writeln!(f, "\nmessages on the board")?;
        let mut lines = String::new();
        for message in messages {
            let bytes = output::bytes(message.bytes);
            let phase = message.phase.name();
            let meaning = meaning(message.phase);
            writeln!(
                lines,
                "  {phase:<12}leaf {:<6}{bytes:>10}  {meaning}",
                message.leaf
            )?;
        }
        if lines.is_empty() {
            lines.push_str("  none\n");
        }
        f.write_str(&lines)?;
        if !self.checks.is_empty() {
            writeln!(f, "\nwhat was checked about it")?;
            for check in &self.checks {
                writeln!(f, "  {:<7} {}: {}", check.id, check.what, check.found)?;
            }
        }
        if self.faults.is_empty() {
            writeln!(f, "\nfaults: none")?;
        } else {
            writeln!(f, "\nfaults")?;
            for fault in &self.faults {
                let (check, what, leaves) = (fault.check, &fault.what, &fault.evidence);
                writeln!(f, "  {check}: {what} (evidence: leaves {leaves:?})")?;
            }
        }
        writeln!(f, "\nverdict on the whole board: {}", self.verdict)
    }
}
