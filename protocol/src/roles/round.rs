//! A round of whichever suite.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use veragg_circuits::packing::Layout;
use veragg_circuits::proof_system::ProofSystem;
use veragg_circuits::with_suite;

use crate::aggregator::{self, AnyPhase, Log};
use crate::client::{self, AnyState, JoinError, Restored, ResumeError};
use crate::crypto::context::Context;
use crate::crypto::signing::{SigningKey, VerifyingKey};
use crate::pairwise::sizes::{self, PhaseBytes};
use crate::round::configuration::Configuration;
use crate::round::phase::Phase;
use crate::round::protocol::Pairwise;
use crate::round::roster::Roster;
use crate::round::{self as typed, RoundError};
use crate::wire::header::Header;

/// A round, as every party sees it: all that is public before the first message. Clones are cheap.
///
/// ```
/// use veragg_protocol::roles::Round;
/// use veragg_protocol::crypto::ids::ClientId;
/// # use rand_core::OsRng;
/// # use veragg_protocol::crypto::signing::SigningKey;
/// # use veragg_protocol::round::configuration::SegmentConfiguration;
/// # use veragg_protocol::round::organiser::ConfigurationBuilder;
/// # use veragg_protocol::round::roster::Roster;
/// # use veragg_protocol::wire::header::Header;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys: Vec<_> = (0..3).map(|_| SigningKey::generate(&mut OsRng)).collect();
/// # let (organiser, aggregator_key) = (SigningKey::generate(&mut OsRng), SigningKey::generate(&mut OsRng));
/// # let roster = Roster::new(keys.iter().map(|key| key.verifying_key()).collect())?;
/// # let segments = vec![SegmentConfiguration::integers("answers", 1, 10)];
/// # let configuration = ConfigurationBuilder::new(segments, 0, 0, [7; 32])
/// #     .build(&roster, aggregator_key.verifying_key(), &mut OsRng)?;
/// # let header = Header::sign(&configuration, &roster, &organiser)?;
/// # let organiser = organiser.verifying_key();
/// // `header` came from the organiser, whose public key was learned beforehand.
/// let round = Round::open(&header, &organiser)?;
/// assert_eq!(round.clients(), 3);
/// assert_eq!(round.layout().coordinates(), 1);
/// // Nobody else's signature will do.
/// let another = SigningKey::generate(&mut OsRng).verifying_key();
/// assert!(Round::open(&header, &another).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Round(Arc<dyn AnyRound>);

impl Round {
    /// Checks everything that is known before the first message, and enters the round
    /// (`specs/protocol.md` 2.2). `organiser` is the key that was learned beforehand. The suite is the one that
    /// the configuration names. Cost: the neighbour graph, and the generators of the suite: below a second.
    pub fn open(header: &Header, organiser: &VerifyingKey) -> Result<Self, RoundError> {
        let suite = Configuration::decode(&header.configuration.bytes)?.suite;
        with_suite!(suite, P => typed::Round::<P>::open(header, organiser).map(Self::from))
    }

    /// The same in a suite with a set-up, for who has more of it than the public key that stands in the header: a
    /// client proves with the proving key. It must have checked that key before.
    pub fn open_with<P: ProofSystem>(
        set_up: &P::SetUp,
        header: &Header,
        organiser: &VerifyingKey,
    ) -> Result<Self, RoundError> {
        typed::Round::<P>::open_with(set_up, header, organiser).map(Self::from)
    }

    /// The configuration.
    pub fn configuration(&self) -> &Configuration {
        self.0.configuration()
    }

    /// The digest of the configuration, that everything in the round is bound to.
    pub fn context(&self) -> &Context {
        self.0.context()
    }

    /// What the configuration fixes of the pairwise protocol.
    pub fn pairwise(&self) -> &Pairwise {
        self.0.pairwise()
    }

    /// The roster.
    pub fn roster(&self) -> &Roster {
        self.0.roster()
    }

    /// How many clients are on the roster.
    pub fn clients(&self) -> u32 {
        self.configuration().clients()
    }

    /// How the numbers of a vector are packed.
    pub fn layout(&self) -> &Layout {
        self.0.layout()
    }

    /// The longest record of the board, in bytes.
    pub fn longest_record(&self) -> usize {
        self.0.longest_record()
    }

    /// How many bytes a client sends and receives at most, phase by phase.
    pub fn sizes(&self) -> [PhaseBytes; Phase::OF_CLIENTS] {
        self.0.sizes()
    }

    /// The round with its suite as a type; nothing if it has another suite.
    pub fn typed<P: ProofSystem>(&self) -> Option<Arc<typed::Round<P>>> {
        let any: Arc<dyn Any + Send + Sync> = self.any();
        any.downcast().ok()
    }

    pub(super) fn any(&self) -> Arc<dyn AnyRound> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Round")
            .field("suite", &self.configuration().suite)
            .field("clients", &self.clients())
            .finish_non_exhaustive()
    }
}

impl From<&Round> for Round {
    fn from(round: &Round) -> Self {
        round.clone()
    }
}

impl<P: ProofSystem> From<typed::Round<P>> for Round {
    fn from(round: typed::Round<P>) -> Self {
        Self(Arc::new(round))
    }
}

impl<P: ProofSystem> From<Arc<typed::Round<P>>> for Round {
    fn from(round: Arc<typed::Round<P>>) -> Self {
        Self(round)
    }
}

/// A round of one of the suites, and how its roles begin.
pub(super) trait AnyRound: Any + Send + Sync {
    fn configuration(&self) -> &Configuration;
    fn pairwise(&self) -> &Pairwise;
    fn context(&self) -> &Context;
    fn roster(&self) -> &Roster;
    fn layout(&self) -> &Layout;
    fn longest_record(&self) -> usize;
    fn sizes(&self) -> [PhaseBytes; Phase::OF_CLIENTS];
    fn join(self: Arc<Self>, identity: Arc<SigningKey>) -> Result<Box<dyn AnyState>, JoinError>;
    fn restore(
        self: Arc<Self>,
        identity: Arc<SigningKey>,
        saved: &[u8],
    ) -> Result<Restored, ResumeError>;
    fn aggregate(self: Arc<Self>, key: Arc<SigningKey>, log: Box<dyn Log>) -> Box<dyn AnyPhase>;
}

impl<P: ProofSystem> AnyRound for typed::Round<P> {
    fn configuration(&self) -> &Configuration {
        self.configuration()
    }

    fn pairwise(&self) -> &Pairwise {
        self.pairwise()
    }

    fn context(&self) -> &Context {
        self.context()
    }

    fn roster(&self) -> &Roster {
        self.roster()
    }

    fn layout(&self) -> &Layout {
        self.layout()
    }

    fn longest_record(&self) -> usize {
        self.longest_record()
    }

    fn sizes(&self) -> [PhaseBytes; Phase::OF_CLIENTS] {
        sizes::of_round(self)
    }

    fn join(self: Arc<Self>, identity: Arc<SigningKey>) -> Result<Box<dyn AnyState>, JoinError> {
        Ok(Box::new(client::Client::join(self, identity)?))
    }

    fn restore(
        self: Arc<Self>,
        identity: Arc<SigningKey>,
        saved: &[u8],
    ) -> Result<Restored, ResumeError> {
        client::restore(self, identity, saved)
    }

    fn aggregate(self: Arc<Self>, key: Arc<SigningKey>, log: Box<dyn Log>) -> Box<dyn AnyPhase> {
        Box::new(aggregator::Aggregator::open(self, key, log))
    }
}
