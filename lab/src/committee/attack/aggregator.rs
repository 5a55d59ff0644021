//! What a malicious aggregator does.

use serde::{Deserialize, Serialize};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;

use super::phase::CommitteePhase;
use crate::attack::{FalseCheckpoint, MessageName};

/// What a malicious aggregator does. Beside that it does what an honest one does, but takes what an honest one refuses. Like an honest
/// one it ends the round if too few come through a phase, unless it is told to close the phase all the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum AggregatorAttack {
    /// Nothing else.
    Honest {},
    /// It throws a message away, for which it gives a receipt.
    Drop {
        /// The message.
        message: MessageName,
    },
    /// It puts a message on the board twice.
    Twice {
        /// The message.
        message: MessageName,
    },
    /// It changes the last bit of the body of a message.
    Alter {
        /// The message.
        message: MessageName,
    },
    /// It puts the message that a client or a trustee sent in an earlier round of the same parties in the place of the new one.
    Replay {
        /// The message.
        message: MessageName,
    },
    /// It makes messages in the name of a client or a trustee, of what another one says, and signs them itself. A client or a trustee that
    /// speaks is not heard.
    Forge {
        /// The message.
        message: MessageName,
        /// How many it makes.
        #[serde(default = "one")]
        copies: usize,
    },
    /// It puts a client on the list of a phase.
    List {
        /// The client.
        client: u32,
        /// The phase.
        phase: CommitteePhase,
    },
    /// It takes a client from the list of a phase.
    Unlist {
        /// The client.
        client: u32,
        /// The phase.
        phase: CommitteePhase,
    },
    /// It shows a masked row of a client on the board.
    Show {
        /// The client.
        client: u32,
        /// The trustee to whom the row belongs.
        trustee: u32,
        /// The block to which it belongs, counted from 0.
        #[serde(default)]
        block: usize,
    },
    /// It closes a phase, however few came through.
    Close {
        /// The phase.
        phase: CommitteePhase,
        /// It does so behind so many messages of the phase, and refuses all that come later.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<usize>,
    },
    /// It signs two checkpoints for a phase, and the list of the second lacks a client. Some trustees are shown what follows from the
    /// second; the board of all others is published.
    Fork {
        /// The phase.
        phase: CommitteePhase,
        /// The client that the second list lacks.
        without: u32,
        /// The trustees that are shown the second board. Corrupt trustees answer each board.
        #[serde(default)]
        to: Vec<u32>,
    },
    /// A client has signed two messages, and the board that it shows to some trustees holds the second. The board of all others is
    /// published.
    SecondSubmission {
        /// The client.
        client: u32,
        /// The trustees.
        to: Vec<u32>,
    },
    /// The checkpoint that closes a phase says something false.
    Checkpoint {
        /// The phase.
        phase: CommitteePhase,
        /// What is false in it.
        says: FalseCheckpoint,
    },
    /// It publishes another sum.
    Sum {
        /// Which scalar of the packed sum, counted from 0. The last are the blindings.
        scalar: usize,
        /// How much it adds.
        by: i64,
    },
    /// It publishes that something else happened to a client.
    Outcome {
        /// The client.
        client: u32,
        /// What.
        said: SaidOutcome,
    },
    /// It signs the end of the round, and publishes no sum.
    Unpublished {},
}

/// What is said to have happened to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidOutcome {
    /// It contributed.
    Contributed,
    /// It sent nothing.
    Dropped,
    /// Its message is not accepted.
    ExcludedInSubmit,
    /// A trustee has complained about it.
    ExcludedInCheck,
}

impl From<SaidOutcome> for Outcome {
    fn from(said: SaidOutcome) -> Self {
        match said {
            SaidOutcome::Contributed => Self::Contributed,
            SaidOutcome::Dropped => Self::Dropped(Phase::Submit),
            SaidOutcome::ExcludedInSubmit => Self::Faulty(Phase::Submit),
            SaidOutcome::ExcludedInCheck => Self::Faulty(Phase::Check),
        }
    }
}

fn one() -> usize {
    1
}

impl AggregatorAttack {
    /// The name of an attack on the close of a phase in which clients or trustees speak, if it is on publish, in which they do not.
    pub(crate) fn on_publish(&self) -> Option<&'static str> {
        match self {
            Self::Close {
                phase: CommitteePhase::Publish,
                ..
            } => Some("close"),
            Self::Fork {
                phase: CommitteePhase::Publish,
                ..
            } => Some("fork"),
            _ => None,
        }
    }

    /// Whether it needs an earlier round.
    pub(crate) fn needs_earlier(&self) -> bool {
        matches!(self, Self::Replay { .. })
    }

    /// The message that the attack names.
    pub fn message(&self) -> Option<MessageName> {
        match self {
            Self::Drop { message }
            | Self::Twice { message }
            | Self::Alter { message }
            | Self::Replay { message }
            | Self::Forge { message, .. } => Some(*message),
            _ => None,
        }
    }

    /// The clients that the attack names.
    pub fn client(&self) -> Option<u32> {
        match self {
            Self::List { client, .. }
            | Self::Unlist { client, .. }
            | Self::Show { client, .. }
            | Self::SecondSubmission { client, .. }
            | Self::Outcome { client, .. } => Some(*client),
            Self::Fork { without, .. } => Some(*without),
            _ => self.message().and_then(MessageName::client),
        }
    }

    /// The trustees that the attack names.
    pub fn trustees(&self) -> Vec<u32> {
        match self {
            Self::Show { trustee, .. } => vec![*trustee],
            Self::Fork { to, .. } | Self::SecondSubmission { to, .. } => to.clone(),
            _ => self
                .message()
                .and_then(MessageName::trustee)
                .into_iter()
                .collect(),
        }
    }
}
