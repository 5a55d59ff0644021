//! A scenario as a file, of either protocol.

use serde::de::DeserializeOwned;
use serde::Serialize;
use toml::{Table, Value};
use veragg_protocol::circuits::proof_system::Suite;

use super::expected::Expected;
use super::round::RoundSetting;
use super::{toml_error, CommitteeScenario, Outcome, Scenario, ScenarioError, Unplayable};
use crate::attack::{AggregatorAttack, ClientAttack, FileAttack};
use crate::committee::attack as of_committee;
use crate::protocol_name::ProtocolName;

/// A scenario, of either protocol.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum ScenarioFile {
    /// On the pairwise protocol.
    Pairwise(Box<Scenario>),
    /// On the committee protocol.
    Committee(Box<CommitteeScenario>),
}

/// Blocks that exist only in the committee protocol.
const OF_COMMITTEE: [&str; 4] = ["committee", "organiser", "absence", "trustee"];

impl ScenarioFile {
    /// Reads a scenario. Its protocol is what it names in `[round]`, and the pairwise one if it names none.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let table: Table = toml::from_str(text).map_err(|error| toml_error(text, &error))?;
        let round = table.get("round").and_then(Value::as_table);
        let protocol = round.and_then(|round| round.get("protocol"));
        let protocol = match protocol.and_then(Value::as_str) {
            Some(name) => name.parse()?,
            None => ProtocolName::default(),
        };
        Ok(match protocol {
            ProtocolName::Pairwise => {
                let mut only = OF_COMMITTEE.iter().filter(|it| table.contains_key(**it));
                if let Some(block) = only.next() {
                    return Err(ScenarioError::OnlyCommittee(written(block, &table[*block])));
                }
                refuse_others::<ClientAttack, of_committee::ClientAttack>(&table, "cheat")
                    .and_then(|()| {
                        refuse_others::<AggregatorAttack, of_committee::AggregatorAttack>(
                            &table,
                            "aggregator",
                        )
                    })
                    .map_err(ScenarioError::OnlyCommittee)?;
                let scenario = Scenario::parse(text)?;
                refuse_files(&scenario.file, protocol)?;
                Self::Pairwise(Box::new(scenario))
            }
            ProtocolName::Committee => {
                for block in ["network", "suites"] {
                    if let Some(value) = table.get(block) {
                        return Err(ScenarioError::OnlyPairwise(written(block, value)));
                    }
                }
                refuse_others::<of_committee::ClientAttack, ClientAttack>(&table, "cheat")
                    .and_then(|()| {
                        refuse_others::<of_committee::AggregatorAttack, AggregatorAttack>(
                            &table,
                            "aggregator",
                        )
                    })
                    .map_err(ScenarioError::OnlyPairwise)?;
                let scenario = CommitteeScenario::parse(text)?;
                refuse_files(&scenario.file, protocol)?;
                Self::Committee(Box::new(scenario))
            }
        })
    }

    /// The file of the scenario.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// Plays the scenario on a suite, and audits its board. Nothing but the seed decides what comes out.
    pub fn play_on(&self, suite: Suite, seed: u64) -> Result<Outcome, Unplayable> {
        match self {
            Self::Pairwise(scenario) => scenario.play_on(suite, seed),
            Self::Committee(scenario) => scenario.play_on(suite, seed),
        }
    }

    /// In a few words, what is attacked.
    pub fn title(&self) -> &str {
        match self {
            Self::Pairwise(scenario) => &scenario.title,
            Self::Committee(scenario) => &scenario.title,
        }
    }

    /// What the attacker does, and what it would gain.
    pub fn tries(&self) -> &str {
        match self {
            Self::Pairwise(scenario) => &scenario.tries,
            Self::Committee(scenario) => &scenario.tries,
        }
    }

    /// What stops it, and what happens then.
    pub fn stopped(&self) -> &str {
        match self {
            Self::Pairwise(scenario) => &scenario.stopped,
            Self::Committee(scenario) => &scenario.stopped,
        }
    }

    /// The round that is attacked.
    pub fn round(&self) -> &RoundSetting {
        match self {
            Self::Pairwise(scenario) => &scenario.round,
            Self::Committee(scenario) => &scenario.round,
        }
    }

    /// What must come out.
    pub fn expect(&self) -> &Expected {
        match self {
            Self::Pairwise(scenario) => &scenario.expect,
            Self::Committee(scenario) => &scenario.expect,
        }
    }

    /// Whether it is only for some suites.
    pub fn is_for_some_suites(&self) -> bool {
        match self {
            Self::Pairwise(scenario) => !scenario.suites.is_empty(),
            Self::Committee(_) => true,
        }
    }
}

/// A block or a key, as it is written in a file.
fn written(name: &str, value: &Value) -> String {
    match value {
        Value::Table(_) => format!("[{name}]"),
        Value::Array(blocks) if blocks.iter().all(Value::is_table) => format!("[[{name}]]"),
        _ => format!("`{name}`"),
    }
}

/// Refuses an attack that is none of its protocol, but one of the other protocol. An attack that is none of either is refused where the
/// file is read. Errors: what is refused, as it is written.
fn refuse_others<Own: DeserializeOwned, Other: DeserializeOwned>(
    table: &Table,
    block: &str,
) -> Result<(), String> {
    let blocks = table.get(block).and_then(Value::as_array);
    for written in blocks.into_iter().flatten() {
        let attack = match block {
            "cheat" => written.get("does"),
            _ => Some(written),
        };
        let Some(attack) = attack else { continue };
        let name = match attack {
            Value::Table(table) => table.keys().next().map_or("", String::as_str),
            attack => attack.as_str().unwrap_or_default(),
        };
        // An attack of both protocols that is written for the other one is refused where the file is read, with what is wrong in it.
        let own = attack.clone().try_into::<Own>();
        let unknown = format!("unknown variant `{name}`");
        let is_unknown = own.is_err_and(|error| error.message().starts_with(&unknown));
        if is_unknown && attack.clone().try_into::<Other>().is_ok() {
            return Err(format!("`{name}` in [[{block}]]"));
        }
    }
    Ok(())
}

fn refuse_files(attacks: &[FileAttack], protocol: ProtocolName) -> Result<(), ScenarioError> {
    let mut others = attacks.iter().flat_map(FileAttack::only_in);
    match others.find(|(only, _)| *only != protocol) {
        Some((ProtocolName::Pairwise, name)) => {
            Err(ScenarioError::OnlyPairwise(format!("`{name}` in [[file]]")))
        }
        Some((ProtocolName::Committee, name)) => Err(ScenarioError::OnlyCommittee(format!(
            "`{name}` in [[file]]"
        ))),
        None => Ok(()),
    }
}
