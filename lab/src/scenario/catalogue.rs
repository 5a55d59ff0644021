//! The scenarios that come with the crate.

use super::{Scenario, ScenarioError};

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

/// All scenarios, by their names.
pub fn all() -> &'static [Entry] {
    ALL
}

/// The scenario with this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
