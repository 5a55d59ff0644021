//! V-07: every input satisfies the statement. Which part of a proof belongs to which check, and what is counted.

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::{ProofPart, ProofSystem};
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::configuration::Configuration;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// Each part of a proof, and the check that it belongs to.
const PARTS: [(ProofPart, Check); 4] = [
    (ProofPart::Commitments, Check::InputCommitments),
    (ProofPart::Range, Check::InputRange),
    (ProofPart::Norm, Check::InputNorm),
    (ProofPart::Sum, Check::InputSum),
];

/// Whether V-07 is skipped.
pub(crate) fn skipped(findings: &Findings) -> bool {
    PARTS.iter().any(|&(_, check)| findings.skips(check))
}

/// V-07.1: the proof of a submission does not decode.
pub(crate) fn refuse_proof(
    client: ClientId,
    leaf: u64,
    error: &DecodeError,
    findings: &mut Findings,
) {
    let what = format!("its proof does not decode: {error}");
    findings.record(Finding::fault(Step::ProofDecodes, client, [leaf], what));
}

/// V-07.3: this part of the proof of a submission does not hold, and none before it fails.
pub(crate) fn refuse_input(client: ClientId, leaf: u64, part: ProofPart, findings: &mut Findings) {
    let check = check_of(part);
    let what = format!(
        "the proof of its input does not hold: the first part of it that fails is about {}",
        check.title().trim_start_matches("inputs: ")
    );
    let finding = Finding::fault(Step::ProofHolds, client, [leaf], what);
    findings.record(finding.under(check));
}

/// The check that a part of a proof belongs to.
fn check_of(part: ProofPart) -> Check {
    let found = PARTS.iter().find(|(of, _)| *of == part);
    found.map_or(Check::InputCommitments, |(_, check)| *check)
}

/// Counts the parts of verified proofs under the checks that they belong to. After the first part that fails, no other was
/// computed.
pub(crate) fn count<P: ProofSystem>(
    configuration: &Configuration,
    judged: &[Result<(), ProofPart>],
    findings: &mut Findings,
) {
    let segments = || configuration.segments.iter();
    let norm = segments().any(|segment| segment.claims.norm.is_some());
    let sum = segments().any(|segment| segment.claims.sum.is_some());
    for (check, claimed) in [
        (Check::InputRange, true),
        (Check::InputNorm, norm),
        (Check::InputSum, sum),
    ] {
        if claimed && check != Check::InputRange && !P::TELLS_PARTS {
            let why = "the suite proves all claims at once: they are checked by V-07.B";
            findings.not_applicable(check, why);
        } else if claimed {
            let computed = |judged: &&Result<(), ProofPart>| match judged {
                Ok(()) => true,
                Err(part) => check_of(*part) >= check,
            };
            findings.computed(check, judged.iter().filter(computed).count());
        } else {
            findings.not_applicable(check, "the statement makes no such claim");
        }
    }
}
