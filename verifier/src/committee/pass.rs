//! The single pass over the board (`specs/committee.md` 6): a loop over the records, which goes through the phases.

mod reading;

use std::collections::HashMap;
use std::io::{Read, Seek};

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::committee::round::Round;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::signing::EncodedKey;
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::roster::Roster;
use veragg_protocol::wire::board::{BoardError, RecordKind, Records};
use veragg_protocol::wire::checkpoint::Checkpoint;
use veragg_protocol::wire::message::Sender;

use super::established::Established;
use super::heard::Heard;
use super::phases::open::Open;
use super::phases::publish::Publish;
use super::phases::submit::Submit;
use super::phases::{check, confirm};
use crate::check::Check;
use crate::checks::chain::{self, Chain};
use crate::checks::receipts::Receipts;
use crate::checks::signatures::Signatures;
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
    signatures: Signatures,
    heard: Heard,
    /// The phase that is open; nothing when the round is over.
    open: Option<Phase>,
    submit: Submit,
    opening: Open,
    publish: Publish,
    /// The roots of the bodies of the first messages of trustees in the open phase.
    first: HashMap<Sender, Digest>,
    /// Who has an envelope in the open phase, whatever it says.
    stood: ClientSet,
    /// The messages of the client that the auditor follows.
    timeline: Vec<TimelineMessage>,
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
            signatures: Signatures::default(),
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
        let (round, roster) = (self.established.round, self.established.roster);
        loop {
            let key_of = |sender| match sender {
                Sender::Client(client) => roster.encoded_key(client),
                _ => round.key_of(roster, sender).map(EncodedKey::from),
            };
            self.signatures
                .look_ahead(&mut records, round.context(), key_of)?;
            let Some(record) = records.next_record()? else {
                break;
            };
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
