//! The summary that `veragg run` prints when it is done.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use veragg::circuits::foreign::Foreign;
use veragg::lab::committee::local::CommitteePhaseTime;
use veragg::local::PhaseTime;
use veragg::protocol::round::phase::Phase;
use veragg::survey::Results;
use veragg::verifier::Report;

use super::output;

/// The summary of a round that was played and audited.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    pub(super) title: String,
    pub(super) suite: &'static str,
    pub(super) clients: u32,
    pub(super) coordinates: usize,
    /// How many clients may be corrupt.
    pub(super) corrupt: u32,
    #[serde(flatten)]
    pub(super) protocol: ProtocolSummary,
    pub(super) phases: Vec<PhaseSummary>,
    /// How many bytes one client sends and receives in the whole round.
    pub(super) traffic: Traffic,
    /// How many messages the aggregator refused.
    pub(super) refusals: usize,
    pub(super) contributors: usize,
    pub(super) absent: Vec<Absent>,
    #[serde(flatten)]
    pub(super) results: Option<Results>,
    #[serde(serialize_with = "as_seconds")]
    pub(super) audit_seconds: Duration,
    pub(super) audit: Option<Report>,
    /// What the configuration and the table were warned of, on standard error.
    pub(super) warnings: Vec<String>,
    pub(super) files: Files,
    /// Nothing if the suite needs no set-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set_up: Option<SetUpSummary>,
    /// The clients' names, if the table gives them.
    #[serde(skip)]
    pub(super) names: Vec<Option<String>>,
}

/// What only rounds of one protocol have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum ProtocolSummary {
    Pairwise {
        /// How many honest clients may be absent.
        may_be_absent: u32,
        degree: u32,
        threshold: u32,
        /// The beacon, which is drawn at random here; see [`BEACON`].
        beacon: String,
    },
    Committee {
        trustees: u32,
        colluding: u32,
        packed: u32,
        /// How many trustees must confirm and open.
        needed: u32,
        /// How many bytes one trustee sends and receives in the whole round.
        trustee_traffic: Traffic,
    },
}

impl Default for ProtocolSummary {
    fn default() -> Self {
        Self::Pairwise {
            may_be_absent: 0,
            degree: 0,
            threshold: 0,
            beacon: String::new(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct PhaseSummary {
    phase: &'static str,
    /// Whether trustees speak in it.
    #[serde(skip)]
    of_trustees: bool,
    /// All clients, or all trustees one after the other.
    #[serde(serialize_with = "as_seconds")]
    clients_seconds: Duration,
    #[serde(serialize_with = "as_seconds")]
    aggregator_seconds: Duration,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Traffic {
    pub(super) up: Spread,
    pub(super) down: Spread,
}

/// The median and the maximum of some numbers of bytes.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Spread {
    median: usize,
    max: usize,
}

/// A client that is not in the sum.
#[derive(Debug, Serialize)]
pub(super) struct Absent {
    pub(super) client: u32,
    pub(super) name: Option<String>,
    pub(super) outcome: String,
    /// Why it refused to go on, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<String>,
}

/// The paths of the files with the results.
#[derive(Debug, Default, Serialize)]
pub(super) struct Files {
    pub(super) board: String,
    pub(super) aggregate: String,
    pub(super) receipts: String,
    /// The names of the clients, if the table gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) names: Option<String>,
    pub(super) organiser: String,
    /// The transcript and the proving key of the set-up, if the suite has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) setup: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) proving_key: Option<String>,
}

/// The set-up of the round.
#[derive(Debug, Serialize)]
pub(super) struct SetUpSummary {
    /// Whether it was played on this machine.
    pub(super) played: bool,
    /// The keys of the contributors whom the audit takes for honest.
    pub(super) contributors: Vec<String>,
}

/// The most names of clients that are listed.
const SHOWN_NAMES: usize = 30;

const BEACON: &str = "All roles were played on this machine, with fresh keys and a beacon drawn at random. \
In a real round each client keeps its own key and data, and the beacon must come from a public source \
after the roster was fixed.";

const FRESH_KEYS: &str = "All roles were played on this machine, with fresh keys. In a real round each client and each trustee \
keeps its own key on a machine of its own, and trustees are people or institutions who do not trust each other.";

const SET_UP: &str =
    "The set-up of the suite was played on this machine too, with two contributors. In a real one \
each contributor works on a machine of its own and forgets its secrets: see `veragg setup --help`.";

fn as_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

impl From<&PhaseTime> for PhaseSummary {
    fn from(time: &PhaseTime) -> Self {
        Self {
            phase: time.phase.name(),
            of_trustees: false,
            clients_seconds: time.clients,
            aggregator_seconds: time.aggregator,
        }
    }
}

impl From<&CommitteePhaseTime> for PhaseSummary {
    fn from(time: &CommitteePhaseTime) -> Self {
        Self {
            phase: time.phase.name(),
            of_trustees: time.phase != Phase::Submit,
            clients_seconds: time.senders,
            aggregator_seconds: time.aggregator,
        }
    }
}

impl Spread {
    /// The spread of these numbers. Of an even count it takes the lower median, and of none zero.
    pub(super) fn of(mut bytes: Vec<usize>) -> Self {
        bytes.sort_unstable();
        let middle = bytes.len().saturating_sub(1) / 2;
        Self {
            median: bytes.get(middle).copied().unwrap_or(0),
            max: bytes.last().copied().unwrap_or(0),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, max) = (output::bytes(self.median), output::bytes(self.max));
        write!(f, "median {median}, at most {max}")
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", Foreign::new(&self.title).at_most(200))?;
        let (clients, coordinates, suite) = (self.clients, self.coordinates, self.suite);
        write!(
            f,
            "{clients} clients, {coordinates} numbers each, {suite}; "
        )?;
        match &self.protocol {
            ProtocolSummary::Pairwise {
                may_be_absent,
                degree,
                threshold,
                ..
            } => writeln!(
                f,
                "{degree} neighbours, {threshold} shares reconstruct a secret\nat most {} corrupt and {may_be_absent} absent clients assumed\n{BEACON}",
                self.corrupt
            )?,
            ProtocolSummary::Committee {
                trustees,
                colluding,
                needed,
                ..
            } => writeln!(
                f,
                "{trustees} trustees, {needed} must open\nassumed corrupt: at most {} of the clients and {colluding} of the trustees; each client sends one message\n{FRESH_KEYS}",
                self.corrupt
            )?,
        }
        if self.set_up.as_ref().is_some_and(|set_up| set_up.played) {
            writeln!(f, "{SET_UP}")?;
        }
        let names: Vec<_> = self.names.iter().flatten().collect();
        if !names.is_empty() {
            let shown = names.iter().take(SHOWN_NAMES);
            let shown: Vec<_> = shown.map(|name| Foreign::new(name).to_string()).collect();
            let more = match names.len().saturating_sub(SHOWN_NAMES) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            writeln!(f, "\nthe clients, from 1 on: {}{more}", shown.join(", "))?;
        }
        writeln!(
            f,
            "\n{:<12}  {:>12}  {:>12}",
            "time", "all clients", "aggregator"
        )?;
        for phase in &self.phases {
            let clients = output::seconds(phase.clients_seconds);
            let aggregator = output::seconds(phase.aggregator_seconds);
            let of = if phase.of_trustees {
                " (all trustees)"
            } else {
                ""
            };
            writeln!(
                f,
                "{:<12}  {clients:>12}  {aggregator:>12}{of}",
                phase.phase
            )?;
        }
        writeln!(f, "\nbytes of one client")?;
        writeln!(f, "  sent      {}", self.traffic.up)?;
        writeln!(f, "  received  {}", self.traffic.down)?;
        if let ProtocolSummary::Committee {
            trustee_traffic, ..
        } = &self.protocol
        {
            writeln!(f, "bytes of one trustee")?;
            writeln!(f, "  sent      {}", trustee_traffic.up)?;
            writeln!(f, "  received  {}", trustee_traffic.down)?;
        }
        if self.refusals > 0 {
            writeln!(f, "  messages refused by the aggregator: {}", self.refusals)?;
        }
        writeln!(
            f,
            "\nin the sum: {} of {} clients",
            self.contributors, self.clients
        )?;
        for absent in &self.absent {
            let name = absent.name.as_ref();
            let name = name.map_or_else(String::new, |name| format!(" ({})", Foreign::new(name)));
            let refusal = absent.refusal.as_ref();
            let refusal =
                refusal.map_or_else(String::new, |why| format!(". It went no further: {why}"));
            writeln!(
                f,
                "  not client {}{name}: {}{refusal}",
                absent.client, absent.outcome
            )?;
        }
        if let Some(results) = &self.results {
            write!(f, "\n{results}")?;
        }
        if let Some(audit) = &self.audit {
            let took = output::seconds(self.audit_seconds);
            writeln!(f, "\naudit of the board, from the file alone ({took})")?;
            for check in &audit.checks {
                writeln!(f, "{check}")?;
            }
            for trustee in &audit.trustees {
                writeln!(f, "  {trustee}")?;
            }
            for fault in &audit.faults {
                let (culprit, check, what) = (fault.culprit, fault.check, &fault.what);
                writeln!(f, "  fault of {culprit}, {check}: {what}")?;
            }
            writeln!(f, "verdict: {}", audit.verdict)?;
        }
        writeln!(f, "\nfiles")?;
        writeln!(f, "  board       {}", self.files.board)?;
        writeln!(f, "  sums        {}", self.files.aggregate)?;
        writeln!(f, "  receipts    {}", self.files.receipts)?;
        if let Some(names) = &self.files.names {
            writeln!(f, "  names       {names}")?;
        }
        writeln!(f, "  organiser   {}", self.files.organiser)?;
        if let Some(setup) = &self.files.setup {
            writeln!(f, "  set-up      {setup}")?;
        }
        if let Some(key) = &self.files.proving_key {
            writeln!(f, "  its key     {key}")?;
        }
        write!(
            f,
            "\nTo audit again: veragg audit {} --organiser {} --aggregate {}",
            output::quoted(&self.files.board),
            output::quoted(&self.files.organiser),
            output::quoted(&self.files.aggregate)
        )?;
        if let (Some(setup), Some(set_up)) = (&self.files.setup, &self.set_up) {
            write!(f, " --setup {}", output::quoted(setup))?;
            for key in &set_up.contributors {
                write!(f, " --contributor {key}")?;
            }
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_median_and_maximum() {
        let spread = |median, max| Spread { median, max };
        assert_eq!(Spread::of(vec![]), spread(0, 0));
        assert_eq!(Spread::of(vec![9, 1, 5]), spread(5, 9));
        assert_eq!(Spread::of(vec![4, 3, 2, 1]), spread(2, 4));
    }
}
