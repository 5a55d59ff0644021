//! V-01: the configuration is well formed, signed by the organiser, and secure.

use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::{Configuration, SignedConfiguration};

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Checks the signature under `organiser` and the security of what was signed. Nothing comes back
/// for a configuration that is not the organiser's, since all that would be found in such a round
/// could be made up, or that is not secure. The organiser is named only if its key was `given`.
pub(crate) fn check(
    signed: &SignedConfiguration,
    organiser: &VerifyingKey,
    given: bool,
    findings: &mut Findings,
) -> Option<Configuration> {
    findings.computed(Check::Configuration, 1);
    let nobody = |what: String| Finding {
        check: Check::Configuration,
        culprit: None,
        evidence: Vec::new(),
        what,
    };
    // V-01.1
    if !Step::OrganisersKey.holds(signed.organiser == *organiser) {
        findings.fail_now(nobody(format!(
            "the board is not the organiser's: it names the key {} instead of {}",
            signed.organiser.fingerprint(),
            organiser.fingerprint()
        )));
        return None;
    }
    // V-01.2
    let is_signed = signed.is_signed_by(&signed.organiser);
    if !Step::OrganisersSignature.holds(is_signed) {
        let what = "the configuration is not the one that the organiser signed";
        findings.fail_now(nobody(what.to_owned()));
        return None;
    }
    let configuration = match Configuration::decode(&signed.bytes) {
        Ok(configuration) => configuration,
        Err(error) => {
            findings.fail_now(nobody(format!("the configuration is malformed: {error}")));
            return None;
        }
    };
    // V-01.3: what was signed is secure.
    match configuration.check() {
        Err(error) if !Step::SecureConfiguration.holds(false) => {
            findings.fail_now(Finding {
                culprit: given.then_some(Culprit::Organiser),
                ..nobody(error.to_string())
            });
            None
        }
        _ => Some(configuration),
    }
}
