//! Assertions about the report of an audit.

use std::collections::BTreeSet;

use veragg_verifier::{Check, Culprit, Report, Status, Verdict};

/// Asserts verdict, contributors, who is named for which check, and which checks failed.
#[track_caller]
pub fn expect(
    report: &Report,
    verdict: Verdict,
    contributors: &[u32],
    faults: &[(Culprit, Check)],
    failed: &[Check],
) {
    assert_eq!(report.verdict, verdict, "{report}");
    assert_eq!(report.contributors, contributors, "{report}");
    assert_eq!(named(report), faults.iter().copied().collect(), "{report}");
    assert_eq!(failed_checks(report), failed, "{report}");
}

/// Who is named for which check.
pub fn named(report: &Report) -> BTreeSet<(Culprit, Check)> {
    report
        .faults
        .iter()
        .map(|fault| (fault.culprit, fault.check))
        .collect()
}

/// The checks that failed, in the order of their ids.
pub fn failed_checks(report: &Report) -> Vec<Check> {
    let failed = |status: &Status| matches!(status, Status::Failed { .. });
    let checks = report.checks.iter();
    checks
        .filter(|check| failed(&check.status))
        .map(|check| check.id)
        .collect()
}
