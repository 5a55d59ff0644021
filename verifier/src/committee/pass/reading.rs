//! V-04: how a message is read, and what follows from its envelope and its body.

use std::io::Read;

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::check::lengths;
use veragg_protocol::crypto::ids::{ClientId, TrusteeId};
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::board::{BoardError, OpenRecord, RecordKind, RecordPosition};
use veragg_protocol::wire::body;
use veragg_protocol::wire::message::{BodyError, Envelope, Sender};

use super::Pass;
use crate::check::Check;
use crate::checks::messages::{self, Inadmissible, OpenPhase, Shows};
use crate::committee::established::{Established, Submitted};
use crate::committee::phases::submit::is_whole;
use crate::committee::phases::{check, confirm};
use crate::findings::Finding;
use crate::report::TimelineMessage;
use crate::step::Step;

/// A message whose envelope passes V-04.2 to V-04.5.
struct Admitted {
    leaf: u64,
    position: RecordPosition,
    kind: RecordKind,
    envelope: Envelope,
}

/// What a record holds behind an envelope.
enum Body<T> {
    /// The signed body, read.
    Whole(T),
    /// Another one; so the signed body is not here.
    Damaged,
    /// The signed body, which does not have the parts that it must have.
    Refused,
}

/// V-04.6: what stands in the record is not what the envelope names, and the signed bytes are not known.
fn damaged() -> Inadmissible {
    Inadmissible {
        step: Step::BodyOfEnvelope,
        what: BodyError::Root.to_string(),
        shows: Shows::Nothing,
    }
}

impl<'a, P: ProofSystem> Pass<'a, P> {
    /// V-04: reads a message of the open phase.
    pub(super) fn message<R: Read>(
        &mut self,
        phase: Phase,
        mut record: OpenRecord<'_, R>,
    ) -> Result<(), BoardError> {
        let leaf = self.chain.size();
        let (position, kind, bytes) = (record.position(), record.kind(), record.remaining());
        self.findings.computed(Check::Messages, 1);
        let round = self.established.round;
        // V-04.1
        let envelope = match record.envelope(&round.configuration().dialect())? {
            Ok(envelope) => envelope,
            Err(error) => {
                let what = format!("the message at leaf {leaf} is not canonical: {error}");
                self.findings
                    .record(Finding::failure(Step::EnvelopeDecodes, what));
                return Ok(());
            }
        };
        let entry = envelope.entry();
        self.chain.push(&entry);
        self.receipts.leaf(leaf, &entry);
        if phase == Phase::Submit {
            self.note_leaf(leaf, &envelope);
        }
        let sender = envelope.sender;
        let signed = || {
            let key = || round.key_of(self.established.roster, sender);
            self.signatures.is_signed(&envelope, &entry, key)
        };
        let open = OpenPhase {
            context: round.context(),
            phase,
            answers: self.chain.last(),
            may_speak: self.may_speak(phase, sender),
            signed: &signed,
        };
        let admissible = messages::check_envelope(&open, &envelope);
        let of_round = envelope.context == *open.context;
        if sender != Sender::Aggregator && of_round && (admissible.is_ok() || signed()) {
            self.heard.note(&envelope, Some(leaf));
        }
        if let Err(inadmissible) = admissible {
            self.inadmissible(leaf, sender, inadmissible);
            return Ok(());
        }
        let message = Admitted {
            leaf,
            position,
            kind,
            envelope,
        };
        match sender {
            Sender::Client(client) => self.submission(client, message, bytes, record),
            Sender::Trustee(trustee) => self.of_trustee(phase, trustee, message, record),
            Sender::Aggregator => self.publication(&message, record),
        }
    }

    /// 3.6: whether a sender may speak in a phase.
    fn may_speak(&self, phase: Phase, sender: Sender) -> bool {
        let established = &self.established;
        match (phase, sender) {
            (Phase::Submit, Sender::Client(client)) => established.roster.has(client),
            (Phase::Check, Sender::Trustee(trustee)) => established.trustee(trustee).is_some(),
            (Phase::ConfirmList, Sender::Trustee(trustee)) => {
                let state = established.trustee(trustee);
                state.is_some_and(|state| state.checked)
            }
            (Phase::Open, Sender::Trustee(trustee)) => {
                let state = established.trustee(trustee);
                state.is_some_and(|state| state.confirmed)
            }
            (Phase::Publish, Sender::Aggregator) => true,
            _ => false,
        }
    }

    /// V-17.1: notes what keeps a trustee from answering a checkpoint over this leaf of submit.
    fn note_leaf(&mut self, leaf: u64, envelope: &Envelope) {
        let round = self.established.round;
        let of_round = envelope.context == *round.context() && envelope.phase == Phase::Submit;
        let client = match envelope.sender {
            Sender::Client(client) => Some(client),
            _ => None,
        };
        let client = client.filter(|client| of_round && client.number() <= round.clients());
        let flaw = match client {
            None => Some(format!(
                "leaf {leaf} is no submission of a client in this round"
            )),
            Some(client) if self.stood.contains(client) => Some(format!(
                "leaf {leaf} is a second submission of client {client}"
            )),
            Some(client) => {
                self.stood.insert(client);
                None
            }
        };
        if let Some(flaw) = flaw {
            self.established.unanswerable.get_or_insert(flaw);
        }
    }

    /// Takes a client's submission.
    fn submission<R: Read>(
        &mut self,
        client: ClientId,
        message: Admitted,
        bytes: usize,
        mut record: OpenRecord<'_, R>,
    ) -> Result<(), BoardError> {
        let Admitted {
            leaf,
            position,
            kind,
            envelope,
        } = message;
        let body = record.bytes(record.remaining())?;
        let whole = match kind {
            RecordKind::Submission => is_whole(&self.established, &envelope, &body),
            _ => None,
        };
        // V-04.6
        let is_read = Step::BodyOfEnvelope.holds(whole.is_some());
        if !is_read {
            self.inadmissible(leaf, envelope.sender, damaged());
        }
        if !self.is_first(leaf, &envelope) {
            return Ok(());
        }
        if let Some(place) = self.established.submitted.get_mut(client.index()) {
            *place = Some(Submitted {
                leaf,
                body_root: envelope.body_root,
                whole: is_read.then_some(position),
            });
        }
        let given = self.given.with_entry(&envelope.entry());
        self.stands.extend(given.map(|given| (leaf, given)));
        if !is_read {
            return Ok(());
        }
        if whole == Some(true) {
            self.established.shown.insert(client);
        }
        if self.established.options.follow == Some(client) {
            let phase = Phase::Submit;
            self.timeline.push(TimelineMessage { phase, leaf, bytes });
        }
        let (established, findings) = (&mut self.established, &mut self.findings);
        self.submit.take(established, client, leaf, body, findings);
        Ok(())
    }

    /// Takes a message of a trustee. That it has spoken, and what follows from its envelope, does not depend on the body (6.2).
    fn of_trustee<R: Read>(
        &mut self,
        phase: Phase,
        trustee: TrusteeId,
        message: Admitted,
        record: OpenRecord<'_, R>,
    ) -> Result<(), BoardError> {
        let Admitted {
            leaf,
            position,
            envelope,
            ..
        } = &message;
        let (leaf, position) = (*leaf, *position);
        if !self.is_first(leaf, envelope) {
            return Ok(());
        }
        let (established, findings) = (&mut self.established, &mut self.findings);
        let clients = established.round.clients();
        let lengths = match phase {
            Phase::Check => lengths(record.remaining(), clients),
            Phase::Open => vec![established.round.parts().opening_len()],
            _ => Vec::new(),
        };
        if let Some(state) = established.trustee_mut(trustee) {
            match phase {
                Phase::Check => state.checked = true,
                Phase::ConfirmList => state.confirmed = true,
                _ => {}
            }
        }
        match phase {
            Phase::Check => {
                check::answers(established, trustee, leaf, findings);
                let complaints = lengths.len();
                let read = self.read(&message, lengths, record, |established, body| {
                    check::read(established, complaints, body)
                })?;
                if let Body::Whole(complaints) = read {
                    let (established, findings) = (&mut self.established, &mut self.findings);
                    let place = (leaf, position);
                    check::take(established, trustee, place, complaints, findings);
                }
            }
            Phase::ConfirmList => {
                confirm::take(established, trustee, leaf, findings);
                self.read(&message, lengths, record, |_, _| Ok(()))?;
            }
            _ => {
                let read = self.read(&message, lengths, record, |_, body| body.whole())?;
                let (established, findings) = (&mut self.established, &mut self.findings);
                match read {
                    Body::Whole(body) => {
                        let place = (leaf, &message.envelope.entry());
                        self.opening
                            .take(established, trustee, place, &body, findings);
                    }
                    Body::Damaged => self.opening.damaged(),
                    Body::Refused => {}
                }
            }
        }
        Ok(())
    }

    /// Takes the publication.
    fn publication<R: Read>(
        &mut self,
        message: &Admitted,
        record: OpenRecord<'_, R>,
    ) -> Result<(), BoardError> {
        let round = self.established.round;
        let length = Publication::<P::Group>::encoded_len(round.opening_scalars(), round.clients());
        let publish = std::mem::take(&mut self.publish);
        let entry = message.envelope.entry();
        let read = self.read(message, vec![length], record, |established, body| {
            publish.read(established, &entry, body)
        })?;
        self.publish = publish;
        let publication = match read {
            Body::Whole(publication) => publication,
            Body::Damaged => None,
            Body::Refused => return Ok(()),
        };
        let (established, findings) = (&self.established, &mut self.findings);
        let leaf = message.leaf;
        self.publish.take(established, leaf, publication, findings);
        Ok(())
    }

    /// V-04.6: reads the body of a message of a trustee or of the aggregator.
    fn read<R: Read, T>(
        &mut self,
        message: &Admitted,
        lengths: Vec<usize>,
        record: OpenRecord<'_, R>,
        read: impl FnOnce(&Established<'a, P>, &mut body::Body<'_, R>) -> Result<T, BoardError>,
    ) -> Result<Body<T>, BoardError> {
        let Admitted {
            leaf,
            kind,
            envelope,
            ..
        } = message;
        // A body of the wrong length is hashed, but not read.
        let fits = record.remaining() == lengths.iter().sum::<usize>();
        let in_place = *kind == RecordKind::Message;
        let is_readable = Step::BodyOfEnvelope.holds(fits && in_place);
        let established = &self.established;
        let mut content = None;
        let is_signed = body::read(record, envelope, lengths, |body| {
            if is_readable {
                content = Some(read(established, body)?);
            }
            Ok(())
        })?;
        let holds = Step::BodyOfEnvelope.holds(is_signed.is_ok() && in_place);
        if let Some(content) = content.filter(|_| holds) {
            return Ok(Body::Whole(content));
        }
        let inadmissible = match is_signed {
            Err(misfit) if in_place => messages::misfit(&misfit),
            _ => damaged(),
        };
        let is_damaged = inadmissible.shows == Shows::Nothing;
        self.inadmissible(*leaf, envelope.sender, inadmissible);
        if !is_damaged || Step::DamagedBody.holds(false) {
            return Ok(Body::Refused);
        }
        // The body of a confirmation is known: it is empty.
        self.established.missing |= envelope.phase != Phase::ConfirmList;
        Ok(Body::Damaged)
    }

    /// V-04.7: whether this is the sender's first message in this phase. If it is, the message of a trustee is
    /// noted; a client's stands among the submissions.
    fn is_first(&mut self, leaf: u64, envelope: &Envelope) -> bool {
        let sender = envelope.sender;
        let first = match sender {
            Sender::Client(client) => {
                let submitted = self.established.submitted(client);
                submitted.map(|submitted| &submitted.body_root)
            }
            _ => self.first.get(&sender),
        };
        if let Err(inadmissible) = messages::check_first(first, envelope) {
            self.inadmissible(leaf, sender, inadmissible);
            return false;
        }
        if !matches!(sender, Sender::Client(_)) {
            self.first.insert(sender, envelope.body_root);
        }
        true
    }

    /// Records a message that must not stand where it does.
    fn inadmissible(&mut self, leaf: u64, sender: Sender, inadmissible: Inadmissible) {
        if inadmissible.shows == Shows::Equivocation {
            self.heard.equivocated(sender);
        }
        messages::record(leaf, sender, inadmissible, &mut self.findings);
    }
}
