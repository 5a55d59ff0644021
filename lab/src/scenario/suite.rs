//! Suites by their names.

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::proof_system::Suite;

/// A suite, written by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SuiteName(pub Suite);

impl TryFrom<String> for SuiteName {
    type Error = <Suite as std::str::FromStr>::Err;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse().map(Self)
    }
}

impl From<SuiteName> for String {
    fn from(suite: SuiteName) -> Self {
        suite.0.name().to_owned()
    }
}
