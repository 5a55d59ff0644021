//! V-03: the tree over the messages, the chain of checkpoints, and the lists in them.

use std::collections::HashMap;

use veragg_protocol::circuits::codec::DecodeError;
use veragg_protocol::crypto::context::Context;
use veragg_protocol::crypto::hash::Digest;
use veragg_protocol::crypto::ids::{ClientId, ClientSet};
use veragg_protocol::crypto::signing::VerifyingKey;
use veragg_protocol::crypto::tree::{CompactTree, Leaf, Root};
use veragg_protocol::round::phase::Phase;
use veragg_protocol::wire::checkpoint::Checkpoint;

use crate::check::Check;
use crate::findings::{Finding, Findings};
use crate::report::{Concern, Culprit};
use crate::step::Step;
use crate::words;

/// The tree over the messages so far, and the last checkpoint.
pub(crate) struct Chain {
    /// The context of the round.
    context: Context,
    /// The key that signs its checkpoints.
    aggregator: VerifyingKey,
    tree: CompactTree,
    /// The digest of the last checkpoint; the context before the first.
    last: Digest,
    /// The root that it names; that of the empty tree before the first.
    last_root: Root,
    /// The first checkpoint of each phase that the aggregator signed: of those that the auditor was given while these are
    /// compared, then of those on the board.
    signed: HashMap<Phase, Digest>,
    /// The checkpoints that the auditor was given and that were not compared yet.
    shown: Vec<Checkpoint>,
}

impl Chain {
    /// A chain without a checkpoint. `shown` are those that the auditor was given.
    pub(crate) fn new(context: Context, aggregator: VerifyingKey, shown: &[Checkpoint]) -> Self {
        Self {
            context,
            aggregator,
            tree: CompactTree::default(),
            last: context.digest,
            last_root: Root::empty(),
            signed: HashMap::new(),
            shown: shown.to_vec(),
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

    /// The number of leaves that an authentic checkpoint covers, as far as findings can still name somebody.
    pub(crate) fn covered(&self, findings: &Findings) -> u64 {
        if findings.names() {
            self.last_root.size
        } else {
            0
        }
    }

    /// Appends the entry of a message to the tree.
    pub(crate) fn push(&mut self, entry: &Digest) {
        self.tree.push(Leaf::of(entry));
    }

    /// V-03.1 to V-03.3: whether the aggregator signed the checkpoint, and it continues the chain and covers
    /// exactly the messages before it. Only then can the messages name a culprit.
    pub(crate) fn is_authentic(
        &mut self,
        phase: Phase,
        checkpoint: &Checkpoint,
        findings: &mut Findings,
    ) -> bool {
        findings.computed(Check::Chain, 1);
        let judged = self.judge(phase, checkpoint);
        let is_signed = self.is_signed(checkpoint);
        let contradicts =
            is_signed && findings.names() && self.is_contradicted_by(phase, checkpoint);
        (self.last, self.last_root) = (checkpoint.digest(), checkpoint.root);
        if is_signed {
            self.is_only_one(checkpoint, "two checkpoints on the board", findings);
        }
        self.compare_with_shown(checkpoint, findings);
        match judged {
            Ok(()) => true,
            Err(finding) => {
                findings.record(if contradicts {
                    finding.by(Some(Culprit::Aggregator)).by_signature()
                } else {
                    finding
                });
                false
            }
        }
    }

    /// Whether a signed checkpoint contradicts the authentic one before it, as none does that an honest aggregator
    /// signs: it continues another one; or it continues this one in another phase than the one that follows, with fewer
    /// messages, or with as many and another root.
    fn is_contradicted_by(&self, phase: Phase, checkpoint: &Checkpoint) -> bool {
        let continues = checkpoint.previous == self.last;
        let in_place = checkpoint.phase == phase;
        let (root, last) = (&checkpoint.root, &self.last_root);
        let shrinks = root.size < last.size || (root.size == last.size && root != last);
        continues != in_place || (continues && shrinks)
    }

    /// Judges V-03.1 to V-03.3; the error is the first that does not hold.
    fn judge(&self, phase: Phase, checkpoint: &Checkpoint) -> Result<(), Finding> {
        let require = |step: Step, condition: bool, what: &dyn Fn() -> String| {
            step.require(condition, || Finding::failure(step, what()))
        };
        let name = checkpoint.phase;
        // V-03.1
        let in_place = Step::CheckpointInPlace;
        require(in_place, checkpoint.context == self.context, &|| {
            format!("the checkpoint of {name} belongs to another round")
        })?;
        require(in_place, checkpoint.phase == phase, &|| {
            format!("a checkpoint of {name} stands where that of {phase} belongs")
        })?;
        let signed = checkpoint.is_signed_by(&self.aggregator);
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

    /// V-03.5: compares with the given checkpoints of the phase. Two signed ones of one phase are evidence without
    /// a board.
    fn compare_with_shown(&mut self, checkpoint: &Checkpoint, findings: &mut Findings) {
        let of_phase = |shown: &Checkpoint| shown.phase == checkpoint.phase;
        let (now, later) = std::mem::take(&mut self.shown)
            .into_iter()
            .partition(of_phase);
        self.shown = later;
        let step = Step::SameCheckpoint;
        let phase = checkpoint.phase;
        for shown in now {
            findings.computed(Check::Chain, 1);
            if !self.is_signed(&shown) {
                let what = format!("the given checkpoint of {phase} is of another round, or this round's aggregator did not sign it");
                findings.record(Finding::failure(step, what));
            } else if shown.digest() != checkpoint.digest() {
                let both_signed = Step::BothSigned.holds(self.is_signed(checkpoint));
                let culprit = both_signed.then_some(Culprit::Aggregator);
                let what = format!("the given checkpoint of {phase} and the one on the board differ: there are two boards");
                let finding = Finding::failure(step, what).by(culprit);
                findings.record(finding.by_signature());
            }
        }
    }

    /// V-03.8: compares the given checkpoints of each phase with the first one of this phase.
    pub(crate) fn compare_shown(&mut self, findings: &mut Findings) {
        let shown = self.shown.iter().filter(|shown| self.is_signed(shown));
        for shown in shown.cloned().collect::<Vec<_>>() {
            self.is_only_one(&shown, "two given checkpoints", findings);
        }
        // Those on the board are compared with the given ones by V-03.5.
        self.signed.clear();
    }

    /// V-03.8: compares a signed checkpoint with the first one of its phase. Two that differ are evidence by themselves.
    fn is_only_one(&mut self, checkpoint: &Checkpoint, both: &str, findings: &mut Findings) {
        let (phase, digest) = (checkpoint.phase, checkpoint.digest());
        if *self.signed.entry(phase).or_insert(digest) != digest {
            let what = format!(
                "{both} of {phase} differ, and the aggregator signed both: there are two boards"
            );
            let finding = Finding::failure(Step::OneCheckpointShown, what);
            let finding = finding.by(Some(Culprit::Aggregator));
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
        let without = |a: &ClientSet, b: &ClientSet| {
            let clients = a.iter().filter(|&client| !b.contains(client));
            clients.map(ClientId::number).collect::<Vec<_>>()
        };
        let (added, missing) = (
            without(&checkpoint.list, derived),
            without(derived, &checkpoint.list),
        );
        let added =
            words::clients(&added).map(|names| format!("it names {names}, which it must not name"));
        let missing =
            words::clients(&missing).map(|names| format!("it leaves out {names}, without reason"));
        let both: Vec<_> = added.into_iter().chain(missing).collect();
        let both = both.join(", and ");
        let what =
            format!("the list of {phase} is not the one that follows from the board: {both}");
        let leaf = self.size().saturating_sub(1);
        let follows = |a: &ClientSet, b: &ClientSet| {
            a.iter()
                .any(|client| findings.follows(client) && !b.contains(client))
        };
        let concern = if follows(derived, &checkpoint.list) {
            Some(Concern::LeftOut)
        } else {
            follows(&checkpoint.list, derived).then_some(Concern::Listed)
        };
        let finding = Finding::failure(Step::DerivedList, what).by_aggregator(leaf);
        findings.record(finding.concerning(concern));
    }

    /// Whether a checkpoint is of this round and signed by its aggregator.
    fn is_signed(&self, checkpoint: &Checkpoint) -> bool {
        checkpoint.context == self.context && checkpoint.is_signed_by(&self.aggregator)
    }

    /// V-03.5: records a failure for each given checkpoint of a phase that the board has no checkpoint of. If the board
    /// is `finished` and authentic, the aggregator must not have signed any.
    pub(crate) fn finish(self, finished: bool, findings: &mut Findings) {
        let mut chain = self;
        for shown in std::mem::take(&mut chain.shown) {
            let phase = shown.phase;
            let signed = finished && findings.names() && chain.is_signed(&shown);
            let what = if signed {
                format!("the aggregator signed a checkpoint of {phase}, a phase that the finished board does not have: there are two boards")
            } else {
                format!(
                    "the board has no checkpoint of {phase}, so the given one cannot be compared"
                )
            };
            let finding = Finding::failure(Step::SameCheckpoint, what);
            let culprit = signed.then_some(Culprit::Aggregator);
            findings.record(finding.by(culprit).by_signature());
        }
    }
}

/// V-03.1: the checkpoint of this phase, if it decodes.
pub(crate) fn decoded(
    phase: Phase,
    checkpoint: Result<Checkpoint, DecodeError>,
    findings: &mut Findings,
) -> Option<Checkpoint> {
    findings.read_checkpoint();
    checkpoint
        .map_err(|error| {
            let what = format!("the checkpoint of {phase} is malformed: {error}");
            findings.record(Finding::failure(Step::CheckpointInPlace, what));
            findings.settle(false);
        })
        .ok()
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
