//! V-15: every trustee made its entry for this round, and no two have one key.

use veragg_protocol::crypto::ids::TrusteeId;
use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::committee::trustee::EntryFor;
use veragg_protocol::round::committee::Committee;
use veragg_protocol::round::configuration::Configuration;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Checks the committee of a configuration. Returns whether it holds. The organiser is named only if its key was `given`.
pub(crate) fn check(
    configuration: &Configuration,
    committee: &Committee,
    organiser: &VerifyingKey,
    given: bool,
    findings: &mut Findings,
) -> bool {
    findings.computed(Check::Committee, committee.trustees.len());
    match judge(configuration, committee, organiser) {
        Ok(()) => true,
        Err(finding) => {
            let culprit = given.then_some(Culprit::Organiser);
            findings.record(finding.by(culprit).by_signature());
            false
        }
    }
}

/// Judges V-15.1 and V-15.2; the error is the first that does not hold.
fn judge(
    configuration: &Configuration,
    committee: &Committee,
    organiser: &VerifyingKey,
) -> Result<(), Finding> {
    let of = EntryFor {
        organiser,
        round_id: &configuration.round_id,
    };
    // V-15.1
    for (index, trustee) in committee.trustees.iter().enumerate() {
        let number = TrusteeId::from_index(index);
        let refuse = |step, what| Finding::failure(step, format!("trustee {number} {what}"));
        let step = Step::EntrySigned;
        step.require(trustee.is_signed(&of), || {
            refuse(step, "did not sign its entry for this round")
        })?;
        let step = Step::SealingKeyPossessed;
        step.require(trustee.is_possessed(&of), || {
            refuse(
                step,
                "has not shown that it knows the secret of its sealing key",
            )
        })?;
    }
    // V-15.2
    let others = [
        (organiser, "organiser"),
        (&configuration.aggregator, "aggregator"),
    ];
    let shared = committee.shared_key(&others);
    let step = Step::TrusteesDiffer;
    step.require(shared.is_none(), || {
        let what = shared.map_or_else(String::new, |shared| shared.to_string());
        Finding::failure(step, what)
    })
}
