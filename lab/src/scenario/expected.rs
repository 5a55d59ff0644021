//! What must come out of a scenario.

use serde::{Deserialize, Serialize};
use veragg_verifier::{Check, Culprit, Verdict};

/// What must come out of a scenario.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The verdict of the audit.
    pub verdict: VerdictName,
    /// The clients whose inputs are in the sum.
    pub contributors: Vec<u32>,
    /// The checks that fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<CheckId>,
    /// Who is named, under which check.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Named>,
    /// Messages that the aggregator refuses.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub refused: usize,
    /// In the committee protocol, the honest clients and trustees that refuse to go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<CulpritName>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Somebody who is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Who it is.
    pub who: CulpritName,
    /// The check that names it.
    pub check: CheckId,
}

/// A type that is written as the text that it is displayed as.
macro_rules! by_text {
    ($(#[$doc:meta])* $name:ident($of:ty), $what:literal, $find:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub $of);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let find: fn(&str) -> Option<$of> = $find;
                find(&text).map(Self).ok_or_else(|| format!(concat!("{:?} is no ", $what), text))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.to_string()
            }
        }
    };
}

by_text! {
    /// A check, by its id.
    CheckId(Check), "check; an id such as \"V-07.B\" is expected",
    |id| Check::ALL.iter().copied().find(|check| check.id() == id)
}

by_text! {
    /// Somebody who can be named, by its name.
    CulpritName(Culprit), "party; \"client 3\", \"trustee 2\", \"aggregator\" or \"organiser\" is expected",
    Culprit::from_name
}

/// A verdict, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictName {
    /// Everything holds.
    Verified,
    /// A check failed.
    Failed,
    /// A check was skipped.
    Incomplete,
    /// The board ends before the round.
    Unfinished,
}

impl From<Verdict> for VerdictName {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Verified => Self::Verified,
            Verdict::Failed => Self::Failed,
            Verdict::Incomplete => Self::Incomplete,
            Verdict::Unfinished => Self::Unfinished,
        }
    }
}
