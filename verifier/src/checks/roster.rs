//! V-02: the roster's keys are distinct and are those that the configuration names.

use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::round::configuration::Configuration;
use veragg_protocol::round::roster::Roster;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// Checks the roster. Returns `None` if it is refused.
pub(crate) fn check(
    configuration: &Configuration,
    organiser: &VerifyingKey,
    bytes: &[u8],
    given: bool,
    findings: &mut Findings,
) -> Option<Roster> {
    findings.computed(Check::Roster, configuration.clients() as usize);
    let given = given.then_some(Culprit::Organiser);
    match judge(configuration, organiser, bytes, given) {
        Ok(roster) => Some(roster),
        Err(finding) => {
            findings.record(finding.by_signature());
            None
        }
    }
}

/// Judges V-02.1 to V-02.3; the error is the first that does not hold.
fn judge(
    configuration: &Configuration,
    organiser: &VerifyingKey,
    bytes: &[u8],
    given: Option<Culprit>,
) -> Result<Roster, Finding> {
    let refused = |step: Step, what: String| Finding::failure(step, what).by(given);
    let require = |step: Step, checked: Result<(), String>| {
        step.require(checked.is_ok(), || {
            refused(step, checked.err().unwrap_or_default())
        })
    };
    // V-02.1: what does not hold of these bytes from here on, the organiser has signed.
    let as_long = bytes.len() == configuration.clients() as usize * Roster::ENTRY_LEN;
    let named = as_long && Roster::digest_of(bytes) == configuration.roster;
    let step = Step::NamedRoster;
    step.require(named, || {
        Finding::failure(
            step,
            "the roster on the board is not the one that the signed configuration names; get another copy of the board",
        )
    })?;
    // V-02.2
    let step = Step::DistinctKeys;
    let roster = Roster::decode_keys(bytes)
        .map_err(|error| refused(step, format!("the roster does not decode: {error}")))?;
    let distinct = roster.check_distinct();
    require(step, distinct.map_err(|error| error.to_string()))?;
    // V-02.3
    let separate = roster.check_roles(organiser, &configuration.aggregator);
    // The organiser may not know whose key a client has handed in, so it is not named.
    let step = Step::SeparateRoles;
    step.require(separate.is_ok(), || {
        Finding::failure(
            step,
            separate
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default(),
        )
    })?;
    Ok(roster)
}
