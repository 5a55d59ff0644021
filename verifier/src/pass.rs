//! The one pass over the board (`specs/audit.md` 3): a loop over records, and over the phases.

use std::collections::HashMap;
use std::io::{Read, Seek};

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{BoardError, OpenRecord, RecordKind, Records};
use veragg_protocol::wire::body;
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Sender};

use crate::check::Check;
use crate::checks::chain::Chain;
use crate::checks::messages::{self, Inadmissible, OpenPhase, Shows};
use crate::checks::receipts::Receipts;
use crate::findings::{Finding, Findings};
use crate::ground::Ground;
use crate::options::{Bodies, Options};
use crate::phases::advertise::Advertise;
use crate::phases::{in_phase, Derived, Desk, Ending, Judge, Open, ReadMessage};
use crate::report::TimelineMessage;
use crate::step::Step;

/// The state of the audit between two records (`specs/audit.md` 5), the open phase apart.
pub(crate) struct Pass<'a, P: ProofSystem> {
    ground: Ground<'a, P>,
    findings: Findings,
    chain: Chain,
    receipts: Receipts,
    /// Who has spoken in the open phase, and the roots of their bodies.
    received: HashMap<ClientId, Digest>,
    timeline: Vec<TimelineMessage>,
    bodies: Bodies,
}

/// What a record of a message holds.
enum Admitted<C> {
    /// What a client said, in its place.
    Client(ClientId, ReadMessage<C>),
    /// What the aggregator said, in its place; without its body, if that is left out.
    Aggregator(Option<ReadMessage<C>>),
    /// Nothing that counts.
    Nothing,
}

/// What the pass leaves.
pub(crate) struct Outcomes {
    pub(crate) findings: Findings,
    pub(crate) finished: bool,
    /// What became of each client; nothing where the round had not come so far.
    pub(crate) clients: Vec<Option<Outcome>>,
    pub(crate) timeline: Vec<TimelineMessage>,
}

impl<'a, P: ProofSystem> Pass<'a, P> {
    pub(crate) fn new(
        round: &'a Round<P>,
        options: &'a Options,
        bodies: Bodies,
        findings: Findings,
    ) -> Self {
        Self {
            ground: Ground::new(round, options),
            findings,
            chain: Chain::new(*round.context(), options.checkpoint.clone()),
            receipts: Receipts::new(&options.receipts),
            received: HashMap::new(),
            timeline: Vec::new(),
            bodies,
        }
    }

    /// Reads the records to the end.
    pub(crate) fn run<R: Read + Seek>(
        mut self,
        mut records: Records<R>,
    ) -> Result<Outcomes, BoardError> {
        let mut open = Some(Open::Advertise(Advertise::default()));
        while let Some(record) = records.next_record()? {
            let Some(phase) = open.take() else {
                // V-03.6
                record.skip()?;
                let what = "records follow the last checkpoint of the round";
                self.findings
                    .record(Finding::failure(Step::NothingFollows, what));
                break;
            };
            open = match record.kind() {
                RecordKind::Message => {
                    let mut phase = phase;
                    in_phase!(&mut phase, phase => {
                        let said = self.message(phase, record)?;
                        let (ground, findings) = (&mut self.ground, &mut self.findings);
                        match said {
                            Admitted::Client(client, said) => {
                                phase.take(ground, client, said, findings);
                            }
                            Admitted::Aggregator(said) => {
                                let records = &mut records;
                                let desk = Desk { ground, records, findings };
                                phase.take_aggregators(said, desk)?;
                            }
                            Admitted::Nothing => {}
                        }
                    });
                    Some(phase)
                }
                RecordKind::Checkpoint => {
                    let checkpoint = record.checkpoint(self.ground.round.clients())?;
                    match self.decoded(&phase, checkpoint) {
                        None => Some(phase),
                        Some(checkpoint) => {
                            in_phase!(phase, phase => self.close(phase, checkpoint, &mut records)?)
                        }
                    }
                }
            };
        }
        Ok(self.finish(open.is_none()))
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
        let envelope = match record.envelope()? {
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
        let open = OpenPhase {
            phase,
            answers: self.chain.last(),
            eligible: &self.ground.eligible,
        };
        if let Err(inadmissible) = messages::check_envelope(self.ground.round, &open, &envelope) {
            self.inadmissible(leaf, inadmissible);
            return Ok(Admitted::Nothing);
        }
        let lengths = match envelope.sender {
            Sender::Aggregator => self.ground.round.publish_lengths(),
            Sender::Client(client) => judge.lengths(&self.ground, client, record.remaining()),
        };
        let some = Step::WholeBoard.holds(self.bodies == Bodies::Some);
        let left_out = some && body::is_left_out(&record, &envelope);
        if !Step::LeftOutBody.holds(!left_out) {
            record.skip()?;
            self.ground.missing = true;
            return Ok(match envelope.sender {
                Sender::Aggregator => Admitted::Aggregator(None),
                Sender::Client(_) => {
                    self.is_first(leaf, &envelope);
                    Admitted::Nothing
                }
            });
        }
        // Of what is of no use the body is hashed, and nothing prepared for what is in it.
        let fits = record.remaining() == lengths.iter().sum::<usize>();
        let useful = Step::BodyOfEnvelope.holds(fits);
        let mut content = None;
        let ground = &self.ground;
        let read = body::read(record, &envelope, lengths, |body| {
            if useful {
                content = Some(judge.read(ground, &entry, body)?);
            }
            Ok(())
        })?;
        // V-04.6: else what was read is dropped.
        if let (Err(misfit), false) = (&read, Step::BodyOfEnvelope.holds(read.is_ok())) {
            self.inadmissible(leaf, messages::misfit(misfit));
            return Ok(Admitted::Nothing);
        }
        let Some(content) = content.filter(|_| self.is_first(leaf, &envelope)) else {
            return Ok(Admitted::Nothing);
        };
        let said = ReadMessage {
            leaf,
            position,
            envelope,
            content,
        };
        let Sender::Client(client) = said.envelope.sender else {
            return Ok(Admitted::Aggregator(Some(said)));
        };
        if self.ground.options.follow == Some(client) {
            let phase = match phase {
                Phase::Unmask(_) => Phase::Unmask(0),
                phase => phase,
            };
            self.timeline.push(TimelineMessage { phase, leaf, bytes });
        }
        Ok(Admitted::Client(client, said))
    }

    /// V-04.7: whether the sender speaks for the first time in this phase; it has spoken then.
    fn is_first(&mut self, leaf: u64, envelope: &Envelope) -> bool {
        if let Err(inadmissible) = messages::check_first(&self.received, envelope) {
            self.inadmissible(leaf, inadmissible);
            return false;
        }
        if let Sender::Client(client) = envelope.sender {
            self.received.insert(client, envelope.body_root);
        }
        true
    }

    /// A message that the aggregator must not have taken.
    fn inadmissible(&mut self, leaf: u64, Inadmissible { step, what, shows }: Inadmissible) {
        if let Shows::Nothing = shows {
            let what = format!("the message at leaf {leaf} is damaged in this file: {what}");
            self.findings.distrust();
            self.findings.record(Finding::failure(step, what));
            return;
        }
        let what = format!("leaf {leaf} holds a message that the aggregator must refuse: {what}");
        self.findings
            .record(Finding::failure(step, what).by_aggregator(leaf));
        if let Shows::Equivocation(client) = shows {
            self.ground.equivocated.insert(client);
            let what = "it signed two different messages for one phase";
            self.findings
                .record(Finding::fault(step, client, [leaf], what));
        }
    }

    /// V-03.1: the checkpoint, if its bytes are one.
    fn decoded(
        &mut self,
        open: &Open<P>,
        checkpoint: Result<Checkpoint, DecodeError>,
    ) -> Option<Checkpoint> {
        let phase = in_phase!(open, phase => Judge::<P>::phase(phase));
        checkpoint
            .map_err(|error| {
                let what = format!("the checkpoint of {phase} is malformed: {error}");
                self.findings
                    .record(Finding::failure(Step::CheckpointInPlace, what));
                self.findings.settle(false);
            })
            .ok()
    }

    /// 3.3: ends the open phase, and goes on under the list of its checkpoint.
    fn close<J: Judge<P>, R: Read + Seek>(
        &mut self,
        mut judge: J,
        checkpoint: Checkpoint,
        records: &mut Records<R>,
    ) -> Result<Option<Open<P>>, BoardError> {
        let phase = judge.phase();
        let received = self
            .ground
            .set(|client| self.received.contains_key(&client));
        let ending = Ending {
            received: &received,
            listed: &checkpoint.list,
        };
        let desk = Desk {
            ground: &mut self.ground,
            records: &mut *records,
            findings: &mut self.findings,
        };
        let derived = judge.close(&ending, desk)?;
        self.decide(phase, &received, &derived);
        // Without all that was said there is no list to hold it against.
        let derived = if Step::ListsOfCheckpoints.holds(!self.ground.missing) {
            derived.list
        } else {
            checkpoint.list.clone()
        };
        let (round, findings) = (self.ground.round, &mut self.findings);
        let authentic = self.chain.is_authentic(round, phase, &checkpoint, findings);
        self.chain.compare_lists(&checkpoint, &derived, findings);
        findings.settle(authentic);
        self.received.clear();
        // Nobody honest follows a list that is no part of the one before.
        let base = match phase {
            Phase::Unmask(_) | Phase::Publish => &self.ground.contributors,
            _ => &self.ground.eligible,
        };
        let within =
            |c| checkpoint.list.contains(c) && Step::PartOfListBefore.holds(base.contains(c));
        let list = self.ground.set(within);
        self.ground.eligible = list.clone();
        let digest = *self.chain.last();
        let desk = Desk {
            ground: &mut self.ground,
            records,
            findings: &mut self.findings,
        };
        judge.follow(list, &digest, desk)
    }

    /// 3.6: what becomes of those who do not come through a phase that decides it.
    fn decide(&mut self, phase: Phase, received: &ClientSet, derived: &Derived) {
        if !phase.decides() {
            return;
        }
        let (base, named) = match phase {
            Phase::Unmask(_) => (self.ground.contributors.clone(), Phase::Unmask(0)),
            phase => (self.ground.eligible.clone(), phase),
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
            if let Some(slot) = self.ground.outcomes.get_mut(client.index()) {
                slot.get_or_insert(outcome);
            }
        }
    }

    fn finish(mut self, finished: bool) -> Outcomes {
        let clients = if finished {
            self.ground.recomputed().into_iter().map(Some).collect()
        } else {
            std::mem::take(&mut self.ground.outcomes)
        };
        let round = self.ground.round;
        self.receipts.close(round, finished, &mut self.findings);
        // Nothing was said since the last checkpoint but by receipts, which are signed themselves.
        if Step::SettledAtEnd.holds(finished) {
            self.findings.settle(true);
        }
        self.chain.finish(&mut self.findings);
        Outcomes {
            findings: self.findings,
            finished,
            clients,
            timeline: self.timeline,
        }
    }
}
