//! V-12: the unpacked aggregate is possible, and is what was published.

use std::collections::BTreeMap;

use veragg_protocol::circuits::group::Group;
use veragg_protocol::circuits::packing::{Layout, UnpackError};
use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::signing::hex;

use crate::check::Check;
use crate::findings::{Finding, Findings, MOST_FAILURES};
use crate::ground::Ground;
use crate::step::Step;

/// The sums of a publication, unpacked as its scalars come, and compared with those that the
/// auditor was given, if any. None is kept.
pub(crate) struct Sums<'a> {
    layout: &'a Layout,
    contributors: u32,
    given: Option<&'a [u128]>,
    /// Scalars that were read.
    read: usize,
    impossible: Option<UnpackError>,
    /// How many of the given sums are others, and the first of these, with the board's. The scalars
    /// do not have the coordinates in order.
    others: usize,
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

    /// The next packed scalar.
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

    /// V-12.1 and V-12.3: what was found, once the publication is known to be the one that was
    /// signed.
    fn check(self, leaf: u64, findings: &mut Findings) {
        // V-12.1
        if let Some(error) = self.impossible {
            // Nobody is named, as in V-11: one client's masked vector can do this to the sum.
            let finding = Finding::failure(Step::Unpacks, error.to_string());
            findings.record(finding.at([leaf]));
            return;
        }
        // V-12.3
        let want = self.layout.coordinates();
        let got = self.given.map_or(want, <[u128]>::len);
        if got != want {
            let what = format!("the given aggregate has {got} sums, the board's {want}");
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

/// Holds sums, and what is said of them if the auditor was given that, against the board.
/// `contributors` are the recomputed ones.
pub(crate) fn check<P: ProofSystem>(
    ground: &Ground<'_, P>,
    sums: Sums<'_>,
    contributors: &[u32],
    leaf: u64,
    findings: &mut Findings,
) {
    let (round, check) = (ground.round, Check::Aggregate);
    if findings.skips(check) {
        return;
    }
    findings.computed(check, round.layout().coordinates());
    // V-12.2: before the sums, which can be many.
    if let Some(caption) = &ground.options.metadata {
        let problems = [
            (
                caption.context != hex(round.context()),
                "the given aggregate is of another round",
            ),
            (
                caption.contributors != contributors,
                "the given aggregate lists other contributors",
            ),
            (
                !caption.has_segments_of(round.configuration()),
                "the given aggregate names, scales or shifts its segments in another way than the configuration",
            ),
        ];
        for (found, what) in problems {
            if found {
                findings.record(Finding::failure(Step::AggregateMetadata, what));
            }
        }
    }
    sums.check(leaf, findings);
}
