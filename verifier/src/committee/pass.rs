//! The single pass over the board (`specs/committee.md` 6): a loop over the records, which goes through the phases.

use std::collections::HashMap;
use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::check::lengths;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet, TrusteeId};
use veragg_protocol::pairwise::publish::Publication;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::board::{BoardError, OpenRecord, RecordKind, RecordPosition, Records};
use veragg_protocol::wire::body;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{BodyError, Envelope, Sender};

use super::established::{Established, Submitted};
use super::heard::Heard;
use super::phases::open::Open;
use super::phases::publish::Publish;
use super::phases::submit::{is_whole, Submit};
use super::phases::{check, confirm};
use crate::check::Check;
use crate::checks::chain::{self, Chain};
use crate::checks::messages::{self, Inadmissible, OpenPhase, Shows};
use crate::checks::receipts::Receipts;
use crate::findings::{Finding, Findings};
use crate::given::{Given, GivenMessage};
use crate::options::Options;
use crate::passed::Passed;
use crate::report::TimelineMessage;
use crate::step::Step;

/// The state of the audit between two records.
pub(crate) struct Pass<'a, P: ProofSystem> {
    established: Established<'a, P>,
    given: &'a Given,
    /// Given messages that stand as their senders' submissions, and their leaves.
    stands: Vec<(u64, &'a GivenMessage)>,
    findings: Findings,
    chain: Chain,
    receipts: Receipts,
    heard: Heard,
    /// The phase that is open; nothing when the round is over.
    open: Option<Phase>,
    submit: Submit,
    opening: Open,
    publish: Publish,
    /// The roots of the bodies of the first messages in the open phase.
    first: HashMap<Sender, Digest>,
    /// Who has an envelope in the open phase, whatever it says.
    stood: ClientSet,
    /// The messages of the client that the auditor follows.
    timeline: Vec<TimelineMessage>,
}

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
    pub(crate) fn new(
        round: &'a Round<P>,
        roster: &'a Roster,
        options: &'a Options,
        given: &'a Given,
        findings: Findings,
    ) -> Self {
        let aggregator = round.configuration().aggregator;
        Self {
            established: Established::new(round, roster, options),
            given,
            stands: Vec::new(),
            findings,
            chain: Chain::new(*round.context(), aggregator, &options.checkpoints),
            receipts: Receipts::new(&options.receipts),
            heard: Heard::new(round.clients()),
            open: Some(Phase::Submit),
            submit: Submit::default(),
            opening: Open::default(),
            publish: Publish::default(),
            first: HashMap::new(),
            stood: ClientSet::empty(round.clients()),
            timeline: Vec::new(),
        }
    }

    /// Reads all records.
    pub(crate) fn run<R: Read + Seek>(
        mut self,
        mut records: Records<R>,
    ) -> Result<Passed, BoardError> {
        self.chain.compare_shown(&mut self.findings);
        while let Some(record) = records.next_record()? {
            let Some(phase) = self.open else {
                // V-03.6
                record.skip()?;
                let what =
                    "records follow the last checkpoint of the round, where the board must end";
                self.findings
                    .record(Finding::failure(Step::NothingFollows, what));
                break;
            };
            self.findings.enter(phase);
            match record.kind() {
                RecordKind::Message | RecordKind::Submission => self.message(phase, record)?,
                RecordKind::Checkpoint => {
                    let round = self.established.round;
                    let dialect = round.configuration().dialect();
                    let checkpoint = record.checkpoint(&dialect, round.clients())?;
                    if let Some(checkpoint) = chain::decoded(phase, checkpoint, &mut self.findings)
                    {
                        self.close(phase, &checkpoint, &mut records)?;
                    }
                }
            }
        }
        let (established, findings) = (&mut self.established, &mut self.findings);
        match self.open {
            Some(Phase::Submit) => self.submit.judge(established, findings),
            Some(Phase::Check) => {
                check::judge(established, None, &mut records, findings)?;
            }
            _ => {}
        }
        Ok(self.finish())
    }

    /// V-04: reads a message of the open phase.
    fn message<R: Read>(
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
        let open = OpenPhase {
            context: round.context(),
            phase,
            answers: self.chain.last(),
            may_speak: self.may_speak(phase, sender),
            key: round.key_of(self.established.roster, sender),
        };
        let admissible = messages::check_envelope(&open, &envelope);
        let signed = || open.key.is_some_and(|key| envelope.is_signed_by(key));
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
            (Phase::Submit, Sender::Client(client)) => established.roster.key(client).is_some(),
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

    /// V-04.7: whether this is the sender's first message in this phase. If it is, it is noted.
    fn is_first(&mut self, leaf: u64, envelope: &Envelope) -> bool {
        let sender = envelope.sender;
        let first = self.first.get(&sender);
        if let Err(inadmissible) = messages::check_first(first, envelope) {
            self.inadmissible(leaf, sender, inadmissible);
            return false;
        }
        self.first.insert(sender, envelope.body_root);
        true
    }

    /// Records a message that must not stand where it does.
    fn inadmissible(&mut self, leaf: u64, sender: Sender, inadmissible: Inadmissible) {
        if inadmissible.shows == Shows::Equivocation {
            self.heard.equivocated(sender);
        }
        messages::record(leaf, sender, inadmissible, &mut self.findings);
    }

    /// Ends the open phase, and opens the next one under the list of the checkpoint.
    fn close<R: Read + Seek>(
        &mut self,
        phase: Phase,
        checkpoint: &Checkpoint,
        records: &mut Records<R>,
    ) -> Result<(), BoardError> {
        let listed = &checkpoint.list;
        let last_leaf = self.chain.size().saturating_sub(1);
        let derived = match phase {
            Phase::Submit => self.close_submit(listed),
            Phase::Check => self.close_check(listed, records)?,
            _ => self.established.contributors.clone(),
        };
        let (established, findings) = (&self.established, &mut self.findings);
        match phase {
            Phase::ConfirmList => confirm::close(established, last_leaf, findings),
            Phase::Open => self.opening.close(established, last_leaf, findings),
            _ => {}
        }
        // If bodies are missing, the list cannot be derived, and the one of the checkpoint counts.
        let derived = match Step::ListsOfCheckpoints.holds(!established.missing) {
            true => derived,
            false => listed.clone(),
        };
        let authentic = self.chain.is_authentic(phase, checkpoint, findings);
        self.chain.compare_lists(checkpoint, &derived, findings);
        findings.settle(authentic);
        self.heard.close(phase, findings.names());
        self.first.clear();
        match phase {
            Phase::Submit => self.follow_submit(listed),
            Phase::Check => {}
            Phase::Publish => self.publish.close(&mut self.findings),
            _ => {}
        }
        let mut phases = Phase::COMMITTEE.into_iter();
        phases.find(|of| *of == phase);
        self.open = phases.next();
        Ok(())
    }

    fn close_submit(&mut self, listed: &ClientSet) -> ClientSet {
        let given = std::mem::take(&mut self.stands);
        let (established, findings) = (&mut self.established, &mut self.findings);
        self.submit.close(listed, established, &given, findings)
    }

    /// What follows from the list of the checkpoint of submit.
    fn follow_submit(&mut self, listed: &ClientSet) {
        let established = &mut self.established;
        established.accepted = listed.clone();
        let without = listed
            .iter()
            .find(|client| established.submitted(*client).is_none());
        if let Some(client) = without {
            let flaw = format!("client {client} is on its list and has no submission");
            established.unanswerable.get_or_insert(flaw);
        }
        let is_damaged = |client: ClientId| {
            let submitted = established.submitted(client);
            submitted.is_some_and(|submitted| submitted.whole.is_none())
        };
        // 6.5
        let clients = ClientId::all(established.round.clients());
        let mut damaged = clients.filter(|client| is_damaged(*client));
        let missing = damaged.any(|client| Step::DamagedListed.holds(listed.contains(client)));
        established.missing |= missing;
    }

    fn close_check<R: Read + Seek>(
        &mut self,
        listed: &ClientSet,
        records: &mut Records<R>,
    ) -> Result<ClientSet, BoardError> {
        let (established, findings) = (&mut self.established, &mut self.findings);
        let upheld = check::judge(established, Some(listed), records, findings)?;
        let clients = established.round.clients();
        let derived = match findings.skips(Check::Trustees) {
            true => listed.clone(),
            false => ClientSet::of(clients, |client| {
                established.accepted.contains(client) && !upheld.contains(client)
            }),
        };
        check::decide(established, &derived);
        established.contributors = listed.clone();
        let in_sum = ClientSet::of(clients, |client| {
            let outcome = established.outcomes.get(client.index());
            outcome.is_some_and(Option::is_none)
        });
        let Established {
            round,
            submitted,
            sums,
            ..
        } = established;
        let whole = |client: ClientId| submitted.get(client.index())?.as_ref()?.whole;
        if !findings.skips(Check::Opening) {
            sums.keep_rows(&in_sum, round, whole, records)?;
        }
        if !findings.skips(Check::Openings) {
            sums.pads_over(listed, round, whole, records)?;
        }
        Ok(derived)
    }

    fn finish(mut self) -> Passed {
        let finished = self.open.is_none();
        let round = self.established.round;
        let trustees = self.established.report();
        let clients = match finished {
            true => {
                let recomputed = self.established.recomputed().into_iter();
                recomputed.map(Some).collect()
            }
            false => std::mem::take(&mut self.established.outcomes),
        };
        let covered = self.chain.covered(&self.findings);
        self.receipts.close(
            round.context(),
            &round.configuration().aggregator,
            finished,
            covered,
            &mut self.findings,
        );
        let roster = self.established.roster;
        self.heard
            .finish(round, roster, self.given, &mut self.findings);
        // Since the last checkpoint only receipts were judged, and what rests on signatures alone.
        if Step::SettledAtEnd.holds(finished) {
            self.findings.settle(true);
        }
        let last = *self.chain.last();
        self.chain.finish(finished, &mut self.findings);
        Passed {
            findings: self.findings,
            finished,
            clients,
            trustees,
            timeline: self.timeline,
            last,
        }
    }
}
