//! What a board shows about one trustee.

use std::fmt;

use serde::Serialize;
use veragg::circuits::foreign::Foreign;
use veragg::protocol::crypto::ids::TrusteeId;
use veragg::verifier::report::TrusteeReport;
use veragg::verifier::{Culprit, Options, Report, Verdict};
use veragg::ClientNames;

use super::{NumberedFault, Origin, NO_KEY};
use crate::cli::audit::audit_watched;
use crate::cli::error::CliError;
use crate::cli::failed;
use crate::cli::names::Named;
use crate::cli::{output, ExplainArgs, Format};

/// Explains one trustee of the board.
pub(super) fn run(
    args: &ExplainArgs,
    number: u64,
    options: &Options,
    names: Option<&ClientNames>,
    format: Format,
) -> Result<u8, CliError> {
    let report = audit_watched(&args.auditor.board, options)?;
    let trustees = &report.trustees;
    let found = u32::try_from(number).ok();
    let found = found.and_then(|number| trustees.iter().find(|it| it.trustee == number));
    let Some(trustee) = found else {
        let advice = match trustees.len() {
            0 => match report.refused() {
                Some(why) => {
                    let why = Foreign::message(&why).at_most(usize::MAX).to_string();
                    format!("the round is refused: {why}")
                }
                None => "it has none, since the round is of the pairwise protocol".to_owned(),
            },
            count => format!("give a number from 1 to {count}"),
        };
        return Err(CliError::Usage(format!(
            "--trustee {number}: this board has no such trustee; {advice}"
        )));
    };
    let explained = Explained::new(&report, trustee);
    let named = Named {
        result: &explained,
        names,
    };
    output::print(format, &named, &named)?;
    Ok(report.verdict.exit_code())
}

/// Everything that is explained about a trustee.
#[derive(Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    origin: Origin<'a>,
    verdict: Verdict,
    trustee: &'a TrusteeReport,
    trustees: usize,
    in_words: Vec<String>,
    /// The faults that name it.
    faults: Vec<NumberedFault<'a>>,
}

impl<'a> Explained<'a> {
    fn new(report: &'a Report, trustee: &'a TrusteeReport) -> Self {
        let culprit = TrusteeId::new(trustee.trustee).map(Culprit::Trustee);
        let numbered = (1..).zip(&report.faults);
        let own = numbered.filter(|(_, fault)| Some(fault.culprit) == culprit);
        let faults: Vec<_> = own
            .map(|(number, fault)| NumberedFault { number, fault })
            .collect();
        Self {
            origin: Origin::of(report),
            verdict: report.verdict,
            trustee,
            trustees: report.trustees.len(),
            in_words: story(report, trustee, faults.len()),
            faults,
        }
    }
}

/// What the trustee has done, in plain words.
fn story(report: &Report, trustee: &TrusteeReport, faults: usize) -> Vec<String> {
    let number = trustee.trustee;
    let TrusteeReport {
        checked,
        confirmed,
        opened,
        ..
    } = *trustee;
    let mut words = vec![match (checked, confirmed, opened) {
        (false, ..) => format!("Trustee {number} said nothing in this round. That is no accusation: it may have been absent, or the aggregator may not have shown it the messages. The others were enough, if the sum is published."),
        (true, false, _) => format!("Trustee {number} checked the messages of the clients, and did not confirm the list of contributors. That is no accusation: it may have been absent, or have refused the list."),
        (true, true, false) => format!("Trustee {number} checked the messages of the clients and confirmed the list of contributors. No opening of it counts."),
        (true, true, true) => format!("Trustee {number} checked the messages of the clients, confirmed the list of contributors, and opened the sum of its pads. The opening holds: it is the sum of what the clients committed to."),
    }];
    words.push("With its pads a trustee sees no input. Only if more trustees than the configuration allows for colluded with the aggregator could they read one.".to_owned());
    if faults > 0 {
        words.push(format!(
            "Trustee {number} broke a rule. Each fault below rests on its own signature, and anybody can check it."
        ));
    }
    words.extend(failed::in_words(report));
    words
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.origin.organiser.given {
            writeln!(f, "{NO_KEY}")?;
        }
        let key = Foreign::new(&self.trustee.key);
        let number = self.trustee.trustee;
        writeln!(f, "trustee {number} of {}, key {key}", self.trustees)?;
        for paragraph in &self.in_words {
            writeln!(f, "\n{paragraph}")?;
        }
        if self.faults.is_empty() {
            writeln!(f, "\nfaults that name it: none")?;
        } else {
            writeln!(
                f,
                "\nfaults that name it (`veragg explain BOARD --fault N` explains one)"
            )?;
            for NumberedFault { number, fault } in &self.faults {
                writeln!(f, "  {number}. {fault}")?;
            }
        }
        write!(f, "{}", self.origin)?;
        writeln!(f, "verdict on the whole board: {}", self.verdict)
    }
}
