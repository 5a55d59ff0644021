//! V-02: the roster's keys are distinct and are those that the configuration names.

use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::roster::Roster;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// Checks the roster. Nothing comes back for one that is none.
pub(crate) fn check(
    configuration: &Configuration,
    organiser: &VerifyingKey,
    bytes: &[u8],
    findings: &mut Findings,
) -> Option<Roster> {
    findings.computed(Check::Roster, configuration.clients() as usize);
    let mut fail = |what: String| {
        findings.fail_now(Finding {
            check: Check::Roster,
            culprit: None,
            evidence: Vec::new(),
            what,
        });
    };
    // V-02.1
    let roster = match Roster::decode_keys(bytes) {
        Ok(roster) => roster,
        Err(error) => {
            fail(error.to_string());
            return None;
        }
    };
    match roster.check_distinct() {
        Err(error) if !Step::DistinctKeys.holds(false) => {
            fail(error.to_string());
            return None;
        }
        _ => {}
    }
    // V-02.2
    let named =
        roster.digest() == configuration.roster && roster.clients() == configuration.clients();
    if !Step::NamedRoster.holds(named) {
        fail("the roster is not the one that the configuration names".to_owned());
        return None;
    }
    // V-02.3
    match roster.check_roles(organiser, &configuration.aggregator) {
        Err(error) if !Step::SeparateRoles.holds(false) => {
            fail(error.to_string());
            None
        }
        _ => Some(roster),
    }
}
