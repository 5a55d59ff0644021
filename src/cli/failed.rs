//! What it means for a client or a trustee that the audit of the whole board failed.

use veragg::verifier::{Check, Culprit, Report, Status, Verdict};

/// What it means, in words; nothing if the audit did not fail.
pub(super) fn in_words(report: &Report) -> Option<String> {
    if report.verdict != Verdict::Failed {
        return None;
    }
    let failed = failed(report);
    let (checks, named) = (failed.join(", "), !report.faults.is_empty());
    let by_aggregator = report.faults.iter().any(|fault| {
        let is_failure = failed.contains(&fault.check.id());
        is_failure && fault.culprit == Culprit::Aggregator
    });
    Some(if by_aggregator {
        format!("The audit of the whole board failed ({checks}), and the aggregator is named for it. Nobody should use the published sum.")
    } else if only_by_what_was_given(report) {
        format!("The audit of the whole board failed ({checks}) only because of the receipts or the aggregate that were given: they do not agree with the board.")
    } else if named {
        format!("The audit of the whole board failed ({checks}). Nobody should use the published sum. `veragg audit` says what is wrong.")
    } else {
        format!("The audit of the whole board failed ({checks}), and nobody can be named for it. This file may be damaged: get another copy of the board, since what is said above may not hold. `veragg audit` says what is wrong.")
    })
}

/// The ids of the checks that failed.
fn failed(report: &Report) -> Vec<&'static str> {
    let failed = report.checks.iter();
    let failed = failed.filter(|check| matches!(check.status, Status::Failed { .. }));
    failed.map(|check| check.id.id()).collect()
}

/// Whether nothing but the given receipts and the given aggregate made the audit fail. Where V-12 fails for another reason, it names the
/// aggregator, or an earlier check fails too.
pub(super) fn only_by_what_was_given(report: &Report) -> bool {
    let given = [Check::Aggregate, Check::Receipts].map(Check::id);
    let failed = failed(report);
    let mut faults = report.faults.iter();
    let named = faults.any(|fault| failed.contains(&fault.check.id()));
    !named && !failed.is_empty() && failed.iter().all(|id| given.contains(id))
}
