//! Admission: which messages go on the board (`specs/protocol.md` 3.11).
//!
//! [`Core::admit`] does what takes long (hashing a body, checking a signature) and changes nothing, so many
//! messages can be admitted at once. [`Core::commit`] is short: it puts a batch on the board.

use std::collections::HashMap;

use rayon::prelude::*;
use veragg_circuits::codec::DecodeError;
use veragg_circuits::proof_system::ProofSystem;

use super::core::{Core, Standing};
use super::error::AggregatorError;
use super::Log;
use crate::crypto::hash::Digest;
use crate::crypto::ids::ClientId;
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
    client: ClientId,
    envelope: Envelope,
    entry: Digest,
    bytes: Vec<u8>,
}

impl Admitted {
    /// Who sent it.
    pub fn client(&self) -> ClientId {
        self.client
    }
}

/// What a commit answers, but for the signatures.
enum Answer {
    Receipt { index: u64, entry: Digest },
    Refusal { refused: Vec<u8>, reason: Reason },
}

impl<P: ProofSystem, L: Log> Core<P, L> {
    /// Judges a message, and changes nothing. `lengths` gives the lengths of the parts of a body with so
    /// many bytes. Cost: a hash over the message and one signature.
    pub(super) fn admit(
        &self,
        bytes: Vec<u8>,
        now: u64,
        lengths: impl Fn(ClientId, usize) -> Vec<usize>,
    ) -> Admission {
        match self.judge(&bytes, now, lengths) {
            Ok((None, client, envelope)) => Admission::Accepted(Admitted {
                client,
                entry: envelope.entry(),
                envelope,
                bytes,
            }),
            Ok((Some(again), _, _)) => {
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
    /// changed since they were admitted is judged again: which phase is open, and who has spoken in it.
    pub(super) fn commit(&mut self, batch: Vec<Admitted>) -> Result<Vec<Reply>, AggregatorError> {
        let mut answers = Vec::with_capacity(batch.len());
        let mut records = Vec::new();
        let mut fresh: HashMap<(Phase, ClientId), (Standing, Envelope)> = HashMap::new();
        for admitted in batch {
            let Admitted {
                client,
                envelope,
                entry,
                bytes,
            } = admitted;
            let slot = (envelope.phase, client);
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
        for ((_, client), (standing, envelope)) in fresh {
            self.tree.push(standing.entry);
            self.standing.insert((self.phase, client), standing);
            self.envelopes.insert(client, (standing.index, envelope));
        }
        let answers = answers.into_par_iter().with_min_len(8);
        Ok(answers.map(|answer| self.sign(answer)).collect())
    }

    fn sign(&self, answer: Answer) -> Reply {
        let context = *self.round.context();
        match answer {
            Answer::Receipt { index, entry } => {
                Reply::Receipt(Receipt::sign(&self.key, context, index, entry))
            }
            Answer::Refusal { refused, reason } => {
                Reply::Refusal(Refusal::sign(&self.key, context, &refused, reason))
            }
        }
    }

    /// The message's client and envelope; and where the same message stands already, if it does.
    fn judge(
        &self,
        bytes: &[u8],
        now: u64,
        lengths: impl Fn(ClientId, usize) -> Vec<usize>,
    ) -> Result<(Option<Standing>, ClientId, Envelope), Reason> {
        let message = BorrowedMessage::decode(bytes).map_err(|_| Reason::Malformed)?;
        let envelope = &message.envelope;
        self.judge_context(envelope)?;
        let Sender::Client(client) = envelope.sender else {
            return Err(Reason::NotEligible);
        };
        let key = self.round.roster().key(client).ok_or(Reason::NotEligible)?;
        let again = self.judge_slot(envelope, &envelope.entry(), None)?;
        if again.is_some() {
            return Ok((again, client, message.envelope));
        }
        let deadline = self.round.configuration().deadline(envelope.phase);
        Rule::InTime.require(now <= deadline, || Reason::Late)?;
        self.judge_phase(envelope)?;
        // The publication is the aggregator's own.
        if !Rule::Eligible.holds(self.eligible.contains(client))
            || !Rule::OwnPublication.holds(envelope.phase != Phase::Publish)
        {
            return Err(Reason::NotEligible);
        }
        Rule::MessageSigned.require(envelope.is_signed_by(key), || Reason::Signature)?;
        let is_body = message.parts(&lengths(client, message.body.len())).is_ok();
        Rule::Body.require(is_body, || Reason::Malformed)?;
        Ok((None, client, message.envelope))
    }

    /// Whether the message is of this round.
    fn judge_context(&self, envelope: &Envelope) -> Result<(), Reason> {
        let of_round = envelope.context == *self.round.context();
        Rule::MessageContext.require(of_round, || Reason::Context)
    }

    /// Where this very message stands already; another message of its sender in its phase refuses it.
    fn judge_slot(
        &self,
        envelope: &Envelope,
        entry: &Digest,
        in_batch: Option<Standing>,
    ) -> Result<Option<Standing>, Reason> {
        let Sender::Client(client) = envelope.sender else {
            return Err(Reason::NotEligible);
        };
        let standing = self.standing.get(&(envelope.phase, client)).copied();
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
