//! What the checks find, kept until it is known whether the board is authentic (`specs/audit.md` 3).
//!
//! A fault names its culprit only if a signed and matching checkpoint covers it. Otherwise anybody could alter
//! the file and so accuse a client that did nothing wrong. Findings therefore wait for the checkpoint that
//! covers them. If it does not match, they count, but name nobody.

use std::collections::{BTreeMap, BTreeSet};

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::hex;
use veragg_protocol::round::phase::Phase;

use crate::check::Check;
use crate::report::{CheckReport, ClientFault, Concern, Culprit, Fault, Status, Working};
use crate::step::Step;

/// The most failures of a check, and the most faults of one culprit under a check, that a report lists. It
/// only counts the others, because an aggregator can put any number of them on a board.
pub(crate) const MOST_FAILURES: usize = 20;

/// Findings are counted by culprit, check and kind.
type Counted = (Option<Culprit>, Check, Kind);

#[derive(Debug, Default)]
struct Tally {
    records: u64,
    bad: u64,
    failures: Vec<String>,
    failed: usize,
    reason: Option<String>,
    /// The parts of the check that are left out.
    left_out: Vec<&'static str>,
}

/// What a finding means for the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A record is bad. Its sender is excluded, as the rules say, and the round stays valid.
    Fault,
    /// The published round contradicts a check.
    Failure,
}

/// The checkpoints that stand before a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SoFar {
    /// How many were read.
    checkpoints: u32,
    /// Whether all of them were authentic.
    authentic: bool,
}

/// What proves a finding that names somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// The checkpoint that covers it.
    Checkpoint,
    /// The checkpoints before a message, and the message.
    Chain(SoFar),
    /// Signatures alone.
    Signatures,
    /// Signatures alone, and no record of the board is needed.
    Nothing,
}

/// A step that does not hold, and what is known about it.
#[derive(Debug)]
pub(crate) struct Finding {
    step: Step,
    check: Check,
    kind: Kind,
    /// Who broke the rule, if that can be shown.
    culprit: Option<Culprit>,
    /// The leaves that prove it.
    evidence: Vec<u64>,
    /// What is wrong, in words.
    what: String,
    /// The clients besides the culprit whose messages are needed to prove it.
    involved: Vec<ClientId>,
    /// The values that were computed to find it.
    workings: Vec<Working>,
    /// What proves it.
    proof: Proof,
    /// What it has to do with the followed client, besides what culprit and involved say.
    concern: Option<Concern>,
}

impl Finding {
    fn new(step: Step, kind: Kind, what: String) -> Self {
        Self {
            step,
            check: step.check(),
            kind,
            culprit: None,
            evidence: Vec::new(),
            what,
            involved: Vec::new(),
            workings: Vec::new(),
            proof: Proof::Checkpoint,
            concern: None,
        }
    }

    /// A bad record, proven by `leaves`. Its sender is excluded, as the rules say, and the round stays valid.
    pub(crate) fn fault(
        step: Step,
        sender: impl Into<Culprit>,
        leaves: impl IntoIterator<Item = u64>,
        what: impl Into<String>,
    ) -> Self {
        Self::new(step, Kind::Fault, what.into())
            .by(Some(sender.into()))
            .at(leaves)
    }

    /// A contradiction between the published round and a check. It names nobody yet: see [`Self::by`].
    pub(crate) fn failure(step: Step, what: impl Into<String>) -> Self {
        Self::new(step, Kind::Failure, what.into())
    }

    /// Names the culprit, if there is one.
    #[must_use]
    pub(crate) fn by(mut self, culprit: Option<Culprit>) -> Self {
        self.culprit = culprit;
        self
    }

    /// Names the aggregator, and the leaf that proves it.
    #[must_use]
    pub(crate) fn by_aggregator(self, leaf: u64) -> Self {
        self.by(Some(Culprit::Aggregator)).at([leaf])
    }

    /// Sets the leaves that prove the finding.
    #[must_use]
    pub(crate) fn at(mut self, leaves: impl IntoIterator<Item = u64>) -> Self {
        self.evidence = leaves.into_iter().collect();
        self
    }

    /// Counts the finding under another check than the step's.
    #[must_use]
    pub(crate) fn under(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    /// Sets the clients besides the culprit whose messages are needed to prove the finding.
    #[must_use]
    pub(crate) fn involving(mut self, clients: impl IntoIterator<Item = ClientId>) -> Self {
        self.involved = clients.into_iter().collect();
        self
    }

    /// Adds a value that was computed.
    #[must_use]
    pub(crate) fn showing(mut self, what: impl Into<String>, value: &[u8]) -> Self {
        let (what, value) = (what.into(), hex(value));
        self.workings.push(Working { what, value });
        self
    }

    /// Sets what the finding has to do with the followed client.
    #[must_use]
    pub(crate) fn concerning(mut self, concern: Option<Concern>) -> Self {
        self.concern = concern;
        self
    }

    /// Declares that signatures alone prove the finding, so that no checkpoint is needed.
    #[must_use]
    pub(crate) fn by_signature(mut self) -> Self {
        self.proof = Proof::Signatures;
        self
    }

    /// Declares that nothing of the board but its header is needed to prove the finding.
    #[must_use]
    pub(crate) fn without_board(mut self) -> Self {
        self.proof = Proof::Nothing;
        self
    }

    /// Declares that the checkpoints before a message prove the finding, with the message.
    #[must_use]
    pub(crate) fn by_chain(mut self, before: SoFar) -> Self {
        self.proof = Proof::Chain(before);
        self
    }
}

/// Everything that the audit has found so far.
#[derive(Debug)]
pub(crate) struct Findings {
    /// The checks that the report lists.
    checks: &'static [Check],
    skip: BTreeSet<Check>,
    /// The client that the auditor follows.
    follow: Option<ClientId>,
    /// The phase that is open.
    phase: Phase,
    tallies: BTreeMap<Check, Tally>,
    /// The faults, with what they have to do with the followed client, and the phase in which they were found.
    faults: Vec<(Fault, Option<(Concern, Phase)>)>,
    named: BTreeMap<(Culprit, Check), usize>,
    unsettled: Vec<Finding>,
    /// How many findings of a kind wait, including those that are only counted.
    waiting: BTreeMap<Counted, usize>,
    /// How many checkpoints were read.
    checkpoints: u32,
    /// Whether all checkpoints so far were authentic.
    authentic: bool,
}

impl Findings {
    /// Nothing was found yet. `checks` are those of the round's protocol, whose first phase is `phase`.
    pub(crate) fn new(
        checks: &'static [Check],
        phase: Phase,
        skip: BTreeSet<Check>,
        follow: Option<ClientId>,
    ) -> Self {
        Self {
            checks,
            skip,
            follow,
            phase,
            tallies: BTreeMap::new(),
            faults: Vec::new(),
            named: BTreeMap::new(),
            unsettled: Vec::new(),
            waiting: BTreeMap::new(),
            checkpoints: 0,
            authentic: true,
        }
    }

    /// Whether findings can still name somebody: all checkpoints so far are authentic.
    pub(crate) fn names(&self) -> bool {
        self.authentic
    }

    /// The checkpoints that were read so far.
    pub(crate) fn so_far(&self) -> SoFar {
        SoFar {
            checkpoints: self.checkpoints,
            authentic: self.authentic,
        }
    }

    /// Whether the auditor asked to leave out a check.
    pub(crate) fn skips(&self, check: Check) -> bool {
        self.skip.contains(&check)
    }

    /// Notes that a check is left out, since the auditor lacks what it needs.
    pub(crate) fn skip(&mut self, check: Check) {
        self.skip.insert(check);
    }

    /// Whether the auditor follows this client.
    pub(crate) fn follows(&self, client: ClientId) -> bool {
        self.follow == Some(client)
    }

    /// Notes which phase is open.
    pub(crate) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
    }

    fn tally(&mut self, check: Check) -> &mut Tally {
        self.tallies.entry(check).or_default()
    }

    /// Notes that a check was computed for `records` more records.
    pub(crate) fn computed(&mut self, check: Check, records: usize) {
        self.tally(check).records += records as u64;
    }

    /// Notes that `records` records of a check are bad. Another check names the culprits, if any.
    pub(crate) fn bad_records(&mut self, check: Check, records: usize) {
        self.tally(check).bad += records as u64;
    }

    /// Notes that a check does not apply to this board, and why.
    pub(crate) fn not_applicable(&mut self, check: Check, reason: &str) {
        self.tally(check).reason = Some(reason.to_owned());
    }

    /// Notes that a part of a check is left out: which, and why.
    pub(crate) fn skipped_part(&mut self, check: Check, part: &'static str) {
        self.tally(check).left_out.push(part);
    }

    /// Records a finding. If it names a culprit, it waits for the checkpoint that covers it, unless signatures
    /// alone prove it. Of many findings of one kind only the first are kept and the others counted, so that a
    /// file cannot fill the memory.
    pub(crate) fn record(&mut self, finding: Finding) {
        if finding.step.holds(false) {
            return;
        }
        let waits = finding.proof == Proof::Checkpoint && !Step::Covered.holds(false);
        if finding.culprit.is_none() || !waits {
            let attribute = match finding.proof {
                Proof::Chain(before) => Step::ChainAuthentic.holds(before.authentic),
                _ => true,
            };
            return self.settle_one(finding, attribute);
        }
        let counted = (finding.culprit, finding.check, finding.kind);
        let waiting = self.waiting.entry(counted).or_default();
        *waiting += 1;
        if *waiting <= MOST_FAILURES {
            self.unsettled.push(finding);
        }
    }

    /// Counts `more` failures that name nobody, after [`MOST_FAILURES`] were recorded with a text.
    pub(crate) fn record_unlisted(&mut self, step: Step, more: usize) {
        if more > 0 && !step.holds(false) {
            self.tally(step.check()).failed += more;
        }
    }

    /// Notes that one more checkpoint was read. What is found from now on may rest on it.
    pub(crate) fn read_checkpoint(&mut self) {
        self.checkpoints += 1;
    }

    /// Settles the findings that wait, at a checkpoint or at the end of a finished board. `authentic`: whether the
    /// checkpoint is signed and matches the board. After one that does not, no finding names anybody any more.
    pub(crate) fn settle(&mut self, authentic: bool) {
        self.authentic &= Step::Authentic.holds(authentic);
        let attribute = self.authentic;
        for finding in std::mem::take(&mut self.unsettled) {
            self.settle_one(finding, attribute);
        }
        for ((_, check, kind), waiting) in std::mem::take(&mut self.waiting) {
            self.count(
                check,
                kind,
                attribute,
                waiting.saturating_sub(MOST_FAILURES),
            );
        }
    }

    /// Adds `more` findings to the tally of a check. `named`: whether they name a culprit.
    fn count(&mut self, check: Check, kind: Kind, named: bool, more: usize) {
        let tally = self.tally(check);
        match kind {
            Kind::Fault if named => tally.bad += more as u64,
            Kind::Fault | Kind::Failure => tally.failed += more,
        }
    }

    fn settle_one(&mut self, finding: Finding, attribute: bool) {
        let Finding { check, kind, .. } = finding;
        let culprit = finding.culprit.filter(|_| attribute);
        self.count(check, kind, culprit.is_some(), 1);
        let tally = self.tally(check);
        let failed = kind == Kind::Failure || culprit.is_none();
        if failed && tally.failures.len() < MOST_FAILURES {
            tally.failures.push(finding.what.clone());
        }
        let Some(culprit) = culprit else {
            return;
        };
        let named = self.named.entry((culprit, check)).or_default();
        *named += 1;
        if *named > MOST_FAILURES {
            return;
        }
        let concern = match self.follow {
            Some(client) if culprit == Culprit::Client(client) => Some(Concern::Culprit),
            Some(client) if finding.involved.contains(&client) => Some(Concern::Involved),
            _ => finding.concern,
        };
        let concern = concern.map(|concern| (concern, self.phase));
        let involved = finding.involved.iter();
        let fault = Fault {
            culprit,
            check,
            rule: finding.step.into(),
            evidence: finding.evidence,
            involved: involved.map(|client| client.number()).collect(),
            what: finding.what,
            workings: finding.workings,
            checkpoints: match finding.proof {
                Proof::Nothing => 0,
                Proof::Chain(before) => before.checkpoints,
                _ => self.checkpoints,
            },
        };
        self.faults.push((fault, concern));
    }

    /// Returns how each check ended, the faults in board order, and those that concern the followed client.
    /// `unreached` is the reason that is given for checks that were never computed.
    pub(crate) fn finish(
        mut self,
        unreached: &str,
    ) -> (Vec<CheckReport>, Vec<Fault>, Vec<ClientFault>) {
        // A finding that no checkpoint covers names nobody. If it is a fault and names still count, the round may yet
        // exclude the client, since it is not finished.
        let open = self.authentic;
        for ((_, check, kind), waiting) in std::mem::take(&mut self.waiting) {
            self.count(check, kind, open, waiting.saturating_sub(MOST_FAILURES));
        }
        for finding in std::mem::take(&mut self.unsettled) {
            match finding.kind {
                Kind::Fault if open => self.count(finding.check, Kind::Fault, true, 1),
                _ => self.settle_one(finding, false),
            }
        }
        self.faults.sort_by(|(a, _), (b, _)| {
            (&a.evidence, a.culprit, a.check).cmp(&(&b.evidence, b.culprit, b.check))
        });
        let checks = self
            .checks
            .iter()
            .map(|&id| {
                let status = match self.tallies.remove(&id) {
                    Some(tally) if tally.failed > 0 => Status::Failed {
                        failures: tally.failures(),
                    },
                    _ if self.skip.contains(&id) => Status::Skipped,
                    Some(Tally {
                        reason: Some(reason),
                        ..
                    }) => Status::NotApplicable { reason },
                    None => Status::NotApplicable {
                        reason: unreached.to_owned(),
                    },
                    Some(Tally {
                        records: 0, bad: 0, ..
                    }) => Status::NotApplicable {
                        reason: "the board has nothing to check".to_owned(),
                    },
                    Some(Tally {
                        records,
                        bad: 0,
                        left_out,
                        ..
                    }) if !left_out.is_empty() => Status::PassedInPart {
                        records,
                        skipped: left_out.join("; "),
                    },
                    Some(Tally {
                        records, bad: 0, ..
                    }) => Status::Passed { records },
                    Some(Tally { records, bad, .. }) => Status::PassedWithFaults { records, bad },
                };
                CheckReport { id, status }
            })
            .collect();
        let numbered = (1..).zip(&self.faults);
        let concerned = numbered.filter_map(|(fault, (_, concern))| {
            concern.map(|(concern, phase)| ClientFault {
                fault,
                concern,
                // Of phases with one name, the one that is read back.
                phase: Phase::from_name(phase.name()).unwrap_or(phase),
            })
        });
        let concerned = concerned.collect();
        let faults = self.faults.into_iter().map(|(fault, _)| fault).collect();
        (checks, faults, concerned)
    }
}

impl Tally {
    fn failures(mut self) -> Vec<String> {
        if self.failed > self.failures.len() {
            let more = self.failed - self.failures.len();
            self.failures.push(format!("and {more} more"));
        }
        self.failures
    }
}
