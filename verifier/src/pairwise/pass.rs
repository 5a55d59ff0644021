//! The single pass over the board (`specs/audit.md` 3): a loop over the records, which goes through the
//! phases.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::signing::EncodedKey;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{BoardError, OpenRecord, RecordKind, Records};
use veragg_protocol::wire::body;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Sender};

use crate::check::Check;
use crate::checks::chain::{self, Chain};
use crate::checks::messages::{self, Inadmissible, OpenPhase, Shows};
use crate::checks::receipts::Receipts;
use crate::checks::signatures::Signatures;
use crate::findings::{Finding, Findings};
use crate::options::Options;
use crate::pairwise::established::Established;
use crate::pairwise::phases::advertise::Advertise;
use crate::pairwise::phases::{in_phase, Derived, Judge, Open, PhaseEnd, ReadMessage, Workspace};
use crate::passed::Passed;
use crate::report::TimelineMessage;
use crate::step::Step;

/// The state of the audit between two records (`specs/audit.md` 5), except for the open phase.
pub(crate) struct Pass<'a, P: ProofSystem> {
    established: Established<'a, P>,
    findings: Findings,
    chain: Chain,
    receipts: Receipts,
    signatures: Signatures,
    /// The clients whose messages were received in the open phase, with the roots of their bodies.
    received: HashMap<ClientId, Digest>,
    /// Those of them whose bodies are damaged in this file.
    damaged: HashSet<ClientId>,
    /// The messages of the client that the auditor follows.
    timeline: Vec<TimelineMessage>,
}

/// What a message record holds, once V-04 was checked.
enum Admitted<C> {
    /// A client's message that passed V-04.
    Client(ClientId, ReadMessage<C>),
    /// The aggregator's message that passed V-04, with its leaf; `None` if its body was left out.
    Aggregator(u64, Option<ReadMessage<C>>),
    /// A message that does not count.
    Nothing,
}

impl<'a, P: ProofSystem> Pass<'a, P> {
    pub(crate) fn new(round: &'a Round<P>, options: &'a Options, findings: Findings) -> Self {
        Self {
            established: Established::new(round, options),
            findings,
            chain: Chain::new(
                *round.context(),
                round.configuration().aggregator,
                &options.checkpoints,
            ),
            receipts: Receipts::new(&options.receipts),
            signatures: Signatures::default(),
            received: HashMap::new(),
            damaged: HashSet::new(),
            timeline: Vec::new(),
        }
    }

    /// Reads all records.
    pub(crate) fn run<R: Read + Seek>(
        mut self,
        mut records: Records<R>,
    ) -> Result<Passed, BoardError> {
        self.chain.compare_shown(&mut self.findings);
        let mut open = Some(Open::Advertise(Advertise::default()));
        let round = self.established.round;
        loop {
            let key_of = |sender| round.key_of(sender).map(EncodedKey::from);
            self.signatures
                .look_ahead(&mut records, round.context(), key_of)?;
            let Some(record) = records.next_record()? else {
                break;
            };
            let Some(phase) = open.take() else {
                // V-03.6
                record.skip()?;
                let what =
                    "records follow the last checkpoint of the round, where the board must end";
                self.findings
                    .record(Finding::failure(Step::NothingFollows, what));
                break;
            };
            self.findings
                .enter(in_phase!(&phase, phase => Judge::<P>::phase(phase)));
            open = match record.kind() {
                RecordKind::Message | RecordKind::Submission => {
                    let mut phase = phase;
                    in_phase!(&mut phase, phase => {
                        let message = self.message(phase, record)?;
                        let (established, findings) = (&mut self.established, &mut self.findings);
                        match message {
                            Admitted::Client(client, message) => {
                                phase.take(established, client, message, findings);
                            }
                            Admitted::Aggregator(leaf, message) => {
                                let records = &mut records;
                                let workspace = Workspace { established, records, findings };
                                phase.take_aggregators(leaf, message, workspace)?;
                            }
                            Admitted::Nothing => {}
                        }
                    });
                    Some(phase)
                }
                RecordKind::Checkpoint => {
                    let round = self.established.round;
                    let dialect = round.configuration().dialect();
                    let checkpoint = record.checkpoint(&dialect, round.clients())?;
                    let of = in_phase!(&phase, phase => Judge::<P>::phase(phase));
                    match chain::decoded(of, checkpoint, &mut self.findings) {
                        None => Some(phase),
                        Some(checkpoint) => {
                            in_phase!(phase, phase => self.close(phase, checkpoint, &mut records)?)
                        }
                    }
                }
            };
        }
        if let Some(mut phase) = open.take() {
            let (established, findings) = (&mut self.established, &mut self.findings);
            in_phase!(&mut phase, phase => phase.judge_waiting(established, findings));
            return Ok(self.finish(false));
        }
        Ok(self.finish(true))
    }

    /// V-04: reads a message of the open phase.
    fn message<J: Judge<P>, R: Read>(
        &mut self,
        judge: &J,
        mut record: OpenRecord<'_, R>,
    ) -> Result<Admitted<J::Content<'a>>, BoardError> {
        let (leaf, phase) = (self.chain.size(), judge.phase());
        let (position, bytes) = (record.position(), record.remaining());
        self.findings.computed(Check::Messages, 1);
        // V-04.1
        let dialect = self.established.round.configuration().dialect();
        let envelope = match record.envelope(&dialect)? {
            Ok(envelope) => envelope,
            Err(error) => {
                let what = format!("the message at leaf {leaf} is not canonical: {error}");
                self.findings
                    .record(Finding::failure(Step::EnvelopeDecodes, what));
                return Ok(Admitted::Nothing);
            }
        };
        let entry = envelope.entry();
        self.chain.push(&entry);
        self.receipts.leaf(leaf, &entry);
        let (round, eligible) = (self.established.round, &self.established.eligible);
        let by_aggregator = phase == Phase::Publish;
        let signed = || {
            let key = || round.key_of(envelope.sender);
            self.signatures.is_signed(&envelope, &entry, key)
        };
        let open = OpenPhase {
            context: round.context(),
            phase,
            answers: self.chain.last(),
            may_speak: match envelope.sender {
                Sender::Aggregator => by_aggregator,
                Sender::Client(client) => !by_aggregator && eligible.contains(client),
                Sender::Trustee(_) => false,
            },
            signed: &signed,
        };
        if let Err(inadmissible) = messages::check_envelope(&open, &envelope) {
            self.inadmissible(leaf, envelope.sender, inadmissible);
            return Ok(Admitted::Nothing);
        }
        let lengths = match envelope.sender {
            Sender::Aggregator => self.established.round.publish_lengths(),
            Sender::Client(client) => judge.lengths(&self.established, client, record.remaining()),
            // It may not speak in this protocol.
            Sender::Trustee(_) => Vec::new(),
        };
        // A body of the wrong length is hashed, but not read.
        let fits = record.remaining() == lengths.iter().sum::<usize>();
        let is_readable = Step::BodyOfEnvelope.holds(fits);
        let mut content = None;
        let established = &self.established;
        let read = body::read(record, &envelope, lengths, |body| {
            if is_readable {
                content = Some(judge.read(established, &entry, body)?);
            }
            Ok(())
        })?;
        // V-04.6: if it does not hold, what was read of the body is dropped.
        if let (Err(misfit), false) = (&read, Step::BodyOfEnvelope.holds(read.is_ok())) {
            let sender = envelope.sender;
            let inadmissible = messages::misfit(misfit);
            let is_damaged = inadmissible.shows == Shows::Nothing;
            self.inadmissible(leaf, sender, inadmissible);
            if !is_damaged || Step::DamagedBody.holds(false) {
                return Ok(Admitted::Nothing);
            }
            // The signed body is not here: it counts as left out.
            if let Sender::Client(client) = sender {
                self.damaged.insert(client);
            }
            return Ok(self.without_body(leaf, &envelope));
        }
        let Some(content) = content.filter(|_| self.is_first(leaf, &envelope)) else {
            return Ok(Admitted::Nothing);
        };
        let message = ReadMessage {
            leaf,
            position,
            envelope,
            content,
        };
        let Sender::Client(client) = message.envelope.sender else {
            return Ok(Admitted::Aggregator(leaf, Some(message)));
        };
        if self.established.options.follow == Some(client) {
            let phase = match phase {
                Phase::Unmask(_) => Phase::Unmask(0),
                phase => phase,
            };
            self.timeline.push(TimelineMessage { phase, leaf, bytes });
        }
        Ok(Admitted::Client(client, message))
    }

    /// 3.10: takes a message whose body is not here, as far as its envelope goes.
    fn without_body<C>(&mut self, leaf: u64, envelope: &Envelope) -> Admitted<C> {
        self.established.missing = true;
        match envelope.sender {
            Sender::Aggregator => Admitted::Aggregator(leaf, None),
            Sender::Client(_) | Sender::Trustee(_) => {
                self.is_first(leaf, envelope);
                Admitted::Nothing
            }
        }
    }

    /// V-04.7: whether this is the sender's first message in this phase. If it is, it is noted as received.
    fn is_first(&mut self, leaf: u64, envelope: &Envelope) -> bool {
        let first = match envelope.sender {
            Sender::Client(client) => self.received.get(&client),
            Sender::Aggregator | Sender::Trustee(_) => None,
        };
        if let Err(inadmissible) = messages::check_first(first, envelope) {
            self.inadmissible(leaf, envelope.sender, inadmissible);
            return false;
        }
        if let Sender::Client(client) = envelope.sender {
            self.received.insert(client, envelope.body_root);
        }
        true
    }

    /// Records a message that must not stand where it does.
    fn inadmissible(&mut self, leaf: u64, sender: Sender, inadmissible: Inadmissible) {
        if let (Shows::Equivocation, Sender::Client(client)) = (inadmissible.shows, sender) {
            self.established.equivocated.insert(client);
        }
        messages::record(leaf, sender, inadmissible, &mut self.findings);
    }

    /// 3.3: ends the open phase, and opens the next one under the list of the checkpoint.
    fn close<J: Judge<P>, R: Read + Seek>(
        &mut self,
        mut judge: J,
        checkpoint: Checkpoint,
        records: &mut Records<R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        let phase = judge.phase();
        let received = self
            .established
            .set(|client| self.received.contains_key(&client) && !self.damaged.contains(&client));
        let end = PhaseEnd {
            received: &received,
            listed: &checkpoint.list,
            last_leaf: self.chain.size().saturating_sub(1),
        };
        let workspace = Workspace {
            established: &mut self.established,
            records: &mut *records,
            findings: &mut self.findings,
        };
        let derived = judge.close(&end, workspace)?;
        self.decide(phase, &received, &derived);
        // If bodies are missing, the list cannot be derived, and the one of the checkpoint counts.
        let derived = if Step::ListsOfCheckpoints.holds(!self.established.missing) {
            derived.list
        } else {
            checkpoint.list.clone()
        };
        let findings = &mut self.findings;
        let authentic = self.chain.is_authentic(phase, &checkpoint, findings);
        self.chain.compare_lists(&checkpoint, &derived, findings);
        findings.settle(authentic);
        self.received.clear();
        self.damaged.clear();
        // No honest client follows a list with clients that are not on the list before.
        let base = match phase {
            Phase::Unmask(_) | Phase::Publish => &self.established.contributors,
            _ => &self.established.eligible,
        };
        let within =
            |c| checkpoint.list.contains(c) && Step::PartOfListBefore.holds(base.contains(c));
        let list = self.established.set(within);
        self.established.eligible = list.clone();
        let digest = *self.chain.last();
        let workspace = Workspace {
            established: &mut self.established,
            records,
            findings: &mut self.findings,
        };
        judge.follow(list, &digest, workspace)
    }

    /// 3.6: decides the outcome of the clients that are not on the derived list of a phase.
    fn decide(&mut self, phase: Phase, received: &ClientSet, derived: &Derived) {
        if !phase.decides() {
            return;
        }
        let (base, named) = match phase {
            Phase::Unmask(_) => (self.established.contributors.clone(), Phase::Unmask(0)),
            phase => (self.established.eligible.clone(), phase),
        };
        for client in base.iter().filter(|&client| !derived.list.contains(client)) {
            let outcome = if derived.excluded.contains(client) {
                Outcome::Faulty(named)
            } else if matches!(phase, Phase::Dispute | Phase::Unmask(_))
                || !received.contains(client)
            {
                Outcome::Dropped(named)
            } else if derived.cleared.contains(client) {
                Outcome::Isolated
            } else {
                Outcome::Faulty(named)
            };
            if let Some(slot) = self.established.outcomes.get_mut(client.index()) {
                slot.get_or_insert(outcome);
            }
        }
    }

    fn finish(mut self, finished: bool) -> Passed {
        let clients = if finished {
            self.established
                .recomputed()
                .into_iter()
                .map(Some)
                .collect()
        } else {
            std::mem::take(&mut self.established.outcomes)
        };
        let round = self.established.round;
        let covered = self.chain.covered(&self.findings);
        self.receipts.close(
            round.context(),
            &round.configuration().aggregator,
            finished,
            covered,
            &mut self.findings,
        );
        // Since the last checkpoint only receipts were judged. They are signed, so no checkpoint is needed.
        if Step::SettledAtEnd.holds(finished) {
            self.findings.settle(true);
        }
        let last = *self.chain.last();
        self.chain.finish(finished, &mut self.findings);
        Passed {
            findings: self.findings,
            finished,
            clients,
            trustees: Vec::new(),
            timeline: self.timeline,
            last,
        }
    }
}
