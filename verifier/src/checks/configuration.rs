//! V-01: the configuration is well formed, signed by the organiser, and secure.

use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::{Configuration, SignedConfiguration};

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Checks that `organiser` signed the configuration, and that it is secure. Returns `None` if not: whatever else
/// would be found in such a round could be made up. The organiser is named only if its key was `given`.
pub(crate) fn check(
    signed: &SignedConfiguration,
    organiser: &VerifyingKey,
    given: bool,
    findings: &mut Findings,
) -> Option<Configuration> {
    findings.computed(Check::Configuration, 1);
    if !given {
        findings.skipped_part(
            Check::Configuration,
            "V-01.1, whose key signed the configuration, since no organiser's key was given",
        );
    }
    let given = given.then_some(Culprit::Organiser);
    match judge(signed, organiser, given) {
        Ok(configuration) => Some(configuration),
        Err(finding) => {
            findings.record(finding.by_signature());
            None
        }
    }
}

/// Judges V-01.1 to V-01.3; the error is the first that does not hold.
fn judge(
    signed: &SignedConfiguration,
    organiser: &VerifyingKey,
    given: Option<Culprit>,
) -> Result<Configuration, Finding> {
    // V-01.1
    let step = Step::OrganisersKey;
    step.require(signed.organiser == *organiser, || {
        let (named, known) = (signed.organiser.fingerprint(), organiser.fingerprint());
        let what = format!(
            "the board names another organiser: its key is {named}, and the given key is {known}. Check that the key is the organiser's, and that the board is the one of your round"
        );
        Finding::failure(step, what)
    })?;
    // V-01.2
    let step = Step::OrganisersSignature;
    step.require(signed.is_signed_by(&signed.organiser), || {
        Finding::failure(
            step,
            "the organiser's signature on the configuration does not hold: the organiser did not sign these bytes",
        )
    })?;
    // V-01.3: what was signed is secure.
    let step = Step::SecureConfiguration;
    let configuration = Configuration::decode(&signed.bytes).map_err(|error| {
        Finding::failure(step, format!("the configuration is malformed: {error}"))
    })?;
    let checked = configuration.check().map_err(|error| error.to_string());
    step.require(checked.is_ok(), || {
        Finding::failure(step, checked.err().unwrap_or_default()).by(given)
    })?;
    Ok(configuration)
}
