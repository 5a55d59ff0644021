//! The one pass over the board (`specs/audit.md` 3).

mod lists;

use std::collections::HashMap;
use std::io::{Read, Seek};

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::opening::Opening;
use veragg_protocol::pairwise::publish::Outcome;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::board::{
    BoardError, OpenRecord, Place as RecordPlace, RecordKind, Records,
};
use veragg_protocol::wire::body::{self, Body};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::{Envelope, Message, Sender};

use crate::check::Check;
use crate::checks::aggregate::Sums;
use crate::checks::attestations::{Attestations, Ground};
use crate::checks::chain::Chain;
use crate::checks::complaints::Complaints;
use crate::checks::disputes::Disputes;
use crate::checks::inputs::{Inputs, Source, Submission};
use crate::checks::messages::{self, Misplaced, Place, Shows};
use crate::checks::publication::Publication;
use crate::checks::receipts::Receipts;
use crate::checks::set_up::{SetUp, Waiting};
use crate::checks::unmasking::{Lists, Unmasking};
use crate::checks::{aggregate, contributors, opening};
use crate::findings::{Finding, Findings};
use crate::report::{Culprit, StoryMessage};
use crate::step::Step;
use crate::{Bodies, Options};

/// The state of the audit between two records (`specs/audit.md` 5). Nothing in it is as long as an input:
/// of those there are the proofs that wait and the row commitments. A client adds its keys, its share
/// commitments and the shares revealed of it.
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
    attestations: Option<Attestations<P>>,
    disputes: Disputes,
    unmasking: Unmasking,
    /// Whose secrets are rebuilt in the open round of unmask.
    subjects: ClientSet,
    published: bool,
    outcomes: Vec<Option<Outcome>>,
    story: Vec<StoryMessage>,
    bodies: Bodies,
    /// Whether the board is known to be without some body that was said.
    missing: bool,
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
    /// Nothing: it has another length, or is one publication too many.
    Useless,
}

/// A message that is in its place.
struct Said<'a, P: ProofSystem> {
    leaf: u64,
    place: RecordPlace,
    bytes: usize,
    envelope: Envelope,
    content: Content<'a, P>,
}

/// What attestations and disputes stand on.
fn ground<'a, P: ProofSystem>(
    round: &'a Round<P>,
    set_up: &'a SetUp,
    participants: &'a ClientSet,
    inputs: &'a Inputs<P>,
) -> Ground<'a, P> {
    Ground {
        round,
        set_up,
        participants,
        accepted: inputs.accepted(),
    }
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
    pub(crate) fn new(
        round: &'a Round<P>,
        options: &'a Options,
        bodies: Bodies,
        findings: Findings,
    ) -> Self {
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
            inputs: Inputs::new(),
            attestations: None,
            disputes: Disputes::default(),
            unmasking: Unmasking::default(),
            subjects: nobody(),
            published: false,
            outcomes: vec![None; clients as usize],
            story: Vec::new(),
            bodies,
            missing: false,
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
                    if !Step::NothingFollows.holds(false) {
                        self.findings.fail(Check::Chain, what);
                    }
                    break;
                }
                (Some(phase), RecordKind::Message) => {
                    if let Some(published) = self.message(phase, record)? {
                        self.publication(published, &mut records)?;
                    }
                }
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
    ) -> Result<Option<Said<'a, P>>, BoardError> {
        let leaf = self.chain.size();
        let (place_of_record, bytes) = (record.place(), record.remaining());
        self.findings.computed(Check::Messages, 1);
        // V-04.1
        let envelope = match record.envelope()? {
            Ok(envelope) => envelope,
            Err(error) => {
                let what = format!("the message at leaf {leaf} is not canonical: {error}");
                if !Step::EnvelopeDecodes.holds(false) {
                    self.findings.fail(Check::Messages, what);
                }
                return Ok(None);
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
            return Ok(None);
        }
        let lengths = self.lengths(phase, envelope.sender, record.remaining());
        let some = Step::WholeBoard.holds(self.bodies == Bodies::Some);
        if some && body::is_left_out(&record, &envelope) && !Step::LeftOutBody.holds(false) {
            record.skip()?;
            self.left_out(leaf, &envelope);
            return Ok(None);
        }
        // Of what is of no use the body is hashed, and nothing prepared for what is in it.
        let fits = record.remaining() == lengths.iter().sum::<usize>();
        let again = phase == Phase::Publish && self.published;
        let useful = Step::BodyOfEnvelope.holds(fits) && Step::PublishedOnce.holds(!again);
        let mut content = None;
        let fits = body::read(record, &envelope, lengths, |body| {
            content = Some(if useful {
                self.read(phase, &entry, body)?
            } else {
                Content::Useless
            });
            Ok(())
        })?;
        // V-04.6: else what was read is dropped.
        let checked = match (fits, content) {
            (Err(misfit), _) if !Step::BodyOfEnvelope.holds(false) => {
                Err(messages::misfit(&misfit))
            }
            (_, Some(content)) => messages::check_first(&self.heard, &envelope).map(|()| content),
            (_, None) => return Ok(None),
        };
        let said = match checked {
            Ok(content) => Said {
                leaf,
                place: place_of_record,
                bytes,
                envelope,
                content,
            },
            Err(misplaced) => {
                self.misplaced(leaf, misplaced);
                return Ok(None);
            }
        };
        let Sender::Client(client) = said.envelope.sender else {
            return Ok(Some(said));
        };
        self.said(phase, client, said);
        Ok(None)
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
                let opening = Opening::new(round.proofs(), round.context(), entry);
                Content::Publication(Publication::read(round, opening, sums, body)?)
            }
            Phase::Advertise
            | Phase::Share
            | Phase::Confirm
            | Phase::Attest
            | Phase::Dispute
            | Phase::Acknowledge
            | Phase::Unmask(_) => Content::Short(body.whole()?),
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
            Phase::Unmask(_) => self.round.unmask_lengths(client, &self.subjects),
            // Whoever may confirm is on the list of dealers; whoever may dispute has attested.
            Phase::Confirm => self.round.confirm_lengths(client, &self.eligible, body),
            Phase::Attest => self.round.attest_lengths(client, &self.participants),
            Phase::Dispute => self.round.dispute_lengths(client, &self.eligible, body),
            Phase::Acknowledge | Phase::Publish => Vec::new(),
        }
    }

    /// A message without its body: that it was said is all that is known.
    fn left_out(&mut self, leaf: u64, envelope: &Envelope) {
        self.missing = true;
        match (
            messages::check_first(&self.heard, envelope),
            envelope.sender,
        ) {
            (Err(misplaced), _) => self.misplaced(leaf, misplaced),
            (Ok(()), Sender::Client(client)) => {
                self.heard.insert(client, envelope.body_root);
            }
            (Ok(()), Sender::Aggregator) => self.published = true,
        }
    }

    /// Judges what a client said, or keeps it to be judged with others.
    fn said(&mut self, phase: Phase, client: ClientId, said: Said<'_, P>) {
        let Said {
            leaf,
            place,
            bytes,
            envelope,
            content,
        } = said;
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
        let by = (client, leaf);
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
            (Phase::Confirm, Content::Short(body)) => {
                let complaints = &mut self.complaints;
                complaints.take(by, body, findings);
            }
            (Phase::Submit, Content::Submission(submission)) => {
                let source = Source {
                    client,
                    leaf,
                    place,
                    entry: envelope.entry(),
                };
                self.inputs.take(round, source, submission, findings);
            }
            (Phase::Attest, Content::Short(body)) => {
                let ground = ground(round, set_up, &self.participants, &self.inputs);
                if let Some(attestations) = &mut self.attestations {
                    attestations.take(&ground, by, Message { envelope, body }, findings);
                }
            }
            (Phase::Dispute, Content::Short(body)) => self.disputes.take(by, body, findings),
            (Phase::Unmask(_), Content::Short(body)) => {
                let lists = Lists {
                    participants: &self.participants,
                    contributors: &self.contributors,
                    subjects: &self.subjects,
                };
                let unmasking = &mut self.unmasking;
                unmasking.take(round, set_up, &lists, by, &body, findings);
            }
            // There is nothing in an acknowledgement.
            _ => {}
        }
    }

    fn publication<R: Read + Seek>(
        &mut self,
        said: Said<'_, P>,
        records: &mut Records<R>,
    ) -> Result<(), BoardError> {
        let Said {
            leaf,
            place,
            envelope,
            content,
            ..
        } = said;
        let publication = match content {
            Content::Publication(publication) => Some(publication),
            Content::Useless => None,
            Content::Short(_) | Content::Submission(_) => return Ok(()),
        };
        if self.missing && !Step::PublicationOfRest.holds(false) {
            self.published = true;
            return Ok(());
        }
        let recomputed = self.recomputed();
        let (round, findings) = (self.round, &mut self.findings);
        let aggregator = |check, what| Finding {
            check,
            culprit: Some(Culprit::Aggregator),
            evidence: vec![leaf],
            what,
        };
        // V-04.8
        let again = std::mem::replace(&mut self.published, true);
        if again && !Step::PublishedOnce.holds(false) {
            let what = "the aggregator has published twice".to_owned();
            findings.failure(aggregator(Check::Messages, what));
            return Ok(());
        }
        let Some(Publication {
            opening,
            sums,
            outcomes,
        }) = publication
        else {
            return Ok(());
        };
        let said = match outcomes {
            Ok(said) => said,
            Err(error) => {
                if !Step::PublicationDecodes.holds(false) {
                    findings.failure(aggregator(Check::Messages, error.to_string()));
                }
                return Ok(());
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
        let numbers = contributing(&recomputed);
        let contributors = ClientSet::of(round.clients(), |client| {
            numbers.binary_search(&client.number()).is_ok()
        });
        let published = opening::Published {
            leaf,
            place,
            entry: &envelope.entry(),
            contributors: &contributors,
        };
        opening::check(
            &opening,
            &self.inputs.rows(round, &contributors),
            &published,
            &ground(round, &self.set_up, &self.participants, &self.inputs),
            &self.unmasking,
            records,
            findings,
        )?;
        let caption = self.options.caption.as_ref();
        aggregate::check(round, sums, caption, &numbers, leaf, findings);
        Ok(())
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
        let derived = match self.derive(phase, &checkpoint.list, records)? {
            // Without all that was said there is no list to hold it against.
            _ if self.missing && !Step::ListsOfCheckpoints.holds(false) => checkpoint.list.clone(),
            derived => derived,
        };
        let Self {
            round,
            findings,
            chain,
            ..
        } = self;
        let authentic = chain.is_authentic(round, phase, &checkpoint, findings);
        chain.compare_lists(&checkpoint, &derived, findings);
        findings.settle(authentic);
        self.follow_list(phase, checkpoint.list, records)
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
        if Step::SettledAtEnd.holds(finished) {
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
