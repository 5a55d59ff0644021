//! A board, what the auditor has besides, and what the audit must find.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use rand_core::{OsRng, RngCore};
use veragg_protocol::circuits::proof_system::Suite;

use crate::committee::{audited, Parties};
use crate::scenario::catalogue;
use crate::scenario::expected::VerdictName;
use veragg_verifier::{Options, Report, Verdict};

/// How a board comes to be.
pub type Builds = &'static [(&'static str, fn() -> Case)];

/// A board, what the auditor has besides, and what the audit must find.
pub struct Case {
    /// The file.
    pub board: Vec<u8>,
    /// What the auditor has.
    pub options: Options,
    verdict: VerdictName,
    /// The culprits, each with the rule that it broke.
    named: BTreeSet<(String, String)>,
    /// The checks that fail.
    failed: BTreeSet<String>,
    /// Who has broken a rule, and is not named by the whole board.
    pub unnamed: Vec<String>,
}

impl Case {
    /// A board whose audit, with the organiser's key, gives this verdict and names these culprits for these rules.
    pub(crate) fn new(
        parties: &Parties,
        board: Vec<u8>,
        verdict: Verdict,
        named: &[(&str, &str)],
    ) -> Self {
        Self {
            board,
            options: Options::with_organiser(parties.organiser.verifying_key()),
            verdict: verdict.into(),
            named: owned(named),
            failed: BTreeSet::new(),
            unnamed: Vec::new(),
        }
    }

    /// The board of a scenario of the catalogue, played from a seed of its own, whose audit gives what the file expects, and names these
    /// culprits for these rules.
    pub(crate) fn played(scenario: &str, named: &[(&str, &str)]) -> Self {
        let scenario = catalogue::find(scenario).unwrap().scenario().unwrap();
        let seed = OsRng.next_u64();
        let outcome = scenario.play_on(Suite::DEFAULT, seed).unwrap();
        let expected = scenario.expect();
        let failed = expected.failed.iter().map(|check| check.0.id().to_owned());
        Self {
            board: outcome.board,
            options: outcome.options,
            verdict: expected.verdict,
            named: owned(named),
            failed: failed.collect(),
            unnamed: Vec::new(),
        }
    }

    /// The same; these checks fail.
    pub(crate) fn failing(mut self, checks: &[&str]) -> Self {
        self.failed = checks.iter().map(|&check| check.to_owned()).collect();
        self
    }

    /// The same; these have broken a rule, too, which the whole board does not hold against them.
    pub(crate) fn unnamed(mut self, guilty: &[&str]) -> Self {
        self.unnamed = guilty.iter().map(|&who| who.to_owned()).collect();
        self
    }

    /// The same; the auditor was given these messages.
    pub(crate) fn given(mut self, messages: Vec<Vec<u8>>) -> Self {
        self.options.messages = messages;
        self
    }

    /// The report.
    pub fn report(&self) -> Report {
        audited(&self.board, &self.options)
    }

    /// What the audit finds otherwise than expected, if anything.
    pub fn wrong(&self) -> Option<String> {
        let report = self.report();
        let named: BTreeSet<_> = report
            .faults
            .iter()
            .map(|fault| (fault.culprit.to_string(), fault.rule.to_string()))
            .collect();
        let failed = report
            .checks
            .iter()
            .filter(|check| matches!(check.status, veragg_verifier::Status::Failed { .. }));
        let failed: BTreeSet<_> = failed.map(|check| check.id.id().to_owned()).collect();
        let same = named == self.named && failed == self.failed;
        (!same || VerdictName::from(report.verdict) != self.verdict).then(|| {
            format!(
                "expected {:?}, {:?}, failed {:?}; found {named:?}, failed {failed:?}\n{report}",
                self.verdict, self.named, self.failed
            )
        })
    }
}

fn owned(named: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    let owned = |(culprit, rule): &(&str, &str)| ((*culprit).to_owned(), (*rule).to_owned());
    named.iter().map(owned).collect()
}
