//! V-02: the roster's keys are distinct and are those that the configuration names.

use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::roster::Roster;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::step::Step;

/// Checks the roster. Returns `None` if it is refused.
pub(crate) fn check(
    configuration: &Configuration,
    organiser: &VerifyingKey,
    bytes: &[u8],
    findings: &mut Findings,
) -> Option<Roster> {
    findings.computed(Check::Roster, configuration.clients() as usize);
    match judge(configuration, organiser, bytes) {
        Ok(roster) => Some(roster),
        Err(finding) => {
            findings.record(finding);
            None
        }
    }
}

/// Judges V-02.1 to V-02.3; the error is the first that does not hold.
fn judge(
    configuration: &Configuration,
    organiser: &VerifyingKey,
    bytes: &[u8],
) -> Result<Roster, Finding> {
    let require = |step: Step, checked: Result<(), String>| {
        step.require(checked.is_ok(), || {
            Finding::failure(step, checked.err().unwrap_or_default())
        })
    };
    // V-02.1
    let step = Step::DistinctKeys;
    let roster = Roster::decode_keys(bytes)
        .map_err(|error| Finding::failure(step, format!("the roster does not decode: {error}")))?;
    let distinct = roster.check_distinct();
    require(step, distinct.map_err(|error| error.to_string()))?;
    // V-02.2
    let named =
        roster.digest() == configuration.roster && roster.clients() == configuration.clients();
    let step = Step::NamedRoster;
    step.require(named, || {
        Finding::failure(
            step,
            "the roster on the board is not the one that the signed configuration names; get another copy of the board",
        )
    })?;
    // V-02.3
    let separate = roster.check_roles(organiser, &configuration.aggregator);
    require(
        Step::SeparateRoles,
        separate.map_err(|error| error.to_string()),
    )?;
    Ok(roster)
}
