//! V-01: the configuration is well formed, signed by the organiser, and secure.

use veragg_protocol::configuration::{Configuration, SignedConfiguration};
use veragg_protocol::signing::VerifyingKey;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;

/// V-01.1: the key is the one that the auditor knows, V-01.2: and has signed. Only then is the
/// organiser to blame for what the configuration says.
pub(crate) fn is_signed(signed: &SignedConfiguration, organiser: &VerifyingKey) -> bool {
    signed.organiser == *organiser && signed.is_signed_by(organiser)
}

/// Checks the signature under `organiser` and the security of what was signed. Nothing comes back
/// for a configuration that nothing can be derived from.
pub(crate) fn check(
    signed: &SignedConfiguration,
    organiser: &VerifyingKey,
    findings: &mut Findings,
) -> Option<Configuration> {
    findings.computed(Check::Configuration, 1);
    let nobody = |what: String| Finding {
        check: Check::Configuration,
        culprit: None,
        evidence: Vec::new(),
        what,
    };
    let signed_by_organiser = is_signed(signed, organiser);
    if !signed_by_organiser {
        findings.fail_now(nobody(format!(
            "the configuration is not signed by the organiser's key {}; the board names {}",
            organiser.fingerprint(),
            signed.organiser.fingerprint()
        )));
    }
    let configuration = match Configuration::decode(&signed.bytes) {
        Ok(configuration) => configuration,
        Err(error) => {
            findings.fail_now(nobody(format!("the configuration is malformed: {error}")));
            return None;
        }
    };
    // V-01.3: what was signed is secure.
    if let Err(error) = configuration.check() {
        findings.fail_now(Finding {
            culprit: signed_by_organiser.then_some(Culprit::Organiser),
            ..nobody(error.to_string())
        });
        return None;
    }
    Some(configuration)
}
