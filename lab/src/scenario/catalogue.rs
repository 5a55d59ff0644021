//! The scenarios that come with the crate.

use veragg_protocol::circuits::proof_system::Suite;

use super::{Outcome, Scenario, ScenarioError, Unplayable};
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
    pub fn scenario(&self) -> Result<Scenario, ScenarioError> {
        Scenario::parse(self.text)
    }
}

/// A scenario of the catalogue that was played.
#[derive(Debug)]
pub struct Played {
    /// Its name.
    pub name: &'static str,
    /// The scenario.
    pub scenario: Scenario,
    /// What came out.
    pub outcome: Result<Outcome, Unplayable>,
}

/// Plays all scenarios on a suite, with as many threads as there are. Errors: a file is no scenario, which a test of the
/// crate excludes.
pub fn play_all(suite: Suite, seed: u64) -> Result<Vec<Played>, ScenarioError> {
    let play = |number: u64| {
        let entry = &ALL[number as usize];
        let scenario = entry.scenario()?;
        Ok(Played {
            name: entry.name,
            outcome: scenario.play_on(suite, seed),
            scenario,
        })
    };
    side_by_side(ALL.len() as u64, play).into_iter().collect()
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
