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

/// What findings are counted by: culprit, check, and whether the check failed.
type Kind = (Option<Culprit>, Check, bool);

#[derive(Debug, Default)]
struct Tally {
    records: u64,
    bad: u64,
    failures: Vec<String>,
    failed: usize,
    reason: Option<String>,
}

/// Something that is wrong.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    /// Who did it, if it can be shown.
    pub(crate) culprit: Option<Culprit>,
    /// Leaves that prove it.
    pub(crate) evidence: Vec<u64>,
    pub(crate) what: String,
}

/// What else is known of a finding, for whoever follows it up.
#[derive(Debug, Default)]
pub(crate) struct Details {
    /// Clients besides the culprit whose messages it rests on.
    pub(crate) involved: Vec<ClientId>,
    /// What was computed, in words and numbers.
    pub(crate) workings: Vec<Working>,
}

impl Details {
    /// Of a finding that rests on these clients' messages too.
    pub(crate) fn involving(involved: impl IntoIterator<Item = ClientId>) -> Self {
        Self {
            involved: involved.into_iter().collect(),
            workings: Vec::new(),
        }
    }

    /// With one more thing that was computed.
    #[must_use]
    pub(crate) fn showing(mut self, what: impl Into<String>, value: &[u8]) -> Self {
        let (what, value) = (what.into(), hex(value));
        self.workings.push(Working { what, value });
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
    unsettled: Vec<(Finding, Details, bool)>,
    /// How many of a kind wait, those among them that are only counted too.
    waiting: BTreeMap<Kind, usize>,
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

    /// A record is bad, and its sender is excluded as the rules say: the round stands.
    pub(crate) fn fault(&mut self, finding: Finding) {
        self.fault_with(finding, Details::default());
    }

    /// The same with what else is known of it.
    pub(crate) fn fault_with(&mut self, finding: Finding, details: Details) {
        self.wait(finding, details, false);
    }

    /// The published round contradicts a check.
    pub(crate) fn failure(&mut self, finding: Finding) {
        // What accuses nobody need not wait: a file full of it would fill the memory.
        if finding.culprit.is_none() {
            self.settle_one(finding, Details::default(), true, false);
        } else {
            self.wait(finding, Details::default(), true);
        }
    }

    /// Keeps a finding until a checkpoint settles it. Of many of a kind only the first are kept, and the
    /// others counted: a file full of them would fill the memory.
    fn wait(&mut self, finding: Finding, details: Details, fatal: bool) {
        if !!Step::Covered.holds(false) {
            return self.settle_one(finding, details, fatal, true);
        }
        let kind = (finding.culprit, finding.check, fatal);
        let waiting = self.waiting.entry(kind).or_default();
        *waiting += 1;
        if *waiting <= MOST_FAILURES {
            self.unsettled.push((finding, details, fatal));
        }
    }

    /// The file is not what was signed: what is not settled yet, and all that follows, accuses
    /// nobody.
    pub(crate) fn distrust(&mut self) {
        self.authentic &= !!Step::Undamaged.holds(false);
    }

    /// A failure that nobody is named for.
    pub(crate) fn fail(&mut self, check: Check, what: impl Into<String>) {
        self.failure(Finding {
            check,
            culprit: None,
            evidence: Vec::new(),
            what: what.into(),
        });
    }

    /// So many more failures that nobody is named for, behind [`MOST_FAILURES`] that have a text.
    pub(crate) fn fail_unlisted(&mut self, check: Check, more: usize) {
        if more > 0 {
            self.tally(check).failed += more;
        }
    }

    /// A failure that a signature of the organiser proves by itself, or that nobody is named for:
    /// no checkpoint is needed.
    pub(crate) fn fail_now(&mut self, finding: Finding) {
        self.settle_one(finding, Details::default(), true, true);
    }

    /// Settles what is open: at a checkpoint, which is signed and matches the board or does not.
    /// Once one does not, nothing after it is attributed either.
    pub(crate) fn settle(&mut self, authentic: bool) {
        self.authentic &= Step::Authentic.holds(authentic);
        self.checkpoints += 1;
        let attribute = self.authentic;
        for (finding, details, fatal) in std::mem::take(&mut self.unsettled) {
            self.settle_one(finding, details, fatal, attribute);
        }
        for ((culprit, check, fatal), waiting) in std::mem::take(&mut self.waiting) {
            let counted = waiting.saturating_sub(MOST_FAILURES);
            let tally = self.tally(check);
            if fatal || culprit.is_none() || !attribute {
                tally.failed += counted;
            } else {
                tally.bad += counted as u64;
            }
        }
    }

    fn settle_one(&mut self, finding: Finding, details: Details, fatal: bool, attribute: bool) {
        let Finding {
            check,
            culprit,
            evidence,
            what,
        } = finding;
        let culprit = culprit.filter(|_| attribute);
        let tally = self.tally(check);
        if fatal || culprit.is_none() {
            tally.failed += 1;
            if tally.failures.len() < MOST_FAILURES {
                tally.failures.push(what.clone());
            }
        } else {
            tally.bad += 1;
        }
        if let Some(culprit) = culprit {
            let named = self.named.entry((culprit, check)).or_default();
            *named += 1;
            if *named <= MOST_FAILURES {
                self.faults.push(Fault {
                    culprit,
                    check,
                    evidence,
                    involved: details
                        .involved
                        .iter()
                        .map(|client| client.number())
                        .collect(),
                    what,
                    workings: details.workings,
                    checkpoints: self.checkpoints,
                });
            }
        }
    }

    /// The faults in board order, and how each check ended. `unreached` says why checks that
    /// were never computed were not.
    pub(crate) fn finish(mut self, unreached: &str) -> (Vec<CheckReport>, Vec<Fault>) {
        for ((_, check, fatal), waiting) in std::mem::take(&mut self.waiting) {
            let counted = waiting.saturating_sub(MOST_FAILURES);
            let tally = self.tally(check);
            if fatal {
                tally.failed += counted;
            } else {
                tally.bad += counted as u64;
            }
        }
        // What no checkpoint covers yet accuses nobody, and an unfinished round may still exclude it.
        for (finding, details, fatal) in std::mem::take(&mut self.unsettled) {
            if fatal {
                self.settle_one(finding, details, true, false);
            } else {
                self.tally(finding.check).bad += 1;
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
                CheckReport {
                    id,
                    title: id.title(),
                    status,
                }
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
