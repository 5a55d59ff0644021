//! The report of an audit, as a value (`specs/audit.md` 4). Same board, same report, byte for byte.

mod json;

use std::fmt;

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::proof_system::Suite;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::message::Sender;

use crate::check::Check;
use crate::program::Program;
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
    /// Every check was computed and holds. Culprits may have been excluded; the report names them.
    Verified,
    /// At least one check failed: the published round contradicts it.
    Failed,
    /// No check failed, but at least one was skipped, or a part of one: on request, or for want of the organiser's
    /// key.
    Incomplete,
    /// No check failed, but the board ends before the round is finished.
    Unfinished,
}

impl Verdict {
    /// The exit code of `veragg audit` for this verdict.
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
            Verdict::Incomplete => {
                "INCOMPLETE: no check failed, but a check or a part of one was skipped"
            }
            Verdict::Unfinished => {
                "NOT FINISHED: no check failed, but the board ends before the result"
            }
        })
    }
}

/// How a check ended. A check that was not computed never counts as passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "status",
    rename_all = "kebab-case",
    try_from = "json::RawStatus"
)]
pub enum Status {
    /// The check holds for every record.
    Passed {
        /// The number of records that it was computed for.
        records: u64,
    },
    /// Some records were bad. The report names their senders, and these records do not count, as the rules
    /// say.
    PassedWithFaults {
        /// The number of records that it was computed for.
        records: u64,
        /// How many of them were bad.
        bad: u64,
    },
    /// The check holds for every record, but a part of it was left out: of V-01, since without the organiser's key nobody
    /// can check who signed the configuration, or since V-02 failed before V-01.4 was reached; of V-08.A, since the
    /// board ends before V-08.A.2 can be judged.
    PassedInPart {
        /// The number of records that it was computed for.
        records: u64,
        /// Which part was left out, and why.
        skipped: String,
    },
    /// The published round contradicts the check.
    Failed {
        /// What is wrong and where, one text for each failure.
        failures: Vec<String>,
    },
    /// There was nothing to check, or the board does not reach the data that is needed.
    NotApplicable {
        /// Which of the two, and why.
        reason: String,
    },
    /// The auditor asked to leave it out.
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
    /// A client of the roster.
    Client(ClientId),
    /// A trustee of the committee.
    Trustee(TrusteeId),
    /// The aggregator of the round.
    Aggregator,
    /// The organiser of the round.
    Organiser,
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Culprit::Client(client) => write!(f, "client {client}"),
            Culprit::Trustee(trustee) => write!(f, "trustee {trustee}"),
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
                let (role, number) = name.split_once(' ')?;
                let number = number.parse().ok()?;
                match role {
                    "client" => Culprit::Client(ClientId::new(number)?),
                    "trustee" => Culprit::Trustee(TrusteeId::new(number)?),
                    _ => return None,
                }
            }
        };
        // Each culprit has one name: `client 03` is not one.
        (culprit.to_string() == name).then_some(culprit)
    }
}

impl From<ClientId> for Culprit {
    fn from(client: ClientId) -> Self {
        Culprit::Client(client)
    }
}

impl From<TrusteeId> for Culprit {
    fn from(trustee: TrusteeId) -> Self {
        Culprit::Trustee(trustee)
    }
}

impl From<Sender> for Culprit {
    fn from(sender: Sender) -> Self {
        match sender {
            Sender::Client(client) => Culprit::Client(client),
            Sender::Trustee(trustee) => Culprit::Trustee(trustee),
            Sender::Aggregator => Culprit::Aggregator,
        }
    }
}

/// A breach of the protocol, with its culprit and the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Who broke the protocol.
    pub culprit: Culprit,
    /// The check that found it.
    pub check: Check,
    /// The step that does not hold, by its number in `specs/audit.md`.
    pub rule: StepNumber,
    /// The leaves that prove it, counted from 0.
    pub evidence: Vec<u64>,
    /// The clients besides the culprit whose messages are needed to prove it. They are not accused.
    pub involved: Vec<u32>,
    /// What the culprit did, in words.
    pub what: String,
    /// The values that were computed to find it.
    pub workings: Vec<Working>,
    /// How many checkpoints of the board show the fault; 0 if it needs none.
    pub checkpoints: u32,
}

/// A value that was computed to find a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Working {
    /// What the value is, in words.
    pub what: String,
    /// The bytes of the value, in hexadecimal.
    pub value: String,
}

/// A client that is not in the sum, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// The client's number.
    pub client: u32,
    /// Its outcome, such as `dropped (submit)`.
    pub outcome: String,
}

/// The key that the configuration was checked against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganiserReport {
    /// The key, in hexadecimal.
    pub key: String,
    /// Whether the auditor knew it beforehand. If not, it was taken from the board, and then
    /// anybody may have made the whole board.
    pub given: bool,
}

/// What a report says of a protocol that the other does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolReport {
    /// The pairwise protocol.
    Pairwise {
        /// The number of neighbours of each client.
        degree: u32,
        /// The number of shares that reconstruct a secret.
        threshold: u32,
    },
    /// The committee protocol.
    Committee {
        /// The number of trustees.
        trustees: u32,
        /// How many of them may collude with the aggregator.
        colluding: u32,
        /// How many rows a sharing packs.
        packed: u32,
        /// How many trustees must confirm and open.
        needed: u32,
    },
}

/// The settings of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "json::RawRound", into = "json::RawRound")]
pub struct RoundReport {
    /// The context: the digest of the configuration, in hexadecimal.
    pub context: String,
    /// The suite, which decides how inputs are committed and proven.
    pub suite: Suite,
    /// The number of clients on the roster.
    pub clients: u32,
    /// The protocol, with its own settings.
    pub protocol: ProtocolReport,
    /// The fewest contributors that a sum needs; in the pairwise protocol each must acknowledge.
    pub min_contributors: u32,
    /// The number of coordinates of each vector.
    pub coordinates: usize,
}

/// What a trustee has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrusteeReport {
    /// The trustee's number.
    pub trustee: u32,
    /// Its identity key, in hexadecimal.
    pub key: String,
    /// Whether it spoke in check.
    pub checked: bool,
    /// Whether it spoke in confirm.
    pub confirmed: bool,
    /// Whether it spoke in open with an opening that was judged and holds.
    pub opened: bool,
}

/// One message of a followed client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineMessage {
    /// The phase of the message. `Unmask(0)` stands for every round of unmask, since all of them have one name.
    #[serde(with = "json::phase")]
    pub phase: Phase,
    /// The leaf of the message.
    pub leaf: u64,
    /// The length of the message in bytes.
    pub bytes: usize,
}

/// What a fault has to do with a followed client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Concern {
    /// The client is the culprit.
    Culprit,
    /// Messages of the client help to show the fault of another client. The client is not accused.
    Involved,
    /// The aggregator left the client out of a list that the client belongs on.
    LeftOut,
    /// The aggregator put the client on a list that it does not belong on.
    Listed,
    /// The aggregator published another outcome of the client than the one that follows from the board.
    Outcome,
    /// The aggregator put a message in the client's name on the board that must not stand there.
    Message,
}

/// A fault that concerns a followed client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientFault {
    /// The number of the fault in the report, counted from 1.
    pub fault: usize,
    /// What it has to do with the client.
    pub concern: Concern,
    /// The phase of the list or of the message. `Unmask(0)` stands for every round of unmask, and `Confirm` for the phases of both
    /// protocols, since they have one name.
    #[serde(with = "json::phase")]
    pub phase: Phase,
}

/// What the board shows about one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientTimeline {
    /// The client's number.
    pub client: u32,
    /// Its messages, in order.
    pub messages: Vec<TimelineMessage>,
    /// Its outcome, as recomputed.
    pub outcome: String,
    /// Whether its input is in the sum, or would be if the aggregator had followed the rules.
    pub contributed: bool,
    /// The faults that concern it, in the order of the report.
    pub faults: Vec<ClientFault>,
}

/// The whole report. It is written as JSON (`specs/audit.md` 4.3) and read back with serde:
///
/// ```
/// use veragg_verifier::{Check, Report, Status, Verdict};
///
/// # fn main() -> Result<(), serde_json::Error> {
/// let json = r#"{
///     "protocol": 1,
///     "program": { "version": "0.1.0", "commit": "unknown" },
///     "verdict": "verified",
///     "organiser": { "key": "278d504a", "given": true },
///     "board": "7f3a9c",
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
    /// The program that made the report.
    pub program: Program,
    /// The result of the audit.
    pub verdict: Verdict,
    /// The organiser's key, and where it comes from.
    pub organiser: OrganiserReport,
    /// The digest of the board, in hexadecimal (`specs/audit.md` 4.5). Copies of a board have the same, whatever
    /// follows the last checkpoint.
    pub board: String,
    /// The settings of the round; `None` if its configuration or roster is refused.
    #[serde(deserialize_with = "Option::deserialize")]
    pub round: Option<RoundReport>,
    /// How each check ended, in the order of the ids.
    pub checks: Vec<CheckReport>,
    /// Every fault, in board order.
    pub faults: Vec<Fault>,
    /// Clients whose inputs are in the sum, as recomputed.
    pub contributors: Vec<u32>,
    /// The other clients on the roster whose outcome is known.
    pub absent: Vec<Absent>,
    /// The trustees of the committee protocol; none in the pairwise protocol.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trustees: Vec<TrusteeReport>,
    /// The client that the auditor asked to follow ([`Options::follow`](crate::Options::follow)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<ClientTimeline>,
}

impl Report {
    /// How a check ended; `None` if the report does not list it.
    pub fn status(&self, check: Check) -> Option<&Status> {
        self.checks
            .iter()
            .find(|report| report.id == check)
            .map(|report| &report.status)
    }

    /// Whether the round is of the committee protocol. A round that is refused is of none.
    pub fn is_of_committee(&self) -> bool {
        let round = self.round.as_ref();
        round.is_some_and(|round| matches!(round.protocol, ProtocolReport::Committee { .. }))
    }

    /// What became of a client that is not in the sum, in words. `outcome` says what follows from the lists on the board: a client is
    /// excluded for a fault if its message stands there and a list does not name it. The words speak of a fault only if one is found.
    pub fn words_of(&self, absent: &Absent) -> String {
        let is_accused = |fault: &Fault| match fault.culprit {
            Culprit::Client(client) => client.number() == absent.client,
            _ => false,
        };
        match absent.outcome.strip_prefix("excluded for a fault") {
            Some(phase) if !self.faults.iter().any(is_accused) => {
                format!("excluded{phase}; no fault of it is found, and nobody accuses it")
            }
            _ => absent.outcome.clone(),
        }
    }

    /// Why the configuration (V-01), the roster (V-02) or the committee (V-15) is refused, in words; `None` if the round was audited.
    pub fn refused(&self) -> Option<String> {
        if self.round.is_some() {
            return None;
        }
        let checks = [Check::Configuration, Check::Roster, Check::Committee];
        let failures = checks
            .into_iter()
            .filter_map(|check| match self.status(check) {
                Some(Status::Failed { failures }) => Some(failures.join("; ")),
                _ => None,
            });
        Some(failures.collect::<Vec<_>>().join("; "))
    }
}
