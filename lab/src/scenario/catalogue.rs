//! The scenarios that come with the crate.

use veragg_protocol::circuits::proof_system::Suite;

use super::{Outcome, ScenarioError, ScenarioFile, Unplayable};
use crate::protocol_name::ProtocolName;
use crate::workers::side_by_side;

/// A scenario of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

impl Entry {
    /// The scenario.
    pub fn scenario(&self) -> Result<ScenarioFile, ScenarioError> {
        ScenarioFile::parse(self.text)
    }
}

/// A scenario of the catalogue that was played.
#[derive(Debug)]
pub struct Played {
    /// Its name.
    pub name: &'static str,
    /// The scenario.
    pub scenario: ScenarioFile,
    /// What came out.
    pub outcome: Result<Outcome, Unplayable>,
}

/// Plays all scenarios on a suite, or all of one protocol, with as many threads as there are. Errors: a file is no scenario, which
/// a test of the crate excludes.
pub fn play_all(
    suite: Suite,
    seed: u64,
    protocol: Option<ProtocolName>,
) -> Result<Vec<Played>, ScenarioError> {
    let all = ALL.iter().map(|entry| Ok((entry.name, entry.scenario()?)));
    let all = all.collect::<Result<Vec<_>, ScenarioError>>()?;
    let asked = |scenario: &ScenarioFile| {
        let own = scenario.round().protocol;
        protocol.is_none_or(|protocol| protocol == own)
    };
    let all: Vec<_> = all.into_iter().filter(|(_, it)| asked(it)).collect();
    let outcomes = side_by_side(all.len() as u64, |number| {
        all[number as usize].1.play_on(suite, seed)
    });
    let played = all.into_iter().zip(outcomes);
    Ok(played
        .map(|((name, scenario), outcome)| Played {
            name,
            scenario,
            outcome,
        })
        .collect())
}

/// All scenarios, by their names.
pub fn all() -> &'static [Entry] {
    ALL
}

/// The scenario with this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
