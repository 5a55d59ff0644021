//! Submit: who is accepted (`specs/committee.md` 3.1).

use std::borrow::Cow;
use std::io::Write;

use veragg_circuits::group::Group;
use veragg_circuits::proof_system::ProofSystem;

use super::{Aggregator, Closing};
use crate::aggregator::{AggregatorError, Log};
use crate::committee::masked::{self, Masked};
use crate::committee::package::{ShownParts, Submitted};
use crate::committee::parts::{MaskedPlace, PublicParts};
use crate::committee::submit::{judge, Shared, Sharing, SubmissionFault};
use crate::crypto::ids::{ClientId, ClientSet, TrusteeId};
use crate::pairwise::publish::Outcome;
use crate::round::phase::Phase;
use crate::wire::board::{Record, RecordKind};
use crate::wire::message::{BorrowedMessage, Envelope, Sender};
use crate::wire::parts::Parts as BodyParts;

/// Bytes of submissions that are read and judged together, give or take one.
const BATCH: usize = 8 << 20;

/// What was found in a submission.
enum Found<G: Group> {
    /// With the commitments to its pads.
    Accepted(Vec<G::Term>),
    /// Its public parts break a rule.
    Faulty,
    /// This masked row does.
    Masked(MaskedPlace),
}

impl<P: ProofSystem, L: Log> Aggregator<P, L> {
    /// Judges all submissions.
    pub(super) fn close_submit(&self) -> Result<Closing<P::Group>, AggregatorError> {
        let round = &self.round;
        let clients = round.clients();
        let parts = round.parts();
        let pads = parts.shape().trustees() as usize * parts.blocks();
        let mut closing = Closing {
            list: ClientSet::empty(clients),
            outcomes: self.state.outcomes.clone(),
            shown: self.state.shown.clone(),
            pads: vec![P::Group::identity(); pads],
            opening: None,
        };
        self.submissions(&ClientSet::of(clients, |_| true), |batch| {
            let mut accepted = Vec::with_capacity(batch.len());
            for ((client, _), found) in batch.iter().zip(self.judge(batch)) {
                match found {
                    Found::Accepted(pads) => {
                        closing.list.insert(*client);
                        accepted.push(pads);
                    }
                    Found::Faulty => {}
                    Found::Masked(place) => {
                        closing.shown.insert(*client, place);
                    }
                }
            }
            let accepted: Vec<&[_]> = accepted.iter().map(Vec::as_slice).collect();
            add(&mut closing.pads, &P::Group::sums_by_place(&accepted));
        })?;
        for (client, outcome) in ClientId::all(clients).zip(&mut closing.outcomes) {
            let spoke = self.ledger.has_spoken(Sender::Client(client));
            *outcome = match (closing.list.contains(client), spoke) {
                (true, _) => None,
                (false, true) => Some(Outcome::Faulty(Phase::Submit)),
                (false, false) => Some(Outcome::Dropped(Phase::Submit)),
            };
        }
        self.enough(&closing.list)?;
        Ok(closing)
    }

    /// Refuses a list that is too short for a sum.
    pub(super) fn enough(&self, list: &ClientSet) -> Result<(), AggregatorError> {
        let (got, need) = (
            list.len(),
            self.round.configuration().min_contributors as usize,
        );
        let phase = self.phase();
        match got >= need {
            true => Ok(()),
            false => Err(AggregatorError::TooFew { phase, got, need }),
        }
    }

    fn judge(&self, batch: &[(ClientId, BorrowedMessage<'_>)]) -> Vec<Found<P::Group>> {
        let round = &self.round;
        let parts = round.parts();
        let cut: Vec<_> = batch
            .iter()
            .filter_map(|(client, message)| Some((*client, PublicParts::cut(message.body, parts)?)))
            .collect();
        // Whoever was admitted sent a body of the right length.
        let judged: Vec<Result<Shared<P>, SubmissionFault>> = judge(round, &cut);
        let mut found: Vec<Found<P::Group>> = Vec::with_capacity(batch.len());
        let mut masked = Vec::new();
        for (at, ((_, message), shared)) in batch.iter().zip(&judged).enumerate() {
            let Ok(shared) = shared else {
                found.push(Found::Faulty);
                continue;
            };
            match masked_rows::<P>(message.body, parts) {
                Ok(rows) => {
                    masked.push((
                        at,
                        Masked {
                            entry: message.envelope.entry(),
                            shared,
                            rows,
                        },
                    ));
                    found.push(Found::Accepted(shared.pads.clone()));
                }
                Err(place) => found.push(Found::Masked(place)),
            }
        }
        let (places, masked): (Vec<usize>, Vec<Masked<'_, P>>) = masked.into_iter().unzip();
        for failing in masked::failing(round, &masked) {
            if let Some(place) = masked::first_bad(round, &masked[failing]) {
                found[places[failing]] = Found::Masked(place);
            }
        }
        found
    }

    /// Reads the submissions of these clients from the log, in batches, in the order of their numbers.
    pub(super) fn submissions(
        &self,
        clients: &ClientSet,
        mut take: impl FnMut(&[(ClientId, BorrowedMessage<'_>)]),
    ) -> Result<(), AggregatorError> {
        let mut flush = |batch: &mut Vec<(ClientId, u64, Cow<'_, Record>)>| {
            let messages = batch
                .iter()
                .map(|(client, index, record)| {
                    let message = BorrowedMessage::decode(&record.bytes);
                    let message =
                        message.map_err(|_| AggregatorError::Replay { record: *index })?;
                    Ok((*client, message))
                })
                .collect::<Result<Vec<_>, AggregatorError>>()?;
            take(&messages);
            batch.clear();
            Ok::<(), AggregatorError>(())
        };
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for client in clients.iter() {
            let sender = Sender::Client(client);
            let Some((index, record)) = self.ledger.record_of(Phase::Submit, sender)? else {
                continue;
            };
            bytes += record.bytes.len();
            batch.push((client, index, record));
            if bytes >= BATCH {
                flush(&mut batch)?;
                bytes = 0;
            }
        }
        flush(&mut batch)
    }

    /// What an accepted client shares, read again.
    pub(super) fn sharing(
        &self,
        client: ClientId,
    ) -> Result<Option<Sharing<P::Group>>, AggregatorError> {
        let mut found = None;
        let parts = self.round.parts();
        let one = ClientSet::of(self.round.clients(), |of| of == client);
        self.submissions(&one, |batch| {
            let cut = batch.first();
            let cut = cut.and_then(|(_, message)| PublicParts::cut(message.body, parts));
            found = cut.and_then(|cut| Sharing::decode(&cut, parts).ok());
        })?;
        Ok(found)
    }

    /// The envelope of a message that stands on the board.
    pub(super) fn envelope_of(
        &self,
        phase: Phase,
        sender: Sender,
    ) -> Result<Option<Envelope>, AggregatorError> {
        let Some((index, record)) = self.ledger.record_of(phase, sender)? else {
            return Ok(None);
        };
        let message = BorrowedMessage::decode(&record.bytes);
        let message = message.map_err(|_| AggregatorError::Replay { record: index })?;
        Ok(Some(message.envelope))
    }

    /// Writes the package with which a trustee checks, submission by submission. Nothing is written before submit is closed.
    pub fn submit_package(
        &self,
        trustee: TrusteeId,
        to: &mut dyn Write,
    ) -> Result<(), AggregatorError> {
        let Some(checkpoint) = self.closed(Phase::Submit) else {
            return Ok(());
        };
        let encoded = checkpoint.encode();
        to.write_all(&(encoded.len() as u32).to_be_bytes())?;
        to.write_all(&encoded)?;
        let mut left = checkpoint.root.size;
        for index in 0..self.ledger.records {
            if left == 0 {
                break;
            }
            let record = self.ledger.log().read(index)?;
            if record.kind != RecordKind::Message {
                continue;
            }
            left -= 1;
            let message = BorrowedMessage::decode(&record.bytes);
            let message = message.map_err(|_| AggregatorError::Replay { record: index })?;
            let accepted = matches!(message.envelope.sender, Sender::Client(client) if checkpoint.list.contains(client));
            let shown = match accepted {
                true => Some(self.shown_parts(trustee, &message)?),
                false => None,
            };
            let envelope = message.envelope;
            to.write_all(&Submitted { envelope, shown }.encode())?;
        }
        Ok(())
    }

    fn shown_parts(
        &self,
        trustee: TrusteeId,
        message: &BorrowedMessage<'_>,
    ) -> Result<ShownParts, AggregatorError> {
        let parts = self.round.parts();
        let cut = message.parts(&parts.lengths());
        let cut = cut.map_err(|_| AggregatorError::Interrupted)?;
        let tree = BodyParts::of(&cut);
        let part = |position| {
            let part = tree.part(position);
            part.ok_or(AggregatorError::Interrupted)
        };
        let (key, pads) = (part(1)?, part(parts.pads_at(trustee))?);
        Ok(ShownParts {
            key: key.bytes,
            key_path: key.proof,
            pads: pads.bytes,
            pads_path: pads.proof,
        })
    }
}

/// Adds commitments to sums of the same length.
pub(super) fn add<T: Copy + std::ops::Add<Output = T>>(sums: &mut [T], values: &[T]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = *sum + *value;
    }
}

/// Takes commitments away from sums of the same length.
pub(super) fn subtract<T: Copy + std::ops::Sub<Output = T>>(sums: &mut [T], values: &[T]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = *sum - *value;
    }
}

/// The scalars of all masked rows of a body; the first that does not decode.
fn masked_rows<P: ProofSystem>(
    body: &[u8],
    parts: &crate::committee::parts::Parts,
) -> Result<Vec<Vec<<P::Group as Group>::Scalar>>, MaskedPlace> {
    let masked = body.get(parts.public_len()..).unwrap_or_default();
    parts
        .places()
        .zip(masked.chunks(parts.masked_len()))
        .map(|(place, part)| masked::decode::<P::Group>(part, parts).map_err(|_| place))
        .collect()
}
