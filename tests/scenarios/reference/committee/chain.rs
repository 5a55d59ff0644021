//! Checkpoints: V-03, derived lists and outcomes (`specs/audit.md` 2.3, 3.3, 3.6; `specs/committee.md` 6.5, 6.9).

use super::super::bytes::tree_root;
use super::board::{Checkpoint, Clients, CHECK, CONFIRM, OPEN, PUBLISH, SUBMIT};
use super::findings::{aggregator, Finding};
use super::pass::{Outcome, Pass};

impl Pass<'_> {
    /// `specs/audit.md` 3.3
    pub(super) fn checkpoint(&mut self, phase: u8, content: &[u8]) {
        self.findings.checkpoints += 1;
        let Some(checkpoint) = Checkpoint::read(content, self.round.clients) else {
            self.findings.fail("V-03");
            self.findings.names_count = false;
            self.findings.settle();
            return;
        };
        self.findings.count("V-03", 1);
        self.lists.insert(phase, checkpoint.list.clone());
        let derived = self.close(phase);
        self.judge_chain(phase, &checkpoint);
        self.judge_signed(&checkpoint);
        // V-03.4
        if !self.is_damaged && derived != checkpoint.list {
            let finding = Finding::new(aggregator(), "V-03.4", self.last_leaf());
            self.findings.failure(finding);
        }
        self.findings.settle();
        self.give_outcomes(phase, &derived);
        self.first.clear();
        self.closed += 1;
        if phase == SUBMIT {
            self.submit_leaves = self.leaves.len();
            // 6.5: from here on damage of a client that is listed matters.
            let mut damaged = self.submissions.iter();
            let listed = self.list_of(SUBMIT);
            self.is_damaged |= damaged
                .any(|(client, submission)| submission.whole.is_none() && listed.contains(client));
        }
        if phase == PUBLISH && !self.is_published {
            self.judge_end();
        }
    }

    /// What concerns several messages of a phase, and the list that it derives (6.9).
    fn close(&mut self, phase: u8) -> Clients {
        match phase {
            SUBMIT => self.accepted(),
            CHECK => {
                self.judge_complaints();
                match self.skips.has("V-17") {
                    true => self.list_of(CHECK).clone(),
                    false => self.list_of(SUBMIT) - &self.upheld,
                }
            }
            _ => {
                if phase == CONFIRM {
                    self.judge_confirmed();
                }
                if phase == OPEN {
                    self.judge_opened();
                }
                self.list_of(CHECK).clone()
            }
        }
    }

    /// V-03.1 to V-03.3; the first that does not hold is one failure.
    fn judge_chain(&mut self, phase: u8, checkpoint: &Checkpoint) {
        let entries: Vec<_> = self.leaves.iter().map(|leaf| leaf.envelope.entry).collect();
        let is_ours = checkpoint.context == self.round.context
            && checkpoint.is_signed(&self.round.aggregator);
        let is_in_phase = checkpoint.phase == phase;
        let is_next = checkpoint.previous == self.chain;
        let tree = (checkpoint.tree_size, checkpoint.tree_root);
        let is_tree = tree == (entries.len() as u64, tree_root(&entries));
        let before = self.before.replace(tree);
        self.chain = checkpoint.digest;
        if is_ours && is_in_phase && is_next && is_tree {
            return;
        }
        let rule = match (is_ours && is_in_phase, is_next) {
            (false, _) => "V-03.1",
            (true, false) => "V-03.2",
            (true, true) => "V-03.3",
        };
        let shrinks =
            before.is_some_and(|(size, root)| tree.0 < size || tree.0 == size && tree.1 != root);
        // The cases (a), (b) and (c).
        let is_signed_falsely = is_in_phase != is_next || is_next && shrinks;
        self.findings.fail("V-03");
        if self.findings.names_count && is_ours && is_signed_falsely {
            let finding = Finding::new(aggregator(), rule, Vec::new());
            let checkpoints = self.findings.checkpoints;
            self.findings.failure_at_once(finding, checkpoints);
        }
        self.findings.names_count = false;
    }

    /// V-03.8, of the checkpoints on the board.
    fn judge_signed(&mut self, checkpoint: &Checkpoint) {
        let is_ours = checkpoint.context == self.round.context;
        if !is_ours || !checkpoint.is_signed(&self.round.aggregator) {
            return;
        }
        let first = self.signed.entry(checkpoint.phase);
        if *first.or_insert(checkpoint.digest) != checkpoint.digest {
            let finding = Finding::new(aggregator(), "V-03.8", Vec::new());
            self.findings.failure_at_once(finding, 0);
        }
    }

    /// V-03.7: the last phase has ended without a publication.
    fn judge_end(&mut self) {
        self.findings.fail("V-03");
        if self.findings.names_count {
            let finding = Finding::new(aggregator(), "V-03.7", Vec::new());
            let checkpoints = self.findings.checkpoints;
            self.findings.failure_at_once(finding, checkpoints);
        }
    }

    /// Outcomes of who is not on the derived list (6.9). Whoever has one keeps it.
    fn give_outcomes(&mut self, phase: u8, derived: &Clients) {
        let eligible: Clients = match phase {
            SUBMIT => (1..=self.round.clients).collect(),
            CHECK => self.list_of(SUBMIT).clone(),
            _ => return,
        };
        for client in &eligible - derived {
            let outcome = match phase {
                CHECK => Outcome::ComplainedAbout,
                _ if self.submissions.contains_key(&client) => Outcome::NotAccepted,
                _ => Outcome::Dropped,
            };
            self.outcomes.entry(client).or_insert(outcome);
        }
    }
}
