//! What is fixed before the first message (`specs/protocol.md` 2): the configuration, and everything that follows from
//! it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`configuration`], [`protocol`], [`organiser`] | what the organiser signs, and how to choose it |
//! | [`roster`], [`names`] | the clients' keys, and their names |
//! | [`committee`] | the committee of a round: its trustees, and how many must take part |
//! | [`parameters`], [`graph`] | the graph of neighbours: how many each client has, and which |
//! | [`phase`], [`lists`] | the phases in order, and how one list follows from another |
//! | this one | a [`Round`], as every party sees it; it is entered in [`crate::pairwise::enter`] |

pub mod committee;
pub mod configuration;
pub mod graph;
pub mod lists;
pub mod names;
pub mod organiser;
pub mod parameters;
pub mod phase;
pub mod protocol;
pub mod roster;

use thiserror::Error;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::packing::Layout;
use veragg_circuits::proof_system::{Binding, ProofSystem, SetUp, Sizes, Unsupported};

use crate::crypto::context::{Context, Version};
use crate::crypto::hash::{digest, Digest};
use crate::crypto::ids::{ClientId, TrusteeId};
use crate::crypto::labels;
use crate::crypto::signing::VerifyingKey;
use crate::round::committee::SharedKey;
use crate::round::configuration::{Configuration, ConfigurationError, SignedConfiguration};
use crate::round::graph::{Graph, GraphError};
use crate::round::parameters::challenge_pairs;
use crate::round::protocol::Pairwise;
use crate::round::roster::{Roster, RosterError};
use crate::rule::Rule;

/// Everything public that is known before the first message. Every party derives it in the same way from the
/// configuration and the roster; lengths and counts never come from a message.
#[derive(Debug)]
pub struct Round<P: ProofSystem> {
    configuration: Configuration,
    context: Context,
    pairwise: Pairwise,
    roster: Roster,
    graph: Graph,
    proofs: P,
}

/// Why a party refuses to enter a round.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RoundError {
    /// The configuration is not the organiser's.
    #[error("the configuration is not signed by the organiser's key {expected}; check the key, or get the configuration from the organiser again")]
    Organiser {
        /// The key that was expected, in hexadecimal.
        expected: String,
    },
    /// The round is of a version that can only be audited.
    #[error("the round is of version {version} of the protocol, and such rounds are only audited; ask the organiser for a round of version {current}", current = Version::CURRENT)]
    ReadOnly {
        /// The version of the round.
        version: Version,
    },
    /// The round is of another protocol.
    #[error("this is no round of the {want} protocol; enter it as a round of its own protocol")]
    OtherProtocol {
        /// The protocol that the caller asks for.
        want: &'static str,
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
    /// The roster is not that of the configuration.
    #[error(
        "the roster is not the one that the configuration names; use the two that belong together"
    )]
    OtherRoster,
    /// The configuration uses another suite than the caller.
    #[error("the configuration uses the suite {asked}, but the round is opened with {here}; open it with {asked}")]
    Suite {
        /// The suite that the configuration names.
        asked: &'static str,
        /// The suite that the caller opens the round with.
        here: &'static str,
    },
    /// The key of the set-up is not that of the configuration.
    #[error("the key of the set-up is not the one that the configuration names; use the key that belongs to the configuration")]
    OtherKey,
    /// The configuration names bytes that are no key.
    #[error("the key of the set-up, which the configuration names, is malformed: {0}; the organiser must name another")]
    Key(DecodeError),
    /// The entry of a trustee does not hold.
    #[error("trustee {trustee} cannot be trusted with a share: {what}; ask the organiser for a configuration with the entry that this trustee made")]
    Trustee {
        /// The trustee.
        trustee: TrusteeId,
        /// What is wrong with its entry.
        what: &'static str,
    },
    /// Two parties of the committee have one key.
    #[error("{0}; every party needs its own key")]
    SharedKey(SharedKey),
    /// The number of packed rows does not divide the rows.
    #[error("a sharing packs {packed} rows, but the vector has {rows}; choose a divisor of {rows}, or other columns")]
    Packed {
        /// `p`.
        packed: u32,
        /// `R`.
        rows: usize,
    },
    /// The client is not on the roster, as far as the invitation shows.
    #[error("the invitation does not show that client {client} with this key is on the roster of the configuration; check number and key, or ask the organiser for another")]
    NotListed {
        /// The client's number.
        client: ClientId,
    },
    /// More trustees can be corrupt than the configuration allows for.
    #[error("{unknown} trustees are unknown to this client, and {corrupt} of the known ones may be corrupt, but the configuration allows for {colluding}; learn the keys of trustees that you trust, or do not send")]
    Colluding {
        /// Trustees that the client does not know.
        unknown: usize,
        /// Known trustees that may be corrupt.
        corrupt: u32,
        /// `t`.
        colluding: u32,
    },
    /// The configuration assumes less than the client expects.
    #[error("the configuration has {what} = {got}, and this client expects at least {least}; do not send, or expect less")]
    Expected {
        /// The field.
        what: &'static str,
        /// What the configuration has.
        got: u32,
        /// What the client expects.
        least: u32,
    },
    /// The suite cannot prove the statement.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The graph cannot be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A message could be longer than a record of a board.
    #[error("the longest message has {bytes} bytes, but a record of a board has at most 2^32 - 1; choose fewer numbers, or fewer columns")]
    TooLong {
        /// Bytes of the longest possible message.
        bytes: usize,
    },
}

impl RoundError {
    /// The number, in `specs/protocol.md`, of the rule by which the round is refused.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Organiser { .. } => Rule::OrganiserSigned.number(),
            Self::ReadOnly { .. } | Self::OtherProtocol { .. } => "2.2.2",
            Self::Malformed(_) | Self::Configuration(ConfigurationError::Decode(_)) => "2.2.2",
            Self::Configuration(ConfigurationError::Statement(_)) => "2.2.3",
            Self::Configuration(ConfigurationError::Key { .. }) => Rule::Suite.number(),
            Self::Configuration(ConfigurationError::Parameters(_)) => Rule::Parameters.number(),
            Self::Configuration(ConfigurationError::MinContributors { .. }) => {
                Rule::MinContributors.number()
            }
            Self::Configuration(
                ConfigurationError::Deadline { .. } | ConfigurationError::NoDeadline { .. },
            ) => Rule::Deadlines.number(),
            Self::Configuration(ConfigurationError::Committee(_)) => Rule::Parameters.number(),
            Self::Configuration(ConfigurationError::Name { .. }) => Rule::Names.number(),
            Self::Roster(_) | Self::OtherRoster => Rule::NamedRoster.number(),
            Self::Suite { .. } | Self::Unsupported(_) | Self::TooLong { .. } | Self::Key(_) => {
                Rule::Suite.number()
            }
            // Of `specs/committee.md`.
            Self::Trustee { .. } | Self::SharedKey(_) | Self::Packed { .. } => "2.2",
            Self::NotListed { .. } => "2.2",
            Self::Colluding { .. } | Self::Expected { .. } => "2.4",
            Self::OtherKey => Rule::NamedKey.number(),
            Self::Graph(_) => "2.2.10",
        }
    }
}

impl<P: ProofSystem> Round<P> {
    /// Refuses a configuration of another suite.
    pub(crate) fn require_suite(configuration: &Configuration) -> Result<(), RoundError> {
        let (asked, here) = (configuration.suite.name(), P::SUITE.name());
        let same = configuration.suite == P::SUITE;
        Rule::Suite.require(same, || RoundError::Suite { asked, here })
    }

    /// The sizes of a round of a checked configuration, before any generator is made. Errors: the suite does not take
    /// the statement.
    pub(crate) fn sizes_of(
        set_up: &P::SetUp,
        configuration: &Configuration,
    ) -> Result<Sizes, RoundError> {
        let statement = configuration
            .statement()
            .map_err(ConfigurationError::from)?;
        let columns = configuration.columns as usize;
        Ok(P::sizes(
            set_up,
            &statement,
            configuration.clients(),
            columns,
        )?)
    }

    /// The public part of the set-up, which must be the one that the configuration names.
    pub(crate) fn set_up_of(
        configuration: &Configuration,
        key: &[u8],
    ) -> Result<P::SetUp, RoundError> {
        let digest = P::SUITE.has_key().then(|| P::SetUp::digest(key));
        Rule::NamedKey.require(configuration.key == digest, || RoundError::OtherKey)?;
        P::SetUp::read(key).map_err(RoundError::Key)
    }

    /// Refuses a key with which nobody would enter a round of this configuration, and an audit would name the organiser.
    pub(crate) fn check_key(configuration: &Configuration, key: &[u8]) -> Result<(), RoundError> {
        let set_up = Self::set_up_of(configuration, key)?;
        if P::SUITE.has_key() {
            let statement = configuration
                .statement()
                .map_err(ConfigurationError::from)?;
            let (clients, columns) = (configuration.clients(), configuration.columns as usize);
            P::new(&set_up, &statement, clients, columns)?;
        }
        Ok(())
    }

    /// Derives graph and proof system from a checked configuration and roster. Parties use [`Round::open`], which
    /// checks them.
    pub(crate) fn derive(
        set_up: &P::SetUp,
        configuration: Configuration,
        context: Context,
        roster: Roster,
    ) -> Result<Self, RoundError> {
        let statement = configuration
            .statement()
            .map_err(ConfigurationError::from)?;
        let clients = configuration.clients();
        let proofs = P::new(set_up, &statement, clients, configuration.columns as usize)?;
        let seed = graph_seed(&configuration);
        let pairwise = *pairwise_of(&configuration)?;
        let graph = Graph::new(clients, pairwise.masking.degree, &seed)?;
        Ok(Self {
            configuration,
            context,
            pairwise,
            roster,
            graph,
            proofs,
        })
    }

    /// What the organiser signed.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What the organiser signed of the pairwise protocol.
    pub fn pairwise(&self) -> &Pairwise {
        &self.pairwise
    }

    /// The context: the digest that every message and proof of the round is bound to.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The clients of the round, with their keys.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The graph of neighbours.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The suite, set up for this round's statement.
    pub fn proofs(&self) -> &P {
        &self.proofs
    }

    /// What follows from the suite and the statement.
    pub fn sizes(&self) -> Sizes {
        Sizes {
            layout: self.layout().clone(),
            proof_len: self.proofs.proof_len(),
        }
    }

    /// How inputs are packed into scalars.
    pub fn layout(&self) -> &Layout {
        self.proofs.layout()
    }

    /// `n`, clients on the roster.
    pub fn clients(&self) -> u32 {
        self.configuration.clients()
    }

    /// `t`, the number of shares that reconstruct a secret.
    pub fn threshold(&self) -> usize {
        self.pairwise.masking.threshold as usize
    }

    /// `q`, challenge pairs of an attestation (`specs/protocol.md` 4.7.1).
    pub fn challenge_pairs(&self) -> usize {
        let corrupt = self.configuration.assumptions.corrupt();
        challenge_pairs::<P::Group>(corrupt, self.masked_scalars()) as usize
    }

    /// The context and the client that a proof of input is bound to.
    pub fn binding(&self, client: ClientId) -> Binding {
        Binding {
            context: self.context.digest,
            client: client.number(),
        }
    }

    /// `D + R`, scalars of a masked vector: packed inputs, then row blindings.
    pub fn masked_scalars(&self) -> usize {
        self.layout().scalars() + self.layout().rows()
    }
}

/// The configuration that the organiser signed, after the checks that every party makes of it in both protocols (`specs/protocol.md`
/// 2.2, up to the roster).
pub(crate) fn configuration_of(
    signed: &SignedConfiguration,
    organiser: &VerifyingKey,
) -> Result<Configuration, RoundError> {
    let named = signed.organiser == *organiser;
    let is_signed = signed.is_signed_by(organiser);
    if !Rule::NamedOrganiser.holds(named) || !Rule::OrganiserSigned.holds(is_signed) {
        return Err(RoundError::Organiser {
            expected: organiser.fingerprint(),
        });
    }
    let configuration = Configuration::decode(&signed.bytes)?;
    let version = configuration.version;
    if version != signed.version {
        return Err(DecodeError::Value { field: "version" }.into());
    }
    if version != Version::CURRENT {
        return Err(RoundError::ReadOnly { version });
    }
    configuration.check()?;
    Ok(configuration)
}

/// What a configuration fixes of the pairwise protocol. Errors: it is of another protocol.
pub(crate) fn pairwise_of(configuration: &Configuration) -> Result<&Pairwise, RoundError> {
    configuration
        .pairwise()
        .ok_or(RoundError::OtherProtocol { want: "pairwise" })
}

/// The seed of the neighbour graph: a function of the roster and of randomness that came after it
/// (`specs/protocol.md` 2.4), so that no client can choose its key to get certain neighbours.
pub fn graph_seed(configuration: &Configuration) -> Digest {
    digest(
        labels::GRAPH,
        &[&configuration.roster, &configuration.beacon],
    )
}
