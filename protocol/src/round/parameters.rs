//! How many neighbours a client needs, and how many of them must reveal shares (`specs/parameters.md`).
//!
//! The idea of a sparse graph with such a trade-off is from Bell, Bonawitz, Gascón, Lepoint and
//! Raykova, "Secure Single-Server Aggregation with (Poly)Logarithmic Overhead" (2020), section 3;
//! the events differ here, and are evaluated numerically instead of by tail inequalities.

mod challenges;
mod model;

use std::f64::consts::LN_2;

use thiserror::Error;

use crate::round::graph;
use crate::rule::Rule;
use model::{add_logs, log2_probability, Model};

pub use challenges::challenge_pairs;

/// The smallest roster (`specs/parameters.md` 1.1). From a sum of two inputs, each client learns the other one.
pub const MIN_CLIENTS: u32 = 3;

/// The largest roster (`specs/parameters.md` 1.1).
pub const MAX_CLIENTS: u32 = 1 << 20;

/// Rosters up to this size have a complete graph (`specs/parameters.md` 3.1).
pub const COMPLETE_UP_TO: u32 = 256;

/// The largest degree on any roster (`specs/parameters.md` 1.4).
pub const MAX_DEGREE: u32 = 1 << 10;

/// Parts per million in a whole.
const MILLION: u32 = 1_000_000;

/// By how many bits floating-point libraries may differ (`specs/parameters.md` 4.3).
const SLACK: f64 = 0.001;

/// Why assumptions or masking parameters are refused.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// Too few or too many clients.
    #[error("the roster has {clients} clients; {MIN_CLIENTS} to {MAX_CLIENTS} are possible")]
    Clients {
        /// Clients on the roster.
        clients: u32,
    },
    /// A fraction above one.
    #[error("the {fraction} fraction is {ppm} parts per million; it must be at most {MILLION}")]
    Fraction {
        /// The fraction: "corrupt" or "dropout".
        fraction: &'static str,
        /// Its value, in parts per million.
        ppm: u32,
    },
    /// No graph over this roster is secure with so many corrupt and absent clients.
    #[error("{corrupt} corrupt and {absent} absent clients of {clients} are too many: 3 corrupt + 2 absent must be at most clients - 2; choose a smaller corrupt or dropout fraction, or a larger roster")]
    Fractions {
        /// Clients on the roster.
        clients: u32,
        /// Corrupt clients.
        corrupt: u32,
        /// Honest clients that drop out.
        absent: u32,
    },
    /// The security level is not a positive number.
    #[error(
        "a security level of {bits} bits is not possible; choose a positive number, usually 40"
    )]
    Security {
        /// The requested security, in bits.
        bits: f64,
    },
    /// A degree that no graph over this roster may have.
    #[error("a degree of {degree} is not possible; with this roster it is 1 to {most}")]
    Degree {
        /// Neighbours of each client.
        degree: u32,
        /// The most that are allowed.
        most: u32,
    },
    /// The number of edge ends is odd, but every edge has two.
    #[error("{clients} clients with {degree} neighbours each give an odd number of edge ends; choose an even degree")]
    Odd {
        /// Clients on the roster.
        clients: u32,
        /// Neighbours of each client.
        degree: u32,
    },
    /// A small roster whose graph is not complete.
    #[error("a roster of {clients} clients needs the complete graph; set the degree to {} instead of {degree}", clients - 1)]
    NotComplete {
        /// Clients on the roster.
        clients: u32,
        /// Neighbours of each client.
        degree: u32,
    },
    /// The threshold is so small that it does not protect, or so large that it is never reached.
    #[error(
        "a threshold of {threshold} is not possible with {degree} neighbours; choose {least} to {most}"
    )]
    Threshold {
        /// Shares that reconstruct a secret.
        threshold: u32,
        /// Neighbours of each client.
        degree: u32,
        /// The smallest threshold that is possible.
        least: u32,
        /// The largest threshold that is possible.
        most: u32,
    },
    /// The probability of failure is too large.
    #[error("the round fails with probability 2^{:.3}, but at most 2^-{bits} is allowed (majority 2^{:.3}, availability 2^{:.3}, connectivity 2^{:.3}); a larger threshold lowers the first and the third, a smaller one the second, and a larger degree all three", .failure.total(), .failure.majority, .failure.availability, .failure.connectivity)]
    Insecure {
        /// The probabilities that the parameters give.
        failure: Failure,
        /// The requested security, in bits.
        bits: f64,
    },
    /// No degree is large enough.
    #[error("no number of neighbours up to {most}, the most that {clients} clients can have, keeps the chance of failure below 2^-{bits}; choose a smaller fraction of corrupt or absent clients, or a smaller roster")]
    NoParameters {
        /// Clients on the roster.
        clients: u32,
        /// The most neighbours that are allowed.
        most: u32,
        /// The requested security, in bits.
        bits: f64,
    },
}

/// What is assumed about the clients. It is fixed before the beacon is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumptions {
    /// Clients on the roster.
    pub clients: u32,
    /// The fraction that may collude with the aggregator, in parts per million.
    pub corrupt_ppm: u32,
    /// The fraction of further clients that may drop out, in parts per million.
    pub dropout_ppm: u32,
}

impl Assumptions {
    /// Corrupt clients, rounded down (`specs/parameters.md` 1.2).
    pub fn corrupt(&self) -> u32 {
        self.part(self.corrupt_ppm)
    }

    /// Honest clients that drop out, rounded down (`specs/parameters.md` 1.2).
    pub fn absent(&self) -> u32 {
        self.part(self.dropout_ppm)
    }

    /// The least number of contributors: all corrupt clients, and two honest ones whose inputs hide each other
    /// (`specs/parameters.md` 1.3).
    pub fn min_contributors(&self) -> u32 {
        self.corrupt().saturating_add(2)
    }

    /// The largest degree over this roster (`specs/parameters.md` 1.4).
    pub fn max_degree(&self) -> u32 {
        let by_memory = graph::MAX_ENDS / u64::from(self.clients.max(1));
        let by_memory = u32::try_from(by_memory).unwrap_or(u32::MAX);
        by_memory
            .min(MAX_DEGREE)
            .min(self.clients.saturating_sub(1))
    }

    fn part(&self, ppm: u32) -> u32 {
        let part = u64::from(self.clients) * u64::from(ppm.min(MILLION)) / u64::from(MILLION);
        u32::try_from(part).unwrap_or(self.clients)
    }

    /// specs/parameters.md 1
    fn validate(&self) -> Result<(), ParameterError> {
        self.check_sizes()?;
        let clients = self.clients;
        let (corrupt, absent) = (self.corrupt(), self.absent());
        if 3 * u64::from(corrupt) + 2 * u64::from(absent) + 2 > u64::from(clients) {
            return Err(ParameterError::Fractions {
                clients,
                corrupt,
                absent,
            });
        }
        Ok(())
    }

    /// Refuses a roster that is too small or too large, and fractions above one (`specs/parameters.md` 1.1, 1.2).
    pub(super) fn check_sizes(&self) -> Result<(), ParameterError> {
        let clients = self.clients;
        if !(MIN_CLIENTS..=MAX_CLIENTS).contains(&clients) {
            return Err(ParameterError::Clients { clients });
        }
        for (fraction, ppm) in [("corrupt", self.corrupt_ppm), ("dropout", self.dropout_ppm)] {
            if ppm > MILLION {
                return Err(ParameterError::Fraction { fraction, ppm });
            }
        }
        Ok(())
    }
}

/// The numbers of the graph and of the secret sharing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaskingParameters {
    /// Neighbours of each client: `k`.
    pub degree: u32,
    /// Shares that reconstruct a secret: `t`.
    pub threshold: u32,
}

impl MaskingParameters {
    /// The smallest degree that fails with probability at most `2^-security_bits`, and for it the
    /// threshold that fails least (`specs/parameters.md` 3).
    ///
    /// Cost: milliseconds for degrees of some hundreds; about two seconds if no degree is large enough.
    pub fn for_assumptions(
        assumptions: &Assumptions,
        security_bits: f64,
    ) -> Result<Self, ParameterError> {
        assumptions.validate()?;
        validate_security(security_bits)?;
        let clients = assumptions.clients;
        if clients <= COMPLETE_UP_TO {
            return Ok(Self {
                degree: clients - 1,
                threshold: complete_thresholds(assumptions).0,
            });
        }
        let model = Model::new(assumptions);
        let most = assumptions.max_degree();
        (1..=most)
            .filter(|&degree| has_whole_edges(clients, degree))
            .find_map(|degree| model.best(degree, security_bits))
            .ok_or(ParameterError::NoParameters {
                clients,
                most,
                bits: security_bits,
            })
    }

    /// specs/parameters.md 4.1
    fn validate(self, assumptions: &Assumptions) -> Result<(), ParameterError> {
        let Self { degree, threshold } = self;
        let clients = assumptions.clients;
        let most = assumptions.max_degree();
        if degree == 0 || degree > most {
            return Err(ParameterError::Degree { degree, most });
        }
        if !has_whole_edges(clients, degree) {
            return Err(ParameterError::Odd { clients, degree });
        }
        let (least, most) = if degree == clients - 1 {
            complete_thresholds(assumptions)
        } else {
            (degree / 2 + 1, degree)
        };
        let in_range = (least..=most).contains(&threshold);
        Rule::Parameters.require(in_range, || ParameterError::Threshold {
            threshold,
            degree,
            least,
            most,
        })?;
        Ok(())
    }
}

fn has_whole_edges(clients: u32, degree: u32) -> bool {
    clients.is_multiple_of(2) || degree.is_multiple_of(2)
}

fn validate_security(bits: f64) -> Result<(), ParameterError> {
    if bits.is_finite() && bits > 0.0 {
        Ok(())
    } else {
        Err(ParameterError::Security { bits })
    }
}

/// The smallest and the largest threshold in a complete graph (`specs/parameters.md` 3.2), for
/// assumptions that passed `validate`: then there is one.
fn complete_thresholds(assumptions: &Assumptions) -> (u32, u32) {
    let (degree, corrupt) = (assumptions.clients - 1, assumptions.corrupt());
    (
        (degree + corrupt) / 2 + 1,
        degree - corrupt - assumptions.absent(),
    )
}

/// Binary logarithms of the probabilities that a graph drawn at random is a bad one: union bounds
/// over all clients, at most 0, and negative infinity where the event is impossible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Failure {
    /// Some client has so many corrupt neighbours that `t` of its neighbours can reconstruct one of its
    /// secrets, and `t` the other: `2 t <= k + c` (`specs/parameters.md` 2.3).
    pub majority: f64,
    /// Some client has fewer than `t` honest neighbours that stay to the end
    /// (`specs/parameters.md` 2.4).
    pub availability: f64,
    /// The aggregator can split the honest clients into two groups that see different lists, or can
    /// sum one group alone (`specs/parameters.md` 2.5).
    pub connectivity: f64,
}

impl Failure {
    /// The probabilities for these masking parameters. Cost: some logarithms for each client and neighbour.
    pub fn of(
        assumptions: &Assumptions,
        masking: MaskingParameters,
    ) -> Result<Self, ParameterError> {
        assumptions.validate()?;
        masking.validate(assumptions)?;
        Ok(Model::new(assumptions).failure(masking))
    }

    /// The probability of any of the three events, by the union bound.
    pub fn total(&self) -> f64 {
        let sum = [self.majority, self.availability, self.connectivity]
            .into_iter()
            .map(|log2| log2 * LN_2)
            .fold(f64::NEG_INFINITY, add_logs);
        log2_probability(sum)
    }
}

/// Whether masking parameters are as secure as `security_bits` asks (`specs/parameters.md` 4). The auditor checks it for
/// each configuration. Because of the limits of section 1, any input gives an answer in well under a second (0.5 ms
/// for 10,000 clients, 30 ms for 2^20).
pub fn check(
    assumptions: &Assumptions,
    masking: MaskingParameters,
    security_bits: f64,
) -> Result<Failure, ParameterError> {
    validate_security(security_bits)?;
    assumptions.validate()?;
    let clients = assumptions.clients;
    if clients <= COMPLETE_UP_TO && masking.degree != clients - 1 {
        return Err(ParameterError::NotComplete {
            clients,
            degree: masking.degree,
        });
    }
    let failure = Failure::of(assumptions, masking)?;
    let is_secure = failure.total() <= SLACK - security_bits;
    Rule::Parameters.require(is_secure, || ParameterError::Insecure {
        failure,
        bits: security_bits,
    })?;
    Ok(failure)
}

#[cfg(test)]
mod tests;
