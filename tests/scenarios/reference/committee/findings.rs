//! What was found, and when it names somebody (`specs/audit.md` 3.7 to 3.9, 4.1).

use std::collections::{BTreeMap, BTreeSet};

use super::Skips;

/// Culprit, rule, check, evidence, involved clients, checkpoints.
pub(crate) type Fault = (String, String, String, Vec<u64>, Vec<u32>, u32);

/// A fault or a failure of somebody.
pub(super) struct Finding {
    culprit: String,
    rule: &'static str,
    check: &'static str,
    evidence: Vec<u64>,
    involved: Vec<u32>,
}

impl Finding {
    /// A finding under the check that the number of the rule begins with.
    pub(super) fn new(culprit: String, rule: &'static str, evidence: Vec<u64>) -> Self {
        Self {
            culprit,
            rule,
            check: &rule[..4],
            evidence,
            involved: Vec::new(),
        }
    }

    pub(super) fn under(self, check: &'static str) -> Self {
        Self { check, ..self }
    }

    pub(super) fn involving(self, client: u32) -> Self {
        let involved = vec![client];
        Self { involved, ..self }
    }

    fn fault(self, checkpoints: u32) -> Fault {
        let (rule, check) = (self.rule.to_owned(), self.check.to_owned());
        let (evidence, involved) = (self.evidence, self.involved);
        (self.culprit, rule, check, evidence, involved, checkpoints)
    }
}

pub(super) fn aggregator() -> String {
    "aggregator".to_owned()
}

pub(super) struct Findings {
    pub(super) faults: BTreeSet<Fault>,
    pub(super) failed: BTreeSet<String>,
    /// Records and faults by check.
    counted: BTreeMap<&'static str, (u64, u64)>,
    /// What waits for its checkpoint, each with whether it is a fault.
    waiting: Vec<(Finding, bool)>,
    /// Records of checkpoints that were read.
    pub(super) checkpoints: u32,
    /// Whether all checkpoints so far were authentic: only then names count.
    pub(super) names_count: bool,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            faults: BTreeSet::new(),
            failed: BTreeSet::new(),
            counted: BTreeMap::new(),
            waiting: Vec::new(),
            checkpoints: 0,
            names_count: true,
        }
    }
}

impl Findings {
    pub(super) fn count(&mut self, check: &'static str, records: u64) {
        self.counted.entry(check).or_default().0 += records;
    }

    /// A failure of nobody.
    pub(super) fn fail(&mut self, check: &str) {
        self.failed.insert(check.to_owned());
    }

    /// A failure of somebody, who is named if the checkpoint is authentic.
    pub(super) fn failure(&mut self, finding: Finding) {
        self.fail(finding.check);
        self.waiting.push((finding, false));
    }

    /// A fault, which names somebody if the checkpoint is authentic.
    pub(super) fn fault(&mut self, finding: Finding) {
        self.waiting.push((finding, true));
    }

    /// A failure of somebody that rests on signatures alone (3.8).
    pub(super) fn failure_at_once(&mut self, finding: Finding, checkpoints: u32) {
        self.fail(finding.check);
        self.faults.insert(finding.fault(checkpoints));
    }

    /// A fault that does not wait. If names do not count, it is a failure of nobody at once.
    pub(super) fn fault_at_once(&mut self, finding: Finding, checkpoints: u32, names_count: bool) {
        if names_count {
            self.bad(finding.check);
            self.faults.insert(finding.fault(checkpoints));
        } else {
            self.fail(finding.check);
        }
    }

    fn bad(&mut self, check: &'static str) {
        self.counted.entry(check).or_default().1 += 1;
    }

    /// At a checkpoint: what waited names somebody, or nobody for good (3.7).
    pub(super) fn settle(&mut self) {
        for (finding, is_fault) in std::mem::take(&mut self.waiting) {
            if !self.names_count {
                self.fail(finding.check);
                continue;
            }
            if is_fault {
                self.bad(finding.check);
            }
            self.faults.insert(finding.fault(self.checkpoints));
        }
    }

    /// At the end: what still waits names nobody. A fault is a bad record if names still count (3.9).
    pub(super) fn end(&mut self) {
        for (finding, is_fault) in std::mem::take(&mut self.waiting) {
            if is_fault && self.names_count {
                self.bad(finding.check);
            } else {
                self.fail(finding.check);
            }
        }
    }

    /// The numbers of the checks that are neither failed nor skipped.
    pub(super) fn counted(&self, skips: &Skips) -> BTreeMap<String, (u64, u64)> {
        let counted = self.counted.iter();
        let good = counted.filter(|(check, (records, _))| {
            *records > 0 && !self.failed.contains(**check) && !skips.has(check)
        });
        let named = good.map(|(check, numbers)| ((*check).to_owned(), *numbers));
        named.collect()
    }
}
