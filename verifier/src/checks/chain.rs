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

    /// The first of V-03.1 to V-03.3 that does not hold.
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
        let step = Step::SameCheckpoint;
        let of_round = earlier.context == *round.context() && earlier.is_signed_by(aggregator);
        if !of_round {
            let what = format!("the given checkpoint of {phase} is not of this round's aggregator");
            findings.record(Finding::failure(step, what));
        } else if earlier.digest() != checkpoint.digest() {
            let both_signed =
                checkpoint.context == earlier.context && checkpoint.is_signed_by(aggregator);
            let culprit = Step::BothSigned
                .holds(both_signed)
                .then_some(Culprit::Aggregator);
            let what = format!("the given checkpoint of {phase} and the board's differ: the aggregator has shown two boards");
            let finding = Finding::failure(step, what).by(culprit);
            findings.record(finding.by_signature());
        }
    }

    /// V-03.4: the list in a checkpoint is the one that the board gives.
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
        let what = format!("the list of {phase} is not the one that the board gives. Clients that it must not name: {added:?}. Clients that it must name and does not: {missing:?}");
        let leaf = self.size().saturating_sub(1);
        findings.record(Finding::failure(Step::DerivedList, what).by_aggregator(leaf));
    }

    /// Says so if the given checkpoint was of a phase that the board does not have.
    pub(crate) fn finish(self, findings: &mut Findings) {
        if let Some(earlier) = self.earlier {
            let phase = earlier.phase;
            let what =
                format!("the board has no checkpoint of {phase} to compare the given one with");
            findings.record(Finding::failure(Step::SameCheckpoint, what));
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
