//! Phases by their names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use veragg_protocol::round::phase::Phase;

/// A phase, written by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhaseName(pub Phase);

/// A name that no phase has.
#[derive(Debug, Error)]
#[error("no phase is called {name:?}; the phases are {}", names().join(", "))]
pub struct UnknownPhase {
    /// The name.
    pub name: String,
}

fn names() -> Vec<&'static str> {
    Phase::PAIRWISE.iter().map(|phase| phase.name()).collect()
}

impl FromStr for PhaseName {
    type Err = UnknownPhase;

    fn from_str(name: &str) -> Result<Self, UnknownPhase> {
        let found = Phase::PAIRWISE
            .into_iter()
            .find(|phase| phase.name() == name);
        let name = name.to_owned();
        found.map(Self).ok_or(UnknownPhase { name })
    }
}

impl TryFrom<String> for PhaseName {
    type Error = UnknownPhase;

    fn try_from(name: String) -> Result<Self, UnknownPhase> {
        name.parse()
    }
}

impl From<PhaseName> for String {
    fn from(phase: PhaseName) -> Self {
        phase.0.name().to_owned()
    }
}

impl fmt::Display for PhaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}
