//! Scenarios: a round, who attacks it and how, and what must come out. Each is a file that anybody can read, change and
//! play again.
//!
//! A scenario is data. [`catalogue`] has those that come with the crate; [`ScenarioFile::parse`] reads one of your own. It is
//! played on a suite, from a seed: the same seed gives the same board. A [`Scenario`] is on the pairwise protocol, and a
//! [`CommitteeScenario`] on the committee protocol.

pub mod catalogue;
pub mod committee;
pub mod expected;
mod file;
pub mod outcome;
mod play;
pub mod round;
mod suite;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use veragg_protocol::circuits::foreign::Foreign;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::round::committee::shape::ShapeError;

use crate::attack::{AggregatorAttack, ClientAttack, FileAttack, MessageName, NotPlayable};
use crate::fixtures::PlaySetUp;
use crate::network::{NetworkSetting, Turn};
pub use crate::phase_name::PhaseName;
use crate::protocol_name::UnknownProtocol;
use crate::scene::Scene;
use expected::Expected;
use round::{RoundSetting, MOST_CLIENTS, MOST_NUMBERS};
pub use suite::SuiteName;

pub use committee::CommitteeScenario;
pub use file::ScenarioFile;
pub use outcome::Outcome;
pub use play::Unplayable;

/// A round of the pairwise protocol, its attackers, and what must come out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// In a few words, what is attacked.
    pub title: String,
    /// What the attacker does, and what it would gain.
    pub tries: String,
    /// What stops it, and what happens then.
    pub stopped: String,
    /// The round that is attacked.
    #[serde(default)]
    pub round: RoundSetting,
    /// What the network does. Without it, clients speak in the order of their numbers, and everything arrives once.
    #[serde(default, skip_serializing_if = "NetworkSetting::is_quiet")]
    pub network: NetworkSetting,
    /// Honest clients that leave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropout: Vec<Dropout>,
    /// Clients that attack. Several attacks of one client are applied in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cheat: Vec<Cheat>,
    /// What the aggregator does. Without any it is honest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregator: Vec<AggregatorAttack>,
    /// What is done to the file of the board before the audit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file: Vec<FileAttack>,
    /// What the auditor has besides the organiser's key.
    #[serde(default, skip_serializing_if = "Auditor::has_nothing")]
    pub auditor: Auditor,
    /// The names of the suites that it is played on. Without any it is played on all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<SuiteName>,
    /// What must come out.
    pub expect: Expected,
}

/// What an auditor has besides the organiser's key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Auditor {
    /// The clients of whom it has the receipts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<u32>,
    /// The clients of whom it has receipts that they signed themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forged_receipts: Vec<u32>,
    /// Whether it has the checkpoints that clients were shown and that are not on the board.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shown: bool,
}

impl Auditor {
    fn has_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// A client that leaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropout {
    /// Its number.
    pub client: u32,
    /// The last phase in which it sends something.
    pub after: PhaseName,
}

/// A client that attacks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cheat {
    /// Its number.
    pub client: u32,
    /// What it does.
    pub does: ClientAttack,
}

impl Cheat {
    /// The scene in which the clients of these blocks attack, in this order.
    pub fn apply_all<P: ProofSystem<SetUp: PlaySetUp>>(
        cheats: &[Self],
        mut scene: Scene<P>,
    ) -> Result<Scene<P>, NotPlayable> {
        for (index, cheat) in cheats.iter().enumerate() {
            let taken = cheats[..index].iter().any(|it| it.client == cheat.client);
            scene = cheat.does.apply(scene, cheat.client, taken)?;
        }
        Ok(scene)
    }

    /// Whether one of them uses what others send in the same phase, so that they must speak one after the other.
    pub fn need_turns(cheats: &[Self]) -> bool {
        cheats.iter().any(|cheat| cheat.turn().is_some())
    }

    /// After whom the client must speak, if it uses what another sends in the same phase.
    fn turn(&self) -> Option<Turn> {
        let first = match &self.does {
            ClientAttack::Copy { from, .. } => *from,
            ClientAttack::RogueKey { victim } => *victim,
            _ => return None,
        };
        let place = |client: u32| client.saturating_sub(1) as usize;
        let turn = Turn {
            first: place(first),
            then: place(self.client),
        };
        (turn.first < turn.then).then_some(turn)
    }
}

/// Why a file is no scenario.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// It is not written as a scenario is.
    #[error("line {line}: {}", Foreign::message(.message))]
    Toml {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// The round is larger than any attack needs.
    #[error("the round has {clients} clients with {numbers} numbers each; a scenario has 1 to {MOST_CLIENTS} clients, and at most {MOST_NUMBERS} numbers in all")]
    TooLarge {
        /// Clients of the round.
        clients: u32,
        /// Numbers of each.
        numbers: usize,
    },
    /// More than all of something is lost, repeated or restarted.
    #[error("{share} percent: a share of the network is 0 to 100 percent")]
    Share {
        /// The share.
        share: u8,
    },
    /// It names a trustee that the round does not have.
    #[error("trustee {trustee}: the round has the trustees 1 to {trustees}")]
    NoSuchTrustee {
        /// The number that is named.
        trustee: u32,
        /// Trustees of the round.
        trustees: u32,
    },
    /// It names a message that nobody sends.
    #[error("\"{0}\" is no message of the committee protocol: clients send submit, and trustees send check, confirm and open; name one of these")]
    NoSuchMessage(MessageName),
    /// A trustee that is restored from copies does something else besides.
    #[error("trustee {trustee}: `restored` is honest software of which there are copies, so it cannot attack in another way, too; remove its other [[trustee]] blocks")]
    RestoredWithOthers {
        /// The trustee.
        trustee: u32,
    },
    /// An attack on the close of publish, in which neither clients nor trustees speak.
    #[error("`{attack}` in [[aggregator]]: neither clients nor trustees speak in publish; name submit, check, confirm or open")]
    OnPublish {
        /// The attack.
        attack: &'static str,
    },
    /// Its committee is none.
    #[error("[committee]: {0}")]
    Committee(#[from] ShapeError),
    /// It names a protocol that is none.
    #[error(transparent)]
    Protocol(#[from] UnknownProtocol),
    /// Something that exists only in the pairwise protocol.
    #[error("{0} exists in the pairwise protocol only; remove it, or the line `protocol = \"committee\"`")]
    OnlyPairwise(String),
    /// Something that exists only in the committee protocol.
    #[error("{0} exists in the committee protocol only; remove it, or write `protocol = \"committee\"` under [round]")]
    OnlyCommittee(String),
    /// It names a client that the round does not have.
    #[error("client {client}: the round has the clients 1 to {clients}")]
    NoSuchClient {
        /// The number that is named.
        client: u32,
        /// Clients of the round.
        clients: u32,
    },
}

impl Scenario {
    /// Reads a scenario from its file.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|error| toml_error(text, &error))?;
        scenario.round.check()?;
        if let Some(share) = scenario.network.above_all() {
            return Err(ScenarioError::Share { share });
        }
        let clients = scenario.round.clients;
        let mut named = scenario.clients_named();
        match named.find(|client| !(1..=clients).contains(client)) {
            Some(client) => Err(ScenarioError::NoSuchClient { client, clients }),
            None => {
                drop(named);
                Ok(scenario)
            }
        }
    }

    /// All clients that the scenario names.
    pub(crate) fn clients_named(&self) -> impl Iterator<Item = u32> + '_ {
        let of_cheats = self.cheat.iter().map(|it| it.client);
        let of_others = self.cheat.iter().flat_map(|it| it.does.others());
        let of_dropouts = self.dropout.iter().map(|it| it.client);
        let of_inputs = self.round.input.iter().map(|it| it.client);
        let of_aggregator = self.aggregator.iter().flat_map(AggregatorAttack::clients);
        let of_file = self.file.iter().flat_map(FileAttack::messages);
        let of_file = of_file.filter_map(MessageName::client);
        let auditor = &self.auditor;
        let of_auditor = auditor
            .receipts
            .iter()
            .chain(&auditor.forged_receipts)
            .copied();
        let expected = self.expect.contributors.iter().copied();
        let all = of_cheats
            .chain(of_others)
            .chain(of_dropouts)
            .chain(of_inputs);
        all.chain(of_aggregator)
            .chain(of_file)
            .chain(of_auditor)
            .chain(expected)
    }

    /// The file of the scenario.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

/// Where a file is not written as a scenario is.
fn toml_error(text: &str, error: &toml::de::Error) -> ScenarioError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or(text);
    ScenarioError::Toml {
        line: 1 + before.matches('\n').count(),
        message: error.message().to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const QUIET: &str = "title = 't'\ntries = 't'\nstopped = 's'\n[expect]\nverdict = 'verified'\ncontributors = []\n";

    #[test]
    fn a_network_is_read_and_written() {
        let quiet = Scenario::parse(QUIET).unwrap();
        assert!(quiet.network.is_quiet() && !quiet.to_toml().unwrap().contains("network"));
        let text = format!("{QUIET}[network]\norder = true\nlost = 100\nrestarts = 1\n");
        let scenario = Scenario::parse(&text).unwrap();
        assert_eq!((scenario.network.lost, scenario.network.repeated), (100, 0));
        let again = Scenario::parse(&scenario.to_toml().unwrap()).unwrap();
        assert_eq!(again.network, scenario.network);
        for wrong in ["lost = 101", "repeated = 200", "restarts = 101"] {
            let refused = Scenario::parse(&format!("{QUIET}[network]\n{wrong}\n"));
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("0 to 100 percent"), "{refused}");
        }
        assert!(Scenario::parse(&format!("{QUIET}[network]\nlosses = 1\n")).is_err());
    }
}
