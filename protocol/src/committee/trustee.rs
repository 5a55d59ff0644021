//! The trustee as a state machine: bytes in, bytes out (`specs/committee.md` 3.2 to 3.4).
//!
//! A state is a type, and a transition consumes it. Each gives a [`Pending`] step, whose message can be had only by saving the state
//! first, so that after a restart the trustee sends the same bytes or nothing.
//!
//! ```text
//! Ready -check-> Checked -confirm-> Confirmed -open-> Opened
//! ```

mod check;
mod confirm;
mod open;
mod saved;

use std::fmt;
use std::io;
use std::sync::Arc;

use thiserror::Error;
use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::package::{PackageError, TrusteePackage};
use super::round::Round;
use crate::client::Store;
use crate::crypto::dh::KeyPair;
use crate::crypto::hash::Digest;
use crate::crypto::ids::{ClientId, ClientSet, TrusteeId};
use crate::crypto::signing::SigningKey;
use crate::round::phase::Phase;
use crate::round::roster::Roster;
use crate::rule::CommitteeRule;
use crate::wire::checkpoint::Checkpoint;
use crate::wire::message::{Message, Sender};

pub use check::batch;
pub use saved::{restore, Restored, ResumeError};

/// A trustee in one of its states.
pub struct Trustee<P: ProofSystem, S> {
    session: Session<P>,
    state: S,
}

/// What every state has.
struct Session<P: ProofSystem> {
    round: Arc<Round<P>>,
    roster: Arc<Roster>,
    me: TrusteeId,
    identity: Arc<SigningKey>,
}

/// Has seen nothing of the round yet.
#[derive(ZeroizeOnDrop)]
pub struct Ready {
    sealing: KeyPair,
}

/// Has checked the submissions.
pub struct Checked<G: Group> {
    sealing: KeyPair,
    /// The checkpoint of submit that it answered.
    submit: Checkpoint,
    /// The sums of its pads over the accepted clients.
    sums: Sums<G>,
    /// The submission keys of accepted clients, in order.
    keys: Vec<[u8; 32]>,
    /// Those about whom it complained.
    accused: ClientSet,
}

/// Has confirmed the list of contributors.
pub struct Confirmed<G: Group> {
    submit: Checkpoint,
    /// The checkpoint of check that it confirmed.
    check: Checkpoint,
    /// The sums of its pads over the contributors.
    sums: Sums<G>,
}

/// Has opened the sums of its pads. It keeps no secret of the round.
pub struct Opened {
    /// The checkpoints that it answered: of submit, of check and of confirm.
    answered: [Checkpoint; 3],
}

/// Sums of pads: a row of `C + 1` scalars for each block. Secret until they are opened.
pub(super) struct Sums<G: Group>(pub(super) Vec<G::Scalar>);

impl<G: Group> Drop for Sums<G> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Why a trustee does not take a step. It has said nothing, and is as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrusteeError {
    /// The package cannot be read.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The checkpoint is not one that this trustee can answer.
    #[error("the checkpoint of {phase} cannot be answered: {what}")]
    Checkpoint {
        /// The phase that it is said to close.
        phase: Phase,
        /// What is wrong.
        what: &'static str,
    },
    /// A submission is not as 3.2 asks for.
    #[error("the submission at leaf {leaf} cannot be checked: {what}; fetch the package again, and if it stays so, take no part in this round")]
    Submission {
        /// Its leaf.
        leaf: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Submit was closed before its deadline, and not everybody has spoken.
    #[error("the deadline of submit, {deadline} seconds since 1970 UTC, has not passed, and not every client has signed a message; try the same package again when it has passed")]
    TooEarly {
        /// The deadline.
        deadline: u64,
    },
    /// A client is listed of whom no submission was shown.
    #[error("client {client} is on the list of submit, but no submission of it was shown; fetch the package again, and if it stays so, take no part in this round")]
    NotShown {
        /// The client.
        client: ClientId,
    },
    /// The submissions are not those under the checkpoint.
    #[error("the submissions that were shown are not those that the checkpoint signs; fetch the package again")]
    OtherTree,
    /// The list is not one that this trustee may confirm.
    #[error("the list of contributors cannot be confirmed: {what}")]
    List {
        /// What is wrong.
        what: String,
    },
    /// Too few trustees confirmed the list that this trustee confirmed.
    #[error("{confirmed} trustees have confirmed the list that this trustee confirmed, and {needed} must; open nothing")]
    TooFew {
        /// How many signatures hold, its own counted.
        confirmed: usize,
        /// `q`.
        needed: u32,
    },
}

/// What a transition gives.
pub type Step<P, S, T> = Result<Pending<P, T>, Box<Refused<P, S>>>;

/// A step that was taken but not yet said: save it, then send the message.
#[must_use = "a step that is not saved has not happened"]
pub struct Pending<P: ProofSystem, S> {
    trustee: Trustee<P, S>,
    message: Vec<u8>,
}

/// A step that was not taken: nothing was said, and the trustee is as it was.
pub struct Refused<P: ProofSystem, S> {
    /// The trustee, unchanged; it may try again with another package.
    pub trustee: Trustee<P, S>,
    /// Why.
    pub error: TrusteeError,
}

impl<P: ProofSystem, S: saved::State<P>> Pending<P, S> {
    /// Writes the new state down and hands out the trustee and the message to send.
    pub fn save(self, store: &mut dyn Store) -> io::Result<(Trustee<P, S>, Vec<u8>)> {
        store.put(&self.trustee.to_saved(&self.message))?;
        Ok((self.trustee, self.message))
    }
}

/// Why a trustee cannot enter a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JoinError {
    /// The configuration does not hold its entry.
    #[error("the configuration does not hold the entry that this trustee made for it; ask the organiser for one that does")]
    NotListed,
}

impl<P: ProofSystem> Trustee<P, Ready> {
    /// Enters a round as the trustee with this identity, whose entry was made with `sealing`. The operator has approved the context.
    pub fn join(
        round: Arc<Round<P>>,
        roster: Arc<Roster>,
        identity: Arc<SigningKey>,
        sealing: KeyPair,
    ) -> Result<Self, JoinError> {
        let own = identity.verifying_key();
        let trustees = round.committee().trustees.iter();
        let mut entries = (0..).zip(trustees);
        let found = entries
            .find(|(_, entry)| entry.identity == own && entry.sealing_key == *sealing.public());
        let (index, _) = found.ok_or(JoinError::NotListed)?;
        Ok(Self {
            session: Session {
                round,
                roster,
                me: TrusteeId::from_index(index),
                identity,
            },
            state: Ready { sealing },
        })
    }
}

impl<P: ProofSystem, S> Trustee<P, S> {
    /// The trustee's number.
    pub fn id(&self) -> TrusteeId {
        self.session.me
    }

    fn attempt<T>(
        self,
        step: impl FnOnce(&Session<P>, &S) -> Result<(T, Vec<u8>), TrusteeError>,
    ) -> Step<P, S, T> {
        match step(&self.session, &self.state) {
            Ok((state, message)) => Ok(Pending {
                trustee: Trustee {
                    session: self.session,
                    state,
                },
                message,
            }),
            Err(error) => Err(Box::new(Refused {
                trustee: self,
                error,
            })),
        }
    }
}

impl<P: ProofSystem> Session<P> {
    /// A message of the trustee.
    fn say(&self, phase: Phase, answers: Digest, parts: &[Vec<u8>]) -> Vec<u8> {
        let sender = Sender::Trustee(self.me);
        let context = *self.round.context();
        Message::sign(&self.identity, context, phase, sender, answers, parts).encode()
    }

    /// Reads a package for the close of a phase, whose checkpoint must continue the one that the trustee answered.
    fn read(
        &self,
        package: &[u8],
        phase: Phase,
        answered: &Checkpoint,
    ) -> Result<TrusteePackage, TrusteeError> {
        let package = TrusteePackage::decode(package, self.round.clients())
            .map_err(|error| TrusteeError::Package(error.into()))?;
        let checkpoint = &package.checkpoint;
        self.check(checkpoint, phase, &answered.digest())?;
        let continues = checkpoint
            .root
            .continues(&answered.root, &package.consistency);
        CommitteeRule::TrusteeTree.require(continues, || TrusteeError::Checkpoint {
            phase,
            what: "its tree does not continue that of the checkpoint that this trustee answered",
        })?;
        Ok(package)
    }

    /// Refuses a checkpoint that is not of this round and phase, does not continue what the trustee answered, or is not signed.
    fn check(
        &self,
        checkpoint: &Checkpoint,
        phase: Phase,
        previous: &Digest,
    ) -> Result<(), TrusteeError> {
        let refuse = |what| move || TrusteeError::Checkpoint { phase, what };
        let rule = CommitteeRule::TrusteeCheckpoint;
        let of_round = checkpoint.context == *self.round.context();
        rule.require(of_round, refuse("it is of another round"))?;
        rule.require(checkpoint.phase == phase, refuse("it is of another phase"))?;
        let signed = checkpoint.is_signed_by(&self.round.configuration().aggregator);
        rule.require(signed, refuse("the aggregator did not sign it"))?;
        let continues = checkpoint.previous == *previous;
        let what = "it does not continue the checkpoint that this trustee answered";
        CommitteeRule::TrusteeChain.require(continues, refuse(what))
    }
}

// States hold secrets: none of them is ever printed.
impl<P: ProofSystem, S> fmt::Debug for Trustee<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trustee")
            .field("id", &self.session.me)
            .finish_non_exhaustive()
    }
}

impl<P: ProofSystem, S> fmt::Debug for Pending<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pending").field(&self.trustee).finish()
    }
}

impl<P: ProofSystem, S> fmt::Debug for Refused<P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refused")
            .field(&self.trustee)
            .field(&self.error)
            .finish()
    }
}
