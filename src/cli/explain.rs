//! `veragg explain`: explains in plain words what a board shows about one client, one trustee, or one fault.

mod trustee;

use std::fmt;

use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::protocol::crypto::ids::ClientId;
use veragg::protocol::round::phase::Phase;
use veragg::verifier::report::{ClientTimeline, OrganiserReport};
use veragg::verifier::{
    Check, Culprit, Fault, Options, Program, Report, Status, Step, StepNumber, Verdict,
};
use veragg::ClientNames;

use super::audit::{self, audit_watched};
use super::error::CliError;
use super::fault::ExplainedFault;
use super::names::Named;
use super::story::{story, Given};
use super::{files, output, ExplainArgs, Format};

/// Runs the command. The verdict on the whole board gives the exit code.
pub(super) fn run(args: &ExplainArgs, format: Format) -> Result<u8, CliError> {
    let mut options = audit::options(&args.auditor)?;
    let names = audit::names(&args.auditor, &options)?;
    let names = names.as_ref();
    if let Some(number) = args.trustee {
        return trustee::run(args, number, &options, names, format);
    }
    let Some(number) = args.client else {
        return run_fault(args, &options, names, format);
    };
    let configuration = files::open_board(&args.auditor.board)?.configuration;
    let clients = configuration.clients();
    let client = u32::try_from(number).ok().and_then(ClientId::new);
    let client = client.filter(|client| client.number() <= clients);
    let Some(client) = client else {
        return Err(CliError::Usage(format!(
            "--client {number}: this board has no such client; give a number from 1 to {clients}",
        )));
    };
    options.follow = Some(client);
    let report = audit_watched(&args.auditor.board, &options)?;
    let given = Given {
        receipts: &options.receipts,
        checkpoints: &options.checkpoints,
        aggregator: configuration.aggregator,
    };
    let explained = Explained::new(&report, client, clients, given);
    let named = Named {
        result: &explained,
        names,
    };
    output::print(format, &named, &named)?;
    Ok(report.verdict.exit_code())
}

/// Explains one fault of the report.
fn run_fault(
    args: &ExplainArgs,
    options: &Options,
    names: Option<&ClientNames>,
    format: Format,
) -> Result<u8, CliError> {
    let report = audit_watched(&args.auditor.board, options)?;
    let number = args.fault.unwrap_or_default();
    let fault = number.checked_sub(1).and_then(|at| report.faults.get(at));
    let Some(fault) = fault else {
        const SAME: &str = "A fault that an audit finds with --receipt, --checkpoint or --aggregate needs the same arguments here";
        let advice = match (report.refused(), report.faults.len()) {
            (Some(refused), 0) => format!(
                "the round is refused: {}",
                Foreign::message(&refused).at_most(usize::MAX)
            ),
            (_, 0) => format!("an audit with these arguments finds none. {SAME}"),
            (_, 1) => format!("an audit with these arguments finds one, with the number 1. {SAME}"),
            (_, faults) => {
                format!("give a number from 1 to {faults}, as in the report of `veragg audit` with the same arguments. {SAME}")
            }
        };
        return Err(CliError::Usage(format!(
            "--fault {number}: no such fault; {advice}"
        )));
    };
    let explained = FaultOfBoard {
        origin: Origin::of(&report),
        verdict: report.verdict,
        fault: ExplainedFault::new(Some(number), fault),
    };
    let named = Named {
        result: &explained,
        names,
    };
    output::print(format, &named, &named)?;
    Ok(report.verdict.exit_code())
}

/// Which program has explained which board.
#[derive(Serialize)]
struct Origin<'a> {
    program: &'a Program,
    board: &'a str,
    organiser: &'a OrganiserReport,
}

impl<'a> Origin<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            program: &report.program,
            board: &report.board,
            organiser: &report.organiser,
        }
    }
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nboard      {}", self.board)?;
        writeln!(f, "audited by {}", self.program)
    }
}

/// One fault of a board.
#[derive(Serialize)]
struct FaultOfBoard<'a> {
    #[serde(flatten)]
    origin: Origin<'a>,
    /// The verdict on the whole board.
    verdict: Verdict,
    #[serde(flatten)]
    fault: ExplainedFault<'a>,
}

impl fmt::Display for FaultOfBoard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.origin.organiser.given {
            writeln!(f, "{NO_KEY}")?;
        }
        write!(f, "{}{}", self.fault, self.origin)?;
        writeln!(f, "verdict on the whole board: {}", self.verdict)
    }
}

const NO_KEY: &str = "WARNING: no organiser's key was given, so anybody may have made this whole board. Give the key with --organiser.\n";

/// Everything that is explained about a client.
#[derive(Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    origin: Origin<'a>,
    client: u32,
    clients: u32,
    verdict: Verdict,
    timeline: Option<&'a ClientTimeline>,
    in_words: Vec<String>,
    checks: Vec<ClientCheck>,
    faults: Vec<NumberedFault<'a>>,
}

/// A fault that is told in the story, with its number in the report.
#[derive(Serialize)]
struct NumberedFault<'a> {
    number: usize,
    #[serde(flatten)]
    fault: &'a Fault,
}

/// What a check found about the client.
#[derive(Serialize)]
struct ClientCheck {
    id: &'static str,
    what: &'static str,
    found: &'static str,
}

impl<'a> Explained<'a> {
    fn new(report: &'a Report, client: ClientId, clients: u32, given: Given<'_>) -> Self {
        let timeline = report.timeline.as_ref();
        let concerns = |number: usize| {
            let mut faults = timeline.iter().flat_map(|timeline| &timeline.faults);
            faults.any(|fault| fault.fault == number)
        };
        // What receipts and checkpoints show was asked for.
        let asked = |fault: &Fault| {
            let steps = [
                Step::ReceiptKept,
                Step::SameCheckpoint,
                Step::OneCheckpointShown,
            ];
            steps.map(StepNumber::from).contains(&fault.rule)
        };
        let faults: Vec<_> = (1..)
            .zip(&report.faults)
            .filter(|&(number, fault)| concerns(number) || asked(fault))
            .map(|(number, fault)| NumberedFault { number, fault })
            .collect();
        let own = |fault: &&NumberedFault<'_>| fault.fault.culprit == Culprit::Client(client);
        let own: Vec<&Fault> = faults.iter().filter(own).map(|fault| fault.fault).collect();
        let messages = timeline.map_or(&[][..], |timeline| &timeline.messages);
        let spoke = |phase: Phase| messages.iter().any(|message| message.phase == phase);
        // Messages that V-04 refuses reach no other check.
        let refused = |leaf: u64| {
            let mut faults = report.faults.iter();
            faults.any(|fault| fault.check == Check::Messages && fault.evidence.contains(&leaf))
        };
        let counts = |phase: Phase| {
            let mut sent = messages.iter();
            sent.any(|message| message.phase == phase && !refused(message.leaf))
        };
        let checks = report
            .checks
            .iter()
            .filter_map(|of| {
                let check = of.id;
                let (phases, what) = concerns_messages(check)?;
                let reached = check == Check::Messages || phases.iter().copied().any(counts);
                let found = found(report, check, &own, reached);
                phases.iter().any(|&phase| spoke(phase)).then_some({
                    let id = check.id();
                    ClientCheck { id, what, found }
                })
            })
            .collect();
        Self {
            origin: Origin::of(report),
            client: client.number(),
            clients,
            verdict: report.verdict,
            timeline,
            in_words: story(report, given),
            checks,
            faults,
        }
    }
}

/// The checks that are decided by the one proof of a submission.
const INPUT_CHECKS: [Check; 4] = [
    Check::InputCommitments,
    Check::InputRange,
    Check::InputNorm,
    Check::InputSum,
];

/// The phases whose messages a check is about, and what it requires of them. `None` for checks that are not
/// about the messages of a single client.
fn concerns_messages(check: Check) -> Option<(&'static [Phase], &'static str)> {
    Some(match check {
        Check::Sharing => (
            &[Phase::Submit],
            "it knows the secret of its submission key, its commitments to pads have the right form, and no masked row of it is shown to be bad",
        ),
        Check::Trustees => (
            &[Phase::Submit],
            "no complaint of a trustee about its pads is true",
        ),
        Check::Messages => (&Phase::PAIRWISE, "each message is signed by it, and was sent in its phase"),
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
        | Check::TrustedSetUp
        | Check::Committee
        | Check::Openings => return None,
        // A later check has no words here yet.
        _ => (&Phase::PAIRWISE, check.title()),
    })
}

/// What a check found about the client. `reached`: whether a message of the client counts for the check.
fn found(report: &Report, check: Check, faults: &[&Fault], reached: bool) -> &'static str {
    if faults.iter().any(|fault| fault.check == check) {
        return "A FAULT, see below";
    }
    let is_input = |check| INPUT_CHECKS.contains(&check);
    match report.status(check) {
        Some(Status::Skipped) => "skipped on request",
        Some(Status::NotApplicable { .. }) | None => "nothing to check in this round",
        Some(_) if !reached => "not checked: the message does not count",
        // The parts of the proof are checked in this order, up to the first that fails.
        Some(_)
            if is_input(check)
                && faults
                    .iter()
                    .any(|fault| is_input(fault.check) && fault.check < check) =>
        {
            "not checked, since an earlier part of the proof does not hold"
        }
        Some(
            Status::Passed { .. } | Status::PassedWithFaults { .. } | Status::PassedInPart { .. },
        ) => "nothing wrong",
        Some(Status::Failed { .. }) => {
            "the check failed for this board, but does not name this client"
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
        Phase::Submit => "its input, hidden, with a proof that it is within its bounds",
        Phase::Attest => "its proof that its masked vector is its committed input plus its masks",
        Phase::Dispute => {
            "the edges that it opened, because the other end attested other commitments"
        }
        Phase::Acknowledge => "its signature on the list of contributors",
        Phase::Unmask(_) => "its shares that remove the masks from the sum",
        // In these a client sends nothing.
        Phase::Check | Phase::ConfirmList | Phase::Open | Phase::Publish => "",
    }
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.origin.organiser.given {
            writeln!(f, "{NO_KEY}")?;
        }
        writeln!(f, "client {} of {}", self.client, self.clients)?;
        for paragraph in &self.in_words {
            let paragraph = Foreign::message(paragraph).at_most(usize::MAX);
            writeln!(f, "\n{paragraph}")?;
        }
        let messages = self.timeline.map_or(&[][..], |timeline| &timeline.messages);
        writeln!(f, "\nmessages on the board")?;
        if messages.is_empty() {
            writeln!(f, "  none")?;
        }
        for message in messages {
            let bytes = output::bytes(message.bytes);
            let phase = message.phase.name();
            let meaning = meaning(message.phase);
            writeln!(
                f,
                "  {phase:<12}leaf {:<6}{bytes:>10}  {meaning}",
                message.leaf
            )?;
        }
        if !self.checks.is_empty() {
            writeln!(f, "\nwhat was checked about it")?;
            for check in &self.checks {
                writeln!(f, "  {:<7} {}: {}", check.id, check.what, check.found)?;
            }
        }
        if self.faults.is_empty() {
            writeln!(f, "\nfaults that concern it: none")?;
        } else {
            writeln!(
                f,
                "\nfaults that concern it (`veragg explain BOARD --fault N` explains one)"
            )?;
            for NumberedFault { number, fault } in &self.faults {
                writeln!(f, "  {number}. {fault}")?;
            }
        }
        write!(f, "{}", self.origin)?;
        writeln!(f, "verdict on the whole board: {}", self.verdict)
    }
}
