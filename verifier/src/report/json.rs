//! How the values of a report are written and read that are not plain structures. What an audit of this
//! version cannot have written is an error that says what is wrong.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use veragg_protocol::circuits::foreign::Foreign;
use veragg_protocol::circuits::proof_system::Suite;
use veragg_protocol::crypto::context::Version;

use super::{CheckReport, Culprit, ProtocolReport, RoundReport, Status};
use crate::check::Check;
use crate::step::StepNumber;

/// Reads a text, and the value that it names.
fn named<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    what: &str,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let name = Cow::<str>::deserialize(deserializer)?;
    from_name(&name)
        .ok_or_else(|| D::Error::custom(format!("unknown {what} \"{}\"", Foreign::new(&name))))
}

/// The version of the protocol, which must be one that this crate knows.
pub(super) fn protocol<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let version = u16::deserialize(deserializer)?;
    if Version::from_number(version).is_none() {
        return Err(D::Error::custom(format!(
            "the report is of protocol version {version}; this version of veragg reads versions up to {}",
            Version::CURRENT
        )));
    }
    Ok(version)
}

/// The settings of a round as they are written. Which of the fields that are not in every round must be there depends on the
/// protocol.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRound {
    context: String,
    suite: String,
    clients: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    degree: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threshold: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trustees: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    colluding: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    packed: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    needed: Option<u32>,
    min_contributors: u32,
    coordinates: usize,
}

impl From<RoundReport> for RawRound {
    fn from(round: RoundReport) -> Self {
        let mut raw = Self {
            context: round.context,
            suite: round.suite.name().to_owned(),
            clients: round.clients,
            degree: None,
            threshold: None,
            trustees: None,
            colluding: None,
            packed: None,
            needed: None,
            min_contributors: round.min_contributors,
            coordinates: round.coordinates,
        };
        match round.protocol {
            ProtocolReport::Pairwise { degree, threshold } => {
                (raw.degree, raw.threshold) = (Some(degree), Some(threshold));
            }
            ProtocolReport::Committee {
                trustees,
                colluding,
                packed,
                needed,
            } => {
                (raw.trustees, raw.colluding) = (Some(trustees), Some(colluding));
                (raw.packed, raw.needed) = (Some(packed), Some(needed));
            }
        }
        raw
    }
}

impl TryFrom<RawRound> for RoundReport {
    type Error = String;

    fn try_from(raw: RawRound) -> Result<Self, String> {
        let pairwise = (raw.degree, raw.threshold);
        let committee = (raw.trustees, raw.colluding, raw.packed, raw.needed);
        let protocol = match (pairwise, committee) {
            ((Some(degree), Some(threshold)), (None, None, None, None)) => {
                ProtocolReport::Pairwise { degree, threshold }
            }
            ((None, None), (Some(trustees), Some(colluding), Some(packed), Some(needed))) => {
                ProtocolReport::Committee {
                    trustees,
                    colluding,
                    packed,
                    needed,
                }
            }
            _ => return Err("`round` has either `degree` and `threshold`, or `trustees`, `colluding`, `packed` and `needed`".to_owned()),
        };
        let suite: Result<Suite, _> = raw.suite.parse();
        Ok(Self {
            context: raw.context,
            suite: suite.map_err(|error| error.to_string())?,
            clients: raw.clients,
            protocol,
            min_contributors: raw.min_contributors,
            coordinates: raw.coordinates,
        })
    }
}

/// A phase by its name, which is the same for all rounds of unmask.
pub(super) mod phase {
    use super::*;
    use veragg_protocol::round::phase::Phase;

    pub(in crate::report) fn serialize<S: Serializer>(
        phase: &Phase,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(phase.name())
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Phase, D::Error> {
        named(deserializer, "phase", Phase::from_name)
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        named(deserializer, "check", Check::from_id)
    }
}

impl Serialize for StepNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for StepNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        named(deserializer, "step of a check", StepNumber::from_name)
    }
}

impl Serialize for Culprit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Culprit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        named(deserializer, "culprit", Culprit::from_name)
    }
}

/// What stands beside the name of a status; which of it must be there depends on the name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStatus {
    status: String,
    records: Option<u64>,
    bad: Option<u64>,
    failures: Option<Vec<String>>,
    reason: Option<String>,
    skipped: Option<String>,
}

impl TryFrom<RawStatus> for Status {
    type Error = String;

    fn try_from(raw: RawStatus) -> Result<Self, String> {
        let RawStatus {
            status,
            records,
            bad,
            failures,
            reason,
            skipped,
        } = raw;
        Ok(match (&*status, records, bad, failures, reason, skipped) {
            ("passed", Some(records), None, None, None, None) => Status::Passed { records },
            ("passed-with-faults", Some(records), Some(bad), None, None, None) => {
                Status::PassedWithFaults { records, bad }
            }
            ("passed-in-part", Some(records), None, None, None, Some(skipped)) => {
                Status::PassedInPart { records, skipped }
            }
            ("failed", None, None, Some(failures), None, None) => Status::Failed { failures },
            ("not-applicable", None, None, None, Some(reason), None) => {
                Status::NotApplicable { reason }
            }
            ("skipped", None, None, None, None, None) => Status::Skipped,
            ("passed", ..) => return Err(fields("passed", "`records`")),
            ("passed-with-faults", ..) => {
                return Err(fields("passed-with-faults", "`records` and `bad`"))
            }
            ("passed-in-part", ..) => {
                return Err(fields("passed-in-part", "`records` and `skipped`"))
            }
            ("failed", ..) => return Err(fields("failed", "`failures`")),
            ("not-applicable", ..) => return Err(fields("not-applicable", "`reason`")),
            ("skipped", ..) => return Err(fields("skipped", "nothing")),
            _ => return Err(format!("unknown status \"{}\"", Foreign::new(&status))),
        })
    }
}

fn fields(status: &str, wanted: &str) -> String {
    format!("the status `{status}` comes with {wanted} and with no other field of a status")
}

/// A check as it is written.
#[derive(Serialize)]
struct Written<'a> {
    id: Check,
    title: &'static str,
    #[serde(flatten)]
    status: &'a Status,
}

impl Serialize for CheckReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            id: self.id,
            title: self.id.title(),
            status: &self.status,
        };
        written.serialize(serializer)
    }
}

/// A check as it is read. The fields of [`RawStatus`] are repeated here, since `flatten` would accept
/// unknown ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheckReport {
    id: Check,
    title: String,
    status: String,
    records: Option<u64>,
    bad: Option<u64>,
    failures: Option<Vec<String>>,
    reason: Option<String>,
    skipped: Option<String>,
}

impl<'de> Deserialize<'de> for CheckReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawCheckReport::deserialize(deserializer)?;
        let id = raw.id;
        if raw.title != id.title() {
            let (title, given) = (id.title(), Foreign::new(&raw.title));
            return Err(D::Error::custom(format!(
                "the title of {id} is \"{title}\", not \"{given}\""
            )));
        }
        let status = RawStatus {
            status: raw.status,
            records: raw.records,
            bad: raw.bad,
            failures: raw.failures,
            reason: raw.reason,
            skipped: raw.skipped,
        };
        let status = Status::try_from(status);
        let status = status.map_err(|error| D::Error::custom(format!("{id}: {error}")))?;
        Ok(Self { id, status })
    }
}
