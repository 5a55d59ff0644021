//! V-03: the tree over the messages, the chain of checkpoints, and the lists in them.

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

/// The tree over the messages so far, and the last checkpoint.
pub(crate) struct Chain {
    tree: CompactTree,
    /// The digest of the last checkpoint; the context before the first.
    last: Digest,
    /// A checkpoint that the auditor was given.
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

    /// The digest that the next message must answer: of the last checkpoint, or the context.
    pub(crate) fn last(&self) -> &Digest {
        &self.last
    }

    /// The number of leaves so far.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Appends the entry of a message to the tree.
    pub(crate) fn push(&mut self, entry: &Digest) {
        self.tree.push(Leaf::of(entry));
    }

    /// V-03.1 to V-03.3: whether the aggregator signed the checkpoint, and it continues the chain and covers
    /// exactly the messages before it. Only then can the messages name a culprit.
    pub(crate) fn is_authentic<P: ProofSystem>(
        &mut self,
        round: &Round<P>,
        phase: Phase,
        checkpoint: &Checkpoint,
        findings: &mut Findings,
    ) -> bool {
        findings.computed(Check::Chain, 1);
        let judged = self.judge(round, phase, checkpoint);
        self.last = checkpoint.digest();
        self.compare_with_earlier(round, checkpoint, findings);
        match judged {
            Ok(()) => true,
            Err(finding) => {
                findings.record(finding);
                false
            }
        }
    }

    /// Judges V-03.1 to V-03.3; the error is the first that does not hold.
    fn judge<P: ProofSystem>(
        &self,
        round: &Round<P>,
        phase: Phase,
        checkpoint: &Checkpoint,
    ) -> Result<(), Finding> {
        let require = |step: Step, condition: bool, what: &dyn Fn() -> String| {
            step.require(condition, || Finding::failure(step, what()))
        };
        let name = checkpoint.phase;
        // V-03.1
        let in_place = Step::CheckpointInPlace;
        require(in_place, checkpoint.context == *round.context(), &|| {
            format!("the checkpoint of {name} belongs to another round")
        })?;
        require(in_place, checkpoint.phase == phase, &|| {
            format!("a checkpoint of {name} stands where that of {phase} belongs")
        })?;
        let signed = checkpoint.is_signed_by(&round.configuration().aggregator);
        require(in_place, signed, &|| {
            format!("the checkpoint of {name} is not signed by the aggregator")
        })?;
        // V-03.2
        require(Step::Continues, checkpoint.previous == self.last, &|| {
            format!("the checkpoint of {name} does not continue the one before it")
        })?;
        // V-03.3
        let root = self.tree.root();
        require(Step::Covers, checkpoint.root == root, &|| {
            wrong_root(checkpoint, &root)
        })
    }

    /// V-03.5: compares with the given checkpoint. Two signed ones of one phase are evidence without a board.
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
        let step = Step::SameCheckpoint;
        let of_round = earlier.context == *round.context() && earlier.is_signed_by(aggregator);
        if !of_round {
            let what = format!("the given checkpoint of {phase} is of another round, or this round's aggregator did not sign it");
            findings.record(Finding::failure(step, what));
        } else if earlier.digest() != checkpoint.digest() {
            let both_signed =
                checkpoint.context == earlier.context && checkpoint.is_signed_by(aggregator);
            let culprit = Step::BothSigned
                .holds(both_signed)
                .then_some(Culprit::Aggregator);
            let what = format!("the given checkpoint of {phase} and the one on the board differ: there are two boards");
            let finding = Finding::failure(step, what).by(culprit);
            findings.record(finding.by_signature());
        }
    }

    /// V-03.4: the list in a checkpoint is the one that follows from the board.
    pub(crate) fn compare_lists(
        &self,
        checkpoint: &Checkpoint,
        derived: &ClientSet,
        findings: &mut Findings,
    ) {
        if checkpoint.list == *derived {
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
        let what = format!("the list of {phase} is not the one that follows from the board. Listed but not derivable from the board: {added:?}. Derivable but not listed: {missing:?}");
        let leaf = self.size().saturating_sub(1);
        findings.record(Finding::failure(Step::DerivedList, what).by_aggregator(leaf));
    }

    /// Records a failure if the board has no checkpoint of the phase of the given one.
    pub(crate) fn finish(self, findings: &mut Findings) {
        if let Some(earlier) = self.earlier {
            let phase = earlier.phase;
            let what = format!(
                "the board has no checkpoint of {phase}, so the given one cannot be compared"
            );
            findings.record(Finding::failure(Step::SameCheckpoint, what));
        }
    }
}

fn wrong_root(checkpoint: &Checkpoint, root: &Root) -> String {
    let phase = checkpoint.phase;
    if checkpoint.root.size == root.size {
        format!("the messages before the checkpoint of {phase} are not those that it was signed over: a message was altered, replaced or moved")
    } else {
        let (signed, here) = (checkpoint.root.size, root.size);
        format!("the checkpoint of {phase} was signed over {signed} messages, but the board has {here} before it")
    }
}
