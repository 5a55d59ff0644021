//! The list of all suites: the one place that a new suite adds a line to.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::foreign::Foreign;

/// Takes the list of suites, each as `variant = number, name, module::type`, and makes the enum
/// [`Suite`] and the macro `with_suite!` of it. The list begins with a `$`, which the macro that is
/// made needs for its own variables.
macro_rules! suites {
    ($d:tt $($(#[$doc:meta])* $suite:ident = $number:literal, $name:literal, $module:ident::$proofs:ident;)+) => {
        /// The name of a suite; its number is what travels.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Suite {
            $($(#[$doc])* $suite = $number,)+
        }

        impl Suite {
            /// All suites of this version.
            pub const ALL: &'static [Suite] = &[$(Suite::$suite),+];

            /// The name in configurations and reports.
            pub fn name(self) -> &'static str {
                match self {
                    $(Suite::$suite => $name,)+
                }
            }
        }

        /// `with_suite!(suite, P => expression)`: the expression with `P` for the
        /// [`ProofSystem`](crate::proof_system::ProofSystem) of a [`Suite`].
        #[macro_export]
        macro_rules! with_suite {
            ($d suite:expr, $d proofs:ident => $d body:expr) => {
                match $d suite {
                    $($d crate::proof_system::Suite::$suite => {
                        type $d proofs = $d crate::$module::$proofs;
                        $d body
                    })+
                }
            };
        }
    };
}

suites! { $
    /// `ristretto255-bitplane`, the default.
    RistrettoBitplane = 1, "ristretto255-bitplane", bitplane::RistrettoBitplane;
    /// `ristretto255-bulletproofs`.
    RistrettoBulletproofs = 2, "ristretto255-bulletproofs", bulletproofs::RistrettoBulletproofs;
    /// `bls12381-groth16`, which needs a set-up.
    Bls12381Groth16 = 3, "bls12381-groth16", groth16::Bls12381Groth16;
}

impl Suite {
    /// The suite for whoever has no reason to choose another.
    pub const DEFAULT: Suite = Suite::RistrettoBitplane;

    /// Whether a configuration names the key of a set-up.
    pub fn has_key(self) -> bool {
        self == Suite::Bls12381Groth16
    }

    /// The number on the wire.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The suite of a number on the wire.
    pub fn from_number(number: u16) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|suite| suite.number() == number)
    }

    fn all_names() -> String {
        let names: Vec<_> = Self::ALL.iter().map(|suite| suite.name()).collect();
        names.join(", ")
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no suite has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown suite `{}`; known: {known}", Foreign::new(.0), known = Suite::all_names())]
pub struct UnknownSuite(String);

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(name: &str) -> Result<Self, UnknownSuite> {
        let mut all = Self::ALL.iter().copied();
        all.find(|suite| suite.name() == name)
            .ok_or_else(|| UnknownSuite(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof_system::ProofSystem;

    #[test]
    fn every_suite_is_found_by_its_number_and_its_name() {
        for &suite in Suite::ALL {
            assert_eq!(Suite::from_number(suite.number()), Some(suite));
            assert_eq!(suite.name().parse(), Ok(suite));
            assert_eq!(with_suite!(suite, P => P::SUITE), suite);
            let unknown = "none".parse::<Suite>().unwrap_err().to_string();
            assert!(unknown.contains(suite.name()), "{unknown}");
        }
        assert_eq!(Suite::from_number(0), None);
    }
}
