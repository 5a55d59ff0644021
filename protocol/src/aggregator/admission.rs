//! Admission: which messages go on the board (`specs/protocol.md` 3.11).
//!
//! [`Ledger::admit`] does what takes long (hashing a body, checking a signature) and changes nothing, so many
//! messages can be admitted at once. [`Ledger::commit`] is short: it puts a batch on the board. Who may speak, and when, is a matter of
//! the protocol ([`Floor`]).

use std::collections::HashMap;

use rayon::prelude::*;
use veragg_circuits::codec::DecodeError;

use super::error::AggregatorError;
use super::ledger::{Ledger, Standing};
use super::Log;
use crate::crypto::hash::Digest;
use crate::crypto::signing::VerifyingKey;
use crate::round::phase::Phase;
use crate::rule::Rule;
use crate::wire::board::{Record, RecordKind};
use crate::wire::message::{BorrowedMessage, Envelope, Sender};
use crate::wire::receipt::{Reason, Receipt, Refusal};

/// The answer to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It stands on the board.
    Receipt(Receipt),
    /// It was not taken, and nothing changed.
    Refusal(Refusal),
}

impl Reply {
    /// The bytes of the receipt or of the refusal. They differ in length.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Receipt(receipt) => receipt.encode(),
            Self::Refusal(refusal) => refusal.encode(),
        }
    }

    /// Decodes a reply that fills `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() == Refusal::LEN {
            Refusal::decode(bytes).map(Self::Refusal)
        } else {
            Receipt::decode(bytes).map(Self::Receipt)
        }
    }
}

/// What admission makes of a message.
#[derive(Debug)]
pub enum Admission {
    /// It may go on the board: commit it.
    Accepted(Admitted),
    /// It needs no commit: it stands there already, or is refused.
    Answered(Reply),
}

/// A message that may go on the board. It does not stand there yet: there is no receipt for it.
#[derive(Debug)]
#[must_use = "a message that is not committed is not on the board"]
pub struct Admitted {
    envelope: Envelope,
    entry: Digest,
    bytes: Vec<u8>,
}

impl Admitted {
    /// Who sent it.
    pub fn sender(&self) -> Sender {
        self.envelope.sender
    }
}

/// Who may speak in the open phase of a round, and what the bodies of their messages look like.
pub(crate) trait Floor {
    /// The key of a party that speaks in this phase at all; nothing for others, and for numbers that nobody has.
    fn key_of(&self, sender: Sender, phase: Phase) -> Option<VerifyingKey>;
    /// Whether it may speak in the open phase.
    fn may_speak(&self, sender: Sender) -> bool;
    /// When a phase ends.
    fn deadline(&self, phase: Phase) -> u64;
    /// Whether a phase is one of the round's protocol.
    fn has_phase(&self, phase: Phase) -> bool;
    /// Lengths of the parts of a message whose body has so many bytes.
    fn lengths(&self, sender: Sender, body: usize) -> Vec<usize>;
}

/// What a commit answers, but for the signatures.
enum Answer {
    Receipt { index: u64, entry: Digest },
    Refusal { refused: Vec<u8>, reason: Reason },
}

/// A message that was put on the board.
pub(crate) struct Committed {
    /// Its leaf.
    pub(crate) index: u64,
    pub(crate) envelope: Envelope,
}

impl<L: Log> Ledger<L> {
    /// Judges a message, and changes nothing. Cost: a hash over the message and one signature.
    pub(crate) fn admit(&self, bytes: Vec<u8>, now: u64, floor: &dyn Floor) -> Admission {
        match self.judge(&bytes, now, floor) {
            Ok((None, envelope)) => Admission::Accepted(Admitted {
                entry: envelope.entry(),
                envelope,
                bytes,
            }),
            Ok((Some(again), _)) => {
                let Standing { index, entry, .. } = again;
                Admission::Answered(self.sign(Answer::Receipt { index, entry }))
            }
            Err(reason) => {
                let refused = bytes;
                Admission::Answered(self.sign(Answer::Refusal { refused, reason }))
            }
        }
    }

    /// Puts admitted messages on the board, all in one append, and answers each in order. What may have
    /// changed since they were admitted is judged again: which phase is open, and who has spoken in it. Gives what is new on the board
    /// too.
    pub(crate) fn commit(
        &mut self,
        batch: Vec<Admitted>,
    ) -> Result<(Vec<Reply>, Vec<Committed>), AggregatorError> {
        let mut answers = Vec::with_capacity(batch.len());
        let mut records = Vec::new();
        let mut fresh: HashMap<(Phase, Sender), (Standing, Envelope)> = HashMap::new();
        for admitted in batch {
            let Admitted {
                envelope,
                entry,
                bytes,
            } = admitted;
            let slot = (envelope.phase, envelope.sender);
            let in_batch = fresh.get(&slot).map(|(standing, _)| *standing);
            let judged = self
                .judge_context(&envelope)
                .and_then(|()| self.judge_slot(&envelope, &entry, in_batch))
                .and_then(|again| match again {
                    Some(again) => Ok(Some(again)),
                    None => self.judge_phase(&envelope).map(|()| None),
                });
            answers.push(match judged {
                Ok(Some(Standing { index, entry, .. })) => Answer::Receipt { index, entry },
                Ok(None) => {
                    let position = records.len() as u64;
                    let index = self.tree.size() + position;
                    let record = self.records + position;
                    let standing = Standing {
                        entry,
                        index,
                        record,
                    };
                    fresh.insert(slot, (standing, envelope));
                    records.push(Record {
                        kind: RecordKind::Message,
                        bytes,
                    });
                    Answer::Receipt { index, entry }
                }
                Err(reason) => Answer::Refusal {
                    refused: bytes,
                    reason,
                },
            });
        }
        self.append(records)?;
        let mut fresh: Vec<_> = fresh.into_iter().collect();
        fresh.sort_unstable_by_key(|(_, (standing, _))| standing.index);
        let mut committed = Vec::with_capacity(fresh.len());
        for (slot, (standing, envelope)) in fresh {
            self.push(slot, &standing);
            committed.push(Committed {
                index: standing.index,
                envelope,
            });
        }
        let answers = answers.into_par_iter().with_min_len(8);
        let replies = answers.map(|answer| self.sign(answer)).collect();
        Ok((replies, committed))
    }

    fn sign(&self, answer: Answer) -> Reply {
        let context = self.context;
        match answer {
            Answer::Receipt { index, entry } => {
                Reply::Receipt(Receipt::sign(&self.key, context, index, entry))
            }
            Answer::Refusal { refused, reason } => {
                Reply::Refusal(Refusal::sign(&self.key, context, &refused, reason))
            }
        }
    }

    /// The envelope of a message; and where the same message stands already, if it does.
    fn judge(
        &self,
        bytes: &[u8],
        now: u64,
        floor: &dyn Floor,
    ) -> Result<(Option<Standing>, Envelope), Reason> {
        let message = BorrowedMessage::decode(bytes).map_err(|_| Reason::Malformed)?;
        let envelope = &message.envelope;
        // The phases of another protocol do not decode.
        if !floor.has_phase(envelope.phase) {
            return Err(Reason::Malformed);
        }
        self.judge_context(envelope)?;
        let sender = envelope.sender;
        let key = floor
            .key_of(sender, envelope.phase)
            .ok_or(Reason::NotEligible)?;
        let again = self.judge_slot(envelope, &envelope.entry(), None)?;
        if again.is_some() {
            return Ok((again, message.envelope));
        }
        let deadline = floor.deadline(envelope.phase);
        Rule::InTime.require(now <= deadline, || Reason::Late)?;
        self.judge_phase(envelope)?;
        // The publication is the aggregator's own.
        if !Rule::Eligible.holds(floor.may_speak(sender))
            || !Rule::OwnPublication.holds(envelope.phase != Phase::Publish)
        {
            return Err(Reason::NotEligible);
        }
        Rule::MessageSigned.require(envelope.is_signed_by(&key), || Reason::Signature)?;
        let is_body = message
            .parts(&floor.lengths(sender, message.body.len()))
            .is_ok();
        Rule::Body.require(is_body, || Reason::Malformed)?;
        Ok((None, message.envelope))
    }

    /// Whether the message is of this round.
    fn judge_context(&self, envelope: &Envelope) -> Result<(), Reason> {
        let of_round = envelope.context == self.context;
        Rule::MessageContext.require(of_round, || Reason::Context)
    }

    /// Where this very message stands already; another message of its sender in its phase refuses it.
    fn judge_slot(
        &self,
        envelope: &Envelope,
        entry: &Digest,
        in_batch: Option<Standing>,
    ) -> Result<Option<Standing>, Reason> {
        let standing = self.standing(envelope.phase, envelope.sender);
        let standing = standing.or(in_batch);
        if standing.is_some_and(|standing| standing.entry == *entry) {
            return Ok(standing);
        }
        Rule::Occupied.require(standing.is_none(), || Reason::Occupied)?;
        Ok(None)
    }

    /// Whether the message belongs to the open phase and answers the last checkpoint.
    fn judge_phase(&self, envelope: &Envelope) -> Result<(), Reason> {
        Rule::Open.require(envelope.phase >= self.phase, || Reason::Late)?;
        Rule::Begun.require(envelope.phase <= self.phase, || Reason::Early)?;
        Rule::AnswersLast.require(envelope.answers == self.chain, || Reason::Context)
    }
}
