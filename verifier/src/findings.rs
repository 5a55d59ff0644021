//! What the checks find, until it is known whether the board is authentic (`specs/audit.md` 3).
//!
//! A fault names somebody only on the strength of a signed and matching checkpoint: else whoever
//! altered the file could frame a client with another's false message. So findings wait until the
//! checkpoint that covers them; if that one does not match, they count, but accuse nobody.

use std::collections::{BTreeMap, BTreeSet};

use veragg_protocol::crypto::ids::ClientId;
use veragg_protocol::crypto::signing::hex;

use crate::check::Check;
use crate::report::{CheckReport, Culprit, Fault, Status, Working};
use crate::step::Step;

/// Longest list of failures that a check reports one by one, and of faults of one culprit in it:
/// an aggregator can fill a board with garbage.
pub(crate) const MOST_FAILURES: usize = 20;

/// What findings are counted by.
type Counted = (Option<Culprit>, Check, Kind);

#[derive(Debug, Default)]
struct Tally {
    records: u64,
    bad: u64,
    failures: Vec<String>,
    failed: usize,
    reason: Option<String>,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A record is bad, and its sender is excluded as the rules say: the round stands.
    Fault,
    /// The published round contradicts a check.
    Failure,
}

/// Something that is wrong: the step that does not hold, and what is known of it.
#[derive(Debug)]
pub(crate) struct Finding {
    step: Step,
    check: Check,
    kind: Kind,
    /// Who did it, if it can be shown.
    culprit: Option<Culprit>,
    /// Leaves that prove it.
    evidence: Vec<u64>,
    what: String,
    /// Clients besides the culprit whose messages it rests on.
    involved: Vec<ClientId>,
    /// What was computed, in words and numbers.
    workings: Vec<Working>,
    /// Whether it rests on signatures alone, so that no checkpoint is needed.
    by_signature: bool,
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
            by_signature: false,
        }
    }

    /// A bad record: its sender is excluded as the rules say, and the round stands.
    /// `leaves` prove it.
    pub(crate) fn fault(
        step: Step,
        sender: ClientId,
        leaves: impl IntoIterator<Item = u64>,
        what: impl Into<String>,
    ) -> Self {
        Self::new(step, Kind::Fault, what.into())
            .by(Some(Culprit::Client(sender)))
            .at(leaves)
    }

    /// A contradiction between the published round and a check, which names nobody.
    pub(crate) fn failure(step: Step, what: impl Into<String>) -> Self {
        Self::new(step, Kind::Failure, what.into())
    }

    /// The same, of a culprit.
    #[must_use]
    pub(crate) fn by(mut self, culprit: Option<Culprit>) -> Self {
        self.culprit = culprit;
        self
    }

    /// The same, of the aggregator, with the leaf that proves it.
    #[must_use]
    pub(crate) fn by_aggregator(self, leaf: u64) -> Self {
        self.by(Some(Culprit::Aggregator)).at([leaf])
    }

    /// The same, proven by these leaves.
    #[must_use]
    pub(crate) fn at(mut self, leaves: impl IntoIterator<Item = u64>) -> Self {
        self.evidence = leaves.into_iter().collect();
        self
    }

    /// The same, counted under another check than the step's.
    #[must_use]
    pub(crate) fn under(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    /// The same, resting on these clients' messages too.
    #[must_use]
    pub(crate) fn involving(mut self, clients: impl IntoIterator<Item = ClientId>) -> Self {
        self.involved = clients.into_iter().collect();
        self
    }

    /// The same, with one more thing that was computed.
    #[must_use]
    pub(crate) fn showing(mut self, what: impl Into<String>, value: &[u8]) -> Self {
        let (what, value) = (what.into(), hex(value));
        self.workings.push(Working { what, value });
        self
    }

    /// The same, resting on signatures alone: no checkpoint is needed.
    #[must_use]
    pub(crate) fn by_signature(mut self) -> Self {
        self.by_signature = true;
        self
    }
}

/// All that the audit has found so far.
#[derive(Debug)]
pub(crate) struct Findings {
    skip: BTreeSet<Check>,
    tallies: BTreeMap<Check, Tally>,
    faults: Vec<Fault>,
    named: BTreeMap<(Culprit, Check), usize>,
    unsettled: Vec<Finding>,
    /// How many of a kind wait, those among them that are only counted too.
    waiting: BTreeMap<Counted, usize>,
    /// Checkpoints so far.
    checkpoints: u32,
    authentic: bool,
}

impl Findings {
    pub(crate) fn new(skip: BTreeSet<Check>) -> Self {
        Self {
            skip,
            tallies: BTreeMap::new(),
            faults: Vec::new(),
            named: BTreeMap::new(),
            unsettled: Vec::new(),
            waiting: BTreeMap::new(),
            checkpoints: 0,
            authentic: true,
        }
    }

    pub(crate) fn skips(&self, check: Check) -> bool {
        self.skip.contains(&check)
    }

    fn tally(&mut self, check: Check) -> &mut Tally {
        self.tallies.entry(check).or_default()
    }

    /// A check was computed for so many more records.
    pub(crate) fn computed(&mut self, check: Check, records: usize) {
        self.tally(check).records += records as u64;
    }

    /// So many records of a check are bad, and it is for another check to say whose doing that is.
    pub(crate) fn bad_records(&mut self, check: Check, records: usize) {
        self.tally(check).bad += records as u64;
    }

    /// A check does not apply.
    pub(crate) fn not_applicable(&mut self, check: Check, reason: &str) {
        self.tally(check).reason = Some(reason.to_owned());
    }

    /// Records a finding. One that names somebody waits for the checkpoint that covers it, unless
    /// signatures alone prove it. Of many of a kind only the first are kept, and the others counted: a file
    /// full of them would fill the memory.
    pub(crate) fn record(&mut self, finding: Finding) {
        if finding.step.holds(false) {
            return;
        }
        if finding.culprit.is_none() || Step::Covered.holds(finding.by_signature) {
            return self.settle_one(finding, true);
        }
        let counted = (finding.culprit, finding.check, finding.kind);
        let waiting = self.waiting.entry(counted).or_default();
        *waiting += 1;
        if *waiting <= MOST_FAILURES {
            self.unsettled.push(finding);
        }
    }

    /// The file is not what was signed: what is not settled yet, and all that follows, accuses
    /// nobody.
    pub(crate) fn distrust(&mut self) {
        self.authentic &= Step::Undamaged.holds(false);
    }

    /// So many more failures that nobody is named for, behind [`MOST_FAILURES`] that have a text.
    pub(crate) fn record_unlisted(&mut self, step: Step, more: usize) {
        if more > 0 && !step.holds(false) {
            self.tally(step.check()).failed += more;
        }
    }

    /// Settles what is open: at a checkpoint, which is signed and matches the board or does not.
    /// Once one does not, nothing after it is attributed either.
    pub(crate) fn settle(&mut self, authentic: bool) {
        self.authentic &= Step::Authentic.holds(authentic);
        self.checkpoints += 1;
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

    /// Adds `more` findings to the tally of a check. `named`: whether somebody is named for them.
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
        let involved = finding.involved.iter();
        self.faults.push(Fault {
            culprit,
            check,
            rule: finding.step.into(),
            evidence: finding.evidence,
            involved: involved.map(|client| client.number()).collect(),
            what: finding.what,
            workings: finding.workings,
            checkpoints: self.checkpoints,
        });
    }

    /// The faults in board order, and how each check ended. `unreached` says why checks that
    /// were never computed were not.
    pub(crate) fn finish(mut self, unreached: &str) -> (Vec<CheckReport>, Vec<Fault>) {
        // What no checkpoint covers yet accuses nobody, and an unfinished round may still exclude it.
        for ((_, check, kind), waiting) in std::mem::take(&mut self.waiting) {
            self.count(check, kind, true, waiting.saturating_sub(MOST_FAILURES));
        }
        for finding in std::mem::take(&mut self.unsettled) {
            match finding.kind {
                Kind::Failure => self.settle_one(finding, false),
                Kind::Fault => self.count(finding.check, Kind::Fault, true, 1),
            }
        }
        self.faults.sort_by(|a, b| {
            (&a.evidence, a.culprit, a.check).cmp(&(&b.evidence, b.culprit, b.check))
        });
        let checks = Check::ALL
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
                        records, bad: 0, ..
                    }) => Status::Passed { records },
                    Some(Tally { records, bad, .. }) => Status::PassedWithFaults { records, bad },
                };
                CheckReport { id, status }
            })
            .collect();
        (checks, self.faults)
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
