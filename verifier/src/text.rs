//! Writes the report as text.

use std::fmt;

use crate::report::{CheckReport, Report, Status, Verdict};

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
            Status::Failed { .. } => f.write_str("FAILED"),
            Status::NotApplicable { reason } => write!(f, "not applicable: {reason}"),
            Status::Skipped => f.write_str("skipped on request"),
        }
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "  {:<7} {}: {}",
            self.id.id(),
            self.id.title(),
            self.status
        )?;
        if let Status::Failed { failures } = &self.status {
            for failure in failures {
                write!(f, "\n            {failure}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.organiser.given {
            writeln!(f, "WARNING: no organiser's key was given, so the key on the board was used. Anybody may have made this whole board. Ask the organiser whether this key is theirs:")?;
        }
        writeln!(f, "organiser  {}", self.organiser.key)?;
        if let Some(round) = &self.round {
            writeln!(
                f,
                "round      {}\n           {}, {} clients, {} coordinates, {} neighbours each, {} shares reconstruct a secret",
                round.context, round.suite, round.clients, round.coordinates, round.degree, round.threshold
            )?;
        }
        writeln!(f, "\nchecks")?;
        for check in &self.checks {
            writeln!(f, "{check}")?;
        }
        if self.faults.is_empty() {
            writeln!(f, "\nfaults: none; nobody is accused")?;
        } else {
            writeln!(f, "\nfaults")?;
            for (index, fault) in self.faults.iter().enumerate() {
                let leaves = &fault.evidence;
                let (number, culprit, check) = (index + 1, fault.culprit, fault.check);
                writeln!(
                    f,
                    "  {number}. {culprit}, {check}: {} (leaves {leaves:?})",
                    fault.what
                )?;
            }
        }
        if !self.absent.is_empty() {
            writeln!(f, "\nnot in the sum")?;
            for absent in &self.absent {
                writeln!(f, "  client {}: {}", absent.client, absent.outcome)?;
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
