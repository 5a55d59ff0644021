//! A board with its auditor's options; and what its audit reports, with a step and without it.

use std::collections::BTreeSet;
use std::io::Cursor;

use veragg_protocol::wire::board::Record;

use super::judged::Off;
use veragg_lab::boards;
use veragg_lab::Finished;
use veragg_protocol::switch::without;
use veragg_verifier::{audit, AuditError, Culprit, Options, Report, Status, Verdict};

/// A board, and what its auditor has.
pub(crate) struct Case {
    pub(super) board: Vec<u8>,
    pub(super) options: Options,
}

impl Case {
    /// A round that was played, for an auditor who knows the organiser.
    pub(super) fn of(finished: &Finished) -> Self {
        Self::with(finished, &finished.records)
    }

    /// The same with other records.
    pub(super) fn with(finished: &Finished, records: &[Record]) -> Self {
        let options = Options::with_organiser(finished.local.organiser);
        Self {
            board: finished.local.board(records),
            options,
        }
    }

    /// A board of the laboratory's, with what its auditor has.
    pub(super) fn on_board(name: &str) -> Self {
        let veragg_lab::boards::Case { board, options, .. } = boards::board(name);
        Self { board, options }
    }

    /// The auditor compares with these sums.
    pub(super) fn and_sums(mut self, sums: Vec<u128>) -> Self {
        self.options.aggregate = Some(sums);
        self
    }

    fn audit(&self, off: &[&'static str]) -> Result<Report, AuditError> {
        without(off, || audit(Cursor::new(&self.board), &self.options))
    }

    /// What the audit reports with all steps in force, in the words of [`summary`].
    pub(crate) fn summary(&self) -> String {
        summary(&self.audit(&[]))
    }

    /// Asserts what the audit reports with all steps in force, and what without those of `off`, both in the
    /// words of [`summary`].
    #[track_caller]
    pub(super) fn assert_summaries(&self, off: &Off, with: &str, without: &str) {
        let reports = [&[][..], &off.0].map(|off| self.audit(off));
        assert_eq!(reports.each_ref().map(summary), [with, without], "{off:?}");
    }

    /// Asserts whom the audit names with all steps in force, and whom without those of `off`.
    #[track_caller]
    pub(super) fn assert_named(&self, off: &Off, with: &str, without: &str) {
        let reports = [&[][..], &off.0].map(|off| self.audit(off).unwrap());
        let named = reports.each_ref().map(|report| {
            let culprits: BTreeSet<_> = report.faults.iter().map(|fault| fault.culprit).collect();
            joined(culprits.iter().map(Culprit::to_string))
        });
        let [all, _] = reports;
        assert_eq!(named, [with, without], "{off:?}: {all}");
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// The verdict, the checks that failed, and who is named for which check, in one line: `failed V-03, naming
/// aggregator V-03`.
fn summary(report: &Result<Report, AuditError>) -> String {
    let Ok(report) = report else {
        return "no report".to_owned();
    };
    let verdict = match report.verdict {
        Verdict::Verified => "verified",
        Verdict::Incomplete => "incomplete",
        Verdict::Unfinished => "unfinished",
        Verdict::Failed => "failed",
    };
    let checks = report.checks.iter();
    let failed = checks.filter(|check| matches!(check.status, Status::Failed { .. }));
    let failed = failed.map(|check| format!(" {}", check.id));
    let named: BTreeSet<_> = report.faults.iter().map(|f| (f.culprit, f.check)).collect();
    let names = joined(
        named
            .iter()
            .map(|(culprit, check)| format!("{culprit} {check}")),
    );
    let naming = if names.is_empty() { "" } else { ", naming " };
    format!("{verdict}{}{naming}{names}", failed.collect::<String>())
}
