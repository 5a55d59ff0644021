//! The program that makes a report: its version and its commit.

use std::fmt;

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::foreign::Foreign;

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The version of the verifier.
    pub version: String,
    /// The commit that the verifier was built from, or `unknown`. Changes that were not committed do not show.
    pub commit: String,
}

impl Program {
    /// The version of this verifier.
    pub const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    /// The commit that this verifier was built from, or `unknown`.
    pub const COMMIT: &'static str = env!("VERAGG_COMMIT");

    /// This program.
    pub fn this() -> Self {
        Self {
            version: Self::VERSION.to_owned(),
            commit: Self::COMMIT.to_owned(),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A report that was read can name any program.
        let (version, commit) = (Foreign::new(&self.version), Foreign::new(&self.commit));
        write!(f, "veragg {version}, commit {commit}")
    }
}
