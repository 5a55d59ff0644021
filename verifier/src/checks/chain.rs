//! V-03: the board's tree, the chain of checkpoints over it, and the lists they hold.

use veragg_protocol::circuits::proof_system::ProofSystem;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::ClientSet;
use veragg_protocol::crypto::tree::{CompactTree, Leaf, Root};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::round::Round;
use veragg_protocol::wire::checkpoint::Checkpoint;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::Culprit;
use crate::step::Step;

/// The tree over the messages so far, and the checkpoint that comes last.
pub(crate) struct Chain {
    tree: CompactTree,
    last: Digest,
    /// A checkpoint that somebody else was shown.
    earlier: Option<Checkpoint>,
}

impl Chain {
    pub(crate) fn new(context: Digest, earlier: Option<Checkpoint>) -> Self {
        Self {
            tree: CompactTree::default(),
            last: context,
            earlier,
        }
    }

    /// What the next message answers.
    pub(crate) fn last(&self) -> &Digest {
        &self.last
    }

    /// Leaves so far.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Appends a message's entry.
    pub(crate) fn push(&mut self, entry: &Digest) {
        self.tree.push(Leaf::of(entry));
    }

    /// V-03.1 to V-03.3: the checkpoint is the aggregator's, continues the chain, and covers
    /// exactly the messages before it. Returns whether it does: only then does the board speak for
    /// those who signed it.
    pub(crate) fn is_authentic<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        phase: Phase,
        checkpoint: &Checkpoint,
        findings: &mut Findings,
    ) -> bool {
        findings.computed(Check::Chain, 1);
        let aggregator = &round.configuration().aggregator;
        let root = self.tree.root();
        let name = checkpoint.phase;
        // V-03.1
        let in_place = |condition| Step::CheckpointInPlace.holds(condition);
        let problem = if !in_place(checkpoint.context == *round.context()) {
            Some(format!("the checkpoint of {name} belongs to another round"))
        } else if !in_place(checkpoint.phase == phase) {
            Some(format!(
                "a checkpoint of {name} stands where that of {phase} belongs"
            ))
        } else if !in_place(checkpoint.is_signed_by(aggregator)) {
            Some(format!(
                "the checkpoint of {name} is not signed by the aggregator"
            ))
        } else if !Step::Continues.holds(checkpoint.previous == self.last) {
            // V-03.2
            Some(format!(
                "the checkpoint of {name} does not continue the one before it"
            ))
        } else if !Step::Covers.holds(checkpoint.root == root) {
            // V-03.3
            Some(wrong_root(checkpoint, &root))
        } else {
            None
        };
        self.last = checkpoint.digest();
        self.compare_with_earlier(round, checkpoint, findings);
        match problem {
            None => true,
            Some(what) => {
                findings.fail(Check::Chain, what);
                false
            }
        }
    }

    /// V-03.5: a second checkpoint for one phase, both signed, is evidence by itself.
    fn compare_with_earlier<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        checkpoint: &Checkpoint,
        findings: &mut Findings,
    ) {
        let aggregator = &round.configuration().aggregator;
        let Some(earlier) = self
            .earlier
            .take_if(|earlier| earlier.phase == checkpoint.phase)
        else {
            return;
        };
        findings.computed(Check::Chain, 1);
        let phase = earlier.phase;
        let same = |condition| Step::SameCheckpoint.holds(condition);
        let of_round = earlier.context == *round.context() && earlier.is_signed_by(aggregator);
        if !same(of_round) {
            findings.fail(
                Check::Chain,
                format!("the given checkpoint of {phase} is not of this round's aggregator"),
            );
        } else if !same(earlier.digest() == checkpoint.digest()) {
            let both_signed =
                checkpoint.context == earlier.context && checkpoint.is_signed_by(aggregator);
            let both_signed = Step::BothSigned.holds(both_signed);
            findings.fail_now(Finding {
                check: Check::Chain,
                culprit: both_signed.then_some(Culprit::Aggregator),
                evidence: Vec::new(),
                what: format!("the given checkpoint of {phase} and the board's differ: the aggregator has shown two boards"),
            });
        }
    }

    /// V-03.4: the list in a checkpoint is the one that the board gives.
    pub(crate) fn compare_lists(
        &self,
        checkpoint: &Checkpoint,
        derived: &ClientSet,
        findings: &mut Findings,
    ) {
        if Step::DerivedList.holds(checkpoint.list == *derived) {
            return;
        }
        let phase = checkpoint.phase;
        let numbers = |a: &ClientSet, b: &ClientSet| -> Vec<u32> {
            a.iter()
                .filter(|&c| !b.contains(c))
                .map(|c| c.number())
                .take(20)
                .collect()
        };
        let (added, missing) = (
            numbers(&checkpoint.list, derived),
            numbers(derived, &checkpoint.list),
        );
        findings.failure(Finding {
            check: Check::Chain,
            culprit: Some(Culprit::Aggregator),
            evidence: vec![self.size().saturating_sub(1)],
            what: format!("the list of {phase} is not what the board gives: listed without reason {added:?}, left out without reason {missing:?}"),
        });
    }

    /// Says so if the given checkpoint was of a phase that the board does not have.
    pub(crate) fn finish(self, findings: &mut Findings) {
        let earlier = self.earlier;
        if let Some(earlier) = earlier.filter(|_| !Step::SameCheckpoint.holds(false)) {
            findings.fail(
                Check::Chain,
                format!(
                    "the board has no checkpoint of {} to compare the given one with",
                    earlier.phase
                ),
            );
        }
    }
}

fn wrong_root(checkpoint: &Checkpoint, root: &Root) -> String {
    let phase = checkpoint.phase;
    if checkpoint.root.size == root.size {
        format!("the messages before the checkpoint of {phase} are not those that it was signed over: some message was altered, exchanged or moved")
    } else {
        let (signed, here) = (checkpoint.root.size, root.size);
        format!("the checkpoint of {phase} was signed over {signed} messages, {here} are here")
    }
}
