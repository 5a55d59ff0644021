//! A round as every party sees it: the configuration, and all that follows from it.

use thiserror::Error;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::group::Group;
use veragg_circuits::packing::Layout;
use veragg_circuits::proof_system::{Binding, ProofSystem, Unsupported};

use crate::advertise::Advertisement;
use crate::attest::Head;
use crate::checkpoint::Checkpoint;
use crate::configuration::{Configuration, ConfigurationError, SignedConfiguration};
use crate::graph::{Graph, GraphError};
use crate::hash::{digest, Digest};
use crate::labels;
use crate::members::{ClientId, ClientSet};
use crate::message::{Sender, ENVELOPE_LEN};
use crate::parameters::challenge_pairs;
use crate::publish::Publication;
use crate::revealed::{self, REVEALED_LEN};
use crate::roster::{Roster, RosterError};
use crate::rule::{self, Rule};
use crate::rules;
use crate::share;
use crate::signing::VerifyingKey;
use crate::unmask;

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

impl<P: ProofSystem> Round<P> {
    /// Checks everything that is known before the first message and enters the round
    /// (`specs/protocol.md` 2). `organiser` is the key that was learned beforehand.
    pub fn open(
        signed: &SignedConfiguration,
        roster: &[u8],
        organiser: &VerifyingKey,
    ) -> Result<Self, RoundError> {
        let (named, is_signed) = (
            signed.organiser == *organiser,
            signed.is_signed_by(organiser),
        );
        if !rule::holds(Rule::NamedOrganiser, named)
            || !rule::holds(Rule::OrganiserSigned, is_signed)
        {
            return Err(RoundError::Organiser {
                expected: organiser.fingerprint(),
            });
        }
        let configuration = Configuration::decode(&signed.bytes)?;
        configuration.check()?;
        let roster = Roster::decode(roster)?;
        let named = roster.digest() == configuration.roster;
        let as_long = roster.clients() == configuration.clients();
        if !rule::holds(Rule::NamedRoster, named) || !rule::holds(Rule::RosterLength, as_long) {
            return Err(RoundError::OtherRoster);
        }
        roster.check_roles(organiser, &configuration.aggregator)?;
        Self::assemble(configuration, signed.context(), roster)
    }

    /// Derives graph and proof system from a configuration and a roster that were checked.
    pub fn assemble(
        configuration: Configuration,
        context: Digest,
        roster: Roster,
    ) -> Result<Self, RoundError> {
        if !rule::holds(Rule::Suite, configuration.suite == P::SUITE) {
            let (asked, here) = (configuration.suite.name(), P::SUITE.name());
            return Err(RoundError::Suite { asked, here });
        }
        let statement = configuration
            .statement()
            .map_err(ConfigurationError::from)?;
        let clients = configuration.clients();
        let proofs = P::new(&statement, clients, configuration.columns as usize)?;
        let seed = graph_seed(&configuration);
        let graph = Graph::new(clients, configuration.choice.degree, &seed)?;
        let round = Self {
            configuration,
            context,
            roster,
            graph,
            proofs,
        };
        let bytes = round.longest_record();
        if u32::try_from(bytes).is_err() {
            return Err(RoundError::TooLong { bytes });
        }
        Ok(round)
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
        self.configuration.choice.threshold as usize
    }

    /// `q`, challenge pairs of an attestation (`specs/protocol.md` 4.7.1).
    pub fn challenge_pairs(&self) -> usize {
        let corrupt = self.configuration.assumptions.corrupt();
        challenge_pairs(corrupt, self.masked_scalars()) as usize
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

    /// The key that verifies a sender's messages.
    pub fn key_of(&self, sender: Sender) -> Option<&VerifyingKey> {
        match sender {
            Sender::Aggregator => Some(&self.configuration.aggregator),
            Sender::Client(client) => self.roster.key(client),
        }
    }

    /// Lengths of the one part of an advertisement.
    pub fn advertise_lengths(&self) -> Vec<usize> {
        vec![Advertisement::LEN]
    }

    /// Lengths of the parts of a client's shares, given who advertised.
    pub fn share_lengths(&self, client: ClientId, advertised: &ClientSet) -> Vec<usize> {
        let holders = rules::holders(&self.graph, advertised, client).len();
        std::iter::once(share::HEAD_LEN)
            .chain(std::iter::repeat_n(share::PAIR_LEN, holders))
            .collect()
    }

    /// Lengths of the one part of a confirmation, given the dealers and the length of its body.
    pub fn confirm_lengths(
        &self,
        client: ClientId,
        dealers: &ClientSet,
        body: usize,
    ) -> Vec<usize> {
        let most = rules::holders(&self.graph, dealers, client).len();
        vec![revealed::body_len(body, most)]
    }

    /// Lengths of the two parts of a submission: proof, masked vector.
    pub fn submit_lengths(&self) -> Vec<usize> {
        vec![
            self.proofs.proof_len(),
            self.masked_scalars() * P::Group::SCALAR_LEN,
        ]
    }

    /// Lengths of the parts of an attestation, given the participants.
    pub fn attest_lengths(&self, client: ClientId, participants: &ClientSet) -> Vec<usize> {
        let neighbours = rules::holders(&self.graph, participants, client).len();
        let (pairs, columns) = (self.challenge_pairs(), self.layout().columns());
        let edge = pairs * P::Group::POINT_LEN;
        std::iter::once(Head::<P::Group>::encoded_len(pairs, columns))
            .chain(std::iter::repeat_n(edge, neighbours))
            .collect()
    }

    /// Lengths of the one part of a dispute, given who attested and the length of its body.
    pub fn dispute_lengths(
        &self,
        client: ClientId,
        attested: &ClientSet,
        body: usize,
    ) -> Vec<usize> {
        self.confirm_lengths(client, attested, body)
    }

    /// Lengths of the one part of an unmasking, given whose secrets are rebuilt: of all participants, or
    /// in a further round of those who left.
    pub fn unmask_lengths(&self, client: ClientId, subjects: &ClientSet) -> Vec<usize> {
        let subjects = rules::holders(&self.graph, subjects, client).len();
        vec![subjects * unmask::SHARE_LEN]
    }

    /// Lengths of the one part of the publication.
    pub fn publish_lengths(&self) -> Vec<usize> {
        vec![Publication::<P::Group>::encoded_len(
            self.masked_scalars(),
            self.clients(),
        )]
    }

    /// The longest record that any list makes possible: what a reader of a board allocates at most
    /// for one.
    pub fn longest_record(&self) -> usize {
        let degree = self.graph.degree() as usize;
        let pairs = self.challenge_pairs();
        let bodies = [
            Advertisement::LEN,
            share::HEAD_LEN + degree * share::PAIR_LEN,
            self.submit_lengths().iter().sum(),
            degree * REVEALED_LEN,
            Head::<P::Group>::encoded_len(pairs, self.layout().columns())
                + degree * pairs * P::Group::POINT_LEN,
            degree * unmask::SHARE_LEN,
            self.publish_lengths().iter().sum(),
        ];
        let message = ENVELOPE_LEN + bodies.into_iter().max().unwrap_or(0);
        message.max(Checkpoint::encoded_len(self.clients()))
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
