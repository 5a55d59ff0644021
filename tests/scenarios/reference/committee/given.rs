//! The messages that an auditor is given (`specs/committee.md` 6.10).

use std::collections::BTreeMap;

use super::board::{Envelope, ENVELOPE, SUBMIT};
use super::findings::{aggregator, Finding};
use super::pass::Pass;
use super::submission::{Verdict, Whole};

/// An envelope with or without a body.
pub(super) struct Message {
    envelope: Envelope,
    body: Vec<u8>,
}

impl Message {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            envelope: Envelope::read(bytes)?,
            body: bytes[ENVELOPE..].to_vec(),
        })
    }
}

impl Pass<'_> {
    /// Whether an envelope is of this round and signed by its sender, a client or a trustee.
    fn is_said(&self, envelope: &Envelope) -> bool {
        let sender = envelope.sender;
        let is_party = self.round.is_client(sender) || self.round.trustee(sender).is_some();
        let mut key = self.round.key(sender).filter(|_| is_party).into_iter();
        envelope.context == self.round.context && key.any(|key| envelope.is_signed(key))
    }

    /// V-04.11, when the board has been read.
    pub(super) fn judge_given(&mut self) {
        let given = self.given;
        self.findings.count("V-04", given.len() as u64);
        if given.iter().any(|message| !self.is_said(&message.envelope)) {
            self.findings.fail("V-04");
        }
        for (sender, phase, evidence) in self.contradictions() {
            if self.is_named(sender, phase) {
                continue;
            }
            let finding = Finding::new(self.round.name(sender), "V-04.11", evidence);
            // It rests on signatures alone: no checkpoint matters.
            self.findings.fault_at_once(finding, 0, true);
        }
    }

    /// Each sender and phase with two messages that differ, and the leaves of the first two.
    fn contradictions(&self) -> Vec<(u32, u8, Vec<u64>)> {
        let on_board = self.leaves.iter().zip(0u64..);
        let on_board = on_board.map(|(leaf, index)| (&leaf.envelope, Some(index)));
        let given = self.given.iter().map(|message| (&message.envelope, None));
        let mut said: BTreeMap<(u32, u8), Vec<_>> = BTreeMap::new();
        for (envelope, leaf) in on_board.chain(given) {
            if self.is_said(envelope) {
                let key = (envelope.sender, envelope.phase);
                said.entry(key).or_default().push((envelope, leaf));
            }
        }
        let differing = said.into_iter().filter_map(|((sender, phase), messages)| {
            let content = |envelope: &Envelope| (envelope.answers, envelope.body_root);
            let (first, leaf) = messages[0];
            let mut others = messages.iter();
            let (_, other) = others.find(|(other, _)| content(other) != content(first))?;
            Some((sender, phase, leaf.into_iter().chain(*other).collect()))
        });
        differing.collect()
    }

    /// Whether V-04.7 names this sender in this phase.
    fn is_named(&self, sender: u32, phase: u8) -> bool {
        let name = self.round.name(sender);
        let mut faults = self.findings.faults.iter();
        faults.any(|(culprit, rule, _, evidence, ..)| {
            let of_phase = |leaf: &u64| self.leaves[*leaf as usize].envelope.phase == phase;
            *culprit == name && rule == "V-04.7" && evidence.iter().any(of_phase)
        })
    }

    /// V-16.5, at the checkpoint of submit.
    pub(super) fn judge_left_out(&mut self) {
        for message in self.given {
            let envelope = &message.envelope;
            let sender = envelope.sender;
            let Some(submission) = self.submissions.get(&sender) else {
                continue;
            };
            let leaf = submission.leaf;
            let is_first = self.leaves[leaf as usize].envelope.entry == envelope.entry;
            let is_listed = self.list_of(SUBMIT).contains(&sender);
            if is_first && !is_listed && self.is_accepted(message) {
                let finding = Finding::new(aggregator(), "V-16.5", vec![leaf]);
                self.findings.failure(finding.involving(sender));
            }
        }
    }

    /// Whether a given message of submit has its body, and this keeps all rules.
    fn is_accepted(&self, Message { envelope, body }: &Message) -> bool {
        assert_eq!(envelope.phase, SUBMIT, "its entry is one of submit");
        let Some(parts) = Whole::of_message(self.round, body, &envelope.body_root) else {
            return false;
        };
        let whole = Whole::of_parts(self.round, &parts);
        let mut masked = (0..).zip(&parts).skip(self.round.public_parts());
        matches!(whole.judge(self.round, envelope.sender), Verdict::Holds)
            && masked.all(|(position, part)| whole.keeps(self.round, position, part))
    }
}
