//! The board that is published: the log, without masked rows (`specs/committee.md` 5.4).

use std::borrow::Cow;

use veragg_circuits::proof_system::ProofSystem;

use super::Aggregator;
use crate::aggregator::{AggregatorError, Log};
use crate::committee::record::abridge;
use crate::round::phase::Phase;
use crate::wire::board::{Record, RecordKind};
use crate::wire::message::{BorrowedMessage, Sender, ENVELOPE_LEN};

impl<P: ProofSystem, L: Log> Aggregator<P, L> {
    /// The records of the board, in order; none before submit is closed. Cost: a hash over each submission.
    pub fn board(&self) -> impl Iterator<Item = Result<Record, AggregatorError>> + '_ {
        let records = match self.phase() {
            Phase::Submit => 0,
            _ => self.ledger.records,
        };
        (0..records).map(|index| self.published(index))
    }

    fn published(&self, index: u64) -> Result<Record, AggregatorError> {
        let record = self.ledger.log().read(index)?;
        if record.kind != RecordKind::Message {
            return Ok(Cow::into_owned(record));
        }
        let replayed = || AggregatorError::Replay { record: index };
        let message = BorrowedMessage::decode(&record.bytes).map_err(|_| replayed())?;
        let (Phase::Submit, Sender::Client(client)) =
            (message.envelope.phase, message.envelope.sender)
        else {
            return Ok(Cow::into_owned(record));
        };
        let shown = self.state.shown.get(&client).copied();
        let body = abridge(message.body, shown, self.round.parts()).ok_or_else(replayed)?;
        let envelope = record.bytes.get(..ENVELOPE_LEN).unwrap_or_default();
        Ok(Record {
            kind: RecordKind::Submission,
            bytes: [envelope, &body].concat(),
        })
    }
}
