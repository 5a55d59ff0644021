//! Writes the report as text. A report that was read may hold any text, so all of it is escaped.

use std::fmt;

use veragg_protocol::circuits::foreign::Foreign;

use crate::check::Check;
use crate::report::{CheckReport, Fault, ProtocolReport, Report, Status, TrusteeReport, Verdict};

/// The most characters of a finding that are shown. Those of the audit are shorter.
const SHOWN: usize = 2000;

/// A sentence of a report.
fn sentence(text: &str) -> Foreign<'_> {
    Foreign::message(text).at_most(SHOWN)
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Passed { records } => write!(f, "passed ({records})"),
            Status::PassedWithFaults { records, bad } => {
                write!(
                    f,
                    "passed with faults ({bad} of {records} are bad and do not count)"
                )
            }
            Status::PassedInPart { records, skipped } => {
                let skipped = sentence(skipped);
                write!(f, "passed in part ({records}). Skipped: {skipped}")
            }
            Status::Failed { .. } => f.write_str("FAILED"),
            Status::NotApplicable { reason } => {
                write!(f, "not applicable: {}", sentence(reason))
            }
            Status::Skipped => f.write_str("skipped on request"),
        }
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if (self.id, &self.status) == (Check::TrustedSetUp, &Status::Skipped) {
            let (id, title) = (self.id.id(), self.id.title());
            return write!(
                f,
                "  {id:<7} {title}: skipped: no transcript of the set-up was given, or on request"
            );
        }
        write!(
            f,
            "  {:<7} {}: {}",
            self.id.id(),
            self.id.title(),
            self.status
        )?;
        if let Status::Failed { failures } = &self.status {
            for failure in failures {
                write!(f, "\n            {}", sentence(failure))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for ProtocolReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pairwise { degree, threshold } => write!(
                f,
                "{degree} neighbours each, {threshold} shares reconstruct a secret"
            ),
            Self::Committee {
                trustees,
                colluding,
                needed,
                ..
            } => write!(
                f,
                "{trustees} trustees, {needed} must open, {colluding} may collude"
            ),
        }
    }
}

impl fmt::Display for TrusteeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = [
            (self.checked, "checked"),
            (self.confirmed, "confirmed"),
            (self.opened, "opened"),
        ];
        let done = done.iter().filter(|(done, _)| *done).map(|(_, what)| *what);
        let done: Vec<_> = done.collect();
        let done = match &done[..] {
            [] => "said nothing".to_owned(),
            done => done.join(", "),
        };
        write!(
            f,
            "trustee {} ({}): {done}",
            self.trustee,
            Foreign::new(&self.key)
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (culprit, check, what) = (self.culprit, self.check, sentence(&self.what));
        write!(f, "{culprit}, {check}: {what}")?;
        match &self.evidence[..] {
            [] => Ok(()),
            [leaf] => write!(f, " (leaf {leaf})"),
            leaves => {
                let leaves: Vec<_> = leaves.iter().map(u64::to_string).collect();
                write!(f, " (leaves {})", leaves.join(", "))
            }
        }
    }
}

/// The checks, one a line. Three or more, one after the other, that do not apply for the same reason share a line.
fn checks(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let same = |a: &CheckReport, b: &CheckReport| {
        matches!(a.status, Status::NotApplicable { .. }) && a.status == b.status
    };
    for group in report.checks.chunk_by(same) {
        match group {
            [first, _, .., last] => {
                writeln!(f, "  {} to {}: {}", first.id, last.id, first.status)?;
            }
            one => one.iter().try_for_each(|check| writeln!(f, "{check}"))?,
        }
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.organiser.given {
            writeln!(f, "WARNING: no organiser's key was given, so the key on the board was used. Anybody may have made this whole board. Ask the organiser whether this key is theirs:")?;
        }
        writeln!(f, "organiser  {}", Foreign::new(&self.organiser.key))?;
        if let Some(round) = &self.round {
            writeln!(
                f,
                "round      {}\n           {}, {} clients, {} coordinates, {}",
                Foreign::new(&round.context),
                round.suite,
                round.clients,
                round.coordinates,
                round.protocol
            )?;
        }
        writeln!(f, "board      {}", Foreign::new(&self.board))?;
        writeln!(f, "audited by {}", self.program)?;
        writeln!(f, "\nchecks")?;
        checks(self, f)?;
        if self.faults.is_empty() {
            writeln!(f, "\nfaults: none; nobody is accused")?;
        } else {
            writeln!(f, "\nfaults")?;
            for (number, fault) in (1..).zip(&self.faults) {
                writeln!(f, "  {number}. {fault}")?;
            }
        }
        if !self.absent.is_empty() {
            writeln!(f, "\nnot in the sum")?;
            for absent in &self.absent {
                let words = self.words_of(absent);
                let outcome = Foreign::new(&words);
                writeln!(f, "  client {}: {outcome}", absent.client)?;
            }
        }
        if !self.trustees.is_empty() {
            writeln!(f, "\ntrustees")?;
            for trustee in &self.trustees {
                writeln!(f, "  {trustee}")?;
            }
        }
        if self.round.is_some() {
            writeln!(f, "\ncontributors: {}", self.contributors.len())?;
        }
        writeln!(f, "verdict: {}", self.verdict)?;
        if self.verdict == Verdict::Verified {
            writeln!(f, "The sum is that of exactly the listed contributors, and each of their values is within its bound. A value within its bound can still be untrue. A client that the aggregator left out looks like one that dropped out, unless it shows its receipt.")?;
        }
        if !self.organiser.given {
            writeln!(
                f,
                "But see the warning above: it was not checked whose board this is."
            )?;
        }
        Ok(())
    }
}
