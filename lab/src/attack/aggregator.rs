//! What a malicious aggregator does.
// What is unwrapped here is a message of the board.
#![allow(clippy::unwrap_used)]

use serde::{Deserialize, Serialize};
use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{Record, RecordKind};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Message, Sender};

use super::message::as_one_part;
use super::{input, NotPlayable};
use crate::books::checkpoint_signed_by;
use crate::corrupt_aggregator::CorruptAggregator;
use crate::encoding::add_order;
use crate::fixtures::{id, PlaySetUp};
use crate::local::LocalRound;
use crate::messages::message_of;
use crate::phase_name::PhaseName;
use crate::scene::Scene;

/// What a malicious aggregator does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum AggregatorAttack {
    /// It does what an honest one does, by the books with which it does all else.
    Honest {},
    /// It publishes another sum.
    Sum {
        /// Which scalar of the packed sum, counted from 0. The last are the blindings.
        scalar: usize,
        /// How much it adds.
        by: i64,
    },
    /// It publishes that a client contributed that did not, or that one dropped out that contributed.
    Outcome {
        /// The client.
        client: u32,
        /// The phase in which it is said to have dropped out; without one it is said to have contributed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dropped: Option<PhaseName>,
    },
    /// It publishes that the message of a client is faulty.
    Faulty {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It throws the message of a client away.
    Drop {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It puts the messages of a phase on the board in another order.
    Reorder {
        /// The phase.
        phase: PhaseName,
    },
    /// It puts the message of a client on the board twice.
    Twice {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It changes a bit of the body of a client's message.
    Alter {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It makes a message in the name of a client, with its own signature.
    Forge {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It puts a client on the list of a phase.
    List {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It takes a client from the list of a phase.
    Unlist {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It puts the message that a client sent in an earlier round of the same parties in the place of the new one.
    Replay {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
    },
    /// It adds the message of somebody who is not on the roster.
    Stranger {
        /// The phase.
        phase: PhaseName,
    },
    /// It signs two checkpoints for a phase, one with a client on the list and one without it. Some clients are shown what
    /// follows from the second; the board of all others is published.
    Fork {
        /// The phase.
        phase: PhaseName,
        /// The client that the second list lacks.
        without: u32,
        /// The clients that are shown the second board.
        #[serde(default)]
        to: Vec<u32>,
    },
    /// It publishes a scalar of the sum in another encoding, with the order of the group added.
    SumEncoding {
        /// Which scalar of the packed sum, counted from 0.
        scalar: usize,
    },
    /// It publishes a sum with so many scalars more, or fewer.
    SumLength {
        /// How many more.
        by: i64,
    },
    /// It puts another checkpoint in the place of the one that closed a phase, and signs it.
    Checkpoint {
        /// The phase.
        phase: PhaseName,
        /// What is false in it.
        says: FalseCheckpoint,
    },
    /// It hides the message of a client from another.
    Hide {
        /// The client.
        client: u32,
        /// The phase.
        phase: PhaseName,
        /// The client that does not see it.
        from: u32,
    },
}

/// What is false in a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FalseCheckpoint {
    /// It says that the board has one message more.
    Size,
    /// It gives the hash of another tree of messages.
    Root,
    /// It continues another checkpoint.
    Previous,
    /// It is of another round.
    Context,
    /// It closes another phase.
    Phase,
}

impl FalseCheckpoint {
    /// Makes this of a checkpoint, in a protocol with these phases.
    pub(crate) fn make(self, checkpoint: &mut Checkpoint, phases: &[Phase]) {
        match self {
            Self::Size => checkpoint.root.size += 1,
            Self::Root => checkpoint.root.hash[0] ^= 1,
            Self::Previous => checkpoint.previous[0] ^= 1,
            Self::Context => checkpoint.context.digest[0] ^= 1,
            Self::Phase => {
                let closed = checkpoint.phase;
                let mut others = phases.iter().filter(|phase| **phase != closed);
                checkpoint.phase = others.next().copied().unwrap_or(closed);
            }
        }
    }
}

fn is_of(bytes: &[u8], client: u32) -> bool {
    let sender = Message::decode(bytes).map(|message| message.envelope.sender);
    sender == Ok(Sender::Client(id(client)))
}

impl AggregatorAttack {
    /// The clients that the attack names.
    pub fn clients(&self) -> impl Iterator<Item = u32> {
        let others = match self {
            Self::Hide { from, .. } => vec![*from],
            Self::Fork { to, .. } => to.clone(),
            _ => Vec::new(),
        };
        self.client().into_iter().chain(others)
    }

    fn client(&self) -> Option<u32> {
        match self {
            Self::Outcome { client, .. }
            | Self::Faulty { client, .. }
            | Self::Drop { client, .. }
            | Self::Twice { client, .. }
            | Self::Alter { client, .. }
            | Self::Forge { client, .. }
            | Self::List { client, .. }
            | Self::Unlist { client, .. }
            | Self::Replay { client, .. }
            | Self::Hide { client, .. } => Some(*client),
            Self::Fork { without, .. } => Some(*without),
            Self::Honest {}
            | Self::Sum { .. }
            | Self::SumEncoding { .. }
            | Self::SumLength { .. }
            | Self::Checkpoint { .. }
            | Self::Stranger { .. }
            | Self::Reorder { .. } => None,
        }
    }

    /// The aggregator that does this, too.
    pub(crate) fn apply<P: ProofSystem<SetUp: PlaySetUp>>(
        &self,
        corrupt: CorruptAggregator<P>,
        scene: &Scene<P>,
    ) -> Result<CorruptAggregator<P>, NotPlayable> {
        let last = scene.local.round.masked_scalars() - 1;
        let exists = |scalar: usize| match scalar > last {
            true => Err(NotPlayable::NoSuchScalar { scalar, last }),
            false => Ok(scalar),
        };
        let length = P::Group::SCALAR_LEN;
        Ok(match self.clone() {
            Self::Honest {} => corrupt,
            Self::Sum { scalar, by } => {
                let scalar = exists(scalar)?;
                corrupt.publishing(move |_, mut publication| {
                    publication.opening[scalar] += input::scalar::<P>(by);
                    publication
                })
            }
            Self::SumEncoding { scalar } => {
                let at = exists(scalar)? * length;
                corrupt.writing(move |mut body| {
                    if let Some(scalar) = body.get_mut(at..at + length) {
                        add_order::<P::Group>(scalar);
                    }
                    body
                })
            }
            Self::SumLength { by } => corrupt.writing(move |mut body| {
                // More than that no attack needs.
                let bytes = by.unsigned_abs().min(1 << 16) as usize * length;
                if by < 0 {
                    body.drain(..bytes.min(body.len()));
                } else {
                    body.splice(..0, std::iter::repeat_n(0, bytes));
                }
                body
            }),
            Self::Checkpoint { phase, says } => corrupt
                .rewriting(move |local, records| with_checkpoint(local, records, phase.0, says)),
            Self::Fork { phase, without, to } => corrupt.forking(phase.0, without, &to),
            Self::Replay { client, phase } => {
                let earlier = scene.earlier();
                let sent = message_of(&earlier, id(client), phase.0).map(<[u8]>::to_vec);
                admitting(corrupt, phase, move |mut messages| {
                    messages.retain(|bytes| !is_of(bytes, client));
                    messages.extend(sent.clone());
                    messages
                })
            }
            Self::Stranger { phase } => {
                let stranger = id(scene.local.round.clients() + 1);
                admitting(corrupt, phase, move |mut messages| {
                    let of_stranger = messages.first().map(|bytes| {
                        let mut message = Message::decode(bytes).unwrap();
                        message.envelope.sender = Sender::Client(stranger);
                        message.encode()
                    });
                    messages.extend(of_stranger);
                    messages
                })
            }
            Self::Outcome { client, dropped } => {
                let outcome = dropped.map_or(Outcome::Contributed, |it| Outcome::Dropped(it.0));
                saying(corrupt, client, outcome)
            }
            Self::Faulty { client, phase } => saying(corrupt, client, Outcome::Faulty(phase.0)),
            Self::Drop { client, phase } => admitting(corrupt, phase, move |mut messages| {
                messages.retain(|bytes| !is_of(bytes, client));
                messages
            }),
            Self::Reorder { phase } => admitting(corrupt, phase, |mut messages| {
                messages.reverse();
                messages
            }),
            Self::Twice { client, phase } => admitting(corrupt, phase, move |mut messages| {
                let again = messages.iter().find(|bytes| is_of(bytes, client)).cloned();
                messages.extend(again);
                messages
            }),
            Self::Alter { client, phase } => admitting(corrupt, phase, move |mut messages| {
                let its = messages.iter_mut().filter(|bytes| is_of(bytes, client));
                for bytes in its {
                    let mut message = Message::decode(bytes).unwrap();
                    if let Some(last) = message.body.last_mut() {
                        *last ^= 1;
                    }
                    *bytes = message.encode();
                }
                messages
            }),
            Self::Forge { client, phase } => {
                let key = scene.local.aggregator_key.clone();
                admitting(corrupt, phase, move |mut messages| {
                    let others = messages.iter().find(|bytes| !is_of(bytes, client));
                    let forged = others.map(|bytes| {
                        let message = Message::decode(bytes).unwrap();
                        let envelope = message.envelope;
                        let sender = Sender::Client(id(client));
                        let (context, answers) = (envelope.context, envelope.answers);
                        let phase = envelope.phase;
                        let parts = as_one_part(phase, message.body);
                        Message::sign(&key, context, phase, sender, answers, &parts).encode()
                    });
                    messages.retain(|bytes| !is_of(bytes, client));
                    messages.extend(forged);
                    messages
                })
            }
            Self::List { client, phase } => listing(corrupt, phase, client, true),
            Self::Unlist { client, phase } => listing(corrupt, phase, client, false),
            Self::Hide {
                client,
                phase,
                from,
            } => corrupt.showing(move |reader, mut package| {
                let hides = reader.number() == from;
                package.items.retain(|item| {
                    let envelope = &item.envelope;
                    let is_it = envelope.sender == Sender::Client(id(client));
                    !(hides && is_it && envelope.phase == phase.0)
                });
                package
            }),
        })
    }
}

/// The records with another checkpoint for a phase.
fn with_checkpoint<P: ProofSystem>(
    local: &LocalRound<P>,
    mut records: Vec<Record>,
    when: Phase,
    says: FalseCheckpoint,
) -> Vec<Record> {
    let clients = local.round.clients();
    let checkpoints = records
        .iter_mut()
        .filter(|it| it.kind == RecordKind::Checkpoint);
    for record in checkpoints {
        let mut checkpoint = Checkpoint::decode(&record.bytes, clients).unwrap();
        if checkpoint.phase == when {
            says.make(&mut checkpoint, &Phase::PAIRWISE);
            record.bytes = checkpoint_signed_by(&local.aggregator_key, checkpoint).encode();
            break;
        }
    }
    records
}

/// It does something else with the messages of one phase.
fn admitting<P: ProofSystem>(
    corrupt: CorruptAggregator<P>,
    when: PhaseName,
    act: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>> + 'static,
) -> CorruptAggregator<P> {
    corrupt.admitting(move |phase, messages| {
        if phase == when.0 {
            act(messages)
        } else {
            messages
        }
    })
}

fn saying<P: ProofSystem>(
    corrupt: CorruptAggregator<P>,
    client: u32,
    outcome: Outcome,
) -> CorruptAggregator<P> {
    corrupt.publishing(move |_, mut publication| {
        if let Some(said) = publication.outcomes.get_mut(id(client).index()) {
            *said = outcome;
        }
        publication
    })
}

fn listing<P: ProofSystem>(
    corrupt: CorruptAggregator<P>,
    when: PhaseName,
    client: u32,
    listed: bool,
) -> CorruptAggregator<P> {
    let act = move |phase: Phase, mut list: veragg_protocol::crypto::ids::ClientSet| {
        let client: ClientId = id(client);
        if phase == when.0 && listed {
            list.insert(client);
        } else if phase == when.0 {
            list.remove(client);
        }
        list
    };
    corrupt.listing(act)
}
