//! What is fixed before the first message (`specs/protocol.md` 2): the configuration, and all that
//! follows from it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`configuration`], [`organiser`] | what the organiser decides and signs, and how it is chosen |
//! | [`roster`] | the clients' keys |
//! | [`parameters`], [`graph`] | neighbours and shares: how many, and whose |
//! | [`phase`], [`lists`] | the phases in order, and what derives one list from another |
//! | this one | a [`Round`], as every party sees it; it is entered in [`crate::pairwise::enter`] |

pub mod configuration;
pub mod graph;
pub mod lists;
pub mod organiser;
pub mod parameters;
pub mod phase;
pub mod roster;

use thiserror::Error;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::packing::Layout;
use veragg_circuits::proof_system::{Binding, ProofSystem, Unsupported};

use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::ClientId;
use crate::crypto::labels;
use crate::round::configuration::{Configuration, ConfigurationError};
use crate::round::graph::{Graph, GraphError};
use crate::round::parameters::challenge_pairs;
use crate::round::roster::{Roster, RosterError};
use crate::rule::Rule;

/// Everything public that is known before the first message. Both sides derive it with this one
/// function; sizes and counts never come from a message.
#[derive(Debug)]
pub struct Round<P: ProofSystem> {
    configuration: Configuration,
    context: Digest,
    roster: Roster,
    graph: Graph,
    proofs: P,
}

/// Why a round cannot be entered.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RoundError {
    /// The configuration is not the organiser's.
    #[error("the configuration is not signed by the organiser's key {expected}")]
    Organiser {
        /// The key that was expected, in hexadecimal.
        expected: String,
    },
    /// The configuration does not decode.
    #[error("the configuration is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// The configuration is refused.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The roster is refused.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// Another roster than the configuration's.
    #[error("the roster is not the one that the configuration names")]
    OtherRoster,
    /// Another suite than the caller's.
    #[error("the configuration asks for suite {asked}, this is {here}")]
    Suite {
        /// The configuration's suite.
        asked: &'static str,
        /// The caller's suite.
        here: &'static str,
    },
    /// The suite cannot prove the statement.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The graph cannot be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Messages get longer than a board can hold.
    #[error("a message can have {bytes} bytes, and a record of a board at most 2^32 - 1: choose fewer numbers, or fewer columns")]
    TooLong {
        /// Bytes of the longest message.
        bytes: usize,
    },
}

impl RoundError {
    /// The number, in `specs/protocol.md`, of the rule by which the round is refused.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Organiser { .. } => Rule::OrganiserSigned.number(),
            Self::Malformed(_) | Self::Configuration(ConfigurationError::Decode(_)) => "2.2.2",
            Self::Configuration(ConfigurationError::Statement(_)) => "2.2.3",
            Self::Configuration(ConfigurationError::Parameters(_)) => Rule::Parameters.number(),
            Self::Configuration(ConfigurationError::MinContributors { .. }) => {
                Rule::MinContributors.number()
            }
            Self::Configuration(ConfigurationError::Deadline { .. }) => Rule::Deadlines.number(),
            Self::Configuration(ConfigurationError::Name { .. }) => Rule::Names.number(),
            Self::Roster(_) | Self::OtherRoster => Rule::NamedRoster.number(),
            Self::Suite { .. } | Self::Unsupported(_) | Self::TooLong { .. } => {
                Rule::Suite.number()
            }
            Self::Graph(_) => "2.2.10",
        }
    }
}

impl<P: ProofSystem> Round<P> {
    /// Derives graph and proof system from a configuration and a roster that were checked; parties enter
    /// by [`Round::open`], which checks them.
    pub(crate) fn derive(
        set_up: &P::SetUp,
        configuration: Configuration,
        context: Digest,
        roster: Roster,
    ) -> Result<Self, RoundError> {
        if !Rule::Suite.holds(configuration.suite == P::SUITE) {
            let (asked, here) = (configuration.suite.name(), P::SUITE.name());
            return Err(RoundError::Suite { asked, here });
        }
        let statement = configuration
            .statement()
            .map_err(ConfigurationError::from)?;
        let clients = configuration.clients();
        let proofs = P::new(set_up, &statement, clients, configuration.columns as usize)?;
        let seed = graph_seed(&configuration);
        let graph = Graph::new(clients, configuration.masking.degree, &seed)?;
        Ok(Self {
            configuration,
            context,
            roster,
            graph,
            proofs,
        })
    }

    /// The configuration.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The digest that everything is bound to.
    pub fn context(&self) -> &Digest {
        &self.context
    }

    /// The roster.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The neighbour graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The proof system.
    pub fn proofs(&self) -> &P {
        &self.proofs
    }

    /// The packed layout.
    pub fn layout(&self) -> &Layout {
        self.proofs.layout()
    }

    /// `n`, clients on the roster.
    pub fn clients(&self) -> u32 {
        self.configuration.clients()
    }

    /// `t`, shares that rebuild a secret.
    pub fn threshold(&self) -> usize {
        self.configuration.masking.threshold as usize
    }

    /// `q`, challenge pairs of an attestation (`specs/protocol.md` 4.7.1).
    pub fn challenge_pairs(&self) -> usize {
        let corrupt = self.configuration.assumptions.corrupt();
        challenge_pairs::<P::Group>(corrupt, self.masked_scalars()) as usize
    }

    /// What a client's proof is bound to.
    pub fn binding(&self, client: ClientId) -> Binding {
        Binding {
            context: self.context,
            client: client.number(),
        }
    }

    /// `D + R`, scalars of a masked vector: packed inputs, then row blindings.
    pub fn masked_scalars(&self) -> usize {
        self.layout().scalars() + self.layout().rows()
    }
}

/// The seed of the neighbour graph: a function of the roster and of randomness that came after it
/// (`specs/protocol.md` 2.4), so that nobody could choose keys for the neighbours they give.
pub fn graph_seed(configuration: &Configuration) -> Digest {
    digest(
        labels::GRAPH,
        &[&configuration.roster, &configuration.beacon],
    )
}
