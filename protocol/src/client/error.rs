//! Why a client does not take a step, and who is to blame.

use std::io;

use thiserror::Error;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::statement::InputError;

use crate::crypto::ids::ClientId;
use crate::round::phase::Phase;
use crate::rule::Rule;

/// Why a key cannot join a round.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JoinError {
    /// The roster does not have the key.
    #[error("the key {key} is not on the roster of this round; join with the key that the organiser put there")]
    NotOnRoster {
        /// The public key, in hexadecimal.
        key: String,
    },
    /// The round was entered without the key that clients prove with.
    #[error("the suite of this round needs the proving key of its set-up; enter the round with the key that the organiser gave, after you have checked it")]
    NoProvingKey,
}

/// Why a client does not take a step.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The package does not decode.
    #[error("the aggregator's package is malformed: {0}. Fetch it again")]
    Malformed(#[from] DecodeError),
    /// There is no package.
    #[error("there is no package for {phase}: the phase before it has not closed, or the round has ended without this client. Fetch it again, or stop")]
    NoPackage {
        /// The phase in which the client speaks next.
        phase: Phase,
    },
    /// The checkpoint is not the aggregator's, or not of this round and phase.
    #[error("the package holds no checkpoint of {phase} in this round signed by its aggregator. Fetch the package of {phase}")]
    NotTheCheckpoint {
        /// The phase whose checkpoint was expected.
        phase: Phase,
    },
    /// The checkpoint does not continue the one that this client answered.
    #[error("the checkpoint of {phase} does not continue the one that this client answered: the aggregator keeps two boards. Keep both checkpoints and tell the auditor")]
    Fork {
        /// The phase whose package is judged.
        phase: Phase,
    },
    /// The proof that the board only grew does not hold.
    #[error("the package does not show that the board of {phase} continues the one that this client answered. Fetch it again; if it stays so, the aggregator keeps two boards")]
    Inconsistent {
        /// The phase whose package is judged.
        phase: Phase,
    },
    /// The list is no sublist of the list before it.
    #[error("the list of {phase} names clients that the list before it does not: the aggregator made it up. Keep the checkpoint and tell the auditor")]
    List {
        /// The phase whose package is judged.
        phase: Phase,
    },
    /// This client is not on the list. With a receipt for what is not on the board it can accuse.
    #[error("this client is not on the list of {phase}: it was late, or too few of its neighbours came through, or it was left out. If it has a receipt and the board does not hold its message, give the receipt to the auditor")]
    Omitted {
        /// The phase whose package is judged.
        phase: Phase,
    },
    /// The message of somebody on the list is missing or is not theirs.
    #[error("client {client} is on the list of {phase}, but the package holds no message of theirs that puts them there. It may be the package of another client: fetch your own again; if it stays so, the list is false")]
    NotShown {
        /// The phase whose package is judged.
        phase: Phase,
        /// The client that the package is about.
        client: ClientId,
    },
    /// The board holds another message of this client than the one that it sent.
    #[error("the board holds another message of this client in {phase} than the one that it sent: another device speaks with the same key. Go on with that device, and stop this one")]
    OtherDevice {
        /// The phase whose package is judged.
        phase: Phase,
    },
    /// A listed message breaks the rules that put it on the list.
    #[error("client {client} is on the list of {phase} with a message that does not hold: {what}. The aggregator must not list it")]
    FalselyListed {
        /// The phase whose package is judged.
        phase: Phase,
        /// The client that the package is about.
        client: ClientId,
        /// What does not hold.
        what: &'static str,
    },
    /// Too few clients for the promised privacy.
    #[error("{got} clients in {phase} where privacy needs {need}; this client goes no further")]
    TooFew {
        /// The phase whose package is judged.
        phase: Phase,
        /// How many there are.
        got: usize,
        /// How many are needed.
        need: usize,
    },
    /// Too few neighbours for the promised privacy.
    #[error("{got} neighbours in {phase} where privacy needs {need}; this client goes no further")]
    TooFewNeighbours {
        /// The phase whose package is judged.
        phase: Phase,
        /// How many there are.
        got: usize,
        /// How many are needed.
        need: usize,
    },
    /// The client's own input breaks the statement.
    #[error("this input cannot be submitted: {0}")]
    Input(#[from] InputError),
    /// The vector is only needed, and always needed, at submit and attest.
    #[error("this step needs the input vector; give it at submit, and the same again at attest")]
    InputMissing,
    /// Another vector than the one that was submitted.
    #[error("this is not the input that was submitted; attest with the same vector, or drop out")]
    OtherInput,
    /// The aggregator says that a client attested falsely, and gives no valid proof.
    #[error("the aggregator gave no valid proof in the package of {phase} that client {client} attested falsely. Fetch the package again; without a proof, reveal no second share")]
    NoFraudProof {
        /// The phase whose package is judged.
        phase: Phase,
        /// The client that the package is about.
        client: ClientId,
    },
    /// The state could not be written down.
    #[error("the state could not be saved, so nothing was sent: {0}")]
    Store(#[from] io::Error),
    /// An earlier step could not be saved.
    #[error("an earlier step of this client could not be saved, so only its store knows which state is the true one; resume the client from its store, or drop out")]
    Uncertain,
    /// The round is over for this client.
    #[error("this client has finished its round")]
    Finished,
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The aggregator signed something false.
    Aggregator,
    /// The caller: input, store or order of calls.
    Caller,
    /// Nobody that could be shown: unsigned bytes, or too few present.
    Nobody,
}

impl ClientError {
    /// The number, in `specs/protocol.md`, of the rule by which the client stops. Nothing for a package that
    /// does not decode, a store that fails, an input that is missing, and a round that is over.
    pub fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotTheCheckpoint { .. } => Rule::CheckpointSigned.number(),
            Self::Fork { .. } => Rule::Chain.number(),
            Self::Inconsistent { .. } => Rule::Grown.number(),
            Self::List { .. } | Self::Omitted { .. } => Rule::Sublist.number(),
            Self::NotShown { .. } => Rule::Shown.number(),
            Self::OtherDevice { .. } => Rule::OwnMessage.number(),
            Self::FalselyListed { phase, .. } => match phase {
                Phase::Advertise => Rule::Possession.number(),
                Phase::Share => Rule::CommittedShare.number(),
                _ => "3.4.1",
            },
            Self::TooFew { phase, .. } => match phase {
                Phase::Advertise => Rule::Holders.number(),
                Phase::Submit => "3.5.1",
                Phase::Dispute => "3.7.1",
                _ => Rule::Acknowledgements.number(),
            },
            Self::TooFewNeighbours { phase, .. } => match phase {
                Phase::Advertise => Rule::Holders.number(),
                Phase::Share => "3.3.1",
                Phase::Confirm => "3.4.1",
                _ => Rule::Neighbours.number(),
            },
            Self::Input(_) => "3.4.2",
            Self::OtherInput => Rule::SubmittedInput.number(),
            Self::NoFraudProof { .. } => Rule::FraudShown.number(),
            Self::Malformed(_)
            | Self::NoPackage { .. }
            | Self::InputMissing
            | Self::Store(_)
            | Self::Uncertain
            | Self::Finished => return None,
        })
    }

    /// Whether another copy of the package may help. After any other error of a package this client goes no
    /// further in the round.
    pub fn fetch_again(&self) -> bool {
        matches!(
            self,
            Self::Malformed(_)
                | Self::NoPackage { .. }
                | Self::NotTheCheckpoint { .. }
                | Self::Inconsistent { .. }
                | Self::NotShown { .. }
                | Self::NoFraudProof { .. }
        )
    }

    /// Whose fault it is; one match, so that each new error has to decide.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Fork { .. } | Self::List { .. } | Self::FalselyListed { .. } => Blame::Aggregator,
            Self::Input(_)
            | Self::InputMissing
            | Self::OtherInput
            | Self::Store(_)
            | Self::Uncertain
            | Self::OtherDevice { .. }
            | Self::Finished => Blame::Caller,
            // A package is not signed as a whole: what is missing may have been lost on the way.
            Self::Malformed(_)
            | Self::NoPackage { .. }
            | Self::NotTheCheckpoint { .. }
            | Self::Inconsistent { .. }
            | Self::Omitted { .. }
            | Self::NotShown { .. }
            | Self::NoFraudProof { .. }
            | Self::TooFew { .. }
            | Self::TooFewNeighbours { .. } => Blame::Nobody,
        }
    }
}
