//! A client in whichever state it is in.

use std::fmt;
use std::sync::Arc;

use rand_core::CryptoRngCore;
use veragg_circuits::proof_system::ProofSystem;

use super::Round;
use crate::client::{
    self as typed, AnyState, ClientError, ExposedSecrets, JoinError, ResumeError, Store, Turn,
};
use crate::crypto::ids::ClientId;
use crate::crypto::signing::SigningKey;
use crate::round::phase::Phase;
use crate::wire::checkpoint::Checkpoint;

/// A client of a round: it takes the aggregator's package for each phase, and gives the message to send.
///
/// It saves its state before it gives a message, so that after a restart it sends the same bytes or nothing.
/// A client that is never called again has dropped out.
///
/// ```
/// use veragg_protocol::roles::{Client, Round};
/// use veragg_protocol::round::phase::Phase;
/// use zeroize::Zeroizing;
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
/// # let key = SigningKey::from_bytes(&keys[0].to_bytes());
/// # let same_key = SigningKey::from_bytes(&keys[0].to_bytes());
/// let round = Round::open(&header, &organiser)?;
/// let mut client = Client::join(&round, key)?;
/// assert_eq!(client.phase(), Some(Phase::Advertise));
///
/// // Before the first phase there is no package, and no input is needed.
/// let mut store = Zeroizing::new(Vec::new()); // a file, in a real round
/// let message = client.advance(&[], None, &mut OsRng, &mut store)?;
/// assert_eq!(client.phase(), Some(Phase::Share));
///
/// // After a crash the client goes on from its store, and has the same message to send.
/// let (client, again) = Client::resume(&round, same_key, &store)?;
/// assert_eq!(client.phase(), Some(Phase::Share));
/// assert_eq!(again, message);
/// # Ok(())
/// # }
/// ```
pub struct Client {
    id: ClientId,
    /// Nothing once its store has failed.
    state: Option<Box<dyn AnyState>>,
}

impl Client {
    /// Joins a round with a long-term key. Errors: the key is not on the roster.
    pub fn join(
        round: impl Into<Round>,
        identity: impl Into<Arc<SigningKey>>,
    ) -> Result<Self, JoinError> {
        round.into().any().join(identity.into()).map(Self::of)
    }

    /// Restores a client from what it saved last, for the same round and long-term key, with the message that
    /// it was about to send, which may be sent again. Errors: the state is of another round or of another client,
    /// or it is damaged, or the round lacks the key that the client will prove with.
    pub fn resume(
        round: impl Into<Round>,
        identity: impl Into<Arc<SigningKey>>,
        saved: &[u8],
    ) -> Result<(Self, Option<Vec<u8>>), ResumeError> {
        let (state, message) = round.into().any().restore(identity.into(), saved)?;
        Ok((Self::of(state), message))
    }

    fn of(state: Box<dyn AnyState>) -> Self {
        Self {
            id: state.id(),
            state: Some(state),
        }
    }

    /// The client's number on the roster.
    pub fn id(&self) -> ClientId {
        self.id
    }

    /// The phase in which it speaks next. After its first round of unmask that is a further round, which may
    /// never come: the aggregator's package for it then says that the round is over. Nothing once the client knows
    /// that, or if the store has failed.
    pub fn phase(&self) -> Option<Phase> {
        self.state.as_ref()?.phase()
    }

    /// Whether the next step needs the input vector: submit and attest do.
    pub fn needs_input(&self) -> bool {
        matches!(self.phase(), Some(Phase::Submit | Phase::Attest))
    }

    /// The checkpoint that it answered last, for others to compare (an auditor takes it, `--checkpoint`);
    /// nothing before the first.
    pub fn answered(&self) -> Option<&Checkpoint> {
        self.state.as_ref()?.checkpoint()
    }

    /// Takes the next step: checks the aggregator's package for the phase that has closed, writes the new
    /// state to `store`, and returns the message to send. `package` is empty at the first step, since no
    /// phase has closed yet. `input` is needed at submit, and again at attest, and only there. Without a
    /// message the client has nothing to say in this phase: nothing to dispute, or no share to reveal.
    ///
    /// After an error nothing was sent, and the client is as it was: it may try again with another package.
    /// But if the store has failed, only the store knows which state is the true one. The client says nothing
    /// more then: [`resume`](Self::resume) from the store, or drop out.
    pub fn advance(
        &mut self,
        package: &[u8],
        input: Option<&[u64]>,
        rng: &mut dyn CryptoRngCore,
        store: &mut dyn Store,
    ) -> Result<Option<Vec<u8>>, ClientError> {
        let state = self.state.take().ok_or(ClientError::Uncertain)?;
        let (state, answer) = state.advance(Turn {
            package,
            input,
            rng,
            store,
        });
        self.state = state;
        answer
    }

    /// The secrets that it holds now; none if the store has failed.
    ///
    /// This is for laboratories that attack the protocol: a corrupt client is honest software of which somebody knows
    /// the secrets. A deployment must not call it. Whoever has what it gives can compute the client's input from
    /// its messages. The lint `clippy::disallowed_methods` forbids it in this repository outside `lab`, `necessity` and `wiping`.
    #[must_use]
    pub fn expose_secrets(&self) -> ExposedSecrets {
        // The one way to it.
        #[allow(clippy::disallowed_methods)]
        let secrets = |state: &dyn AnyState| state.expose_secrets();
        self.state.as_deref().map(secrets).unwrap_or_default()
    }
}

// It holds secrets.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .field("phase", &self.phase())
            .finish_non_exhaustive()
    }
}

impl<P: ProofSystem, S> From<typed::Client<P, S>> for Client
where
    typed::Client<P, S>: AnyState,
{
    fn from(client: typed::Client<P, S>) -> Self {
        Self::of(Box::new(client))
    }
}
