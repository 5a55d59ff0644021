//! Protocols by their names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use veragg_protocol::circuits::foreign::Foreign;

/// A protocol, written by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ProtocolName {
    /// Clients mask for each other (`specs/protocol.md`).
    #[default]
    Pairwise,
    /// A client sends one message, and trustees do the rest (`specs/committee.md`).
    Committee,
}

/// A name that no protocol has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown protocol `{}`; known: pairwise, committee", Foreign::new(.0))]
pub struct UnknownProtocol(String);

impl ProtocolName {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pairwise => "pairwise",
            Self::Committee => "committee",
        }
    }
}

impl FromStr for ProtocolName {
    type Err = UnknownProtocol;

    fn from_str(name: &str) -> Result<Self, UnknownProtocol> {
        let mut all = [Self::Pairwise, Self::Committee].into_iter();
        let found = all.find(|protocol| protocol.name() == name);
        found.ok_or_else(|| UnknownProtocol(name.to_owned()))
    }
}

impl TryFrom<String> for ProtocolName {
    type Error = UnknownProtocol;

    fn try_from(name: String) -> Result<Self, UnknownProtocol> {
        name.parse()
    }
}

impl From<ProtocolName> for String {
    fn from(protocol: ProtocolName) -> Self {
        protocol.name().to_owned()
    }
}

impl fmt::Display for ProtocolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
