//! The one pass over the board (`specs/audit.md` 3).

use std::collections::HashMap;
use std::io::{Read, Seek};

use veragg_protocol::board::{BoardError, OpenRecord, Place as RecordPlace, RecordKind, Records};
use veragg_protocol::body::{self, Body};
use veragg_protocol::checkpoint::Checkpoint;
use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::hash::Digest;
use veragg_protocol::members::{ClientId, ClientSet};
use veragg_protocol::message::{Envelope, Message, Sender};
use veragg_protocol::opening::Opening;
use veragg_protocol::phase::Phase;
use veragg_protocol::publish::Outcome;
use veragg_protocol::round::Round;

use crate::check::Check;
use crate::checks::aggregate::Sums;
use crate::checks::chain::Chain;
use crate::checks::complaints::Complaints;
use crate::checks::inputs::{Inputs, Submission};
use crate::checks::messages::{self, Misplaced, Place, Shows};
use crate::checks::publication::Publication;
use crate::checks::receipts::Receipts;
use crate::checks::set_up::{SetUp, Waiting};
use crate::checks::unmasking::{Lists, Unmasking};
use crate::checks::{acknowledgements, aggregate, contributors, opening};
use crate::findings::{Finding, Findings};
use crate::report::{Culprit, StoryMessage};
use crate::Options;

/// The state of the audit between two records. Its size does not grow with the inputs but for the
/// proofs that wait and the one sum of commitments; a client adds its keys, its share commitments and
/// the shares revealed of it.
pub(crate) struct Audit<'a, P: ProofSystem> {
    round: &'a Round<P>,
    options: &'a Options,
    findings: Findings,
    chain: Chain,
    receipts: Receipts,
    /// The open phase; nothing once the round is over.
    phase: Option<Phase>,
    /// Who may speak: the list of the checkpoint before.
    eligible: ClientSet,
    /// Who has spoken in the open phase, and the roots of their bodies.
    heard: HashMap<ClientId, Digest>,
    /// The lists of the checkpoints, as the clients followed them.
    advertised: ClientSet,
    participants: ClientSet,
    contributors: ClientSet,
    acknowledged: ClientSet,
    set_up: SetUp,
    complaints: Complaints,
    inputs: Inputs<P>,
    unmasking: Unmasking,
    published: bool,
    outcomes: Vec<Option<Outcome>>,
    story: Vec<StoryMessage>,
}

/// What the pass leaves.
pub(crate) struct Outcomes {
    pub(crate) findings: Findings,
    pub(crate) finished: bool,
    /// What became of each client; nothing where the round had not come so far.
    pub(crate) clients: Vec<Option<Outcome>>,
    pub(crate) story: Vec<StoryMessage>,
}

/// What is held of the body of a message.
enum Content<'a, P: ProofSystem> {
    /// The whole body.
    Short(Vec<u8>),
    Submission(Submission),
    Publication(Publication<'a, P>),
}

/// The numbers of those who contributed.
fn contributing(outcomes: &[Outcome]) -> Vec<u32> {
    let contributed = outcomes.iter().enumerate();
    contributed
        .filter(|(_, outcome)| **outcome == Outcome::Contributed)
        .map(|(index, _)| ClientId::from_index(index).number())
        .collect()
}

impl<'a, P: ProofSystem> Audit<'a, P> {
    pub(crate) fn new(round: &'a Round<P>, options: &'a Options, findings: Findings) -> Self {
        let clients = round.clients();
        let nobody = || ClientSet::empty(clients);
        Self {
            chain: Chain::new(*round.context(), options.checkpoint.clone()),
            receipts: Receipts::new(&options.receipts),
            phase: Some(Phase::Advertise),
            eligible: ClientSet::of(clients, |_| true),
            heard: HashMap::new(),
            advertised: nobody(),
            participants: nobody(),
            contributors: nobody(),
            acknowledged: nobody(),
            set_up: SetUp::default(),
            complaints: Complaints::default(),
            inputs: Inputs::new(round),
            unmasking: Unmasking::default(),
            published: false,
            outcomes: vec![None; clients as usize],
            story: Vec::new(),
            round,
            options,
            findings,
        }
    }

    /// Reads the records to the end.
    pub(crate) fn run<R: Read + Seek>(
        mut self,
        mut records: Records<R>,
    ) -> Result<Outcomes, BoardError> {
        while let Some(record) = records.next_record()? {
            match (self.phase, record.kind()) {
                // V-03.6
                (None, _) => {
                    record.skip()?;
                    let what = "records follow the last checkpoint of the round";
                    self.findings.fail(Check::Chain, what);
                    break;
                }
                (Some(phase), RecordKind::Message) => self.message(phase, record)?,
                (Some(phase), RecordKind::Checkpoint) => {
                    let checkpoint = record.checkpoint(self.round.clients())?;
                    self.checkpoint(phase, checkpoint, &mut records)?;
                }
            }
        }
        Ok(self.finish())
    }

    fn message<R: Read>(
        &mut self,
        phase: Phase,
        mut record: OpenRecord<'_, R>,
    ) -> Result<(), BoardError> {
        let leaf = self.chain.size();
        let (place_of_record, bytes) = (record.place(), record.remaining());
        self.findings.computed(Check::Messages, 1);
        // V-04.1
        let envelope = match record.envelope()? {
            Ok(envelope) => envelope,
            Err(error) => {
                let what = format!("the message at leaf {leaf} is not canonical: {error}");
                self.findings.fail(Check::Messages, what);
                return Ok(());
            }
        };
        let entry = envelope.entry();
        self.chain.push(&entry);
        self.receipts.leaf(leaf, &entry);
        let place = Place {
            phase,
            answers: self.chain.last(),
            eligible: &self.eligible,
        };
        if let Err(misplaced) = messages::check_envelope(self.round, &place, &envelope) {
            self.misplaced(leaf, misplaced);
            return Ok(());
        }
        let lengths = self.lengths(phase, envelope.sender, record.remaining());
        let content = body::read(record, &envelope, lengths, |body| {
            self.read(phase, &entry, body)
        })?;
        let checked = match content {
            Ok(content) => messages::check_first(&self.heard, &envelope).map(|()| content),
            Err(misfit) => Err(messages::misfit(&misfit)),
        };
        match checked {
            Ok(content) => self.said(phase, (leaf, place_of_record), bytes, envelope, content),
            Err(misplaced) => self.misplaced(leaf, misplaced),
        }
        Ok(())
    }

    /// Reads the body of a message of the open phase.
    fn read<R: Read>(
        &self,
        phase: Phase,
        entry: &Digest,
        body: &mut Body<'_, R>,
    ) -> Result<Content<'a, P>, BoardError> {
        let round = self.round;
        Ok(match phase {
            Phase::Submit => Content::Submission(Submission::read(round, body)?),
            Phase::Publish => {
                let contributors = contributing(&self.recomputed()).len();
                let contributors = u32::try_from(contributors).unwrap_or(u32::MAX);
                let given = self.options.aggregate.as_deref();
                let sums = Sums::new(round.layout(), contributors, given);
                let opening = Opening::new(round, entry);
                Content::Publication(Publication::read(round, opening, sums, body)?)
            }
            Phase::Advertise
            | Phase::Share
            | Phase::Confirm
            | Phase::Acknowledge
            | Phase::Unmask => Content::Short(body.whole()?),
        })
    }

    /// A message that the aggregator must not have taken.
    fn misplaced(&mut self, leaf: u64, Misplaced { what, shows }: Misplaced) {
        if let Shows::Nothing = shows {
            let what = format!("the message at leaf {leaf} is damaged in this file: {what}");
            self.findings.distrust();
            self.findings.fail(Check::Messages, what);
            return;
        }
        let what = format!("leaf {leaf} holds a message that the aggregator must refuse: {what}");
        let finding = |culprit| Finding {
            check: Check::Messages,
            culprit: Some(culprit),
            evidence: vec![leaf],
            what: what.clone(),
        };
        self.findings.failure(finding(Culprit::Aggregator));
        if let Shows::Equivocation(client) = shows {
            self.set_up.doubt(client);
            self.findings.fault(Finding {
                what: "it signed two different messages for one phase".to_owned(),
                ..finding(Culprit::Client(client))
            });
        }
    }

    fn lengths(&self, phase: Phase, sender: Sender, body: usize) -> Vec<usize> {
        let Sender::Client(client) = sender else {
            return self.round.publish_lengths();
        };
        match phase {
            Phase::Advertise => self.round.advertise_lengths(),
            Phase::Share => self.round.share_lengths(client, &self.advertised),
            Phase::Submit => self.round.submit_lengths(),
            Phase::Unmask => self.round.unmask_lengths(client, &self.participants),
            // Whoever may confirm is on the list of dealers.
            Phase::Confirm => self.round.confirm_lengths(client, &self.eligible, body),
            Phase::Acknowledge | Phase::Publish => Vec::new(),
        }
    }

    fn said(
        &mut self,
        phase: Phase,
        (leaf, place): (u64, RecordPlace),
        bytes: usize,
        envelope: Envelope,
        content: Content<'_, P>,
    ) {
        let Sender::Client(client) = envelope.sender else {
            if let Content::Publication(publication) = content {
                self.publication(leaf, publication);
            }
            return;
        };
        self.heard.insert(client, envelope.body_root);
        if self.options.follow == Some(client) {
            let phase = phase.name();
            self.story.push(StoryMessage { phase, leaf, bytes });
        }
        let Self {
            round,
            findings,
            set_up,
            advertised,
            ..
        } = self;
        match (phase, content) {
            (Phase::Advertise | Phase::Share, Content::Short(body)) => {
                let waiting = Waiting {
                    client,
                    leaf,
                    place,
                    message: Message { envelope, body },
                };
                set_up.take(round, advertised, waiting, findings);
            }
            (Phase::Submit, Content::Submission(submission)) => {
                self.inputs.take(round, client, leaf, submission, findings);
            }
            (Phase::Unmask, Content::Short(body)) => {
                let lists = Lists {
                    participants: &self.participants,
                    contributors: &self.contributors,
                };
                let unmasking = &mut self.unmasking;
                unmasking.take(round, set_up, &lists, (client, leaf), &body, findings);
            }
            (Phase::Confirm, Content::Short(body)) => {
                let complaints = &mut self.complaints;
                complaints.take(round, &self.eligible, (client, leaf), &body, findings);
            }
            // There is nothing in an acknowledgement.
            _ => {}
        }
    }

    fn publication(&mut self, leaf: u64, publication: Publication<'_, P>) {
        let recomputed = self.recomputed();
        let (round, findings) = (self.round, &mut self.findings);
        let aggregator = |check, what| Finding {
            check,
            culprit: Some(Culprit::Aggregator),
            evidence: vec![leaf],
            what,
        };
        // V-04.8
        if std::mem::replace(&mut self.published, true) {
            let what = "the aggregator has published twice".to_owned();
            findings.failure(aggregator(Check::Messages, what));
            return;
        }
        let Publication {
            opening,
            sums,
            outcomes,
        } = publication;
        let said = match outcomes {
            Ok(said) => said,
            Err(error) => {
                findings.failure(aggregator(Check::Messages, error.to_string()));
                return;
            }
        };
        contributors::check(
            round,
            &recomputed,
            &said,
            &self.acknowledged,
            leaf,
            findings,
        );
        opening::check(&opening, self.inputs.rows(), leaf, findings);
        let caption = self.options.caption.as_ref();
        let numbers = contributing(&recomputed);
        aggregate::check(round, sums, caption, &numbers, leaf, findings);
    }

    /// What became of each client, with all phases that decide it behind.
    fn recomputed(&self) -> Vec<Outcome> {
        let outcomes = self.outcomes.iter();
        outcomes
            .map(|outcome| outcome.unwrap_or(Outcome::Contributed))
            .collect()
    }

    fn checkpoint<R: Read + Seek>(
        &mut self,
        phase: Phase,
        checkpoint: Result<Checkpoint, DecodeError>,
        records: &mut Records<R>,
    ) -> Result<(), BoardError> {
        let checkpoint = match checkpoint {
            Ok(checkpoint) => checkpoint,
            Err(error) => {
                let what = format!("the checkpoint of {phase} is malformed: {error}");
                self.findings.fail(Check::Chain, what);
                self.findings.settle(false);
                return Ok(());
            }
        };
        let derived = self.derive(phase, &checkpoint.list, records)?;
        let Self {
            round,
            findings,
            chain,
            ..
        } = self;
        let authentic = chain.is_authentic(round, phase, &checkpoint, findings);
        chain.compare_lists(&checkpoint, &derived, findings);
        findings.settle(authentic);
        self.follow_list(phase, checkpoint.list);
        Ok(())
    }

    /// The list that the board gives for a phase that ends (`specs/protocol.md` 5).
    fn derive<R: Read + Seek>(
        &mut self,
        phase: Phase,
        listed: &ClientSet,
        records: &mut Records<R>,
    ) -> Result<ClientSet, BoardError> {
        let Self {
            round,
            findings,
            set_up,
            ..
        } = self;
        let clients = round.clients();
        let heard = ClientSet::of(clients, |client| self.heard.contains_key(&client));
        // A list whose check is skipped is taken at its word, as far as it names who spoke.
        let believed = |check, findings: &Findings, c| !findings.skips(check) || listed.contains(c);
        // Of those who do not come through confirm: who is to blame, and who is not.
        let (mut excluded, mut cleared) = (ClientSet::empty(clients), ClientSet::empty(clients));
        let derived = match phase {
            Phase::Advertise => {
                set_up.judge(round, &self.advertised, findings);
                ClientSet::of(clients, |c| {
                    heard.contains(c)
                        && set_up.keys.contains_key(&c)
                        && believed(Check::SetUp, findings, c)
                })
            }
            Phase::Share => {
                set_up.judge(round, &self.advertised, findings);
                ClientSet::of(clients, |c| {
                    heard.contains(c)
                        && set_up.dealt.contains_key(&c)
                        && believed(Check::SetUp, findings, c)
                })
            }
            // V-06.4
            Phase::Confirm => {
                let confirmed = self.complaints.close(round, set_up, records, findings)?;
                excluded = confirmed.convicted.clone();
                cleared = confirmed.honest.clone();
                confirmed.participants(round.graph(), round.threshold())
            }
            Phase::Submit => self.inputs.close(round, listed, findings),
            Phase::Acknowledge => acknowledgements::check(&heard, findings),
            Phase::Unmask => {
                let lists = Lists {
                    participants: &self.participants,
                    contributors: &self.contributors,
                };
                self.unmasking.close(round, set_up, &lists, findings);
                let valid = self.unmasking.valid(clients);
                ClientSet::of(clients, |c| {
                    valid.contains(c) && believed(Check::Unmasking, findings, c)
                })
            }
            Phase::Publish => self.contributors.clone(),
        };
        if matches!(
            phase,
            Phase::Advertise | Phase::Share | Phase::Confirm | Phase::Submit
        ) {
            for client in self
                .eligible
                .iter()
                .filter(|&client| !derived.contains(client))
            {
                let outcome = if excluded.contains(client) {
                    Outcome::Faulty(phase)
                } else if !heard.contains(client) {
                    Outcome::Dropped(phase)
                } else if cleared.contains(client) {
                    Outcome::Isolated
                } else {
                    Outcome::Faulty(phase)
                };
                if let Some(slot) = self.outcomes.get_mut(client.index()) {
                    slot.get_or_insert(outcome);
                }
            }
        }
        Ok(derived)
    }

    /// Opens the next phase under the list that the checkpoint holds: the one that the clients
    /// follow, whether or not it is right.
    fn follow_list(&mut self, phase: Phase, list: ClientSet) {
        match phase {
            Phase::Advertise => self.advertised = list.clone(),
            Phase::Confirm => self.participants = list.clone(),
            Phase::Submit => self.contributors = list.clone(),
            Phase::Acknowledge => self.acknowledged = list.clone(),
            Phase::Share | Phase::Unmask | Phase::Publish => {}
        }
        // V-03.7
        if phase == Phase::Publish && !self.published {
            self.findings
                .fail(Check::Chain, "the round was closed without a publication");
        }
        self.eligible = list;
        self.heard.clear();
        self.phase = phase.next();
    }

    fn finish(mut self) -> Outcomes {
        let finished = self.phase.is_none();
        let clients = if finished {
            self.recomputed().into_iter().map(Some).collect()
        } else {
            std::mem::take(&mut self.outcomes)
        };
        self.receipts
            .close(self.round, finished, &mut self.findings);
        // Nothing was said since the last checkpoint but by receipts, which are signed themselves.
        if finished {
            self.findings.settle(true);
        }
        self.chain.finish(&mut self.findings);
        Outcomes {
            findings: self.findings,
            finished,
            clients,
            story: self.story,
        }
    }
}
