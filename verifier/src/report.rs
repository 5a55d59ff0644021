//! The report of an audit, as a value (`specs/audit.md` 4). Same board, same report, byte for byte.

mod json;

use std::fmt;

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::proof_system::Suite;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::round::phase::Phase;

use crate::check::Check;
use crate::step::StepNumber;

/// The result of the whole audit.
///
/// ```
/// use veragg_verifier::Verdict;
///
/// /// Whether a sum may be used: only [`Verdict::Verified`] says that every check was computed and holds.
/// fn is_usable(verdict: Verdict) -> bool {
///     match verdict {
///         Verdict::Verified => true,
///         Verdict::Failed | Verdict::Incomplete | Verdict::Unfinished => false,
///     }
/// }
/// assert!(!is_usable(Verdict::Incomplete));
/// assert_eq!(Verdict::Incomplete.exit_code(), 4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check was computed and holds; cheaters may have been excluded, and are named.
    Verified,
    /// Some check failed: the published round contradicts it.
    Failed,
    /// Nothing failed, but a check was skipped on request.
    Incomplete,
    /// Nothing failed, but the round is not finished.
    Unfinished,
}

impl Verdict {
    /// The exit code of the command line.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Verified => 0,
            Verdict::Failed => 1,
            Verdict::Incomplete => 4,
            Verdict::Unfinished => 75,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Verified => "VERIFIED",
            Verdict::Failed => "FAILED",
            Verdict::Incomplete => "INCOMPLETE: nothing failed, but checks were skipped on request",
            Verdict::Unfinished => {
                "NOT FINISHED: nothing failed, but the board ends before the result"
            }
        })
    }
}

/// How a check ended. Nothing counts as passed that was not computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "status",
    rename_all = "kebab-case",
    try_from = "json::RawStatus"
)]
pub enum Status {
    /// It holds for every record.
    Passed {
        /// Records that it was computed for.
        records: u64,
    },
    /// Some records were bad; their senders are named, and what they did does not count, as the rules
    /// say.
    PassedWithFaults {
        /// Records that it was computed for.
        records: u64,
        /// Bad ones among them.
        bad: u64,
    },
    /// The published round contradicts it.
    Failed {
        /// What and where, each time.
        failures: Vec<String>,
    },
    /// There was nothing to check, or no way to.
    NotApplicable {
        /// Why.
        reason: String,
    },
    /// Left out on request.
    Skipped,
}

/// One check with its outcome. In JSON [`Check::title`] stands between the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// The check.
    pub id: Check,
    /// How it ended.
    pub status: Status,
}

/// Who broke the protocol. Later versions have more roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Culprit {
    /// A client.
    Client(ClientId),
    /// The aggregator.
    Aggregator,
    /// The organiser.
    Organiser,
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Culprit::Client(client) => write!(f, "client {client}"),
            Culprit::Aggregator => f.write_str("aggregator"),
            Culprit::Organiser => f.write_str("organiser"),
        }
    }
}

impl Culprit {
    /// The culprit that is displayed as `name`, such as `client 3` or `aggregator`.
    pub fn from_name(name: &str) -> Option<Self> {
        let culprit = match name {
            "aggregator" => Culprit::Aggregator,
            "organiser" => Culprit::Organiser,
            _ => {
                let number = name.strip_prefix("client ")?.parse().ok()?;
                Culprit::Client(ClientId::new(number)?)
            }
        };
        // Each culprit has one name: `client 03` is not one.
        (culprit.to_string() == name).then_some(culprit)
    }
}

/// A breach of the protocol with its author and the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Who.
    pub culprit: Culprit,
    /// Which check found it.
    pub check: Check,
    /// Which step does not hold, by its number in `specs/audit.md`.
    pub rule: StepNumber,
    /// Indices of the leaves that prove it.
    pub evidence: Vec<u64>,
    /// Clients besides the culprit whose messages it rests on.
    pub involved: Vec<u32>,
    /// What was done.
    pub what: String,
    /// What was computed to find it.
    pub workings: Vec<Working>,
    /// The checkpoint that settled it: how many were read by then; 0 if none was needed.
    pub checkpoints: u32,
}

/// Something that was computed, in words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Working {
    /// What it is.
    pub what: String,
    /// Its bytes, in hexadecimal.
    pub value: String,
}

/// A client that is not in the sum, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// The client's number.
    pub client: u32,
    /// What became of it.
    pub outcome: String,
}

/// The key that the configuration was checked against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganiserReport {
    /// The key in hexadecimal.
    pub key: String,
    /// Whether the auditor knew it beforehand. If not, it was taken from the board, and then
    /// anybody may have made the whole board.
    pub given: bool,
}

/// What the round was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundReport {
    /// Digest of the configuration, in hexadecimal.
    pub context: String,
    /// The suite, which decides how inputs are committed and proven.
    #[serde(with = "json::suite")]
    pub suite: Suite,
    /// Clients on the roster.
    pub clients: u32,
    /// Neighbours of each.
    pub degree: u32,
    /// Shares that rebuild a secret.
    pub threshold: u32,
    /// Fewest acknowledgements.
    pub min_contributors: u32,
    /// Coordinates of the vector.
    pub coordinates: usize,
}

/// One message of a followed client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineMessage {
    /// Its phase. `Unmask(0)` stands for every round of unmask, since all of them have one name.
    #[serde(with = "json::phase")]
    pub phase: Phase,
    /// Its leaf.
    pub leaf: u64,
    /// Its bytes.
    pub bytes: usize,
}

/// What the board says of one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientTimeline {
    /// The client's number.
    pub client: u32,
    /// Its messages, in order.
    pub messages: Vec<TimelineMessage>,
    /// What became of it, as recomputed.
    pub outcome: String,
    /// Whether its input is in the sum.
    pub contributed: bool,
}

/// The whole report. It is written as JSON (`specs/audit.md` 4.3) and read back with serde:
///
/// ```
/// use veragg_verifier::{Check, Report, Status, Verdict};
///
/// # fn main() -> Result<(), serde_json::Error> {
/// let json = r#"{
///     "protocol": 1,
///     "verdict": "verified",
///     "organiser": { "key": "278d504a", "given": true },
///     "round": null,
///     "checks": [{
///         "id": "V-13",
///         "title": "receipts: each message stands where the receipt says",
///         "status": "passed",
///         "records": 35
///     }],
///     "faults": [],
///     "contributors": [1, 2, 4],
///     "absent": [{ "client": 3, "outcome": "dropped (submit)" }]
/// }"#;
/// let report: Report = serde_json::from_str(json)?;
/// assert_eq!(report.verdict, Verdict::Verified);
/// assert_eq!(report.contributors, [1, 2, 4]);
/// let status = report.status(Check::Receipts);
/// assert_eq!(status, Some(&Status::Passed { records: 35 }));
/// # Ok(())
/// # }
/// ```
///
/// Whoever wrote a report can have written anything into it: to trust one, audit the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of the protocol. A report of another version cannot be read back.
    #[serde(deserialize_with = "json::protocol")]
    pub protocol: u16,
    /// The verdict.
    pub verdict: Verdict,
    /// The organiser's key.
    pub organiser: OrganiserReport,
    /// The round, if its configuration could be entered.
    #[serde(deserialize_with = "Option::deserialize")]
    pub round: Option<RoundReport>,
    /// Every check.
    pub checks: Vec<CheckReport>,
    /// Every fault, in board order.
    pub faults: Vec<Fault>,
    /// Clients whose inputs are in the sum, as recomputed.
    pub contributors: Vec<u32>,
    /// All others on the roster.
    pub absent: Vec<Absent>,
    /// The client that the auditor asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<ClientTimeline>,
}

impl Report {
    /// How a check ended.
    pub fn status(&self, check: Check) -> Option<&Status> {
        self.checks
            .iter()
            .find(|report| report.id == check)
            .map(|report| &report.status)
    }
}
