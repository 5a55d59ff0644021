//! V-02: the roster's keys are distinct and are those that the configuration names.

use veragg_protocol::crypto::context::Version;
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
    let named = as_long && configuration.digest_of_encoded(bytes) == configuration.roster;
    let step = Step::NamedRoster;
    step.require(named, || {
        Finding::failure(
            step,
            "the roster on the board is not the one that the signed configuration names; get another copy of the board",
        )
    })?;
    // V-02.2
    let step = Step::DistinctKeys;
    let decoded = match configuration.committee() {
        None => Roster::decode_keys(bytes),
        Some(_) => Roster::check_keys(bytes),
    };
    let roster =
        decoded.map_err(|error| refused(step, format!("the roster does not decode: {error}")))?;
    let distinct = roster.check_distinct();
    require(step, distinct.map_err(|error| error.to_string()))?;
    // V-02.3: in version 1 an organiser did not compare these keys.
    let compares = configuration.version != Version::V1;
    let trustees = configuration.committee();
    let trustees = trustees.map_or(&[][..], |committee| &committee.trustees[..]);
    let separate = roster
        .check_roles(organiser, &configuration.aggregator)
        .and_then(|()| {
            let mut trustees = trustees.iter();
            trustees.try_for_each(|trustee| roster.check_role(&trustee.identity, "a trustee"))
        });
    let step = Step::SeparateRoles;
    let separate = require(step, separate.map_err(|error| error.to_string()));
    separate.map_err(|finding| finding.by(given.filter(|_| compares)))?;
    Ok(roster)
}
