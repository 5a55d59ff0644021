//! V-12: the contributors can reach the unpacked sums, and the sums are those that were published elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::packing::{Layout, UnpackError};
use veragg_protocol::crypto::context::Context;
use veragg_protocol::round::configuration::Configuration;

use crate::aggregate_metadata::AggregateMetadata;
use crate::check::Check;
use crate::findings::{Finding, Findings, MOST_FAILURES};
use crate::step::Step;
use crate::words;

/// The sums of a publication. They are unpacked as the scalars are read, compared with the sums that the auditor
/// was given, if any, and not kept.
pub(crate) struct Sums<'a> {
    layout: &'a Layout,
    contributors: u32,
    given: Option<&'a [u128]>,
    /// The number of scalars that were read.
    read: usize,
    impossible: Option<UnpackError>,
    /// How many of the given sums differ from those on the board.
    others: usize,
    /// The differences at the lowest coordinates: the given sum, and the one on the board. The scalars do not
    /// come in the order of the coordinates.
    first: BTreeMap<usize, (u128, u128)>,
}

impl<'a> Sums<'a> {
    pub(crate) fn new(layout: &'a Layout, contributors: u32, given: Option<&'a [u128]>) -> Self {
        Self {
            layout,
            contributors,
            given,
            read: 0,
            impossible: None,
            others: 0,
            first: BTreeMap::new(),
        }
    }

    /// Takes the next packed scalar.
    pub(crate) fn push<G: Group>(&mut self, scalar: &G::Scalar) {
        let index = self.read;
        self.read += 1;
        if self.impossible.is_some() {
            return;
        }
        match self.layout.unpack_scalar(index, scalar, self.contributors) {
            Ok(sums) => {
                for (coordinate, sum) in sums {
                    self.compare(coordinate, sum);
                }
            }
            Err(error) => self.impossible = Some(error),
        }
    }

    fn compare(&mut self, coordinate: usize, sum: u128) {
        let given = self.given.and_then(|given| given.get(coordinate));
        let Some(&given) = given.filter(|given| **given != sum) else {
            return;
        };
        self.others += 1;
        self.first.insert(coordinate, (given, sum));
        if self.first.len() > MOST_FAILURES {
            self.first.pop_last();
        }
    }

    /// V-12.1 and V-12.3: records what was found, once it is known that the publication is the signed one.
    fn check(self, leaf: u64, findings: &mut Findings) {
        // V-12.1
        if let Some(error) = self.impossible {
            // It names nobody, since V-11 does: a client's masked vector can cause this, too.
            let contributors = self.contributors;
            let what = format!("the published sums are none that {contributors} contributors can add up to: {error}");
            let finding = Finding::failure(Step::Unpacks, what);
            findings.record(finding.at([leaf]));
            return;
        }
        // V-12.3
        let want = self.layout.coordinates();
        let got = self.given.map_or(want, <[u128]>::len);
        if got != want {
            let what = format!("the given aggregate has {got} sums, and the board has {want}");
            findings.record(Finding::failure(Step::GivenSums, what));
        }
        let unlisted = self.others.saturating_sub(self.first.len());
        for (index, (given, sum)) in self.first {
            let what =
                format!("the given aggregate says {given} for coordinate {index}, the board {sum}");
            findings.record(Finding::failure(Step::GivenSums, what));
        }
        findings.record_unlisted(Step::GivenSums, unlisted);
    }
}

/// How the given contributors differ from the recomputed ones, in words.
fn other_contributors(given: &[u32], recomputed: &[u32]) -> Option<String> {
    if given == recomputed {
        return None;
    }
    let without = |a: &[u32], b: &[u32]| -> Vec<u32> {
        let b: BTreeSet<_> = b.iter().collect();
        a.iter()
            .copied()
            .filter(|number| !b.contains(number))
            .collect()
    };
    let added = words::clients(&without(given, recomputed));
    let missing = words::clients(&without(recomputed, given));
    let added = added.map(|names| format!("it names {names}, not in the sum"));
    let missing = missing.map(|names| format!("it does not name {names}, in the sum"));
    let both: Vec<_> = added.into_iter().chain(missing).collect();
    let how = match &both[..] {
        [] => "it names them twice, or in another order".to_owned(),
        both => both.join(", and "),
    };
    Some(format!(
        "the given aggregate lists other contributors: {how}"
    ))
}

/// What the auditor was told of the sums besides their values, and what it is compared with.
pub(crate) struct Told<'a> {
    /// What was told, if anything.
    pub(crate) metadata: Option<&'a AggregateMetadata>,
    /// The context of the round.
    pub(crate) context: &'a Context,
    /// What the organiser signed.
    pub(crate) configuration: &'a Configuration,
    /// The recomputed contributors.
    pub(crate) contributors: &'a [u32],
}

/// Compares the given sums and their metadata with the board.
pub(crate) fn check(told: &Told<'_>, sums: Sums<'_>, leaf: u64, findings: &mut Findings) {
    let check = Check::Aggregate;
    if findings.skips(check) {
        return;
    }
    findings.computed(check, sums.layout.coordinates());
    // V-12.2 comes before the sums, of which there can be many.
    if let Some(metadata) = told.metadata {
        let others = (metadata.context != told.context.to_string())
            .then(|| "the given aggregate is of another round".to_owned());
        let problems = [
            others,
            other_contributors(&metadata.contributors, told.contributors),
            metadata.other_segment(told.configuration),
        ];
        for what in problems.into_iter().flatten() {
            findings.record(Finding::failure(Step::AggregateMetadata, what));
        }
    }
    sums.check(leaf, findings);
}
