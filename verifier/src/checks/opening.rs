//! V-11: the aggregate opens the sum of the contributors' commitments.

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::opening::Opening;

use crate::check::Check;
use crate::findings::{Finding, Findings};

/// V-11.1: checks the opening of all rows at once. A failure names nobody: until clients attest what they
/// masked, a masked vector that does not match its commitment looks like a false sum.
pub(crate) fn check<P: ProofSystem>(
    opening: &Opening<'_, P>,
    rows: &[<P::Group as Group>::Point],
    leaf: u64,
    findings: &mut Findings,
) {
    let check = Check::Opening;
    if findings.skips(check) {
        return;
    }
    findings.computed(check, rows.len());
    if !opening.opens(rows) {
        findings.failure(Finding {
            check,
            culprit: None,
            evidence: vec![leaf],
            what: "the published aggregate does not open the sum of the contributors' commitments: either the aggregate is not what they submitted, or somebody's masked vector is not what it committed to".to_owned(),
        });
    }
}
